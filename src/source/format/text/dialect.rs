//! How a text file's lines are cut into fields, told by its first lines: the separator, the quotation mark, and how many
//! fields most lines have.

use crate::source::format::text::records::Split;
use crate::source::line::Line;

/// What may separate fields, the most telling first: hardly a text holds a tab, and nearly every one a comma.
const SEPARATORS: [char; 4] = ['\t', '|', ';', ','];
/// Typed by hand in place of the above; told only where every line agrees, since prose is full of them.
const WIDE: [char; 3] = ['，', '；', '｜'];
/// So many filled lines are looked at.
const LINES: usize = 100;

/// How lines are cut into fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Dialect {
    pub separator: char,
    /// `"`, or `'` where the file quotes so.
    pub quote: u8,
    /// `\"` within a quoted field is a quotation mark, beside `""`.
    pub backslash: bool,
    /// The number of fields that most lines have.
    pub width: usize,
    /// Nearly all lines have that number, so that one with fewer is torn.
    pub steady: bool,
    /// The first line is `sep=;`, by which spreadsheets are told the separator.
    pub declared: bool,
}

impl Dialect {
    pub fn new(separator: char, width: usize) -> Dialect {
        Dialect { separator, quote: b'"', backslash: false, width, steady: false, declared: false }
    }
}

/// Tells the dialect by the beginning of a file's text; `whole` says that this is all of it.
pub(in crate::source) fn dialect_of(text: &str, whole: bool) -> Dialect {
    let end = if whole { None } else { text.rfind(['\n', '\r']) };
    let text = end.map_or(text, |end| &text[..=end]);
    let declared = declared_separator(text);
    let quote = if quotes_singly(text) { b'\'' } else { b'"' };
    let candidates: Vec<Counted> = match declared {
        Some(separator) => vec![count(text, separator, quote)],
        None => SEPARATORS.into_iter().chain(WIDE).map(|separator| count(text, separator, quote)).collect(),
    };
    let best = best_of(&candidates);
    Dialect {
        separator: best.map_or(',', |best| best.separator),
        quote,
        backslash: escapes_with_backslash(text),
        width: best.map_or(1, |best| best.width),
        steady: best.is_some_and(|best| best.agree >= 5 && best.agree * 10 >= (best.lines - best.first) * 9),
        declared: declared.is_some(),
    }
}

/// The separator that the first line states: `sep=;`.
fn declared_separator(text: &str) -> Option<char> {
    let line = text.split(['\n', '\r']).next()?.trim_matches([' ', '"', '\u{FEFF}']);
    let (word, separator) = line.split_at_checked(4)?;
    let mut chars = separator.chars();
    let separator = chars.next().filter(|c| !c.is_alphanumeric() && *c != '"')?;
    (word.eq_ignore_ascii_case("sep=") && chars.next().is_none()).then_some(separator)
}

/// The first lines cut up by one separator.
struct Counted {
    separator: char,
    /// Filled lines.
    lines: usize,
    /// The most frequent number of fields that is more than one, how many lines have it, and the first of them.
    width: usize,
    agree: usize,
    first: usize,
    /// The fields of the lines that agree.
    cells: Vec<Vec<String>>,
}

impl Counted {
    /// Lines from the first that agrees on: what stands above is a title.
    fn is_consistent(&self) -> bool {
        self.width >= 2 && self.agree >= 2 && self.agree * 2 >= self.lines - self.first
    }

    fn is_perfect(&self) -> bool {
        self.is_consistent() && self.agree == self.lines - self.first
    }
}

fn count(text: &str, separator: char, quote: u8) -> Counted {
    let dialect = Dialect { quote, ..Dialect::new(separator, 0) };
    let split = Split::new(&dialect);
    let mut found: Vec<(usize, Vec<String>)> = Vec::new();
    let mut rest = text;
    let mut line = Line::default();
    while !rest.is_empty() && found.len() < LINES {
        line.begin(1);
        let Some((length, fields)) = split.whole_record(rest, &mut line) else { break };
        if !line.is_blank() {
            found.push((fields, line.cells().map(|cell| cell.text.to_owned()).collect()));
        }
        rest = &rest[length..];
    }
    let (width, agree) = mode(&found);
    let first = found.iter().position(|(fields, _)| *fields == width).unwrap_or(0);
    let lines = found.len();
    let cells = found.into_iter().filter(|(fields, _)| *fields == width).map(|(_, cells)| cells).collect();
    Counted { separator, lines, width, agree, first, cells }
}

