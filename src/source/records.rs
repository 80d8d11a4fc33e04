//! Splits decoded text into records.
//!
//! Not the csv crate, for two reasons: it leaves out blank lines without a word, which would shift the row numbers that
//! people see, and a stray quotation mark makes it swallow everything up to the next one, neighbours' rows and all.

use std::io::Read;

use crate::model::CellKind;

use crate::model::Words;

use super::line::Line;
use super::text::Decoded;

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// A quoted field longer than this is taken for a stray quotation mark.
const MAX_QUOTED: usize = 256 << 10;
/// A longer record is no line of a table.
const MAX_RECORD: usize = 16 << 20;
/// Columns beyond this stay together in the last one.
const MAX_COLUMNS: u32 = 16_384;

/// Records of a text, one [`Line`] each. A record is one row however many line breaks its quoted fields hold, and a
/// blank line is a row too, as spreadsheets count.
pub(super) struct Records<R = Box<dyn Read + Send>> {
    decoded: Decoded<R>,
    separator: u8,
    width: usize,
    buffer: String,
    at: usize,
    row: u32,
    ended: bool,
}

/// Where a record ends, if it does.
enum End {
    /// Position after the record and its line break, and the number of its fields.
    At { length: usize, fields: usize },
    /// The buffer holds only a part of it.
    More,
}

/// A quotation mark that opens no quoted field, or what is needed to tell.
enum NotQuoted {
    /// It is never closed, is closed in the middle of a word, or closes only after it has swallowed other records.
    Stray,
    /// The buffer ends too early.
    More,
}

impl<R: Read> Records<R> {
    /// `width` is the usual number of fields; it tells a stray quotation mark from a field with line breaks.
    pub fn new(decoded: Decoded<R>, separator: u8, width: usize) -> Self {
        Records { decoded, separator, width, buffer: String::new(), at: 0, row: 0, ended: false }
    }

    /// Reads the next record into `line`; false at the end.
    ///
    /// # Errors
    /// In Chinese, when the file can no longer be read or holds no lines a person could mean.
    pub fn next(&mut self, line: &mut Line) -> Result<bool, Words> {
        let row = self.row.checked_add(1).ok_or_else(|| {
            Words::new(
                "行数超过可计数的上限；请拆分文件后重新报送",
                "more rows than can be counted; have the file split",
            )
        })?;
        loop {
            if self.at == self.buffer.len() && self.ended {
                return Ok(false);
            }
            line.begin(row);
            let split = Split { separator: self.separator, width: self.width, last: self.ended };
            match split.record(&self.buffer[self.at..], line) {
                End::At { length, .. } => {
                    let record = &self.buffer[self.at..self.at + length];
                    line.damaged = self.decoded.damaged && record.contains('\u{FFFD}');
                    self.at += length;
                    self.row = row;
                    return Ok(true);
                }
                End::More if self.buffer.len() - self.at > MAX_RECORD => {
                    return Err(Words::new(
                        format!("第 {row} 行超过 16 MB，不像表格；请确认文件内容后重新报送"),
                        format!(
                            "row {row} is longer than 16 MB: hardly a table; look into the file and have it sent again"
                        ),
                    ));
                }
                End::More => {
                    self.buffer.drain(..self.at);
                    self.at = 0;
                    self.ended = !self.decoded.fill(&mut self.buffer).map_err(|e| super::io_reason(&e))?;
                }
            }
        }
    }
}

struct Split {
    separator: u8,
    width: usize,
    /// Nothing follows the text.
    last: bool,
}

impl Split {
    /// Reads the record at the start of `text`, which is not empty unless more may follow. A stray quotation mark is a
    /// character of its field and leaves the other fields as they are.
    fn record(&self, text: &str, line: &mut Line) -> End {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut column = 0;
        loop {
            let start = at;
            let mut quoted = None;
            if bytes.get(at) == Some(&b'"') {
                match self.quoted(text, at, column as usize) {
                    Ok((content, after)) => {
                        quoted = Some(content);
                        at = after;
                    }
                    Err(NotQuoted::Stray) => line.unpaired = true,
                    Err(NotQuoted::More) => return End::More,
                }
            }
            while at < bytes.len()
                && (bytes[at] != self.separator || column + 1 == MAX_COLUMNS)
                && !matches!(bytes[at], b'\n' | b'\r')
            {
                at += 1;
            }
            if at == bytes.len() && !self.last {
                return End::More;
            }
            let field = quoted.as_deref().unwrap_or_else(|| unwrap_formula(&text[start..at]));
            line.push(column, field, CellKind::Text);
            let fields = column as usize + 1;
            match bytes.get(at) {
                Some(byte) if *byte == self.separator => {
                    at += 1;
                    column += 1;
                }
                Some(b'\r') => match bytes.get(at + 1) {
                    None if !self.last => return End::More,
                    Some(b'\n') => return End::At { length: at + 2, fields },
                    _ => return End::At { length: at + 1, fields },
                },
                Some(_) => return End::At { length: at + 1, fields },
                None => return End::At { length: at, fields },
            }
        }
    }

