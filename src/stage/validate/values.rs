//! The columns of normal values by their Arrow types.

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray};

/// A column of normal values.
pub enum Values<'a> {
    Text(&'a StringArray),
    Date(&'a Date32Array),
    Decimal(&'a Decimal128Array),
    Integer(&'a Int64Array),
    Boolean(&'a BooleanArray),
}

impl<'a> Values<'a> {
    /// `None` for a type that no field has.
    pub fn of(array: &'a ArrayRef) -> Option<Values<'a>> {
        let any = array.as_any();
        any.downcast_ref()
            .map(Values::Text)
            .or_else(|| any.downcast_ref().map(Values::Date))
            .or_else(|| any.downcast_ref().map(Values::Decimal))
            .or_else(|| any.downcast_ref().map(Values::Integer))
            .or_else(|| any.downcast_ref().map(Values::Boolean))
    }

    /// Appends the value's bytes, preceded by their number; false for a null, which appends nothing.
    pub fn write(&self, row: usize, buffer: &mut Vec<u8>) -> bool {
        match self {
            Values::Text(values) => values.is_valid(row).then(|| push(values.value(row).as_bytes(), buffer)),
            Values::Date(values) => values.is_valid(row).then(|| push(&values.value(row).to_le_bytes(), buffer)),
            Values::Decimal(values) => values.is_valid(row).then(|| push(&values.value(row).to_le_bytes(), buffer)),
            Values::Integer(values) => values.is_valid(row).then(|| push(&values.value(row).to_le_bytes(), buffer)),
            Values::Boolean(values) => values.is_valid(row).then(|| push(&[u8::from(values.value(row))], buffer)),
        }
        .is_some()
    }
}

/// Appends bytes, preceded by their number.
pub fn push(bytes: &[u8], buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    buffer.extend_from_slice(bytes);
}
