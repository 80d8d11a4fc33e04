//! Parquet, record batch by record batch.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, TimeUnit};
use bytes::{Buf, Bytes};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::model::Words;
use crate::source::format::content::{Content, unpacked};
use crate::source::format::parquet::arrow_cell::cell;
use crate::source::format::sheets::{SheetInfo, Sheets};
use crate::source::line::Line;

/// Cells that are held at once, about.
const CELLS: usize = 1 << 16;
/// Records that are held at once at most.
const RECORDS: usize = 1024;
/// More columns than this are no table.
const MAX_COLUMNS: usize = 16_384;
/// The description of its contents at a file's end may not be larger: it is held in memory.
const MAX_FOOTER: u64 = 64 << 20;

/// A Parquet file whose description was read and is sound.
pub(in crate::source) struct ParquetFile {
    chunks: Chunks,
    metadata: ArrowReaderMetadata,
    leaves: Vec<Leaf>,
}

/// A column that is no structure, within the structures around it.
struct Leaf {
    names: Vec<String>,
    /// Its position among the columns, then among the fields of each structure.
    at: Vec<usize>,
}

impl ParquetFile {
    pub fn open(content: &Content) -> Result<ParquetFile, Words> {
        check_footer(content)?;
        let chunks = Chunks::of(content).map_err(|e| crate::source::io_reason(&e))?;
        let metadata = guarded(|| describe(&chunks).map_err(|e| torn(&e)))?;
        let groups = metadata.metadata().row_groups();
        let packed = groups.iter().flat_map(|group| group.columns()).map(|column| column.compression());
        if let Some(name) = packed.filter_map(cannot_unpack).next() {
            return Err(Words::new(
                format!("Parquet 文件用 {name} 压缩，不能读取；请改用 zstd 或 snappy 压缩后重新报送"),
                format!(
                    "the Parquet file is packed with {name}, which is not supported; have it written with zstd or snappy"
                ),
            ));
        }
        let mut leaves = Vec::new();
        find_leaves(metadata.schema().fields(), &mut Vec::new(), &mut Vec::new(), &mut leaves);
        if leaves.len() > MAX_COLUMNS {
            return Err(Words::new(
                format!("Parquet 文件有 {} 列，超过 {MAX_COLUMNS} 列；请只导出所需的列", leaves.len()),
                format!(
                    "the Parquet file has {} columns, more than {MAX_COLUMNS}; have only those exported that are needed",
                    leaves.len()
                ),
            ));
        }
        Ok(ParquetFile { chunks, metadata, leaves })
    }
}

impl Sheets for ParquetFile {
    fn sheets(&self) -> Vec<SheetInfo> {
        vec![SheetInfo { cells: true, ..SheetInfo::default() }]
    }

    fn columns(&mut self, _: usize) -> Result<Option<Vec<Vec<String>>>, Words> {
        Ok(Some(self.leaves.iter().map(|leaf| leaf.names.clone()).collect()))
    }

