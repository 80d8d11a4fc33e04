//! What a run is told, what it says, and how it can end.

use std::path::PathBuf;

use arrow::array::{RecordBatch, StringArray};
use arrow::error::ArrowError;
use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::model::{Fault, Lang, LedgerEntry, Links, Observer, ShapeError, Table, Words};
use crate::plan::Plan;
use crate::report::ReportError;
use crate::source::{Limits, SourceError};
use crate::sql::SqlError;
use crate::store::{Input, SnapshotId, StoreError};

/// What a run is told besides the plan.
pub struct Job<'a> {
    pub plan: &'a Plan,
    /// What reading a file may cost.
    pub limits: &'a Limits,
    /// The day that ages and periods are reckoned at.
    pub today: NaiveDate,
    /// The moment of the run, for the snapshot's id and the lock.
    pub now: DateTime<FixedOffset>,
    /// Key of the hashes that rows are known by.
    pub key: [u8; 32],
    pub lang: Lang,
    pub observer: &'a dyn Observer,
}

/// A run stopped. Nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the linkage could not ask a schema's candidate predicate")]
    Candidate(#[from] SqlError),
    #[error("a stage broke its promise")]
    Shape(#[from] ShapeError),
    #[error("a table could not be built")]
    Arrow(#[from] ArrowError),
    #[error("a workbook could not be made")]
    Report(#[from] ReportError),
    #[error("the account of {file} {sheet} does not add up: {physical} rows, {fates} fates")]
    Unbalanced { file: String, sheet: String, physical: u64, fates: u64 },
}

/// What reading and linking found; what `check` shows.
pub struct Linked {
    pub links: Links,
    pub ledger: Vec<LedgerEntry>,
    /// Sorted by place.
    pub quarantine: Vec<Fault>,
    pub issues: Vec<Fault>,
    pub refusals: Vec<Words>,
    pub warnings: Vec<Words>,
    /// Township → people withheld because nothing says who they are.
    pub withheld: Vec<(String, u64)>,
    /// The tables that do not come out of fusion.
    pub(super) extra_tables: Vec<Table>,
    pub(super) inputs: Vec<Input>,
}

/// What a run did.
pub struct Outcome {
    pub linked: Linked,
    /// `None` when the gate refused.
    pub published: Option<Published>,
}

pub struct Published {
    pub snapshot: SnapshotId,
    pub tables: Vec<Table>,
    pub skipped_rules: Vec<(String, String)>,
    pub notes: Vec<Words>,
    pub reports: PathBuf,
    pub workbooks: u64,
}

impl Published {
    /// Rows of a table.
    pub fn rows(&self, table: &str) -> u64 {
        self.tables.iter().filter(|known| known.name.as_str() == table).map(|known| known.row_count() as u64).sum()
    }

    /// Rows of a table whose text column holds one of the words.
    pub fn count(&self, table: &str, column: &str, words: &[&str]) -> u64 {
        let tables = self.tables.iter().filter(|known| known.name.as_str() == table);
        let texts = |batch: &RecordBatch| batch.column_by_name(column)?.as_any().downcast_ref::<StringArray>().cloned();
        let columns = tables.flat_map(|table| &table.batches).filter_map(texts);
        columns.map(|texts| texts.iter().flatten().filter(|text| words.contains(text)).count() as u64).sum()
    }
}
