//! The tables `link` and `pair`: why each row belongs to its person.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Array, MapBuilder, RecordBatch, StringArray, StringBuilder, builder::Float64Builder,
};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;

use super::ids::Ids;
use super::kept::row_ids;
use crate::model::{FieldType, Links, Sensitivity, Table, column_metadata};
use crate::stage::table_rows::sorted_table;

pub(super) fn link(links: &Links, ids: &Ids) -> Result<Table, ArrowError> {
    let rows = &links.rows;
    let texts = |of: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
        Arc::new(StringArray::from((0..rows.len()).map(of).collect::<Vec<_>>()))
    };
    let columns: Vec<ArrayRef> = vec![
        texts(&|at| Some(row_ids(&links.tables, rows[at].row).to_owned())),
        texts(&|at| rows[at].person.map(|person| ids.person[person as usize].clone())),
        texts(&|at| Some(rows[at].method.as_str().to_owned())),
        Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.probability))),
        texts(&|at| rows[at].partner.map(|partner| row_ids(&links.tables, partner).to_owned())),
    ];
    let schema = titled(&[
        ("row_id", "来源行", DataType::Utf8),
        ("person_id", "人员编号", DataType::Utf8),
        ("method", "关联方式", DataType::Utf8),
        ("probability", "概率", DataType::Float64),
        ("partner_row_id", "关联依据行", DataType::Utf8),
    ]);
    sorted_table("link", "关联", RecordBatch::try_new(schema, columns)?, &["person_id", "row_id"], &["row_id"])
}

pub(super) fn pair(links: &Links) -> Result<Table, ArrowError> {
    let pairs = &links.pairs;
    let texts = |of: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values((0..pairs.len()).map(of)))
    };
    let mut weights = MapBuilder::new(None, StringBuilder::new(), Float64Builder::new());
    for pair in pairs {
        for (comparison, weight) in &pair.weights {
            weights.keys().append_value(comparison);
            weights.values().append_value(*weight);
        }
        weights.append(true)?;
    }
    let weights = weights.finish();
    let schema = titled(&[
        ("row_id_a", "行甲", DataType::Utf8),
        ("row_id_b", "行乙", DataType::Utf8),
        ("probability", "概率", DataType::Float64),
        ("weight", "总权重（比特）", DataType::Float64),
        ("weights", "各项权重（比特）", arrow::array::Array::data_type(&weights).clone()),
        ("decision", "结论", DataType::Utf8),
    ]);
    let columns: Vec<ArrayRef> = vec![
        texts(&|at| row_ids(&links.tables, pairs[at].a).to_owned()),
        texts(&|at| row_ids(&links.tables, pairs[at].b).to_owned()),
        Arc::new(Float64Array::from_iter_values(pairs.iter().map(|pair| pair.probability))),
        Arc::new(Float64Array::from_iter_values(pairs.iter().map(|pair| pair.weight))),
        Arc::new(weights),
        texts(&|at| pairs[at].decision.to_owned()),
    ];
    sorted_table("pair", "候选对", RecordBatch::try_new(schema, columns)?, &["row_id_a", "row_id_b"], &[])
}

fn titled(columns: &[(&str, &str, DataType)]) -> Arc<Schema> {
    let field = |(name, title, data_type): &(&str, &str, DataType)| {
        Field::new(*name, data_type.clone(), true).with_metadata(column_metadata(
            title,
            FieldType::Text,
            Sensitivity::Internal,
        ))
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}
