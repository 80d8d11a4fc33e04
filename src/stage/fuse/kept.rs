//! The rows that stay, gathered by schema, each with its link.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::error::ArrowError;

use crate::model::{LinkMethod, LinkRow, RowRef, Schema, SheetPlace, ValidTable};
use crate::stage::columns::as_text;

/// All rows of one schema that stay, in row order, without duplicates.
pub(super) struct Kept {
    pub schema: Arc<Schema>,
    /// The columns of [`ValidTable`].
    pub batch: RecordBatch,
    /// By row of `batch`.
    pub links: Vec<LinkRow>,
    pub places: Vec<Arc<SheetPlace>>,
}

/// Where a kept row is: which [`Kept`], which row.
pub(super) type KeptRow = (usize, usize);

/// Takes the rows that stay out of the linked tables; every schema of a table gets an entry, if empty.
pub(super) fn keep(tables: &[ValidTable], links: &[LinkRow]) -> Result<Vec<Kept>, ArrowError> {
    let mut by_table: BTreeMap<u32, Vec<&LinkRow>> = BTreeMap::new();
    for link in links.iter().filter(|link| link.method != LinkMethod::Duplicate) {
        by_table.entry(link.row.table).or_default().push(link);
    }
    let mut by_schema: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        by_schema.entry(table.schema().name.as_str()).or_default().push(index);
    }
    let mut kept = Vec::new();
    for indexes in by_schema.into_values() {
        let schema = tables[indexes[0]].schema().clone();
        let (mut batches, mut rows, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for index in indexes {
            let Some(stay) = by_table.get(&(index as u32)) else { continue };
            let table = &tables[index];
            let picked = UInt32Array::from_iter_values(stay.iter().map(|link| link.row.row));
            batches.push(take_record_batch(table.batch(), &picked)?);
            rows.extend(stay.iter().map(|link| (*link).clone()));
            places.extend(std::iter::repeat_n(table.place().clone(), stay.len()));
        }
        let batch = concat_batches(&ValidTable::schema_of(&schema), &batches)?;
        kept.push(Kept { schema, batch, links: rows, places });
    }
    Ok(kept)
}

impl Kept {
    pub(super) fn empty(schema: Arc<Schema>) -> Self {
        let batch = RecordBatch::new_empty(ValidTable::schema_of(&schema));
        Kept { schema, batch, links: Vec::new(), places: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    pub(super) fn column(&self, name: &str) -> Option<&ArrayRef> {
        self.batch.column_by_name(name)
    }

    /// A column's canonical texts; `None` where the schema has no such column.
    pub(super) fn texts(&self, name: &str) -> Result<Option<StringArray>, ArrowError> {
        self.column(name).map(as_text).transpose()
    }

    pub(super) fn row_id(&self, row: usize) -> &str {
        self.text("row_id", row).unwrap_or_default()
    }

    pub(super) fn row_key(&self, row: usize) -> &str {
        self.text("row_key", row).unwrap_or_default()
    }

    pub(super) fn period(&self, row: usize) -> &str {
        self.text("period", row).unwrap_or_default()
    }

    /// The value of a text column, if the row has one.
    pub(super) fn text(&self, column: &str, row: usize) -> Option<&str> {
        let texts = self.column(column)?.as_any().downcast_ref::<StringArray>()?;
        texts.is_valid(row).then(|| texts.value(row))
    }
}

/// The row id of every linked row, duplicates included.
pub(super) fn row_ids(tables: &[ValidTable], row: RowRef) -> &str {
    tables[row.table as usize].text("row_id").map_or("", |ids| ids.value(row.row as usize))
}
