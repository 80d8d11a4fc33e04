//! A workbook's cell as text and kind.

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime};

use crate::model::CellKind;
use crate::source::line::Line;

/// The values that the workbook formats have in common.
#[derive(Clone, Copy)]
pub(in crate::source) enum Value<'a> {
    Empty,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Moment(ExcelDateTime),
    MomentIso(&'a str),
    Error(&'a CellErrorType),
}

impl<'a> From<&'a DataRef<'a>> for Value<'a> {
    fn from(value: &'a DataRef<'a>) -> Self {
        match value {
            DataRef::Empty => Value::Empty,
            DataRef::String(text) | DataRef::DurationIso(text) => Value::Text(text),
            DataRef::SharedString(text) => Value::Text(text),
            DataRef::Int(number) => Value::Integer(*number),
            DataRef::Float(number) => Value::Number(*number),
            DataRef::Bool(truth) => Value::Boolean(*truth),
            DataRef::DateTime(moment) => Value::Moment(*moment),
            DataRef::DateTimeIso(text) => Value::MomentIso(text),
            DataRef::Error(error) => Value::Error(error),
        }
    }
}

impl<'a> From<&'a Data> for Value<'a> {
    fn from(value: &'a Data) -> Self {
        match value {
            Data::Empty => Value::Empty,
            Data::String(text) | Data::DurationIso(text) => Value::Text(text),
            Data::Int(number) => Value::Integer(*number),
            Data::Float(number) => Value::Number(*number),
            Data::Bool(truth) => Value::Boolean(*truth),
            Data::DateTime(moment) => Value::Moment(*moment),
            Data::DateTimeIso(text) => Value::MomentIso(text),
            Data::Error(error) => Value::Error(error),
        }
    }
}

/// Appends the value to the line as text.
pub(in crate::source) fn push(line: &mut Line, column: u32, value: Value<'_>) {
    match value {
        Value::Empty => {}
        Value::Text(text) => line.push(column, text, CellKind::Text),
        Value::Integer(number) => push_number(line, column, number as f64),
        Value::Number(number) => push_number(line, column, number),
        Value::Boolean(truth) => line.push(column, if truth { "TRUE" } else { "FALSE" }, CellKind::Boolean),
        Value::Moment(moment) => match moment_text(&moment) {
            Some(text) => line.push(column, &text, CellKind::Date),
            None => push_number(line, column, moment.as_f64()),
        },
        Value::MomentIso(text) => line.push(column, iso_day(text), CellKind::Date),
        Value::Error(error) => line.push(column, &error.to_string(), CellKind::Error),
    }
}

/// Appends a number. Nearly all are whole and have few digits, which are written without a text of their own.
fn push_number(line: &mut Line, column: u32, number: f64) {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        let mut digits = [0; 20];
        let text = whole_text(number as i64, &mut digits);
        line.push(column, text, CellKind::Number);
    } else {
        line.push(column, &number_text(number), CellKind::Number);
    }
}

/// A whole number's digits.
fn whole_text(number: i64, digits: &mut [u8; 20]) -> &str {
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    std::str::from_utf8(&digits[at..]).unwrap_or_default()
}

/// A number with the fifteen significant digits that spreadsheets keep and show, without float noise and without
/// `.0`. A longer whole number is filled up with zeros: what stood there is lost.
pub(in crate::source) fn number_text(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return (number as i64).to_string();
    }
    // The shortest text of a number has the digits that were typed, unless it came out of a sum.
    let shortest = number.to_string();
    let digits = shortest.bytes().filter(u8::is_ascii_digit).count();
    if digits <= 15 && (1e-5..1e15).contains(&number.abs()) {
        return shortest;
    }
    let scientific = format!("{number:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    let sign = if number < 0.0 { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    match exponent {
        -15..=-1 => format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize)),
        0..=30 => {
            let whole = exponent as usize + 1;
            if digits.len() <= whole {
                format!("{sign}{digits}{}", "0".repeat(whole - digits.len()))
            } else {
                format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
            }
        }
        _ => {
            let (first, rest) = digits.split_at(digits.len().min(1));
            let point = if rest.is_empty() { "" } else { "." };
            format!("{sign}{first}{point}{rest}E{exponent:+}")
        }
    }
}

/// The kind of a number that came with all its digits. [`CellKind::Number`] stands for a spreadsheet's, which is not
/// trusted beyond the fifteenth digit; an identity number stored exactly must not be taken for one that lost its end.
pub(in crate::source) fn exact_kind(number: &str) -> CellKind {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if digits > 15 { CellKind::Text } else { CellKind::Number }
}

/// A date cell as ISO 8601; `None` for durations, bare times of day and numbers that are no day: they stay numbers.
fn moment_text(moment: &ExcelDateTime) -> Option<String> {
    let serial = moment.as_f64();
    if !moment.is_datetime() || !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    Some(if (hour, minute, second, milli) == (0, 0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    })
}

/// An ISO moment at midnight is a day.
fn iso_day(text: &str) -> &str {
    match text.split_once('T') {
        Some((day, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z')) => day,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_come_without_noise() {
        for (number, text) in [
            (5.0, "5"),
            (-3.0, "-3"),
            (0.1 + 0.2, "0.3"),
            (1234.5600000000001, "1234.56"),
            (-0.05, "-0.05"),
            (0.000012, "0.000012"),
            (1e15, "1000000000000000"),
            (1.5e300, "1.5E+300"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }

    #[test]
    fn a_pushed_number_reads_as_its_text() {
        for number in
            [0.0, -0.0, 7.0, -40.0, 999_999_999_999_999.0, 0.5, -1234.56, 0.1 + 0.2, 1e15, 123_456_789.012_345_6]
        {
            let mut line = Line::default();
            line.begin(1);
            push(&mut line, 0, Value::Number(number));
            assert_eq!(line.get(0).map(|cell| cell.text.to_owned()), Some(number_text(number)), "{number}");
        }
        assert_eq!(number_text(123_456_789.012_345_6), "123456789.012346");
    }

    #[test]
    fn an_identity_number_typed_as_a_number_keeps_fifteen_digits() {
        assert_eq!(number_text(362401196503120012.0), "362401196503120000");
        assert_eq!(number_text(351030001351351000.0), "351030001351351000");
    }

    #[test]
    fn dates_are_iso_and_the_1904_system_is_honoured() {
        let text = |serial, old| moment_text(&ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, old));
        assert_eq!(text(45_658.0, false).as_deref(), Some("2025-01-01"));
        assert_eq!(text(44_196.0, true).as_deref(), Some("2025-01-01"));
        assert_eq!(text(45_658.5, false).as_deref(), Some("2025-01-01T12:00:00"));
        assert_eq!(text(0.25, false), None);
        assert_eq!(iso_day("2025-01-01T00:00:00.000Z"), "2025-01-01");
    }
}
