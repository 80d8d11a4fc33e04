//! What a line below the header is. When in doubt it is a row: a person must never vanish as a footnote.

use std::collections::HashSet;

use crate::model::{CellKind, ColumnHead, FieldType, Schema};
use crate::source::line::{CellRef, Line, looks_like_identity};
use crate::source::table::above::squeezed;
use crate::source::table::header::{claimed, hits, is_figure};
use crate::source::table::judge::Table;

/// What a line below the header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum LineKind {
    Row,
    /// A header or title repeated on a printed page, or a line of column numbers.
    Heading,
    /// Totals, signatures, notes.
    Footing,
    /// Another header than the table's: what follows cannot be read by the columns known.
    OtherHeader,
}

const TOTALS: [&str; 8] = ["本页合计", "本页小计", "总合计", "合计", "总计", "共计", "小计", "累计"];
pub(in crate::source) const SIGNATURES: [&str; 40] = [
    "填表人",
    "审核人",
    "负责人",
    "单位负责人",
    "制表人",
    "制表",
    "填报人",
    "填报单位",
    "填报日期",
    "填报",
    "填表日期",
    "填表时间",
    "制表日期",
    "制表时间",
    "报送单位",
    "报送日期",
    "经办人",
    "复核人",
    "审批人",
    "主管领导",
    "分管领导",
    "单位（盖章）",
    "单位(盖章)",
    "联系人",
    "打印日期",
    "打印时间",
    "打印人",
    "统计日期",
    "签字",
    "盖章",
    "录入人",
    "填写人",
    "报送人",
    "核对人",
    "统计人",
    "统计负责人",
    "科室负责人",
    "审批意见",
    "日期",
    "联系电话",
];
const NOTES: [&str; 6] = ["注", "备注", "说明", "附注", "填表说明", "填报说明"];

/// Tells the lines of one table apart.
pub(in crate::source) struct Classifier {
    /// Columns of identity numbers and of organisation codes.
    numbers: Vec<u32>,
    names: Vec<u32>,
    header: Vec<Vec<(u32, String)>>,
    above: HashSet<String>,
    /// The leftmost column, and those of dates and months.
    first: Option<u32>,
    dates: Vec<u32>,
    /// The last line was a footing: a note may have more points, and a signature its date below it.
    after_footing: bool,
    /// The last line was a header: a line of column numbers may follow.
    after_header: bool,
}

impl Classifier {
    pub fn new(table: &Table) -> Classifier {
        let of = |kinds: &[FieldType]| positions(&table.head.columns, &table.head.schema, kinds);
        Classifier {
            numbers: of(&[FieldType::IdentityNumber, FieldType::OrganisationCode]),
            names: of(&[FieldType::PersonName]),
            header: table
                .header_lines
                .iter()
                .map(|line| line.cells().map(|cell| (cell.column, squeezed(cell.text))).collect())
                .collect(),
            above: table.above.iter().cloned().collect(),
            first: table.head.columns.iter().filter_map(|column| u32::try_from(column.position).ok()).min(),
            dates: of(&[FieldType::Date, FieldType::Month]),
            after_footing: false,
            after_header: true,
        }
    }

    pub fn kind(&mut self, line: &Line, schema: &Schema) -> LineKind {
        let kind = self.judge(line, schema);
        self.after_header = kind == LineKind::Heading;
        self.after_footing = kind == LineKind::Footing;
        kind
    }

