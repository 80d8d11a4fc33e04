//! One column on its way from text to values: its cells, its unit, and the doubts that reading it leaves behind.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, StringArray, UInt8Array};
use chrono::NaiveDate;

use crate::kernel::text;
use crate::model::{CellKind, Field};

use super::super::fault_code::FaultCode;
use super::super::sheet_cells::text_at;

/// The cells of a field and what is said of all of them.
pub struct Column<'a> {
    pub field: &'a Field,
    pub texts: &'a StringArray,
    pub kinds: &'a UInt8Array,
    /// What its numbers are multiplied by, where the cell states no unit of its own.
    pub multiplier: u32,
    /// Spelling of the source, as words of code tables are compared → what the office says it means.
    pub meanings: HashMap<String, &'a str>,
    pub today: NaiveDate,
    /// Its plain numbers of days are counted from 1904.
    pub from_1904: bool,
    /// First digits of the codes of the regions that the pipeline is about.
    pub region: Option<&'a str>,
}

/// The arrays that a column becomes, in the order of the table's columns, and the doubts in row order.
pub struct Outcome {
    pub arrays: Vec<ArrayRef>,
    pub doubts: Vec<Doubt>,
}

/// Something wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    pub row: usize,
    pub code: FaultCode,
    /// Better than the code's own suggestion.
    pub suggestion: Option<String>,
}

/// Collects the doubts of a column; knows the row that is being read.
#[derive(Default)]
pub struct Doubts {
    row: usize,
    found: Vec<Doubt>,
}

impl Doubts {
    pub fn push(&mut self, code: FaultCode) {
        self.found.push(Doubt { row: self.row, code, suggestion: None });
    }

    pub fn push_with(&mut self, code: FaultCode, suggestion: String) {
        self.found.push(Doubt { row: self.row, code, suggestion: Some(suggestion) });
    }

    /// Whether one of the doubts bears this code.
    pub fn tell(&self, code: &str) -> bool {
        self.found.iter().any(|doubt| doubt.code.as_str() == code)
    }

    /// Notes the doubt and gives no value: `return doubts.unreadable(code)`.
    pub fn unreadable<T>(&mut self, code: FaultCode) -> Option<T> {
        self.push(code);
        None
    }
}

impl<'a> Column<'a> {
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Reads every filled cell with `read` and hands what it gives to `append`, null for the empty and the error cells.
    /// A spelling that the office explained is read as what it means.
    pub fn read<T>(
        &self,
        mut read: impl FnMut(&'a str, CellKind, &mut Doubts) -> Option<T>,
        mut append: impl FnMut(Option<T>),
    ) -> Vec<Doubt> {
        let mut doubts = Doubts::default();
        for row in 0..self.len() {
            let Some(text) = text_at(self.texts, row) else {
                append(None);
                continue;
            };
            doubts.row = row;
            let kind = CellKind::from_u8(self.kinds.value(row));
            if kind == CellKind::Error || is_error(text) {
                doubts.push(FaultCode::ErrorCell);
                append(None);
                continue;
            }
            let text = match self.meanings.is_empty() {
                true => text,
                false => self.meanings.get(&text::spelling(text)).copied().unwrap_or(text),
            };
            append(read(text, kind, &mut doubts));
        }
        doubts.found
    }

    /// As [`Column::read`] for columns with few different texts: each text is read once, whatever kind of cell it stands
    /// in. `read` gives the value or the code of the doubt, `None` for a cell that states no value.
    pub fn read_once<T: Copy>(
        &self,
        mut read: impl FnMut(&'a str) -> Option<Result<T, FaultCode>>,
        append: impl FnMut(Option<T>),
    ) -> Vec<Doubt> {
        let mut known: HashMap<&'a str, Option<Result<T, FaultCode>>> = HashMap::new();
        self.read(
            |text, _, doubts| match *known.entry(text).or_insert_with(|| read(text)) {
                Some(Ok(value)) => Some(value),
                Some(Err(code)) => doubts.unreadable(code),
                None => None,
            },
            append,
        )
    }
}

/// A formula error that a text file carries as text.
fn is_error(text: &str) -> bool {
    text.starts_with('#')
        && matches!(
            text.trim(),
            "#N/A" | "#REF!" | "#VALUE!" | "#DIV/0!" | "#NAME?" | "#NUM!" | "#NULL!" | "#SPILL!" | "#CALC!"
        )
}
