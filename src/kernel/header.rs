//! Header cells: one spelling for matching, and the unit they name.

use super::number::Unit;
use super::text;

/// The form of a header for comparison: NFKC, simplified script, no white space or line breaks, bracketed units and notes gone, required marks
/// and punctuation at both ends gone. A header that is only a bracketed text keeps it.
pub fn normalise(header: &str) -> String {
    let folded = text::fold(header);
    let simple = text::simplify(&folded);
    let mut out = String::with_capacity(simple.len());
    let mut depth = 0_u32;
    for c in simple.chars() {
        match c {
            '(' | '[' | '【' | '〔' | '{' | '<' | '《' => depth += 1,
            ')' | ']' | '】' | '〕' | '}' | '>' | '》' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let edge = |c: char| {
        matches!(
            c,
            '*' | ':'
                | ','
                | '.'
                | ';'
                | '、'
                | '。'
                | '"'
                | '\''
                | '`'
                | '-'
                | '_'
                | '?'
                | '!'
                | '★'
                | '※'
                | '#'
                | '“'
                | '”'
                | '/'
                | '|'
        )
    };
    let bare = out.trim_matches(edge);
    if bare.is_empty() {
        // All of it stands in brackets, or beside nothing: the words inside are the header.
        let bracket = |c: &char| "()[]【】〔〕{}<>《》*".contains(*c);
        let inside: String = simple.chars().filter(|c| !bracket(c)).collect();
        let bare = inside.trim_matches(edge);
        return if bare.is_empty() { inside } else { bare.to_owned() };
    }
    bare.to_owned()
}

/// Wrong characters met in headers, and what they stand for. The right one is no part of any other header with the wrong
/// one in its place.
const WRONG: [(&str, &str); 17] = [
    ("帐号", "账号"),
    ("帐户", "账户"),
    ("户藉", "户籍"),
    ("藉贯", "籍贯"),
    ("姓明", "姓名"),
    ("性名", "姓名"),
    ("姓各", "姓名"),
    ("号马", "号码"),
    ("号吗", "号码"),
    ("身份正", "身份证"),
    ("身分证", "身份证"),
    ("身份証", "身份证"),
    ("证建", "证件"),
    ("残急", "残疾"),
    ("性另", "性别"),
    ("名族", "民族"),
    ("电活", "电话"),
];

/// A normal header with its known wrong characters put right: 身份证号马 → 身份证号码. `None` where there are none.
pub fn without_wrong_characters(normal: &str) -> Option<String> {
    let mut right = normal.to_owned();
    for (wrong, meant) in WRONG.iter().filter(|(wrong, _)| normal.contains(wrong)) {
        right = right.replace(wrong, meant);
    }
    (right != normal).then_some(right)
}

/// The unit that a header or a unit row names: 合计（元）, 面积(平方米), 单位：万元, 金额/元.
pub fn unit_in(header: &str) -> Option<Unit> {
    let folded = text::fold(header);
    let simple = text::simplify(&folded);
    let inner = simple.split(['(', ')', '[', ']', '【', '】', '{', '}']).skip(1).step_by(2);
    for candidate in inner
        .chain(simple.rsplit_once('/').map(|(_, last)| last))
        .chain(simple.split_once("单位:").map(|(_, last)| last))
    {
        let name = candidate.trim_start_matches("单位").trim_start_matches([':', ',']);
        let first = name.split(['/', ',', '、', ';', ')']).next().unwrap_or(name);
        if let Some(unit) = Unit::from_name(first) {
            return Some(unit);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_a_header_agree() {
        for (written, normal) in [
            ("身份证号", "身份证号"),
            (" 身 份\n证 号 *", "身份证号"),
            ("身份證號：", "身份证号"),
            ("家庭年总收入（元）", "家庭年总收入"),
            ("住房总面积(平方米)", "住房总面积"),
            ("*姓名", "姓名"),
            ("ＩＤ号", "ID号"),
            ("（元）", "元"),
        ] {
            assert_eq!(normalise(written), normal, "{written:?}");
        }
    }

    #[test]
    fn known_wrong_characters_are_put_right() {
        let right = |header: &str| without_wrong_characters(&normalise(header));
        assert_eq!(right("身份证号马（必填）").as_deref(), Some("身份证号码"));
        assert_eq!(right("银行帐号").as_deref(), Some("银行账号"));
        assert_eq!(right("残急证建号码").as_deref(), Some("残疾证件号码"));
        assert_eq!(right("身份证号码"), None);
    }

    #[test]
    fn units_are_found() {
        assert_eq!(unit_in("合计（元）"), Some(Unit::Yuan));
        assert_eq!(unit_in("总额(万元)"), Some(Unit::TenThousandYuan));
        assert_eq!(unit_in("面积（平方米）"), Some(Unit::SquareMetre));
        assert_eq!(unit_in("面积（㎡）"), Some(Unit::SquareMetre));
        assert_eq!(unit_in("耕地(亩)"), Some(Unit::Mu));
        assert_eq!(unit_in("单位：万元"), Some(Unit::TenThousandYuan));
        assert_eq!(unit_in("保障金（元/月）"), Some(Unit::Yuan));
        assert_eq!(unit_in("姓名"), None);
        assert_eq!(unit_in("姓名（必填）"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(header in "\\PC*") {
            let _ = (normalise(&header), unit_in(&header));
        }
    }
}
