//! Shell completions and man pages.

use std::path::Path;

use clap::Command;
use clap_complete::Shell;

use super::exit::{Exit, Failure};
use super::output::print;
use crate::store::{create_dir, write_file};

/// Prints the completion script of a shell.
pub fn completions(shell: Shell, mut command: Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "ronghe", &mut script);
    print(&script)?;
    Ok(Exit::Done)
}

/// Writes `ronghe.1` and a page for every command into a folder.
pub fn man_pages(folder: &Path, command: Command) -> Result<Exit, Failure> {
    create_dir(folder)?;
    let mut command = command;
    command.build();
    write_pages(folder, &command, "ronghe")?;
    Ok(Exit::Done)
}

fn write_pages(folder: &Path, command: &Command, name: &str) -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name.to_uppercase()).render(&mut page).map_err(|error| {
        Failure::new(Exit::Failed, "手册页无法生成", "a man page could not be made").because(&error)
    })?;
    write_file(&folder.join(format!("{name}.1")), &page)?;
    for sub in command.get_subcommands() {
        write_pages(folder, sub, &format!("{name}-{}", sub.get_name()))?;
    }
    Ok(())
}
