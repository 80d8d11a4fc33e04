//! Several people in one cell: 张三、李四.

use std::borrow::Cow;

use crate::kernel::text::is_space;
use crate::model::FieldType;

/// The entries of a cell, in order; an empty entry between two separators stays, since lists are paired by place. A cell
/// without a separator is one entry, unless blanks stand between names or numbers. Separators within brackets belong to
/// the note that the brackets hold.
pub fn entries(text: &str, kind: FieldType) -> Vec<Cow<'_, str>> {
    let mut parts: Vec<&str> = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '（' | '[' | '【' | '〔' => depth += 1,
            ')' | '）' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            c if depth == 0 && separates(c, kind) => {
                parts.push(trim(&text[start..at]));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(trim(&text[start..]));
    while parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    match parts[..] {
        [only] => between_blanks(only, kind),
        _ => parts.into_iter().map(Cow::Borrowed).collect(),
    }
}

/// The entries of the cells of one row, each with the type of its entries. Where the cells disagree in number, empty
/// entries are left out if that makes them agree; blanks beside other separators separate too where that does.
pub fn paired<'a>(cells: Vec<(&'a str, FieldType)>) -> Vec<Vec<Cow<'a, str>>> {
    let plain: Vec<Vec<Cow<'a, str>>> = cells.iter().map(|(text, kind)| entries(text, *kind)).collect();
    let finer: Vec<Vec<Cow<'a, str>>> = plain
        .iter()
        .zip(&cells)
        .map(|(entries, (_, kind))| entries.iter().flat_map(|entry| parted(entry, *kind)).collect())
        .collect();
    // A single cell that blanks would part proves nothing: names are spread out and numbers grouped by them.
    let parted = (0..plain.len()).filter(|list| finer[*list].len() > plain[*list].len()).count();
    if parted >= 2 && agree(&finer) {
        return finer;
    }
    if agree(&plain) {
        return plain;
    }
    let filled = |lists: &[Vec<Cow<'a, str>>]| -> Vec<Vec<Cow<'a, str>>> {
        lists.iter().map(|list| list.iter().filter(|entry| !entry.is_empty()).cloned().collect()).collect()
    };
    [filled(&plain), filled(&finer)].into_iter().find(|lists| agree(lists)).unwrap_or(plain)
}

/// Whether all filled lists are equally long.
fn agree(lists: &[Vec<Cow<'_, str>>]) -> bool {
    let mut filled = lists.iter().map(Vec::len).filter(|length| *length > 0);
    let first = filled.next();
    filled.all(|length| Some(length) == first)
}

/// An entry at its blanks.
fn parted<'a>(entry: &Cow<'a, str>, kind: FieldType) -> Vec<Cow<'a, str>> {
    match entry {
        Cow::Borrowed(text) if !text.is_empty() => between_blanks(text, kind),
        whole => vec![whole.clone()],
    }
}

/// The entries of a text in which nothing but blanks separates.
fn between_blanks(text: &str, kind: FieldType) -> Vec<Cow<'_, str>> {
    if !text.contains(is_space) {
        return vec![Cow::Borrowed(text)];
    }
    match kind {
        FieldType::PersonName => names_between_blanks(text),
        FieldType::IdentityNumber | FieldType::Account | FieldType::OrganisationCode => numbers_between_blanks(text),
        FieldType::Phone | FieldType::Code | FieldType::Boolean | FieldType::Integer => {
            text.split(is_space).filter(|part| !part.is_empty()).map(Cow::Borrowed).collect()
        }
        _ => vec![Cow::Borrowed(text)],
    }
}

fn trim(part: &str) -> &str {
    part.trim_matches(is_space)
}

fn separates(c: char, kind: FieldType) -> bool {
    match c {
        '、' | ';' | '；' | '\n' | '|' | '｜' => true,
        // A comma groups the digits of an amount.
        ',' | '，' => !matches!(kind, FieldType::Money | FieldType::Decimal | FieldType::Integer),
        // A stroke is part of a date, of an address and of free text.
        '/' | '／' => !matches!(kind, FieldType::Date | FieldType::Month | FieldType::Address | FieldType::Text),
        _ => false,
    }
}