/// The most frequent number of fields that is more than one, of equally frequent ones the first, and how many lines
/// have it.
fn mode(lines: &[(usize, Vec<String>)]) -> (usize, usize) {
    let mut best = (1, 0);
    for &(count, _) in lines.iter().filter(|(count, _)| *count > 1) {
        let times = lines.iter().filter(|(other, _)| *other == count).count();
        if times > best.1 {
            best = (count, times);
        }
    }
    best
}

fn best_of(candidates: &[Counted]) -> Option<&Counted> {
    let narrow = |candidate: &&Counted| !WIDE.contains(&candidate.separator);
    let consistent: Vec<&Counted> = candidates.iter().filter(narrow).filter(|found| found.is_consistent()).collect();
    let size = |found: &Counted| found.agree as f64 * (found.width as f64).ln_1p();
    if consistent.is_empty() {
        let wide = candidates.iter().filter(|found| !narrow(found) && found.is_perfect());
        let whatever = candidates.iter().filter(narrow).filter(|found| found.width >= 2);
        return wide.max_by(|a, b| size(a).total_cmp(&size(b))).or_else(|| {
            // Of equals the last counts: the comma.
            whatever.max_by(|a, b| size(a).total_cmp(&size(b)))
        });
    }
    let first = consistent.iter().map(|found| found.first).min().unwrap_or(0);
    let score = |found: &Counted| {
        let others = || consistent.iter().map(|other| other.separator).filter(|other| *other != found.separator);
        // A header agrees with its rows, but text inside of cells does not begin before them.
        let late = if found.first > first { 0.7 } else { 1.0 };
        tidiness(&found.cells, &others().collect::<Vec<_>>()) * late * found.agree as f64 / found.lines as f64
    };
    consistent
        .iter()
        .copied()
        .rev()
        .max_by(|a, b| score(a).total_cmp(&score(b)).then_with(|| size(a).total_cmp(&size(b))))
}

/// The share of cells that hold none of the other separators. A line with a tab or a bar in some cell was not cut where
/// it should have been, whatever its other cells; a comma between digits may be a decimal one.
fn tidiness(lines: &[Vec<String>], others: &[char]) -> f64 {
    let (mut tidy, mut all) = (0, 0);
    for cells in lines {
        all += cells.len();
        let holds = |separator: char| others.contains(&separator) && cells.iter().any(|cell| cell.contains(separator));
        if !holds('\t') && !holds('|') {
            tidy += cells.iter().filter(|cell| is_decimal(cell) || !cell.contains(others)).count();
        }
    }
    tidy as f64 / all.max(1) as f64
}

/// A number with a decimal comma.
fn is_decimal(cell: &str) -> bool {
    let figures = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    cell.trim_start_matches(['-', '+']).split_once(',').is_some_and(|(whole, part)| figures(whole) && figures(part))
}

/// Whether the lines below the first quote their fields with `'`: each mark that opens a field is closed at its end. The
/// apostrophe by which spreadsheets keep a number as it is has no partner.
fn quotes_singly(text: &str) -> bool {
    let (mut quoted, mut lines, mut marks) = (0, 0, 0);
    for line in text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).skip(1).take(LINES) {
        let bytes = line.trim().as_bytes();
        let edge = |at: Option<&u8>| at.is_none_or(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'));
        let places = || bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\'').map(|(at, _)| at);
        let opening = places().filter(|at| edge(at.checked_sub(1).and_then(|at| bytes.get(at)))).count();
        let closing = places().filter(|at| edge(bytes.get(at + 1))).count();
        lines += 1;
        quoted += usize::from(opening > 0 && opening == closing);
        marks += opening;
    }
    marks >= 2 && quoted * 5 >= lines * 4
}

