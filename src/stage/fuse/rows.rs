//! One table per schema: the accepted source rows, tied to people and households.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;

use super::ids::Ids;
use super::kept::Kept;
use crate::model::{FieldType, Sensitivity, Table, column_metadata};
use crate::stage::table_rows::sorted_table;

/// `row_id`, `row_key`, `source`, `person_id`, `household_id`, `period`, the schema's fields and `extra`.
pub(super) fn table(kept: &Kept, ids: &Ids) -> Result<Table, ArrowError> {
    let rows = kept.len();
    let texts = |of: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
        Arc::new(StringArray::from((0..rows).map(of).collect::<Vec<_>>()))
    };
    let linked = |name: &str, title: &str| {
        Field::new(name, DataType::Utf8, true).with_metadata(column_metadata(title, FieldType::Text, Sensitivity::Open))
    };
    let mut fields = vec![
        linked("row_id", "来源行"),
        linked("row_key", "行键"),
        linked("source", "来源"),
        linked("person_id", "人员编号"),
        linked("household_id", "家庭编号"),
        linked("period", "数据期"),
    ];
    let column =
        |name: &str| kept.column(name).cloned().ok_or_else(|| ArrowError::SchemaError(format!("no column {name}")));
    let mut arrays = vec![
        column("row_id")?,
        column("row_key")?,
        texts(&|row| Some(kept.places[row].source.clone())),
        texts(&|row| kept.links[row].person.map(|person| ids.person[person as usize].clone())),
        texts(&|row| kept.links[row].household.map(|household| ids.household[household as usize].clone())),
        column("period")?,
    ];
    for field in &kept.schema.fields {
        let array = column(&field.name)?;
        fields.push(Field::new(&field.name, array.data_type().clone(), true).with_metadata(column_metadata(
            &field.title,
            field.kind,
            field.sensitivity,
        )));
        arrays.push(array);
    }
    let extra = column("extra")?;
    fields.push(Field::new("extra", extra.data_type().clone(), true).with_metadata(column_metadata(
        "其他列",
        FieldType::Text,
        Sensitivity::Sensitive,
    )));
    arrays.push(extra);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
    let looked_up_by: Vec<&str> =
        ["id_number", "household_id"].into_iter().filter(|name| batch.column_by_name(name).is_some()).collect();
    sorted_table(&kept.schema.name, &kept.schema.title, batch, &["person_id", "row_id"], &looked_up_by)
}
