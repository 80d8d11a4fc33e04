//! Rows of a snapshot's tables back to rows that may take part in linking, with the ids and keys that they had.
//!
//! A published table keeps of an identity number only its canonical form; how sound it was is read again from the cell
//! that its issue quotes.

mod fit;
mod numbers;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, FixedSizeBinaryArray, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{cast, take};
use chrono::NaiveDate;

use super::link::{Reissue, reissue, row_as_json};
use crate::model::{Fault, FieldType, Grain, Schema, ShapeError, SheetPlace, ValidTable, Words};

/// Why rows cannot be carried over.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// They do not fit the schema as it is now; says which field.
    #[error("the rows do not fit the schema any more")]
    Misfit(Words),
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// What the snapshot says of a source's rows besides their own table.
#[derive(Debug, Default)]
pub struct Beside {
    /// Row id of an accepted row → the rows that equal it in every cell.
    copies: HashMap<String, Vec<String>>,
    /// By row id: the fault that kept the row waiting for linking, and its cell.
    pending: HashMap<String, (Fault, String)>,
    /// By row id and field: the code of a doubt and the cell that it quotes.
    cells: HashMap<(String, String), Vec<(&'static str, String)>>,
    /// Sound number → the kind of its document.
    kinds: HashMap<String, String>,
    /// File → its period.
    periods: HashMap<String, String>,
}

impl Beside {
    /// `copies`: row id of an accepted row → the rows that equal it in every cell; `kinds`: sound number → the kind of its
    /// document; `periods`: file → its period.
    pub fn new(
        copies: HashMap<String, Vec<String>>,
        kinds: HashMap<String, String>,
        periods: HashMap<String, String>,
    ) -> Self {
        Beside { copies, kinds, periods, ..Beside::default() }
    }

    /// Takes in the issues of the snapshot and gives back those that go along with the rows; what linking had to say it
    /// says again.
    pub fn learn(&mut self, issues: Vec<Fault>) -> Vec<Fault> {
        let mut stay = Vec::new();
        for issue in issues {
            let row_id = issue.row_id();
            let at = (row_id.clone(), issue.field.clone());
            match reissue(issue) {
                Reissue::Found => {}
                Reissue::Stays(issue) => {
                    self.cells.entry(at).or_default().push((issue.code, issue.raw.clone()));
                    stay.push(issue);
                }
                Reissue::Pending(fault, cell) => {
                    self.cells.entry(at).or_default().push((fault.code, cell.clone()));
                    self.pending.insert(row_id, (fault, cell));
                }
            }
        }
        stay
    }
}

/// A row on its way back: where it stood, and which row of the published table it is made of.
struct Row {
    place: SheetPlace,
    row: u32,
    nth: Option<u32>,
    from: u32,
    row_id: String,
    is_copy: bool,
}

/// The rows of one schema as they were, in the order of file, sheet, row and person: one table for each sheet. `published`
/// has the columns of the schema's table in the snapshot.
///
/// # Errors
/// [`CarryError::Misfit`] where a value does not fit the schema as it is now.
pub fn valid_tables(
    published: &RecordBatch,
    schema: &Arc<Schema>,
    beside: &Beside,
    today: NaiveDate,
) -> Result<Vec<ValidTable>, CarryError> {
    let values = fit::values(published, schema).map_err(CarryError::Misfit)?;
    let rows = rows(published, beside)?;
    let mut tables = Vec::new();
    for sheet in rows.chunk_by(|a, b| a.place == b.place) {
        tables.push(table(published, &values, sheet, schema, beside, today)?);
    }
    Ok(tables)
}

/// Accepted rows and their copies, sorted by where they stood.
fn rows(published: &RecordBatch, beside: &Beside) -> Result<Vec<Row>, ShapeError> {
    let ids = texts(published, "row_id")?;
    let mut rows = Vec::with_capacity(ids.len());
    for (from, id) in (0u32..).zip(ids.iter().flatten()) {
        let copies = beside.copies.get(id).into_iter().flatten().map(|copy| (copy.as_str(), true));
        for (row_id, is_copy) in std::iter::once((id, false)).chain(copies) {
            let (place, row, nth) = SheetPlace::of_row_id(row_id).ok_or_else(|| missing("row_id"))?;
            rows.push(Row { place, row, nth, from, row_id: row_id.to_owned(), is_copy });
        }
    }
    rows.sort_by(|a, b| (&a.place, a.row, a.nth).cmp(&(&b.place, b.row, b.nth)));
    Ok(rows)
}

fn table(
    published: &RecordBatch,
    values: &[ArrayRef],
    rows: &[Row],
    schema: &Arc<Schema>,
    beside: &Beside,
    today: NaiveDate,
) -> Result<ValidTable, ShapeError> {
    let from = UInt32Array::from_iter_values(rows.iter().map(|row| row.from));
    let picked = |array: &ArrayRef| take(array, &from, None);
    let column = |name: &str| published.column_by_name(name).ok_or_else(|| missing(name));
    let ids = texts(published, "row_id")?;
    // Copies are told by the cells that they share; of a published row only where it stood is known.
    let hashes = rows.iter().map(|row| hash(ids.value(row.from as usize)));
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.row_id))),
        picked(column("row_key")?)?,
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.row))),
        Arc::new(rows.iter().map(|row| row.nth).collect::<UInt32Array>()),
        Arc::new(FixedSizeBinaryArray::try_from_iter(hashes)?),
        Arc::new(periods(texts(published, "period")?, rows, beside)),
    ];
    for (field, values) in schema.fields.iter().zip(values) {
        let values = picked(values)?;
        let sounds = (field.kind == FieldType::IdentityNumber)
            .then(|| numbers::columns(&values, rows.iter().map(|row| row.row_id.as_str()), field, beside, today));
        columns.push(values);
        columns.extend(sounds.into_iter().flatten());
    }
    let wanted = ValidTable::schema_of(schema);
    let extra = wanted.field(wanted.fields().len() - 1).data_type().clone();
    columns.push(cast(&picked(column("extra")?)?, &extra)?);
    let batch = RecordBatch::try_new(wanted, columns)?;
    let place = Arc::new(rows.first().map(|row| row.place.clone()).ok_or_else(|| missing("row_id"))?);
    let (pending, cells) = pending(&batch, schema, rows, beside);
    Ok(ValidTable::new(place, schema.clone(), batch, pending)?.with_pending_cells(cells))
}