/// 张三 李四 is two names; 张 三 is one, spread over the cell to look as wide as its neighbours.
fn names_between_blanks(text: &str) -> Vec<Cow<'_, str>> {
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let mut waiting = false;
    for part in text.split(is_space).filter(|part| !part.is_empty()) {
        let single = part.chars().nth(1).is_none();
        match names.last_mut() {
            Some(last) if waiting && single => {
                last.to_mut().push_str(part);
                waiting = false;
            }
            _ => {
                names.push(Cow::Borrowed(part));
                waiting = single;
            }
        }
    }
    names
}

/// Blanks stand between two numbers or group the digits of one: a number is complete from its fifteenth character on, and
/// a rest shorter than that belongs to the number before it.
fn numbers_between_blanks(text: &str) -> Vec<Cow<'_, str>> {
    const COMPLETE: usize = 15;
    let mut numbers: Vec<String> = Vec::new();
    let mut complete = true;
    for part in text.split(is_space).filter(|part| !part.is_empty()) {
        let long = part.chars().count();
        match numbers.last_mut() {
            Some(last) if !complete || (long < COMPLETE && last.chars().count() + long <= 18) => last.push_str(part),
            _ => numbers.push(part.to_owned()),
        }
        complete = numbers.last().is_some_and(|last| last.chars().count() >= COMPLETE);
    }
    numbers.into_iter().map(Cow::Owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{entries, paired};
    use crate::model::FieldType;

    #[test]
    fn names_are_told_apart_by_any_separator() {
        for text in [
            "张三、李四",
            "张三，李四",
            "张三;李四",
            "张三 / 李四",
            "张三\r\n李四",
            "张三 李四",
            "张 三 李 四",
            "张三、李四、",
        ] {
            assert_eq!(entries(text, FieldType::PersonName), ["张三", "李四"], "{text:?}");
        }
        assert_eq!(entries("张 三", FieldType::PersonName), ["张三"]);
        assert_eq!(entries("张三（子、已故）、李四", FieldType::PersonName), ["张三（子、已故）", "李四"]);
        assert_eq!(entries("张三、、李四", FieldType::PersonName), ["张三", "", "李四"]);
        assert!(entries(" 、 ", FieldType::PersonName).is_empty());
    }

    #[test]
    fn blanks_beside_other_separators_separate_where_the_cells_then_agree() {
        let (a, b, c) = ("362401196503120012", "11010519491231002X", "632123198209270518");
        let lists = |names: &str, numbers: &str| -> Vec<Vec<String>> {
            let cells = vec![(names, FieldType::PersonName), (numbers, FieldType::IdentityNumber)];
            paired(cells).into_iter().map(|list| list.into_iter().map(String::from).collect()).collect()
        };
        let found = lists("赵大、李四 王五", &format!("{a}、{b} {c}"));
        assert_eq!(found, [vec!["赵大", "李四", "王五"], vec![a, b, c]]);
        // A name spread out beside whole ones stays one.
        assert_eq!(lists("张 三、李四", &format!("{a}、{b}"))[0], ["张 三", "李四"]);
        assert_eq!(
            lists("赵大伟、钱小芳、赵三强", &format!("{a}、{c}")).iter().map(Vec::len).collect::<Vec<_>>(),
            [3, 2]
        );
    }

    #[test]
    fn blanks_inside_a_number_do_not_split_it() {
        let kind = FieldType::IdentityNumber;
        assert_eq!(entries("362401 19900101 0011", kind), ["362401199001010011"]);
        assert_eq!(
            entries("362401199001010011 362401199001010038", kind),
            ["362401199001010011", "362401199001010038"]
        );
        assert_eq!(entries("362401199001011 234", kind), ["362401199001011234"]);
        assert_eq!(entries("1,234.50", FieldType::Money), ["1,234.50"]);
        assert_eq!(entries("1990/1/1、1991/1/1", FieldType::Date), ["1990/1/1", "1991/1/1"]);
    }
}
