use super::lang::Lang;
use super::place::SheetPlace;

/// A leg of a run, as people are told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Finding the files of every source.
    Discover,
    /// Reading, mapping, normalising and validating their rows.
    Read,
    Link,
    Fuse,
    Crossmatch,
    Analyse,
    /// Writing the snapshot and moving `CURRENT` to it.
    Publish,
    /// Writing the workbooks and reports.
    Report,
}

impl Stage {
    pub const ALL: [Stage; 8] = [
        Stage::Discover,
        Stage::Read,
        Stage::Link,
        Stage::Fuse,
        Stage::Crossmatch,
        Stage::Analyse,
        Stage::Publish,
        Stage::Report,
    ];

    /// The word for it in machine-readable logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Discover => "discover",
            Stage::Read => "read",
            Stage::Link => "link",
            Stage::Fuse => "fuse",
            Stage::Crossmatch => "crossmatch",
            Stage::Analyse => "analyse",
            Stage::Publish => "publish",
            Stage::Report => "report",
        }
    }
}

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// What became of each file and sheet; shown with `-vv`.
    Trace,
    /// Of use when something is being looked into; shown with `-v`.
    Detail,
    Info,
    /// The run goes on, but somebody should look (exit code 3).
    Warning,
    Error,
}

impl Severity {
    /// The word for it in machine-readable logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Trace => "trace",
            Severity::Detail => "detail",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// The same text in both languages. Holds no identity number and no name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Words { zh: zh.into(), en: en.into() }
    }

    pub fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// Somebody who watches a run: a progress bar, a log, a clock. What it does never changes what is published.
///
/// Calls may come from several threads at once; those about one file come from one thread, in order.
pub trait Observer: Send + Sync {
    fn stage_started(&self, _stage: Stage) {}
    fn stage_finished(&self, _stage: Stage) {}
    /// All files that will be read, and their size together, before the first is opened.
    fn files_found(&self, _count: u64, _bytes: u64) {}
    /// A file (its `sheet` is empty) or a sheet of a workbook.
    fn file_started(&self, _place: &SheetPlace) {}
    /// This many more physical rows have been read.
    fn rows_read(&self, _rows: u64) {}
    /// A file is done, read or failed; `bytes` is its size, so that the sizes add up to those of `files_found`.
    fn file_finished(&self, _place: &SheetPlace, _bytes: u64) {}
    fn message(&self, _severity: Severity, _words: &Words) {}
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
