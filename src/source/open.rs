//! A file's bytes to its sheets, whatever its format.

use crate::model::Words;
use crate::plan::Source;

use super::book::Book;
use super::content::Content;
use super::json_file::JsonFile;
use super::parquet_file::ParquetFile;
use super::sheets::Sheets;
use super::sniff::{Format, sniff};
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

/// Opens a file, or says why it cannot be read and what to do.
pub(super) fn open(content: &Content, source: &Source) -> Result<Opened, Words> {
    let format = sniff(content)?;
    let sheets: Box<dyn Sheets> = match format {
        Format::Text => {
            let text = TextFile::open(content, source.encoding.as_deref())?;
            return Ok(Opened {
                format,
                encoding: Some(text.encoding.name()),
                separator: Some(char::from(text.separator)),
                sheets: Box::new(text),
            });
        }
        Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods => Box::new(Book::open(content, format)?),
        Format::SpreadsheetMl => return Err(not_supported("XML 表格", "an XML spreadsheet")),
        Format::Html => return Err(not_supported("网页（HTML）", "a web page (HTML)")),
        Format::Parquet => Box::new(ParquetFile::open(content)?),
        Format::JsonLines => {
            let json = JsonFile::open(content, source.encoding.as_deref())?;
            return Ok(Opened { format, encoding: Some(json.encoding()), separator: None, sheets: Box::new(json) });
        }
        Format::Archive => {
            return Err(Words::new(
                "压缩包里还有压缩包，不能读取；请解开后重新报送",
                "an archive inside an archive is not read; have it unpacked and sent again",
            ));
        }
    };
    Ok(Opened { format, encoding: None, separator: None, sheets })
}

fn not_supported(zh: &str, en: &str) -> Words {
    Words::new(
        format!("文件实际是{zh}，暂不支持；请用 Excel 或 WPS 打开后另存为 .xlsx"),
        format!("the file is really {en}, which is not supported; open it in Excel or WPS and save it as .xlsx"),
    )
}
