//! Exact decimal numbers, as money and areas are: never through a binary float.

/// Why a text is no decimal number of the wanted scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDecimal {
    /// It is not a number, or one beyond all sense.
    Malformed,
    /// It has more decimals than are kept.
    TooFine,
}

/// The number in `text`, in units of 10^-`scale`: `parse("12.5", 2)` is 1250. Accepts a sign, decimals and an exponent.
pub fn parse(text: &str, scale: u32) -> Result<i128, NotDecimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NotDecimal::Malformed)?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let sound = !(whole.is_empty() && fraction.is_empty())
        && whole.len() + fraction.len() <= 30
        && exponent.abs() <= 30
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !sound {
        return Err(NotDecimal::Malformed);
    }
    let mut number: i128 = format!("{whole}{fraction}").parse().map_err(|_| NotDecimal::Malformed)?;
    // At most 30 digits of text, so that the difference of lengths always fits.
    let shift = exponent + scale as i32 - fraction.len() as i32;
    let factor = 10i128.checked_pow(shift.unsigned_abs()).ok_or(NotDecimal::Malformed)?;
    if shift >= 0 {
        number = number.checked_mul(factor).ok_or(NotDecimal::Malformed)?;
    } else if number % factor == 0 {
        number /= factor;
    } else {
        return Err(NotDecimal::TooFine);
    }
    if number >= 10i128.pow(18) {
        // Decimal128(18, _) is what tables hold.
        return Err(NotDecimal::Malformed);
    }
    Ok(if negative { -number } else { number })
}

/// The number as people write it, without trailing zeros: `written(1250, 2)` is `12.5`.
pub fn written(number: i128, scale: u32) -> String {
    let unit = 10u128.pow(scale);
    let (whole, rest) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
    let sign = if number < 0 { "-" } else { "" };
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{rest:0width$}", width = scale as usize);
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{NotDecimal, parse, written};

    #[test]
    fn numbers_stay_exact() {
        assert_eq!(parse("8256", 2), Ok(825600));
        assert_eq!(parse("0.1", 2), Ok(10));
        assert_eq!(parse("-12.50", 2), Ok(-1250));
        assert_eq!(parse("1.2e3", 2), Ok(120000));
        assert_eq!(parse("100e-2", 2), Ok(100));
        assert_eq!(parse("9007199254740993", 0), Ok(9007199254740993));
        assert_eq!(parse("0.001", 2), Err(NotDecimal::TooFine));
        for text in ["", ".", "-", "1.2.3", "１２", "nan", "1e99", "99999999999999999999", "1 000"] {
            assert_eq!(parse(text, 2), Err(NotDecimal::Malformed), "{text}");
        }
    }

    #[test]
    fn written_is_the_inverse() {
        for text in ["0", "8256", "12.5", "-0.05", "3000.01"] {
            assert_eq!(parse(text, 2).map(|n| written(n, 2)), Ok(text.to_owned()));
        }
    }
}
