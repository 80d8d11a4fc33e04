//! Tables to documents: workbooks and the closing lines of a run. Makes bytes and text; writes no file and prints
//! nothing. The text of what comes out follows [`crate::model::Lang`] where people wrote it here, and stays Chinese where it comes
//! out of the tables.

pub mod cell;
mod columns;
mod documents;
mod findings;
mod sheet;
mod summary;
mod table;
mod workbook;

use rust_xlsxwriter::XlsxError;

pub use columns::{aligned, padded, shown_width};
pub use documents::{Document, DocumentsInput, documents};
pub use findings::{FindingsInput, RuleWords, findings_workbook};
pub use summary::{FileCounts, FindingCounts, RowFates, RunSummary, SourceLine, StageTime, stage_name};
pub use table::table_workbook;
pub use workbook::{ProviderInput, ProviderWorkbook, provider_workbook};

/// A document could not be made: a fault of the program or of the temporary folder, never of a row.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("the table {table} has no text column {column}")]
    Column { table: &'static str, column: &'static str },
    #[error("the workbook could not be put together")]
    Workbook(#[from] XlsxError),
}

#[cfg(test)]
mod tests;
