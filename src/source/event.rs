use std::sync::Arc;

use crate::model::{ColumnHead, Fault, LedgerEntry, RawTable, Schema, SheetHead, SheetPlace, SkippedLine, Words};
use crate::plan::HeaderPlace;
use crate::source::format::sniff::Format;

/// What a reader tells while it goes through a file, in this order: `File` once, then for each sheet `Sheet` or
/// `HeldSheet` (or neither), its lines, and `End`. A file that cannot be opened gives a single `End`.
#[derive(Clone, Debug)]
pub enum Event {
    File(FileStart),
    /// A table was found.
    Sheet(SheetStart),
    /// Rows of the table, at most 8192, or somewhat more where a household's lines are among them: they are never parted.
    /// The batch's own head counts: it may be wider than the one announced, where
    /// later rows fill columns that have no header.
    Rows(RawTable),
    /// A line that is no row.
    Skipped(SkippedLine),
    /// A table that cannot be read; all its lines follow as `Held`.
    HeldSheet(HeldSheet),
    /// Lines kept out, each as a fault for `quarantine`: of a held sheet, or single lines with somebody's number that
    /// stand outside any table.
    Held(Vec<Fault>),
    /// Doubts about rows that are handed out all the same, for `issue`.
    Doubts(Vec<Fault>),
    End(SheetEnd),
}

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStart {
    pub format: Format,
    /// Name of the encoding of a text or markup file by the Encoding Standard.
    pub encoding: Option<&'static str>,
    /// What separates a text file's fields.
    pub separator: Option<char>,
    /// The sheets in the workbook's order; one without a name for text.
    pub sheets: Vec<String>,
}

/// A table found on a sheet.
#[derive(Clone, Debug)]
pub struct SheetStart {
    pub head: Arc<SheetHead>,
    /// The rows of its header.
    pub header: HeaderPlace,
    /// How far the cells bear the header out, in [0, 1]; 1 where they say nothing against it.
    pub confidence: f64,
}

/// A table that fits no schema of the source, with what was seen of it.
#[derive(Clone, Debug)]
pub struct HeldSheet {
    pub place: Arc<SheetPlace>,
    /// The schema it comes closest to.
    pub schema: Option<Arc<Schema>>,
    /// The rows that look like its header.
    pub header: Option<HeaderPlace>,
    /// The columns of that header; fields where `schema` knows them.
    pub columns: Vec<ColumnHead>,
    /// How far the cells bear out the reading with `schema`, in [0, 1].
    pub confidence: Option<f64>,
    /// `column_missing`, `column_twice`, `header_contradicted`, `header_unknown`, `tables_side_by_side`.
    pub code: &'static str,
    pub reason: Words,
    /// Names the line to put into the pipeline file.
    pub suggestion: Words,
}

/// The end of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetEnd {
    /// `physical_rows`, `blank`, `heading`, `footing` and `quarantined` (the held lines) are filled in. The rows
    /// handed out in `Rows` are still without a fate: `physical_rows` = `fates()` + `rows`.
    pub ledger: LedgerEntry,
    /// The rows handed out.
    pub rows: u64,
}
