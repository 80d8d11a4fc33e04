//! Tables to Parquet and back.
//!
//! zstd 3, row groups of 122,880 rows, a new part after sixteen of them. Every row group is handed over whole, so that
//! the bytes do not depend on how the rows came in batches; nothing of the time or the machine goes in.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, SortField};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::disk::{Disk, DiskFile};
use super::error::StoreError;
use super::manifest::{PartFile, TableEntry};
use crate::model::Table;

const ROWS_PER_GROUP: usize = 122_880;
const ROWS_PER_PART: usize = 16 * ROWS_PER_GROUP;
const ROWS_PER_READ: usize = 65_536;
const ZSTD_LEVEL: i32 = 3;
const BLOOM_ERROR_RATE: f64 = 0.01;
const CREATED_BY: &str = "ronghe";
/// Columns whose values hardly repeat: a dictionary would only be built to be thrown away.
const UNIQUE_COLUMNS: [&str; 8] =
    ["row_id", "row_key", "row_id_a", "row_id_b", "partner_row_id", "finding_id", "case_key", "id_number"];

/// Writes a table into its own new folder under `snapshot`, every file put on disk. The folders are the caller's.
pub(super) fn write_table(disk: &Disk, snapshot: &Path, table: Table) -> Result<TableEntry, StoreError> {
    let name = table.name.as_str().to_owned();
    let fault = |detail: String| StoreError::Table { table: name.clone(), detail };
    if name.is_empty() || !name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
        return Err(fault("its name may hold a-z, 0-9 and _ only".into()));
    }
    let schema = table.schema.clone();
    let properties = properties(&table, &schema)?;
    disk.create_dir(&snapshot.join(&name))?;

    let mut order = Order::of(&table.sorted_by, &schema).map_err(|e| fault(e.to_string()))?;
    let mut parts = Parts { disk, snapshot, name: &name, schema: &schema, properties, done: Vec::new(), open: None };
    let mut group = Vec::new();
    let mut rows = 0;
    for batch in table.batches {
        // Batches are let go one by one, so that a big table is not held longer than it must.
        let batch = RecordBatch::try_new(schema.clone(), batch.columns().to_vec()).map_err(|e| fault(e.to_string()))?;
        if !order.continues(&batch).map_err(|e| fault(e.to_string()))? {
            return Err(fault(format!("it is not sorted by {}", table.sorted_by.join(", "))));
        }
        let mut start = 0;
        while start < batch.num_rows() {
            let length = (ROWS_PER_GROUP - rows).min(batch.num_rows() - start);
            group.push(batch.slice(start, length));
            rows += length;
            start += length;
            if rows == ROWS_PER_GROUP {
                parts.write(&concat_batches(&schema, &group).map_err(|e| fault(e.to_string()))?)?;
                group.clear();
                rows = 0;
            }
        }
    }
    if rows > 0 || parts.is_untouched() {
        parts.write(&concat_batches(&schema, &group).map_err(|e| fault(e.to_string()))?)?;
    }
    let parts = parts.finish()?;
    Ok(TableEntry {
        rows: parts.iter().map(|part| part.rows).sum(),
        name,
        title: table.title,
        sorted_by: table.sorted_by,
        parts,
    })
}

/// Watches that rows come in the order that the files declare: readers skip rows by it, and would skip wrong ones.
struct Order {
    columns: Vec<usize>,
    converter: RowConverter,
    last: Option<OwnedRow>,
}

impl Order {
    fn of(sorted_by: &[String], schema: &Schema) -> Result<Order, ArrowError> {
        let columns = sorted_by.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        let fields = columns.iter().map(|at| SortField::new(schema.field(*at).data_type().clone())).collect();
        Ok(Order { columns, converter: RowConverter::new(fields)?, last: None })
    }

    /// Whether no row of the batch comes before the one ahead of it.
    fn continues(&mut self, batch: &RecordBatch) -> Result<bool, ArrowError> {
        if self.columns.is_empty() || batch.num_rows() == 0 {
            return Ok(true);
        }
        let columns = batch.project(&self.columns)?;
        let rows = self.converter.convert_columns(columns.columns())?;
        let starts_late = self.last.as_ref().is_none_or(|last| last.row() <= rows.row(0));
        let is_sorted = (1..rows.num_rows()).all(|at| rows.row(at - 1) <= rows.row(at));
        self.last = Some(rows.row(rows.num_rows() - 1).owned());
        Ok(starts_late && is_sorted)
    }
}

/// The part files of one table, one open at a time.
struct Parts<'a> {
    disk: &'a Disk,
    snapshot: &'a Path,
    name: &'a str,
    schema: &'a SchemaRef,
    properties: WriterProperties,
    done: Vec<PartFile>,
    open: Option<(ArrowWriter<DiskFile>, usize)>,
}

