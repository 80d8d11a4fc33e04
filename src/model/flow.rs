//! The tables between the stages. Each wraps Arrow record batches and checks its own shape when made.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, MapArray, RecordBatch, StringArray, UInt8Array, UInt32Array};
use arrow::datatypes::{DataType, Field as ArrowField, Schema as ArrowSchema};

use super::fault::Fault;
use super::place::SheetPlace;
use super::schema::Schema;

/// A batch does not have the shape that its stage promises: a fault of the program, not of the data.
#[derive(Debug, thiserror::Error)]
pub enum ShapeError {
    #[error("{stage}: column {column} is missing or has the wrong type")]
    Column { stage: &'static str, column: String },
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
}

/// What a cell was in the file; evidence, since a number in a numeric cell has lost its digits beyond the fifteenth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CellKind {
    Empty = 0,
    Text = 1,
    Number = 2,
    /// A date or date-time cell; its text is ISO 8601.
    Date = 3,
    Boolean = 4,
    /// A formula error such as `#N/A`.
    Error = 5,
}

impl CellKind {
    pub fn from_u8(value: u8) -> CellKind {
        match value {
            1 => CellKind::Text,
            2 => CellKind::Number,
            3 => CellKind::Date,
            4 => CellKind::Boolean,
            5 => CellKind::Error,
            _ => CellKind::Empty,
        }
    }
}

/// One column of the table on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnHead {
    /// Position on the sheet, the first column is 0.
    pub position: usize,
    /// The header as written; parents and leaf joined by a slash.
    pub title: String,
    /// The field of the sheet's schema that the header names.
    pub field: Option<usize>,
    /// The multiplier that the header's own unit states, if any (金额（万元）: 10,000).
    pub multiplier: Option<u32>,
}

/// What is known of a sheet's table before its rows are read.
#[derive(Clone, Debug)]
pub struct SheetHead {
    pub place: Arc<SheetPlace>,
    pub schema: Arc<Schema>,
    pub columns: Vec<ColumnHead>,
    /// The multiplier that a unit row above the table states for its amounts (单位：万元: 10,000).
    pub multiplier: Option<u32>,
    /// The period that the file speaks of, `YYYY-MM`.
    pub period: Option<String>,
    /// Days that stand in cells as plain numbers are counted from 1904-01-01 and not from 1900.
    pub from_1904: bool,
    /// Values that the sheet as a whole states for a field (a sheet named after its township), used where the row is silent.
    pub stated: Vec<(usize, String)>,
}

impl SheetHead {
    /// The fields that a household's own line fills, and a line below it that holds one of its members does not: the
    /// required and key fields outside the lists of members, or all of them where the schema names none. Fields that no
    /// column feeds say nothing.
    pub fn household_fields(&self) -> Vec<usize> {
        let schema = &self.schema;
        let lists = schema.members.iter().flat_map(|members| &members.fields);
        let listed: Vec<usize> = lists.map(|(_, field)| *field).collect();
        let there = |field: usize| self.columns.iter().any(|column| column.field == Some(field));
        let own: Vec<usize> =
            (0..schema.fields.len()).filter(|field| !listed.contains(field) && there(*field)).collect();
        let strong: Vec<usize> =
            own.iter().copied().filter(|field| schema.fields[*field].required || schema.key.contains(field)).collect();
        if strong.is_empty() { own } else { strong }
    }

    /// The positions on the sheet of the columns that feed these fields.
    pub fn positions(&self, fields: &[usize]) -> Vec<u32> {
        let feeds = |column: &&ColumnHead| column.field.is_some_and(|field| fields.contains(&field));
        self.columns.iter().filter(feeds).filter_map(|column| u32::try_from(column.position).ok()).collect()
    }
}

/// Rows as they stand on the sheet: column `row` (UInt32, as a person counts), then for the i-th column of the head
/// `cell_i` (Utf8, null when empty) and `kind_i` (UInt8, a [`CellKind`]).
#[derive(Clone, Debug)]
pub struct RawTable {
    head: Arc<SheetHead>,
    batch: RecordBatch,
}

impl RawTable {
    pub fn schema_of(head: &SheetHead) -> Arc<ArrowSchema> {
        let mut fields = vec![ArrowField::new("row", DataType::UInt32, false)];
        for i in 0..head.columns.len() {
            fields.push(ArrowField::new(format!("cell_{i}"), DataType::Utf8, true));
            fields.push(ArrowField::new(format!("kind_{i}"), DataType::UInt8, false));
        }
        Arc::new(ArrowSchema::new(fields))
    }

    pub fn new(head: Arc<SheetHead>, batch: RecordBatch) -> Result<Self, ShapeError> {
        expect("raw", &batch, &Self::schema_of(&head))?;
        Ok(RawTable { head, batch })
    }

    pub fn head(&self) -> &Arc<SheetHead> {
        &self.head
    }

    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn rows(&self) -> &UInt32Array {
        downcast(self.batch.column(0))
    }

