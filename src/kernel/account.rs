//! Bank accounts.

use super::text;

/// The digits of an account; `None` when it holds anything but digits, blanks and hyphens or is too short or long.
pub fn read(written: &str) -> Option<String> {
    let folded = text::fold(written);
    let digits: String = folded.chars().filter(|c| !matches!(c, '-' | '\'' | '`')).collect();
    let sound = (8..=32).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then_some(digits)
}

/// Whether the check digit of a bank card holds (Luhn, ISO/IEC 7812-1). Passbooks and 一卡通 accounts may have none, so a
/// failure is no fault by itself.
pub fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, b)| {
            let digit = u32::from(b.wrapping_sub(b'0')) * if at % 2 == 1 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_digits() {
        assert_eq!(read(" 6228 4800 0000 0000 ").as_deref(), Some("6228480000000000"));
        assert_eq!(read("6228-4800"), Some("62284800".to_owned()));
        assert_eq!(read("无"), None);
        assert_eq!(read("12a45678"), None);
    }

    #[test]
    fn luhn_holds_for_the_standard_example() {
        assert!(luhn("79927398713"));
        assert!(!luhn("79927398710"));
        assert!(!luhn("") && !luhn("7992739871x"));
    }
}
