//! SQL over tables that are already in memory. Rules, measures and queries go through here; nothing is opened.
//!
//! A statement is parsed before the engine sees it: only one `SELECT` (or `WITH … SELECT`) over the
//! registered tables passes, so that no statement can read a file, whatever table functions the engine offers.
//!
//! # What the order of rows depends on
//! The engine uses all its threads. Without `ORDER BY` the rows of a result come in any order; with it, rows that tie
//! come in any order among themselves. So do the elements of `ARRAY_AGG` and `STRING_AGG` without their own
//! `ORDER BY`, the choice of `FIRST`, `LAST`, `LIMIT` and `DISTINCT ON`, and `ROW_NUMBER` among ties. Sums of floats
//! may differ in the last bit; sums of decimals and integers do not. Whoever publishes a result sorts it by a key.
//!
//! # Types
//! Utf8, Boolean, Int64, UInt32, UInt64, Float64, Date32, timestamps, Decimal128, lists and structs of them come back
//! as they went in. Narrower numbers are widened (`Int64`, `UInt32`, `Float64`), dictionaries and nulls become Utf8,
//! and a map becomes a list of structs `{keys, values}`, since the engine has no maps. A decimal's precision may grow.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use polars::prelude::{DataFrame, IntoLazy, IpcStreamReader, IpcStreamWriter, PolarsError, SerReader, SerWriter};
use polars::sql::SQLContext;

use crate::model::Table;

mod error;
mod guard;

pub use error::SqlError;
pub use guard::{Reads, reads, without_values};

/// Rows handed over at a time, so that a table is never held a third time as a whole.
const ROWS_PER_PIECE: usize = 262_144;
const BYTES_PER_PIECE: usize = 64 << 20;

/// Tables by name, ready to be asked.
#[derive(Default)]
pub struct Sql {
    tables: BTreeMap<String, DataFrame>,
}

impl Sql {
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a table known under `name`, replacing one of that name. All batches must have `schema`.
    pub fn register(&mut self, name: &str, batches: &[RecordBatch], schema: &SchemaRef) -> Result<(), SqlError> {
        self.tables.insert(name.to_owned(), to_frame(batches, schema)?);
        Ok(())
    }

    /// Makes a finished table known under its own name, without its map columns: what no field claims is no matter of
    /// rules, and the engine need not carry it.
    pub fn register_table(&mut self, table: &Table) -> Result<(), SqlError> {
        let keep: Vec<usize> = (0..table.schema.fields().len())
            .filter(|at| !matches!(table.schema.field(*at).data_type(), DataType::Map(..)))
            .collect();
        let batches = table.batches.iter().map(|batch| batch.project(&keep)).collect::<Result<Vec<_>, _>>()?;
        self.register(table.name.as_str(), &batches, &Arc::new(table.schema.project(&keep)?))
    }

    pub fn has_table(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// Runs one `SELECT` and returns its rows; see the module's head for their order and types.
    pub fn run(&self, statement: &str) -> Result<(SchemaRef, Vec<RecordBatch>), SqlError> {
        let named = guard::check(statement, |name| self.has_table(name))?;
        if let Some(unknown) = named.iter().find(|name| !self.has_table(name)) {
            return Err(SqlError::unknown_table(unknown, self.tables.keys().map(String::as_str)));
        }
        // A fresh context each time: the engine's own keeps the aliases of one statement for the next.
        let mut context = SQLContext::new();
        for name in &named {
            if let Some(frame) = self.tables.get(name) {
                context.register(name, frame.clone().lazy());
            }
        }
        // The engine panics on a few odd statements; that must not take the run down.
        let outcome = catch_unwind(AssertUnwindSafe(|| context.execute(statement)?.collect()));
        let frame = match outcome {
            Ok(Ok(frame)) => frame,
            Ok(Err(error)) => return Err(self.explain(&error, &named)),
            Err(_) => return Err(SqlError::Crash),
        };
        from_frame(frame)
    }

    fn explain(&self, error: &PolarsError, named: &[String]) -> SqlError {
        let columns: Vec<&str> = named
            .iter()
            .filter_map(|name| self.tables.get(name))
            .flat_map(|frame| frame.get_column_names().into_iter().map(|name| name.as_str()))
            .collect();
        SqlError::from_engine(&error.to_string(), &columns)
    }
}

/// Copies Arrow batches into a frame of the engine, by way of Arrow IPC in memory.
fn to_frame(batches: &[RecordBatch], schema: &SchemaRef) -> Result<DataFrame, SqlError> {
    let fields = schema.fields().iter().map(|field| {
        let data_type = accepted(field.data_type())
            .ok_or_else(|| SqlError::Type { column: field.name().clone(), data_type: field.data_type().to_string() })?;
        Ok(Field::new(field.name(), data_type, true))
    });
    let accepted_schema = Arc::new(Schema::new(fields.collect::<Result<Vec<_>, SqlError>>()?));

    // The empty first piece carries the types of a table without rows.
    let mut frame = read_piece(&[RecordBatch::new_empty(accepted_schema.clone())], &accepted_schema)?;
    let mut piece = Vec::new();
    let mut bytes = 0;
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        let batch = to_accepted(batch, &accepted_schema)?;
        bytes += batch.get_array_memory_size();
        piece.push(batch);
        if bytes >= BYTES_PER_PIECE {
            append(&mut frame, read_piece(&piece, &accepted_schema)?)?;
            piece.clear();
            bytes = 0;
        }
    }
    if !piece.is_empty() {
        append(&mut frame, read_piece(&piece, &accepted_schema)?)?;
    }
    Ok(frame)
}

