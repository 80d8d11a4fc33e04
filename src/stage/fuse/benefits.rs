//! The table `assistance`: entitlements and payments of all programmes alike.

use std::collections::BTreeMap;

use arrow::array::{Array, StringArray};
use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};

use super::help::{Given, Help};
use super::ids::Ids;
use super::kept::Kept;
use crate::model::{Assistance, Table, ValueSource};
use crate::stage::columns::ASSISTANCE;
use crate::stage::table_rows::Rows;

/// The table, and what each person receives.
pub(super) struct Benefits {
    pub table: Table,
    pub of_person: BTreeMap<u32, Help>,
}

/// `today` decides which help is help now.
pub(super) fn benefits(kept: &[Kept], ids: &Ids, today: NaiveDate) -> Result<Benefits, ArrowError> {
    let month = today.format("%Y-%m").to_string();
    let mut rows = Rows::new(ASSISTANCE);
    let mut of_person: BTreeMap<u32, Help> = BTreeMap::new();
    for table in kept {
        let Some(rule) = &table.schema.assistance else { continue };
        let columns = Columns::of(table, rule)?;
        for (row, link) in table.links.iter().enumerate() {
            // Money that did not arrive is no help; the row stays in its schema's own table.
            if columns.is_unpaid(row) {
                continue;
            }
            let starts_on = columns.starts_on.at(row).and_then(|text| day(text, false));
            let ends_on = columns.ends_on.at(row).and_then(|text| day(text, true));
            let given = Given {
                row_id: table.row_id(row),
                // A payment whose programme cannot be read is a payment all the same.
                programme: columns.programme.at(row),
                starts_on: starts_on.as_deref(),
                ends_on: ends_on.as_deref(),
                paid_month: columns.paid_month.at(row).and_then(|text| text.get(..7)),
                period: Some(table.period(row)).filter(|period| !period.is_empty()),
                amount: columns.amount.at(row),
            };
            rows.begin();
            rows.set("record_kind", rule.record_kind.as_str());
            rows.set_some("programme", given.programme);
            rows.set_some("subprogramme", columns.subprogramme.at(row));
            rows.set_some("cause", columns.cause.at(row));
            if let Some(person) = link.person {
                rows.set("person_id", &ids.person[person as usize]);
                of_person.entry(person).or_default().add(rule.record_kind, &given, &month);
            }
            if let Some(household) = link.household {
                rows.set("household_id", &ids.household[household as usize]);
            }
            rows.set_some("starts_on", given.starts_on);
            rows.set_some("ends_on", given.ends_on);
            rows.set_some("paid_month", given.paid_month);
            rows.set_some("amount", given.amount);
            rows.set("amount_basis", &rule.amount_basis.0);
            rows.set_some("insured_count", columns.insured_count.at(row));
            rows.set_some("period", given.period);
            rows.set("row_id", given.row_id);
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
    status: Cell,
    /// Terms of `status` for money that did not arrive.
    unpaid: Vec<String>,
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
            status: field(rule.unpaid.as_ref().map(|unpaid| unpaid.field))?,
            unpaid: rule.unpaid.as_ref().map_or_else(Vec::new, |unpaid| unpaid.terms.clone()),
        })
    }

    fn is_unpaid(&self, row: usize) -> bool {
        self.status.at(row).is_some_and(|status| self.unpaid.iter().any(|term| term == status))
    }
}

/// A day as it stands, or the first (last) day of a month `YYYY-MM`.
pub(super) fn day(text: &str, last: bool) -> Option<String> {
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
