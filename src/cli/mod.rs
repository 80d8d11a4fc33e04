//! The command line: arguments to calls. Everything the program prints, and every way it ends, is in this room.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is a door: it reads clock and environment and writes where the user says"
)]

mod args;
mod bounds;
mod crash;
mod database;
mod draft;
mod evaluate;
mod exit;
mod help;
mod id;
mod inspect;
mod lang;
mod list_file;
mod match_list;
mod output;
mod plan;
mod progress;
mod query;
mod render;
mod report;
mod run;
mod show;
mod snapshots;
mod surroundings;
mod synth;
mod terms;
mod threads;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{NaiveDate, TimeDelta, Utc};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use crate::model::{Lang, Severity};
use crate::source::{READER, serve};
use crate::store;
use args::{Arguments, Command};
use exit::{Exit, Failure};
use render::Console;

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    if typed.len() == 2 && typed[1] == READER {
        return read_for_another();
    }
    let lang = lang::from_surroundings(&typed, variable);
    let arguments = match understand(&typed, lang) {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    let console = Console::new(lang, &arguments.global, variable);
    let ended = crash::guarded(|| {
        bounded(&arguments, &typed)?;
        end_on_signals()?;
        obey(arguments, &console)
    });
    ended.unwrap_or_else(|failure| console.fail(&failure)).into()
}

/// The day it is in China, the one place of this program where a day comes from the clock.
fn today() -> NaiveDate {
    const EAST_8: TimeDelta = TimeDelta::hours(8);
    (Utc::now() + EAST_8).date_naive()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn understand(typed: &[OsString], lang: Lang) -> Result<Arguments, Exit> {
    let command = help::told_in(lang, Arguments::command());
    let parsed = command.try_get_matches_from(typed).and_then(|matches| Arguments::from_arg_matches(&matches));
    parsed.map_err(|error| {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            render::write_line(&error.render().to_string());
            return Exit::Usage;
        }
        if error.use_stderr() {
            Console::plain(lang).say(Severity::Error, &render::usage_words(&error));
            return Exit::Usage;
        }
        // Help and version were asked for.
        match output::print(error.render().to_string().as_bytes()) {
            Ok(()) => Exit::Done,
            Err(failure) => Console::plain(lang).fail(&failure),
        }
    })
}

/// This process was started to read one workbook for another one of this program.
fn read_for_another() -> ExitCode {
    match serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever asked is gone.
        Err(_) => ExitCode::FAILURE,
    }
}

/// Keeps to the bounds that were asked for, or says that it cannot.
fn bounded(arguments: &Arguments, typed: &[OsString]) -> Result<(), Failure> {
    arguments.global.threads.map_or(Ok(()), |threads| threads::bound(threads, typed, variable))
}

/// An interrupted run leaves the published snapshot as it is, so the program may end at once. A file that grows beyond
/// what the shell allows is an error like a full disk, and no death.
fn end_on_signals() -> Result<(), Failure> {
    let unheard = |error: std::io::Error| {
        Failure::new(Exit::Failed, "无法接管中断信号", "signals cannot be handled").because(&error)
    };
    let armed = Arc::new(AtomicBool::new(true));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, Exit::Interrupted as i32, Arc::clone(&armed))
            .map_err(unheard)?;
    }
    store::ignore_file_size_signal().map_err(unheard)
}

fn obey(arguments: Arguments, console: &Console) -> Result<Exit, Failure> {
    let limits = bounds::limits(&arguments.global);
    match arguments.command {
        Command::Completions(of) => {
            surroundings::completions(of.shell, help::told_in(console.lang, Arguments::command()))
        }
        Command::Man(of) => surroundings::man_pages(&of.folder, help::told_in(console.lang, Arguments::command())),
        Command::Inspect(of) => inspect::run(&of, &limits, console, today()),
        Command::Draft(of) => draft::run(&of, &limits, console, today()),
        Command::Id(of) => id::run(&of, console.lang, today()),
        Command::Show(of) => show::run(&of, console, today()),
        Command::Query(of) => query::run(&of, console),
        Command::Report(of) => report::run(&of, console),
        Command::Snapshots(command) => snapshots::run(&command, console),
        Command::Run(of) => run::run(&of, &arguments.global, &limits, console, true),
        Command::Check(of) => run::run(&of, &arguments.global, &limits, console, false),
        Command::Synth(of) => synth::run(&of, console),
        Command::Evaluate(of) => evaluate::run(&of, console),
        Command::Match(of) => match_list::run(&of, &limits, console, today()),
    }
}
