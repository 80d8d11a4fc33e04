//! One value of an Arrow column for people and for JSON.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use chrono::{DateTime, Days, NaiveDate};

/// A value as text for people; `None` where the column is null. The members of a list are joined by `、`, a map reads
/// `key=value`. A type that the program never publishes yields its name in angle brackets.
pub fn text(array: &dyn Array, row: usize) -> Option<String> {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return None;
    }
    if let Some(number) = number_text(array, row) {
        return Some(number);
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).to_owned(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Boolean => if array.as_boolean().value(row) { "是" } else { "否" }.to_owned(),
        DataType::Date32 => date_text(array.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(..) => instant_text(array, row),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary_opt()?;
            return text(dictionary.values(), dictionary.normalized_keys()[row]);
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let pair = |i| format!("{}={}", text(keys, i).unwrap_or_default(), text(values, i).unwrap_or_default());
            (0..entries.len()).map(pair).collect::<Vec<_>>().join("、")
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let pair =
                |(i, c): (usize, &ArrayRef)| format!("{}={}", fields[i].name(), text(c, row).unwrap_or_default());
            columns.iter().enumerate().map(pair).collect::<Vec<_>>().join("、")
        }
        _ => match members(array, row) {
            Some(values) => (0..values.len()).filter_map(|i| text(&values, i)).collect::<Vec<_>>().join("、"),
            None => format!("<{}>", array.data_type()),
        },
    })
}

/// A value as JSON. Money keeps all its digits, since JSON sets numbers no bounds.
pub fn json(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return "null".into();
    }
    if let Some(number) = number_text(array, row) {
        return if number.parse::<f64>().is_ok_and(f64::is_finite) { number } else { "null".into() };
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Dictionary(..) => match array.as_any_dictionary_opt() {
            Some(dictionary) => json(dictionary.values(), dictionary.normalized_keys()[row]),
            None => "null".into(),
        },
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let pair = |i| format!("{}:{}", quoted(&text(keys, i).unwrap_or_default()), json(values, i));
            format!("{{{}}}", (0..entries.len()).map(pair).collect::<Vec<_>>().join(","))
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let pair = |(i, c): (usize, &ArrayRef)| format!("{}:{}", quoted(fields[i].name()), json(c, row));
            format!("{{{}}}", columns.iter().enumerate().map(pair).collect::<Vec<_>>().join(","))
        }
        _ => match members(array, row) {
            Some(values) => {
                format!("[{}]", (0..values.len()).map(|i| json(&values, i)).collect::<Vec<_>>().join(","))
            }
            None => text(array, row).map_or_else(|| "null".into(), |text| quoted(&text)),
        },
    }
}

/// A text as a JSON string, quotes included.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether values of the type are numbers, which stand to the right and may be summed.
pub fn is_number(kind: &DataType) -> bool {
    kind.is_numeric()
}

/// The text of a number, whole or with the decimals of its type.
pub fn number_text(array: &dyn Array, row: usize) -> Option<String> {
    Some(match array.data_type() {
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).to_string(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).to_string(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        _ => return None,
    })
}

fn members(array: &dyn Array, row: usize) -> Option<ArrayRef> {
    match array.data_type() {
        DataType::List(_) => Some(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => Some(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => Some(array.as_fixed_size_list().value(row)),
        _ => None,
    }
}

fn date_text(days: i32) -> String {
    let epoch = NaiveDate::default();
    let distance = Days::new(u64::from(days.unsigned_abs()));
    let day = if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) };
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// Published instants are in UTC; people here read them in UTC+8, without a zone.
fn instant_text(array: &dyn Array, row: usize) -> String {
    const EAST_8: i64 = 8 * 3600;
    let (seconds, zoned) = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, zone) => {
            (array.as_primitive::<TimestampSecondType>().value(row), zone.is_some())
        }
        DataType::Timestamp(TimeUnit::Millisecond, zone) => {
            (array.as_primitive::<TimestampMillisecondType>().value(row).div_euclid(1_000), zone.is_some())
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            (array.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1_000_000), zone.is_some())
        }
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
            (array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000_000), zone.is_some())
        }
        _ => return String::new(),
    };
    DateTime::from_timestamp(seconds + if zoned { EAST_8 } else { 0 }, 0)
        .map(|instant| instant.format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        Array, BooleanArray, Date32Array, Decimal128Array, Float64Array, ListArray, StringArray, UInt32Array,
    };
    use arrow::datatypes::Int32Type;

    use super::{json, text};

    fn both(array: &dyn Array, row: usize) -> (Option<String>, String) {
        (text(array, row), json(array, row))
    }

    #[test]
    fn values_read_as_people_write_them_and_as_json_wants_them() {
        let money = Decimal128Array::from(vec![Some(123450), None]).with_precision_and_scale(18, 2).expect("fits");
        assert_eq!(both(&money, 0), (Some("1234.50".into()), "1234.50".into()));
        assert_eq!(both(&money, 1), (None, "null".into()));
        assert_eq!(both(&Date32Array::from(vec![-1, 20437]), 0), (Some("1969-12-31".into()), "\"1969-12-31\"".into()));
        assert_eq!(both(&BooleanArray::from(vec![true]), 0), (Some("是".into()), "true".into()));
        assert_eq!(both(&UInt32Array::from(vec![7]), 0), (Some("7".into()), "7".into()));
        assert_eq!(json(&Float64Array::from(vec![f64::NAN]), 0), "null");
        assert_eq!(json(&StringArray::from(vec!["a\"b"]), 0), "\"a\\\"b\"");
    }

    #[test]
    fn lists_are_joined_or_kept() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None, Some(3)])]);
        assert_eq!(both(&list, 0), (Some("1、3".into()), "[1,null,3]".into()));
        let terms = Arc::new(StringArray::from(vec!["低保", "特困"]));
        let field = Arc::new(arrow::datatypes::Field::new("item", terms.data_type().clone(), true));
        let list = ListArray::new(field, arrow::buffer::OffsetBuffer::from_lengths([2]), terms, None);
        assert_eq!(both(&list, 0), (Some("低保、特困".into()), "[\"低保\",\"特困\"]".into()));
    }
}