    /// Text and kind of the i-th column.
    pub fn cells(&self, i: usize) -> (&StringArray, &UInt8Array) {
        (downcast(self.batch.column(1 + 2 * i)), downcast(self.batch.column(2 + 2 * i)))
    }
}

/// Rows with their columns under the schema's names, still as written: `row` (UInt32), `nth` (UInt32, null where the
/// row holds one person), `cells_hash` (FixedSizeBinary(16), of every cell of the physical row), for each field
/// `raw.NAME` (Utf8) and `kind.NAME` (UInt8), and `extra` (Map of Utf8 to Utf8, the columns that no field claims).
#[derive(Clone, Debug)]
pub struct MappedTable {
    /// The head of the sheet; its schema is the parent's where these rows are members listed in a cell.
    head: Arc<SheetHead>,
    schema: Arc<Schema>,
    batch: RecordBatch,
    /// Doubts about whole rows found while mapping, in row order; they travel on with the table.
    doubts: Vec<Fault>,
}

impl MappedTable {
    pub fn schema_of(schema: &Schema) -> Arc<ArrowSchema> {
        let mut fields = row_columns();
        for field in &schema.fields {
            fields.push(ArrowField::new(format!("raw.{}", field.name), DataType::Utf8, true));
            fields.push(ArrowField::new(format!("kind.{}", field.name), DataType::UInt8, false));
        }
        fields.push(extra_column());
        Arc::new(ArrowSchema::new(fields))
    }

    pub fn new(head: Arc<SheetHead>, schema: Arc<Schema>, batch: RecordBatch) -> Result<Self, ShapeError> {
        expect("mapped", &batch, &Self::schema_of(&schema))?;
        Ok(MappedTable { head, schema, batch, doubts: Vec::new() })
    }

    /// The same table with the doubts found while mapping, in row order.
    pub fn with_doubts(mut self, doubts: Vec<Fault>) -> Self {
        self.doubts = doubts;
        self
    }

    pub fn doubts(&self) -> &[Fault] {
        &self.doubts
    }

    pub fn head(&self) -> &Arc<SheetHead> {
        &self.head
    }

    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// The row of the sheet and the person within it.
    pub fn row_places(&self) -> (&UInt32Array, &UInt32Array) {
        (downcast(self.batch.column(0)), downcast(self.batch.column(1)))
    }

    /// Text and kind of a field's cells.
    pub fn cells(&self, field: usize) -> (&StringArray, &UInt8Array) {
        (downcast(self.batch.column(3 + 2 * field)), downcast(self.batch.column(4 + 2 * field)))
    }
}

/// Rows with the normal value beside the raw text: `row`, `nth`, `cells_hash`, for each field `raw.NAME` (Utf8) and
/// `NAME` (the field type's Arrow type), for each identity number field also `kind.NAME`, `status.NAME` and
/// `written.NAME` (Utf8: the document's kind, how sound the number is, and the number as written where it is not sound),
/// and `extra`.
#[derive(Clone, Debug)]
pub struct NormalTable {
    head: Arc<SheetHead>,
    schema: Arc<Schema>,
    batch: RecordBatch,
    /// Doubts found while reading the values, in row order.
    doubts: Vec<Fault>,
}

impl NormalTable {
    pub fn schema_of(schema: &Schema) -> Arc<ArrowSchema> {
        let mut fields = row_columns();
        for field in &schema.fields {
            fields.push(ArrowField::new(format!("raw.{}", field.name), DataType::Utf8, true));
        }
        fields.extend(value_columns(schema));
        fields.push(extra_column());
        Arc::new(ArrowSchema::new(fields))
    }

    pub fn new(
        head: Arc<SheetHead>,
        schema: Arc<Schema>,
        batch: RecordBatch,
        doubts: Vec<Fault>,
    ) -> Result<Self, ShapeError> {
        expect("normal", &batch, &Self::schema_of(&schema))?;
        Ok(NormalTable { head, schema, batch, doubts })
    }

    pub fn head(&self) -> &Arc<SheetHead> {
        &self.head
    }

    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    pub fn doubts(&self) -> &[Fault] {
        &self.doubts
    }

    pub fn into_doubts(self) -> Vec<Fault> {
        self.doubts
    }

    pub fn raw(&self, field: usize) -> &StringArray {
        downcast(self.batch.column(3 + field))
    }

    /// The normal values of a field, of its type's Arrow type.
    pub fn values(&self, field: usize) -> &ArrayRef {
        self.batch.column(self.value_column(field))
    }

    /// For an identity number field the document's kind and how sound the number is.
    pub fn identity_columns(&self, field: usize) -> Option<(&StringArray, &StringArray)> {
        if self.schema.fields[field].kind != super::FieldType::IdentityNumber {
            return None;
        }
        let at = self.value_column(field);
        Some((downcast(self.batch.column(at + 1)), downcast(self.batch.column(at + 2))))
    }

    /// Each identity number field brings three columns of its own along.
    fn value_column(&self, field: usize) -> usize {
        let before = &self.schema.fields[..field];
        let identities = before.iter().filter(|f| f.kind == super::FieldType::IdentityNumber).count();
        3 + self.schema.fields.len() + field + 3 * identities
    }

