//! Small schemas and sheets for the tests of the stages.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt8Array, UInt32Array};
use chrono::NaiveDate;

use super::map::map;
use super::normalise::{NormaliseContext, normalise};
use super::validate::{ValidateContext, validate};
use crate::kernel::identity::check_character;
use crate::kernel::text::spelling;
use crate::model::{
    CellKind, Check, CodeTable, ColumnHead, Field, FieldType, Grain, Members, RawTable, Role, Schema, Sensitivity,
    SheetHead, SheetPlace, Term, ValidTable,
};

pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, 15).unwrap()
}

pub fn field(name: &str, title: &str, kind: FieldType) -> Field {
    Field {
        name: name.into(),
        title: title.into(),
        kind,
        claims: vec![title.into()],
        required: false,
        codes: None,
        unit: None,
        multiplier: 1,
        sensitivity: Sensitivity::Internal,
        check: Check::default(),
    }
}

pub fn codes(terms: &[(&str, &str)]) -> Arc<CodeTable> {
    let terms: Vec<Term> = terms
        .iter()
        .map(|(code, term)| Term { code: (*code).into(), term: (*term).into(), synonyms: Vec::new() })
        .collect();
    let by_spelling = terms
        .iter()
        .enumerate()
        .flat_map(|(i, term)| [(spelling(&term.code), i), (spelling(&term.term), i)])
        .filter(|(spelling, _)| !spelling.is_empty())
        .collect();
    Arc::new(CodeTable { name: "test".into(), title: "测试".into(), standard: String::new(), terms, by_spelling })
}

pub fn schema(name: &str, grain: Grain, key: &[usize], fields: Vec<Field>) -> Schema {
    let by_claim: HashMap<String, usize> =
        fields.iter().enumerate().map(|(i, field)| (field.title.clone(), i)).collect();
    Schema {
        name: name.into(),
        title: name.into(),
        grain,
        role: Role::Enrols,
        key: key.to_vec(),
        groups: Vec::new(),
        candidate: None,
        members: None,
        assistance: None,
        fields,
        by_claim,
    }
}

pub fn with_members(mut household: Schema, member: &str, fields: &[(&str, &str)]) -> Schema {
    let fields = fields.iter().map(|(name, from)| ((*name).to_owned(), household.field(from).unwrap())).collect();
    household.members = Some(Members { schema: member.into(), fields });
    household
}

/// A sheet whose columns have these titles; each names the field of that title.
pub fn head(schema: &Arc<Schema>, titles: &[&str]) -> SheetHead {
    let columns = titles
        .iter()
        .enumerate()
        .map(|(position, title)| ColumnHead {
            position,
            title: (*title).into(),
            field: schema.claimed_by(title),
            multiplier: None,
        })
        .collect();
    SheetHead {
        place: Arc::new(SheetPlace { source: "s".into(), file: "f.xlsx".into(), sheet: "Sheet1".into() }),
        schema: schema.clone(),
        columns,
        multiplier: None,
        period: None,
        from_1904: false,
        stated: Vec::new(),
    }
}

/// Rows of text cells from line 2 on; an empty text is an empty cell, one that begins with `=` a numeric cell.
pub fn sheet(head: SheetHead, rows: &[&[&str]]) -> RawTable {
    let head = Arc::new(head);
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(UInt32Array::from_iter_values(2..2 + rows.len() as u32))];
    for column in 0..head.columns.len() {
        let cells: Vec<&str> = rows.iter().map(|row| row.get(column).copied().unwrap_or("")).collect();
        let texts: StringArray =
            cells.iter().map(|cell| Some(cell.trim_start_matches('=')).filter(|cell| !cell.is_empty())).collect();
        let kinds: UInt8Array = cells
            .iter()
            .map(|cell| match cell.chars().next() {
                None => CellKind::Empty as u8,
                Some('=') => CellKind::Number as u8,
                Some('#') => CellKind::Error as u8,
                Some(_) => CellKind::Text as u8,
            })
            .collect::<Vec<u8>>()
            .into();
        arrays.push(Arc::new(texts));
        arrays.push(Arc::new(kinds));
    }
    let batch = RecordBatch::try_new(RawTable::schema_of(&head), arrays).unwrap();
    RawTable::new(head, batch).unwrap()
}

/// The rows of a list of one source as they come out of validation; cells of a row stand between bars.
pub fn valid(source: &str, period: Option<&str>, schema: Schema, titles: &[&str], rows: &[String]) -> ValidTable {
    let schema = Arc::new(schema);
    let mut head = head(&schema, titles);
    let file = format!("{}.csv", period.unwrap_or("a"));
    head.place = Arc::new(SheetPlace { source: source.into(), file, sheet: String::new() });
    head.period = period.map(str::to_owned);
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split('|').collect()).collect();
    let cells: Vec<&[&str]> = cells.iter().map(Vec::as_slice).collect();
    let values = BTreeMap::new();
    let context = NormaliseContext { today: today(), values: &values, region: Some("360800") };
    let normal = normalise(map(sheet(head, &cells), None).unwrap().rows, &context).unwrap();
    validate(normal, &ValidateContext { key: [7; 32], today: today() }).unwrap().table
}

/// A sound number: region and birth date (14 digits), then the sequence.
pub fn number(first14: &str, sequence: u32) -> String {
    let first17 = format!("{first14}{sequence:03}");
    format!("{first17}{}", check_character(&first17).unwrap())
}
