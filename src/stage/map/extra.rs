//! The map column `extra`: what no field claims.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, MapArray, StringBuilder, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;

/// Builds `extra` row by row. A row without an entry is null.
pub struct ExtraBuilder {
    keys: StringBuilder,
    values: StringBuilder,
    entries: i32,
    offsets: Vec<i32>,
    filled: Vec<bool>,
}

impl ExtraBuilder {
    pub fn with_capacity(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        ExtraBuilder {
            keys: StringBuilder::new(),
            values: StringBuilder::new(),
            entries: 0,
            offsets,
            filled: Vec::with_capacity(rows),
        }
    }

    /// An entry of the row that the next [`ExtraBuilder::end_row`] closes.
    pub fn push(&mut self, title: &str, text: &str) {
        self.keys.append_value(title);
        self.values.append_value(text);
        self.entries += 1;
    }

    pub fn end_row(&mut self) {
        let before = self.offsets.last().copied().unwrap_or(0);
        self.filled.push(self.entries > before);
        self.offsets.push(self.entries);
    }

    pub fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        let parts = vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)].into();
        let columns: Vec<ArrayRef> = vec![Arc::new(self.keys.finish()), Arc::new(self.values.finish())];
        let entries = StructArray::try_new(parts, columns, None)?;
        let field = Arc::new(Field::new("entries", entries.data_type().clone(), false));
        let offsets = OffsetBuffer::new(self.offsets.into());
        Ok(Arc::new(MapArray::try_new(field, offsets, entries, Some(NullBuffer::from(self.filled)), false)?))
    }
}
