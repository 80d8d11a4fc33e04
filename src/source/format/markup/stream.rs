//! A markup file's text: which encoding, and its characters chunk by chunk.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;
use std::sync::LazyLock;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;

use crate::model::Words;

use super::{MAX_PIECE, read_failure};
use crate::source::format::content::Content;
use crate::source::format::text::decoded::Decoded;
use crate::source::format::text::encoding::{Sample, unmarked, utf16_without_mark};
use crate::source::line::Line;

/// How much of a file is looked at to tell its encoding.
const PREFIX: usize = 1 << 20;
/// A declaration of the encoding stands within so many bytes.
const DECLARED: usize = 64 << 10;
/// A text that claims to be GBK is UTF-8 all the same if so many characters say so.
const SURELY: usize = 4;

/// How a file's bytes are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Charset {
    pub encoding: &'static Encoding,
    /// Bytes of the byte-order mark.
    mark: u64,
}

impl Charset {
    /// Tells the encoding: the mark first, then what the office states (`label`), then what the file declares, if its
    /// bytes bear it out, else UTF-8 or GB 18030.
    pub fn of(content: &Content, label: Option<&str>) -> Result<Charset, Words> {
        let file = content.stream().map_err(|e| read_failure(&e))?;
        let mut prefix = Vec::new();
        file.take(PREFIX as u64).read_to_end(&mut prefix).map_err(|e| read_failure(&e))?;
        if let Some((encoding, length)) = Encoding::for_bom(&prefix) {
            return Ok(Charset { encoding, mark: length as u64 });
        }
        let encoding = if let Some(label) = label {
            Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| unknown_label(label))?
        } else if let Some(encoding) = utf16_without_mark(&prefix) {
            encoding
        } else {
            match declared(&prefix) {
                Some(encoding) if encoding == GB18030 && !is_utf8(&prefix) => encoding,
                // Pages declare GB 2312 or UTF-8 by habit, whichever they are written in.
                Some(encoding) if encoding != GB18030 && encoding != UTF_8 => encoding,
                _ => unmarked(Sample { bytes: &prefix, whole: prefix.len() < PREFIX }),
            }
        };
        Ok(Charset { encoding, mark: 0 })
    }

    /// The text from its beginning.
    pub fn stream(&self, content: &Content, meter: &Rc<Meter>) -> io::Result<TextStream> {
        let mut bytes = content.stream()?;
        io::copy(&mut bytes.by_ref().take(self.mark), &mut io::sink())?;
        let decoded = Decoded::new(bytes, self.encoding);
        Ok(TextStream { decoded, text: String::new(), at: 0, meter: meter.clone() })
    }
}

fn unknown_label(label: &str) -> Words {
    Words::new(
        format!("配置的编码“{label}”不认识；请写 gb18030、utf-8 或 utf-16le"),
        format!("the encoding {label} of the source is not known; write gb18030, utf-8 or utf-16le"),
    )
}

/// The encoding that a file declares of itself. GB 2312 and GBK count as GB 18030, which holds them. UTF-16 is none,
/// for the declaration could be read byte by byte; nor is Western European, which is declared for want of thought.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    static DECLARATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let xml = r#"<\?xml[^>]{0,200}?\bencoding\s*=\s*["']\s*([\w.:-]+)"#;
        let meta = r#"<meta\b[^>]{0,400}?\bcharset\s*=\s*["']?\s*([\w.:-]+)"#;
        Regex::new(&format!("(?i-u)(?:{xml}|{meta})")).ok()
    });
    let found = DECLARATION.as_ref()?.captures(&bytes[..bytes.len().min(DECLARED)])?;
    let label = found.get(1).or_else(|| found.get(2))?;
    match Encoding::for_label(label.as_bytes())? {
        encoding if encoding == GBK => Some(GB18030),
        encoding if encoding == UTF_16LE || encoding == UTF_16BE => None,
        encoding if encoding == WINDOWS_1252 || encoding.name().starts_with("ISO-8859") => None,
        encoding => Some(encoding),
    }
}

