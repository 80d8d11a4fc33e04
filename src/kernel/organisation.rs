//! Unified social credit codes, GB 32100-2015.

/// The 31 characters of a code; a character's place is its value. I, O, S, V and Z are not used.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

fn value(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|b| *b == byte.to_ascii_uppercase()).map(|at| at as u32)
}

/// The check character that belongs to the first 17 characters; `None` where they are not characters of a code.
pub fn check_character(code: &str) -> Option<char> {
    let body = code.as_bytes().get(..17)?;
    let mut sum = 0;
    for (byte, weight) in body.iter().zip(WEIGHTS) {
        sum += value(*byte)? * weight;
    }
    ALPHABET.get(((31 - sum % 31) % 31) as usize).map(|b| char::from(*b))
}

/// True of 18 characters of the code's alphabet, whatever the check character says.
pub fn has_form(code: &str) -> bool {
    code.len() == 18 && code.bytes().all(|b| value(b).is_some())
}

/// True of a well-formed code whose check character is right.
pub fn is_valid(code: &str) -> bool {
    has_form(code) && check_character(code) == code.chars().next_back().map(|c| c.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_codes_pass_and_damaged_ones_do_not() {
        assert!(is_valid("91350100M000100Y43"));
        assert!(is_valid("91350100m000100y43"));
        assert!(!is_valid("91350100M000100Y44"));
        assert!(!is_valid("91350100M000100Y4"));
        assert!(!has_form("91350100I000100Y43"));
        assert_eq!(check_character("91350100M000100Y"), None);
    }

    proptest! {
        #[test]
        fn the_computed_character_is_accepted(body in "[0-9A-HJ-NPQRTUWXY]{17}") {
            let check = check_character(&body);
            let code: String = body.chars().chain(check).collect();
            prop_assert!(is_valid(&code));
        }

        #[test]
        fn nothing_panics(code in "\\PC*") {
            let _ = (check_character(&code), is_valid(&code));
        }
    }
}