    fn lines(&mut self, _: usize, take: &mut dyn FnMut(&Line) -> ControlFlow<()>) -> Result<(), Words> {
        if self.leaves.is_empty() {
            return Ok(());
        }
        let records = (CELLS / self.leaves.len()).clamp(1, RECORDS);
        let chunks = self.chunks.again().map_err(|e| crate::source::io_reason(&e))?;
        let mut batches = guarded(|| {
            ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone())
                .with_batch_size(records)
                .build()
                .map_err(|e| torn(&e))
        })?;
        let mut line = Line::default();
        let mut row = 0_u32;
        while let Some(batch) = guarded(|| batches.next().transpose().map_err(|e| torn(&e)))? {
            let columns: Vec<Column> = self.leaves.iter().map(|leaf| Column::of(&batch, leaf)).collect();
            for at in 0..batch.num_rows() {
                row = row.checked_add(1).ok_or_else(|| {
                    Words::new(
                        "行数超过可计数的上限；请拆分文件后重新报送",
                        "more rows than can be counted; have the file split",
                    )
                })?;
                line.begin(row);
                guarded(|| {
                    for (position, column) in (0..).zip(&columns) {
                        column.push(at, position, &mut line);
                    }
                    Ok(())
                })?;
                if !line.is_blank() && take(&line).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// A leaf's values in a batch.
struct Column {
    /// Where one of these is null, so is the value.
    around: Vec<ArrayRef>,
    values: ArrayRef,
}

impl Column {
    fn of(batch: &RecordBatch, leaf: &Leaf) -> Column {
        let mut values = batch.column(leaf.at[0]).clone();
        let mut around = Vec::new();
        for at in &leaf.at[1..] {
            let inner = values.as_struct().column(*at).clone();
            around.push(std::mem::replace(&mut values, inner));
        }
        Column { around, values }
    }

    fn push(&self, row: usize, position: u32, line: &mut Line) {
        if self.around.iter().all(|structure| structure.is_valid(row))
            && let Some((text, kind)) = cell(&self.values, row)
        {
            line.push(position, &text, kind);
        }
    }
}

fn find_leaves(fields: &Fields, names: &mut Vec<String>, at: &mut Vec<usize>, leaves: &mut Vec<Leaf>) {
    for (position, field) in fields.iter().enumerate() {
        names.push(field.name().clone());
        at.push(position);
        match field.data_type() {
            DataType::Struct(fields) => find_leaves(fields, names, at, leaves),
            _ => leaves.push(Leaf { names: names.clone(), at: at.clone() }),
        }
        names.pop();
        at.pop();
    }
}

/// Looks at the end of the file, before the library makes room for what is said there.
fn check_footer(content: &Content) -> Result<(), Words> {
    let io = |e: std::io::Error| crate::source::io_reason(&e);
    let incomplete = || {
        Words::new(
            "文件不完整（可能上传或复制中断）；请重新导出后再报送",
            "the file is not complete (perhaps the upload broke off); have it exported and sent again",
        )
    };
    let size = content.size().map_err(io)?;
    if size < 12 {
        return Err(incomplete());
    }
    let mut bytes = content.seekable().map_err(io)?;
    let mut end = [0; 8];
    bytes.seek(SeekFrom::Start(size - 8)).map_err(io)?;
    bytes.read_exact(&mut end).map_err(io)?;
    let [a, b, c, d, magic @ ..] = end;
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    match &magic {
        b"PARE" => Err(locked()),
        b"PAR1" if length > size - 12 => Err(incomplete()),
        b"PAR1" if length > MAX_FOOTER => Err(Words::new(
            "Parquet 文件的目录超过 64 MB，不能读取；请用较大的行组重新导出",
            "the footer of the Parquet file is larger than 64 MB; have it exported with larger row groups",
        )),
        b"PAR1" => Ok(()),
        _ => Err(incomplete()),
    }
}

fn locked() -> Words {
    Words::new(
        "Parquet 文件已加密，不能读取；请导出未加密的文件后重新报送",
        "the Parquet file is encrypted and cannot be read; have it exported without encryption",
    )
}

/// Reads the description, and chooses how the columns are to be read.
fn describe(chunks: &Chunks) -> Result<ArrowReaderMetadata, ParquetError> {
    let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    // What the writer says of its own types beyond Parquet's is of use, but need not be sound.
    let described = ArrowReaderMetadata::load(chunks, ArrowReaderOptions::new())
        .or_else(|_| ArrowReaderMetadata::load(chunks, plain.clone()))?;
    let parquet = described.metadata().file_metadata().schema_descr_ptr();
    let mut physical = parquet.columns().iter().map(|column| column.physical_type());
    let fields: Fields = described.schema().fields().iter().map(|field| as_read(field, &mut physical)).collect();
    let wanted = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    Ok(ArrowReaderMetadata::try_new(described.metadata().clone(), wanted).unwrap_or(described))
}

/// How a field is to be read: text in place, so that a long text that comes in many records is held once; the old
/// twelve-byte moments, which hold universal time, with room for the year 9999.
fn as_read(field: &FieldRef, physical: &mut dyn Iterator<Item = Type>) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| as_read(field, physical)).collect()),
        DataType::List(inner) => DataType::List(as_read(inner, physical)),
        DataType::LargeList(inner) => DataType::LargeList(as_read(inner, physical)),
        DataType::FixedSizeList(inner, length) => DataType::FixedSizeList(as_read(inner, physical), *length),
        DataType::Map(inner, sorted) => DataType::Map(as_read(inner, physical), *sorted),
        kind => {
            let value = if let DataType::Dictionary(_, value) = kind { value } else { kind };
            match (physical.next(), value) {
                (Some(Type::INT96), _) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                (_, DataType::Utf8 | DataType::LargeUtf8) => DataType::Utf8View,
                (_, DataType::Binary | DataType::LargeBinary) => DataType::BinaryView,
                (_, value) => value.clone(),
            }
        }
    };
    Arc::new(Field::clone(field).with_data_type(kind))
}

