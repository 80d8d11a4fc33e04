//! A file's bytes to its sheets, whatever its format.

use crate::model::Words;
use crate::plan::Source;

use super::book::Book;
use super::content::Content;
use super::limits::Limits;
use super::password::{Keys, decipher};
use super::remote::Remote;
use super::sheets::Sheets;
use super::sniff::{Format, sniff, sniff_start};
use super::text::TextFile;

/// An open file.
pub(super) struct Opened {
    pub format: Format,
    /// Name of a text file's encoding by the Encoding Standard.
    pub encoding: Option<&'static str>,
    /// What separates a text file's fields.
    pub separator: Option<char>,
    pub sheets: Box<dyn Sheets>,
}

/// Opens a file, or says why it cannot be read and what to do. Text is read here, a workbook by a process of its own
/// where there may be one.
pub(super) fn open(content: &Content, source: &Source, limits: &Limits) -> Result<Opened, Words> {
    if sniff_start(content)? == Some(Format::Text) {
        let text = TextFile::open(content, source.encoding.as_deref())?;
        return Ok(Opened {
            format: Format::Text,
            encoding: Some(text.encoding.name()),
            separator: Some(char::from(text.separator)),
            sheets: Box::new(text),
        });
    }
    let (format, sheets) = match &limits.own_process {
        Some(process) => {
            let (format, remote) = Remote::open(content, &Keys::of(source), process)?;
            (format, Box::new(remote) as Box<dyn Sheets>)
        }
        None => open_workbook(content, &Keys::of(source))?,
    };
    Ok(Opened { format, encoding: None, separator: None, sheets })
}

/// Opens any format but text in this process.
pub(super) fn open_workbook(content: &Content, keys: &Keys) -> Result<(Format, Box<dyn Sheets>), Words> {
    let format = sniff(content)?;
    if format == Format::Xls
        && let Some(inside) = decipher(content, keys)?
    {
        return open_workbook(&inside, keys);
    }
    let sheets: Box<dyn Sheets> = match format {
        Format::Text => {
            return Err(Words::new("文件在读取期间变成了文本", "the file turned into text while it was read"));
        }
        Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods => Box::new(Book::open(content, format)?),
        Format::SpreadsheetMl => return Err(not_supported("XML 表格", "an XML spreadsheet")),
        Format::Html => return Err(not_supported("网页（HTML）", "a web page (HTML)")),
        Format::Parquet => return Err(not_supported("Parquet 文件", "a Parquet file")),
        Format::JsonLines => return Err(not_supported("JSON 文件", "a JSON file")),
        Format::Archive => {
            return Err(Words::new(
                "压缩包里还有压缩包，不能读取；请解开后重新报送",
                "an archive inside an archive is not read; have it unpacked and sent again",
            ));
        }
    };
    Ok((format, sheets))
}

fn not_supported(zh: &str, en: &str) -> Words {
    Words::new(
        format!("文件实际是{zh}，暂不支持；请用 Excel 或 WPS 打开后另存为 .xlsx"),
        format!("the file is really {en}, which is not supported; open it in Excel or WPS and save it as .xlsx"),
    )
}
