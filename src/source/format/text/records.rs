//! Splits decoded text into records.
//!
//! Not the csv crate, for two reasons: it leaves out blank lines without a word, which would shift the row numbers that
//! people see, and a stray quotation mark makes it swallow everything up to the next one, neighbours' rows and all.

use std::borrow::Cow;
use std::io::Read;

use memchr::{memchr_iter, memchr3};

use crate::model::Words;
use crate::source::format::text::decoded::Decoded;
use crate::source::format::text::dialect::Dialect;
use crate::source::line::Line;

/// A quoted field longer than this is taken for a stray quotation mark.
const MAX_QUOTED: usize = 256 << 10;
/// A longer record is no line of a table.
const MAX_RECORD: usize = 16 << 20;
/// Columns beyond this stay together in the last one.
const MAX_COLUMNS: u32 = 16_384;

/// Records of a text, one [`Line`] each. A record is one row however many line breaks its quoted fields hold, and a
/// blank line is a row too, as spreadsheets count.
pub(in crate::source) struct Records<R = Box<dyn Read + Send>> {
    decoded: Decoded<R>,
    split: Split,
    /// See [`Dialect`].
    steady: bool,
    declared: bool,
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
    /// The dialect's usual number of fields tells a stray quotation mark from a field with line breaks.
    pub fn new(decoded: Decoded<R>, dialect: Dialect) -> Self {
        let Dialect { steady, declared, .. } = dialect;
        let split = Split::new(&dialect);
        Records { decoded, split, steady, declared, buffer: String::new(), at: 0, row: 0, ended: false }
    }

    /// Reads the next record into `line`; false at the end.
    ///
    /// # Errors
    /// When the file can no longer be read or holds no lines a person could mean.
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
            // The line that states the separator is not cut by it.
            self.split.cut = row > 1 || !self.declared;
            self.split.last = self.ended;
            match self.split.record(&self.buffer[self.at..], line) {
                End::At { length, fields } => {
                    let record = &self.buffer[self.at..self.at + length];
                    line.keep(record);
                    line.short = self.steady && fields < self.split.width;
                    line.long = line.reach() > self.split.width;
                    if self.decoded.marks {
                        let left = (self.buffer.len() - self.at - length) as u64;
                        line.replaced = self.decoded.replaced_before(left);
                        let marks = record.matches('\u{FFFD}').count();
                        line.marks = (marks - line.replaced.min(marks as u32) as usize) as u32;
                    }
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
                    self.ended = !self.decoded.fill(&mut self.buffer).map_err(|e| crate::source::io_reason(&e))?;
                }
            }
        }
    }
}

/// Cuts records into fields.
pub(in crate::source) struct Split {
    quote: u8,
    backslash: bool,
    width: usize,
    /// The first byte of the separator and those after it, which only wide ones have.
    separator: u8,
    wide: [u8; 3],
    /// The length of the separator in bytes.
    step: usize,
    /// Nothing follows the text.
    last: bool,
    /// Separators separate.
    cut: bool,
}

impl Split {
    pub fn new(dialect: &Dialect) -> Self {
        let mut bytes = [0; 4];
        let step = dialect.separator.encode_utf8(&mut bytes).len();
        let [separator, wide @ ..] = bytes;
        let Dialect { quote, backslash, width, .. } = *dialect;
        Split { quote, backslash, width, separator, wide, step, last: true, cut: true }
    }

    /// Reads the record at the start of `text`, the end of which is the end of everything; its length and the number of
    /// its fields.
    pub fn whole_record(&self, text: &str, line: &mut Line) -> Option<(usize, usize)> {
        match self.record(text, line) {
            End::At { length, fields } => {
                line.keep(&text[..length]);
                Some((length, fields))
            }
            End::More => None,
        }
    }

    fn is_separator(&self, bytes: &[u8], at: usize) -> bool {
        bytes[at] == self.separator
            && (self.step == 1 || bytes[at + 1..].starts_with(&self.wide[..self.step - 1]))
            && self.cut
    }

