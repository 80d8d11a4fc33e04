//! Reading the cells: each field type has its kernel, which turns a column of text into a column of values and says what it
//! could not read. The text stays beside the value.

mod certificate;
mod choice;
mod column;
mod contact;
mod identity;
mod name;
mod number;
mod text;
mod time;

use std::collections::{BTreeMap, HashMap};

use arrow::array::{ArrayRef, RecordBatch};
use chrono::NaiveDate;

use crate::kernel;
use crate::model::{Fault, FieldType, MappedTable, NormalTable, Schema, ShapeError};

use super::sheet_cells::{MemberField, columns_of, holds_members, member_fields, text_at, value_at};
use column::{Column, Outcome};

pub use identity::{Soundness, reread};

/// What reading a table depends on besides the table.
#[derive(Clone, Copy, Debug)]
pub struct NormaliseContext<'a> {
    /// The day the run is reckoned at.
    pub today: NaiveDate,
    /// Field name → (spelling in the source's files → what the office says it means).
    pub values: &'a BTreeMap<String, BTreeMap<String, String>>,
    /// Code of the region that the pipeline is about (360800); settles names of counties that several places share.
    pub region: Option<&'a str>,
}

/// Reads every cell. A cell that holds no value (empty, 无, `-`, 不详) gives null; one whose value cannot be read gives null
/// and a doubt that quotes it.
pub fn normalise(table: MappedTable, context: &NormaliseContext<'_>) -> Result<NormalTable, ShapeError> {
    let schema = table.schema().clone();
    let columns_of_fields = columns_of(table.head(), &schema);
    let quoted_elsewhere = inherited(&table);
    let within = context.region.map(|code| code.trim_end_matches("00"));
    let mut outcomes = Vec::with_capacity(schema.fields.len());
    let mut doubts: Vec<(usize, usize, Fault)> = mapped_doubts(&table, &schema);
    let (rows, nths) = table.row_places();
    for (at, field) in schema.fields.iter().enumerate() {
        let (texts, kinds) = table.cells(at);
        let head = columns_of_fields[at].and_then(|column| table.head().columns.get(column));
        let stated = head.and_then(|head| head.multiplier);
        let of_sheet = table.head().multiplier.filter(|_| field.kind == FieldType::Money);
        let column = Column {
            field,
            texts,
            kinds,
            multiplier: stated.or(of_sheet).unwrap_or(field.multiplier),
            meanings: meanings(context.values, &field.name),
            today: context.today,
            from_1904: table.head().from_1904,
            region: within,
        };
        outcomes.push(read(&column));
    }
    certificate::fill(&schema, &mut outcomes)?;
    let mut values: Vec<ArrayRef> = Vec::with_capacity(schema.fields.len() + 4);
    for ((at, field), outcome) in schema.fields.iter().enumerate().zip(outcomes) {
        let (texts, _) = table.cells(at);
        values.extend(outcome.arrays);
        for doubt in outcome.doubts {
            let nth = value_at(nths, doubt.row);
            if nth.is_some() && quoted_elsewhere[at] {
                continue;
            }
            let raw = text_at(texts, doubt.row).unwrap_or_default();
            let place = (rows.value(doubt.row), nth);
            let fault = doubt.code.fault(&table.head().place, place, field, doubt.suggestion, raw);
            doubts.push((doubt.row, at + 1, fault));
        }
    }
    // Stable, so that the doubts of one cell stay in the order in which they were found.
    doubts.sort_by_key(|(row, field, _)| (*row, *field));

    let mapped = table.batch().columns();
    let mut arrays: Vec<ArrayRef> = mapped[..3].to_vec();
    arrays.extend((0..schema.fields.len()).map(|field| mapped[3 + 2 * field].clone()));
    arrays.extend(values);
    arrays.extend(mapped.last().cloned());
    let batch = RecordBatch::try_new(NormalTable::schema_of(&schema), arrays)?;
    let doubts = doubts.into_iter().map(|(_, _, fault)| fault).collect();
    NormalTable::new(table.head().clone(), schema, batch, doubts)
}

/// The kernel of the field's type.
fn read(column: &Column<'_>) -> Outcome {
    match column.field.kind {
        FieldType::Text | FieldType::Address => text::read(column),
        FieldType::PersonName => name::read(column),
        FieldType::IdentityNumber => identity::read(column),
        FieldType::DocumentKind => choice::document_kind(column),
        FieldType::Date => time::date(column),
        FieldType::Month => time::month(column),
        FieldType::Money => number::money(column),
        FieldType::Integer => number::integer(column),
        FieldType::Decimal => number::decimal(column),
        FieldType::Boolean => choice::boolean(column),
        FieldType::Code => choice::code(column),
        FieldType::Region => text::region(column),
        FieldType::Phone => contact::phone(column),
        FieldType::Account => contact::account(column),
        FieldType::OrganisationCode => contact::organisation_code(column),
    }
}

/// What the office says of the spellings of a field, by spelling as words of code tables are compared.
fn meanings<'a>(values: &'a BTreeMap<String, BTreeMap<String, String>>, field: &str) -> HashMap<String, &'a str> {
    let said = values.get(field).into_iter().flatten();
    said.map(|(spelling, meaning)| (kernel::text::spelling(spelling), meaning.as_str())).collect()
}

/// For each field, whether its cells are the household's own, so that its doubts are told once, at the household's row.
fn inherited(table: &MappedTable) -> Vec<bool> {
    let schema = table.schema();
    if !holds_members(table.head(), schema) {
        return vec![false; schema.fields.len()];
    }
    let sources = member_fields(&table.head().schema, schema);
    sources.into_iter().map(|source| matches!(source, MemberField::Inherited(_))).collect()
}

/// The doubts of mapping with the row of the batch and the field, counted from 1, that they speak of.
fn mapped_doubts(table: &MappedTable, schema: &Schema) -> Vec<(usize, usize, Fault)> {
    let (rows, nths) = table.row_places();
    let mut doubts = table.doubts().iter().peekable();
    let mut placed = Vec::with_capacity(doubts.len());
    for row in 0..rows.len() {
        let at = (rows.value(row), value_at(nths, row));
        while let Some(fault) = doubts.next_if(|fault| (fault.row, fault.nth) == at) {
            placed.push((row, schema.field(&fault.field).map_or(0, |field| field + 1), fault.clone()));
        }
    }
    placed
}

#[cfg(test)]
mod tests;