/// Whether bytes that claim another encoding are surely UTF-8; a character cut off at their end is no fault.
fn is_utf8(bytes: &[u8]) -> bool {
    let sound = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or(""),
        Err(_) => "",
    };
    sound.chars().filter(|c| !c.is_ascii()).take(SURELY).count() == SURELY
}

/// The characters of a beginning, for a look at its structure; what cannot be decoded does not matter.
pub(super) fn glance(head: &[u8]) -> String {
    let encoding = match Encoding::for_bom(head) {
        Some((encoding, _)) => encoding,
        None => utf16_without_mark(head).unwrap_or(UTF_8),
    };
    encoding.decode(head).0.into_owned()
}

/// What a stream and whoever takes its pieces know of each other.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// Bytes handed out since the last piece.
    since: Cell<usize>,
    /// The text holds U+FFFD.
    marked: Cell<bool>,
    /// Some of them stand for bytes that could not be decoded.
    damaged: Cell<bool>,
}

impl Meter {
    /// A piece has been taken.
    pub fn piece(&self) {
        self.since.set(0);
    }

    /// Counts the replacement characters of a line. Of a text in which bytes could not be decoded all of them are taken to
    /// stand for such bytes, since a tag parts them from where they were met.
    pub fn count(&self, line: &mut Line) {
        if self.marked.get() {
            let marks = |text: &str| text.matches(char::REPLACEMENT_CHARACTER).count() as u32;
            let count = line.cells().map(|cell| marks(cell.text)).sum();
            (line.replaced, line.marks) = if self.damaged.get() { (count, 0) } else { (0, count) };
        }
    }
}

/// A file's text as UTF-8 bytes. It ends with an error where a piece grows beyond bounds.
pub(super) struct TextStream {
    decoded: Decoded,
    text: String,
    at: usize,
    meter: Rc<Meter>,
}

impl BufRead for TextStream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.meter.since.get() > MAX_PIECE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if self.at == self.text.len() {
            self.text.clear();
            self.at = 0;
            while self.text.is_empty() && self.decoded.fill(&mut self.text)? {}
            self.meter.marked.set(self.decoded.marks);
            self.meter.damaged.set(self.decoded.has_replaced());
        }
        Ok(&self.text.as_bytes()[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.text.len().min(self.at + amount);
        self.meter.since.set(self.meter.since.get() + amount);
    }
}

impl Read for TextStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charset(bytes: &[u8]) -> &'static Encoding {
        Charset::of(&Content::Held(bytes.into()), None).unwrap().encoding
    }

    #[test]
    fn a_declaration_counts_only_if_the_bytes_bear_it_out() {
        let page =
            |label: &str| format!("<meta http-equiv=Content-Type content=\"text/html; charset={label}\">姓名王五");
        assert_eq!(charset(page("gb2312").as_bytes()), UTF_8);
        assert_eq!(charset(&GB18030.encode(&page("gb2312")).0), GB18030);
        assert_eq!(charset(&GB18030.encode(&page("utf-8")).0), GB18030);
        assert_eq!(charset(&GB18030.encode(&page("iso-8859-1")).0), GB18030);
        assert_eq!(charset(&encoding_rs::BIG5.encode(&page("big5")).0), encoding_rs::BIG5);
        assert_eq!(charset(&GB18030.encode("<?xml version='1.0' encoding='GBK'?><a>吉</a>").0), GB18030);
    }

    #[test]
    fn what_the_office_states_comes_before_what_the_file_declares() {
        let content = Content::Held((*b"<meta charset=utf-8>\xCD\xF5").into());
        assert_eq!(Charset::of(&content, Some("gbk")).unwrap().encoding, GBK);
        assert!(Charset::of(&content, Some("klingon")).unwrap_err().zh.contains("klingon"));
    }

    #[test]
    fn a_piece_that_never_ends_is_broken_off() {
        let content = Content::Held(vec![b' '; MAX_PIECE + (1 << 20)].into());
        let meter = Rc::new(Meter::default());
        let mut stream = Charset { encoding: UTF_8, mark: 0 }.stream(&content, &meter).unwrap();
        let failure = io::copy(&mut stream, &mut io::sink()).unwrap_err();
        assert_eq!(failure.kind(), io::ErrorKind::FileTooLarge);
    }
}
