//! The spelling under which a header is looked up.

use unicode_normalization::UnicodeNormalization;

/// A header text folded to what its meaning hangs on: full-width forms, white space, marks of obligation and case do
/// not count.
pub(super) fn normalise(text: &str) -> String {
    let folded = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\'' | '"' | '`' | '\u{200B}'..='\u{200D}' | '\u{FEFF}'))
        .flat_map(char::to_lowercase);
    folded.collect::<String>().trim_end_matches([':', '.', '。', '、']).to_owned()
}

/// The key without what stands in brackets, if it has any and something is left.
pub(super) fn without_brackets(key: &str) -> Option<String> {
    if !key.contains(['(', '[', '【', '〔', '{']) {
        return None;
    }
    let mut depth = 0_u32;
    let bare: String = key
        .chars()
        .filter(|c| match c {
            '(' | '[' | '【' | '〔' | '{' => {
                depth += 1;
                false
            }
            ')' | ']' | '】' | '〕' | '}' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect();
    (!bare.is_empty()).then_some(bare)
}
