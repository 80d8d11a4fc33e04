//! Money and other numbers as written in cells. Only whole-number arithmetic: a binary fraction never touches money.

use thiserror::Error;

use super::numeral;
use super::text::{self, Blank};
use super::words::Words;

pub use super::unit::Unit;

/// A number that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The value in units of the asked scale (cents for money).
    pub value: i128,
    /// True when written decimals beyond the scale were rounded away (half away from zero). Noise of binary fractions beyond 15
    /// significant digits does not count.
    pub rounded: bool,
    /// The unit that the cell itself names.
    pub unit: Option<Unit>,
    /// True when words stand behind or before the number: 500元/月, 约300, 1234(已停).
    pub noted: bool,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumberFault {
    /// The cell is blank.
    #[error("no number: the cell is blank")]
    Empty,
    /// 无, `-`, `/`: somebody stated that there is none, which is not 0.
    #[error("no number: none is stated")]
    StatedNone,
    /// 不详 and the like.
    #[error("no number: stated to be unknown")]
    Unknown,
    /// Two numbers, or digits apart.
    #[error("more than one number in the cell")]
    Several,
    /// A part of one where whole things are counted.
    #[error("not a whole number")]
    NotWhole,
    /// Beyond 18 digits.
    #[error("the number is too large")]
    TooLarge,
    /// A unit that does not measure what was asked.
    #[error("the unit does not fit")]
    WrongUnit,
    /// Anything else.
    #[error("not a number")]
    Malformed,
}

impl NumberFault {
    /// A stable name for tables and scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "number_empty",
            Self::StatedNone => "number_none",
            Self::Unknown => "number_unknown",
            Self::Several => "number_several",
            Self::NotWhole => "number_not_whole",
            Self::TooLarge => "number_too_large",
            Self::WrongUnit => "number_wrong_unit",
            Self::Malformed => "number_malformed",
        }
    }

    /// True where the cell says that there is no number, rather than failing to say one.
    pub fn is_absent(self) -> bool {
        matches!(self, Self::Empty | Self::StatedNone | Self::Unknown)
    }

    /// The fault in words.
    pub fn words(self) -> Words {
        match self {
            Self::Empty => Words { zh: "数值为空", en: "the number is blank" },
            Self::StatedNone => Words { zh: "注明无数值", en: "no number is stated" },
            Self::Unknown => Words { zh: "注明数值不详", en: "the number is stated to be unknown" },
            Self::Several => Words { zh: "一格内有多个数值", en: "more than one number in the cell" },
            Self::NotWhole => Words { zh: "应为整数", en: "a whole number is expected" },
            Self::TooLarge => Words { zh: "数值过大", en: "the number is too large" },
            Self::WrongUnit => Words { zh: "单位不符", en: "the unit does not fit" },
            Self::Malformed => Words { zh: "不是数值", en: "not a number" },
        }
    }
}

/// Amounts are stored in 18 digits.
const LIMIT: i128 = 1_000_000_000_000_000_000;

/// Money in cents: 1,234.50, １２３４, 1234元, 0.12万元, ¥12, (12.00) for minus. A unit in the cell wins over `unit`, which is the column's. See
/// [`read_money`] for whether it was rounded.
pub fn parse_money(written: &str, unit: Unit) -> Result<i128, NumberFault> {
    read_money(written, unit).map(|r| r.value)
}

/// As [`parse_money`], with what was noticed on the way. Fails with [`NumberFault::WrongUnit`] for a unit that is no money.
pub fn read_money(written: &str, unit: Unit) -> Result<Reading, NumberFault> {
    let parts = Parts::read(written)?;
    let power = parts.unit.unwrap_or(unit).money_power().ok_or(NumberFault::WrongUnit)?;
    parts.at_scale(2, power)
}

/// A decimal number in units of 10^-`scale`. A unit behind the number (120㎡, 3亩, 5%) is dropped, 万 and 亿 are multiplied out; money
/// is [`NumberFault::WrongUnit`].
pub fn parse_decimal(written: &str, scale: u32) -> Result<i128, NumberFault> {
    read_decimal(written, scale).map(|r| r.value)
}

/// As [`parse_decimal`], with what was noticed on the way.
pub fn read_decimal(written: &str, scale: u32) -> Result<Reading, NumberFault> {
    let parts = Parts::read(written)?;
    if parts.currency {
        return Err(NumberFault::WrongUnit);
    }
    let power = parts.unit.and_then(Unit::money_power).unwrap_or(0);
    parts.at_scale(scale, power)
}

/// A whole number: 3, 3.0, 3人, 1,000, 三. A fraction is [`NumberFault::NotWhole`].
pub fn parse_integer(written: &str) -> Result<i64, NumberFault> {
    i64::try_from(read_integer(written)?.value).map_err(|_| NumberFault::TooLarge)
}

