//! Any table as a workbook.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use rust_xlsxwriter::Workbook;

use super::ReportError;
use super::cell;
use super::sheet::{Cell, Sheet, Styles};

/// Digits that a sheet's numbers keep.
const EXACT_DIGITS: usize = 15;

/// The batches as one sheet with `titles` above the columns. Numbers are numbers, everything else is text: dates so
/// that no office's settings turn them round, codes so that they keep their zeros. A number too long for a sheet's fifteen
/// digits is text as well.
pub fn table_workbook(
    name: &str,
    schema: &SchemaRef,
    titles: Vec<String>,
    batches: &[RecordBatch],
) -> Result<Vec<u8>, ReportError> {
    let (mut workbook, styles) = (Workbook::new(), Styles::new());
    let mut sheet = Sheet::new(&mut workbook, &styles, name, titles)?;
    for batch in batches {
        for row in 0..batch.num_rows() {
            let texts: Vec<Option<String>> = batch.columns().iter().map(|c| cell::text(c, row)).collect();
            let cells: Vec<Cell<'_>> = texts
                .iter()
                .zip(schema.fields())
                .map(|(text, field)| match text {
                    None => Cell::Empty,
                    Some(text) if cell::is_number(field.data_type()) => number(text, field.data_type()),
                    Some(text) => Cell::Text(text),
                })
                .collect();
            sheet.push(&cells)?;
        }
    }
    sheet.finish()?;
    Ok(workbook.save_to_buffer()?)
}

fn number<'a>(text: &'a str, kind: &DataType) -> Cell<'a> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(value) if matches!(kind, DataType::Decimal128(_, 2)) && digits <= EXACT_DIGITS => Cell::Money(value),
        Ok(value) if (kind.is_floating() || digits <= EXACT_DIGITS) && value.is_finite() => Cell::Plain(value),
        _ => Cell::Text(text),
    }
}