fn append(frame: &mut DataFrame, piece: DataFrame) -> Result<(), SqlError> {
    frame.vstack_mut_owned(piece).map_err(|error| SqlError::from_engine(&error.to_string(), &[]))?;
    Ok(())
}

fn read_piece(batches: &[RecordBatch], schema: &SchemaRef) -> Result<DataFrame, SqlError> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
    for batch in batches {
        writer.write(batch)?;
    }
    let bytes = writer.into_inner()?;
    IpcStreamReader::new(Cursor::new(bytes)).finish().map_err(|error| SqlError::from_engine(&error.to_string(), &[]))
}

/// The type under which the engine is given a column; `None` when it has none for it.
fn accepted(data_type: &DataType) -> Option<DataType> {
    use DataType::*;
    Some(match data_type {
        Utf8 | LargeUtf8 | Utf8View | Null => Utf8,
        Boolean | Int64 | UInt32 | UInt64 | Float64 | Date32 | Decimal128(..) => data_type.clone(),
        Timestamp(unit, _) => Timestamp(*unit, None),
        Int8 | Int16 | Int32 => Int64,
        UInt8 | UInt16 => UInt32,
        Float32 => Float64,
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => Binary,
        Dictionary(_, value) => accepted(value)?,
        List(item) | LargeList(item) | ListView(item) | FixedSizeList(item, _) => List(accepted_field(item)?),
        Map(entries, _) => List(accepted_field(entries)?),
        Struct(fields) => Struct(fields.iter().map(accepted_field).collect::<Option<_>>()?),
        _ => return None,
    })
}

fn accepted_field(field: &Arc<Field>) -> Option<Arc<Field>> {
    Some(Arc::new(Field::new(field.name(), accepted(field.data_type())?, true)))
}

fn to_accepted(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        let column = map_to_list(column);
        if column.data_type() == field.data_type() { Ok(column) } else { cast(&column, field.data_type()) }
    });
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns.collect::<Result<_, _>>()?, &options)
}

fn map_to_list(column: &ArrayRef) -> ArrayRef {
    match column.as_map_opt() {
        Some(map) => {
            let entries = map.entries().clone();
            let item = Arc::new(Field::new("entries", entries.data_type().clone(), false));
            Arc::new(ListArray::new(item, map.offsets().clone(), Arc::new(entries), map.nulls().cloned()))
        }
        None => column.clone(),
    }
}

/// Copies a result back, piece by piece, with the types of the house.
fn from_frame(frame: DataFrame) -> Result<(SchemaRef, Vec<RecordBatch>), SqlError> {
    let mut schema: Option<SchemaRef> = None;
    let mut batches = Vec::new();
    let mut offset = 0;
    while schema.is_none() || offset < frame.height() {
        let mut piece = frame.slice(offset as i64, ROWS_PER_PIECE);
        let mut bytes = Vec::new();
        IpcStreamWriter::new(&mut bytes)
            .finish(&mut piece)
            .map_err(|error| SqlError::from_engine(&error.to_string(), &[]))?;
        let reader = StreamReader::try_new(Cursor::new(bytes), None)?;
        let wanted = schema.get_or_insert_with(|| canonical_schema(&reader.schema())).clone();
        for batch in reader {
            let batch = batch?;
            if batch.num_rows() == 0 {
                continue;
            }
            let columns = batch.columns().iter().zip(wanted.fields()).map(|(c, field)| cast(c, field.data_type()));
            batches.push(RecordBatch::try_new(wanted.clone(), columns.collect::<Result<_, _>>()?)?);
        }
        offset += ROWS_PER_PIECE;
    }
    Ok((schema.unwrap_or_else(|| Arc::new(Schema::empty())), batches))
}

fn canonical_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| Field::new(field.name(), canonical(field.data_type()), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The type under which a column of a result is given out.
fn canonical(data_type: &DataType) -> DataType {
    let item = |field: &Arc<Field>| Arc::new(Field::new("item", canonical(field.data_type()), true));
    match data_type {
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            DataType::List(item(field))
        }
        DataType::Struct(fields) => {
            let inner = fields.iter().map(|field| Field::new(field.name(), canonical(field.data_type()), true));
            DataType::Struct(inner.collect::<Vec<_>>().into())
        }
        other => accepted(other).unwrap_or_else(|| other.clone()),
    }
}

#[cfg(test)]
mod tests;
