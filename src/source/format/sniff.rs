//! What a file is, told by its bytes: an extension never proves a type.

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use crate::model::Words;
use crate::source::format::content::Content;
use crate::source::format::json::file::begins_json;
use crate::source::format::text::encoding::text_start;

/// What a file really is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    Text,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    /// The XML spreadsheet of Excel 2003.
    SpreadsheetMl,
    Html,
    Parquet,
    JsonLines,
    /// A zip of other files.
    Archive,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Xlsx => "xlsx",
            Format::Xlsb => "xlsb",
            Format::Xls => "xls",
            Format::Ods => "ods",
            Format::SpreadsheetMl => "spreadsheetml",
            Format::Html => "html",
            Format::Parquet => "parquet",
            Format::JsonLines => "jsonl",
            Format::Archive => "zip",
        }
    }
}

/// More text than this in a workbook's shared strings is refused, since they must be held in memory.
const MAX_SHARED_STRINGS: u64 = 2 << 30;
/// A format shows within so many bytes.
const HEAD: usize = 4096;

/// Tells the format, or says why the file cannot be read and what to do.
pub(in crate::source) fn sniff(content: &Content) -> Result<Format, Words> {
    match sniff_start(content)? {
        Some(format) => Ok(format),
        None => zipped(content),
    }
}

/// The same from the file's beginning alone; `None` for a zip, which only its end tells more of.
pub(in crate::source) fn sniff_start(content: &Content) -> Result<Option<Format>, Words> {
    let head = content.beginning(HEAD).map_err(|e| crate::source::io_reason(&e))?;
    let refuse = |(zh, en): (&str, &str)| {
        Err(Words::new(
            format!("文件实际是{zh}，暂不支持；请导出为 .xlsx 或 .csv 后重新报送"),
            format!(
                "the file is really {en}, which is not supported; have it exported as .xlsx or .csv and sent again"
            ),
        ))
    };
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(None);
    }
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Ok(Some(Format::Xls));
    }
    if head.starts_with(b"PAR1") || head.starts_with(b"PARE") {
        return Ok(Some(Format::Parquet));
    }
    for (magic, what) in [
        (&b"%PDF"[..], ("PDF 文档", "a PDF document")),
        (b"Rar!", ("RAR 压缩包", "a RAR archive")),
        (b"7z\xBC\xAF", ("7z 压缩包", "a 7z archive")),
        (b"\x1F\x8B", ("gzip 压缩包", "a gzip archive")),
        (b"\x89PNG", ("图片", "a picture")),
        (b"\xFF\xD8\xFF", ("图片", "a picture")),
        (b"SQLite format 3", ("SQLite 数据库", "an SQLite database")),
    ] {
        if head.starts_with(magic) {
            return refuse(what);
        }
    }
    if let Some(format) = crate::source::format::markup::tell(content, &head)? {
        return Ok(Some(format));
    }
    Ok(Some(if begins_json(&text_start(&head)) { Format::JsonLines } else { Format::Text }))
}

/// Looks into the list of contents at the end of a zip.
fn zipped(content: &Content) -> Result<Format, Words> {
    let bytes = content.seekable().map_err(|e| crate::source::io_reason(&e))?;
    let Ok(mut archive) = ZipArchive::new(bytes) else {
        return Err(Words::new(
            "工作簿不完整（可能上传或复制中断）；请重新导出后再报送",
            "the workbook is not complete (perhaps the upload broke off); have it exported and sent again",
        ));
    };
    let name = |raw: &[u8]| String::from_utf8_lossy(raw).replace('\\', "/");
    let names: Vec<String> = archive.file_names_raw().map(name).collect();
    let strings = names.iter().position(|name| name.ends_with("sharedStrings.xml"));
    let size = strings.and_then(|at| archive.by_index_raw(at).ok().map(|member| member.size()));
    if size.is_some_and(|size| size > MAX_SHARED_STRINGS) {
        return Err(Words::new(
            "工作簿的文字内容超过 2 GB；请拆分后重新报送",
            "the workbook holds more than 2 GB of text; have it split and sent again",
        ));
    }
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if has("xl/workbook.bin") {
        Ok(Format::Xlsb)
    } else if has("[Content_Types].xml") && names.iter().any(|name| name.to_ascii_lowercase().starts_with("xl/")) {
        Ok(Format::Xlsx)
    } else if has("content.xml") {
        Ok(Format::Ods)
    } else if has("word/document.xml") {
        Err(Words::new(
            "文件实际是 Word 文档，暂不支持；请把表格复制到 Excel 后另存为 .xlsx",
            "the file is really a Word document, which is not supported; copy its table into Excel and save it as .xlsx",
        ))
    } else {
        Ok(Format::Archive)
    }
}