    /// The content of the quoted field at `start`, before which the record has `before` fields, and the position after
    /// its closing mark and the blanks that follow it.
    fn quoted(&self, text: &str, start: usize, before: usize) -> Result<(String, usize), NotQuoted> {
        let bytes = text.as_bytes();
        let mut content = String::new();
        let mut from = start + 1;
        let mut at = from;
        let mut lines = Lines { width: self.width, fields: before + 1, ..Lines::default() };
        while at < bytes.len() {
            if at - start > MAX_QUOTED {
                return Err(NotQuoted::Stray);
            }
            match bytes[at] {
                b'"' if bytes.get(at + 1) == Some(&b'"') => {
                    content.push_str(&text[from..=at]);
                    at += 2;
                    from = at;
                    continue;
                }
                b'"' => {
                    content.push_str(&text[from..at]);
                    let after = at + 1 + bytes[at + 1..].iter().take_while(|byte| **byte == b' ').count();
                    return match bytes.get(after) {
                        None if !self.last => Err(NotQuoted::More),
                        // A mark within a word or number closes nothing.
                        Some(byte) if *byte != self.separator && !matches!(byte, b'\n' | b'\r') => {
                            Err(NotQuoted::Stray)
                        }
                        _ if lines.broken && self.swallows(lines, &bytes[after..])? => Err(NotQuoted::Stray),
                        _ => Ok((content, after)),
                    };
                }
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
                b'\n' | b'\r' => {
                    if lines.end() {
                        return Err(NotQuoted::Stray);
                    }
                }
                byte => lines.fields += usize::from(byte == self.separator),
            }
            at += 1;
        }
        if self.last || at - start > MAX_QUOTED { Err(NotQuoted::Stray) } else { Err(NotQuoted::More) }
    }

    /// Whether a field over several lines, after whose closing mark `rest` stands, is made of records.
    fn swallows(&self, mut lines: Lines, rest: &[u8]) -> Result<bool, NotQuoted> {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        if end.is_none() && !self.last {
            return Err(NotQuoted::More);
        }
        let rest = &rest[..end.unwrap_or(rest.len())];
        lines.fields += rest.iter().filter(|byte| **byte == self.separator).count();
        lines.count();
        Ok(lines.mostly_whole())
    }
}

/// The lines that a quoted field spans, each from its beginning to its end: the marks left aside, they are rows where
/// most of them have as many fields as a record.
#[derive(Clone, Copy, Default)]
struct Lines {
    width: usize,
    /// Fields of the line at hand.
    fields: usize,
    all: usize,
    whole: usize,
    /// A line break has been met.
    broken: bool,
}

impl Lines {
    /// Ends a line; says whether the lines seen so far can be no part of a field.
    fn end(&mut self) -> bool {
        let record = self.broken && self.width > 2 && self.fields >= self.width;
        self.count();
        self.broken = true;
        self.fields = 1;
        record || (self.all >= 8 && self.mostly_whole())
    }

    fn count(&mut self) {
        self.all += 1;
        self.whole += usize::from(self.fields == self.width);
    }

    fn mostly_whole(self) -> bool {
        self.whole * 2 > self.all
    }
}

/// `="362401…"`, the formula by which text files keep spreadsheets from rounding, is the text within.
fn unwrap_formula(field: &str) -> &str {
    field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|text| !text.contains('"'))
        .unwrap_or(field)
}

/// The separator by which most of the first lines have the same number of fields, and that number.
pub(super) fn separator_of(text: &str) -> (u8, usize) {
    let whole_lines = text.rfind(['\n', '\r']).map_or(text, |end| &text[..=end]);
    let mut best = (0.0, b',', 1);
    for separator in SEPARATORS {
        let split = Split { separator, width: 0, last: true };
        let mut counts: Vec<usize> = Vec::new();
        let mut rest = whole_lines;
        let mut line = Line::default();
        while !rest.is_empty() && counts.len() < 60 {
            line.begin(1);
            // Nothing follows, so the record ends.
            let End::At { length, fields } = split.record(rest, &mut line) else { break };
            if !line.is_blank() {
                counts.push(fields);
            }
            rest = &rest[length..];
        }
        let (width, lines) = mode(&counts);
        // Agreement of the lines counts first, then how much they are cut up.
        let score = if width < 2 { 0.0 } else { lines as f64 * (width as f64).ln_1p() };
        if score > best.0 {
            best = (score, separator, width);
        }
    }
    (best.1, best.2)
}

