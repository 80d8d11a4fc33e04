//! Builds a fused table row by row from canonical texts, and sorts it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{LexicographicalComparator, SortColumn, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;

use super::columns::{Column, lists};
use crate::model::{Table, TableName};

/// A table under construction: for each column the canonical texts, or the lists.
pub(super) struct Rows {
    columns: &'static [Column],
    position: HashMap<&'static str, usize>,
    texts: Vec<Vec<Option<String>>>,
    lists: Vec<Vec<Vec<String>>>,
    count: usize,
}

impl Rows {
    pub(super) fn new(columns: &'static [Column]) -> Self {
        Rows {
            columns,
            position: columns.iter().enumerate().map(|(at, column)| (column.name, at)).collect(),
            texts: vec![Vec::new(); columns.len()],
            lists: vec![Vec::new(); columns.len()],
            count: 0,
        }
    }

    /// Begins a row whose cells are all empty.
    pub(super) fn begin(&mut self) {
        self.count += 1;
        for (at, column) in self.columns.iter().enumerate() {
            if column.list {
                self.lists[at].push(Vec::new());
            } else {
                self.texts[at].push(None);
            }
        }
    }

    /// Sets a cell of the row begun last. A column that the table does not have is a fault of the program.
    pub(super) fn set(&mut self, column: &'static str, value: &str) {
        if let Some(cell) = self.position.get(column).and_then(|at| self.texts[*at].last_mut()) {
            *cell = Some(value.to_owned());
        } else {
            debug_assert!(false, "no column {column}");
        }
    }

    pub(super) fn set_some(&mut self, column: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.set(column, value);
        }
    }

    pub(super) fn set_list(&mut self, column: &'static str, values: Vec<String>) {
        if let Some(cell) = self.position.get(column).and_then(|at| self.lists[*at].last_mut()) {
            *cell = values;
        } else {
            debug_assert!(false, "no column {column}");
        }
    }

    /// Puts another table's rows behind these. Both are of the same columns.
    pub(super) fn append(&mut self, other: Rows) {
        self.count += other.count;
        for (held, more) in self.texts.iter_mut().zip(other.texts) {
            held.extend(more);
        }
        for (held, more) in self.lists.iter_mut().zip(other.lists) {
            held.extend(more);
        }
    }

    /// The finished table, sorted by the named columns.
    pub(super) fn finish(
        self,
        name: &str,
        title: &str,
        sorted_by: &[&str],
        looked_up_by: &[&str],
    ) -> Result<Table, ArrowError> {
        let schema: SchemaRef = Arc::new(Schema::new(self.columns.iter().map(Column::field).collect::<Vec<_>>()));
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for ((column, texts), texts_of_lists) in self.columns.iter().zip(self.texts).zip(self.lists) {
            arrays.push(if column.list { lists(texts_of_lists) } else { column.array(texts)? });
        }
        let batch = RecordBatch::try_new(schema, arrays)?;
        sorted_table(name, title, batch, sorted_by, looked_up_by)
    }
}

/// A table of one batch, sorted ascending by the named columns, nulls first.
pub(super) fn sorted_table(
    name: &str,
    title: &str,
    batch: RecordBatch,
    sorted_by: &[&str],
    looked_up_by: &[&str],
) -> Result<Table, ArrowError> {
    let keys: Vec<SortColumn> = sorted_by
        .iter()
        .filter_map(|column| batch.column_by_name(column))
        .map(|values| SortColumn { values: values.clone(), options: None })
        .collect();
    let batch = if keys.is_empty() || in_order(&keys, batch.num_rows())? {
        batch
    } else {
        take_record_batch(&batch, &lexsort_to_indices(&keys, None)?)?
    };
    Ok(Table {
        name: TableName::new(name),
        title: title.to_owned(),
        schema: batch.schema(),
        batches: vec![batch],
        sorted_by: sorted_by.iter().map(|name| (*name).to_owned()).collect(),
        looked_up_by: looked_up_by.iter().map(|name| (*name).to_owned()).collect(),
    })
}

/// Whether the rows stand in order already, as those do that were made entity by entity.
fn in_order(keys: &[SortColumn], rows: usize) -> Result<bool, ArrowError> {
    let comparator = LexicographicalComparator::try_new(keys)?;
    Ok((1..rows).all(|row| comparator.compare(row - 1, row).is_le()))
}
