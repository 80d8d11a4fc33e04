//! What the cells below a header say for and against it. A header is a claim: a column of telephone numbers under
//! 身份证号 disproves it, and a sheet read by it would put every value into the wrong field.
//!
//! Only a value that is plainly of another kind speaks against its column. Blank cells, stated absence (无, 未办理),
//! damaged numbers and unknown terms say nothing, so that dirty data stays data.

use chrono::NaiveDate;

use crate::kernel::date::{self, DateFault, Reach};
use crate::kernel::identity::{self, IdKind};
use crate::kernel::text::{blank, fold, spelling};
use crate::kernel::{account, boolean, number, organisation, phone};
use crate::model::{CellKind, Field, FieldType, Schema, Words};
use crate::source::line::{CellRef, Line, identity_within};
use crate::source::table::above::squeezed;
use crate::source::table::classify::is_total;
use crate::source::table::header::{Candidate, hits};

/// Readings with less confidence are held back.
pub(in crate::source) const THRESHOLD: f64 = 0.5;
/// Fewer values than this prove nothing: a sheet of one or two rows is read by its header alone.
pub(in crate::source) const ENOUGH: usize = 3;

/// What a value plainly is, whatever stands above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Nature {
    Identity,
    Card,
    Mobile,
    Day,
    /// A number.
    Figure,
    /// Letters and no digit.
    Words,
    Other,
}

impl Nature {
    fn of(cell: &CellRef<'_>) -> Nature {
        let text = fold(cell.text);
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if identity_within(&text) {
            return Nature::Identity;
        }
        if cell.kind == CellKind::Date || is_written_day(&text, digits) {
            return Nature::Day;
        }
        if digits == 0 {
            let letters = text.chars().any(char::is_alphabetic);
            let figure = number::read_decimal(&text, 4).is_ok();
            return match (letters, figure) {
                (_, true) => Nature::Figure,
                (true, false) => Nature::Words,
                (false, false) => Nature::Other,
            };
        }
        if digits == text.chars().filter(|c| !matches!(c, '-' | ' ' | '+')).count()
            && phone::read_all(&text).is_ok_and(|phone| phone.mobile)
        {
            return Nature::Mobile;
        }
        if digits >= 15 {
            let read = identity::read(&text, false, FAR_DAY);
            return match read.kind {
                IdKind::BankCard if read.valid => Nature::Card,
                IdKind::OrganisationCode | IdKind::Unknown => Nature::Other,
                _ if read.valid => Nature::Identity,
                _ => Nature::Other,
            };
        }
        let figure = number::read_decimal(&text, 4).is_ok() || number::read_money(&text, number::Unit::Yuan).is_ok();
        if figure { Nature::Figure } else { Nature::Other }
    }

    pub fn words(self) -> Words {
        match self {
            Nature::Identity => Words::new("证件号码", "identity numbers"),
            Nature::Card => Words::new("银行卡号", "bank cards"),
            Nature::Mobile => Words::new("手机号码", "telephone numbers"),
            Nature::Day => Words::new("日期", "dates"),
            Nature::Figure => Words::new("数", "numbers"),
            Nature::Words => Words::new("文字", "words"),
            Nature::Other => Words::new("其他内容", "something else"),
        }
    }
}

/// No day of the run is known here, and none is needed: whether a text is a date does not hang on it.
const FAR_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2099, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// A day with its year in four digits, as nothing but a day is written: 1965-03-12, 1965年3月, 19650312.
fn is_written_day(text: &str, digits: usize) -> bool {
    let year = text.get(..4).and_then(|year| year.parse::<u32>().ok());
    let apart = text.chars().nth(4).is_some_and(|c| matches!(c, '-' | '/' | '年') || (c == '.' && digits > 5));
    year.is_some_and(|year| (1900..=2100).contains(&year))
        && (apart || (digits == 8 && text.len() == 8))
        && date::parse_date(text, FAR_DAY, Reach::Open).is_ok()
}

/// What one value says of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Witness {
    For,
    Against,
    Silent,
}

