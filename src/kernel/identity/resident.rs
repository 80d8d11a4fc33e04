//! The 18 and 15 digits of GB 11643 and what shares their form.

use chrono::{Datelike, NaiveDate};

use super::super::date::age_on;
use super::super::region::{self, RegionVerdict};
use super::{IdKind, Identity, RemarkCode, Sex};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";
/// At most this many candidates are offered.
const MOST_CANDIDATES: usize = 40;

pub(super) fn check_byte(body: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in body.get(..17)?.iter().zip(WEIGHTS) {
        if !byte.is_ascii_digit() {
            return None;
        }
        sum += u32::from(byte - b'0') * weight;
    }
    CHECKS.get((sum % 11) as usize).copied()
}

/// The check character of the first 17 digits; `None` where these are not 17 digits.
pub fn check_character(number: &str) -> Option<char> {
    check_byte(number.as_bytes()).map(char::from)
}

/// A 15-digit number as 18 digits; born 19xx, or 18xx where the sequence is one of the centenarians' (996-999). The date is not
/// checked. `None` for anything but 15 digits.
pub fn fifteen_to_eighteen(number: &str) -> Option<String> {
    let bytes = number.as_bytes();
    if bytes.len() != 15 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let century = if is_centenarian(bytes) { "18" } else { "19" };
    let mut long = format!("{}{century}{}", &number[..6], &number[6..]);
    long.push(check_character(&long)?);
    Some(long)
}

pub(super) fn is_centenarian(fifteen: &[u8]) -> bool {
    matches!(fifteen.get(12..15), Some([b'9', b'9', b'6'..=b'9']))
}

/// The date in positions 7-14.
pub(super) fn birth_of(bytes: &[u8]) -> Option<NaiveDate> {
    let digits = |from: usize, to: usize| -> Option<u32> {
        bytes.get(from..to)?.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let year = digits(6, 10)?;
    if !(1800..2200).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year as i32, digits(10, 12)?, digits(12, 14)?)
}

/// True of 17 digits followed by a digit or X.
pub(super) fn has_form(bytes: &[u8]) -> bool {
    bytes.len() == 18 && bytes[..17].iter().all(u8::is_ascii_digit) && (bytes[17].is_ascii_digit() || bytes[17] == b'X')
}

/// True where everything that can be computed is right.
pub(super) fn is_sound(bytes: &[u8], today: NaiveDate) -> bool {
    has_form(bytes)
        && check_byte(bytes) == Some(bytes[17])
        && &bytes[14..17] != b"000"
        && birth_of(bytes).is_some_and(|birth| birth <= today)
}

/// Reads 17 digits and a digit or X, upper case.
pub(super) fn read(number: &str, kind: IdKind, today: NaiveDate) -> Identity {
    let bytes = number.as_bytes();
    let mut id = Identity::new(kind);
    id.number = Some(number.to_owned());
    id.valid = true;
    if !has_form(bytes) {
        id.fail(RemarkCode::BadCharacter, None);
        return id;
    }
    id.region_code = Some(number[..6].to_owned());
    id.birth_date = birth_of(bytes);
    id.sex = Some(if bytes[16] % 2 == 1 { Sex::Male } else { Sex::Female });
    match id.birth_date {
        None => id.fail(RemarkCode::BadDate, Some(7)),
        Some(birth) if birth > today => id.fail(RemarkCode::FutureDate, Some(7)),
        Some(birth) => {
            if age_on(birth, today) > 120 {
                id.remark(RemarkCode::OverAge, Some(7));
            }
            if kind == IdKind::ResidentId {
                region_remark(&mut id, &number[..6], birth.year());
            }
        }
    }
    if &bytes[14..17] == b"000" {
        id.fail(RemarkCode::SequenceZero, Some(15));
    }
    if check_byte(bytes) != Some(bytes[17]) {
        id.fail(RemarkCode::BadCheck, Some(18));
    }
    if &bytes[15..] == b"000" {
        id.remark(RemarkCode::RoundedTail, Some(16));
        id.prefix = Some(number[..15].to_owned());
    } else if !id.valid {
        id.candidates = candidates(bytes, kind, today);
    }
    id
}

fn region_remark(id: &mut Identity, code: &str, year: i32) {
    let remark = match region::in_force(code, year) {
        RegionVerdict::Known => return,
        RegionVerdict::Unknown => RemarkCode::RegionUnknown,
        RegionVerdict::SuffixSpecial => RemarkCode::RegionSpecial,
        RegionVerdict::NotInForce => {
            let retired = region::get(code).and_then(|r| r.to_year).is_some_and(|to| i32::from(to) < year);
            if retired { RemarkCode::RegionRetired } else { RemarkCode::RegionLater }
        }
    };
    id.remark(remark, Some(1));
}

/// Numbers that one wrong character or two exchanged neighbours away are sound, of a plausible age and a known region; ascending.
pub(super) fn candidates(bytes: &[u8], kind: IdKind, today: NaiveDate) -> Vec<String> {
    let Ok(original) = <[u8; 18]>::try_from(bytes) else { return Vec::new() };
    let mut found = Vec::new();
    let mut offer = |trial: &[u8; 18]| {
        let plausible = is_sound(trial, today)
            && birth_of(trial).is_some_and(|b| age_on(b, today) <= 120)
            && (kind != IdKind::ResidentId
                || trial[..6] == original[..6]
                || std::str::from_utf8(&trial[..6]).is_ok_and(|c| region::get(c).is_some()));
        if plausible && let Ok(text) = std::str::from_utf8(trial) {
            found.push(text.to_owned());
        }
    };
    for at in 0..18 {
        let mut trial = original;
        for value in b"0123456789X" {
            if *value != original[at] && (at == 17 || *value != b'X') {
                trial[at] = *value;
                offer(&trial);
            }
        }
        trial = original;
        if at < 17 && original[at] != original[at + 1] {
            trial.swap(at, at + 1);
            offer(&trial);
        }
    }
    found.sort();
    found.dedup();
    found.truncate(MOST_CANDIDATES);
    found
}
