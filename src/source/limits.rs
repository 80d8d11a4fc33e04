//! Bounds that protect the machine from a file.

use std::path::PathBuf;

/// What reading may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Larger files are not read.
    pub max_file_bytes: u64,
    /// Workbooks are read by a process of their own; without it by this one, which a hostile file can then end.
    pub own_process: Option<OwnProcess>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_file_bytes: 64 << 30, own_process: None }
    }
}

/// How a process that reads one workbook is started and bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnProcess {
    /// This program; it is started with [`READER`] as its only argument.
    pub program: PathBuf,
    /// Bytes of memory that it may take.
    pub memory: u64,
}

/// The argument that makes the program read a workbook for another process of itself.
pub const READER: &str = "__read-workbook";

/// Seconds of a processor that a workbook of so many bytes may take: a hundred times what a sound one does.
pub(super) fn seconds_for(bytes: u64) -> u64 {
    20 + bytes / 100_000
}