    /// What no field claims.
    pub fn extra(&self) -> &MapArray {
        downcast(self.batch.column(self.batch.num_columns() - 1))
    }

    /// The row of the sheet and the person within it.
    pub fn row_places(&self) -> (&UInt32Array, &UInt32Array) {
        (downcast(self.batch.column(0)), downcast(self.batch.column(1)))
    }
}

/// Rows that may take part in linking: `row_id`, `row_key` (Utf8), `row` and `nth` (UInt32), `cells_hash`, `period`
/// (Utf8, `YYYY-MM`), the value columns as in [`NormalTable`], and `extra`.
#[derive(Clone, Debug)]
pub struct ValidTable {
    place: Arc<SheetPlace>,
    schema: Arc<Schema>,
    batch: RecordBatch,
    /// For each row without a sound identity number, the fault that keeps it out unless linking ties it to somebody;
    /// in row order, several rows may have none.
    pending: Vec<(u32, Fault)>,
    /// For each pending fault the text of its cell: what linking repairs a number from and what an issue quotes.
    pending_cells: Vec<String>,
}

impl ValidTable {
    pub fn schema_of(schema: &Schema) -> Arc<ArrowSchema> {
        let mut fields =
            vec![ArrowField::new("row_id", DataType::Utf8, false), ArrowField::new("row_key", DataType::Utf8, false)];
        fields.extend(row_columns());
        fields.push(ArrowField::new("period", DataType::Utf8, true));
        fields.extend(value_columns(schema));
        fields.push(extra_column());
        Arc::new(ArrowSchema::new(fields))
    }

    pub fn new(
        place: Arc<SheetPlace>,
        schema: Arc<Schema>,
        batch: RecordBatch,
        pending: Vec<(u32, Fault)>,
    ) -> Result<Self, ShapeError> {
        expect("valid", &batch, &Self::schema_of(&schema))?;
        let pending_cells = vec![String::new(); pending.len()];
        Ok(ValidTable { place, schema, batch, pending, pending_cells })
    }

    /// The same table with the cell texts of its pending faults, in their order; a missing one stays empty.
    pub fn with_pending_cells(mut self, mut cells: Vec<String>) -> Self {
        cells.resize(self.pending.len(), String::new());
        self.pending_cells = cells;
        self
    }

    pub fn place(&self) -> &Arc<SheetPlace> {
        &self.place
    }

    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// `(row of the batch, fault)` for rows whose number is not sound.
    pub fn pending(&self) -> &[(u32, Fault)] {
        &self.pending
    }

    /// The text of the cell that the i-th pending fault speaks of.
    pub fn pending_cell(&self, i: usize) -> &str {
        self.pending_cells.get(i).map_or("", String::as_str)
    }

    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn text(&self, column: &str) -> Option<&StringArray> {
        self.batch.column_by_name(column).and_then(|array| array.as_any().downcast_ref())
    }
}

fn row_columns() -> Vec<ArrowField> {
    vec![
        ArrowField::new("row", DataType::UInt32, false),
        ArrowField::new("nth", DataType::UInt32, true),
        ArrowField::new("cells_hash", DataType::FixedSizeBinary(16), false),
    ]
}

fn value_columns(schema: &Schema) -> Vec<ArrowField> {
    let mut fields = Vec::new();
    for field in &schema.fields {
        fields.push(ArrowField::new(&field.name, field.kind.data_type(), true));
        if field.kind == super::FieldType::IdentityNumber {
            fields.push(ArrowField::new(format!("kind.{}", field.name), DataType::Utf8, true));
            fields.push(ArrowField::new(format!("status.{}", field.name), DataType::Utf8, true));
            fields.push(ArrowField::new(format!("written.{}", field.name), DataType::Utf8, true));
        }
    }
    fields
}

/// The map column for what no field claims.
pub(super) fn extra_column() -> ArrowField {
    let entries = DataType::Struct(
        vec![ArrowField::new("keys", DataType::Utf8, false), ArrowField::new("values", DataType::Utf8, true)].into(),
    );
    ArrowField::new("extra", DataType::Map(Arc::new(ArrowField::new("entries", entries, false)), false), true)
}

fn expect(stage: &'static str, batch: &RecordBatch, wanted: &ArrowSchema) -> Result<(), ShapeError> {
    for (i, field) in wanted.fields().iter().enumerate() {
        let fits = batch
            .schema_ref()
            .fields()
            .get(i)
            .is_some_and(|got| got.name() == field.name() && got.data_type() == field.data_type());
        if !fits {
            return Err(ShapeError::Column { stage, column: field.name().clone() });
        }
    }
    if batch.num_columns() != wanted.fields().len() {
        return Err(ShapeError::Column { stage, column: "(more columns than promised)".into() });
    }
    Ok(())
}

/// Columns whose type the constructor has checked.
fn downcast<T: Array + 'static>(array: &ArrayRef) -> &T {
    array.as_any().downcast_ref().expect("the constructor checked the column's type")
}
