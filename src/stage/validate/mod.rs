//! Judging rows: which may take part in linking, which are kept out and why, and which doubts go along with a row.

mod checks;
mod cross;
mod duplicates;
mod row_key;
mod values;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, StringArray, StringBuilder};
use arrow::compute::filter_record_batch;
use chrono::NaiveDate;

use crate::model::{Fault, NormalTable, ShapeError, ValidTable};

use super::sheet_cells::{RowWriter, text_at, value_at};

pub use duplicates::Duplicates;

/// What judging a table depends on besides the table.
#[derive(Clone, Copy, Debug)]
pub struct ValidateContext {
    /// Key of the hash that makes `row_key`.
    pub key: [u8; 32],
    /// The day the run is reckoned at.
    pub today: NaiveDate,
}

/// The rows that go on, and what is said of the others.
#[derive(Clone, Debug)]
pub struct Validated {
    pub table: ValidTable,
    /// Every fault of the rows kept out; `raw` is the whole row.
    pub quarantine: Vec<Fault>,
    /// Doubts about the rows that go on; `raw` is the cell.
    pub issues: Vec<Fault>,
    /// Lines of the sheet kept out. The people that one line lists (rows with `nth`) share the fate of their line and do not
    /// count.
    pub quarantined_rows: u64,
}

/// What a fault means for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// It goes along with the row.
    Issue,
    /// It keeps the row out unless linking ties it to somebody.
    Pending,
    /// It keeps the row out.
    Fatal,
}

/// A fault and the row of the batch that it speaks of.
struct Found {
    row: usize,
    /// The field's place in the schema; faults of the whole row come first.
    field: Option<usize>,
    weight: Weight,
    fault: Fault,
}

/// Judges every row. A row with an empty or unreadable required field is quarantined, and so is a person's row with neither
/// a sound number nor a name. A person's row without a sound number goes on as pending. Everything else is an issue.
pub fn validate(table: NormalTable, context: &ValidateContext) -> Result<Validated, ShapeError> {
    let mut found = doubts(&table);
    checks::required(&table, &mut found);
    checks::identity(&table, &mut found);
    checks::ranges(&table, context.today, &mut found)?;
    cross::check(&table, context.today, &mut found);
    found.sort_by_key(|found| (found.row, found.field.map_or(0, |field| field + 1)));

    let (rows, nths) = table.row_places();
    let mut kept = vec![true; rows.len()];
    for found in &found {
        if found.weight == Weight::Fatal {
            kept[found.row] = false;
        }
    }
    let quarantined_rows = (0..rows.len()).filter(|row| !kept[*row] && nths.is_null(*row)).count() as u64;

    let raw = (0..table.schema().fields.len()).map(|field| table.raw(field)).collect();
    let writer = RowWriter::new(table.head(), table.schema(), raw, table.extra());
    let (mut quarantine, mut issues) = (Vec::new(), Vec::new());
    let (mut pending, mut pending_cells) = (Vec::new(), Vec::new());
    // The place of the next kept row in the table that goes on, for the rows before `at`.
    let (mut at, mut place) = (0, 0);
    for Found { row, weight, mut fault, .. } in found {
        place += kept[at..row].iter().filter(|kept| **kept).count();
        at = row;
        if !kept[row] {
            fault.raw = writer.json(row);
            quarantine.push(fault);
        } else if weight == Weight::Pending {
            pending_cells.push(std::mem::replace(&mut fault.raw, writer.json(row)));
            pending.push((place as u32, fault));
        } else {
            issues.push(fault);
        }
    }

    let mut batch = valid_batch(&table, &context.key)?;
    if kept.contains(&false) {
        batch = filter_record_batch(&batch, &BooleanArray::from(kept))?;
    }
    let table = ValidTable::new(table.head().place.clone(), table.schema().clone(), batch, pending)?
        .with_pending_cells(pending_cells);
    Ok(Validated { table, quarantine, issues, quarantined_rows })
}

/// The doubts that reading the values left behind, at their rows. Both are in row order.
fn doubts(table: &NormalTable) -> Vec<Found> {
    let (rows, nths) = table.row_places();
    let mut doubts = table.doubts().iter().peekable();
    let mut found = Vec::with_capacity(doubts.len());
    for row in 0..rows.len() {
        let at = (rows.value(row), value_at(nths, row));
        while let Some(fault) = doubts.next_if(|fault| (fault.row, fault.nth) == at) {
            let field = table.schema().field(&fault.field);
            found.push(Found { row, field, weight: Weight::Issue, fault: fault.clone() });
        }
    }
    found
}

fn valid_batch(table: &NormalTable, key: &[u8; 32]) -> Result<RecordBatch, ShapeError> {
    let (rows, nths) = table.row_places();
    let count = rows.len();
    let normal = table.batch().columns();
    let first_value = 3 + table.schema().fields.len();

    let prefix = table.head().place.row_prefix();
    let mut row_ids = StringBuilder::with_capacity(count, count * (prefix.len() + 6));
    for row in 0..count {
        use std::fmt::Write;
        // Writing into memory cannot fail.
        let _ = match value_at(nths, row) {
            Some(nth) => write!(row_ids, "{prefix}{}#{nth}", rows.value(row)),
            None => write!(row_ids, "{prefix}{}", rows.value(row)),
        };
        row_ids.append_value("");
    }
    let period = match &table.head().period {
        Some(period) => StringArray::from_iter_values(std::iter::repeat_n(period, count)),
        None => StringArray::new_null(count),
    };
    let mut columns: Vec<ArrayRef> = vec![Arc::new(row_ids.finish()), Arc::new(row_key::column(table, key))];
    columns.extend_from_slice(&normal[..3]);
    columns.push(Arc::new(period));
    columns.extend_from_slice(&normal[first_value..]);
    Ok(RecordBatch::try_new(ValidTable::schema_of(table.schema()), columns)?)
}

/// The fault of a cell, ready to be found.
fn cell_fault(table: &NormalTable, row: usize, field: usize, code: super::fault_code::FaultCode) -> Fault {
    let (rows, nths) = table.row_places();
    code.fault(
        &table.head().place,
        (rows.value(row), value_at(nths, row)),
        &table.schema().fields[field],
        None,
        text_at(table.raw(field), row).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests;