/// The name of a compression that was not built in.
fn cannot_unpack(compression: Compression) -> Option<&'static str> {
    match compression {
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZO => Some("LZO"),
        _ => None,
    }
}

/// Runs a step of the library, whose panics on torn files must not end the run.
fn guarded<T>(step: impl FnOnce() -> Result<T, Words>) -> Result<T, Words> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| Err(torn(&"the reader gave up")))
}

fn torn(cause: &dyn std::fmt::Display) -> Words {
    // The library's words, in English, help whoever looks for the cause.
    let cause: String = cause.to_string().chars().take(200).collect();
    Words::new(
        format!("Parquet 文件已损坏或不合规范（{cause}）；请重新导出后再报送"),
        format!("the Parquet file is damaged or irregular ({cause}); have it exported and sent again"),
    )
}

/// A file's bytes for the library, which asks for ranges that a torn file may state wrongly.
struct Chunks {
    bytes: Place,
    size: u64,
}

enum Place {
    File(File),
    Held(Bytes),
}

impl Chunks {
    fn of(content: &Content) -> std::io::Result<Chunks> {
        Ok(match content {
            Content::File(path) => Chunks { bytes: Place::File(File::open(path)?), size: content.size()? },
            Content::Member(member) => Chunks::held(unpacked(member)?),
            Content::Held(bytes) => Chunks::held(bytes.clone()),
        })
    }

    fn held(bytes: Arc<[u8]>) -> Chunks {
        Chunks { size: bytes.len() as u64, bytes: Place::Held(Bytes::from_owner(bytes)) }
    }

    fn again(&self) -> std::io::Result<Chunks> {
        let bytes = match &self.bytes {
            Place::File(file) => Place::File(file.try_clone()?),
            Place::Held(bytes) => Place::Held(bytes.clone()),
        };
        Ok(Chunks { bytes, size: self.size })
    }

    fn check(&self, start: u64, length: u64) -> Result<(), ParquetError> {
        match start.checked_add(length) {
            Some(end) if end <= self.size => Ok(()),
            _ => Err(ParquetError::EOF("a range beyond the end of the file".into())),
        }
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        self.check(start, 0)?;
        Ok(match &self.bytes {
            Place::File(file) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(start))?;
                Box::new(BufReader::new(file))
            }
            Place::Held(bytes) => Box::new(bytes.slice(start as usize..).reader()),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.check(start, length as u64)?;
        match &self.bytes {
            Place::File(_) => {
                let mut bytes = Vec::with_capacity(length);
                self.get_read(start)?.take(length as u64).read_to_end(&mut bytes)?;
                if bytes.len() < length {
                    return Err(ParquetError::EOF("the file became shorter".into()));
                }
                Ok(bytes.into())
            }
            Place::Held(bytes) => Ok(bytes.slice(start as usize..start as usize + length)),
        }
    }
}
