//! What a column of an unknown table holds, guessed from its values and its title. A guess is offered to a person, and
//! never used to read a row.

use chrono::NaiveDate;
use pinyin::ToPinyin;

use super::{account, boolean, date, identity, name, number, organisation, phone, region, text};

/// What the values of a column look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    IdentityNumber,
    OrganisationCode,
    Phone,
    PersonName,
    Region,
    Address,
    Date,
    Month,
    Money,
    Integer,
    Decimal,
    Boolean,
    Account,
    Text,
}

impl Shape {
    /// The word for it in a schema file.
    pub fn as_str(self) -> &'static str {
        match self {
            Shape::IdentityNumber => "identity_number",
            Shape::OrganisationCode => "organisation_code",
            Shape::Phone => "phone",
            Shape::PersonName => "person_name",
            Shape::Region => "region",
            Shape::Address => "address",
            Shape::Date => "date",
            Shape::Month => "month",
            Shape::Money => "money",
            Shape::Integer => "integer",
            Shape::Decimal => "decimal",
            Shape::Boolean => "boolean",
            Shape::Account => "account",
            Shape::Text => "text",
        }
    }
}

/// So many of a column's values must have a shape, since dirty columns hold other things too.
const ENOUGH: f64 = 0.8;
/// Where a title says what its column is, fewer are enough.
const ENOUGH_WITH_TITLE: f64 = 0.5;
const MONEY_WORDS: [&str; 10] = ["金额", "费", "收入", "支出", "工资", "补贴", "救助金", "资金", "元", "价"];
const NAME_WORDS: [&str; 4] = ["姓名", "户主", "名字", "监护人"];
const NUMBER_WORDS: [&str; 3] = ["身份证", "身份号码", "残疾证"];
const ADDRESS_WORDS: [&str; 3] = ["住址", "地址", "居住地"];
const ACCOUNT_WORDS: [&str; 4] = ["账号", "帐号", "卡号", "一卡通"];

/// The shape of a column with this title and these values, blank ones among them; `today` bounds birth dates.
///
/// The narrower shape goes first: an identity number is also an account's digits, and a day also a month. A column
/// without values goes by its title alone.
pub fn shape(title: &str, values: &[&str], today: NaiveDate) -> Shape {
    let filled: Vec<&str> = values.iter().copied().filter(|value| text::blank(value).is_none()).collect();
    let titled = |words: &[&str]| words.iter().any(|word| title.contains(word));
    let share = |is: &dyn Fn(&str) -> bool| {
        let count = filled.iter().filter(|value| is(value)).count();
        if filled.is_empty() { 0.0 } else { count as f64 / filled.len() as f64 }
    };
    let most = |is: &dyn Fn(&str) -> bool| share(is) >= ENOUGH;
    let many = |is: &dyn Fn(&str) -> bool| filled.is_empty() || share(is) >= ENOUGH_WITH_TITLE;

    let is_number_of_somebody = |value: &str| {
        let read = identity::read(value, false, today);
        read.valid && !matches!(read.kind, identity::IdKind::BankCard | identity::IdKind::OrganisationCode)
    };
    // Not an address that begins with one.
    let is_region = |value: &str| {
        region::by_name(value, None).is_some_and(|found| found.name == value || region::stem(found.name) == Some(value))
    };
    let is_day = |value: &str| date::parse_date(value, today, date::Reach::Open).is_ok();
    let is_figure = |value: &str| number::parse_decimal(value, 4).is_ok();
    // A name that begins with a known surname; most texts of two or three characters do not.
    let is_name = |value: &str| {
        let length = value.chars().count();
        (2..=4).contains(&length) && value.chars().all(is_han)
    };
    if share(&is_number_of_somebody) >= ENOUGH_WITH_TITLE || (titled(&NUMBER_WORDS) && many(&is_long_number)) {
        Shape::IdentityNumber
    } else if most(&|value| organisation::is_valid(value)) {
        Shape::OrganisationCode
    } else if most(&|value| phone::read(value).is_ok()) {
        Shape::Phone
    } else if titled(&ACCOUNT_WORDS) && many(&|value| account::read(value).is_some()) {
        Shape::Account
    } else if titled(&MONEY_WORDS) && many(&is_figure) {
        Shape::Money
    } else if most(&is_month) || (title.contains('月') && !title.contains('日') && filled.is_empty()) {
        Shape::Month
    } else if most(&|value| is_day(value) && value.chars().count() >= 6) {
        Shape::Date
    } else if !filled.is_empty() && most(&|value| number::parse_integer(value).is_ok() && is_figure(value)) {
        Shape::Integer
    } else if most(&is_figure) {
        Shape::Decimal
    } else if titled(&NAME_WORDS) && many(&is_name) {
        Shape::PersonName
    } else if most(&is_region) {
        Shape::Region
    } else if titled(&ADDRESS_WORDS) {
        Shape::Address
    } else if most(&|value| boolean::parse(value).is_some()) {
        Shape::Boolean
    } else if most(&|value| is_name(value) && name::surname_len(value) > 1) {
        Shape::PersonName
    } else {
        Shape::Text
    }
}

