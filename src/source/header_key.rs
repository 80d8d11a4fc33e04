//! The spelling under which a header is looked up.

use unicode_normalization::UnicodeNormalization;

/// A header text folded to what its meaning hangs on: full-width forms, white space, bracketed units and notes, marks
/// of obligation and case do not count.
pub(super) fn normalise(text: &str) -> String {
    let folded: String = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}'))
        .flat_map(char::to_uppercase)
        .collect();
    let mut depth = 0_u32;
    let bare: String = folded
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
    let bare = if bare.is_empty() { folded } else { bare };
    let mark = |c: char| matches!(c, '*' | '★' | ':' | '、' | ',' | '。' | '.' | ';' | '"' | '\'' | '#' | '_' | '-');
    bare.trim_matches(mark).to_owned()
}
