//! A value of an Arrow array as text and kind, exactly: an identity number stored as an integer comes out digit by
//! digit.

use std::ops::RangeInclusive;

use arrow::array::types::{
    ArrowDictionaryKeyType, ArrowTimestampType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type,
    Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::model::CellKind;
use crate::source::format::cell::{exact_kind, number_text};

/// A moment that is stored in universal time is told in China's.
const HOURS_EAST: i64 = 8;
/// The years that are written with four digits.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// The value in a row; `None` where it is null.
pub(in crate::source) fn cell(array: &dyn Array, row: usize) -> Option<(String, CellKind)> {
    use CellKind::{Boolean, Text};
    if array.is_null(row) {
        return None;
    }
    macro_rules! integer {
        ($kind:ty) => {
            exact(array.as_primitive::<$kind>().value(row).to_string())
        };
    }
    macro_rules! decimal {
        ($kind:ty) => {
            exact(array.as_primitive::<$kind>().value_as_string(row))
        };
    }
    Some(match array.data_type() {
        DataType::Null => return None,
        DataType::Boolean => ((if array.as_boolean().value(row) { "TRUE" } else { "FALSE" }).to_owned(), Boolean),
        DataType::Int8 => integer!(Int8Type),
        DataType::Int16 => integer!(Int16Type),
        DataType::Int32 => integer!(Int32Type),
        DataType::Int64 => integer!(Int64Type),
        DataType::UInt8 => integer!(UInt8Type),
        DataType::UInt16 => integer!(UInt16Type),
        DataType::UInt32 => integer!(UInt32Type),
        DataType::UInt64 => integer!(UInt64Type),
        DataType::Float16 => short_float(f32::from(array.as_primitive::<Float16Type>().value(row))),
        DataType::Float32 => short_float(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        DataType::Utf8 => (array.as_string::<i32>().value(row).to_owned(), Text),
        DataType::LargeUtf8 => (array.as_string::<i64>().value(row).to_owned(), Text),
        DataType::Utf8View => (array.as_string_view().value(row).to_owned(), Text),
        DataType::Binary => (bytes(array.as_binary::<i32>().value(row)), Text),
        DataType::LargeBinary => (bytes(array.as_binary::<i64>().value(row)), Text),
        DataType::BinaryView => (bytes(array.as_binary_view().value(row)), Text),
        DataType::FixedSizeBinary(_) => (bytes(array.as_fixed_size_binary().value(row)), Text),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            day(days.value_as_date(row), i64::from(days.value(row)))
        }
        DataType::Date64 => {
            let days = array.as_primitive::<Date64Type>();
            day(days.value_as_date(row), days.value(row))
        }
        DataType::Timestamp(unit, zone) => match unit {
            TimeUnit::Second => moment::<TimestampSecondType>(array, row, zone.is_some()),
            TimeUnit::Millisecond => moment::<TimestampMillisecondType>(array, row, zone.is_some()),
            TimeUnit::Microsecond => moment::<TimestampMicrosecondType>(array, row, zone.is_some()),
            TimeUnit::Nanosecond => moment::<TimestampNanosecondType>(array, row, zone.is_some()),
        },
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            return cell(&*dictionary.values().clone(), key(dictionary.keys(), row)?);
        }
        DataType::Struct(_) | DataType::Map(..) => (json(array, row), Text),
        DataType::List(_) => (list(&array.as_list::<i32>().value(row)), Text),
        DataType::LargeList(_) => (list(&array.as_list::<i64>().value(row)), Text),
        DataType::FixedSizeList(..) => (list(&array.as_fixed_size_list().value(row)), Text),
        // Times of day, durations and what else there may be.
        _ => {
            let options = FormatOptions::default();
            let shown = ArrayFormatter::try_new(array, &options).map(|shown| shown.value(row).to_string());
            (shown.unwrap_or_default(), Text)
        }
    })
}

