use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::field::{FieldType, Sensitivity};

/// The name of a published table: one of the fixed ones or a schema's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName(String);

impl TableName {
    pub fn new(name: impl Into<String>) -> Self {
        TableName(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A finished table, ready to be published or queried. All batches have `schema`, whose fields carry the metadata
/// `title` (Chinese), `type` and `sensitivity` that titles and masks go by.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: TableName,
    pub title: String,
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
    /// Columns that the rows are sorted by, ascending, in this order.
    pub sorted_by: Vec<String>,
    /// Unsorted columns that people look single values up by; they get a bloom filter.
    pub looked_up_by: Vec<String>,
}

/// One column of a table that is made in one go.
pub struct TitledColumn {
    pub name: &'static str,
    pub title: &'static str,
    pub kind: FieldType,
    pub sensitivity: Sensitivity,
    pub array: ArrayRef,
}

/// The metadata that every published column carries.
pub fn column_metadata(title: &str, kind: FieldType, sensitivity: Sensitivity) -> HashMap<String, String> {
    let pairs = [("title", title), ("type", kind.as_str()), ("sensitivity", sensitivity.as_str())];
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

impl Table {
    /// A table of one batch in the order of its rows.
    ///
    /// # Errors
    /// When the columns differ in length.
    pub fn of_columns(name: &str, title: &str, columns: Vec<TitledColumn>) -> Result<Table, ArrowError> {
        let field = |column: &TitledColumn| {
            Field::new(column.name, column.array.data_type().clone(), true).with_metadata(column_metadata(
                column.title,
                column.kind,
                column.sensitivity,
            ))
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let arrays = columns.into_iter().map(|column| column.array).collect();
        let batch = RecordBatch::try_new(schema.clone(), arrays)?;
        Ok(Table {
            name: TableName::new(name),
            title: title.to_owned(),
            schema,
            batches: vec![batch],
            sorted_by: Vec::new(),
            looked_up_by: Vec::new(),
        })
    }

    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}
