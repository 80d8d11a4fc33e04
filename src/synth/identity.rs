//! Identity numbers of the invented people: GB 11643-1999, the 15-digit form, and the ways clerks spoil them.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use super::dice::Dice;
use crate::kernel::identity::check_character;

/// Whether the text is an 18-character number with a right check character.
#[cfg(test)]
pub fn is_sound(number: &str) -> bool {
    let Some((last, _)) = number.char_indices().nth(17) else { return false };
    number.len() == 18 && check_character(&number[..last]) == number[last..].chars().next()
}

/// The 18-character number of a region, a birth date and a sequence number (0-999; odd for men).
pub fn number(region: u32, birth: NaiveDate, sequence: u16) -> String {
    let first17 = format!("{region:06}{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
    let check = check_character(&first17).unwrap_or('0');
    format!("{first17}{check}")
}

/// The 15-digit form of a number of somebody born in 19xx: without the century and the check character.
pub fn fifteen(number: &str) -> String {
    format!("{}{}", &number[..6], &number[8..17])
}

/// The number with one digit wrong, at one of the places (from 0); the check character always betrays it.
pub fn wrong_digit(number: &str, places: Range<usize>, dice: &mut Dice) -> String {
    let place = places.start + dice.below(places.len() as u32) as usize;
    let mut bytes = number.as_bytes().to_vec();
    let digit = bytes[place] - b'0';
    bytes[place] = b'0' + (digit + 1 + dice.below(9) as u8) % 10;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The number with two unequal neighbours swapped, the first at one of the places; with one digit wrong where all
/// neighbours there are equal.
pub fn swapped(number: &str, places: Range<usize>, dice: &mut Dice) -> String {
    let mut bytes = number.as_bytes().to_vec();
    let start = dice.below(places.len() as u32) as usize;
    for step in 0..places.len() {
        let place = places.start + (start + step) % places.len();
        if bytes[place] != bytes[place + 1] {
            bytes.swap(place, place + 1);
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    wrong_digit(number, places, dice)
}

/// What a cell holds after the number was typed as a number: 15 digits and three zeros. `None` where the number ends
/// in X, since that cannot be typed as a number.
pub fn as_double(number: &str) -> Option<f64> {
    format!("{}000", number.strip_suffix(|last: char| last.is_ascii_digit())?.get(..15)?).parse().ok()
}

/// Region codes on the cards of people of a county (`360802` …), those of before 2000 and today's. The retired codes
/// are those that the county's land had then; 362431 (莲花县, to 1992) went to another city and is left out.
pub fn card_regions(county: u32) -> (&'static [u32], u32) {
    let old: &[u32] = match county {
        360802 => &[362401, 362401, 362421],
        360803 => &[362401, 362421, 362422],
        360821 => &[362421],
        360822 => &[362422],
        360823 => &[362423],
        360824 => &[362424],
        360825 => &[362425],
        360826 => &[362426],
        360827 => &[362427],
        360828 => &[362428],
        360829 => &[362429],
        360830 => &[362430],
        _ => &[362402, 362432],
    };
    (old, county)
}

/// The code in force on a card first issued for `birth` in `county`.
pub fn card_region(county: u32, birth: NaiveDate, dice: &mut Dice) -> u32 {
    let (old, new) = card_regions(county);
    // A few late registrations carry the new code with an early birth; that is a remark, never a fault.
    if birth.year() >= 2000 || dice.chance(0.01) { new } else { *dice.pick(old) }
}

/// A 19-digit bank card number with a right Luhn digit.
pub fn bank_account(serial: u64) -> String {
    let first18 = format!("62170023{:010}", (serial * 7_368_787 + 1_234_567) % 10_000_000_000);
    let mut sum = 0;
    for (place, digit) in first18.chars().rev().filter_map(|digit| digit.to_digit(10)).enumerate() {
        let doubled = if place % 2 == 0 { digit * 2 } else { digit };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
    }
    format!("{first18}{}", (10 - sum % 10) % 10)
}

/// A mobile number of 11 digits, different for every serial below a hundred million.
pub fn phone(serial: u64) -> String {
    const PREFIXES: [u32; 20] =
        [130, 131, 133, 134, 135, 136, 137, 138, 139, 150, 151, 152, 158, 159, 177, 180, 182, 187, 188, 189];
    format!("{}{:08}", PREFIXES[(serial % 20) as usize], (serial * 48_271 + 12_345_678) % 100_000_000)
}

/// A unified social credit code of a firm (GB 32100) with a right check character.
pub fn credit_code(region: u32, serial: u64) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let mut code = format!("91{region:06}MA{:06}", serial % 1_000_000);
    code.push((b'A' + (serial % 8) as u8) as char);
    let sum: usize = code
        .bytes()
        .zip(WEIGHTS)
        .map(|(byte, weight)| LETTERS.iter().position(|letter| *letter == byte).unwrap_or(0) * weight)
        .sum();
    code.push(LETTERS[(31 - sum % 31) % 31] as char);
    code
}

/// What people write where there is no number.
pub const PLACEHOLDERS: [&str; 5] = ["无", "不详", "0", "000000000000000000", "111111111111111111"];

/// The characters of a number in full width.
pub fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| if ('!'..='~').contains(&c) { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c })
        .collect()
}

/// The number with blanks after the region and the birth date.
pub fn spaced(number: &str) -> String {
    match (number.get(..6), number.get(6..14), number.get(14..)) {
        (Some(region), Some(birth), Some(rest)) => format!("{region} {birth} {rest}"),
        _ => format!(" {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_examples_pass() {
        assert!(is_sound("11010519491231002X"));
        assert!(is_sound("440524188001010014"));
        assert!(!is_sound("11010119900307867X"));
    }

    #[test]
    fn every_damage_is_betrayed_by_the_check_character() {
        let mut dice = Dice::new(1, 1);
        let birth = NaiveDate::from_ymd_opt(1965, 3, 12).unwrap();
        for sequence in 1..200 {
            let sound = number(362401, birth, sequence);
            assert!(is_sound(&sound), "{sound}");
            assert!(!is_sound(&wrong_digit(&sound, 6..16, &mut dice)));
            assert!(!is_sound(&swapped(&sound, 6..16, &mut dice)));
        }
        assert_eq!(number(362401, birth, 1), "362401196503120012");
        assert_eq!(fifteen("362401196503120012"), "362401650312001");
        assert_eq!(as_double("362401196503120012"), Some(362401196503120000.0));
        assert_eq!(as_double("11010519491231002X"), None);
    }

    #[test]
    fn phones_and_accounts_differ_by_serial() {
        let phones: std::collections::BTreeSet<_> = (0..50_000).map(phone).collect();
        assert_eq!(phones.len(), 50_000);
        let accounts: std::collections::BTreeSet<_> = (0..50_000).map(bank_account).collect();
        assert_eq!(accounts.len(), 50_000);
    }
}