/// The position of a dictionary's value.
fn key(keys: &dyn Array, row: usize) -> Option<usize> {
    fn at<K: ArrowDictionaryKeyType>(keys: &dyn Array, row: usize) -> Option<usize>
    where
        K::Native: TryInto<usize>,
    {
        keys.as_primitive::<K>().value(row).try_into().ok()
    }
    match keys.data_type() {
        DataType::Int8 => at::<Int8Type>(keys, row),
        DataType::Int16 => at::<Int16Type>(keys, row),
        DataType::Int32 => at::<Int32Type>(keys, row),
        DataType::Int64 => at::<Int64Type>(keys, row),
        DataType::UInt8 => at::<UInt8Type>(keys, row),
        DataType::UInt16 => at::<UInt16Type>(keys, row),
        DataType::UInt32 => at::<UInt32Type>(keys, row),
        DataType::UInt64 => at::<UInt64Type>(keys, row),
        _ => None,
    }
}

/// A number of which no digit is lost. A long one that is whole is written so.
fn exact(number: String) -> (String, CellKind) {
    let kind = exact_kind(&number);
    match number.split_once('.') {
        Some((whole, fraction)) if kind == CellKind::Text && fraction.bytes().all(|digit| digit == b'0') => {
            (whole.to_owned(), kind)
        }
        _ => (number, kind),
    }
}

fn float(number: f64) -> (String, CellKind) {
    let kind = if number.is_finite() { CellKind::Number } else { CellKind::Error };
    (number_text(number), kind)
}

/// A short float has fewer digits of its own than those of the long one next to it.
fn short_float(number: f32) -> (String, CellKind) {
    float(number.to_string().parse().unwrap_or(f64::from(number)))
}

/// Bytes that are text are read as such, since some writers do not mark their text; others in hexadecimal.
fn bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// A day; what is no day of any calendar stays the number it is.
fn day(day: Option<NaiveDate>, number: i64) -> (String, CellKind) {
    let day = day.filter(|day| YEARS.contains(&day.year()));
    day.map_or_else(|| (number.to_string(), CellKind::Number), |day| (day.to_string(), CellKind::Date))
}

/// A moment, and at midnight a day.
fn moment<T: ArrowTimestampType>(array: &dyn Array, row: usize, universal: bool) -> (String, CellKind) {
    let moments = array.as_primitive::<T>();
    let local = |moment: NaiveDateTime| {
        if universal { moment.checked_add_signed(TimeDelta::hours(HOURS_EAST)) } else { Some(moment) }
    };
    let moment = moments.value_as_datetime(row).and_then(local).filter(|moment| YEARS.contains(&moment.year()));
    match moment {
        Some(moment) if moment.time() == NaiveTime::MIN => (moment.date().to_string(), CellKind::Date),
        Some(moment) => (moment.format("%Y-%m-%dT%H:%M:%S").to_string(), CellKind::Date),
        None => (moments.value(row).to_string(), CellKind::Number),
    }
}

/// Plain values joined; lists of structures as JSON.
fn list(values: &ArrayRef) -> String {
    if values.data_type().is_nested() {
        return json_list(values);
    }
    let texts = (0..values.len()).filter_map(|row| cell(values, row)).map(|(text, _)| text);
    texts.collect::<Vec<_>>().join("、")
}

fn json_list(values: &ArrayRef) -> String {
    let values: Vec<String> = (0..values.len()).map(|row| json(values, row)).collect();
    format!("[{}]", values.join(","))
}

