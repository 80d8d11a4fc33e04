//! Header cells: the comparison form, and the unit they state.

use super::number::Unit;
use super::text;

/// The comparison form of a header: NFKC, no white space, bracketed units and notes gone, simplified, without marks for
/// required columns and trailing punctuation. 「＊身份證號碼（18位）」 and 「身份证号码」 are one.
pub fn normalise(header: &str) -> String {
    let folded = text::fold(header);
    let mut depth = 0usize;
    let bare: String = folded
        .chars()
        .filter(|c| match c {
            '(' | '[' | '【' | '{' | '〔' => {
                depth += 1;
                false
            }
            ')' | ']' | '】' | '}' | '〕' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect();
    // A header that is nothing but its brackets keeps what stands in them.
    let bare = if bare.is_empty() { folded.chars().filter(|c| !"()[]【】{}〔〕".contains(*c)).collect() } else { bare };
    let marks: &[char] = &['*', '★', ':', '：', '、', '，', ',', '。', '.', ';', '；', '"', '“', '”', '\'', '#', '_', '-'];
    text::simplify(bare.trim_matches(marks)).into_owned()
}

/// The unit of money that a header or a line above the table states: 金额（万元）, 单位：元.
pub fn unit_in(header: &str) -> Option<Unit> {
    let folded = text::fold(header);
    let stated = match folded.split_once("单位:").or_else(|| folded.split_once("单位")) {
        Some((_, after)) => after,
        None => {
            let open = folded.rfind(['(', '[', '【'])?;
            &folded[open..]
        }
    };
    let has = |word: &str| stated.contains(word);
    if has("亿元") {
        Some(Unit::HundredMillionYuan)
    } else if has("万元") {
        Some(Unit::TenThousandYuan)
    } else if has("千元") {
        Some(Unit::ThousandYuan)
    } else if has("元") {
        Some(Unit::Yuan)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_known_however_it_is_dressed() {
        for dressed in ["身份证号码", " 身 份 证\n号码 ", "＊身份證號碼（18位）", "身份证号码：", "*身份证号码*"] {
            assert_eq!(normalise(dressed), "身份证号码", "{dressed}");
        }
        assert_eq!(normalise("（元）"), "元");
        assert_eq!(normalise(""), "");
    }

    #[test]
    fn units_are_found_in_headers_and_lines() {
        assert_eq!(unit_in("家庭年总收入（万元）"), Some(Unit::TenThousandYuan));
        assert_eq!(unit_in("单位：元"), Some(Unit::Yuan));
        assert_eq!(unit_in("计量单位: 万元、人"), Some(Unit::TenThousandYuan));
        assert_eq!(unit_in("单位名称"), None);
        assert_eq!(unit_in("面积（平方米）"), None);
    }
}
