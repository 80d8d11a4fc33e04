//! Shows how a run gets on: bars on a terminal, else lines of the log. Looks at the clock, so that nothing below has to.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::render::{Console, write_line};
use crate::model::{Observer, Severity, SheetPlace, Stage, Words};
use crate::report::{StageTime, stage_name};

const TICK: Duration = Duration::from_millis(120);

/// Watches one run for the person who started it.
pub struct Progress {
    console: Console,
    bars: MultiProgress,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: Vec<(Stage, Instant)>,
    times: Vec<StageTime>,
    stage_bar: Option<ProgressBar>,
    bytes_bar: Option<ProgressBar>,
    files_found: u64,
    files_finished: u64,
    bytes: u64,
    rows: u64,
    warnings: u64,
}

impl Progress {
    pub fn new(console: Console) -> Self {
        let target = if console.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Progress { console, bars: MultiProgress::with_draw_target(target), state: Mutex::default() }
    }

    /// How long each stage has taken so far, in the order in which they ended.
    pub fn times(&self) -> Vec<StageTime> {
        self.state().times.clone()
    }

    /// Warnings and errors said so far.
    pub fn warnings(&self) -> u64 {
        self.state().warnings
    }

    /// Takes the bars away, so that what follows stands alone.
    pub fn close(&self) {
        let mut state = self.state();
        for bar in [state.stage_bar.take(), state.bytes_bar.take()].into_iter().flatten() {
            bar.finish_and_clear();
        }
    }

    /// A panic elsewhere does not make the counts wrong enough to matter.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, severity: Severity, words: &Words, more: &[(&str, serde_json::Value)]) {
        if let Some(line) = self.console.line(severity, words, more) {
            self.bars.suspend(|| write_line(&line));
        }
    }

    fn bar(&self, template: &str) -> Option<ProgressBar> {
        if !self.console.progress {
            return None;
        }
        let bar = self.bars.add(ProgressBar::no_length());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(TICK);
        Some(bar)
    }

    fn describe_files(&self, state: &State) {
        if let Some(bar) = &state.bytes_bar {
            let lang = self.console.lang;
            let (done, all, rows) = (state.files_finished, state.files_found, state.rows);
            bar.set_message(
                lang.pick(format!("文件 {done}/{all}，{rows} 行"), format!("files {done}/{all}, {rows} rows")),
            );
        }
    }
}

impl Observer for Progress {
    fn stage_started(&self, stage: Stage) {
        let name = stage_name(stage, self.console.lang);
        let bar = self.bar("{spinner} {msg} {elapsed}");
        let mut state = self.state();
        state.running.push((stage, Instant::now()));
        if let Some(bar) = bar {
            bar.set_message(name);
            if let Some(before) = state.stage_bar.replace(bar) {
                before.finish_and_clear();
            }
        }
        drop(state);
        let words = Words::new(format!("{}开始", stage_name(stage, crate::model::Lang::Zh)), format!("{name} started"));
        self.write(Severity::Detail, &words, &[("event", json!("stage_started")), ("stage", json!(stage.as_str()))]);
    }

    fn stage_finished(&self, stage: Stage) {
        let mut state = self.state();
        let Some(at) = state.running.iter().rposition(|(running, _)| *running == stage) else { return };
        let took = state.running.remove(at).1.elapsed();
        state.times.push(StageTime { stage, took });
        if let Some(bar) = state.stage_bar.take() {
            bar.finish_and_clear();
        }
        if stage == Stage::Read
            && let Some(bar) = state.bytes_bar.take()
        {
            bar.finish_and_clear();
        }
        let rows = state.rows;
        drop(state);
        let seconds = took.as_secs_f64();
        let zh = format!("{}完成，用时 {seconds:.1} 秒", stage_name(stage, crate::model::Lang::Zh));
        let en = format!("{} done in {seconds:.1} s", stage_name(stage, crate::model::Lang::En));
        let mut more =
            vec![("event", json!("stage_finished")), ("stage", json!(stage.as_str())), ("seconds", json!(seconds))];
        if stage == Stage::Read {
            more.push(("rows", json!(rows)));
        }
        self.write(Severity::Info, &Words::new(zh, en), &more);
    }

    fn files_found(&self, count: u64, bytes: u64) {
        let bar = self.bar("{bar:32} {bytes}/{total_bytes} {msg}");
        let mut state = self.state();
        (state.files_found, state.bytes) = (count, bytes);
        if let Some(bar) = bar {
            bar.set_length(bytes);
            state.bytes_bar = Some(bar);
        }
        self.describe_files(&state);
        drop(state);
        let words = Words::new(format!("找到 {count} 个文件"), format!("{count} files found"));
        self.write(
            Severity::Info,
            &words,
            &[("event", json!("files_found")), ("files", json!(count)), ("bytes", json!(bytes))],
        );
    }

    fn file_started(&self, place: &SheetPlace) {
        let words = Words::new(
            format!("读取 {}：{} {}", place.source, place.file, place.sheet).trim_end(),
            format!("reading {}: {} {}", place.source, place.file, place.sheet).trim_end(),
        );
        self.write(Severity::Detail, &words, &about("file_started", place));
    }

    fn rows_read(&self, rows: u64) {
        let mut state = self.state();
        state.rows += rows;
        self.describe_files(&state);
    }

    fn file_finished(&self, place: &SheetPlace, bytes: u64) {
        let mut state = self.state();
        state.files_finished += 1;
        if let Some(bar) = &state.bytes_bar {
            bar.inc(bytes);
        }
        self.describe_files(&state);
        drop(state);
        let words = Words::new(
            format!("读完 {}：{}", place.source, place.file),
            format!("done with {}: {}", place.source, place.file),
        );
        self.write(Severity::Detail, &words, &about("file_finished", place));
    }

    fn message(&self, severity: Severity, words: &Words) {
        if severity >= Severity::Warning {
            self.state().warnings += 1;
        }
        self.write(severity, words, &[("event", json!("message"))]);
    }
}

fn about(event: &str, place: &SheetPlace) -> [(&'static str, serde_json::Value); 4] {
    [
        ("event", json!(event)),
        ("source", json!(place.source)),
        ("file", json!(place.file)),
        ("sheet", json!(place.sheet)),
    ]
}

#[cfg(test)]
mod tests {
    use super::Progress;
    use crate::cli::render::Console;
    use crate::model::{Lang, Observer, Severity, Stage, Words};

    #[test]
    fn stages_are_timed_and_warnings_counted() {
        let mut console = Console::plain(Lang::Zh);
        console.least = Severity::Error;
        let progress = Progress::new(console);
        progress.stage_started(Stage::Read);
        progress.stage_finished(Stage::Read);
        progress.stage_finished(Stage::Link);
        progress.message(Severity::Info, &Words::new("一", "one"));
        progress.message(Severity::Warning, &Words::new("二", "two"));
        assert_eq!(progress.times().iter().map(|t| t.stage).collect::<Vec<_>>(), [Stage::Read]);
        assert_eq!(progress.warnings(), 1);
    }
}