/// The most frequent count that is more than one, and how often it comes.
fn mode(counts: &[usize]) -> (usize, usize) {
    let mut best = (1, 0);
    for &count in counts.iter().filter(|count| **count > 1) {
        let times = counts.iter().filter(|other| **other == count).count();
        if (times, count) > (best.1, best.0) {
            best = (count, times);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use encoding_rs::UTF_8;

    use super::*;

    fn read(text: &str, separator: u8, width: usize) -> Vec<(u32, Vec<String>)> {
        let mut records = Records::new(Decoded::new(text.as_bytes(), UTF_8), separator, width);
        let mut line = Line::default();
        let mut found = Vec::new();
        while records.next(&mut line).unwrap() {
            found.push((line.row, line.cells().map(|cell| cell.text.to_owned()).collect()));
        }
        found
    }

    #[test]
    fn blank_lines_are_rows_and_line_breaks_in_quotes_are_not() {
        let found = read("a,b\r\n\r\n\"1\n2\",\"say \"\"x\"\"\"\r\nlast,", b',', 2);
        assert_eq!(found.len(), 4);
        assert_eq!(found[2], (3, vec!["1\n2".to_owned(), "say \"x\"".to_owned()]));
        assert_eq!(found[3], (4, vec!["last".to_owned()]));
    }

    #[test]
    fn old_line_ends_count() {
        assert_eq!(read("a\rb\rc", b',', 1).len(), 3);
    }

    #[test]
    fn a_stray_quotation_mark_does_not_swallow_its_neighbours() {
        let text = "\"王五,男,61\n李四,女,50\n赵六,男,40\n\"钱七,女,30\n";
        let found = read(text, b',', 3);
        assert_eq!(found.len(), 4);
        assert_eq!(found[0].1[0], "\"王五");
        assert_eq!(read("\"a,b\nc,d\n", b',', 2).len(), 2);
    }

    #[test]
    fn a_missing_quotation_mark_does_not_swallow_the_next_record() {
        let found = read("\"a\",\"1\",\"x\n\"b\",\"2\",\"y\"\nc,3,z\n", b',', 3);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].1, ["a", "1", "\"x"]);
        assert_eq!(found[1].1, ["b", "2", "y"]);
        // Closed at a field's end, in the next row.
        assert_eq!(read("a,1,\"x\nb,2,y\"\nc,3,z\n", b',', 3).len(), 3);
    }

    #[test]
    fn two_stray_marks_far_apart_swallow_nobody_in_a_list_of_two_columns() {
        for (open, close) in [("\"a,1", "b\"b,2"), ("\"a,1", "b\",2"), ("a,\"1", "b,2\""), ("a,\"1", "b,\"2")] {
            let between = "c,3\n".repeat(900);
            let found = read(&format!("{open}\n{between}{close}\nlast,4\n"), b',', 2);
            assert_eq!(found.len(), 903, "{open} {close}");
        }
        let found = read("\"a\nb\nc\"\nd\n", b',', 1);
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn a_field_of_several_lines_with_separators_stays_one_field() {
        let found = read("a,1,\"x, y\nz\"\nb,2,\"u\nv, w\"  \nc,3,\"p\r\n\r\nq\"\n", b',', 3);
        let last: Vec<&str> = found.iter().map(|(_, cells)| cells[2].as_str()).collect();
        assert_eq!(last, ["x, y\nz", "u\nv, w", "p\r\n\r\nq"]);
    }

    #[test]
    fn formulas_that_protect_a_number_are_its_text() {
        assert_eq!(read("=\"362401196503120012\",x", b',', 2)[0].1[0], "362401196503120012");
    }

    #[test]
    fn the_separator_is_the_one_the_lines_agree_on() {
        assert_eq!(separator_of("title, with comma\na\tb\tc\n1\t2,5\t3\n"), (b'\t', 3));
        assert_eq!(separator_of("名单\n姓名;证号\n\"a;b\";1\n"), (b';', 2));
        assert_eq!(separator_of("a|b|c\n1|2|3\n"), (b'|', 3));
        assert_eq!(separator_of("only\none\n"), (b',', 1));
        assert_eq!(separator_of(""), (b',', 1));
    }
}