    /// Marks the cells of the record at the start of `text`, which is not empty unless more may follow. A stray
    /// quotation mark is a character of its field and leaves the other fields as they are.
    fn record(&self, text: &str, line: &mut Line) -> End {
        self.plain_record(text, line).unwrap_or_else(|| self.any_record(text, line))
    }

    /// A record without quotation marks whose line break is at hand, as nearly all are.
    fn plain_record(&self, text: &str, line: &mut Line) -> Option<End> {
        let bytes = text.as_bytes();
        let end = memchr3(b'\n', b'\r', self.quote, bytes)?;
        if self.step > 1 || !self.cut || bytes[end] == self.quote {
            return None;
        }
        let record = &bytes[..end];
        let length = match (bytes[end], bytes.get(end + 1)) {
            (b'\r', None) if !self.last => return Some(End::More),
            (b'\r', Some(b'\n')) => end + 2,
            _ => end + 1,
        };
        let (mut start, mut column) = (0, 0);
        for at in memchr_iter(self.separator, record) {
            if column + 1 == MAX_COLUMNS {
                break;
            }
            line.mark(column, text, unwrap_formula(bytes, start, at));
            start = at + 1;
            column += 1;
        }
        line.mark(column, text, unwrap_formula(bytes, start, end));
        Some(End::At { length, fields: column as usize + 1 })
    }

    fn any_record(&self, text: &str, line: &mut Line) -> End {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut column = 0;
        loop {
            let start = at;
            let mut quoted = None;
            if bytes.get(at) == Some(&self.quote) {
                match self.quoted(text, at, column as usize) {
                    Ok((content, after)) => {
                        quoted = Some(content);
                        at = after;
                    }
                    Err(NotQuoted::Stray) => line.unpaired = true,
                    Err(NotQuoted::More) => return End::More,
                }
            }
            at = self.field_end(bytes, at, column);
            if at == bytes.len() && !self.last {
                return End::More;
            }
            match quoted {
                None => line.mark(column, text, unwrap_formula(bytes, start, at)),
                Some(Cow::Borrowed(content)) => line.mark(column, text, (start + 1, start + 1 + content.len())),
                Some(Cow::Owned(content)) => line.mark_apart(column, &content),
            }
            let fields = column as usize + 1;
            match bytes.get(at) {
                Some(b'\r') => match bytes.get(at + 1) {
                    None if !self.last => return End::More,
                    Some(b'\n') => return End::At { length: at + 2, fields },
                    _ => return End::At { length: at + 1, fields },
                },
                Some(b'\n') => return End::At { length: at + 1, fields },
                Some(_) => {
                    at += self.step;
                    column += 1;
                }
                None => return End::At { length: at, fields },
            }
        }
    }

    /// The position of the separator or line break that ends a field, or the text's end.
    fn field_end(&self, bytes: &[u8], mut at: usize, column: u32) -> usize {
        while at < bytes.len() {
            let byte = bytes[at];
            if matches!(byte, b'\n' | b'\r')
                || (byte == self.separator && column + 1 < MAX_COLUMNS && self.is_separator(bytes, at))
            {
                break;
            }
            at += 1;
        }
        at
    }