pub(in crate::source) fn witness(cell: &CellRef<'_>, field: &Field) -> Witness {
    use FieldType as Kind;
    use Witness::{Against, For, Silent};
    let text = cell.text;
    let number = matches!(field.kind, Kind::Money | Kind::Decimal | Kind::Integer | Kind::Boolean | Kind::Code);
    // Nobody types a 0 for a value of these kinds; programs write it for none.
    if blank(text).is_some() || cell.kind == CellKind::Error || (!number && text.trim() == "0") {
        return Silent;
    }
    let nature = Nature::of(cell);
    let states_none = nature == Nature::Words && says_none(text);
    match (field.kind, nature) {
        (Kind::Text, _) => Silent,
        (_, Nature::Words) if states_none => Silent,

        (Kind::IdentityNumber, Nature::Identity) => For,
        (Kind::IdentityNumber, Nature::Mobile | Nature::Card | Nature::Day | Nature::Words) => Against,
        (Kind::IdentityNumber, Nature::Figure) if text.contains('.') => Against,
        (Kind::IdentityNumber, _) => {
            let read = identity::read(text, false, FAR_DAY);
            let document = read.valid && !matches!(read.kind, IdKind::OrganisationCode | IdKind::BankCard);
            let damaged = text.chars().filter(|c| c.is_numeric() || matches!(c, '*' | '×' | 'X' | 'x')).count() >= 15;
            if document || damaged { For } else { Silent }
        }

        (Kind::PersonName, Nature::Words | Nature::Other) if text.chars().any(char::is_alphabetic) => {
            if is_term_of_sex(text) || is_place(text) { Against } else { For }
        }
        (Kind::PersonName, Nature::Other) => Silent,
        (Kind::PersonName, _) => Against,

        (Kind::Date | Kind::Month, Nature::Day) => For,
        (Kind::Date | Kind::Month, Nature::Identity | Nature::Mobile | Nature::Card) => Against,
        (Kind::Month, Nature::Figure) => Silent,
        (Kind::Date | Kind::Month, _) => match date::parse_date(text, FAR_DAY, Reach::Open) {
            Err(DateFault::Malformed | DateFault::Impossible) if is_serial(cell) => For,
            Err(DateFault::Malformed) if nature == Nature::Words || is_short_number(text) => Against,
            Err(DateFault::Malformed | DateFault::Impossible) => Silent,
            _ => For,
        },

        (Kind::Money | Kind::Decimal | Kind::Integer, Nature::Figure) => For,
        (Kind::Money | Kind::Decimal | Kind::Integer, Nature::Day) => Silent,
        (Kind::Money | Kind::Decimal | Kind::Integer, Nature::Other) => Silent,
        (Kind::Money | Kind::Decimal | Kind::Integer, _) => Against,

        (Kind::Phone, Nature::Mobile) => For,
        (Kind::Phone, Nature::Identity | Nature::Card | Nature::Day | Nature::Words) => Against,
        (Kind::Phone, _) => {
            if phone::read(text).is_ok() {
                For
            } else {
                Silent
            }
        }

        (Kind::Account, Nature::Words | Nature::Day) => Against,
        (Kind::Account, _) => {
            if account::read(text).is_some() {
                For
            } else {
                Silent
            }
        }

        (Kind::OrganisationCode, Nature::Words | Nature::Mobile | Nature::Day) => Against,
        (Kind::OrganisationCode, _) => {
            if organisation::has_form(&fold(text)) {
                For
            } else {
                Silent
            }
        }

        (Kind::Region | Kind::Address, Nature::Identity | Nature::Card | Nature::Mobile | Nature::Day) => Against,
        (Kind::Region | Kind::Address, Nature::Words | Nature::Other) => For,
        (Kind::Region | Kind::Address, Nature::Figure) => Silent,

        (Kind::Boolean, _) if boolean::parse(text).is_some() => For,
        (Kind::Code, _) if is_term(text, field) => For,
        (
            Kind::Boolean | Kind::Code | Kind::DocumentKind,
            Nature::Identity | Nature::Card | Nature::Mobile | Nature::Day,
        ) => Against,
        (Kind::DocumentKind, Nature::Words) => For,
        (Kind::Boolean | Kind::Code | Kind::DocumentKind, _) => Silent,
    }
}

/// A word for that there is no value, beyond those that every cell may hold.
fn says_none(text: &str) -> bool {
    const BEGIN: [&str; 14] =
        ["无", "無", "未", "没", "不", "待", "暂", "缺", "丢", "遗失", "新生", "正在", "补办", "长期"];
    let text = squeezed(text);
    BEGIN.iter().any(|word| text.starts_with(word))
}

fn is_term_of_sex(text: &str) -> bool {
    matches!(text.trim(), "男" | "女" | "男性" | "女性")
}

/// A text that ends as places do. Some names do too (李小乡), but not those of most people on a list.
fn is_place(text: &str) -> bool {
    const ENDINGS: [&str; 9] = ["省", "市", "县", "镇", "乡", "街道", "村", "社区", "村委会"];
    text.chars().count() >= 3 && ENDINGS.iter().any(|ending| text.trim().ends_with(ending))
}

fn is_serial(cell: &CellRef<'_>) -> bool {
    let whole = cell.text.split('.').next().unwrap_or(cell.text);
    cell.kind == CellKind::Number && whole.len() == 5 && whole.bytes().all(|b| b.is_ascii_digit())
}

