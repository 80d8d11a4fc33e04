//! What is to be said about an identity number.

use super::super::words::Words;

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// To be looked at; the number still stands.
    Warning,
    /// The number does not stand as written.
    Error,
}

impl Severity {
    /// `note`, `warning`, `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! remarks {
    ($($(#[$doc:meta])* $name:ident, $severity:ident, $code:literal, $zh:literal, $en:literal;)*) => {
        /// The reason behind a verdict on a number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum RemarkCode { $($(#[$doc])* $name,)* }

        impl RemarkCode {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// A stable name for tables and scripts.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The weight that the remark always has.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// The remark in words.
            pub fn words(self) -> Words {
                match self { $(Self::$name => Words { zh: $zh, en: $en },)* }
            }
        }
    };
}

remarks! {
    /// Nothing was written.
    Blank, Note, "blank", "证件号码为空", "the number is blank";
    /// 无, `-`, `/`, 不详.
    StatedNone, Warning, "stated_none", "注明无证件号码或不详", "stated to have no number, or an unknown one";
    /// Digits that are typed to fill the field.
    Placeholder, Error, "placeholder", "占位号码，不是真实号码", "a filler, not a number";
    /// Width, spaces, apostrophes: typing only.
    Cleaned, Note, "cleaned", "已去除空格、全角或引号等书写痕迹", "spaces, full-width characters or quotes were removed";
    /// O for 0, l for 1, × or Х for X.
    LookAlike, Warning, "look_alike", "形近字符已更正（如 O→0、l→1、×→X）", "look-alike characters were replaced (such as O by 0, l by 1)";
    /// The form of before 1999.
    FifteenDigits, Note, "fifteen_digits", "15位旧号码，已换算为18位", "a 15-digit number, converted to 18 digits";
    /// Sequence 996-999 of a 15-digit number.
    Centenarian, Warning, "centenarian_sequence", "顺序码996-999为百岁老人专用，出生于18xx年", "the sequences 996-999 mark somebody born in 18xx";
    /// The last character does not belong to the rest.
    BadCheck, Error, "bad_check", "校验码不符", "the check character is wrong";
    /// No such day.
    BadDate, Error, "bad_date", "出生日期不存在", "the birth date does not exist";
    /// Born after today.
    FutureDate, Error, "future_date", "出生日期在未来", "the birth date lies in the future";
    /// Older than 120.
    OverAge, Warning, "over_age", "年龄超过120岁", "older than 120 years";
    /// Sequence 000 is never given.
    SequenceZero, Error, "sequence_zero", "顺序码为000", "the sequence is 000";
    /// A character that cannot stand there.
    BadCharacter, Error, "bad_character", "含有不应出现的字符", "a character that does not belong there";
    /// Too many or too few characters.
    WrongLength, Error, "wrong_length", "位数不对", "the wrong number of characters";
    /// In no list of regions.
    RegionUnknown, Warning, "region_unknown", "行政区划代码不在任何名录中", "the region code is in no list";
    /// Retired before the birth.
    RegionRetired, Warning, "region_retired", "行政区划代码在出生前已停用", "the region code was retired before the birth";
    /// Created after the birth.
    RegionLater, Note, "region_later", "行政区划代码启用晚于出生（补登记或迁移）", "the region code is younger than the person (late registration)";
    /// 市辖区 and the like.
    RegionSpecial, Note, "region_special", "行政区划代码为市辖区或上级代码", "the region code is a filler or names a whole city or province";
    /// A number cell holds 15 digits.
    PrecisionLost, Error, "precision_lost", "以数值存储，15位以后的数字已丢失", "stored as a number: the digits beyond the 15th are lost";
    /// A text that ends as lost digits do.
    RoundedTail, Warning, "rounded_tail", "末三位为000，可能在电子表格中丢失精度", "ends in 000 as numbers do that a spreadsheet has rounded";
    /// Two numbers in the cell.
    SeveralNumbers, Warning, "several_numbers", "一格内有多个号码，取第一个", "several numbers in the cell; the first is taken";
    /// Words beside the number.
    NoteDropped, Note, "note_dropped", "号码旁的文字说明已去除", "words beside the number were left out";
    /// Stars for digits.
    Masked, Error, "masked", "号码已脱敏", "the number is masked";
    /// Two kinds fit.
    AmbiguousKind, Warning, "ambiguous_kind", "证件种类不能确定", "the kind of document is uncertain";
    /// The last two characters of a travel permit.
    RenewalDropped, Note, "renewal_dropped", "已去除换证次数（末两位）", "the renewal count (last two digits) was left out";
    /// Matches no document.
    UnknownForm, Error, "unknown_form", "不符合任何已知证件的格式", "matches no known document";
    /// A mobile number in the wrong column.
    LooksLikePhone, Error, "looks_like_phone", "像手机号码", "looks like a mobile number";
    /// A date in the wrong column.
    LooksLikeDate, Error, "looks_like_date", "像日期", "looks like a date";
    /// Category not 1-7 or level not 1-4.
    BadDisability, Error, "bad_disability", "残疾类别或等级代码不对", "the disability category or level is wrong";
}

/// One remark on one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remark {
    /// The reason.
    pub code: RemarkCode,
    /// Its weight.
    pub severity: Severity,
    /// The character it is about, counted from 1 in the cleaned number.
    pub position: Option<usize>,
}

impl Remark {
    /// The remark in Chinese (`true`) or English.
    pub fn message(&self, zh: bool) -> String {
        let text = self.code.words().pick(zh);
        match (self.position, zh) {
            (Some(at), true) => format!("{text}（第{at}位）"),
            (Some(at), false) => format!("{text} (character {at})"),
            (None, _) => text.to_owned(),
        }
    }
}

impl From<RemarkCode> for Remark {
    fn from(code: RemarkCode) -> Self {
        Self { code, severity: code.severity(), position: None }
    }
}
