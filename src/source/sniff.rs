//! What a file is, told by its bytes: an extension never proves a type.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use crate::model::Words;

/// What a file really is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Xlsx => "xlsx",
            Format::Xlsb => "xlsb",
            Format::Xls => "xls",
            Format::Ods => "ods",
        }
    }
}

/// More text than this in a workbook's shared strings is refused, since they must be held in memory.
const MAX_SHARED_STRINGS: u64 = 2 << 30;

/// Tells the format, or says why the file cannot be read and what to do.
pub(super) fn sniff(file: &mut File) -> Result<Format, Words> {
    let io = |e: io::Error| super::io_reason(&e);
    let mut head = vec![0; 4096];
    let length = read_up_to(file, &mut head).map_err(io)?;
    head.truncate(length);
    file.seek(SeekFrom::Start(0)).map_err(io)?;

    let refuse = |(zh, en): (&str, &str), todo: (&str, &str)| {
        Err(Words::new(
            format!("文件实际是{zh}，暂不支持；{}", todo.0),
            format!("the file is really {en}, which is not supported; {}", todo.1),
        ))
    };
    let export = ("请导出为 .xlsx 或 .csv 后重新报送", "have it exported as .xlsx or .csv and sent again");
    let save_as = ("请用 Excel 或 WPS 打开后另存为 .xlsx", "open it in Excel or WPS and save it as .xlsx");
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return zipped(file);
    }
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Ok(Format::Xls);
    }
    for (magic, what) in [
        (&b"%PDF"[..], ("PDF 文档", "a PDF document")),
        (b"PAR1", ("Parquet 文件", "a Parquet file")),
        (b"Rar!", ("RAR 压缩包", "a RAR archive")),
        (b"7z\xBC\xAF", ("7z 压缩包", "a 7z archive")),
        (b"\x1F\x8B", ("gzip 压缩包", "a gzip archive")),
        (b"\x89PNG", ("图片", "a picture")),
        (b"\xFF\xD8\xFF", ("图片", "a picture")),
        (b"SQLite format 3", ("SQLite 数据库", "an SQLite database")),
    ] {
        if head.starts_with(magic) {
            return refuse(what, export);
        }
    }
    let markup = markup_start(&head);
    if markup.starts_with("<?xml") || markup.starts_with("<workbook") {
        return refuse(("XML 表格", "an XML spreadsheet"), save_as);
    }
    if ["<html", "<!doctype html", "<table", "<meta", "<head", "<style", "<div"]
        .iter()
        .any(|tag| markup.starts_with(tag))
    {
        return refuse(("网页（HTML）", "a web page (HTML)"), save_as);
    }
    Ok(Format::Text)
}

/// The first characters, lower case, zero bytes and marks left out (so that UTF-16 shows too).
fn markup_start(head: &[u8]) -> String {
    let plain: Vec<u8> = head
        .iter()
        .copied()
        .filter(|&byte| byte != 0 && byte < 0x80)
        .skip_while(u8::is_ascii_whitespace)
        .take(32)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    String::from_utf8(plain).unwrap_or_default()
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(n) => length += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(length)
}

/// Looks into the list of contents at the end of a zip.
fn zipped(file: &mut File) -> Result<Format, Words> {
    let contents = central_directory(file).map_err(|e| super::io_reason(&e))?;
    let Some(contents) = contents else {
        return Err(Words::new(
            "工作簿不完整（可能上传或复制中断）；请重新导出后再报送",
            "the workbook is not complete (perhaps the upload broke off); have it exported and sent again",
        ));
    };
    if contents.iter().any(|(name, size)| name.ends_with("sharedStrings.xml") && *size > MAX_SHARED_STRINGS) {
        return Err(Words::new(
            "工作簿的文字内容超过 2 GB；请拆分后重新报送",
            "the workbook holds more than 2 GB of text; have it split and sent again",
        ));
    }
    let has = |wanted: &str| contents.iter().any(|(name, _)| name.replace('\\', "/").eq_ignore_ascii_case(wanted));
    if has("xl/workbook.bin") {
        Ok(Format::Xlsb)
    } else if has("[Content_Types].xml") && contents.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("xl"))
    {
        Ok(Format::Xlsx)
    } else if has("content.xml") {
        Ok(Format::Ods)
    } else if has("word/document.xml") {
        Err(Words::new(
            "文件实际是 Word 文档，暂不支持；请把表格复制到 Excel 后另存为 .xlsx",
            "the file is really a Word document, which is not supported; copy its table into Excel and save it as .xlsx",
        ))
    } else {
        Err(Words::new(
            "文件是压缩包，不是工作簿；请解压后再报送",
            "the file is an archive, not a workbook; have it unpacked and sent again",
        ))
    }
}

/// Names and unpacked sizes of a zip's members; `None` when the list is missing or torn.
fn central_directory(file: &mut File) -> io::Result<Option<Vec<(String, u64)>>> {
    const END: usize = 22;
    let length = file.seek(SeekFrom::End(0))?;
    let tail_length = length.min(END as u64 + 65_535);
    file.seek(SeekFrom::Start(length - tail_length))?;
    let mut tail = vec![0; tail_length as usize];
    file.read_exact(&mut tail)?;
    let Some(end) = tail.windows(END).rposition(|window| window.starts_with(b"PK\x05\x06")) else {
        file.seek(SeekFrom::Start(0))?;
        return Ok(None);
    };
    let start = u64::from(u32_at(&tail, end + 16));
    let size = u64::from(u32_at(&tail, end + 12));
    if start + size > length {
        file.seek(SeekFrom::Start(0))?;
        return Ok(None);
    }
    file.seek(SeekFrom::Start(start))?;
    let mut list = vec![0; size as usize];
    file.read_exact(&mut list)?;
    file.seek(SeekFrom::Start(0))?;

    let mut contents = Vec::new();
    let mut at = 0;
    while at + 46 <= list.len() && list[at..].starts_with(b"PK\x01\x02") {
        let name_length = usize::from(u16_at(&list, at + 28));
        let rest = usize::from(u16_at(&list, at + 30)) + usize::from(u16_at(&list, at + 32));
        let Some(name) = list.get(at + 46..at + 46 + name_length) else { break };
        contents.push((String::from_utf8_lossy(name).into_owned(), u64::from(u32_at(&list, at + 24))));
        at += 46 + name_length + rest;
    }
    Ok(Some(contents))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}
