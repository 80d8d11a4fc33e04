//! A file's bytes to text, chunk by chunk. Nothing is replaced without being counted.

use std::collections::VecDeque;
use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030};
use memchr::{memchr, memmem, memrchr};

use crate::source::format::text::encoding::is_utf8_line;

/// How much is read and decoded at once.
pub(in crate::source) const CHUNK: usize = 64 << 10;
/// Stands for bytes that cannot be decoded, here as everywhere.
const MARK: char = '\u{FFFD}';
/// A line of UTF-8 in a file that is not is looked for at so many places of a chunk.
const PROBES: usize = 8;

/// A file's text, chunk by chunk.
pub(in crate::source) struct Decoded<R = Box<dyn Read + Send>> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Bytes in front of `raw` that wait for the end of their line.
    waiting: usize,
    ended: bool,
    /// Bytes of text handed out so far.
    given: u64,
    /// Where in the text characters stand for bytes that could not be decoded.
    replaced: VecDeque<u64>,
    /// The text holds replacement characters, the file's own or ours.
    pub marks: bool,
}

impl<R: Read> Decoded<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        Decoded {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; 2 * CHUNK],
            waiting: 0,
            ended: false,
            given: 0,
            replaced: VecDeque::new(),
            marks: false,
        }
    }

    /// Appends the next chunk; false at the end of the file.
    pub fn fill(&mut self, text: &mut String) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let length = loop {
            match self.inner.read(&mut self.raw[self.waiting..self.waiting + CHUNK]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                outcome => break self.waiting + outcome?,
            }
        };
        self.ended = length == self.waiting;
        let raw = std::mem::take(&mut self.raw);
        let before = text.len();
        let taken = if self.decoder.encoding() == GB18030 {
            // Whole lines, so that each can be looked at by itself.
            let end = memrchr(b'\n', &raw[..length]).map_or(0, |end| end + 1);
            let end = if self.ended || length - end > CHUNK { length } else { end };
            self.decode_lines(&raw[..end], text);
            end
        } else {
            self.decode(&raw[..length], text);
            length
        };
        self.raw = raw;
        self.raw.copy_within(taken..length, 0);
        self.waiting = length - taken;
        self.marks = self.marks || memmem::find(&text.as_bytes()[before..], MARK.to_string().as_bytes()).is_some();
        Ok(true)
    }

    /// Bytes that could not be decoded have been met since the count was last asked for.
    pub fn has_replaced(&self) -> bool {
        !self.replaced.is_empty()
    }

    /// How many of the characters before the last `left` bytes of text, and after those asked for before, stand for
    /// bytes that could not be decoded.
    pub fn replaced_before(&mut self, left: u64) -> u32 {
        let end = self.given - left;
        let mut count = 0;
        while self.replaced.front().is_some_and(|at| *at < end) {
            self.replaced.pop_front();
            count += 1;
        }
        count
    }

    fn decode(&mut self, mut raw: &[u8], text: &mut String) {
        loop {
            let before = text.len();
            text.reserve(self.decoder.max_utf8_buffer_length_without_replacement(raw.len()).unwrap_or(4 * CHUNK));
            let (result, read) = self.decoder.decode_to_string_without_replacement(raw, text, self.ended);
            self.given += (text.len() - before) as u64;
            raw = &raw[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.replace(text),
            }
        }
    }

    fn replace(&mut self, text: &mut String) {
        self.replaced.push_back(self.given);
        self.given += MARK.len_utf8() as u64;
        text.push(MARK);
    }

    /// Decodes lines of GB 18030. Lines of UTF-8 among them (files joined without a look at their encodings) would be
    /// sound too, as other characters: of those none is taken for what it is not.
    fn decode_lines(&mut self, raw: &[u8], text: &mut String) {
        if !holds_utf8(raw) {
            return self.decode(raw, text);
        }
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            match std::str::from_utf8(line) {
                Ok(utf8) if is_utf8_line(line) => {
                    for c in utf8.chars() {
                        if c.is_ascii() {
                            text.push(c);
                            self.given += 1;
                        } else {
                            self.replace(text);
                        }
                    }
                }
                _ => self.decode(line, text),
            }
        }
    }
}

