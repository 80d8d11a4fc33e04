//! Columns to fields: the table gets the schema's names, what no field claims goes to `extra`, and people listed in a
//! household's cells become rows of their own. Nothing is read or judged yet.

mod extra;
mod list;
mod members;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, FixedSizeBinaryArray, RecordBatch, StringArray, StringBuilder, UInt8Array, UInt32Array,
};
use arrow::buffer::Buffer;
use arrow::compute::filter_record_batch;

use crate::model::{CellKind, MappedTable, RawTable, Schema, ShapeError, SheetHead};

use super::sheet_cells::{columns_of, text_at, unique_titles};
use extra::ExtraBuilder;

/// The rows of a sheet under its schema's names, and the people listed in them.
#[derive(Clone, Debug)]
pub struct Mapped {
    pub rows: MappedTable,
    /// Rows of the members' schema, in the order of their sheet rows. `nth` counts the people of a row from 1. A line
    /// below the head of a household that holds nothing but a member is a row here and none in `rows`; its first person
    /// has no `nth`, so that a row without `nth` always stands for a line of the sheet.
    pub members: Option<MappedTable>,
}

/// Bytes of a `cells_hash`.
const HASH: usize = 16;

/// Maps a sheet's columns to the fields of its schema. `members` is the schema that the sheet's schema names for the
/// people listed in its cells; without it they stay where they are.
///
/// Each field takes the first column that names it; a further one is kept in `extra` like a column that names none. A
/// value that the sheet as a whole states fills the empty cells of its field. `cells_hash` covers the filled cells by
/// field and the extra ones by title, so that it does not depend on the order of the columns.
pub fn map(raw: RawTable, members: Option<&Arc<Schema>>) -> Result<Mapped, ShapeError> {
    let head = raw.head().clone();
    let columns = Columns::of(&raw);
    let split = match (members, &head.schema.members) {
        (Some(member), Some(list)) => Some(members::split(&columns, list, member)),
        _ => None,
    };
    let mut hashes = Vec::with_capacity(raw.len() * HASH);
    let mut extra = ExtraBuilder::with_capacity(raw.len());
    let mut buffer = Vec::new();
    for row in 0..raw.len() {
        columns.write_cells(row, &mut buffer);
        if let Some(block) = split.as_ref().and_then(|split| split.head_of(row)) {
            // The cells merged over a household's lines are part of each of them.
            let from = block * HASH;
            buffer.extend_from_slice(&hashes[from..from + HASH]);
        }
        hashes.extend_from_slice(&blake3::hash(&buffer).as_bytes()[..HASH]);
        for column in &columns.unclaimed {
            if let Some(text) = text_at(&columns.cells[*column].0, row) {
                extra.push(&columns.titles[*column], text);
            }
        }
        extra.end_row();
    }
    let member_table = match (&split, members) {
        (Some(split), Some(member)) => Some(members::table(&columns, split, member, &hashes)?),
        _ => None,
    };

    let mut arrays: Vec<ArrayRef> = vec![
        Arc::new(raw.rows().clone()),
        Arc::new(UInt32Array::new_null(raw.len())),
        Arc::new(FixedSizeBinaryArray::try_new(HASH as i32, Buffer::from_vec(hashes), None)?),
    ];
    for (cells, kinds) in &columns.fields {
        arrays.push(Arc::new(cells.clone()));
        arrays.push(Arc::new(kinds.clone()));
    }
    arrays.push(extra.finish()?);
    let mut batch = RecordBatch::try_new(MappedTable::schema_of(&head.schema), arrays)?;
    let mut doubts = Vec::new();
    if let Some(split) = split {
        if split.has_blocks() {
            batch = filter_record_batch(&batch, &split.own_rows())?;
        }
        doubts = split.own_doubts;
    }
    let rows = MappedTable::new(head.clone(), head.schema.clone(), batch)?.with_doubts(doubts);
    Ok(Mapped { rows, members: member_table })
}

/// The cells of a sheet, by column and by field.
struct Columns {
    head: Arc<SheetHead>,
    rows: UInt32Array,
    /// By column of the sheet.
    cells: Vec<(StringArray, UInt8Array)>,
    titles: Vec<String>,
    unclaimed: Vec<usize>,
    /// By field of the sheet's schema, with what the sheet as a whole states filled in.
    fields: Vec<(StringArray, UInt8Array)>,
}

impl Columns {
    fn of(raw: &RawTable) -> Columns {
        let head = raw.head().clone();
        let rows = raw.len();
        let cells: Vec<_> = (0..head.columns.len())
            .map(|i| {
                let (texts, kinds) = raw.cells(i);
                (texts.clone(), kinds.clone())
            })
            .collect();
        let by_field = columns_of(&head, &head.schema);
        let unclaimed = (0..cells.len()).filter(|column| !by_field.contains(&Some(*column))).collect();
        let empty = (StringArray::new_null(rows), UInt8Array::from(vec![CellKind::Empty as u8; rows]));
        let fields = by_field
            .iter()
            .enumerate()
            .map(|(field, column)| {
                let own = column.map_or_else(|| empty.clone(), |column| cells[column].clone());
                match head.stated.iter().find(|(stated, _)| *stated == field) {
                    Some((_, value)) => with_stated(&own, value),
                    None => own,
                }
            })
            .collect();
        Columns { titles: unique_titles(&head), rows: raw.rows().clone(), head, cells, unclaimed, fields }
    }

    /// The row's filled cells, each preceded by its length: by field, then the extra ones with their titles.
    fn write_cells(&self, row: usize, buffer: &mut Vec<u8>) {
        buffer.clear();
        for (cells, _) in &self.fields {
            push_text(text_at(cells, row), buffer);
        }
        for column in &self.unclaimed {
            if let Some(text) = text_at(&self.cells[*column].0, row) {
                push_text(Some(&self.titles[*column]), buffer);
                push_text(Some(text), buffer);
            }
        }
    }
}

fn push_text(text: Option<&str>, buffer: &mut Vec<u8>) {
    match text {
        Some(text) => {
            buffer.extend_from_slice(&(text.len() as u32).to_le_bytes());
            buffer.extend_from_slice(text.as_bytes());
        }
        None => buffer.extend_from_slice(&u32::MAX.to_le_bytes()),
    }
}

fn with_stated((cells, kinds): &(StringArray, UInt8Array), value: &str) -> (StringArray, UInt8Array) {
    let mut filled = StringBuilder::with_capacity(cells.len(), cells.value_data().len());
    let mut filled_kinds = Vec::with_capacity(cells.len());
    for row in 0..cells.len() {
        match text_at(cells, row) {
            Some(text) => {
                filled.append_value(text);
                filled_kinds.push(kinds.value(row));
            }
            None => {
                filled.append_value(value);
                filled_kinds.push(CellKind::Text as u8);
            }
        }
    }
    (filled.finish(), UInt8Array::from(filled_kinds))
}

#[cfg(test)]
mod tests;
