//! Telephone numbers.

use thiserror::Error;

use super::text;

/// A telephone number that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// 11 digits of a mobile, or a landline as area code-number (0796-8222222) or number alone.
    pub number: String,
    /// Further numbers of the cell, in the same form.
    pub others: Vec<String>,
    /// True of a mobile number.
    pub mobile: bool,
}

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneFault {
    /// Blank.
    #[error("no telephone number: the cell is blank")]
    Empty,
    /// 无, `-`, 不详.
    #[error("no telephone number is stated")]
    StatedNone,
    /// One digit repeated or counted up.
    #[error("a filler, not a telephone number")]
    Placeholder,
    /// Anything else.
    #[error("not a telephone number")]
    Malformed,
}

impl PhoneFault {
    /// A stable name for tables and scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "phone_empty",
            Self::StatedNone => "phone_none",
            Self::Placeholder => "phone_placeholder",
            Self::Malformed => "phone_malformed",
        }
    }
}

/// The first telephone number of a cell: a mobile's 11 digits, or a landline.
pub fn read(written: &str) -> Result<String, PhoneFault> {
    read_all(written).map(|p| p.number)
}

/// Every telephone number of a cell. `+86`, spaces and dashes inside a number, names beside it and trailing extensions are dropped.
pub fn read_all(written: &str) -> Result<Phone, PhoneFault> {
    match text::blank(written) {
        Some(text::Blank::Empty) => return Err(PhoneFault::Empty),
        Some(_) => return Err(PhoneFault::StatedNone),
        None if written.len() > 300 => return Err(PhoneFault::Malformed),
        None => {}
    }
    let even: String = written.chars().map(text::narrow).filter(|c| !text::is_invisible(*c)).collect();
    let keeps = |c: char| {
        c.is_ascii_digit()
            || text::is_space(c)
            || matches!(c, '-' | '－' | '—' | '(' | ')' | '（' | '）' | '+' | '＋' | '.')
    };
    let (mut found, mut filler) = (Vec::new(), false);
    for piece in even.split(|c: char| !keeps(c) || matches!(c, '\n' | '\r')) {
        let words: Vec<String> = piece.split(text::is_space).map(digits_of).filter(|w| !w.is_empty()).collect();
        let whole = words.concat();
        let trials = if shape(&whole).is_some() { vec![whole] } else { words };
        for trial in trials {
            match shape(&trial) {
                Some(_) if is_filler(&trial) => filler = true,
                Some(number) => found.push(number),
                None => filler |= is_filler(&trial),
            }
        }
    }
    let mut numbers = found.into_iter();
    match numbers.next() {
        Some((number, mobile)) => Ok(Phone { number, mobile, others: numbers.map(|(n, _)| n).collect() }),
        None if filler => Err(PhoneFault::Placeholder),
        None => Err(PhoneFault::Malformed),
    }
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The canonical form of one number's digits and whether it is a mobile.
fn shape(digits: &str) -> Option<(String, bool)> {
    let bare =
        digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|r| r.len() == 11)).unwrap_or(digits);
    match (bare.as_bytes(), bare.len()) {
        ([b'1', b'3'..=b'9', ..], 11) => Some((bare.to_owned(), true)),
        // Area codes have three digits where they begin with 01 or 02, else four.
        ([b'0', b'1' | b'2', ..], 10 | 11) => Some((format!("{}-{}", &bare[..3], &bare[3..]), false)),
        ([b'0', b'3'..=b'9', ..], 11 | 12) => Some((format!("{}-{}", &bare[..4], &bare[4..]), false)),
        ([b'2'..=b'9', ..], 7 | 8) => Some((bare.to_owned(), false)),
        _ => None,
    }
}

fn is_filler(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let tail = bytes.get(3..).unwrap_or(bytes);
    bytes.len() >= 5
        && (bytes.windows(2).all(|p| p[0] == p[1]) || (bytes.len() == 11 && tail.iter().all(|b| *b == b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mobiles_and_landlines_are_read() {
        for (written, number) in [
            ("13879612345", "13879612345"),
            ("+86 138 7961 2345", "13879612345"),
            ("86-138-7961-2345", "13879612345"),
            ("１３８７９６１２３４５", "13879612345"),
            ("0796-8222222", "0796-8222222"),
            ("(0796)8222222", "0796-8222222"),
            ("010-12345678", "010-12345678"),
            ("8222222", "8222222"),
            ("13879612345（儿子）", "13879612345"),
        ] {
            assert_eq!(read(written).as_deref(), Ok(number), "{written}");
        }
        let two = read_all("13879612345/13979612345");
        assert_eq!(two.map(|p| (p.number, p.others)), Ok(("13879612345".into(), vec!["13979612345".into()])));
    }

    #[test]
    fn what_is_none_says_why() {
        assert_eq!(read(""), Err(PhoneFault::Empty));
        assert_eq!(read("无"), Err(PhoneFault::StatedNone));
        assert_eq!(read("00000000000"), Err(PhoneFault::Placeholder));
        assert_eq!(read("13800000000"), Err(PhoneFault::Placeholder));
        assert_eq!(read("1387961234"), Err(PhoneFault::Malformed));
        assert_eq!(read("吉安"), Err(PhoneFault::Malformed));
    }

    proptest! {
        #[test]
        fn nothing_panics(written in "\\PC*|[0-9+() /-]{0,40}") {
            let _ = read_all(&written);
        }
    }
}
