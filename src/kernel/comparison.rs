//! Pair-local comparisons: how well two values agree, as levels. A missing value is never disagreement.

use chrono::{Datelike, NaiveDate};

/// How two folded names agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameLevel {
    Exact,
    /// Every syllable sounds the same (clerks type by sound).
    Sound,
    /// One character differs, is missing or is added.
    OneCharacter,
    Different,
    Missing,
}

/// Compares folded names together with their toneless pinyin.
pub fn name(a: &str, b: &str, a_sound: &str, b_sound: &str) -> NameLevel {
    if a.is_empty() || b.is_empty() {
        return NameLevel::Missing;
    }
    if a == b {
        return NameLevel::Exact;
    }
    if !a_sound.is_empty() && a_sound == b_sound {
        return NameLevel::Sound;
    }
    if let Some(level) = damaged(a, b) {
        return level;
    }
    // A name of two characters that differs in one has only one in common: too little.
    let longest = a.chars().count().max(b.chars().count());
    if longest >= 3 && strsim::levenshtein(a, b) == 1 {
        return NameLevel::OneCharacter;
    }
    NameLevel::Different
}

/// What programs and people write in place of a character that they do not have.
pub fn is_damage_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '□' | '■' | '\u{FFFD}' | '*' | '＊' | '×')
}

/// How names agree of which one has marks of damage: a mark stands for any one character, and some other character must
/// agree. Two marks or more leave too little for either side. `None` where no mark is, or the rest disagrees.
fn damaged(a: &str, b: &str) -> Option<NameLevel> {
    if a.chars().count() != b.chars().count() {
        return None;
    }
    let (mut marks, mut agreed) = (0, 0);
    for (x, y) in a.chars().zip(b.chars()) {
        if is_damage_mark(x) || is_damage_mark(y) {
            marks += 1;
        } else if x == y {
            agreed += 1;
        } else {
            return None;
        }
    }
    match (marks, agreed) {
        (0, _) | (_, 0) => None,
        (1, _) => Some(NameLevel::OneCharacter),
        _ => Some(NameLevel::Missing),
    }
}

/// How two birth dates agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateLevel {
    Exact,
    /// Day and month swapped, or exactly one of year, month and day differs.
    Near,
    SameYear,
    Different,
    Missing,
}

pub fn birth(a: Option<NaiveDate>, b: Option<NaiveDate>) -> DateLevel {
    let (Some(a), Some(b)) = (a, b) else { return DateLevel::Missing };
    if a == b {
        return DateLevel::Exact;
    }
    let swapped = a.year() == b.year() && a.month() == b.day() && a.day() == b.month();
    let equal_parts =
        [a.year() == b.year(), a.month() == b.month(), a.day() == b.day()].iter().filter(|same| **same).count();
    if swapped || equal_parts == 2 {
        return DateLevel::Near;
    }
    if a.year() == b.year() { DateLevel::SameYear } else { DateLevel::Different }
}

/// How a number as written agrees with a sound one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberLevel {
    /// The first fifteen digits agree and the rest was lost in a number of a spreadsheet.
    Truncated,
    /// One character is wrong, missing, doubled, or two neighbours are swapped.
    OneEdit,
    Different,
    Missing,
}

/// Compares a number that is not sound, as written, with a sound one. `truncated` says that the written digits are the
/// first of more, the others having been lost in a number of a spreadsheet.
pub fn number(written: &str, sound: &str, truncated: bool) -> NumberLevel {
    if written.is_empty() || sound.is_empty() {
        return NumberLevel::Missing;
    }
    if truncated {
        return first_digits(&written[..written.floor_char_boundary(KEPT_DIGITS)], sound);
    }
    if written.is_ascii() && sound.is_ascii() && strsim::osa_distance(written, sound) == 1 {
        return NumberLevel::OneEdit;
    }
    NumberLevel::Different
}

/// Significant digits that a number of a spreadsheet keeps.
const KEPT_DIGITS: usize = 15;

