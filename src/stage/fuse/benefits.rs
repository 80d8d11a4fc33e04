//! The table `assistance`: entitlements and payments of all programmes alike.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, StringArray};
use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};

use super::columns::ASSISTANCE;
use super::ids::Ids;
use super::kept::Kept;
use super::tables::Rows;
use crate::model::{Assistance, RecordKind, Table, ValueSource};

/// The table, and what each person receives.
pub(super) struct Benefits {
    pub table: Table,
    pub of_person: BTreeMap<u32, Help>,
}

/// The help that one person receives.
#[derive(Default)]
pub(super) struct Help {
    pub programmes: BTreeSet<String>,
    /// The day the first of them began, as ISO text.
    pub first_on: Option<String>,
    /// What was paid out in all, in cents; nothing where no payment is recorded.
    paid: Option<i128>,
}

impl Help {
    fn add(&mut self, programme: Option<&str>, starts_on: Option<&str>, paid: Option<&str>) {
        self.programmes.extend(programme.map(str::to_owned));
        if let Some(day) = starts_on.filter(|day| self.first_on.as_deref().is_none_or(|first| *day < first)) {
            self.first_on = Some(day.to_owned());
        }
        // Money has two decimals, so without the point it is cents.
        if let Some(cents) = paid.and_then(|amount| amount.replace('.', "").parse::<i128>().ok()) {
            self.paid = Some(self.paid.unwrap_or(0) + cents);
        }
    }

    pub(super) fn paid_yuan(&self) -> Option<String> {
        let cents = self.paid?;
        let sign = if cents < 0 { "-" } else { "" };
        Some(format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100))
    }
}

pub(super) fn benefits(kept: &[Kept], ids: &Ids) -> Result<Benefits, ArrowError> {
    let mut rows = Rows::new(ASSISTANCE);
    let mut of_person: BTreeMap<u32, Help> = BTreeMap::new();
    for table in kept {
        let Some(rule) = &table.schema.assistance else { continue };
        let columns = Columns::of(table, rule)?;
        for (row, link) in table.links.iter().enumerate() {
            // A payment whose programme cannot be read is a payment all the same.
            let programme = columns.programme.at(row);
            let starts_on = columns.starts_on.at(row).and_then(|text| day(text, false));
            let amount = columns.amount.at(row);
            rows.begin();
            rows.set("record_kind", rule.record_kind.as_str());
            rows.set_some("programme", programme);
            rows.set_some("subprogramme", columns.subprogramme.at(row));
            rows.set_some("cause", columns.cause.at(row));
            if let Some(person) = link.person {
                rows.set("person_id", &ids.person[person as usize]);
                let paid = amount.filter(|_| rule.record_kind == RecordKind::Payment);
                of_person.entry(person).or_default().add(programme, starts_on.as_deref(), paid);
            }
            if let Some(household) = link.household {
                rows.set("household_id", &ids.household[household as usize]);
            }
            rows.set_some("starts_on", starts_on.as_deref());
            rows.set_some("ends_on", columns.ends_on.at(row).and_then(|text| day(text, true)).as_deref());
            rows.set_some("paid_month", columns.paid_month.at(row).and_then(|text| text.get(..7)));
            rows.set_some("amount", amount);
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
    use super::{Help, day};

    #[test]
    fn help_begins_with_the_first_day_and_sums_what_was_paid() {
        let mut help = Help::default();
        help.add(Some("低保"), Some("2024-03-01"), None);
        assert_eq!((help.first_on.as_deref(), help.paid_yuan()), (Some("2024-03-01"), None));
        help.add(None, Some("2023-01-01"), Some("620.50"));
        help.add(Some("临时救助"), None, Some("-20.75"));
        assert_eq!((help.first_on.as_deref(), help.paid_yuan().as_deref()), (Some("2023-01-01"), Some("599.75")));
        assert_eq!(help.programmes.len(), 2);
    }

    #[test]
    fn a_month_begins_on_its_first_and_ends_on_its_last_day() {
        assert_eq!(day("2024-02", false).as_deref(), Some("2024-02-01"));
        assert_eq!(day("2024-02", true).as_deref(), Some("2024-02-29"));
        assert_eq!(day("2024-02-10", true).as_deref(), Some("2024-02-10"));
        assert_eq!(day("2024-1x", true), None);
    }
}