/// As [`parse_integer`], with what was noticed on the way.
pub fn read_integer(written: &str) -> Result<Reading, NumberFault> {
    let reading = read_decimal(written, 0)?;
    if reading.rounded { Err(NumberFault::NotWhole) } else { Ok(reading) }
}

/// The pieces of a written number: value = ±digits × 10^exponent.
struct Parts {
    negative: bool,
    digits: Vec<u8>,
    exponent: i32,
    unit: Option<Unit>,
    /// A currency is named: 元, ¥. A bare 万 is only a factor.
    currency: bool,
    noted: bool,
}

impl Parts {
    fn read(written: &str) -> Result<Self, NumberFault> {
        match text::blank(written) {
            Some(Blank::Empty) => return Err(NumberFault::Empty),
            Some(Blank::Stated) => return Err(NumberFault::StatedNone),
            Some(Blank::Unknown) => return Err(NumberFault::Unknown),
            None if written.len() > 200 => return Err(NumberFault::Malformed),
            None => {}
        }
        if digits_apart(written) {
            return Err(NumberFault::Several);
        }
        let folded: String = text::fold(&text::clean(written))
            .chars()
            .map(|c| if matches!(c, '−' | '–' | '—' | '‐' | '‑') { '-' } else { c })
            .collect();
        let (rest, bracketed) = match folded.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
            Some(inner) if !inner.contains(['(', ')']) => (inner, true),
            _ => (folded.as_str(), false),
        };
        let (mut rest, mut negative, mut currency, mut noted) = (rest, bracketed, false, false);
        loop {
            const CURRENCY: [&str; 4] = ["¥", "人民币", "RMB", "CNY"];
            const ABOUT: [&str; 4] = ["约", "大约", "共", "计"];
            if let Some(after) = CURRENCY.iter().find_map(|p| rest.strip_prefix(p)) {
                (rest, currency) = (after, true);
            } else if let Some(after) = rest.strip_prefix('+') {
                rest = after;
            } else if let Some(after) = ABOUT.iter().find_map(|p| rest.strip_prefix(p)) {
                (rest, noted) = (after, true);
            } else if let Some(after) = rest.strip_prefix(['-', '负']).filter(|_| !negative) {
                (rest, negative) = (after, true);
            } else {
                break;
            }
        }
        let mut parts = Self { negative, digits: Vec::new(), exponent: 0, unit: None, currency, noted };
        let tail = if rest.starts_with(numeral::is_numeral) { parts.chinese(rest)? } else { parts.western(rest)? };
        parts.tail(tail)?;
        Ok(parts)
    }

    /// A Chinese numeral at the start; gives back what follows. 万元 at its end belongs to the number: 三万元.
    fn chinese<'a>(&mut self, text: &'a str) -> Result<&'a str, NumberFault> {
        let end = text.find(|c| !numeral::is_numeral(c)).unwrap_or(text.len());
        let value = numeral::parse(&text[..end]).ok_or(NumberFault::Malformed)?;
        self.digits = value.to_string().into_bytes().iter().map(|b| b - b'0').collect();
        Ok(&text[end..])
    }

    /// Digits with thousands separators, a decimal point and an exponent; gives back what follows.
    fn western<'a>(&mut self, text: &'a str) -> Result<&'a str, NumberFault> {
        let bytes = text.as_bytes();
        let (mut at, mut group, mut point, mut commas) = (0, 0_usize, None, false);
        while let Some(byte) = bytes.get(at) {
            let digit_next = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
            match byte {
                b'0'..=b'9' => {
                    self.digits.push(byte - b'0');
                    group += 1;
                }
                b',' if point.is_none() && digit_next => {
                    let fits = if commas { group == 3 } else { (1..=3).contains(&group) };
                    if !fits {
                        return Err(NumberFault::Several);
                    }
                    (commas, group) = (true, 0);
                }
                b'.' if point.is_none() => {
                    if commas && group != 3 {
                        return Err(NumberFault::Several);
                    }
                    point = Some(self.digits.len());
                }
                _ => break,
            }
            at += 1;
        }
        if self.digits.is_empty() || (commas && point.is_none() && group != 3) {
            return Err(if commas { NumberFault::Several } else { NumberFault::Malformed });
        }
        self.exponent = point.map_or(0, |p| p as i32 - self.digits.len() as i32);
        let Some(power) = text[at..].strip_prefix('E') else { return Ok(&text[at..]) };
        let end = power.find(|c: char| !c.is_ascii_digit() && !matches!(c, '+' | '-')).unwrap_or(power.len());
        let shift: i32 = power[..end].parse().map_err(|_| NumberFault::Malformed)?;
        if shift.abs() > 60 {
            return Err(NumberFault::TooLarge);
        }
        self.exponent += shift;
        Ok(&power[end..])
    }

    /// The unit and the notes behind the number. Words that might change the value are refused.
    fn tail(&mut self, text: &str) -> Result<(), NumberFault> {
        if text == "-" {
            // Accounting programs of the last century put the sign behind.
            self.negative = !self.negative;
            return Ok(());
        }
        // A longer name comes before its beginning.
        const UNITS: &str = "万元 萬元 亿元 億元 千元 百元 元整 元 圆 块 万 萬 亿 RMB \
            平方米 平米 平方 M2 ㎡ 亩 畝 公顷 % 周岁 岁 个月 个人 口人 人 户 戶 \
            个 口 名 位 套 间 辆 处 次 张 栋 幢 台 家 份 笔 件 天 日 年 月";
        let mut rest = text;
        if let Some(name) = UNITS.split(' ').find(|unit| text.starts_with(unit)) {
            self.unit = Unit::from_name(name);
            let factor = matches!(name, "万" | "萬" | "亿");
            self.currency |= !factor && self.unit.is_some_and(|unit| unit.money_power().is_some());
            rest = &text[name.len()..];
        }
        if matches!(rest, "" | "整" | "正" | "." | "," | "。") {
            return Ok(());
        }
        const NOTES: [&str; 14] = ["(", "[", "【", "/", "每", "左右", "上下", "多", "余", ",", ";", "。", "、", "整"];
        let bracket = rest.starts_with(['(', '[', '【']);
        if !NOTES.iter().any(|n| rest.starts_with(n)) {
            return Err(if rest.contains(|c: char| c.is_ascii_digit()) {
                NumberFault::Several
            } else {
                NumberFault::Malformed
            });
        }
        if !bracket && rest.contains(|c: char| c.is_ascii_digit()) {
            return Err(NumberFault::Several);
        }
        self.noted = true;
        Ok(())
    }

    fn at_scale(mut self, scale: u32, power: u32) -> Result<Reading, NumberFault> {
        self.drop_binary_noise();
        let shift = self.exponent + scale as i32 + power as i32;
        let lead = self.digits.iter().position(|d| *d != 0).unwrap_or(self.digits.len());
        let digits = &self.digits[lead..];
        let keep = digits.len() as i64 + i64::from(shift);
        if keep > 18 && !digits.is_empty() {
            return Err(NumberFault::TooLarge);
        }
        let kept = keep.clamp(0, digits.len() as i64) as usize;
        let mut value = digits[..kept].iter().fold(0_i128, |sum, d| sum * 10 + i128::from(*d));
        for _ in 0..shift.max(0) {
            value = value.checked_mul(10).ok_or(NumberFault::TooLarge)?;
        }
        let dropped = if shift < 0 { &digits[kept..] } else { &[] };
        // With fewer digits than places to drop, the first dropped place is a zero that is not written.
        if keep >= 0 && dropped.first().is_some_and(|d| *d >= 5) {
            value += 1;
        }
        if value >= LIMIT {
            return Err(NumberFault::TooLarge);
        }
        let rounded = dropped.iter().any(|d| *d != 0);
        Ok(Reading { value: if self.negative { -value } else { value }, rounded, unit: self.unit, noted: self.noted })
    }

    /// Spreadsheets hold 15 significant digits; what a reader prints beyond them in the fraction is noise: 0.30000000000000004.
    fn drop_binary_noise(&mut self) {
        let lead = self.digits.iter().position(|d| *d != 0).unwrap_or(0);
        let excess = self.digits.len().saturating_sub(lead + 15).min(self.exponent.min(0).unsigned_abs() as usize);
        if excess == 0 {
            return;
        }
        let cut = self.digits.len() - excess;
        let up = self.digits.get(cut).is_some_and(|d| *d >= 5);
        self.digits.truncate(cut);
        self.exponent += excess as i32;
        let mut carry = up;
        for digit in self.digits.iter_mut().rev() {
            if !carry {
                break;
            }
            carry = *digit == 9;
            *digit = if carry { 0 } else { *digit + 1 };
        }
        if carry {
            self.digits.insert(0, 1);
        }
    }
}

