//! Text files: which encoding, which separator, and their records. Bytes are decoded before they are split, since
//! trail bytes of GB 18030 look like separators.

use std::io::{self, Read};
use std::ops::ControlFlow;

use encoding_rs::{Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::model::Words;

use super::content::Content;
use super::line::Line;
use super::records::{Records, separator_of};
use super::sheets::{SheetInfo, Sheets};

/// How much of a file is looked at to tell its encoding and separator.
const PREFIX: usize = 1 << 20;
const CHUNK: usize = 64 << 10;

/// A text file whose encoding and separator are known.
#[derive(Clone, Debug)]
pub(super) struct TextFile {
    content: Content,
    pub encoding: &'static Encoding,
    /// Bytes of the byte-order mark.
    mark: u64,
    pub separator: u8,
    /// The number of fields that most records have.
    width: usize,
}

impl TextFile {
    /// Tells encoding and separator of the file; `label` is the encoding that the office states.
    pub fn open(content: &Content, label: Option<&str>) -> Result<TextFile, Words> {
        let io = |e: io::Error| super::io_reason(&e);
        let mut file = content.stream().map_err(io)?;
        let mut prefix = Vec::new();
        file.by_ref().take(PREFIX as u64).read_to_end(&mut prefix).map_err(io)?;
        let whole = prefix.len() < PREFIX;

        let (encoding, mark) = match (Encoding::for_bom(&prefix), label) {
            (Some((encoding, length)), _) => (encoding, length),
            (None, Some(label)) => {
                let stated = Encoding::for_label(label.trim().as_bytes());
                (
                    stated.ok_or_else(|| {
                        Words::new(
                            format!("配置的编码“{label}”不认识；请写 gb18030、utf-8 或 utf-16le"),
                            format!(
                                "the encoding {label} of the source is not known; write gb18030, utf-8 or utf-16le"
                            ),
                        )
                    })?,
                    0,
                )
            }
            (None, None) => match utf16_without_mark(&prefix) {
                Some(encoding) => (encoding, 0),
                None if is_binary(&prefix) => {
                    return Err(Words::new(
                        "文件不是文本，也不是认识的表格格式；请确认后导出为 .xlsx 或 .csv 重新报送",
                        "the file is neither text nor a table of a known format; have it exported as .xlsx or .csv and sent again",
                    ));
                }
                None => (unmarked(prefix, file, whole).map_err(io)?, 0),
            },
        };
        let mut text = TextFile { content: content.clone(), encoding, mark: mark as u64, separator: b',', width: 1 };
        let mut start = String::new();
        let mut decoded = text.decoded().map_err(io)?;
        while start.len() < CHUNK && decoded.fill(&mut start).map_err(io)? {}
        (text.separator, text.width) = separator_of(&start);
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
        let decoded = self.decoded().map_err(|e| super::io_reason(&e))?;
        let mut records = Records::new(decoded, self.separator, self.width);
        let mut line = Line::default();
        while records.next(&mut line)? {
            if !line.is_blank() && take(&line).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// A file's text, chunk by chunk.
pub(super) struct Decoded<R = Box<dyn Read + Send>> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ended: bool,
    /// Bytes that could not be decoded have been met; U+FFFD stands in their place.
    pub damaged: bool,
}

impl<R: Read> Decoded<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Decoded { inner, decoder, raw: vec![0; CHUNK], ended: false, damaged: false }
    }

    /// Appends the next chunk; false at the end of the file.
    pub fn fill(&mut self, text: &mut String) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let length = loop {
            match self.inner.read(&mut self.raw) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                outcome => break outcome?,
            }
        };
        self.ended = length == 0;
        let needed = self.decoder.max_utf8_buffer_length(length).unwrap_or(4 * CHUNK);
        text.reserve(needed);
        let (_, _, damaged) = self.decoder.decode_to_string(&self.raw[..length], text, self.ended);
        self.damaged |= damaged;
        Ok(true)
    }
}

