//! Dates and months as clerks write them. Nothing is guessed: what has two readings is a fault.

use chrono::{Datelike, Days, NaiveDate};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::numeral;
use super::text::{self, Blank};
use super::words::Words;

/// How much of a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Year, month and day.
    Day,
    /// Year and month; the date is the month's first day.
    Month,
    /// The year only; the date is 1 January.
    Year,
}

/// A date that was read and how exact it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedDate {
    /// The day, or the first day of the month or year.
    pub date: NaiveDate,
    /// What was written of it.
    pub precision: Precision,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateFault {
    /// The cell is blank.
    #[error("no date: the cell is blank")]
    Empty,
    /// 无, `-`, `/`.
    #[error("no date: none is stated")]
    StatedNone,
    /// 不详 and the like.
    #[error("no date: stated to be unknown")]
    Unknown,
    /// 长期, 永久, 9999-12-31: a period without an end.
    #[error("no date: a period without an end")]
    OpenEnded,
    /// A two-digit year of either century, or day and month that could be exchanged.
    #[error("the date can be read in two ways")]
    Ambiguous,
    /// A day that no calendar has (30 February), or a year outside 1800-2199.
    #[error("there is no such day")]
    Impossible,
    /// A day of the farmers' calendar.
    #[error("the date is of the lunar calendar")]
    Lunar,
    /// Two dates or a period in one cell.
    #[error("more than one date in the cell")]
    Several,
    /// A year where a month is needed.
    #[error("the month is missing")]
    NoMonth,
    /// Anything else.
    #[error("not a date")]
    Malformed,
}

impl DateFault {
    /// A stable name for tables and scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "date_empty",
            Self::StatedNone => "date_none",
            Self::Unknown => "date_unknown",
            Self::OpenEnded => "date_open_ended",
            Self::Ambiguous => "date_ambiguous",
            Self::Impossible => "date_impossible",
            Self::Lunar => "date_lunar",
            Self::Several => "date_several",
            Self::NoMonth => "date_no_month",
            Self::Malformed => "date_malformed",
        }
    }

    /// True where the cell says that there is no date, rather than failing to say one.
    pub fn is_absent(self) -> bool {
        matches!(self, Self::Empty | Self::StatedNone | Self::Unknown | Self::OpenEnded)
    }

    /// The fault in words.
    pub fn words(self) -> Words {
        match self {
            Self::Empty => Words { zh: "日期为空", en: "the date is blank" },
            Self::StatedNone => Words { zh: "注明无日期", en: "no date is stated" },
            Self::Unknown => Words { zh: "注明日期不详", en: "the date is stated to be unknown" },
            Self::OpenEnded => Words { zh: "长期，无终止日期", en: "a period without an end" },
            Self::Ambiguous => Words {
                zh: "日期有两种读法，请写四位年份并按年月日排列",
                en: "the date can be read in two ways; write a four-digit year first",
            },
            Self::Impossible => Words { zh: "日期不存在", en: "there is no such day" },
            Self::Lunar => {
                Words { zh: "农历日期，请换算为公历", en: "a lunar date; convert it to the solar calendar" }
            }
            Self::Several => Words { zh: "一格内有多个日期", en: "more than one date in the cell" },
            Self::NoMonth => Words { zh: "缺少月份", en: "the month is missing" },
            Self::Malformed => Words { zh: "不是日期", en: "not a date" },
        }
    }
}

/// Where the dates of a column can lie: this decides the century of two-digit years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not after today: births, and whatever else has happened. A year above today's own is of the last century, any other is
    /// [`DateFault::Ambiguous`].
    Past,
    /// After today as well: ends of periods, days of expiry. The year within a generation (30 years) of today is meant; where none is,
    /// the date is [`DateFault::Ambiguous`].
    Open,
}

/// Years to either side of today within which a two-digit year is looked for.
const GENERATION: i32 = 30;

/// Reads a date in any form in use: 19500101, 1950-1-1, 1950.1, 1950/01/01, 1950年1月1日, 一九五〇年一月一日, 50.1.1, with or without a time of
/// day. A day or month written 00 means that it is not known. `today` and `reach` decide the century of two-digit years. Six digits that
/// are a month and a day alike (200105) are [`DateFault::Ambiguous`]. Days in the future are dates; whether they are plausible is not asked
/// here.
pub fn parse_date(written: &str, today: NaiveDate, reach: Reach) -> Result<ParsedDate, DateFault> {
    parse(written, today, reach, false)
}