    fn judge(&self, line: &Line, schema: &Schema) -> LineKind {
        let has_number = self.numbers.iter().any(|column| line.get(*column).is_some_and(|cell| is_number(&cell)))
            || line.cells().any(|cell| looks_like_identity(cell.text));
        if has_number {
            return LineKind::Row;
        }
        if self.repeats_header(line) || self.above.contains(&line.joined()) {
            return LineKind::Heading;
        }
        // Two figures may be a serial and a count, but no figure is a name or a person's number.
        let of_nobody = || self.names.iter().chain(&self.numbers).any(|column| line.get(*column).is_some());
        let enough = line.filled() >= 3 || line.filled() == 2 && of_nobody();
        if self.after_header && enough && numbers_columns(line) {
            return LineKind::Heading;
        }
        let words = hits(line, schema);
        // Of another kind of table few words are known; but nobody bears the name 户主姓名.
        let mut named = self.names.iter().filter_map(|column| line.get(*column)).peekable();
        let titled = named.peek().is_some() && named.all(|cell| claimed(cell.text, schema));
        if words * 2 > line.filled() && (words >= 3 || words == 2 && titled) {
            return LineKind::OtherHeader;
        }
        // The first cells carry a footing's word: a total may stand behind the village it sums up.
        let lead: Vec<(u32, String)> = line.cells().take(3).map(|cell| (cell.column, squeezed(cell.text))).collect();
        // A count in the name's column (25人, 共25人) is no name.
        let name = |cell: CellRef<'_>| !cell.text.trim_start().starts_with(|c: char| c.is_numeric() || c == '共');
        let besides = |word: u32, fits: &dyn Fn(CellRef<'_>) -> bool| {
            self.names.iter().any(|column| *column != word && line.get(*column).is_some_and(fits))
        };
        let named_but = |word: u32| besides(word, &name);
        let total = |column: u32, text: &str| {
            if self.names.contains(&column) { is_total_among_names(text) } else { is_total(text) }
        };
        if lead.iter().any(|(column, text)| total(*column, text) && !named_but(*column)) {
            return LineKind::Footing;
        }
        let Some((column, first)) = lead.first() else { return LineKind::Row };
        // A remark's text may run on into the name's column; a name is short and holds no punctuation.
        let short = |cell: CellRef<'_>| name(cell) && is_short(cell.text);
        // A label that waits for what stands in the next cell (填表人：) is no remark about somebody.
        let label = first.ends_with([':', '：']);
        let labelled = self.begins(*column) && is_labelled(first) && line.filled() <= 6;
        let signed = label && (labelled || is_signature(first));
        if (labelled || is_remark(first)) && (signed || !besides(*column, &short)) {
            return LineKind::Footing;
        }
        let label_alone = |text: &str| SIGNATURES.contains(&text);
        // Two of them in one line are no post and its holder (经办人, 王五): those are signatures.
        let signed = label_alone(first) && line.filled() <= 4;
        let signed_twice = label_alone(first) && lead.iter().skip(1).any(|(_, text)| label_alone(text));
        let alone = match lead.as_slice() {
            [_] => self.is_no_row_alone(*column, first),
            // The word in one cell and the note in the next.
            [_, (_, note)] => self.begins(*column) && NOTES.contains(&first.as_str()) && is_prose(note),
            _ => false,
        };
        if signed_twice || alone || signed && !named_but(*column) { LineKind::Footing } else { LineKind::Row }
    }

    /// Whether a cell stands where the table begins, as its serials do and the words below it.
    fn begins(&self, column: u32) -> bool {
        self.first.is_some_and(|first| column <= first)
    }

    /// Whether the only cell of a line tells of nobody: words where the table begins, unless they may be a name; a
    /// remark in brackets or behind a mark; a point of the note above it; a date where none is asked for.
    fn is_no_row_alone(&self, column: u32, text: &str) -> bool {
        let words = text.chars().count() >= 2 && !text.starts_with(|c: char| c.is_numeric());
        let named = self.names.contains(&column);
        let point = self.after_footing && text.starts_with(|c: char| c.is_numeric()) && !is_figure(text);
        let begins = words && !named || is_prose(text) || point || NOTES[2..].contains(&text);
        let signed = |word: &&&str| text.contains(**word);
        begins && self.begins(column)
            || SIGNATURES.iter().filter(signed).count() >= 2
            || is_marked(text)
            || is_day(text) && (self.after_footing || !self.dates.contains(&column))
    }

    /// Whether the line says what one of the header's lines says in the same columns.
    fn repeats_header(&self, line: &Line) -> bool {
        self.header.iter().any(|header| {
            let same =
                |(column, text): &&(u32, String)| line.get(*column).is_some_and(|cell| squeezed(cell.text) == *text);
            let agreeing = header.iter().filter(same).count();
            agreeing > 0 && agreeing * 3 >= header.len().max(line.filled()) * 2 && (agreeing >= 2 || header.len() == 1)
        })
    }
}

fn positions(columns: &[ColumnHead], schema: &Schema, kinds: &[FieldType]) -> Vec<u32> {
    columns
        .iter()
        .filter(|column| column.field.is_some_and(|field| kinds.contains(&schema.fields[field].kind)))
        .filter_map(|column| u32::try_from(column.position).ok())
        .collect()
}

/// A cell of an identity column that holds some number, sound or not.
fn is_number(cell: &CellRef<'_>) -> bool {
    // Nearly every row ends here; a remark is looked for in what is left.
    if looks_like_identity(cell.text) {
        return true;
    }
    let text = squeezed(cell.text);
    cell.text.chars().filter(|c| c.is_numeric()).count() >= 6
        && !is_remark(&text)
        && !is_total(&text)
        && !is_labelled(&text)
        && !text.contains('年')
}

/// The word of a total without its colon and what stands in brackets behind it: 全县合计（25人） → 全县合计.
fn total_word(text: &str) -> &str {
    text.split([':', '：', '(', '（']).next().filter(|word| !word.is_empty()).unwrap_or(text)
}

