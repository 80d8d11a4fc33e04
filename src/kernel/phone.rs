//! Telephone numbers.

use super::text;

/// Why a text is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneFault {
    Form,
    /// 13800000000-like fillers: one digit repeated.
    Placeholder,
}

/// The first number of a cell in canonical form: a mobile number as 11 digits, a landline as `0796-8221234` (or without
/// its area code as written). `+86` goes.
pub fn read(written: &str) -> Result<String, PhoneFault> {
    let folded = text::fold(written);
    let first = folded.split(['/', '、', ',', '，', ';', '；', '|', '或']).find(|part| !part.is_empty()).unwrap_or("");
    let first = first.strip_prefix("+86").or_else(|| first.strip_prefix("0086")).unwrap_or(first);
    let mut digits = String::with_capacity(first.len());
    for c in first.chars() {
        match c {
            c if c.is_ascii_digit() => digits.push(c),
            '-' | '(' | ')' | '—' | '.' | '*' => {}
            _ => return Err(PhoneFault::Form),
        }
    }
    let digits = match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 && rest.starts_with('1') => rest.to_owned(),
        _ => digits,
    };
    let bytes = digits.as_bytes();
    if bytes.len() > 2 && bytes[1..].windows(2).all(|pair| pair[0] == pair[1]) {
        return Err(PhoneFault::Placeholder);
    }
    match (digits.len(), digits.as_bytes()) {
        (11, [b'1', b'3'..=b'9', ..]) => Ok(digits),
        (10..=12, [b'0', second, ..]) => {
            let area = if matches!(second, b'1' | b'2') { 3 } else { 4 };
            let local = digits.len() - area;
            if (7..=8).contains(&local) {
                Ok(format!("{}-{}", &digits[..area], &digits[area..]))
            } else {
                Err(PhoneFault::Form)
            }
        }
        (7..=8, [b'2'..=b'9', ..]) => Ok(digits),
        _ => Err(PhoneFault::Form),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_all_their_forms() {
        for text in ["13907961234", "139 0796 1234", "+86 13907961234", "１３９０７９６１２３４", "13907961234/8221234"] {
            assert_eq!(read(text).as_deref(), Ok("13907961234"), "{text}");
        }
        assert_eq!(read("(0796)8221234").as_deref(), Ok("0796-8221234"));
        assert_eq!(read("010-62221234").as_deref(), Ok("010-62221234"));
        assert_eq!(read("8221234").as_deref(), Ok("8221234"));
    }

    #[test]
    fn what_is_no_number() {
        assert_eq!(read("11111111111"), Err(PhoneFault::Placeholder));
        assert_eq!(read("1"), Err(PhoneFault::Form));
        assert_eq!(read(""), Err(PhoneFault::Form));
        assert_eq!(read("1390796"), Err(PhoneFault::Form));
        assert_eq!(read("找村长"), Err(PhoneFault::Form));
    }
}