impl Parts<'_> {
    fn is_untouched(&self) -> bool {
        self.done.is_empty() && self.open.is_none()
    }

    fn relative(&self) -> String {
        format!("{}/part-{:04}.parquet", self.name, self.done.len())
    }

    /// Writes one row group.
    fn write(&mut self, group: &RecordBatch) -> Result<(), StoreError> {
        let (mut writer, rows) = match self.open.take() {
            Some(open) => open,
            None => {
                let path = self.snapshot.join(self.relative());
                let file = self.disk.create_file(path.clone())?;
                let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(self.properties.clone()));
                (writer.map_err(|error| StoreError::Io { path, source: io::Error::other(error) })?, 0)
            }
        };
        let written = writer.write(group).and_then(|()| writer.flush());
        written.map_err(|error| writer.inner_mut().explain(error))?;
        self.open = Some((writer, rows + group.num_rows()));
        if rows + group.num_rows() >= ROWS_PER_PART { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        let Some((mut writer, rows)) = self.open.take() else { return Ok(()) };
        // Not `into_inner`, which writes the footer and drops what went wrong; `finish` leaves nothing in the buffer.
        writer.finish().map_err(|error| writer.inner_mut().explain(error))?;
        let (size, sha256) = writer.inner_mut().finish()?;
        self.done.push(PartFile { path: self.relative(), rows: rows as u64, size, sha256 });
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<PartFile>, StoreError> {
        self.close()?;
        Ok(self.done)
    }
}

fn properties(table: &Table, schema: &Schema) -> Result<WriterProperties, StoreError> {
    let fault = |error: ParquetError| StoreError::Table { table: table.name.to_string(), detail: error.to_string() };
    let leaves = ArrowSchemaConverter::new().convert(schema).map_err(fault)?;
    let mut sorted = Vec::new();
    for name in &table.sorted_by {
        // Only columns of single values have an order; a list ends the declaration.
        let Some(leaf) = leaves.columns().iter().position(|column| column.path().parts() == [name.as_str()]) else {
            break;
        };
        sorted.push(SortingColumn { column_idx: leaf as i32, descending: false, nulls_first: true });
    }
    let mut unique: BTreeSet<&str> = UNIQUE_COLUMNS.into_iter().collect();
    unique.extend(table.looked_up_by.iter().map(String::as_str));
    if let [only] = table.sorted_by.as_slice() {
        unique.insert(only);
    }
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).map_err(fault)?))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_created_by(CREATED_BY.into())
        .set_sorting_columns((!sorted.is_empty()).then_some(sorted));
    for field in schema.fields() {
        let path = ColumnPath::from(field.name().as_str());
        if unique.contains(field.name().as_str()) {
            properties = properties.set_column_dictionary_enabled(path.clone(), false);
        }
        if table.looked_up_by.contains(field.name()) {
            properties = properties
                .set_column_bloom_filter_enabled(path.clone(), true)
                .set_column_bloom_filter_fpp(path.clone(), BLOOM_ERROR_RATE)
                .set_column_bloom_filter_max_ndv(path, ROWS_PER_GROUP as u64);
        }
    }
    Ok(properties.build())
}

/// Reads one part. `columns`: positions of the columns wanted, in the file's order; `None`: all.
pub(super) fn read_part(
    path: &Path,
    size: u64,
    columns: Option<&[usize]>,
    batches: &mut Vec<RecordBatch>,
) -> Result<SchemaRef, StoreError> {
    read_batches(path, size, columns, &mut |batch| {
        batches.push(batch);
        Ok(())
    })
}

/// As [`read_part`], batch by batch, for a reader that keeps few of the rows.
pub(super) fn read_batches(
    path: &Path,
    size: u64,
    columns: Option<&[usize]>,
    each: &mut dyn FnMut(RecordBatch) -> Result<(), ArrowError>,
) -> Result<SchemaRef, StoreError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => damaged(path, "missing"),
        _ => StoreError::from_io(path, error),
    })?;
    let found = file.metadata().map_err(|error| StoreError::from_io(path, error))?.len();
    if found != size {
        return Err(damaged(path, format!("{found} bytes instead of {size}")));
    }
    let unreadable = |error: ParquetError| damaged(path, error.to_string());
    let mut builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(unreadable)?.with_batch_size(ROWS_PER_READ);
    if let Some(columns) = columns {
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    let reader = builder.build().map_err(unreadable)?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    for batch in reader {
        batch.and_then(&mut *each).map_err(|error| damaged(path, error.to_string()))?;
    }
    Ok(schema)
}

/// The columns of a part, without its rows.
pub(super) fn part_schema(path: &Path) -> Result<SchemaRef, StoreError> {
    let file = File::open(path).map_err(|error| StoreError::from_io(path, error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, error.to_string()))?;
    Ok(builder.schema().clone())
}

pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> StoreError {
    StoreError::Damaged { path: path.to_owned(), detail: detail.into() }
}
