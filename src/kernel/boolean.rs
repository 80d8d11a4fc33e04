//! Yes and no.

use super::text;

/// Reads 是/否, 有/无, √/×, 1/0, Y/N, true/false. `None` for blanks and for anything else. 无 is "no" here, since it answers a question.
pub fn parse(written: &str) -> Option<bool> {
    match text::simplify(&text::fold(written)).as_ref() {
        "是" | "有" | "√" | "✓" | "✔" | "☑" | "1" | "1.0" | "Y" | "YES" | "TRUE" | "T" | "对" | "已" | "真"
        | "属于" => Some(true),
        "否" | "无" | "×" | "✗" | "✘" | "X" | "0" | "0.0" | "N" | "NO" | "FALSE" | "F" | "不是" | "没有" | "非"
        | "未" | "错" | "假" | "不属于" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_answers_are_known_and_nothing_else() {
        for yes in ["是", " 有", "√", "1", "y", "Ｙ", "TRUE"] {
            assert_eq!(parse(yes), Some(true), "{yes}");
        }
        for no in ["否", "无", "無", "×", "0", "n", "没有"] {
            assert_eq!(parse(no), Some(false), "{no}");
        }
        for neither in ["", "-", "不详", "2", "是否"] {
            assert_eq!(parse(neither), None, "{neither}");
        }
    }
}