    /// The content of the quoted field at `start`, before which the record has `before` fields, and the position after
    /// its closing mark and the blanks that follow it.
    fn quoted<'t>(&self, text: &'t str, start: usize, before: usize) -> Result<(Cow<'t, str>, usize), NotQuoted> {
        let bytes = text.as_bytes();
        let quote = self.quote;
        let mut content = Cow::Borrowed("");
        let mut from = start + 1;
        let mut at = from;
        let mut lines = Lines { width: self.width, fields: before + 1, ..Lines::default() };
        while at < bytes.len() {
            if at - start > MAX_QUOTED {
                return Err(NotQuoted::Stray);
            }
            let byte = bytes[at];
            match byte {
                b'\\' if self.backslash && self.is_escape(bytes, at) => {
                    content.to_mut().push_str(&text[from..at]);
                    from = at + 1;
                    at += 2;
                    continue;
                }
                _ if byte == quote && bytes.get(at + 1) == Some(&quote) => {
                    content.to_mut().push_str(&text[from..=at]);
                    at += 2;
                    from = at;
                    continue;
                }
                _ if byte == quote => {
                    match &mut content {
                        Cow::Borrowed(content) => *content = &text[from..at],
                        Cow::Owned(content) => content.push_str(&text[from..at]),
                    }
                    let after = at + 1 + bytes[at + 1..].iter().take_while(|byte| **byte == b' ').count();
                    return match bytes.get(after) {
                        None if !self.last => Err(NotQuoted::More),
                        // A mark within a word or number closes nothing.
                        Some(byte) if !matches!(byte, b'\n' | b'\r') && !self.is_separator(bytes, after) => {
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
                _ => lines.fields += usize::from(self.is_separator(bytes, at)),
            }
            at += 1;
        }
        if self.last || at - start > MAX_QUOTED { Err(NotQuoted::Stray) } else { Err(NotQuoted::More) }
    }

    /// Whether the backslash makes the mark or backslash after it a character of the field. A mark that ends its line
    /// closes the field all the same: "C:\".
    fn is_escape(&self, bytes: &[u8], at: usize) -> bool {
        match bytes.get(at + 1) {
            Some(b'\\') => true,
            Some(byte) if *byte == self.quote => bytes.get(at + 2).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')),
            _ => false,
        }
    }

    /// Whether a field over several lines, after whose closing mark `rest` stands, is made of records.
    fn swallows(&self, mut lines: Lines, rest: &[u8]) -> Result<bool, NotQuoted> {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        if end.is_none() && !self.last {
            return Err(NotQuoted::More);
        }
        let end = end.unwrap_or(rest.len());
        lines.fields += (0..end).filter(|at| self.is_separator(rest, *at)).count();
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
#[inline]
fn unwrap_formula(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    if bytes.get(start) != Some(&b'=') {
        return (start, end);
    }
    match &bytes[start..end] {
        [b'=', b'"', text @ .., b'"'] if !text.contains(&b'"') => (start + 2, end - 1),
        _ => (start, end),
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::UTF_8;

    use super::*;

    fn read(text: &str, separator: char, width: usize) -> Vec<(u32, Vec<String>)> {
        read_as(text, Dialect::new(separator, width))
    }

    fn read_as(text: &str, dialect: Dialect) -> Vec<(u32, Vec<String>)> {
        let mut records = Records::new(Decoded::new(text.as_bytes(), UTF_8), dialect);
        let mut line = Line::default();
        let mut found = Vec::new();
        while records.next(&mut line).unwrap() {
            found.push((line.row, line.cells().map(|cell| cell.text.to_owned()).collect()));
        }
        found
    }

    #[test]
    fn blank_lines_are_rows_and_line_breaks_in_quotes_are_not() {
        let found = read("a,b\r\n\r\n\"1\n2\",\"say \"\"x\"\"\"\r\nlast,", ',', 2);
        assert_eq!(found.len(), 4);
        assert_eq!(found[2], (3, vec!["1\n2".to_owned(), "say \"x\"".to_owned()]));
        assert_eq!(found[3], (4, vec!["last".to_owned()]));
    }

    #[test]
    fn old_line_ends_count() {
        assert_eq!(read("a\rb\rc", ',', 1).len(), 3);
    }

    #[test]
    fn a_stray_quotation_mark_does_not_swallow_its_neighbours() {
        let text = "\"王五,男,61\n李四,女,50\n赵六,男,40\n\"钱七,女,30\n";
        let found = read(text, ',', 3);
        assert_eq!(found.len(), 4);
        assert_eq!(found[0].1[0], "\"王五");
        assert_eq!(read("\"a,b\nc,d\n", ',', 2).len(), 2);
    }

    #[test]
    fn a_missing_quotation_mark_does_not_swallow_the_next_record() {
        let found = read("\"a\",\"1\",\"x\n\"b\",\"2\",\"y\"\nc,3,z\n", ',', 3);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].1, ["a", "1", "\"x"]);
        assert_eq!(found[1].1, ["b", "2", "y"]);
        // Closed at a field's end, in the next row.
        assert_eq!(read("a,1,\"x\nb,2,y\"\nc,3,z\n", ',', 3).len(), 3);
    }

    #[test]
    fn two_stray_marks_far_apart_swallow_nobody_in_a_list_of_two_columns() {
        for (open, close) in [("\"a,1", "b\"b,2"), ("\"a,1", "b\",2"), ("a,\"1", "b,2\""), ("a,\"1", "b,\"2")] {
            let between = "c,3\n".repeat(900);
            let found = read(&format!("{open}\n{between}{close}\nlast,4\n"), ',', 2);
            assert_eq!(found.len(), 903, "{open} {close}");
        }
        let found = read("\"a\nb\nc\"\nd\n", ',', 1);
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn a_field_of_several_lines_with_separators_stays_one_field() {
        let found = read("a,1,\"x, y\nz\"\nb,2,\"u\nv, w\"  \nc,3,\"p\r\n\r\nq\"\n", ',', 3);
        let last: Vec<&str> = found.iter().map(|(_, cells)| cells[2].as_str()).collect();
        assert_eq!(last, ["x, y\nz", "u\nv, w", "p\r\n\r\nq"]);
    }

    #[test]
    fn formulas_that_protect_a_number_are_its_text() {
        assert_eq!(read("=\"362401196503120012\",x", ',', 2)[0].1[0], "362401196503120012");
    }

    #[test]
    fn wide_separators_cut_and_other_characters_that_begin_like_them_do_not() {
        let found = read("王五，（1）！，\"a，b\"\n李四，2，\n", '，', 3);
        assert_eq!(found[0].1, ["王五", "（1）！", "a，b"]);
        assert_eq!(found[1].1, ["李四", "2"]);
    }

    #[test]
    fn other_ways_of_quoting_are_honoured_where_the_dialect_has_them() {
        let text = "'王五','他说 ''是'', 对',\"a\nb,'c'\"\n";
        let single = read_as(text, Dialect { quote: b'\'', ..Dialect::new(',', 3) });
        assert_eq!(single[0].1, ["王五", "他说 '是', 对", "\"a"]);
        let backslash = Dialect { backslash: true, ..Dialect::new(',', 3) };
        let found = read_as("\"say \\\"x\\\", y\",\"a\\\\b\",\"C:\\\"\n1,2,3\n", backslash);
        assert_eq!(found[0].1, ["say \"x\", y", "a\\b", "C:\\"]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn the_line_that_states_the_separator_is_one_cell() {
        let found = read_as("sep=;\na;b\n", Dialect { declared: true, ..Dialect::new(';', 2) });
        assert_eq!(found, [(1, vec!["sep=;".to_owned()]), (2, vec!["a".to_owned(), "b".to_owned()])]);
    }

    #[test]
    fn lines_of_other_lengths_are_marked() {
        let marks = |steady| {
            let dialect = Dialect { steady, ..Dialect::new(',', 2) };
            let mut records = Records::new(Decoded::new(&b"a,b\nc\nd,e,f\n"[..], UTF_8), dialect);
            let mut line = Line::default();
            let mut found = Vec::new();
            while records.next(&mut line).unwrap() {
                found.push((line.short, line.long));
            }
            found
        };
        assert_eq!(marks(true), [(false, false), (true, false), (false, true)]);
        assert_eq!(marks(false), [(false, false), (false, false), (false, true)]);
    }
}
