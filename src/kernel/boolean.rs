//! Yes and no as people write them.

use super::text;

/// 是, 有, √, 1, Y, true … and their opposites; `None` for anything else.
pub fn parse(written: &str) -> Option<bool> {
    match text::fold(written).as_str() {
        "是" | "有" | "√" | "✓" | "✔" | "☑" | "1" | "Y" | "YES" | "T" | "TRUE" | "对" | "已" | "参加" | "享受" | "已享受" => Some(true),
        "否" | "无" | "無" | "不是" | "没有" | "×" | "✗" | "✘" | "X" | "0" | "N" | "NO" | "F" | "FALSE" | "未" | "不" | "非" | "未享受" => {
            Some(false)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn yes_and_no() {
        assert!(["是", " √ ", "Ｙ", "1", "true"].iter().all(|text| parse(text) == Some(true)));
        assert!(["否", "无", "×", "0", "no"].iter().all(|text| parse(text) == Some(false)));
        assert_eq!(parse("也许"), None);
        assert_eq!(parse(""), None);
    }
}