/// `month`: only the month is asked for, so that six digits are a year and a month wherever they can be.
fn parse(written: &str, today: NaiveDate, reach: Reach, month: bool) -> Result<ParsedDate, DateFault> {
    // The two forms that machines write need no tidying.
    if let Some(found) = machine_form(written.as_bytes()) {
        return found;
    }
    match text::blank(written) {
        Some(Blank::Empty) => return Err(DateFault::Empty),
        Some(Blank::Stated) => return Err(DateFault::StatedNone),
        Some(Blank::Unknown) => return Err(DateFault::Unknown),
        None if written.len() > 120 => return Err(DateFault::Malformed),
        None => {}
    }
    let tidy = tidy(written);
    if ["长期", "長期", "永久", "至今", "无期限", "无固定期限"].contains(&tidy.as_str()) {
        return Err(DateFault::OpenEnded);
    }
    if tidy.contains("农历") || tidy.contains("農曆") || tidy.contains("阴历") || tidy.contains("陰曆") {
        return Err(DateFault::Lunar);
    }
    let plain = without_time(&tidy)
        .trim_end_matches(|c: char| matches!(c, '.' | ',' | '生' | '起' | '止') || c.is_whitespace());
    let plain = plain.strip_suffix('出').unwrap_or(plain);
    let parts = numbers(plain)?;
    if let [run] = parts.as_slice() {
        return compact(run, month, |year, month, day| two_digit(year, month, day, today, reach));
    }
    let two_digit = |year, month, day| two_digit(year, month, day, today, reach);
    let values: Vec<u32> = parts.iter().filter_map(|p| p.parse().ok()).collect();
    match (parts.as_slice(), values.as_slice()) {
        ([first, _], [year, month]) if first.len() == 4 => build(*year, *month, 0),
        // Without 年, 50.1 could be a decimal, and 5月1日 has no year.
        ([first, _], [_, month]) if first.len() == 2 && plain.contains('年') => two_digit(first, *month, 0),
        ([first, _, _], [year, month, day]) if first.len() == 4 => build(*year, *month, *day),
        ([_, _, last], [a, b, year]) if last.len() == 4 => match (*a, *b) {
            (a, b) if a == b => build(*year, a, b),
            (day, month) if day > 12 && month <= 12 => build(*year, month, day),
            (month, day) if day > 12 && month <= 12 => build(*year, month, day),
            (a, b) if a <= 12 && b <= 12 => Err(DateFault::Ambiguous),
            _ => Err(DateFault::Impossible),
        },
        ([first, _, _], [_, month, day]) if first.len() == 2 => two_digit(first, *month, *day),
        ([..], values) if values.len() > 3 => Err(DateFault::Several),
        _ => Err(DateFault::Malformed),
    }
}

/// 20250601 and 2025-06-01, by bytes alone.
fn machine_form(bytes: &[u8]) -> Option<Result<ParsedDate, DateFault>> {
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        bytes.get(range)?.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let (month, day) = match bytes {
        [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _] => (5..7, 8..10),
        [_, _, _, _, _, _, _, _] => (4..6, 6..8),
        _ => return None,
    };
    Some(build(digits(0..4)?, digits(month)?, digits(day)?))
}

/// NFKC, every kind of dash as `-`, Chinese numerals as digits, invisible characters gone, ends trimmed.
fn tidy(written: &str) -> String {
    let even: String = written
        .nfkc()
        .filter(|c| !text::is_invisible(*c))
        .map(|c| match c {
            '—' | '–' | '―' | '‐' | '‑' | '−' | '─' | '_' => '-',
            '。' | '·' | '・' | '•' | '、' | ',' => '.',
            '\\' => '/',
            c if text::is_space(c) => ' ',
            c => c,
        })
        .collect();
    let even = even.trim_matches(|c| matches!(c, ' ' | '\'' | '`' | '‘' | '’' | '"'));
    numeral::to_digits(even)
}

/// Cuts a time of day off: ` 00:00:00`, `T08:30:00.000+08:00`, ` 上午8时`.
fn without_time(text: &str) -> &str {
    let cut = match text.find(':') {
        Some(colon) => text[..colon]
            .rfind([' ', 'T', 't', '日'])
            .map(|at| if text[at..].starts_with('日') { at + '日'.len_utf8() } else { at }),
        None => text.find(['时', '時', '点']).and_then(|at| text[..at].rfind(' ')),
    };
    cut.map_or(text, |at| &text[..at])
}

/// The runs of digits between separators that a date may have. Other letters, or a sign that a period is meant, are faults.
fn numbers(text: &str) -> Result<Vec<&str>, DateFault> {
    let mut parts = Vec::with_capacity(3);
    let mut start = None;
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => {
                start.get_or_insert(at);
                continue;
            }
            '-' | '.' | '/' | ' ' | '年' | '月' | '日' | '号' | '號' | '份' => {}
            '至' | '~' | '到' | ';' | '(' | '\u{301C}' => {
                return Err(if parts.len() + usize::from(start.is_some()) > 0 {
                    DateFault::Several
                } else {
                    DateFault::Malformed
                });
            }
            _ => return Err(DateFault::Malformed),
        }
        if let Some(from) = start.take() {
            parts.push(&text[from..at]);
        }
    }
    if let Some(from) = start {
        parts.push(&text[from..]);
    }
    if text.starts_with(['-', '.', '/']) || parts.is_empty() { Err(DateFault::Malformed) } else { Ok(parts) }
}

