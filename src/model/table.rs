use std::fmt;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

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

impl Table {
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}
