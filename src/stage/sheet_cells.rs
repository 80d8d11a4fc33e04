//! How the columns of a sheet and the fields of a table belong together; what a row looked like in the file.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, MapArray, StringArray};
use arrow::datatypes::ArrowPrimitiveType;
use chrono::{Datelike, NaiveDate};
use serde::Serializer;

use crate::model::{Schema, SheetHead};

/// Household cells that hold for every member of the household, wherever both schemas have a field of that name.
const HOUSEHOLD_FIELDS: [&str; 7] =
    ["household_number", "head_id_number", "head_name", "county", "town", "village", "address"];

/// Where the value of a member's field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberField {
    /// One of the several people listed in the cell of this field of the household's schema.
    Listed(usize),
    /// The household's own cell of this field.
    Inherited(usize),
    /// Nothing on a household sheet speaks of it.
    Absent,
}

/// For each field of the members' schema, where on a sheet of `household` its value comes from.
pub fn member_fields(household: &Schema, member: &Schema) -> Vec<MemberField> {
    let listed = household.members.as_ref().map_or(&[][..], |members| &members.fields);
    member
        .fields
        .iter()
        .map(|field| {
            if let Some((_, from)) = listed.iter().find(|(name, _)| *name == field.name) {
                return MemberField::Listed(*from);
            }
            match household.field(&field.name) {
                Some(from) if HOUSEHOLD_FIELDS.contains(&field.name.as_str()) => MemberField::Inherited(from),
                _ => MemberField::Absent,
            }
        })
        .collect()
}

/// The rows of `schema` are people listed in the cells of a household sheet.
pub fn holds_members(head: &SheetHead, schema: &Schema) -> bool {
    head.schema.name != schema.name
}

/// For each field of `schema`, the column of the sheet that feeds it: the first that names it.
pub fn columns_of(head: &SheetHead, schema: &Schema) -> Vec<Option<usize>> {
    let column_of = |field: usize| head.columns.iter().position(|column| column.field == Some(field));
    if !holds_members(head, schema) {
        return (0..schema.fields.len()).map(column_of).collect();
    }
    member_fields(&head.schema, schema)
        .into_iter()
        .map(|from| match from {
            MemberField::Listed(field) | MemberField::Inherited(field) => column_of(field),
            MemberField::Absent => None,
        })
        .collect()
}

/// The titles of the sheet's columns, made different from one another: a repeated one gets ` (2)`, one that is empty is
/// called after its place.
pub fn unique_titles(head: &SheetHead) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut titles = Vec::with_capacity(head.columns.len());
    for column in &head.columns {
        let base =
            if column.title.is_empty() { format!("第{}列", column.position + 1) } else { column.title.clone() };
        let mut title = base.clone();
        let mut n = 1;
        while !taken.insert(title.clone()) {
            n += 1;
            title = format!("{base} ({n})");
        }
        titles.push(title);
    }
    titles
}

/// Writes rows back as they stood in the file: a JSON object of the filled cells, title to text, in column order.
pub struct RowWriter<'a> {
    titles: Vec<String>,
    /// For each column of the sheet, the field that holds its text; the others are looked for in `extra`.
    fields: Vec<Option<usize>>,
    raw: Vec<&'a StringArray>,
    extra: &'a MapArray,
}

impl<'a> RowWriter<'a> {
    /// `raw` holds the original text of each field of `schema`.
    pub fn new(head: &SheetHead, schema: &Schema, raw: Vec<&'a StringArray>, extra: &'a MapArray) -> Self {
        let mut fields = vec![None; head.columns.len()];
        for (field, column) in columns_of(head, schema).into_iter().enumerate() {
            if let Some(slot) = column.and_then(|column| fields.get_mut(column)) {
                slot.get_or_insert(field);
            }
        }
        RowWriter { titles: unique_titles(head), fields, raw, extra }
    }

    pub fn json(&self, row: usize) -> String {
        let extra: HashMap<&str, &str> = extra_entries(self.extra, row).collect();
        let cells = self.titles.iter().zip(&self.fields).filter_map(|(title, field)| {
            let text = match field {
                Some(field) => self.raw.get(*field).and_then(|raw| text_at(raw, row)),
                None => extra.get(title.as_str()).copied(),
            };
            text.map(|text| (title, text))
        });
        let mut out = Vec::new();
        // Strings into memory: neither the map nor the writer can fail.
        let written = serde_json::Serializer::new(&mut out).collect_map(cells);
        written.ok().and_then(|()| String::from_utf8(out).ok()).unwrap_or_default()
    }
}

/// The filled entries of one row of the map column `extra`.
pub fn extra_entries(extra: &MapArray, row: usize) -> impl Iterator<Item = (&str, &str)> {
    let range = if extra.is_valid(row) {
        extra.value_offsets()[row] as usize..extra.value_offsets()[row + 1] as usize
    } else {
        0..0
    };
    let keys = extra.keys().as_any().downcast_ref::<StringArray>();
    let values = extra.values().as_any().downcast_ref::<StringArray>();
    range.filter_map(move |i| Some((keys?.value(i), text_at(values?, i)?)))
}

/// The text of a cell, `None` when it is empty.
pub fn text_at(cells: &StringArray, row: usize) -> Option<&str> {
    if cells.is_null(row) {
        return None;
    }
    Some(cells.value(row)).filter(|text| !text.is_empty())
}

/// The value at a row, `None` when it is null.
pub fn value_at<T: ArrowPrimitiveType>(values: &arrow::array::PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    values.is_valid(row).then(|| values.value(row))
}

/// A date as Arrow counts it: days since 1970-01-01.
pub fn arrow_days(date: NaiveDate) -> i32 {
    const EPOCH: i32 = 719_163;
    date.num_days_from_ce() - EPOCH
}