fn quoted(text: String) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value as JSON.
fn json(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return "null".to_owned();
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            let members = fields.iter().zip(array.as_struct().columns());
            let members: Vec<String> = members
                .map(|(field, values)| format!("{}:{}", quoted(field.name().clone()), json(values, row)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let key = |row| cell(keys, row).map(|(text, _)| text).unwrap_or_default();
            let members: Vec<String> =
                (0..entries.len()).map(|row| format!("{}:{}", quoted(key(row)), json(values, row))).collect();
            format!("{{{}}}", members.join(","))
        }
        DataType::List(_) => json_list(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => json_list(&array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => json_list(&array.as_fixed_size_list().value(row)),
        _ => match cell(array, row) {
            None => "null".to_owned(),
            Some((text, _)) if array.data_type().is_numeric() && text.parse::<f64>().is_ok_and(f64::is_finite) => text,
            Some((text, CellKind::Boolean)) => text.to_lowercase(),
            Some((text, _)) => quoted(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BinaryArray, Date32Array, Decimal128Array, Decimal256Array, DictionaryArray, Float32Array, Float64Array,
        Int64Array, ListArray, StringArray, Time32SecondArray, TimestampMicrosecondArray, UInt64Array,
    };
    use arrow::datatypes::i256;

    use super::*;

    fn texts(array: &dyn Array) -> Vec<String> {
        (0..array.len()).map(|row| cell(array, row).map(|(text, _)| text).unwrap_or_default()).collect()
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(texts(&Int64Array::from(vec![362_401_196_503_120_012])), ["362401196503120012"]);
        assert_eq!(texts(&UInt64Array::from(vec![u64::MAX])), ["18446744073709551615"]);
        let decimal = Decimal128Array::from(vec![36_240_119_650_312_001_200]).with_precision_and_scale(20, 2).unwrap();
        assert_eq!(texts(&decimal), ["362401196503120012"]);
        let small = Decimal128Array::from(vec![-5, 12]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(texts(&small), ["-0.05", "0.12"]);
        let wide = Decimal256Array::from(vec![i256::from_i128(7)]).with_precision_and_scale(40, 0).unwrap();
        assert_eq!(texts(&wide), ["7"]);
        assert_eq!(texts(&Float64Array::from(vec![0.1 + 0.2, 300.0])), ["0.3", "300"]);
        assert_eq!(texts(&Float32Array::from(vec![0.1, 1234.56])), ["0.1", "1234.56"]);
        assert_eq!(cell(&Float64Array::from(vec![f64::NAN]), 0), Some(("NaN".into(), CellKind::Error)));
    }

    #[test]
    fn days_are_iso_and_universal_time_is_told_as_chinas() {
        let days = Date32Array::from(vec![20_089, i32::MAX]);
        assert_eq!(cell(&days, 0), Some(("2025-01-01".into(), CellKind::Date)));
        assert_eq!(cell(&days, 1), Some((i32::MAX.to_string(), CellKind::Number)));
        let midnight = 1_735_689_600_000_000;
        let moments = TimestampMicrosecondArray::from(vec![midnight, midnight + 3_600_000_000, i64::MAX]);
        assert_eq!(texts(&moments), ["2025-01-01", "2025-01-01T01:00:00", "9223372036854775807"]);
        // Midnight in China is four in the afternoon of the day before in universal time.
        let universal = TimestampMicrosecondArray::from(vec![midnight - 8 * 3_600_000_000]).with_timezone("UTC");
        assert_eq!(texts(&universal), ["2025-01-01"]);
        assert_eq!(texts(&Time32SecondArray::from(vec![3_661])), ["01:01:01"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_hexadecimal() {
        assert_eq!(texts(&BinaryArray::from(vec!["王五".as_bytes(), b"\xFF\x01"])), ["王五", "ff01"]);
    }

    #[test]
    fn dictionaries_are_decoded_and_lists_joined() {
        let dictionary: DictionaryArray<Int32Type> = vec![Some("低保"), None, Some("低保")].into_iter().collect();
        assert_eq!(texts(&dictionary), ["低保", "", "低保"]);
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>(vec![Some(vec![Some(1), None, Some(2)]), None]);
        assert_eq!(texts(&list), ["1、2", ""]);
        let nested: ArrayRef = Arc::new(list);
        assert_eq!(json_list(&nested), "[[1,null,2],null]");
        assert_eq!(json(&StringArray::from(vec!["a\"b"]), 0), "\"a\\\"b\"");
    }
}
