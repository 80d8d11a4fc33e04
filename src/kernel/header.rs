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
        return simple.chars().filter(|c| !matches!(c, '(' | ')' | '[' | ']' | '【' | '】' | '*')).collect();
    }
    bare.to_owned()
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