/// Whether there are lines of UTF-8 among these, as far as some probes tell.
fn holds_utf8(lines: &[u8]) -> bool {
    (0..PROBES).any(|probe| {
        let from = lines.len() / PROBES * probe;
        let start = if probe == 0 { Some(0) } else { memchr(b'\n', &lines[from..]).map(|end| from + end + 1) };
        let Some(start) = start else { return false };
        // Plain ASCII says nothing: the first lines with something else do.
        let rest = &lines[start..lines.len().min(start + CHUNK / PROBES)];
        let Some(other) = rest.iter().position(|byte| !byte.is_ascii()) else { return false };
        let start = memrchr(b'\n', &rest[..other]).map_or(0, |end| end + 1);
        let end = memchr(b'\n', &rest[other..]).map_or(rest.len(), |end| other + end);
        is_utf8_line(&rest[start..end])
    })
}

#[cfg(test)]
mod tests {
    use encoding_rs::{UTF_8, UTF_16LE};

    use super::*;

    /// Hands out so many bytes at once.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(self.1);
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    /// The text, how many characters were replaced, and whether it has replacement characters at all.
    fn decoded(bytes: &[u8], encoding: &'static Encoding, at_once: usize) -> (String, u32, bool) {
        let mut decoded = Decoded::new(Drip(bytes, at_once), encoding);
        let mut text = String::new();
        while decoded.fill(&mut text).unwrap() {}
        let replaced = decoded.replaced_before(0);
        (text, replaced, decoded.marks)
    }

    #[test]
    fn characters_across_chunks_are_whole() {
        let text = "吴㐂,𠮷|\\\n王五,1\n";
        for (encoding, bytes) in [
            (UTF_8, text.as_bytes().to_vec()),
            (GB18030, GB18030.encode(text).0.into_owned()),
            (UTF_16LE, text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ] {
            for at_once in [1, 2, 3, 7, CHUNK] {
                assert_eq!(decoded(&bytes, encoding, at_once), (text.to_owned(), 0, false), "{}", encoding.name());
            }
        }
    }

    #[test]
    fn long_lines_pass_through() {
        let text = "王五,".repeat(100_000);
        let bytes = GB18030.encode(&text).0;
        for at_once in [4999, CHUNK] {
            assert_eq!(decoded(&bytes, GB18030, at_once), (text.clone(), 0, false));
        }
    }

    #[test]
    fn what_is_replaced_is_counted_and_the_files_own_marks_are_not() {
        let mut bytes = "王\u{FFFD}五\n".as_bytes().to_vec();
        bytes.extend(b"\xFF,\xFF\n");
        assert_eq!(decoded(&bytes, UTF_8, 3), ("王\u{FFFD}五\n\u{FFFD},\u{FFFD}\n".to_owned(), 2, true));
        assert_eq!(decoded("\u{FFFD}".as_bytes(), UTF_8, CHUNK), ("\u{FFFD}".to_owned(), 0, true));
        assert_eq!(decoded(b"\xE7\x8E", UTF_8, CHUNK), ("\u{FFFD}".to_owned(), 1, true));
    }

    #[test]
    fn lines_of_utf8_in_a_file_of_gb18030_are_shown_as_unreadable() {
        let line = "曾冬根,永阳镇,1\n";
        let gb18030 = GB18030.encode(line).0;
        let hidden = "\u{FFFD}\u{FFFD}\u{FFFD},\u{FFFD}\u{FFFD}\u{FFFD},1\n";
        for at_once in [5, CHUNK] {
            let bytes = [&gb18030.repeat(3), line.as_bytes(), &gb18030].concat();
            let probed = decoded(&[&bytes, &line.repeat(20_000).into_bytes()[..]].concat(), GB18030, at_once);
            assert!(probed.0.starts_with(&line.repeat(3)) && probed.0.ends_with(&hidden.repeat(100)));
            assert!(probed.1 >= 6 * 19_000);
        }
        let plain = decoded(&gb18030.repeat(20_000), GB18030, CHUNK);
        assert_eq!(plain, (line.repeat(20_000), 0, false));
    }
}
