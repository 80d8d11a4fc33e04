use std::sync::Arc;

use super::observer::Words;
use super::place::SheetPlace;

/// What became of a sheet as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetStatus {
    /// Its table was found and read.
    Read,
    /// It holds a table whose headers fit no schema of the source, or lack a required column: held back whole, every
    /// line of it quarantined.
    HeldBack,
    /// It holds text but no table (instructions, a list of choices): its lines count as heading.
    NoTable,
    /// It holds no line at all.
    Empty,
    /// A newer file of the source replaces it; not read.
    Superseded,
    /// It could not be read; `reason` says why.
    Failed,
    /// Nothing could be read of its source this time: its rows are those of the snapshot before. `reason` says which
    /// snapshot first read them, and of which period they are.
    CarriedOver,
}

impl SheetStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            SheetStatus::Read => "read",
            SheetStatus::HeldBack => "held_back",
            SheetStatus::NoTable => "no_table",
            SheetStatus::Empty => "empty",
            SheetStatus::Superseded => "superseded",
            SheetStatus::Failed => "failed",
            SheetStatus::CarriedOver => "carried_over",
        }
    }
}

/// The account of one sheet: every physical row has exactly one fate.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    pub place: Arc<SheetPlace>,
    pub status: SheetStatus,
    /// Empty when there is nothing to say. Tables hold the Chinese.
    pub reason: Words,
    pub physical_rows: u64,
    pub blank: u64,
    pub heading: u64,
    pub footing: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub quarantined: u64,
    pub unrelated: u64,
    /// Rows made out of it, where one physical row yields several people.
    pub rows_out: u64,
}

impl LedgerEntry {
    pub fn new(place: Arc<SheetPlace>, status: SheetStatus, reason: Words) -> Self {
        LedgerEntry {
            place,
            status,
            reason,
            physical_rows: 0,
            blank: 0,
            heading: 0,
            footing: 0,
            accepted: 0,
            duplicate: 0,
            quarantined: 0,
            unrelated: 0,
            rows_out: 0,
        }
    }

    /// The sum of the fates; must equal `physical_rows`.
    pub fn fates(&self) -> u64 {
        self.blank + self.heading + self.footing + self.accepted + self.duplicate + self.quarantined + self.unrelated
    }

    pub fn adds_up(&self) -> bool {
        self.fates() == self.physical_rows
    }
}

/// Why a line of text is no row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkippedKind {
    /// Above the table, or a header repeated within it.
    Heading,
    /// Totals, signatures and notes.
    Footing,
}

impl SkippedKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SkippedKind::Heading => "heading",
            SkippedKind::Footing => "footing",
        }
    }
}

/// A line of text taken for heading or footing, kept so that nobody has to believe it.
#[derive(Clone, Debug, PartialEq)]
pub struct SkippedLine {
    pub place: Arc<SheetPlace>,
    pub row: u32,
    pub kind: SkippedKind,
    /// The line's filled cells, joined by tabs.
    pub text: String,
}
