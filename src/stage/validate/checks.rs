//! What a row must hold, and what its fields say of their own values.

use arrow::array::Array;
use chrono::{Datelike, NaiveDate};
use regex::Regex;

use crate::kernel::text::{self, Blank};
use crate::model::{Check, FieldType, Grain, NormalTable, ShapeError};

use super::super::fault_code::FaultCode;
use super::super::sheet_cells::{arrow_days, text_at, value_at};
use super::values::Values;
use super::{Found, Weight, cell_fault};

/// The field that says who a person's row speaks of.
const NUMBER: &str = "id_number";
/// The field with the person's name.
const NAME: &str = "name";

/// Finds the required fields without a value. What a person's own number must be is for [`identity`].
pub fn required(table: &NormalTable, found: &mut Vec<Found>) {
    let schema = table.schema();
    let doubts = table.doubts().len().min(found.len());
    for (field, _) in schema.fields.iter().enumerate().filter(|(_, field)| field.required) {
        if schema.grain == Grain::Person && schema.fields[field].name == NUMBER {
            continue;
        }
        let values = table.values(field);
        if values.null_count() == 0 {
            continue;
        }
        for row in (0..values.len()).filter(|row| values.is_null(*row)) {
            let known = doubts_at(&mut found[..doubts], row, field);
            if known.is_empty() {
                let code = match text_at(table.raw(field), row).and_then(text::blank) {
                    Some(Blank::Stated) => FaultCode::RequiredStatedNone,
                    Some(Blank::Unknown) => FaultCode::RequiredUnknown,
                    Some(Blank::Empty) | None => FaultCode::RequiredMissing,
                };
                let fault = cell_fault(table, row, field, code);
                found.push(Found { row, field: Some(field), weight: Weight::Fatal, fault });
            } else {
                known.iter_mut().for_each(|doubt| doubt.weight = Weight::Fatal);
            }
        }
    }
}

/// The doubts that normalising left at one cell. They lead `found`, in the order of rows and, within a row, of fields.
fn doubts_at(doubts: &mut [Found], row: usize, field: usize) -> &mut [Found] {
    let key = (row, Some(field));
    let start = doubts.partition_point(|doubt| (doubt.row, doubt.field) < key);
    let end = doubts.partition_point(|doubt| (doubt.row, doubt.field) <= key);
    &mut doubts[start..end]
}

/// Finds the people's rows without a sound number: pending, or out of the question where there is no name either.
pub fn identity(table: &NormalTable, found: &mut Vec<Found>) {
    let schema = table.schema();
    if schema.grain != Grain::Person {
        return;
    }
    let number = schema.field(NUMBER).filter(|field| schema.fields[*field].kind == FieldType::IdentityNumber);
    let numbers = number.map(|field| table.values(field));
    let names = schema.field(NAME).map(|field| table.values(field));
    if numbers.is_some_and(|numbers| numbers.null_count() == 0) {
        return;
    }
    let (rows, nths) = table.row_places();
    let doubts = table.doubts().len().min(found.len());
    for row in 0..rows.len() {
        if numbers.is_some_and(|numbers| numbers.is_valid(row)) {
            continue;
        }
        let place = (rows.value(row), value_at(nths, row));
        if !names.is_some_and(|names| names.is_valid(row)) {
            let fault = FaultCode::NoIdentity.row_fault(&table.head().place, place);
            found.push(Found { row, field: None, weight: Weight::Fatal, fault });
            continue;
        }
        let known = number.map_or(&mut [][..], |field| doubts_at(&mut found[..doubts], row, field));
        if let Some(doubt) = known.first_mut() {
            doubt.weight = Weight::Pending;
            continue;
        }
        let fault = match number {
            Some(field) => {
                let code = match text_at(table.raw(field), row).and_then(text::blank) {
                    Some(Blank::Stated | Blank::Unknown) => FaultCode::IdStatedNone,
                    Some(Blank::Empty) | None => FaultCode::IdMissing,
                };
                cell_fault(table, row, field, code)
            }
            None => {
                let mut fault = FaultCode::IdMissing.row_fault(&table.head().place, place);
                fault.message = FaultCode::IdMissing.message("证件号码");
                fault
            }
        };
        found.push(Found { row, field: number, weight: Weight::Pending, fault });
    }
}

/// Finds the values that fail a check of their field.
pub fn ranges(table: &NormalTable, today: NaiveDate, found: &mut Vec<Found>) -> Result<(), ShapeError> {
    let month = format!("{:04}-{:02}", today.year(), today.month());
    let today = arrow_days(today);
    for (at, field) in table.schema().fields.iter().enumerate() {
        if field.check == Check::default() {
            continue;
        }
        let Check { min, max, not_future, pattern } = &field.check;
        let Some(values) = Values::of(table.values(at)) else { continue };
        let mut fail = |row: usize, code: FaultCode| {
            found.push(Found { row, field: Some(at), weight: Weight::Issue, fault: cell_fault(table, row, at, code) });
        };
        let outside = |number: i128| min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max);
        match &values {
            // Bounds are in ten-thousandths; money has two decimals, a decimal has four.
            Values::Decimal(values) => {
                let scale = if field.kind == FieldType::Money { 100 } else { 1 };
                for (row, value) in values.iter().enumerate() {
                    if value.is_some_and(|value| outside(value.saturating_mul(scale))) {
                        fail(row, FaultCode::OutOfRange);
                    }
                }
            }
            Values::Integer(values) => {
                for (row, value) in values.iter().enumerate() {
                    if value.is_some_and(|value| outside(i128::from(value) * 10_000)) {
                        fail(row, FaultCode::OutOfRange);
                    }
                }
            }
            Values::Date(values) if *not_future => {
                for (row, value) in values.iter().enumerate() {
                    if value.is_some_and(|value| value > today) {
                        fail(row, FaultCode::DateInFuture);
                    }
                }
            }
            Values::Text(values) if *not_future && field.kind == FieldType::Month => {
                for (row, value) in values.iter().enumerate() {
                    if value.is_some_and(|value| value > month.as_str()) {
                        fail(row, FaultCode::DateInFuture);
                    }
                }
            }
            _ => {}
        }
        if let (Some(pattern), Values::Text(values)) = (pattern, &values) {
            // The plan refuses a pattern that cannot be compiled, so this is a fault of the program.
            let pattern = Regex::new(pattern)
                .map_err(|_| ShapeError::Column { stage: "validate", column: format!("{} (pattern)", field.name) })?;
            for (row, value) in values.iter().enumerate() {
                if value.is_some_and(|value| !pattern.is_match(value)) {
                    fail(row, FaultCode::PatternDiffers);
                }
            }
        }
    }
    Ok(())
}
