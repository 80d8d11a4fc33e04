use serde::{Deserialize, Serialize};

use super::id::SnapshotId;
use crate::model::LedgerEntry;

/// The version of the layout that this program writes; it reads this one and older ones.
pub const FORMAT_VERSION: u32 = 1;

/// `manifest.json`: what a snapshot holds and what it was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub id: SnapshotId,
    pub format_version: u32,
    pub program_version: String,
    /// RFC 3339.
    pub created_at: String,
    /// The day that ages and periods were reckoned at, `YYYY-MM-DD`.
    pub as_of: String,
    pub pipeline: String,
    pub title: String,
    /// Identity of the configuration.
    pub plan_hash: String,
    pub previous: Option<PreviousSnapshot>,
    pub inputs: Vec<Input>,
    pub ledger: LedgerTotals,
    pub tables: Vec<TableEntry>,
    /// The first numbers not yet given to a person and a household.
    pub next_person: u64,
    pub next_household: u64,
    /// The last of the office's decisions that this snapshot heeds.
    pub last_decision: Option<u64>,
    /// What the run wants known, in Chinese.
    pub notes: Vec<String>,
}

/// The snapshot that was current when this one was made, and the SHA-256 of its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousSnapshot {
    pub id: SnapshotId,
    pub manifest_sha256: String,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    pub source: String,
    /// Relative to the source's own folder.
    pub file: String,
    pub sha256: String,
    pub size: u64,
    /// `YYYY-MM`.
    pub period: Option<String>,
    /// The snapshot that first read the file, where its rows are carried over from the snapshot before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_from: Option<SnapshotId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    pub name: String,
    pub title: String,
    pub rows: u64,
    /// Columns that the rows are sorted by, ascending.
    pub sorted_by: Vec<String>,
    pub parts: Vec<PartFile>,
}

/// One Parquet file of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFile {
    /// Relative to the snapshot's folder, with `/`.
    pub path: String,
    pub rows: u64,
    pub size: u64,
    pub sha256: String,
}

/// The ledger's columns, summed over all sheets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerTotals {
    pub sheets: u64,
    pub physical_rows: u64,
    pub blank: u64,
    pub heading: u64,
    pub footing: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub quarantined: u64,
    pub unrelated: u64,
    pub rows_out: u64,
}

impl LedgerTotals {
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a LedgerEntry>) -> Self {
        entries.into_iter().fold(Self::default(), |sum, entry| LedgerTotals {
            sheets: sum.sheets + 1,
            physical_rows: sum.physical_rows + entry.physical_rows,
            blank: sum.blank + entry.blank,
            heading: sum.heading + entry.heading,
            footing: sum.footing + entry.footing,
            accepted: sum.accepted + entry.accepted,
            duplicate: sum.duplicate + entry.duplicate,
            quarantined: sum.quarantined + entry.quarantined,
            unrelated: sum.unrelated + entry.unrelated,
            rows_out: sum.rows_out + entry.rows_out,
        })
    }
}

impl Manifest {
    pub fn table(&self, name: &str) -> Option<&TableEntry> {
        self.tables.iter().find(|table| table.name == name)
    }
}
