//! The table `assistance`: entitlements and payments of all programmes alike.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, StringArray};
use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};

use super::columns::ASSISTANCE;
use super::ids::Ids;
use super::kept::Kept;
use super::tables::Rows;
use crate::model::{Assistance, Table, ValueSource};

/// The table, and which programmes each person receives.
pub(super) struct Benefits {
    pub table: Table,
    pub of_person: BTreeMap<u32, BTreeSet<String>>,
}

pub(super) fn benefits(kept: &[Kept], ids: &Ids) -> Result<Benefits, ArrowError> {
    let mut rows = Rows::new(ASSISTANCE);
    let mut of_person: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for table in kept {
        let Some(rule) = &table.schema.assistance else { continue };
        let columns = Columns::of(table, rule)?;
        for (row, link) in table.links.iter().enumerate() {
            let Some(programme) = columns.programme.at(row) else { continue };
            rows.begin();
            rows.set("record_kind", rule.record_kind.as_str());
            rows.set("programme", programme);
            rows.set_some("subprogramme", columns.subprogramme.at(row));
            rows.set_some("cause", columns.cause.at(row));
            if let Some(person) = link.person {
                rows.set("person_id", &ids.person[person as usize]);
                of_person.entry(person).or_default().insert(programme.to_owned());
            }
            if let Some(household) = link.household {
                rows.set("household_id", &ids.household[household as usize]);
            }
            rows.set_some("starts_on", columns.starts_on.at(row).and_then(|text| day(text, false)).as_deref());
            rows.set_some("ends_on", columns.ends_on.at(row).and_then(|text| day(text, true)).as_deref());
            rows.set_some("paid_month", columns.paid_month.at(row).and_then(|text| text.get(..7)));
            rows.set_some("amount", columns.amount.at(row));
            rows.set("amount_basis", &rule.amount_basis.0);
            rows.set_some("insured_count", columns.insured_count.at(row));
            rows.set("row_id", table.row_id(row));
        }
    }
    let table = rows.finish("assistance", "救助记录", &["person_id", "row_id"], &["household_id"])?;
    Ok(Benefits { table, of_person })
}

/// A fixed text or a column.
enum Cell {
    Fixed(String),
    Column(StringArray),
    Silent,
}

impl Cell {
    fn at(&self, row: usize) -> Option<&str> {
        match self {
            Cell::Fixed(text) => Some(text),
            Cell::Column(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Cell::Silent => None,
        }
    }
}

struct Columns {
    programme: Cell,
    subprogramme: Cell,
    cause: Cell,
    starts_on: Cell,
    ends_on: Cell,
    paid_month: Cell,
    amount: Cell,
    insured_count: Cell,
}

impl Columns {
    fn of(table: &Kept, rule: &Assistance) -> Result<Self, ArrowError> {
        let field = |at: Option<usize>| -> Result<Cell, ArrowError> {
            let Some(name) = at.and_then(|at| table.schema.fields.get(at)).map(|field| field.name.as_str()) else {
                return Ok(Cell::Silent);
            };
            Ok(table.texts(name)?.map_or(Cell::Silent, Cell::Column))
        };
        let either = |source: Option<&ValueSource>| match source {
            Some(ValueSource::Literal(text)) => Ok(Cell::Fixed(text.clone())),
            Some(ValueSource::Field(at)) => field(Some(*at)),
            None => Ok(Cell::Silent),
        };
        Ok(Columns {
            programme: either(Some(&rule.programme))?,
            subprogramme: either(rule.subprogramme.as_ref())?,
            cause: either(rule.cause.as_ref())?,
            starts_on: field(rule.starts_on)?,
            ends_on: field(rule.ends_on)?,
            paid_month: field(rule.paid_month)?,
            amount: field(rule.amount)?,
            insured_count: field(rule.insured_count)?,
        })
    }
}

/// A day as it stands, or the first (last) day of a month `YYYY-MM`.
fn day(text: &str, last: bool) -> Option<String> {
    if text.len() != 7 {
        return Some(text.to_owned());
    }
    let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
    let day = if last { first.with_day(u32::from(first.num_days_in_month()))? } else { first };
    Some(day.to_string())
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn a_month_begins_on_its_first_and_ends_on_its_last_day() {
        assert_eq!(day("2024-02", false).as_deref(), Some("2024-02-01"));
        assert_eq!(day("2024-02", true).as_deref(), Some("2024-02-29"));
        assert_eq!(day("2024-02-10", true).as_deref(), Some("2024-02-10"));
        assert_eq!(day("2024-1x", true), None);
    }
}
