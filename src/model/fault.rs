use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema};

use super::field::{FieldType, Sensitivity};
use super::place::SheetPlace;
use super::table::column_metadata;

/// A row's trouble: data, never an `Err`. In `quarantine` it keeps the row out, in `issue` it goes along with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub place: Arc<SheetPlace>,
    /// The row as a person sees it in the file (the first line is 1), and the person within it.
    pub row: u32,
    pub nth: Option<u32>,
    /// The field's name; empty when the whole row is meant.
    pub field: String,
    pub code: &'static str,
    /// Chinese; says what is wrong without repeating the value.
    pub message: String,
    pub suggestion: String,
    /// `quarantine`: the row's original cells as a JSON object in column order; `issue`: the cell's original text.
    pub raw: String,
}

impl Fault {
    pub fn row_id(&self) -> String {
        self.place.row_id(self.row, self.nth)
    }
}

/// Faults as a table with the columns of `quarantine` and `issue`.
pub struct FaultTable;

impl FaultTable {
    pub fn schema() -> Arc<Schema> {
        let column = |name: &str, title: &str, sensitivity: Sensitivity| {
            let kind = if name == "row_number" { DataType::UInt32 } else { DataType::Utf8 };
            Field::new(name, kind, true).with_metadata(column_metadata(title, FieldType::Text, sensitivity))
        };
        Arc::new(Schema::new(vec![
            column("row_id", "行", Sensitivity::Internal),
            column("source", "来源", Sensitivity::Open),
            column("file", "文件", Sensitivity::Open),
            column("sheet", "工作表", Sensitivity::Open),
            column("row_number", "行号", Sensitivity::Open),
            column("field", "字段", Sensitivity::Open),
            column("code", "代码", Sensitivity::Open),
            column("message", "原因", Sensitivity::Internal),
            // May name the number that the row should bear.
            column("suggestion", "建议", Sensitivity::Sensitive),
            column("raw", "原文", Sensitivity::Sensitive),
        ]))
    }

    /// One row per fault, in the given order.
    pub fn batch(faults: &[Fault]) -> Result<RecordBatch, arrow::error::ArrowError> {
        let text = |value: &dyn Fn(&Fault) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(faults.iter().map(value)))
        };
        RecordBatch::try_new(
            Self::schema(),
            vec![
                text(&|f| f.row_id()),
                text(&|f| f.place.source.clone()),
                text(&|f| f.place.file.clone()),
                text(&|f| f.place.sheet.clone()),
                Arc::new(UInt32Array::from_iter_values(faults.iter().map(|f| f.row))),
                text(&|f| f.field.clone()),
                text(&|f| f.code.to_owned()),
                text(&|f| f.message.clone()),
                text(&|f| f.suggestion.clone()),
                text(&|f| f.raw.clone()),
            ],
        )
    }
}