/// Digits without separators: 1950, 195001, 500101, 19500101, 19500101083000.
fn compact(
    run: &str,
    month_asked: bool,
    two_digit: impl Fn(&str, u32, u32) -> Result<ParsedDate, DateFault>,
) -> Result<ParsedDate, DateFault> {
    let field =
        |from: usize, to: usize| run.get(from..to).and_then(|d| d.parse::<u32>().ok()).ok_or(DateFault::Malformed);
    match run.len() {
        4 => build(field(0, 4)?, 0, 0),
        6 => {
            let (year, month) = (field(0, 4)?, field(4, 6)?);
            let is_month = (1850..2200).contains(&year) && (1..=12).contains(&month);
            // Month 1 to 12 twice over: 200105 is May 2001 or 5 January of a year 20.
            let is_day = (1..=12).contains(&field(2, 4)?);
            match (is_month, is_day) {
                (true, true) if !month_asked => Err(DateFault::Ambiguous),
                (true, _) => build(year, month, 0),
                (false, _) => two_digit(&run[..2], field(2, 4)?, field(4, 6)?),
            }
        }
        8 | 12 | 14 => build(field(0, 4)?, field(4, 6)?, field(6, 8)?),
        _ => Err(DateFault::Malformed),
    }
}

/// The full year of a two-digit one, where only one century is possible.
fn century(year: &str, today: NaiveDate, reach: Reach) -> Result<u32, DateFault> {
    let short: i32 = year.parse().map_err(|_| DateFault::Malformed)?;
    let this_century = today.year() - today.year().rem_euclid(100) + short;
    let full = match reach {
        Reach::Past => Some(this_century - 100).filter(|_| this_century > today.year()),
        Reach::Open => [this_century - 100, this_century, this_century + 100]
            .into_iter()
            .find(|year| (year - today.year()).abs() <= GENERATION),
    };
    full.and_then(|year| u32::try_from(year).ok()).ok_or(DateFault::Ambiguous)
}

fn two_digit(year: &str, month: u32, day: u32, today: NaiveDate, reach: Reach) -> Result<ParsedDate, DateFault> {
    if month > 12 || day > 31 {
        return Err(DateFault::Impossible);
    }
    build(century(year, today, reach)?, month, day)
}

/// Puts the three numbers together; 0 for a month or day means not known.
fn build(year: u32, month: u32, day: u32) -> Result<ParsedDate, DateFault> {
    if year == 9999 {
        return Err(DateFault::OpenEnded);
    }
    if !(1800..2200).contains(&year) || (month == 0 && day > 0) {
        return Err(DateFault::Impossible);
    }
    let precision = match (month, day) {
        (0, _) => Precision::Year,
        (_, 0) => Precision::Month,
        _ => Precision::Day,
    };
    let date = NaiveDate::from_ymd_opt(year as i32, month.max(1), day.max(1)).ok_or(DateFault::Impossible)?;
    Ok(ParsedDate { date, precision })
}

/// Reads a month: 202506, 2025-06, 2025年6月, 2025.6, or any full date. A text is taken as written: 2025.1 is January and 2025.10 is October
/// (a numeric cell can no longer tell the two apart: its reader must say so).
pub fn parse_month(written: &str, today: NaiveDate, reach: Reach) -> Result<(i32, u32), DateFault> {
    let parsed = parse(written, today, reach, true)?;
    if parsed.precision == Precision::Year {
        return Err(DateFault::NoMonth);
    }
    Ok((parsed.date.year(), parsed.date.month()))
}

/// The day of an Excel serial number; a fraction is a time of day and is dropped. The 1900 system counts a 29 February 1900 that
/// never was (serial 60 is a fault); the 1904 system begins at 1 January 1904 = 0.
pub fn excel_serial(days: f64, is_1904: bool) -> Result<NaiveDate, DateFault> {
    if !days.is_finite() || !(0.0..110_000.0).contains(&days) {
        return Err(DateFault::Impossible);
    }
    let whole = days.floor() as u64;
    let epoch = match (is_1904, whole) {
        (true, _) => (1904, 1, 1),
        (false, 0 | 60) => return Err(DateFault::Impossible),
        (false, 1..60) => (1899, 12, 31),
        (false, _) => (1899, 12, 30),
    };
    NaiveDate::from_ymd_opt(epoch.0, epoch.1, epoch.2)
        .and_then(|e| e.checked_add_days(Days::new(whole)))
        .ok_or(DateFault::Impossible)
}

/// Completed years at a day: the birthday counts, somebody born on 29 February comes of age on 1 March in common years. Negative before birth.
pub fn age_on(birth: NaiveDate, day: NaiveDate) -> i32 {
    let years = day.year() - birth.year();
    if (day.month(), day.day()) < (birth.month(), birth.day()) { years - 1 } else { years }
}

#[cfg(test)]
mod tests;
