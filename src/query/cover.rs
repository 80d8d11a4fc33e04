//! Which columns are masked, and how.
//!
//! A column that came from a schema says what it means in its metadata: names, identity numbers, phones, accounts and
//! addresses get the mask of their kind unless their sensitivity is `open`, free text that is `sensitive` is hidden, and
//! in free text that is `personal` long numbers are; a remark or a description, which may name anybody, is hidden. A
//! file number stays, except for an identity number that it is made of (a student's number is G and the identity
//! number). Terms, dates and amounts stay, since they are what is counted. A column without that metadata goes by its
//! name. Row keys are hidden: whoever knows how they are made can try every identity number.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, new_null_array};
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;

use crate::kernel::mask;
use crate::store::{Snapshot, StoreError};

/// What stands for a text that is hidden altogether.
const HIDDEN: &str = "***";
/// A run of digits this long in running text may be a number of somebody.
const LONG_NUMBER: usize = 9;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    Name,
    IdNumber,
    Phone,
    Account,
    Address,
    /// Nothing of it is shown.
    Hidden,
    /// Running text of our own making: long numbers in it are hidden.
    Numbers,
    /// The number of a file: identity numbers in it are masked.
    FileNumber,
    /// A row key, or a text that may hold one.
    Key,
    /// Hidden in the rows whose `field` is a masked one.
    ByField,
}

impl Mask {
    fn of(field: &Field) -> Option<Mask> {
        let said = |key: &str| field.metadata().get(key).map(|value| value.as_str());
        let name = field.name().as_str();
        if matches!(name, "extra" | "raw") {
            // These hold whatever a file held, whatever anybody says of them.
            return Some(Mask::Hidden);
        }
        if matches!(name, "row_key" | "key_hash") {
            return Some(Mask::Key);
        }
        let sensitivity = said("sensitivity");
        match said("type") {
            Some(_) if sensitivity == Some("open") => None,
            Some("person_name") => Some(Mask::Name),
            Some("identity_number") => Some(Mask::IdNumber),
            Some("phone") => Some(Mask::Phone),
            Some("account") => Some(Mask::Account),
            Some("address") => Some(Mask::Address),
            // The same column tells of every field: what may be shown of it depends on the row.
            Some("text") if Mask::by_name(name) == Some(Mask::ByField) => Some(Mask::ByField),
            Some("text") if sensitivity == Some("sensitive") => Some(Mask::Hidden),
            Some("text") => Mask::of_text(name, sensitivity == Some("personal")),
            Some(_) => None,
            None => Mask::by_name(name),
        }
    }

    /// Free text may be a list of members' names or numbers, or a remark that holds one; a file number is neither.
    fn of_text(name: &str, is_personal: bool) -> Option<Mask> {
        match Mask::by_name(name) {
            _ if is_personal && matches!(name, "remark" | "description") => Some(Mask::Hidden),
            Some(Mask::Hidden | Mask::ByField) | None if name.ends_with("_number") => Some(Mask::FileNumber),
            Some(Mask::Hidden | Mask::ByField) | None => is_personal.then_some(Mask::Numbers),
            mask => mask,
        }
    }

    fn by_name(name: &str) -> Option<Mask> {
        let ends = |end: &str| name == end || name.strip_suffix(end).is_some_and(|start| start.ends_with('_'));
        match name {
            "name" | "former_name" | "head_name" | "spouse_name" | "guardian_name" | "applicant_name"
            | "member_names" => Some(Mask::Name),
            "disability_certificate" | "member_id_numbers" => Some(Mask::IdNumber),
            "value" | "alternatives" | "basis" => Some(Mask::ByField),
            "text" => Some(Mask::Hidden),
            "case_key" => Some(Mask::Key),
            "summary" | "suggestion" | "message" | "reason" => Some(Mask::Numbers),
            _ if ends("id_number") => Some(Mask::IdNumber),
            _ if ends("phone") || ends("telephone") => Some(Mask::Phone),
            _ if ends("account") => Some(Mask::Account),
            _ if ends("address") => Some(Mask::Address),
            _ => None,
        }
    }

