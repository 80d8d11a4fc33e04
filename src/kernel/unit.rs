//! Units of measure, as named in headers and cells.

use super::text;

/// What a number counts, as named in a header or a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 元.
    Yuan,
    /// 百元.
    HundredYuan,
    /// 千元.
    ThousandYuan,
    /// 万元.
    TenThousandYuan,
    /// 亿元.
    HundredMillionYuan,
    /// 平方米, ㎡.
    SquareMetre,
    /// 亩.
    Mu,
    /// 公顷.
    Hectare,
    /// 人.
    Person,
    /// 户.
    Household,
    /// %.
    Percent,
    /// 年.
    Year,
    /// 月.
    Month,
    /// 日, 天.
    Day,
    /// 岁.
    YearOfAge,
    /// 个, 套, 间, 辆, 次 and whatever else single things are counted by.
    Piece,
}

impl Unit {
    /// The unit's usual Chinese name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::HundredYuan => "百元",
            Self::ThousandYuan => "千元",
            Self::TenThousandYuan => "万元",
            Self::HundredMillionYuan => "亿元",
            Self::SquareMetre => "平方米",
            Self::Mu => "亩",
            Self::Hectare => "公顷",
            Self::Person => "人",
            Self::Household => "户",
            Self::Percent => "%",
            Self::Year => "年",
            Self::Month => "月",
            Self::Day => "日",
            Self::YearOfAge => "岁",
            Self::Piece => "个",
        }
    }

    /// The unit with exactly this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let folded = text::fold(name);
        let folded = folded.strip_prefix("人民币").unwrap_or(&folded);
        Some(match folded {
            "元" | "圆" | "RMB" | "CNY" | "¥" | "元整" | "块" => Self::Yuan,
            "百元" => Self::HundredYuan,
            "千元" => Self::ThousandYuan,
            "万元" | "萬元" | "万" | "萬" => Self::TenThousandYuan,
            "亿元" | "億元" | "亿" => Self::HundredMillionYuan,
            "平方米" | "M2" | "M²" | "平米" | "平方" | "㎡" | "M^2" => Self::SquareMetre,
            "亩" | "畝" => Self::Mu,
            "公顷" | "公頃" => Self::Hectare,
            "人" | "名" | "人数" | "口" | "位" | "个人" | "口人" => Self::Person,
            "户" | "戶" => Self::Household,
            "%" | "百分比" => Self::Percent,
            "年" => Self::Year,
            "月" | "个月" => Self::Month,
            "日" | "天" => Self::Day,
            "岁" | "歲" | "周岁" => Self::YearOfAge,
            "个" | "個" | "套" | "间" | "間" | "辆" | "輛" | "处" | "處" | "次" | "张" | "張" | "栋" | "棟" | "幢"
            | "台" | "家" | "份" | "笔" | "件" => Self::Piece,
            _ => return None,
        })
    }

    /// True of what counts people, things or time: beside it a number is neither money nor a measure.
    pub fn counts(self) -> bool {
        use Unit::{Day, Household, Month, Person, Piece, Year, YearOfAge};
        matches!(self, Person | Household | Year | Month | Day | YearOfAge | Piece)
    }

    /// The power of ten that turns this many yuan into one; `None` for what is no money.
    pub fn money_power(self) -> Option<u32> {
        match self {
            Self::Yuan => Some(0),
            Self::HundredYuan => Some(2),
            Self::ThousandYuan => Some(3),
            Self::TenThousandYuan => Some(4),
            Self::HundredMillionYuan => Some(8),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_by_their_names() {
        assert_eq!(Unit::from_name("萬元"), Some(Unit::TenThousandYuan));
        assert_eq!(Unit::from_name("㎡"), Some(Unit::SquareMetre));
        assert_eq!(Unit::from_name("姓名"), None);
        assert!(Unit::from_name("套").is_some_and(Unit::counts) && !Unit::SquareMetre.counts());
        assert_eq!((Unit::TenThousandYuan.money_power(), Unit::Mu.money_power()), (Some(4), None));
    }
}