/// The period of each row; a copy has that of its own file.
fn periods(published: &StringArray, rows: &[Row], beside: &Beside) -> StringArray {
    let own = rows.iter().find(|row| !row.is_copy).map(|row| published.is_valid(row.from as usize).then_some(row.from));
    rows.iter()
        .map(|row| match own {
            _ if !row.is_copy => published.is_valid(row.from as usize).then(|| published.value(row.from as usize)),
            Some(own) => own.map(|at| published.value(at as usize)),
            None => beside.periods.get(&row.place.file).map(String::as_str),
        })
        .collect()
}

/// The faults of people's rows without a sound number, and their cells.
fn pending(batch: &RecordBatch, schema: &Schema, rows: &[Row], beside: &Beside) -> (Vec<(u32, Fault)>, Vec<String>) {
    let (mut faults, mut cells) = (Vec::new(), Vec::new());
    if schema.grain != Grain::Person {
        return (faults, cells);
    }
    for (at, row) in (0u32..).zip(rows).filter(|(_, row)| !row.is_copy) {
        if let Some((fault, cell)) = beside.pending.get(&row.row_id) {
            faults.push((at, Fault { raw: row_as_json(schema, batch, at as usize), ..fault.clone() }));
            cells.push(cell.clone());
        }
    }
    (faults, cells)
}

/// What stands for the cells of a physical row: all people of one row share it.
fn hash(row_id: &str) -> [u8; 16] {
    let physical = row_id.rsplit_once('#').map_or(row_id, |(row, _)| row);
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(physical.as_bytes()).as_bytes()[..16]);
    first
}

fn texts<'a>(batch: &'a RecordBatch, column: &str) -> Result<&'a StringArray, ShapeError> {
    let array = batch.column_by_name(column).and_then(|array| array.as_any().downcast_ref());
    array.ok_or_else(|| missing(column))
}

fn missing(column: &str) -> ShapeError {
    ShapeError::Column { stage: "carried", column: column.to_owned() }
}

#[cfg(test)]
mod tests;
