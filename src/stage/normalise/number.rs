//! Money and other numbers. Only whole-number arithmetic: money never passes through a binary fraction.

use std::sync::Arc;

use arrow::array::{Decimal128Builder, Int64Builder};

use crate::kernel::number::{self, NumberFault, Reading, Unit};
use crate::model::{CellKind, FieldType};

use super::super::fault_code::FaultCode;
use super::column::{Column, Doubts, Outcome};

/// Eighteen digits are stored.
const LIMIT: i128 = 1_000_000_000_000_000_000;

/// Yuan with two decimals. A unit in the cell wins over the header's, that over the sheet's, that over the schema's.
pub fn money(column: &Column<'_>) -> Outcome {
    let unit = money_unit(column.multiplier);
    decimals(column, FaultCode::MoneyUnreadable, |cell, doubts| {
        let reading = number::read_money(cell, unit.unwrap_or(Unit::Yuan))?;
        noticed(&reading, doubts);
        match (unit, reading.unit) {
            // A multiplier that is no usual unit.
            (None, None) => times(reading.value, column.multiplier),
            _ => Ok(reading.value),
        }
    })
}

/// Decimals with four places, in the schema's unit.
pub fn decimal(column: &Column<'_>) -> Outcome {
    let wanted = column.field.unit.as_deref().and_then(Unit::from_name);
    decimals(column, FaultCode::NumberUnreadable, |cell, doubts| {
        let reading = number::read_decimal(cell, 4)?;
        check_unit(&reading, wanted, |unit| !unit.counts())?;
        noticed(&reading, doubts);
        times(reading.value, if reading.unit.is_some() { 1 } else { column.multiplier })
    })
}

fn decimals(
    column: &Column<'_>,
    unreadable: FaultCode,
    mut parse: impl FnMut(&str, &mut Vec<FaultCode>) -> Result<i128, NumberFault>,
) -> Outcome {
    let mut values = Decimal128Builder::with_capacity(column.len()).with_data_type(column.field.kind.data_type());
    let scale = if column.field.kind == FieldType::Money { 2 } else { 4 };
    let mut seen = Vec::new();
    let doubts = column.read(
        |cell, kind, doubts| {
            if column.multiplier == 1
                && let Some(value) = plain(cell, scale)
            {
                return Some(value);
            }
            let read = parse(cell, &mut seen);
            for code in seen.drain(..) {
                // What a formula computed has as many decimals as it pleases.
                if read.is_ok() && !(code == FaultCode::NumberRounded && kind == CellKind::Number) {
                    doubts.push(code);
                }
            }
            read.or_else(|fault| absent(fault, unreadable, doubts).ok_or(())).ok()
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// A unit in the cell must be the field's own, or where the field names none, one that `fits`. A bare 万 is no unit.
fn check_unit(reading: &Reading, wanted: Option<Unit>, fits: impl Fn(Unit) -> bool) -> Result<(), NumberFault> {
    match reading.unit.filter(|unit| unit.money_power().is_none()) {
        Some(found) if !wanted.map_or_else(|| fits(found), |wanted| wanted == found) => Err(NumberFault::WrongUnit),
        _ => Ok(()),
    }
}

/// Whole numbers.
pub fn integer(column: &Column<'_>) -> Outcome {
    let mut values = Int64Builder::with_capacity(column.len());
    let wanted = column.field.unit.as_deref().and_then(Unit::from_name);
    let mut seen = Vec::new();
    let doubts = column.read(
        |cell, _, doubts| {
            let read = plain(cell, 0).map_or_else(
                || {
                    let reading = number::read_integer(cell)?;
                    check_unit(&reading, wanted, Unit::counts)?;
                    noticed(&reading, &mut seen);
                    Ok(reading.value)
                },
                Ok,
            );
            let read = read.and_then(|value| times(value, column.multiplier));
            let read = read.and_then(|value| i64::try_from(value).map_err(|_| NumberFault::TooLarge));
            let noticed = seen.drain(..).filter(|_| read.is_ok());
            noticed.for_each(|code| doubts.push(code));
            read.or_else(|fault| absent(fault, FaultCode::IntegerUnreadable, doubts).ok_or(())).ok()
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// The commonest form, digits with at most `scale` decimals, without the tidying that everything else needs.
fn plain(cell: &str, scale: usize) -> Option<i128> {
    let (whole, decimals) = match cell.split_once('.') {
        Some((whole, decimals)) if scale > 0 && !decimals.is_empty() => (whole, decimals),
        Some(_) => return None,
        None => (cell, ""),
    };
    if whole.is_empty() || whole.len() > 12 || decimals.len() > scale {
        return None;
    }
    let mut value = 0_i128;
    for byte in whole.bytes().chain(decimals.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i128::from(byte - b'0');
    }
    Some(value * 10_i128.pow((scale - decimals.len()) as u32))
}

fn money_unit(multiplier: u32) -> Option<Unit> {
    match multiplier {
        1 => Some(Unit::Yuan),
        100 => Some(Unit::HundredYuan),
        1_000 => Some(Unit::ThousandYuan),
        10_000 => Some(Unit::TenThousandYuan),
        100_000_000 => Some(Unit::HundredMillionYuan),
        _ => None,
    }
}

fn times(value: i128, multiplier: u32) -> Result<i128, NumberFault> {
    let product = value.checked_mul(i128::from(multiplier)).ok_or(NumberFault::TooLarge)?;
    if product.abs() < LIMIT { Ok(product) } else { Err(NumberFault::TooLarge) }
}

fn noticed(reading: &Reading, seen: &mut Vec<FaultCode>) {
    if reading.rounded {
        seen.push(FaultCode::NumberRounded);
    }
    if reading.noted {
        seen.push(FaultCode::NumberWithNote);
    }
}

/// Null; with a doubt unless the cell says that there is no number.
fn absent<T>(fault: NumberFault, unreadable: FaultCode, doubts: &mut Doubts) -> Option<T> {
    let code = match fault {
        _ if fault.is_absent() => return None,
        NumberFault::Several => FaultCode::NumberSeveral,
        NumberFault::NotWhole => FaultCode::NumberNotWhole,
        NumberFault::TooLarge => FaultCode::NumberTooLarge,
        NumberFault::WrongUnit => FaultCode::NumberWrongUnit,
        _ => unreadable,
    };
    doubts.unreadable(code)
}
