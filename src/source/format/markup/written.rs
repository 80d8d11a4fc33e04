//! A value as markup writes it, to a cell.

use calamine::{ExcelDateTime, ExcelDateTimeType};

use crate::model::CellKind;
use crate::source::format::cell::{self, Value};
use crate::source::line::Line;

/// Significant digits that spreadsheets keep of a number.
const KEPT: usize = 15;

/// How days are counted where they are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub is_date: bool,
    pub from_1904: bool,
}

/// Appends what is written as a number. What is more or other than a number can hold stays as it is written: an
/// identity number keeps its eighteen digits, unless they were rounded before.
pub(super) fn push_number(line: &mut Line, column: u32, written: &str, days: Days) {
    match number(written.trim()) {
        Some(number) if days.is_date => {
            let moment = ExcelDateTime::new(number, ExcelDateTimeType::DateTime, days.from_1904);
            cell::push(line, column, Value::Moment(moment));
        }
        Some(number) => cell::push(line, column, Value::Number(number)),
        None => line.push(column, written, CellKind::Text),
    }
}

/// The number that a text states in full.
fn number(text: &str) -> Option<f64> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let digits = text.trim_start_matches(['-', '+']);
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let guarded = digits.len() > 1 && digits.starts_with('0');
    let lost = digits.len() > KEPT && digits[KEPT..].bytes().any(|byte| byte != b'0');
    (!whole || (!guarded && !lost)).then_some(number)
}

/// Appends a moment in the form of ISO 8601, without the fractions of a second that nobody stated.
pub(super) fn push_moment(line: &mut Line, column: u32, written: &str) {
    let written = written.trim();
    let exact = written.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|byte| byte == b'0'));
    cell::push(line, column, Value::MomentIso(exact.map_or(written, |(moment, _)| moment)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell_of(push: impl FnOnce(&mut Line)) -> (String, CellKind) {
        let mut line = Line::default();
        line.begin(1);
        push(&mut line);
        let cell = line.get(0).unwrap();
        (cell.text.to_owned(), cell.kind)
    }

    #[test]
    fn numbers_are_numbers_and_what_they_cannot_hold_stays_as_written() {
        let plain = Days { is_date: false, from_1904: false };
        for (written, text, kind) in [
            ("600", "600", CellKind::Number),
            (" 0.30000000000000004 ", "0.3", CellKind::Number),
            ("1.5E+3", "1500", CellKind::Number),
            ("-0.5", "-0.5", CellKind::Number),
            ("362401196503120000", "362401196503120000", CellKind::Number),
            ("362401196503120012", "362401196503120012", CellKind::Text),
            ("0796", "0796", CellKind::Text),
            ("1,234.50", "1,234.50", CellKind::Text),
            ("NaN", "NaN", CellKind::Text),
            ("1e999", "1e999", CellKind::Text),
        ] {
            let cell = cell_of(|line| push_number(line, 0, written, plain));
            assert_eq!(cell, (text.to_owned(), kind), "{written}");
        }
    }

    #[test]
    fn days_are_dates_in_either_system() {
        let day =
            |written: &str, from_1904| cell_of(|line| push_number(line, 0, written, Days { is_date: true, from_1904 }));
        assert_eq!(day("45658", false), ("2025-01-01".to_owned(), CellKind::Date));
        assert_eq!(day("44196", true), ("2025-01-01".to_owned(), CellKind::Date));
        let moment = |written: &str| cell_of(|line| push_moment(line, 0, written)).0;
        assert_eq!(moment("2025-01-01T00:00:00.000"), "2025-01-01");
        assert_eq!(moment("2025-01-01T08:30:00.000"), "2025-01-01T08:30:00");
    }
}