pub(in crate::source) fn is_total(text: &str) -> bool {
    let text = total_word(text);
    TOTALS.iter().any(|word| text.starts_with(word) || text.ends_with(word) && text.chars().count() <= 16)
}

/// The same in a column of names, where 贺小计 is somebody and 永和村小计 is not.
fn is_total_among_names(text: &str) -> bool {
    const PLACES: [char; 10] = ['省', '市', '县', '区', '镇', '乡', '村', '组', '户', '页'];
    let trimmed = total_word(text);
    let place = |rest: &str| {
        rest.is_empty() || rest.starts_with(['本', '全', '总']) || rest.ends_with(PLACES) || rest.chars().count() >= 3
    };
    is_total(text)
        && TOTALS.iter().any(|word| {
            // 合计数 is a total, 合计生 somebody.
            let given = |rest: &str| rest.chars().count() == 1 && !rest.starts_with(['数', '人', '户']);
            trimmed.strip_prefix(word).is_some_and(|rest| !given(rest)) || trimmed.strip_suffix(word).is_some_and(place)
        })
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= 12 && !text.contains([':', '：', ',', '，', '。', ';', '；', '、'])
}

/// A word of [`SIGNATURES`] with its colon.
fn is_signature(text: &str) -> bool {
    with_colon(text, &SIGNATURES)
}

fn with_colon(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| unbracketed(rest).starts_with([':', '：'])))
}

/// What follows a bracket at the beginning: （签字）： → ：.
fn unbracketed(text: &str) -> &str {
    let rest = text.strip_prefix(['(', '（']).and_then(|inner| inner.split_once([')', '）']));
    rest.map_or(text, |(_, rest)| rest)
}

/// Words with a colon behind them: 会计：王五, 村（社区）意见：. Neither serials nor names nor numbers have any.
fn is_labelled(text: &str) -> bool {
    text.split_once([':', '：']).is_some_and(|(word, _)| {
        (1..=16).contains(&word.chars().count()) && !word.contains(|c: char| c.is_ascii_alphanumeric())
    })
}

/// In brackets as a whole, or with a mark or a numeral in front: （接下页）, ——完——, ※…, 一、….
fn is_marked(text: &str) -> bool {
    let bracketed = text.starts_with(['(', '（', '【']) && text.ends_with([')', '）', '】']);
    let numeral = |c: char| "一二三四五六七八九十".contains(c);
    let point = text.starts_with(numeral) && text.trim_start_matches(numeral).starts_with(['、', '.', '．']);
    let mark = |c: char| matches!(c, '—' | '※' | '★' | '●' | '▲' | '◆' | '①'..='⑳');
    let numbered = text
        .strip_prefix(['(', '（'])
        .is_some_and(|rest| rest.starts_with(numeral) && rest.trim_start_matches(numeral).starts_with([')', '）']));
    bracketed || numbered || point || text.starts_with(mark)
}

/// A sentence: longer than a name or an address, with its punctuation.
fn is_prose(text: &str) -> bool {
    text.chars().count() > 12 && text.contains(['。', '；', ';', '，'])
}

/// 2025年6月30日, 2025-06-30, or the same left blank to be filled in by hand (年月日).
fn is_day(text: &str) -> bool {
    let text = text.strip_prefix("日期").unwrap_or(text).trim_start_matches([':', '：']);
    let parts: Vec<&str> = text.split(['年', '月', '日', '-', '.', '/']).filter(|part| !part.is_empty()).collect();
    let blank = parts.is_empty() && text == "年月日";
    let numbers = parts.iter().all(|part| part.len() <= 4 && part.bytes().all(|c| c.is_ascii_digit()));
    blank || parts.len() == 3 && numbers && parts[0].len() == 4
}

/// A note, a signature with its colon, a page number, an end mark.
fn is_remark(text: &str) -> bool {
    is_signature(text)
        || with_colon(text, &NOTES)
        || NOTES[..2]
            .iter()
            .any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
        || text.contains("以下空白")
        || (text.starts_with('第') && text.contains('页') && text.chars().count() <= 20)
}

/// 1, 2, 3 … or 甲, 乙, 1, 2 … across the columns, as statistical forms have below their header.
fn numbers_columns(line: &Line) -> bool {
    let mut next = 1;
    line.cells().all(|cell| {
        let text = squeezed(cell.text);
        if text.parse::<u32>() == Ok(next) && cell.kind != CellKind::Date {
            next += 1;
            true
        } else {
            next == 1 && matches!(text.as_str(), "甲" | "乙" | "丙" | "丁" | "戊" | "序号" | "栏次")
        }
    }) && next > 2
}
