use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::error::StoreError;

/// The zstd level of published tables.
const LEVEL: i32 = 3;

/// A result as one Parquet file in memory.
pub fn parquet_bytes(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, StoreError> {
    let fault = |error: ParquetError| StoreError::Table { table: "result".into(), detail: error.to_string() };
    let level = ZstdLevel::try_new(LEVEL).map_err(fault)?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema.clone(), Some(properties)).map_err(fault)?;
    for batch in batches {
        writer.write(batch).map_err(fault)?;
    }
    writer.close().map_err(fault)?;
    Ok(bytes)
}
