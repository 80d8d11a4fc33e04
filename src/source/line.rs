use crate::kernel::text::{is_invisible, is_space};
use crate::model::CellKind;

/// One line of a sheet: its filled cells in column order. Sparse, so that a cell at column XFD costs nothing, and in one
/// text buffer, so that reading does not allocate per cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// As a person counts: the first line is 1.
    pub row: u32,
    text: String,
    spans: Vec<Span>,
    /// Cells that are written otherwise than they read, while the line is being cut: their text, and which they are.
    apart: String,
    apart_spans: Vec<usize>,
    /// So many characters stand for bytes that could not be decoded.
    pub replaced: u32,
    /// So many replacement characters stood in the file itself.
    pub marks: u32,
    /// A quotation mark of this line has no partner.
    pub unpaired: bool,
    /// It has fewer fields than nearly all lines of its text have, or filled ones beyond those that most have.
    pub short: bool,
    pub long: bool,
    /// It is no record of its format; its only cell is what stands there.
    pub broken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    column: u32,
    /// Positions in the line's text, which is never as long as four gigabytes.
    start: u32,
    end: u32,
    kind: CellKind,
}

/// A filled cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CellRef<'a> {
    /// The first column is 0.
    pub column: u32,
    pub text: &'a str,
    pub kind: CellKind,
}

impl Line {
    /// Empties the line and gives it a new row number.
    pub fn begin(&mut self, row: u32) {
        self.row = row;
        self.text.clear();
        self.spans.clear();
        self.apart.clear();
        self.apart_spans.clear();
        (self.replaced, self.marks) = (0, 0);
        (self.unpaired, self.short, self.long, self.broken) = (false, false, false, false);
    }

    /// Marks a cell within the record that [`Line::keep`] will take over, by the positions of its first byte and of
    /// the one after its last. A cell that holds nothing but white space is left out.
    #[inline]
    pub fn mark(&mut self, column: u32, record: &str, (start, end): (usize, usize)) {
        let shows = start < end && (shows_at_once(record.as_bytes()[start]) || !is_void(&record[start..end]));
        if shows {
            self.spans.push(Span { column, start: start as u32, end: end as u32, kind: CellKind::Text });
        }
    }

    /// The same for a cell whose text does not stand in the record as it reads.
    pub fn mark_apart(&mut self, column: u32, text: &str) {
        if !is_void(text) {
            let start = self.apart.len();
            self.apart.push_str(text);
            self.apart_spans.push(self.spans.len());
            self.spans.push(Span { column, start: start as u32, end: self.apart.len() as u32, kind: CellKind::Text });
        }
    }

    /// Takes over the record whose cells were marked.
    pub fn keep(&mut self, record: &str) {
        self.text.push_str(record);
        for at in self.apart_spans.drain(..) {
            let span = &mut self.spans[at];
            let by = record.len() as u32;
            (span.start, span.end) = (span.start + by, span.end + by);
        }
        self.text.push_str(&self.apart);
    }

    /// Appends a cell; one that holds nothing but white space is empty and left out.
    pub fn push(&mut self, column: u32, text: &str, kind: CellKind) {
        if !is_void(text) {
            let start = self.text.len();
            self.text.push_str(text);
            self.spans.push(Span { column, start: start as u32, end: self.text.len() as u32, kind });
        }
    }

    /// Brings cells that came out of order into column order; of two cells in one place the later one stays.
    pub fn settle(&mut self) {
        if self.spans.is_sorted_by(|a, b| a.column < b.column) {
            return;
        }
        self.spans.reverse();
        self.spans.sort_by_key(|span| span.column);
        self.spans.dedup_by_key(|span| span.column);
    }

    pub fn is_blank(&self) -> bool {
        self.spans.is_empty()
    }

    /// The number of filled cells.
    pub fn filled(&self) -> usize {
        self.spans.len()
    }

    /// The number of columns up to the last filled one.
    pub fn reach(&self) -> usize {
        self.spans.last().map_or(0, |span| span.column as usize + 1)
    }

