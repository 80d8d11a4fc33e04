//! Rows whose every cell equals an earlier row's.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use arrow::array::{Array, FixedSizeBinaryArray, UInt32Array};

use crate::model::{SheetPlace, ValidTable};

use super::super::sheet_cells::value_at;

/// Remembers the rows of one source. Its tables must be added in the order of the rows: by file path, sheet and row; then the
/// answer does not depend on who read which file first.
#[derive(Debug, Default)]
pub struct Duplicates {
    schemas: Vec<String>,
    places: Vec<Arc<SheetPlace>>,
    /// Schema, cells and person within the row → where they were first seen. The people listed in a row carry the hash of the
    /// whole row, so they are duplicates exactly when their row is.
    seen: HashMap<(u32, [u8; 16], u32), (u32, u32)>,
}

impl Duplicates {
    pub fn new() -> Self {
        Duplicates::default()
    }

    /// The rows of the table that repeat an earlier row of the source and schema, with that row's id, in row order.
    pub fn add(&mut self, table: &ValidTable) -> Vec<(u32, String)> {
        let column = |name: &str| table.batch().column_by_name(name).map(|array| array.as_any());
        let (Some(rows), Some(nths), Some(hashes)) = (
            column("row").and_then(|any| any.downcast_ref::<UInt32Array>()),
            column("nth").and_then(|any| any.downcast_ref::<UInt32Array>()),
            column("cells_hash").and_then(|any| any.downcast_ref::<FixedSizeBinaryArray>()),
        ) else {
            return Vec::new();
        };
        let schema = self.schema(&table.schema().name);
        let place = self.places.len() as u32;
        self.places.push(table.place().clone());
        self.seen.reserve(rows.len());
        let mut repeated = Vec::new();
        for row in 0..rows.len() {
            let Ok(hash) = <[u8; 16]>::try_from(hashes.value(row)) else { continue };
            let nth = value_at(nths, row);
            // People are counted from 1.
            match self.seen.entry((schema, hash, nth.unwrap_or(0))) {
                Entry::Occupied(first) => {
                    let (place, first_row) = *first.get();
                    if let Some(place) = self.places.get(place as usize) {
                        repeated.push((row as u32, place.row_id(first_row, nth)));
                    }
                }
                Entry::Vacant(free) => {
                    free.insert((place, rows.value(row)));
                }
            }
        }
        repeated
    }

    fn schema(&mut self, name: &str) -> u32 {
        let at = self.schemas.iter().position(|known| known == name).unwrap_or_else(|| {
            self.schemas.push(name.to_owned());
            self.schemas.len() - 1
        });
        at as u32
    }
}
