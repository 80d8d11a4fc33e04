//! Bank accounts and cards.

use super::text;

/// An account number that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Digits only.
    pub number: String,
    /// Whether the check digit of a card (ISO/IEC 7812) is right. Passbooks and 一卡通 accounts may fail it: a warning at most.
    pub luhn: bool,
}

/// Reads an account number: spaces, dashes and guards are dropped. `None` where the rest is not 6 to 32 digits.
pub fn read(written: &str) -> Option<Account> {
    let folded = text::fold(&text::clean(written));
    let number: String = folded.chars().filter(|c| *c != '-').collect();
    let fits = (6..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| Account { luhn: luhn(&number), number })
}

/// True where the last digit is the check digit of those before it. False for anything but digits.
pub fn luhn(number: &str) -> bool {
    let mut sum = 0_u64;
    for (at, byte) in number.bytes().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u64::from(byte - b'0');
        let twice = digit * 2;
        sum += if at % 2 == 0 { digit } else { twice / 10 + twice % 10 };
    }
    !number.is_empty() && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_closed_up_and_checked() {
        let card = read("4539 1488 0343 6467").expect("digits");
        assert_eq!((card.number.as_str(), card.luhn), ("4539148803436467", true));
        assert_eq!(read("'4539148803436468").map(|a| a.luhn), Some(false));
        assert_eq!(read("无"), None);
        assert_eq!(read("12a45678"), None);
        assert!(!luhn("") && !luhn("４"));
    }
}
