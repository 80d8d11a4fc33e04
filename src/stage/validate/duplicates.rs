//! Rows whose every cell equals an earlier row's.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arrow::array::{FixedSizeBinaryArray, UInt32Array};

use crate::model::{RowRef, ValidTable};

use super::super::sheet_cells::value_at;

/// Remembers the rows of one source. Its tables must be added in the order of the rows: by file path, sheet and row; then the
/// answer does not depend on who read which file first.
#[derive(Debug, Default)]
pub struct Duplicates {
    /// Source and schema, by number.
    kinds: HashMap<(String, String), u32>,
    /// Kind, cells and person within the row → where they were first seen. The people listed in a row carry the hash of the
    /// whole row, so they are duplicates exactly when their row is.
    seen: HashMap<(u32, [u8; 16], u32), RowRef>,
}

impl Duplicates {
    pub fn new() -> Self {
        Duplicates::default()
    }

    /// The rows of the table (the `index`-th of the run) that repeat an earlier row of the same source and schema, each
    /// with that row, in row order.
    pub fn add(&mut self, index: u32, table: &ValidTable) -> Vec<(RowRef, RowRef)> {
        let column = |name: &str| table.batch().column_by_name(name).map(|array| array.as_any());
        let (Some(nths), Some(hashes)) = (
            column("nth").and_then(|any| any.downcast_ref::<UInt32Array>()),
            column("cells_hash").and_then(|any| any.downcast_ref::<FixedSizeBinaryArray>()),
        ) else {
            return Vec::new();
        };
        let next = self.kinds.len() as u32;
        let kind = (table.place().source.clone(), table.schema().name.clone());
        let kind = *self.kinds.entry(kind).or_insert(next);
        self.seen.reserve(table.len());
        let mut repeated = Vec::new();
        for row in 0..table.len() {
            let Ok(hash) = <[u8; 16]>::try_from(hashes.value(row)) else { continue };
            let at = RowRef { table: index, row: row as u32 };
            // People are counted from 1.
            match self.seen.entry((kind, hash, value_at(nths, row).unwrap_or(0))) {
                Entry::Occupied(first) => repeated.push((at, *first.get())),
                Entry::Vacant(free) => {
                    free.insert(at);
                }
            }
        }
        repeated
    }
}