/// True when white space stands between two digits: 1200 800 may be two amounts.
fn digits_apart(text: &str) -> bool {
    let mut seen = (false, false);
    for c in text.chars().map(text::narrow) {
        if c.is_ascii_digit() {
            if seen == (true, true) {
                return true;
            }
            seen = (true, false);
        } else if text::is_space(c) {
            seen.1 = seen.0;
        } else {
            seen = (false, false);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn money_is_read_in_every_dress() {
        for (written, cents) in [
            ("1,234.50", 123_450),
            ("１２３４", 123_400),
            ("1234元", 123_400),
            ("0.12万元", 120_000),
            ("¥12", 1_200),
            ("￥12.5元", 1_250),
            ("(12.00)", -1_200),
            ("（12）", -1_200),
            ("-300", -30_000),
            ("－300", -30_000),
            ("300-", -30_000),
            ("0", 0),
            ("0.00", 0),
            ("1.2E+05", 12_000_000),
            ("1.5e3", 150_000),
            ("12E-2", 12),
            ("1234元(已停)", 123_400),
            ("500元/月", 50_000),
            ("300元每人", 30_000),
            ("300/月", 30_000),
            ("1.5万", 1_500_000),
            ("约300元", 30_000),
            ("三千元", 300_000),
            ("壹仟贰佰元整", 120_000),
            ("三万元", 3_000_000),
            (".5", 50),
            ("5.", 500),
            ("'640.03", 64_003),
            ("0.30000000000000004", 30),
            ("53.330000000000005", 5_333),
            ("9.999999999999999", 1_000),
        ] {
            assert_eq!(parse_money(written, Unit::Yuan), Ok(cents), "{written}");
        }
        assert_eq!(parse_money("0.12", Unit::TenThousandYuan), Ok(120_000));
        assert_eq!(parse_money("1200元", Unit::TenThousandYuan), Ok(120_000));
    }

    #[test]
    fn none_blank_and_zero_differ() {
        for (written, fault) in [
            ("", NumberFault::Empty),
            ("-", NumberFault::StatedNone),
            ("/", NumberFault::StatedNone),
            ("无", NumberFault::StatedNone),
            ("不详", NumberFault::Unknown),
            ("1200 800", NumberFault::Several),
            ("1,23", NumberFault::Several),
            ("300元,400元", NumberFault::Several),
            ("一些", NumberFault::Malformed),
            ("abc", NumberFault::Malformed),
            ("1.2.3", NumberFault::Several),
            ("12345678901234567890", NumberFault::TooLarge),
            ("1E99", NumberFault::TooLarge),
            ("3人", NumberFault::WrongUnit),
            ("2套", NumberFault::WrongUnit),
            ("3天", NumberFault::WrongUnit),
            ("6个月", NumberFault::WrongUnit),
            ("一万二", NumberFault::Malformed),
        ] {
            assert_eq!(parse_money(written, Unit::Yuan), Err(fault), "{written}");
        }
    }

    #[test]
    fn rounding_is_said_and_goes_away_from_zero() {
        let read = |w| read_money(w, Unit::Yuan).map(|r| (r.value, r.rounded));
        assert_eq!(read("1.005"), Ok((101, true)));
        assert_eq!(read("-1.005"), Ok((-101, true)));
        assert_eq!(read("1.0049"), Ok((100, true)));
        assert_eq!(read("1.500"), Ok((150, false)));
        assert_eq!(read("0.001"), Ok((0, true)));
        assert_eq!(read("0.30000000000000004"), Ok((30, false)));
    }

    #[test]
    fn counts_and_areas() {
        assert_eq!(parse_integer("3"), Ok(3));
        assert_eq!(parse_integer("3.0"), Ok(3));
        assert_eq!(parse_integer("3人"), Ok(3));
        assert_eq!(parse_integer("三"), Ok(3));
        assert_eq!(parse_integer("一"), Ok(1));
        assert_eq!(parse_integer("1,000"), Ok(1000));
        assert_eq!(parse_integer("3.5"), Err(NumberFault::NotWhole));
        assert_eq!(parse_decimal("85.6㎡", 4), Ok(856_000));
        assert_eq!(parse_decimal("85.6平方米", 4), Ok(856_000));
        assert_eq!(parse_integer("2套"), Ok(2));
        assert_eq!(parse_integer("3口人"), Ok(3));
        assert_eq!(parse_integer("1.2万"), Ok(12_000));
        assert_eq!(parse_integer("3元"), Err(NumberFault::WrongUnit));
        for money in ["500元", "¥500", "1.2万元", "RMB500"] {
            assert_eq!(parse_decimal(money, 4), Err(NumberFault::WrongUnit), "{money}");
        }
        assert_eq!(parse_decimal("2亩", 4), Ok(20_000));
        assert_eq!(parse_decimal("12.5%", 4), Ok(125_000));
    }

    proptest! {
        #[test]
        fn nothing_panics(written in "\\PC*|[0-9,.E+()元万¥-]{0,40}") {
            let _ = (read_money(&written, Unit::Yuan), read_decimal(&written, 4), parse_integer(&written));
        }

        #[test]
        fn cents_come_back(cents in -99_999_999_999_i64..99_999_999_999) {
            let written = format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
            prop_assert_eq!(parse_money(&written, Unit::Yuan), Ok(i128::from(cents)));
        }
    }
}
