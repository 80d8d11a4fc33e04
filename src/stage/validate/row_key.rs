//! `row_key`: what a row says, wherever it stands, so that next month's renamed file does not lose it.

use arrow::array::{MapArray, StringArray, StringBuilder};

use crate::kernel::text;
use crate::model::NormalTable;

use super::super::sheet_cells::{extra_entries, text_at};
use super::values::{Values, push};

/// Hexadecimal digits of a key: 16 bytes.
const DIGITS: usize = 32;

/// The key of each row: a keyed hash over the schema's name and the key fields, or every field and `extra` where the schema
/// names none, the row fills none of them, or has no identity number where the key has one: without it the others are those
/// of every namesake. A value that could not be read is told by its folded text. The period is no part of it.
pub fn column(table: &NormalTable, key: &[u8; 32]) -> StringArray {
    let schema = table.schema();
    let columns: Vec<Column<'_>> = (0..schema.fields.len())
        .filter_map(|field| Some(Column { values: Values::of(table.values(field))?, raw: table.raw(field) }))
        .collect();
    let statuses: Vec<&StringArray> =
        schema.key.iter().filter_map(|field| Some(table.identity_columns(*field)?.1)).collect();
    let lacks_number = |row: usize| {
        statuses.iter().any(|status| matches!(text_at(status, row), None | Some("missing" | "placeholder")))
    };
    let extra = table.extra();
    let count = table.batch().num_rows();
    let mut keys = StringBuilder::with_capacity(count, count * DIGITS);
    let mut start = Vec::new();
    push(schema.name.as_bytes(), &mut start);
    let mut buffer = Vec::new();
    for row in 0..count {
        buffer.clear();
        buffer.extend_from_slice(&start);
        let mut filled = false;
        for column in schema.key.iter().filter_map(|field| columns.get(*field)) {
            filled |= column.write(row, &mut buffer);
        }
        if !filled || lacks_number(row) {
            whole_row(&columns, extra, row, &mut buffer);
        }
        let hash = blake3::keyed_hash(key, &buffer).to_hex();
        keys.append_value(&hash.as_str()[..DIGITS]);
    }
    keys.finish()
}

fn whole_row(columns: &[Column<'_>], extra: &MapArray, row: usize, buffer: &mut Vec<u8>) {
    for column in columns {
        column.write(row, buffer);
    }
    for (title, text) in extra_entries(extra, row) {
        push(title.as_bytes(), buffer);
        push(text.as_bytes(), buffer);
    }
}

struct Column<'a> {
    values: Values<'a>,
    raw: &'a StringArray,
}

impl Column<'_> {
    /// Appends the value, what was written instead of one, or a mark of emptiness; false when the cell is empty.
    fn write(&self, row: usize, buffer: &mut Vec<u8>) -> bool {
        const EMPTY: u8 = 0;
        const VALUE: u8 = 1;
        const WRITTEN: u8 = 2;
        let at = buffer.len();
        buffer.push(VALUE);
        if self.values.write(row, buffer) {
            return true;
        }
        match text_at(self.raw, row) {
            Some(raw) => {
                buffer[at] = WRITTEN;
                push(text::fold(raw).as_bytes(), buffer);
                true
            }
            None => {
                buffer[at] = EMPTY;
                false
            }
        }
    }
}