/// A count, an age: 65.3 and 6503 may be days in somebody's writing.
fn is_short_number(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_term(text: &str, field: &Field) -> bool {
    field.codes.as_ref().is_some_and(|codes| codes.by_spelling.contains_key(&spelling(text)))
}

/// What the values of one column say of its header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::source) struct ColumnEvidence {
    /// Position on the sheet and field of its schema.
    pub position: u32,
    pub field: usize,
    pub fits: usize,
    pub against: usize,
    /// What most of the values against it are.
    pub nature: Nature,
    /// The reading stands and falls with it: it says whom a row is about, or the schema requires it.
    bears: bool,
}

impl ColumnEvidence {
    /// In [0, 1]: min(1, 2·(f + 1)/(n + 1)) where f of the n values that say anything fit; 1 where n < 3. So a column
    /// half of whose values fit is believed whole.
    fn belief(&self) -> f64 {
        let said = self.fits + self.against;
        if said < ENOUGH { 1.0 } else { (2.0 * (self.fits + 1) as f64 / (said + 1) as f64).min(1.0) }
    }

    /// Whether its values disprove its header.
    pub fn is_contradicted(&self) -> bool {
        self.belief() <= THRESHOLD
    }
}

/// What the first lines below a header say of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::source) struct Evidence {
    /// In column order; columns that the office stated, and those of free text, are not asked.
    pub columns: Vec<ColumnEvidence>,
}

impl Evidence {
    /// Asks the lines below a header. `lines` begin below it.
    pub fn of(found: &Candidate, lines: &[Line], schema: &Schema) -> Evidence {
        let mut columns = Vec::new();
        let rows = data_lines(found, lines, schema);
        for column in found.columns.iter().filter(|column| !column.is_stated()) {
            let Some(field) = column.field else { continue };
            let of = &schema.fields[field];
            if of.kind == FieldType::Text {
                continue;
            }
            let cells: Vec<CellRef<'_>> = rows.iter().filter_map(|line| line.get(column.position)).collect();
            let said: Vec<(Witness, Nature)> = cells.iter().map(|cell| (witness(cell, of), Nature::of(cell))).collect();
            let count = |wanted: Witness| said.iter().filter(|(witness, _)| *witness == wanted).count();
            columns.push(ColumnEvidence {
                position: column.position,
                field,
                fits: count(Witness::For),
                against: count(Witness::Against),
                nature: commonest(said.iter().filter(|(w, _)| *w == Witness::Against).map(|(_, nature)| *nature)),
                bears: bears(field, schema),
            });
        }
        Evidence { columns }
    }

    /// How far the reading is to be trusted, in [0, 1]: the product of the beliefs of the columns that bear it, times
    /// min(1, 2·(2 + Σ beliefs)/(2 + k)) of its k other columns. 1 where the cells say nothing against it.
    pub fn confidence(&self) -> f64 {
        let (bearing, others): (Vec<&ColumnEvidence>, Vec<_>) = self.columns.iter().partition(|column| column.bears);
        let product: f64 = bearing.iter().map(|column| column.belief()).product();
        let sum: f64 = others.iter().map(|column| column.belief()).sum();
        product * (2.0 * (2.0 + sum) / (2.0 + others.len() as f64)).min(1.0)
    }

    pub fn contradicted(&self) -> impl Iterator<Item = &ColumnEvidence> {
        self.columns.iter().filter(|column| column.is_contradicted())
    }
}

/// Whether a reading stands and falls with a field.
fn bears(field: usize, schema: &Schema) -> bool {
    let of = &schema.fields[field];
    of.required
        || schema.key.contains(&field)
        || of.kind == FieldType::IdentityNumber
        || schema.first_of_type(FieldType::PersonName) == Some(field)
}

/// The lines that are rows as far as can be told before the table is: no totals, notes or headers. Another header ends
/// them.
pub(in crate::source) fn data_lines<'l>(found: &Candidate, lines: &'l [Line], schema: &Schema) -> Vec<&'l Line> {
    let mut rows = Vec::new();
    for line in lines {
        // Of a header of several lines each is printed again, those of which hardly a word is known too.
        if found.is_repeated_by(line) {
            continue;
        }
        let words = hits(line, schema);
        if words >= 3 && words * 2 > line.filled() {
            break;
        }
        let total = line.cells().take(3).any(|cell| is_total(&squeezed(cell.text)));
        if !total && (line.filled() >= 2 || found.columns.len() <= 2) {
            rows.push(line);
        }
    }
    rows
}

fn commonest(natures: impl Iterator<Item = Nature>) -> Nature {
    let natures: Vec<Nature> = natures.collect();
    let count = |nature: Nature| natures.iter().filter(|other| **other == nature).count();
    natures.iter().copied().max_by_key(|nature| count(*nature)).unwrap_or(Nature::Other)
}