/// Compares the digits that are left of a number with those of a sound one. Fewer than fifteen belong to many people, and
/// the last of them may have been rounded (3.62402E+17 for 362401…): they say nothing for, and only a difference says
/// something against.
fn first_digits(known: &str, sound: &str) -> NumberLevel {
    let digits = |text: &str| text.parse::<u64>().ok();
    match (digits(known), sound.get(..known.len()).and_then(digits)) {
        (Some(a), Some(b)) if a == b && known.len() == KEPT_DIGITS => NumberLevel::Truncated,
        (Some(a), Some(b)) if a.abs_diff(b) <= 1 => NumberLevel::Missing,
        _ => NumberLevel::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(y, m, d)
    }

    #[test]
    fn names_agree_by_writing_sound_and_one_character() {
        assert_eq!(name("李小红", "李小红", "lixiaohong", "lixiaohong"), NameLevel::Exact);
        assert_eq!(name("李小红", "李晓红", "lixiaohong", "lixiaohong"), NameLevel::Sound);
        assert_eq!(name("李小红", "李小江", "lixiaohong", "lixiaojiang"), NameLevel::OneCharacter);
        assert_eq!(name("李红", "李江", "lihong", "lijiang"), NameLevel::Different);
        assert_eq!(name("", "李江", "", "lijiang"), NameLevel::Missing);
    }

    #[test]
    fn a_mark_of_damage_stands_for_any_one_character() {
        let level = |a, b| name(a, b, "", "");
        for (a, b) in [("林□", "林芳"), ("林芳", "林?"), ("林\u{FFFD}芳", "林小芳")] {
            assert_eq!(level(a, b), NameLevel::OneCharacter, "{a} {b}");
        }
        assert_eq!(level("林□□", "林小芳"), NameLevel::Missing);
        assert_eq!(level("林□", "王芳"), NameLevel::Different);
        assert_eq!(level("□□", "林芳"), NameLevel::Different);
        assert_eq!(level("林□芳", "林小红"), NameLevel::Different);
    }

    #[test]
    fn a_birth_date_with_one_part_wrong_is_near() {
        assert_eq!(birth(day(1950, 3, 12), day(1950, 12, 3)), DateLevel::Near);
        assert_eq!(birth(day(1950, 3, 12), day(1951, 3, 12)), DateLevel::Near);
        assert_eq!(birth(day(1950, 3, 12), day(1950, 4, 13)), DateLevel::SameYear);
        assert_eq!(birth(day(1950, 3, 12), day(1951, 4, 13)), DateLevel::Different);
        assert_eq!(birth(None, day(1951, 4, 13)), DateLevel::Missing);
    }

    #[test]
    fn a_damaged_number_is_told_from_a_different_one() {
        let sound = "362401196503120012";
        assert_eq!(number("362401196503120000", sound, true), NumberLevel::Truncated);
        assert_eq!(number("362401196503120021", sound, false), NumberLevel::OneEdit);
        assert_eq!(number("36240119650312001", sound, false), NumberLevel::OneEdit);
        assert_eq!(number("362401196503129999", sound, false), NumberLevel::Different);
        assert_eq!(number("", sound, false), NumberLevel::Missing);
    }

    #[test]
    fn few_known_digits_speak_only_against() {
        let sound = "362401196503120012";
        for (known, level) in [
            ("362401", NumberLevel::Missing),
            // As the screen shows 362401965…: 3.62402E+17.
            ("362402", NumberLevel::Missing),
            ("362405", NumberLevel::Different),
            ("36240119650312", NumberLevel::Missing),
            ("362401196503120", NumberLevel::Truncated),
            ("362401196503121", NumberLevel::Missing),
            ("362401196603120", NumberLevel::Different),
            ("36240Ⅰ", NumberLevel::Different),
        ] {
            assert_eq!(number(known, sound, true), level, "{known}");
        }
    }
}