    /// The masked form of one text.
    fn text(self, value: &str) -> String {
        match self {
            _ if value.is_empty() => String::new(),
            Mask::Name => mask::name(value),
            Mask::IdNumber => mask::id_number(value),
            Mask::Phone => mask::phone(value),
            Mask::Account => mask::account(value),
            Mask::Address => mask::address(value),
            Mask::Hidden | Mask::ByField => HIDDEN.to_owned(),
            Mask::Numbers => without_long_numbers(value),
            Mask::FileNumber => mask::id_numbers_in(value),
            Mask::Key if holds_row_key(value) => HIDDEN.to_owned(),
            Mask::Key => without_long_numbers(value),
        }
    }
}

/// The masks of one table.
pub(super) struct Cover {
    by_column: BTreeMap<String, Mask>,
    /// Masked fields of all tables, for the rows that speak of a field by its name.
    masked_fields: BTreeMap<String, Mask>,
}

impl Cover {
    pub(super) fn of(snapshot: &Snapshot, table: &str, schema: &Schema) -> Result<Cover, StoreError> {
        let by_column = masks(schema);
        let mut masked_fields = BTreeMap::new();
        if by_column.values().any(|mask| *mask == Mask::ByField) {
            for other in snapshot.tables().filter(|other| *other != table) {
                masked_fields.extend(masks(&*snapshot.schema(other)?));
            }
        }
        Ok(Cover { by_column, masked_fields })
    }

    /// What must be read beside `columns` to mask them.
    pub(super) fn also_needed(&self, columns: &[&str]) -> Option<&'static str> {
        let depends = columns.iter().any(|column| self.by_column.get(*column) == Some(&Mask::ByField));
        (depends && !columns.contains(&"field")).then_some("field")
    }

    pub(super) fn put_on(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let schema = batch.schema();
        let columns =
            batch.columns().iter().zip(schema.fields()).map(|(column, field)| match self.by_column.get(field.name()) {
                None => Ok(column.clone()),
                Some(Mask::ByField) => self.hide_by_field(column, batch),
                Some(mask) => Ok(masked(column, *mask)),
            });
        // A hidden list is null, whatever the table says of nulls.
        let fields = schema.fields().iter().map(|field| Field::clone(field).with_nullable(true));
        let schema = Schema::new(fields.collect::<Vec<_>>());
        RecordBatch::try_new(schema.into(), columns.collect::<Result<_, ArrowError>>()?)
    }

    /// Hides the values whose row's `field` is masked; all of them where no row says.
    fn hide_by_field(&self, column: &ArrayRef, batch: &RecordBatch) -> Result<ArrayRef, ArrowError> {
        let Some(fields) = batch.column_by_name("field").and_then(|fields| fields.as_string_opt::<i32>()) else {
            return Ok(masked(column, Mask::Hidden));
        };
        let is_hidden = |row: usize| fields.is_null(row) || self.masked_fields.contains_key(fields.value(row));
        match column.as_string_opt::<i32>() {
            Some(texts) => Ok(std::sync::Arc::new(StringArray::from_iter(
                texts.iter().enumerate().map(|(row, text)| text.map(|text| if is_hidden(row) { HIDDEN } else { text })),
            ))),
            None => nullif(column, &BooleanArray::from_iter((0..fields.len()).map(|row| Some(is_hidden(row))))),
        }
    }
}

fn masks(schema: &Schema) -> BTreeMap<String, Mask> {
    schema.fields().iter().filter_map(|field| Some((field.name().clone(), Mask::of(field)?))).collect()
}

/// Texts with their mask on; any other kind of column becomes null.
fn masked(column: &ArrayRef, mask: Mask) -> ArrayRef {
    match (column.data_type(), column.as_string_opt::<i32>()) {
        (DataType::Utf8, Some(texts)) => {
            std::sync::Arc::new(StringArray::from_iter(texts.iter().map(|text| text.map(|text| mask.text(text)))))
        }
        (data_type, _) => new_null_array(data_type, column.len()),
    }
}

/// Whether a run of hexadecimal digits is as long as a row key.
fn holds_row_key(text: &str) -> bool {
    const DIGITS: usize = 32;
    text.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() >= DIGITS)
}

/// A number that is half hidden already counts as the whole: beside a birth date its ends say the rest.
fn without_long_numbers(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '０'..='９' | 'X' | 'x' | '*');
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if is_part(c) {
            run.push(c);
            continue;
        }
        if run.chars().count() >= LONG_NUMBER {
            shown.push_str(HIDDEN)
        } else {
            shown.push_str(&run)
        }
        run.clear();
        if c != '\0' {
            shown.push(c);
        }
    }
    shown
}
