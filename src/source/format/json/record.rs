//! An object of JSON to the cells of a line. Numbers keep the digits that stand in the file: an identity number has
//! more of them than a floating-point number holds.

use std::collections::HashMap;

use serde::de::IgnoredAny;

use crate::model::CellKind;
use crate::source::format::cell::exact_kind;
use crate::source::format::json::text::{key_and_value, pieces};
use crate::source::line::Line;

/// Objects nested deeper are kept as text.
const MAX_DEPTH: usize = 8;
/// Columns beyond this are taken for data in the place of names.
pub(in crate::source) const MAX_COLUMNS: usize = 16_384;
/// Parts the keys of nested objects where their column is looked up; no key holds it in practice, and one that does
/// only shares another's column name.
const JOINT: char = '\u{1F}';

/// The keys met so far, each with its column.
#[derive(Clone, Default)]
pub(in crate::source) struct Keys {
    columns: Vec<Vec<String>>,
    by_path: HashMap<String, u32>,
    /// The last record that filled each column.
    filled: Vec<u64>,
    record: u64,
}

impl Keys {
    /// The keys in order of appearance, each from the outermost object's to the innermost's.
    pub fn columns(&self) -> &[Vec<String>] {
        &self.columns
    }

    /// Whether there are more keys than a table has columns.
    pub fn too_many(&self) -> bool {
        self.columns.len() > MAX_COLUMNS
    }

    /// Appends the object's values to the line; false if the text is no object. A key that comes twice in it gets a
    /// second column (`key#2`), so that neither value is lost.
    pub fn fill(&mut self, object: &str, line: &mut Line) -> bool {
        let sound = object.starts_with('{') && serde_json::from_str::<IgnoredAny>(object).is_ok();
        self.record += 1;
        let whole = sound && self.object(object, &mut String::new(), 1, line).is_some();
        line.settle();
        whole
    }

    fn object(&mut self, object: &str, path: &mut String, depth: usize, line: &mut Line) -> Option<()> {
        for (key, value) in pieces(object).filter_map(key_and_value) {
            let outer = path.len();
            path.push_str(&string(key)?);
            if value.starts_with('{') && depth < MAX_DEPTH {
                path.push(JOINT);
                self.object(value, path, depth + 1, line)?;
            } else {
                let column = self.column(path);
                let (text, kind) = cell(value)?;
                line.push(column, &text, kind);
            }
            path.truncate(outer);
        }
        Some(())
    }

    /// The column of a path that this record has not filled yet.
    fn column(&mut self, path: &mut String) -> u32 {
        let plain = path.len();
        let mut times = 1;
        loop {
            let column = match self.by_path.get(path.as_str()) {
                Some(column) => *column,
                None => {
                    let column = u32::try_from(self.columns.len()).unwrap_or(u32::MAX);
                    self.columns.push(path.split(JOINT).map(str::to_owned).collect());
                    self.filled.push(0);
                    self.by_path.insert(path.clone(), column);
                    column
                }
            };
            let filled = &mut self.filled[column as usize];
            if *filled != self.record {
                *filled = self.record;
                path.truncate(plain);
                return column;
            }
            times += 1;
            path.truncate(plain);
            path.push_str(&format!("#{times}"));
        }
    }
}

/// A value as text; `None` for a string that is no text (half a surrogate pair).
fn cell(value: &str) -> Option<(String, CellKind)> {
    Some(match value.as_bytes().first() {
        Some(b'"') => (string(value)?, CellKind::Text),
        Some(b'[') => (list(value)?, CellKind::Text),
        Some(b'{') => (value.to_owned(), CellKind::Text),
        Some(b't') => ("TRUE".to_owned(), CellKind::Boolean),
        Some(b'f') => ("FALSE".to_owned(), CellKind::Boolean),
        Some(b'n') | None => (String::new(), CellKind::Empty),
        _ if value.bytes().all(|byte| byte.is_ascii_digit()) => (value.to_owned(), exact_kind(value)),
        _ => (plain_number(value), CellKind::Number),
    })
}

/// An array of plain values joined; one that holds arrays or objects as it stands.
fn list(array: &str) -> Option<String> {
    if pieces(array).any(|piece| piece.starts_with(['[', '{'])) {
        return Some(array.to_owned());
    }
    let texts: Option<Vec<String>> = pieces(array).map(|piece| cell(piece).map(|(text, _)| text)).collect();
    Some(texts?.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("、"))
}

fn string(literal: &str) -> Option<String> {
    serde_json::from_str(literal).ok()
}

/// A number without exponent and without a fraction of nothing but zeros, digit by digit; one with a large exponent
/// as it stands.
fn plain_number(literal: &str) -> String {
    let (sign, size) = literal.strip_prefix('-').map_or(("", literal), |size| ("-", size));
    let (mantissa, exponent) = size.split_once(['e', 'E']).unwrap_or((size, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Some(exponent) = exponent.parse::<i32>().ok().filter(|exponent| exponent.abs() <= 30) else {
        return literal.to_owned();
    };
    let point = whole.len() as i32 + exponent;
    let mut digits = format!("{whole}{fraction}");
    if point <= 0 {
        digits.insert_str(0, &"0".repeat((1 - point) as usize));
    }
    let point = point.max(1) as usize;
    while digits.len() < point {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at(point);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.bytes().all(|digit| digit == b'0') {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for (literal, text) in [
            ("362401196503120012", "362401196503120012"),
            ("36240119650312001234567890", "36240119650312001234567890"),
            ("3.62401196503120012E17", "362401196503120012"),
            ("13970600000.0", "13970600000"),
            ("300.50", "300.50"),
            ("-0.05", "-0.05"),
            ("5e-3", "0.005"),
            ("-12e2", "-1200"),
            ("0", "0"),
            ("0.0", "0"),
            ("1e400", "1e400"),
        ] {
            assert_eq!(plain_number(literal), text);
        }
    }

    #[test]
    fn objects_are_flattened_and_lists_joined() {
        let mut keys = Keys::default();
        let mut line = Line::default();
        let object = r#"{"人":{"姓名":"王五","址":{"镇":"永阳"}},"标签":["低保",null,3,true],"表":[{"a":1}],"空":null,"人":{"姓名":"李四"}}"#;
        assert!(keys.fill(object, &mut line));
        let titles: Vec<String> = keys.columns().iter().map(|parts| parts.join("/")).collect();
        assert_eq!(titles, ["人/姓名", "人/址/镇", "标签", "表", "空", "人/姓名#2"]);
        assert_eq!(line.joined(), "王五\t永阳\t低保、3、TRUE\t[{\"a\":1}]\t李四");
    }

    #[test]
    fn what_is_no_object_is_told() {
        for text in ["", "[1]", "{\"a\":1", "{\"a\":1} x", "{'a':1}", "{\"a\":\"\\ud800\"}", "null"] {
            assert!(!Keys::default().fill(text, &mut Line::default()), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_kept_as_text() {
        let object = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        let mut keys = Keys::default();
        let mut line = Line::default();
        assert!(keys.fill(&object, &mut line));
        assert_eq!(keys.columns()[0].len(), MAX_DEPTH);
        assert_eq!(line.filled(), 1);
    }
}