/// The first bytes of a file as text, if it is text; a character cut off at their end is left out.
pub(super) fn text_start(head: &[u8]) -> String {
    let (encoding, mark) = Encoding::for_bom(head)
        .unwrap_or_else(|| (utf16_without_mark(head).unwrap_or_else(|| utf8_or_gb18030(head, false)), 0));
    let mut text = String::new();
    let mut decoder = encoding.new_decoder_without_bom_handling();
    text.reserve(decoder.max_utf8_buffer_length(head.len()).unwrap_or(4 * head.len()));
    let _ = decoder.decode_to_string(&head[mark..], &mut text, false);
    text
}

/// UTF-8 or GB 18030, for bytes without a mark. A file that is plain ASCII as far as the prefix goes is read on until
/// something else shows.
fn unmarked(mut prefix: Vec<u8>, mut file: impl Read, whole: bool) -> io::Result<&'static Encoding> {
    let mut whole = whole;
    while !whole && prefix.is_ascii() {
        prefix.clear();
        file.by_ref().take(PREFIX as u64).read_to_end(&mut prefix)?;
        whole = prefix.len() < PREFIX;
    }
    // A chunk read on may begin inside a character only if the one before ended in a lead byte, which is not ASCII.
    Ok(utf8_or_gb18030(&prefix, whole))
}

/// Strict UTF-8, else GB 18030; a character cut off at the end of a prefix is no fault. A text that is UTF-8 but for a
/// few places stays UTF-8: read as GB 18030 all of it would be lost.
fn utf8_or_gb18030(bytes: &[u8], whole: bool) -> &'static Encoding {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                sound += text.bytes().filter(|byte| *byte >= 0xC0).count();
                break;
            }
            Err(e) => {
                sound += rest[..e.valid_up_to()].iter().filter(|byte| **byte >= 0xC0).count();
                match e.error_len() {
                    Some(length) => {
                        broken += 1;
                        rest = &rest[e.valid_up_to() + length..];
                    }
                    None => {
                        broken += usize::from(whole);
                        break;
                    }
                }
            }
        }
    }
    if broken * 20 <= sound { UTF_8 } else { GB18030 }
}

/// UTF-16 without a mark shows by the zero bytes of its separators and digits, all on one side of the pairs.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes.len() / 2;
    if pairs < 4 {
        return None;
    }
    let zeros = |side: usize| bytes.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if second * 20 > pairs && first * 50 <= second {
        Some(UTF_16LE)
    } else if first * 20 > pairs && second * 50 <= first {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// More than a stray control character: no text.
fn is_binary(bytes: &[u8]) -> bool {
    let control = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31);
    bytes.iter().filter(control).count() * 100 > bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_cut_inside_a_character_is_still_utf8() {
        let text = "姓名,身份证号";
        assert_eq!(utf8_or_gb18030(&text.as_bytes()[..text.len() - 1], false), UTF_8);
        assert_eq!(utf8_or_gb18030(&GB18030.encode(text).0, true), GB18030);
    }

    #[test]
    fn a_few_broken_bytes_do_not_turn_utf8_into_gb18030() {
        let mut bytes = "吉安县永阳镇".repeat(20).into_bytes();
        bytes.insert(30, 0xFF);
        assert_eq!(utf8_or_gb18030(&bytes, true), UTF_8);
    }

    #[test]
    fn utf16_shows_without_a_mark() {
        let units: Vec<u8> = "姓名\t年龄\r\n王五\t61\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(utf16_without_mark(&units), Some(UTF_16LE));
        assert_eq!(utf16_without_mark("姓名,年龄\n".as_bytes()), None);
    }

    #[test]
    fn characters_across_chunks_are_whole() {
        struct Drip<'a>(&'a [u8]);
        impl Read for Drip<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(1);
                buffer[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let bytes = GB18030.encode("吴㐂,𠮷|\\").0;
        let mut decoded = Decoded::new(Drip(&bytes), GB18030);
        let mut text = String::new();
        while decoded.fill(&mut text).unwrap() {}
        assert_eq!(text, "吴㐂,𠮷|\\");
        assert!(!decoded.damaged);
    }
}
