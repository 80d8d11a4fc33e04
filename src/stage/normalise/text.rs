//! Text, addresses and regions.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::StringBuilder;

use crate::kernel::{region as regions, text};

use super::super::fault_code::FaultCode;
use super::column::{Column, Outcome};

/// Fields with names of places below the county, which are kept in simplified script, as the county is, so that 敦厚鎮 and 敦厚镇 are one.
const PLACES: [&str; 2] = ["town", "village"];

/// Tidied text: what is only typing goes, everything a reader sees stays.
pub fn read(column: &Column<'_>) -> Outcome {
    let mut values = StringBuilder::with_capacity(column.len(), column.texts.value_data().len());
    let is_place = PLACES.contains(&column.field.name.as_str());
    let doubts = column.read(
        |cell, _, _| {
            if text::is_placeholder(cell) {
                return None;
            }
            let tidy = text::clean(cell);
            // A guard character may have stood before a stroke.
            if tidy.len() != cell.len() && text::is_placeholder(&tidy) {
                return None;
            }
            Some(if is_place { Cow::Owned(text::simplify(&tidy).into_owned()) } else { tidy })
        },
        |value: Option<Cow<'_, str>>| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// Regions by code or by name. A field whose own name ends in `code` holds the six digits, any other the name without what it
/// belongs to.
pub fn region(column: &Column<'_>) -> Outcome {
    let wants_code = column.field.name.ends_with("code");
    let mut values = StringBuilder::with_capacity(column.len(), column.len() * 9);
    let doubts = column.read_once(
        |cell| {
            if text::is_placeholder(cell) {
                return None;
            }
            let found = find(cell, column.region).ok_or(FaultCode::RegionUnknown);
            Some(found.map(|region| if wants_code { region.code } else { region.name }))
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// The region of a code of six, nine or twelve digits (towns and villages lie below their county's), or of a name.
fn find(cell: &str, within: Option<&str>) -> Option<&'static regions::Region> {
    let folded = text::fold(cell);
    if folded.bytes().all(|b| b.is_ascii_digit()) {
        return match folded.len() {
            6 | 9 | 12 => regions::get(&folded[..6]),
            _ => None,
        };
    }
    // The pipeline's own region first; a column of birthplaces names others too.
    regions::by_name(&folded, within).or_else(|| regions::by_name(&folded, None))
}
