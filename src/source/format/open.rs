//! A file's bytes to its sheets, whatever its format.

use serde::{Deserialize, Serialize};

use crate::model::Words;
use crate::plan::Source;
use crate::source::format::apart::remote::Remote;
use crate::source::format::book::file::Book;
use crate::source::format::content::Content;
use crate::source::format::json::file::JsonFile;
use crate::source::format::markup::MarkupFile;
use crate::source::format::parquet::file::ParquetFile;
use crate::source::format::password::{Keys, decipher};
use crate::source::format::sheets::Sheets;
use crate::source::format::sniff::{Format, sniff, sniff_start};
use crate::source::format::text::file::TextFile;
use crate::source::limits::Limits;

/// An open file.
pub(in crate::source) struct Opened {
    pub format: Format,
    /// Name of the encoding of a text or markup file by the Encoding Standard.
    pub encoding: Option<&'static str>,
    /// What separates a text file's fields.
    pub separator: Option<char>,
    pub sheets: Box<dyn Sheets>,
}

/// What a pipeline says of opening a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::source) struct Terms {
    /// A label of the Encoding Standard.
    pub encoding: Option<String>,
    pub keys: Keys,
}

/// Opens a file, or says why it cannot be read and what to do. Text is read here, anything else by a process of its own
/// where there may be one.
pub(in crate::source) fn open(content: &Content, source: &Source, limits: &Limits) -> Result<Opened, Words> {
    let terms = Terms { encoding: source.encoding.clone(), keys: Keys::of(source) };
    match &limits.own_process {
        Some(process) if sniff_start(content)? != Some(Format::Text) => Remote::open(content, &terms, process),
        _ => open_here(content, &terms),
    }
}

/// Opens a file in this process.
pub(in crate::source) fn open_here(content: &Content, terms: &Terms) -> Result<Opened, Words> {
    let format = sniff(content)?;
    if format == Format::Xls
        && let Some(inside) = decipher(content, &terms.keys)?
    {
        return open_here(&inside, terms);
    }
    let encoding = terms.encoding.as_deref();
    let sheets: Box<dyn Sheets> = match format {
        Format::Text => {
            let text = TextFile::open(content, encoding)?;
            return Ok(Opened {
                format,
                encoding: Some(text.encoding.name()),
                separator: Some(text.dialect.separator),
                sheets: Box::new(text),
            });
        }
        Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods => Box::new(Book::open(content, format)?),
        Format::Html | Format::SpreadsheetMl => {
            let file = MarkupFile::open(content, format, encoding)?;
            return Ok(Opened { format, encoding: Some(file.encoding()), separator: None, sheets: Box::new(file) });
        }
        Format::Parquet => Box::new(ParquetFile::open(content)?),
        Format::JsonLines => {
            let json = JsonFile::open(content, encoding)?;
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