/// Whether quotation marks within fields are written `\"` more often than `""`.
fn escapes_with_backslash(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |at: Option<&u8>| at.is_none_or(|byte| matches!(byte, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r'));
    let (mut escaped, mut doubled) = (0, 0);
    for at in (1..bytes.len()).filter(|at| bytes[*at] == b'"') {
        let next = bytes.get(at + 1);
        match bytes[at - 1] {
            b'\\' if !edge(next) && next != Some(&b'"') => escaped += 1,
            b'"' if !edge(next) && !edge(at.checked_sub(2).and_then(|at| bytes.get(at))) => doubled += 1,
            _ => {}
        }
    }
    escaped > doubled
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, separator, number of fields.
    const SNIPPETS: &[(&str, char, usize)] = &[
        // Plain lists.
        ("姓名,证号,备注\n王五,1,无\n李四,2,有\n", ',', 3),
        ("姓名\t证号\t备注\n王五\t1\t无\n李四\t2\t有\n", '\t', 3),
        ("姓名;证号;备注\n王五;1;无\n李四;2;有\n", ';', 3),
        ("姓名|证号|备注\n王五|1|无\n李四|2|有\n", '|', 3),
        ("姓名,证号\r\n王五,1\r\n", ',', 2),
        ("姓名;证号\r王五;1\r李四;2\r", ';', 2),
        ("姓名|证号\r\n王五|1\n李四|2\r赵六|3\n", '|', 2),
        // The last line has no end.
        ("姓名;证号\n王五;1", ';', 2),
        ("a\tb\n1\t2", '\t', 2),
        // Nothing to tell by.
        ("", ',', 1),
        ("only\none\n", ',', 1),
        ("姓名\n王五\n李四\n", ',', 1),
        ("本次无新增对象\n", ',', 1),
        // Titles of other widths above, remarks below.
        ("title, with comma\na\tb\tc\n1\t2,5\t3\n", '\t', 3),
        ("名单\n姓名;证号\n\"a;b\";1\n", ';', 2),
        ("名册，2025年\n填报单位：民政局\t单位：元\n姓名\t证号\t金额\n王五\t1\t3\n李四\t2\t4\n合计\t\t7\n", '\t', 3),
        ("吉安县,2025年,花名册\n姓名\t住址\n王五\t永阳,东塘\n李四\t敦厚,西坑\n", '\t', 2),
        ("关于报送名单的说明;请核对;谢谢\n姓名,证号,性别,备注\n王五,1,男,\n李四,2,女,\n赵六,3,男,\n", ',', 4),
        ("a,b,c\n1,2,3\n4,5,6\n注：本表一式三份; 存档\n", ',', 3),
        // Text with the other separators inside.
        ("姓名\t住址\n王五\t吉安县,永阳镇,东塘村\n李四\t吉安县,敦厚镇,西坑村\n赵六\t吉水县,横江镇,上溪村\n", '\t', 2),
        ("姓名|住址\n王五|吉安县,永阳镇,东塘村,1号\n李四|吉安县,敦厚镇,西坑村,2号\n", '|', 2),
        ("姓名;住址;性别\n王五;吉安县,永阳镇,东塘村;男\n李四;吉安县,敦厚镇,西坑村;女\n", ';', 3),
        ("王五\t吉安县,永阳镇,东塘村\n李四\t吉安县,敦厚镇,西坑村\n", '\t', 2),
        ("王五|吉安县,永阳镇,东塘村\n李四|吉安县,敦厚镇,西坑村\n", '|', 2),
        ("姓名,家庭成员,备注\n王五,李四;赵六,无\n钱七,孙八;周九,有\n", ',', 3),
        ("姓名,证号,成员,备注\n王五,1,李四|赵六,无\n钱七,2,孙八|周九,有\n", ',', 4),
        ("姓名,成员(姓名;关系),备注\n王五,李四;子,无\n钱七,孙八;女,有\n", ',', 3),
        ("姓名,地址\n王五,\"永阳镇;东塘\"\n李四,\"敦厚镇;西坑\"\n", ',', 2),
        ("姓名;地址\n\"王五\";\"永阳镇,东塘,1\"\n\"李四\";\"敦厚镇,西坑,2\"\n", ';', 2),
        // Decimal commas.
        ("姓名;面积;金额\n王五;61,5;1.300,25\n李四;70,2;450,00\n", ';', 3),
        ("a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n1,5;2,5;3,5\n1,5;2,5;3,5\n1,5;2,5;3,5\n1,5;2,5;3,5\n", ';', 3),
        ("1,5;2,5\n3,5;4,5\n5,5;6,5\n", ';', 2),
        ("姓名\t面积\n王五\t61,5\n李四\t70,2\n", '\t', 2),
        // Quotes.
        ("\"姓名\",\"备注\"\n\"王五\",\"a;b\nc;d\"\n\"李四\",\"无\"\n", ',', 2),
        ("\"姓名\"\t\"备注\"\n\"王五\"\t\"他说 \"\"是\"\"\"\n", '\t', 2),
        ("姓名;备注\n'王五';'a,b'\n'李四';'c,d'\n", ';', 2),
        // Ragged lines and trailing separators.
        ("姓名,证号,备注\n王五,1\n李四,2,有\n赵六,3,无\n钱七\n", ',', 3),
        ("姓名;证号;\n王五;1;\n李四;2;\n", ';', 3),
        ("a,b,c,,,\n1,2,3,,,\n4,5,6,,,\n", ',', 6),
        ("|姓名|证号|\n|王五|1|\n|李四|2|\n", '|', 4),
        ("姓名\t证号\t备注\n王五\t1\t吉安,永阳\n李四\t2\t吉安,敦厚\t多\n赵六\t3\n", '\t', 3),
        // Stated by the first line.
        ("sep=;\n姓名;备注\n王五;a,b,c\n", ';', 2),
        ("SEP=\t\r\na\tb\r\n1\t2\r\n", '\t', 2),
        ("\"sep=,\"\na,b\n1,2\n", ',', 2),
        ("sep=^\na^b\n1^2\n", '^', 2),
        // Typed by hand with the marks of Chinese text.
        ("姓名，证号，备注\n王五，1，无\n李四，2，有\n", '，', 3),
        ("姓名；证号\n王五；1\n李四；2\n", '；', 2),
        ("姓名｜证号\n王五｜1\n李四｜2\n", '｜', 2),
        ("姓名,备注\n王五,他说，是，的\n李四,不，是，的\n", ',', 2),
        ("请各乡镇核对，并于六月底前报送\n联系人：王五\n电话，另行通知，谢谢\n", ',', 1),
    ];

    #[test]
    fn separators_are_told_from_the_lines() {
        assert!(SNIPPETS.len() >= 40);
        let wrong: Vec<String> = SNIPPETS
            .iter()
            .map(|(text, separator, width)| (text, (*separator, *width), dialect_of(text, true)))
            .filter(|(_, wanted, told)| *wanted != (told.separator, told.width))
            .map(|(text, wanted, told)| format!("{text:?}: {wanted:?}, not {:?}", (told.separator, told.width)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_line_that_is_cut_off_is_not_counted() {
        let text = "姓名;证号\n王五;1\n李四;2,3,4,5";
        assert_eq!(dialect_of(text, false).width, 2);
        assert_eq!(dialect_of("a,b\n1,2\n3,4\n5,6\n7,8\n9", false), Dialect { steady: true, ..Dialect::new(',', 2) });
    }

    #[test]
    fn single_quotes_are_told_from_apostrophes_that_guard_numbers() {
        let quote = |text: &str| dialect_of(text, true).quote;
        assert_eq!(quote("姓名,证号\n'王五','1'\n'李四','2'\n"), b'\'');
        assert_eq!(quote("id,name,age\n1,'王五',61\n2,'李四',50\n"), b'\'');
        assert_eq!(quote("姓名,证号\n王五,'362401196503120012\n李四,'11010519491231002X\n"), b'"');
        assert_eq!(quote("姓名,证号\n'王五,'1\n'李四,'2\n"), b'"');
    }

    #[test]
    fn escapes_with_a_backslash_are_told_from_doubled_marks() {
        let backslash = |text: &str| dialect_of(text, true).backslash;
        assert!(backslash("a,b\n\"say \\\"x\\\" now\",1\n"));
        assert!(!backslash("a,b\n\"say \"\"x\"\" now\",1\n"));
        assert!(!backslash("a,b\n\"C:\\\",1\n\"D:\\\",2\n"));
        assert!(!backslash("a,b\n\"\",1\n"));
    }

    #[test]
    fn a_list_is_steady_where_nearly_all_lines_have_the_same_number_of_fields() {
        let list = |rows: usize| format!("a,b,c\n{}", "1,2,3\n".repeat(rows));
        assert!(dialect_of(&list(10), true).steady);
        assert!(dialect_of(&format!("{}1\n", list(20)), true).steady);
        assert!(!dialect_of(&format!("{}1\n", list(6)), true).steady);
        assert!(!dialect_of(&list(2), true).steady);
    }
}
