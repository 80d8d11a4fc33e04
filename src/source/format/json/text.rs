//! A JSON text gone through from its beginning, value by value, with memory that does not grow with the file.

use std::io::Read;

use crate::model::Words;
use crate::source::format::text::decoded::Decoded;

/// A longer value or line is no record of a list.
const MAX_RECORD: usize = 16 << 20;

/// A text that is read on as it is consumed.
pub(in crate::source) struct JsonText<R = Box<dyn Read + Send>> {
    decoded: Decoded<R>,
    buffer: String,
    at: usize,
    ended: bool,
}

/// Where a value ends that is looked for byte by byte.
#[derive(Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    /// Takes a byte into account; whether it stands outside every bracket and string.
    fn outside(&mut self, byte: u8) -> bool {
        let outside = self.depth == 0 && !self.in_string;
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        outside
    }
}

impl<R: Read> JsonText<R> {
    pub fn new(decoded: Decoded<R>) -> Self {
        JsonText { decoded, buffer: String::new(), at: 0, ended: false }
    }

    /// The text up to about `most` bytes, of which nothing is consumed, and whether it is all there is.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn start(&mut self, most: usize) -> Result<(&str, bool), Words> {
        while !self.ended && self.buffer.len() < most {
            self.fill()?;
        }
        Ok((&self.buffer, self.ended))
    }

    /// The next byte that is no white space, not yet consumed; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn peek(&mut self) -> Result<Option<u8>, Words> {
        loop {
            let rest = &self.buffer.as_bytes()[self.at..];
            match rest.iter().position(|byte| !is_blank(*byte)) {
                Some(blanks) => {
                    self.at += blanks;
                    return Ok(Some(rest[blanks]));
                }
                None if self.ended => return Ok(None),
                None => {
                    self.at = self.buffer.len();
                    self.fill()?;
                }
            }
        }
    }

    /// Consumes the byte that was peeked at, if it is this one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn take(&mut self, byte: u8) -> Result<bool, Words> {
        let found = self.peek()? == Some(byte);
        self.at += usize::from(found);
        Ok(found)
    }

    /// The next line without its break; false at the end of the text.
    ///
    /// # Errors
    /// When the file cannot be read or the line is longer than any record.
    pub fn line(&mut self, line: &mut String) -> Result<bool, Words> {
        line.clear();
        let mut any = false;
        self.consume(Some(line), |byte| {
            any = true;
            if byte == b'\n' { Step::EndAfter } else { Step::On }
        })?;
        if line.ends_with('\n') {
            line.pop();
            if line.ends_with('\r') {
                line.pop();
            }
        }
        Ok(any)
    }

    /// A balanced value that begins with a bracket; false if the text ends within.
    ///
    /// # Errors
    /// When the file cannot be read or the value is longer than any record.
    pub fn balanced(&mut self, value: &mut String) -> Result<bool, Words> {
        value.clear();
        let mut nesting = Nesting::default();
        self.consume(Some(value), |byte| {
            nesting.outside(byte);
            if nesting.depth == 0 && !nesting.in_string { Step::EndAfter } else { Step::On }
        })
    }

    /// What stands up to the next comma, or to the bracket that closes the array or object, neither consumed; false
    /// if the text ends before. Without `value` it is passed over, however long.
    ///
    /// # Errors
    /// When the file cannot be read or the value is longer than any record.
    pub fn element(&mut self, close: u8, mut value: Option<&mut String>) -> Result<bool, Words> {
        if let Some(value) = value.as_deref_mut() {
            value.clear();
        }
        let mut nesting = Nesting::default();
        self.consume(value, |byte| {
            let ends = nesting.outside(byte) && (byte == b',' || byte == close);
            if ends { Step::EndBefore } else { Step::On }
        })
    }

    /// Whether bytes that could not be decoded stand in a piece of the text.
    pub fn is_damaged(&self, piece: &str) -> bool {
        self.decoded.has_replaced() && piece.contains('\u{FFFD}')
    }

    /// Consumes bytes as long as `step` says; false if the text ends before it says to end.
    fn consume(&mut self, mut into: Option<&mut String>, mut step: impl FnMut(u8) -> Step) -> Result<bool, Words> {
        loop {
            let rest = &self.buffer[self.at..];
            let end = rest.bytes().enumerate().find_map(|(i, byte)| match step(byte) {
                Step::On => None,
                Step::EndBefore => Some(i),
                Step::EndAfter => Some(i + 1),
            });
            let piece = &rest[..end.unwrap_or(rest.len())];
            if let Some(into) = into.as_deref_mut() {
                if into.len() + piece.len() > MAX_RECORD {
                    return Err(Words::new(
                        "有一条记录超过 16 MB，不像名单；请确认文件内容后重新报送",
                        "a record is longer than 16 MB: hardly a list; look into the file and have it sent again",
                    ));
                }
                into.push_str(piece);
            }
            self.at += piece.len();
            if end.is_some() {
                return Ok(true);
            }
            if self.ended {
                return Ok(false);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), Words> {
        self.buffer.drain(..self.at);
        self.at = 0;
        self.ended = !self.decoded.fill(&mut self.buffer).map_err(|e| crate::source::io_reason(&e))?;
        Ok(())
    }
}

/// What to do at a byte, which is always ASCII where something ends.
enum Step {
    On,
    EndBefore,
    EndAfter,
}

/// White space between the values of JSON.
pub(in crate::source) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The elements of an array or the members of an object: what stands between the commas inside the brackets of a
/// sound value.
pub(in crate::source) fn pieces(value: &str) -> impl Iterator<Item = &str> {
    let inner = value.trim_matches(|c: char| c.is_ascii() && is_blank(c as u8));
    let inner = inner.get(1..inner.len().saturating_sub(1)).unwrap_or("");
    let mut nesting = Nesting::default();
    let cut = move |c: char| c.is_ascii() && nesting.outside(c as u8) && c == ',';
    inner.split(cut).map(str::trim).filter(|piece| !piece.is_empty())
}

/// Key, with its quotation marks, and value of an object's member.
pub(in crate::source) fn key_and_value(member: &str) -> Option<(&str, &str)> {
    let mut nesting = Nesting::default();
    let colon = member.bytes().position(|byte| nesting.outside(byte) && byte == b':')?;
    Some((member[..colon].trim(), member[colon + 1..].trim()))
}

#[cfg(test)]
mod tests {
    use encoding_rs::UTF_8;

    use super::*;

    fn text(json: &str) -> JsonText<&[u8]> {
        JsonText::new(Decoded::new(json.as_bytes(), UTF_8))
    }

    #[test]
    fn commas_and_brackets_in_strings_part_nothing() {
        let pieces: Vec<&str> = pieces(r#" { "a,b" : [1, {"c":2}] , "d\",":"}" } "#).collect();
        assert_eq!(pieces, [r#""a,b" : [1, {"c":2}]"#, r#""d\",":"}""#]);
        assert_eq!(key_and_value(pieces[0]), Some((r#""a,b""#, r#"[1, {"c":2}]"#)));
    }

    #[test]
    fn elements_end_at_their_own_comma() {
        let mut json = text("{\"a\":\"x,]\"} , 2 ]");
        let mut value = String::new();
        assert!(json.element(b']', Some(&mut value)).unwrap());
        assert_eq!(value.trim(), "{\"a\":\"x,]\"}");
        assert!(json.take(b',').unwrap());
        assert!(json.element(b']', Some(&mut value)).unwrap());
        assert_eq!(value.trim(), "2");
        assert!(json.take(b']').unwrap());
        assert_eq!(json.peek().unwrap(), None);
    }

    #[test]
    fn lines_lose_their_breaks_only() {
        let mut json = text("一\r\n\n二");
        let mut line = String::new();
        let mut lines = Vec::new();
        while json.line(&mut line).unwrap() {
            lines.push(line.clone());
        }
        assert_eq!(lines, ["一", "", "二"]);
    }
}
