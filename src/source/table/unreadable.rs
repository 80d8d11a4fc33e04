//! What of a text could not be read, summed up for its sheet: a few damaged rows and a file in the wrong encoding look
//! alike row by row.

use crate::model::Words;
use crate::source::line::Line;

/// So many rows are named.
const NAMED: usize = 5;

/// Replacement characters in all lines of a sheet, whatever became of the lines.
#[derive(Default)]
pub(in crate::source) struct Unreadable {
    /// The text's encoding; `None` for workbooks, whose texts are not ours to decode.
    encoding: Option<&'static str>,
    /// Filled lines.
    lines: u64,
    /// Those that stand for bytes that could not be decoded.
    replaced: Tally,
    /// Those that stood in the file.
    marks: Tally,
}

#[derive(Default)]
struct Tally {
    characters: u64,
    lines: u64,
    first: Vec<u32>,
}

impl Tally {
    fn add(&mut self, row: u32, characters: u32) {
        if characters > 0 {
            self.characters += u64::from(characters);
            self.lines += 1;
            if self.first.len() < NAMED {
                self.first.push(row);
            }
        }
    }

    /// More than a tenth of the lines.
    fn is_widespread(&self, lines: u64) -> bool {
        self.lines * 10 > lines
    }

    fn rows(&self) -> (String, String) {
        let rows: Vec<String> = self.first.iter().map(u32::to_string).collect();
        let more = self.lines > self.first.len() as u64;
        (
            format!("{} 行（第 {} 行{}）", self.lines, rows.join("、"), if more { "等" } else { "" }),
            format!("{} rows ({}{})", self.lines, rows.join(", "), if more { ", …" } else { "" }),
        )
    }
}

impl Unreadable {
    pub fn in_text(encoding: Option<&'static str>) -> Self {
        Unreadable { encoding, ..Unreadable::default() }
    }

    pub fn note(&mut self, line: &Line) {
        self.lines += 1;
        if line.replaced + line.marks > 0 {
            self.replaced.add(line.row, line.replaced);
            self.marks.add(line.row, line.marks);
        }
    }

    /// What there is to say, and what to do.
    pub fn told(&self) -> Option<Words> {
        let mut told: Option<Words> = None;
        for words in [self.told_of_replaced(), self.told_of_marks()].into_iter().flatten() {
            told = Some(match told {
                None => words,
                Some(before) => {
                    Words::new(format!("{}。{}", before.zh, words.zh), format!("{}. {}", before.en, words.en))
                }
            });
        }
        told
    }

    fn told_of_replaced(&self) -> Option<Words> {
        let tally = &self.replaced;
        if tally.lines == 0 {
            return None;
        }
        let encoding = self.encoding.unwrap_or("UTF-8");
        let (zh, en) = tally.rows();
        let other = if encoding == "UTF-8" { "gb18030" } else { "utf-8" };
        let (todo_zh, todo_en) = if tally.is_widespread(self.lines) {
            (
                format!(
                    "超过一成的行如此，编码很可能认错，或由编码不同的文件拼接而成：请在流水线文件的来源中写 encoding = \"{other}\" 后再试，仍不行则请提供单位重新导出"
                ),
                format!(
                    "More than a tenth of the rows have some, so the encoding is probably another, or files of different \
                     encodings were joined: write encoding = \"{other}\" in the source of the pipeline file and try again; \
                     if that does not help, have it exported anew"
                ),
            )
        } else {
            (
                "请提供单位核对这些行并重新导出".to_owned(),
                "Have these rows checked and the file exported anew".to_owned(),
            )
        };
        Some(Words::new(
            format!("有 {} 个字符不能按 {encoding} 识别，已用“�”代替，涉及 {zh}。{todo_zh}", tally.characters),
            format!(
                "{} characters could not be read as {encoding} and were replaced by �, on {en}. {todo_en}",
                tally.characters
            ),
        ))
    }

    fn told_of_marks(&self) -> Option<Words> {
        let tally = &self.marks;
        if tally.lines == 0 {
            return None;
        }
        let (zh, en) = tally.rows();
        Some(Words::new(
            format!(
                "文件中原有 {} 个“�”，涉及 {zh}：这些字符在报送前转换编码时已经丢失，改 encoding 无用。请提供单位从原系统重新导出",
                tally.characters
            ),
            format!(
                "{} � stood in the file itself, on {en}: these characters were lost in a conversion before it was sent, and \
                 no encoding brings them back. Have it exported anew from the system it comes from",
                tally.characters
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(row: u32, replaced: u32, marks: u32) -> Line {
        let mut line = Line::default();
        (line.row, line.replaced, line.marks) = (row, replaced, marks);
        line
    }

    #[test]
    fn the_first_rows_are_named_and_all_are_counted() {
        let mut unreadable = Unreadable::in_text(Some("gb18030"));
        (1..=100).for_each(|row| unreadable.note(&line(row, if row % 13 == 0 { 2 } else { 0 }, 0)));
        let told = unreadable.told().unwrap();
        assert!(told.zh.contains("14 个字符") && told.zh.contains("7 行（第 13、26、39、52、65 行等）"), "{}", told.zh);
        assert!(told.en.contains("7 rows (13, 26, 39, 52, 65, …)"), "{}", told.en);
        assert!(!told.zh.contains("encoding ="));
    }

    #[test]
    fn where_many_lines_are_concerned_the_encoding_is_in_doubt() {
        for (encoding, other) in [("UTF-8", "gb18030"), ("gb18030", "utf-8")] {
            let mut unreadable = Unreadable::in_text(Some(encoding));
            (1..=9).for_each(|row| unreadable.note(&line(row, u32::from(row == 1), 0)));
            let told = unreadable.told().unwrap();
            for words in [&told.zh, &told.en] {
                assert!(words.contains(&format!("encoding = \"{other}\"")), "{words}");
            }
        }
    }

    #[test]
    fn marks_of_the_file_itself_are_told_as_such() {
        let mut unreadable = Unreadable::in_text(Some("UTF-8"));
        assert_eq!(unreadable.told(), None);
        unreadable.note(&line(3, 0, 2));
        let told = unreadable.told().unwrap();
        assert!(told.zh.starts_with("文件中原有 2 个") && !told.zh.contains("已用"), "{}", told.zh);
        unreadable.note(&line(4, 1, 0));
        assert!(unreadable.told().unwrap().zh.contains("有 1 个字符不能按 UTF-8 识别"));
    }
}
