//! Whether rows that an earlier schema shaped fit the schema as it is now: exactly, or not at all.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};

use crate::model::{Field, Grain, Schema, Words};

/// The columns of a published table that are no fields of its schema.
const OWN_COLUMNS: [&str; 7] = ["row_id", "row_key", "source", "person_id", "household_id", "period", "extra"];
/// The number of a person's row, which linking may do without.
const NUMBER: &str = "id_number";

/// The values of the schema's fields: as they are, or null for a field that is new.
///
/// # Errors
/// Names the field whose values would be lost or would not be what the schema promises of them.
pub(super) fn values(published: &RecordBatch, schema: &Schema) -> Result<Vec<ArrayRef>, Words> {
    for (field, array) in published.schema_ref().fields().iter().zip(published.columns()) {
        let name = field.name();
        if !OWN_COLUMNS.contains(&name.as_str()) && schema.field(name).is_none() && array.null_count() < array.len() {
            return Err(told(schema, name, "已从表种中去掉，而上期数据填有此项", "is gone, and the rows fill it"));
        }
    }
    schema.fields.iter().map(|field| of_field(published, schema, field)).collect()
}

fn of_field(published: &RecordBatch, schema: &Schema, field: &Field) -> Result<ArrayRef, Words> {
    let rows = published.num_rows();
    let misfit = |zh: &str, en: &str| Err(told(schema, &field.name, zh, en));
    let kind = field.kind.data_type();
    let held = published.schema_ref().column_with_name(&field.name).map(|(at, column)| (column, published.column(at)));
    let array = match held {
        Some((column, array)) if column.data_type() == &kind && stored_as(column) == Some(field.kind.as_str()) => {
            array.clone()
        }
        Some((column, array)) if array.null_count() < rows => {
            let (was, is) = (stored_as(column).unwrap_or("?"), field.kind.as_str());
            return misfit(&format!("的类型由 {was} 改为 {is}"), &format!("was {was} and is {is} now"));
        }
        _ => new_null_array(&kind, rows),
    };
    let may_be_silent = schema.grain == Grain::Person && field.name == NUMBER;
    if field.required && !may_be_silent && array.null_count() > 0 {
        return misfit("现为必填，而上期数据没有填写", "is required now, and rows do not fill it");
    }
    if let (Some(codes), Some(texts)) = (&field.codes, array.as_any().downcast_ref::<StringArray>()) {
        let terms: HashSet<&str> = codes.terms.iter().map(|term| term.term.as_str()).collect();
        if texts.iter().flatten().any(|text| !terms.contains(text)) {
            return misfit("的代码表中已没有上期数据的用语", "holds terms that its code table does not know any more");
        }
    }
    Ok(array)
}

fn stored_as(column: &arrow::datatypes::Field) -> Option<&str> {
    column.metadata().get("type").map(String::as_str)
}

fn told(schema: &Schema, field: &str, zh: &str, en: &str) -> Words {
    Words::new(
        format!("表种 {} 已变，字段 {field} {zh}", schema.name),
        format!("the schema {} has changed: the field {field} {en}", schema.name),
    )
}
