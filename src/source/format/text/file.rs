//! Text files: their encoding, their dialect, and their records. Bytes are decoded before they are split, since trail
//! bytes of GB 18030 look like separators.

use std::io::{self, Read};
use std::ops::ControlFlow;

use encoding_rs::Encoding;

use crate::model::Words;
use crate::source::format::content::Content;
use crate::source::format::sheets::{SheetInfo, Sheets};
use crate::source::format::text::decoded::{CHUNK, Decoded};
use crate::source::format::text::dialect::{Dialect, dialect_of};
use crate::source::format::text::encoding::{Encoded, Sample, encoding_of};
use crate::source::format::text::records::Records;
use crate::source::line::Line;

/// How much of a file is looked at to tell its encoding.
const PREFIX: usize = 1 << 20;

/// A text file whose encoding and dialect are known.
#[derive(Clone, Debug)]
pub(in crate::source) struct TextFile {
    content: Content,
    pub encoding: &'static Encoding,
    /// Bytes of the byte-order mark.
    mark: u64,
    pub dialect: Dialect,
}

impl TextFile {
    /// Tells encoding and dialect of the file; `label` is the encoding that the office states.
    ///
    /// # Errors
    /// When it cannot be read or is no text.
    pub fn open(content: &Content, label: Option<&str>) -> Result<TextFile, Words> {
        let io = |e: io::Error| crate::source::io_reason(&e);
        let mut file = content.stream().map_err(io)?;
        let mut prefix = Vec::new();
        let mut next = || -> io::Result<(Vec<u8>, bool)> {
            let mut part = Vec::new();
            file.by_ref().take(PREFIX as u64).read_to_end(&mut part)?;
            let whole = part.len() < PREFIX;
            Ok((part, whole))
        };
        let (first, mut whole) = next().map_err(io)?;
        prefix.extend(first);
        let Encoded { mut encoding, mark } = encoding_of(Sample { bytes: &prefix, whole }, label)?;
        if label.is_none() && mark == 0 && prefix.is_ascii() {
            // Plain ASCII says nothing: it is read on until something else shows. What follows it begins with a whole
            // character.
            while !whole && prefix.is_ascii() {
                (prefix, whole) = next().map_err(io)?;
            }
            encoding = crate::source::format::text::encoding::unmarked(Sample { bytes: &prefix, whole });
        }
        let mut text = TextFile { content: content.clone(), encoding, mark, dialect: Dialect::new(',', 1) };
        let mut start = String::new();
        let mut decoded = text.decoded().map_err(io)?;
        let mut all = false;
        while start.len() < CHUNK && !all {
            all = !decoded.fill(&mut start).map_err(io)?;
        }
        text.dialect = dialect_of(&start, all);
        Ok(text)
    }

    /// The text from its beginning.
    pub fn decoded(&self) -> io::Result<Decoded> {
        let mut stream = self.content.stream()?;
        io::copy(&mut stream.by_ref().take(self.mark), &mut io::sink())?;
        Ok(Decoded::new(stream, self.encoding))
    }
}

impl Sheets for TextFile {
    fn sheets(&self) -> Vec<SheetInfo> {
        vec![SheetInfo { cells: true, ..SheetInfo::default() }]
    }

    fn lines(&mut self, _: usize, take: &mut dyn FnMut(&Line) -> ControlFlow<()>) -> Result<(), Words> {
        let decoded = self.decoded().map_err(|e| crate::source::io_reason(&e))?;
        let mut records = Records::new(decoded, self.dialect.clone());
        let mut line = Line::default();
        while records.next(&mut line)? {
            if !line.is_blank() && take(&line).is_break() {
                break;
            }
        }
        Ok(())
    }
}
