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
    // A name of two characters that differs in one has only one in common: too little.
    let longest = a.chars().count().max(b.chars().count());
    if longest >= 3 && strsim::levenshtein(a, b) == 1 {
        return NameLevel::OneCharacter;
    }
    NameLevel::Different
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
    /// The first fifteen digits agree and the rest was lost in a numeric cell.
    Truncated,
    /// One character is wrong, missing, doubled, or two neighbours are swapped.
    OneEdit,
    Different,
    Missing,
}

/// Compares a number that is not sound, as written, with a sound one. `truncated` says that the written number lost
/// its digits beyond the fifteenth.
pub fn number(written: &str, sound: &str, truncated: bool) -> NumberLevel {
    if written.is_empty() || sound.is_empty() {
        return NumberLevel::Missing;
    }
    if truncated {
        let lost = matches!((written.get(..15), sound.get(..15)), (Some(a), Some(b)) if a == b);
        return if lost { NumberLevel::Truncated } else { NumberLevel::Different };
    }
    if written.is_ascii() && sound.is_ascii() && strsim::osa_distance(written, sound) == 1 {
        return NumberLevel::OneEdit;
    }
    NumberLevel::Different
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
}