    pub fn cells(&self) -> impl Iterator<Item = CellRef<'_>> {
        self.spans.iter().map(|span| self.cell(span))
    }

    pub fn get(&self, column: u32) -> Option<CellRef<'_>> {
        // A line without gaps before the column has it at its own place.
        let at = match self.spans.get(column as usize) {
            Some(span) if span.column == column => column as usize,
            _ => self.spans.binary_search_by_key(&column, |span| span.column).ok()?,
        };
        Some(self.cell(&self.spans[at]))
    }

    /// The filled cells joined by tabs.
    pub fn joined(&self) -> String {
        self.cells().map(|cell| cell.text).collect::<Vec<_>>().join("\t")
    }

    /// Appends the line to `out`, for [`Line::unpack`]. What only text files say of their lines is left out.
    pub fn pack(&self, out: &mut Vec<u8>) {
        let mut number = |number: u32| out.extend_from_slice(&number.to_le_bytes());
        number(self.row);
        number(self.replaced);
        number(self.marks);
        number(u32::from(self.broken));
        number(self.text.len() as u32);
        number(self.spans.len() as u32);
        out.extend_from_slice(self.text.as_bytes());
        for Span { column, start, end, kind } in &self.spans {
            let mut packed = [0; 13];
            packed[0..4].copy_from_slice(&column.to_le_bytes());
            packed[4..8].copy_from_slice(&start.to_le_bytes());
            packed[8..12].copy_from_slice(&end.to_le_bytes());
            packed[12] = *kind as u8;
            out.extend_from_slice(&packed);
        }
    }

    /// Takes a packed line from the beginning of `from` in this one's place; `None` when it is none.
    pub fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        let number = |from: &mut &[u8]| from.split_off(..4)?.try_into().ok().map(u32::from_le_bytes);
        let row = number(from)?;
        self.begin(row);
        (self.replaced, self.marks, self.broken) = (number(from)?, number(from)?, number(from)? != 0);
        let (length, count) = (number(from)? as usize, number(from)? as usize);
        self.text.push_str(std::str::from_utf8(from.split_off(..length)?).ok()?);
        let packed = from.split_off(..count.checked_mul(13)?)?;
        self.spans.reserve(count);
        for packed in packed.as_chunks::<13>().0 {
            let [column @ .., _, _, _, _, _, _, _, _, _] = *packed;
            let [_, _, _, _, start @ .., _, _, _, _, _] = *packed;
            let [_, _, _, _, _, _, _, _, end @ .., kind] = *packed;
            let span = Span {
                column: u32::from_le_bytes(column),
                start: u32::from_le_bytes(start),
                end: u32::from_le_bytes(end),
                kind: CellKind::from_u8(kind),
            };
            self.text.get(span.start as usize..span.end as usize)?;
            self.spans.push(span);
        }
        Some(())
    }

    fn cell(&self, span: &Span) -> CellRef<'_> {
        CellRef { column: span.column, text: &self.text[span.start as usize..span.end as usize], kind: span.kind }
    }
}

/// Whether a cell's text shows nothing: white space of any width and characters nobody sees.
pub(super) fn is_void(text: &str) -> bool {
    if text.as_bytes().first().is_some_and(|byte| shows_at_once(*byte)) {
        return false;
    }
    text.chars().all(|c| is_space(c) || is_invisible(c))
}

/// Whether this first byte is that of a printable ASCII character or of a common Chinese one (U+4E00 to U+9FFF).
fn shows_at_once(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xE4..=0xE9)
}

/// Whether a text looks like a resident identity number: 15 or 18 characters with a month where one belongs.
/// Its check character does not count, since a mistyped number still marks a line as data.
pub(super) fn looks_like_identity(text: &str) -> bool {
    // Nearly every cell ends here: it is asked of all of them.
    if text.len() < 15 || text.len() > 64 {
        return false;
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '`' | '"' | '’' | '‘'));
    let bytes = text.as_bytes();
    let (digits, month) = match bytes.len() {
        15 => (bytes, 8..10),
        18 if bytes[17].is_ascii_digit() || matches!(bytes[17], b'X' | b'x') => (&bytes[..17], 10..12),
        _ => return false,
    };
    digits.iter().all(u8::is_ascii_digit)
        && matches!(bytes[0], b'1'..=b'9')
        && matches!(&bytes[month], [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
}

/// Whether an identity number stands somewhere in a text: 孙八 632123198209270518 大病.
pub(super) fn identity_within(text: &str) -> bool {
    text.len() >= 15 && text.split(|c: char| !c.is_ascii_alphanumeric()).any(looks_like_identity)
}

/// A column's name as spreadsheets show it: 0 is A, 26 is AA.
pub(super) fn letters(column: u32) -> String {
    let mut rest = u64::from(column) + 1;
    let mut name = Vec::new();
    while rest > 0 {
        rest -= 1;
        name.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    name.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        assert_eq!(["A", "Z", "AA", "XFD"].map(String::from), [0, 25, 26, 16_383].map(letters));
    }

    #[test]
    fn white_space_of_any_width_is_no_cell() {
        let mut line = Line::default();
        line.begin(1);
        line.push(0, "\u{3000}\u{200B} \t", CellKind::Text);
        line.push(2, "王", CellKind::Text);
        assert_eq!(line.filled(), 1);
        assert_eq!(line.get(2).map(|cell| cell.text), Some("王"));
        assert_eq!(line.get(0), None);
    }

    #[test]
    fn cells_out_of_order_are_sorted_and_the_later_of_two_stays() {
        let mut line = Line::default();
        line.begin(1);
        for (column, text) in [(3, "c"), (1, "a"), (3, "d")] {
            line.push(column, text, CellKind::Text);
        }
        line.settle();
        assert_eq!(line.joined(), "a\td");
    }

    #[test]
    fn identity_numbers_are_told_from_other_long_numbers() {
        assert!(looks_like_identity("'11010519491231002X"));
        assert!(looks_like_identity("632123820927051"));
        assert!(!looks_like_identity("6228480000000000018"));
        assert!(!looks_like_identity("622848000099000018"));
        assert!(!looks_like_identity("姓名"));
    }

    #[test]
    fn identity_numbers_are_found_among_words() {
        assert!(identity_within("孙八 632123198209270518 大病"));
        assert!(identity_within("孙八：63212319820927051X，大病"));
        assert!(!identity_within("账号6228480000000000018"));
        assert!(!identity_within("电话 13970600000"));
    }
}
