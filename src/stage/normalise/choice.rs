//! Choices: codes, yes and no, kinds of documents.

use std::sync::Arc;

use arrow::array::{BooleanBuilder, StringBuilder};

use crate::kernel::{boolean as booleans, text};
use crate::model::CodeTable;

use super::super::fault_code::FaultCode;
use super::column::{Column, Outcome};

/// Terms of the field's code table, by term, code or synonym. 无 and 不详 are looked for in the table first, since they are
/// terms of some.
pub fn code(column: &Column<'_>) -> Outcome {
    match &column.field.codes {
        Some(table) => terms(column, table, FaultCode::CodeUnknown),
        // The plan gives every code field its table; without one the text is all there is.
        None => super::text::read(column),
    }
}

/// Kinds of documents: terms of the table that the schema names, or tidied text where it names none.
pub fn document_kind(column: &Column<'_>) -> Outcome {
    match &column.field.codes {
        Some(table) => terms(column, table, FaultCode::DocumentKindUnknown),
        None => super::text::read(column),
    }
}

fn terms(column: &Column<'_>, table: &CodeTable, unknown: FaultCode) -> Outcome {
    let mut values = StringBuilder::with_capacity(column.len(), column.len() * 9);
    let doubts = column.read_once(
        |cell| {
            let known = table.by_spelling.get(&text::spelling(cell)).and_then(|at| table.terms.get(*at));
            match known {
                Some(term) => Some(Ok(term.term.as_str())),
                None if text::is_placeholder(cell) => None,
                None => Some(Err(unknown)),
            }
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// Yes and no. 无 says no here; a stroke says nothing.
pub fn boolean(column: &Column<'_>) -> Outcome {
    let mut values = BooleanBuilder::with_capacity(column.len());
    let doubts = column.read_once(
        |cell| match booleans::parse(cell) {
            Some(value) => Some(Ok(value)),
            None if text::is_placeholder(cell) => None,
            None => Some(Err(FaultCode::BooleanUnreadable)),
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}
