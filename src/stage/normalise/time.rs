//! Dates and months.

use std::sync::Arc;

use arrow::array::{Date32Builder, StringBuilder};
use chrono::{Datelike, NaiveDate};

use crate::kernel::date::{self, DateFault, Precision, Reach};
use crate::model::{CellKind, Field};

use super::super::fault_code::FaultCode;
use super::super::sheet_cells::arrow_days;
use super::column::{Column, Doubts, Outcome};

/// Days. A date written without its day is the month's first and a doubt; a bare year names no date.
pub fn date(column: &Column<'_>) -> Outcome {
    let mut values = Date32Builder::with_capacity(column.len());
    let (today, reach) = (column.today, reach(column.field));
    let doubts = column.read(
        |cell, kind, doubts| {
            if let Some(serial) = serial(cell, kind, column.from_1904) {
                return serial
                    .map(arrow_days)
                    .map_err(|fault| doubts.push(code(fault, FaultCode::DateUnreadable)))
                    .ok();
            }
            if loses_zero(cell, kind) {
                return doubts.unreadable(FaultCode::DateAmbiguous);
            }
            match date::parse_date(cell, today, reach) {
                Ok(parsed) => match parsed.precision {
                    Precision::Day => Some(arrow_days(parsed.date)),
                    Precision::Month => {
                        doubts.push(FaultCode::DateWithoutDay);
                        Some(arrow_days(parsed.date))
                    }
                    Precision::Year => doubts.unreadable(FaultCode::DateOnlyYear),
                },
                Err(fault) => absent(fault, FaultCode::DateUnreadable, doubts),
            }
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// Months, stored as `YYYY-MM`.
pub fn month(column: &Column<'_>) -> Outcome {
    use std::fmt::Write;
    let mut values = StringBuilder::with_capacity(column.len(), column.len() * 7);
    let (today, reach) = (column.today, reach(column.field));
    let doubts = column.read(
        |cell, kind, doubts| {
            if let Some(serial) = serial(cell, kind, column.from_1904) {
                if is_month(cell) {
                    return doubts.unreadable(FaultCode::DateAmbiguous);
                }
                let month = serial.map(|day| (day.year(), day.month()));
                return month.map_err(|fault| doubts.push(code(fault, FaultCode::MonthUnreadable))).ok();
            }
            if loses_zero(cell, kind) {
                return doubts.unreadable(FaultCode::DateAmbiguous);
            }
            date::parse_month(cell, today, reach)
                .or_else(|fault| absent(fault, FaultCode::MonthUnreadable, doubts).ok_or(()))
                .ok()
        },
        |value| match value {
            Some((year, month)) => {
                // Writing into memory cannot fail.
                let _ = write!(values, "{year:04}-{month:02}");
                values.append_value("");
            }
            None => values.append_null(),
        },
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// The day that a numeric cell of five digits counts by the workbook's system: Excel's dates from 1927 on, or from 1931 by the
/// 1904 system. Shorter numbers are years and longer ones dates written without separators. Cells formatted as dates come as dates.
fn serial(cell: &str, kind: CellKind, from_1904: bool) -> Option<Result<NaiveDate, DateFault>> {
    if kind != CellKind::Number {
        return None;
    }
    let whole = cell.split_once('.').map_or(cell, |(whole, _)| whole);
    if whole.len() != 5 || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(whole.parse().map_err(|_| DateFault::Malformed).and_then(|days| date::excel_serial(days, from_1904)))
}

/// A number of five digits that is a year and a month as well: 20251 is January 2025 or the serial of a day in 1955.
fn is_month(cell: &str) -> bool {
    matches!(cell.as_bytes(), [b'1', b'9', ..] | [b'2', b'0', ..])
        && !cell.split('.').next().unwrap_or(cell).ends_with('0')
}

/// Only what is marked as never in the future, and a birth, is known to be past.
fn reach(field: &Field) -> Reach {
    if field.check.not_future || field.name == "birth_date" { Reach::Past } else { Reach::Open }
}

/// A numeric cell with 2025.1 may have been typed as 2025.10.
fn loses_zero(cell: &str, kind: CellKind) -> bool {
    kind == CellKind::Number && cell.len() == 6 && cell.ends_with(".1")
}

/// Null; with a doubt unless the cell says that there is no date.
fn absent<T>(fault: DateFault, unreadable: FaultCode, doubts: &mut Doubts) -> Option<T> {
    if !fault.is_absent() {
        doubts.push(code(fault, unreadable));
    }
    None
}

fn code(fault: DateFault, unreadable: FaultCode) -> FaultCode {
    match fault {
        DateFault::Ambiguous => FaultCode::DateAmbiguous,
        DateFault::Impossible => FaultCode::DateImpossible,
        DateFault::Lunar => FaultCode::DateLunar,
        DateFault::Several => FaultCode::DateSeveral,
        DateFault::NoMonth => FaultCode::MonthMissing,
        _ => unreadable,
    }
}
