//! Text in columns: a Chinese character takes two places of a terminal or a sheet.

use unicode_width::UnicodeWidthStr;

/// Places that the widest line of a text takes.
pub fn shown_width(text: &str) -> usize {
    text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// The text with blanks after it (or before it, when `right`) up to `width` places.
pub fn padded(text: &str, width: usize, right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(shown_width(text)));
    if right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

/// Lines of cells as text, two blanks between columns; columns after the first stand to the right when `numbers`.
pub fn aligned(lines: &[Vec<String>], numbers: bool) -> Vec<String> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|i| lines.iter().filter_map(|line| line.get(i)).map(|cell| shown_width(cell)).max().unwrap_or(0))
        .collect();
    let text = |line: &Vec<String>| {
        let cells = line.iter().enumerate().map(|(i, cell)| padded(cell, widths[i], numbers && i > 0));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(text).collect()
}

/// A whole number with a comma after every three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{aligned, grouped, padded, shown_width};

    #[test]
    fn chinese_takes_two_places() {
        assert_eq!(shown_width("低保a"), 5);
        assert_eq!(padded("低保", 6, false), "低保  ");
        assert_eq!(padded("12", 4, true), "  12");
        assert_eq!(
            aligned(&[vec!["来源".into(), "行".into()], vec!["death".into(), "12".into()]], true),
            ["来源   行", "death  12"]
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
