//! The written form of a cell: what is only typing (width, spaces, invisible characters, Excel's apostrophe) and what says
//! that there is no value.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Three things a cell without a value can mean. A zero is a value and is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// Nothing was written (or an exporting program wrote its own word for nothing: `null`, `NaN`, `\N`).
    Empty,
    /// Somebody stated that there is none: 无, 没有, `-`, `/`.
    Stated,
    /// Somebody stated that it is not known: 不详, 未知, 待查.
    Unknown,
}

/// True of white space of any width and of the Braille blank and Hangul fillers that look like it.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{115F}' | '\u{1160}' | '\u{FFA0}')
}

/// True of characters that nobody sees: zero-width, direction marks, variation selectors, byte-order mark, controls (line breaks and tabs are white space).
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0100}'..='\u{E01EF}')
        || (c.is_control() && !c.is_whitespace())
}

/// The comparison form: NFKC (full width to half, compatibility ideographs and radicals to the usual ones), every white
/// space and invisible character removed, Latin letters in upper case.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(|c| !is_space(*c) && !c.is_control()).map(|c| c.to_ascii_uppercase()).collect();
    }
    text.nfkc().filter(|c| !is_space(*c) && !is_invisible(*c)).map(upper).collect()
}

/// Upper case where it is one character (not ß, whose two letters no register needs).
fn upper(c: char) -> char {
    let mut letters = c.to_uppercase();
    match (letters.next(), letters.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Traditional characters to simplified ones.
pub fn simplify(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(hanconv::t2s(text)) }
}

/// The form in which words of code tables are compared: folded and in simplified script, so that 戶主 is 户主.
pub fn spelling(text: &str) -> String {
    let folded = fold(text);
    match simplify(&folded) {
        Cow::Borrowed(_) => folded,
        Cow::Owned(simple) => simple,
    }
}

/// The stored form: trimmed of white space of any width, of invisible characters and of the apostrophe, back-tick or tab typed
/// before a number to keep Excel's hands off; full-width letters and digits become half-width. Chinese punctuation stays, an
/// inner run of white space (line breaks too: split lists first) becomes one space. Clean text is borrowed.
pub fn clean(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(|c| is_space(c) || is_invisible(c));
    let trimmed = strip_guard(trimmed);
    let mut after_space = false;
    let tidy = trimmed.chars().all(|c| {
        let fine = !is_invisible(c) && narrow(c) == c && (!is_space(c) || (c == ' ' && !after_space));
        after_space = c == ' ';
        fine
    });
    if tidy {
        return Cow::Borrowed(trimmed);
    }
    let mut out = String::with_capacity(trimmed.len());
    for c in trimmed.chars().filter(|c| !is_invisible(*c)) {
        if !is_space(c) {
            out.push(narrow(c));
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    Cow::Owned(out)
}

/// Without the guard character before a number. An apostrophe that is the whole text, or that closes a quotation, stays.
fn strip_guard(text: &str) -> &str {
    const GUARDS: [char; 5] = ['\'', '`', '‘', '’', '＇'];
    let rest = text.trim_start_matches(GUARDS);
    let guarded = rest.len() < text.len() && !rest.is_empty() && !rest.ends_with(GUARDS);
    if guarded { rest.trim_start_matches(|c| is_space(c) || is_invisible(c)) } else { text }
}

/// A full-width letter or digit as its half-width form; everything else unchanged.
pub fn narrow(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Says what a cell without a value means; `None` when there is a value (0 included).
pub fn blank(text: &str) -> Option<Blank> {
    // Almost every cell has a value, and no placeholder is longer than this many bytes.
    if text.len() > 48 {
        return text.chars().all(|c| is_space(c) || is_invisible(c)).then_some(Blank::Empty);
    }
    let bare = text.trim_matches(|c| is_space(c) || is_invisible(c));
    if bare.is_empty() {
        return Some(Blank::Empty);
    }
    if bare.len() > 24 || bare.bytes().next().is_some_and(|b| b.is_ascii_digit()) {
        return None;
    }
    let folded = fold(bare);
    let stroke = |c: char| {
        matches!(
            c,
            '-' | '/' | '\\' | '—' | '–' | '―' | '─' | '_' | '一' | '~' | '.' | '*' | '−' | '‐' | '‑' | '#' | '。'
        )
    };
    match folded.as_str() {
        "" | "NULL" | "NIL" | "NONE" | "NAN" | "\\N" | "<NULL>" | "(NULL)" | "UNDEFINED" | "空" | "空白" | "(空)"
        | "'" | "`" | "''" | "\"\"" => Some(Blank::Empty),
        "无" | "無" | "没有" | "沒有" | "暂无" | "暫無" | "N/A" | "#N/A" | "NA" | "无此项" | "(无)" | "[无]"
        | "无。" | "不适用" | "无无" | "没" => Some(Blank::Stated),
        "不详" | "不詳" | "未知" | "不明" | "不清楚" | "不知道" | "待查" | "待补" | "待补充" | "待完善" | "未填"
        | "未填写" | "未登记" | "未提供" | "未采集" | "?" | "??" | "???" | "UNKNOWN" => {
            Some(Blank::Unknown)
        }
        // One stroke 一 alone may be the numeral; a run of it is a ruled line.
        "一" => None,
        line if line.chars().all(stroke) => Some(Blank::Stated),
        _ => None,
    }
}

/// True when the cell holds no value: blank, or a word or stroke that stands for none or unknown. See [`blank`] for which.
pub fn is_placeholder(text: &str) -> bool {
    blank(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding_removes_what_is_only_typing() {
        assert_eq!(fold(" ３６２４０１\u{200B}ｘ\u{3000}"), "362401X");
        assert_eq!(fold("\u{FEFF}张\u{00A0}三（户主）"), "张三(户主)");
        assert_eq!(fold("abc\t1"), "ABC1");
        assert_eq!(fold("⼥"), "女");
    }

    #[test]
    fn cleaning_keeps_what_a_reader_sees() {
        assert_eq!(clean("'362401"), "362401");
        assert_eq!(clean("`0791"), "0791");
        assert_eq!(clean("\t362401\u{3000}"), "362401");
        assert_eq!(clean("吉州区  阳明路\n１号"), "吉州区 阳明路 1号");
        assert_eq!(clean("王（女）"), "王（女）");
        assert_eq!(clean("'引文'"), "'引文'");
        assert!(matches!(clean("吉安 县"), Cow::Borrowed("吉安 县")));
        assert_eq!(clean("张\u{200B}三"), "张三");
    }

    #[test]
    fn zero_blank_and_none_are_three_things() {
        assert_eq!(blank("0"), None);
        assert_eq!(blank(" \u{3000}"), Some(Blank::Empty));
        assert_eq!(blank("NULL"), Some(Blank::Empty));
        for stated in ["无", "-", "/", "——", "N/A", "n/a", " 无 ", "／", "暂无"] {
            assert_eq!(blank(stated), Some(Blank::Stated), "{stated}");
        }
        for unknown in ["不详", "未知", "？", "待查"] {
            assert_eq!(blank(unknown), Some(Blank::Unknown), "{unknown}");
        }
        assert_eq!(blank("无业"), None);
        assert_eq!(blank("一"), None);
        assert!(is_placeholder("空") && !is_placeholder("-5"));
    }

    #[test]
    fn traditional_becomes_simplified() {
        assert_eq!(simplify("張國華"), "张国华");
        assert_eq!(simplify("abc"), "abc");
        assert_eq!(spelling(" 漢 族"), spelling("汉族"));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_both_forms_are_stable(text in "\\PC*|[\\s'`０-９ａ-ｚ\u{200B}-\u{200F}无]*") {
            let folded = fold(&text);
            prop_assert!(!folded.chars().any(is_space));
            let cleaned = clean(&text).into_owned();
            prop_assert!(!cleaned.chars().any(is_invisible));
            prop_assert!(!cleaned.contains("  "));
            let _ = blank(&text);
        }
    }
}