/// A plain name for a column or table: the toneless pinyin of a title in small letters and underscores, at most six words;
/// `fallback` where nothing of it can be spelt.
pub fn plain_name(title: &str, fallback: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut latin = false;
    for c in title.chars() {
        let continues = latin && c.is_ascii_alphanumeric();
        latin = c.is_ascii_alphanumeric();
        match (c.to_pinyin(), words.last_mut()) {
            (Some(syllable), _) => words.push(syllable.plain().replace('ü', "v")),
            (None, Some(word)) if continues => word.push(c.to_ascii_lowercase()),
            (None, _) if latin => words.push(c.to_ascii_lowercase().to_string()),
            (None, _) => {}
        }
    }
    let begins = words.iter().position(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    let words: Vec<String> = begins.map_or_else(Vec::new, |from| words.into_iter().skip(from).take(6).collect());
    if words.is_empty() { fallback.to_owned() } else { words.join("_") }
}

fn is_han(c: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

fn is_long_number(value: &str) -> bool {
    value.chars().filter(char::is_ascii_digit).count() >= 15
}

/// A year and a month and no day: 2025-06, 2025年6月, 202506.
fn is_month(value: &str) -> bool {
    let parts: Vec<&str> = value.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (year, month) = match parts[..] {
        [year, month] if year.len() == 4 => (year, month),
        [both] if both.len() == 6 && value.len() == 6 => both.split_at(4),
        _ => return false,
    };
    let within = |text: &str, first: u32, last: u32| text.parse().is_ok_and(|n: u32| (first..=last).contains(&n));
    within(year, 1900, 2100) && within(month, 1, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(title: &str, values: &[&str]) -> Shape {
        shape(title, values, NaiveDate::from_ymd_opt(2025, 12, 15).unwrap())
    }

    #[test]
    fn values_tell_what_a_column_is_whatever_its_title() {
        assert_eq!(of("甲", &["362401196503120012", "36240119650312001X", ""]), Shape::IdentityNumber);
        assert_eq!(of("乙", &["13907961111", "0796-8222222"]), Shape::Phone);
        assert_eq!(of("丙", &["2025-06-01", "1999年3月4日", "无"]), Shape::Date);
        assert_eq!(of("丁", &["202506", "2025年6月", "2025-12"]), Shape::Month);
        assert_eq!(of("戊", &["12.5", "３", "1,200.50"]), Shape::Decimal);
        assert_eq!(of("己", &["3", "12", "0"]), Shape::Integer);
        assert_eq!(of("庚", &["是", "否", "是"]), Shape::Boolean);
        assert_eq!(of("辛", &["吉安县", "泰和县"]), Shape::Region);
        assert_eq!(of("壬", &["修路时摔伤", "无", "务工"]), Shape::Text);
    }

    #[test]
    fn a_title_says_what_plain_figures_are() {
        assert_eq!(of("补助金额（元）", &["300", "450.5"]), Shape::Money);
        assert_eq!(of("银行卡号", &["6228480402564890018", "6228480402564890026"]), Shape::Account);
        assert_eq!(of("党员姓名", &["王小明", "李秀莲"]), Shape::PersonName);
        assert_eq!(of("家庭住址", &["敦厚镇北门村3组", "文山路12号"]), Shape::Address);
    }

    #[test]
    fn a_column_without_values_goes_by_its_title() {
        assert_eq!(of("身份证号码", &[]), Shape::IdentityNumber);
        assert_eq!(of("发放月份", &[""]), Shape::Month);
        assert_eq!(of("备注", &["", "无"]), Shape::Text);
    }

    #[test]
    fn a_title_becomes_a_name_that_sql_needs_no_quotes_for() {
        assert_eq!(plain_name("党员姓名", "column"), "dang_yuan_xing_ming");
        assert_eq!(plain_name("2025年QR码（扫）", "column"), "nian_qr_ma_sao");
        assert_eq!(plain_name("单位名称", "column"), "dan_wei_ming_cheng");
        assert_eq!(plain_name("（）", "column"), "column");
    }
}
