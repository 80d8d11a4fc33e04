//! The table `assistance`: entitlements and payments of all programmes alike.

use std::borrow::Cow;
use std::collections::BTreeMap;

use arrow::array::{Array, StringArray};
use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};

use super::ids::Ids;
use super::kept::Kept;
use crate::model::{Assistance, RecordKind, Table, ValueSource};
use crate::stage::columns::ASSISTANCE;
use crate::stage::lineage::Origin;
use crate::stage::table_rows::Rows;

/// The table, and what each person receives.
pub(super) struct Benefits {
    pub table: Table,
    pub of_person: BTreeMap<u32, Help>,
}

/// The help that one person receives, each with the row that says so.
#[derive(Default)]
pub(super) struct Help {
    /// Programme and row; of each programme its first row.
    programmes: BTreeMap<String, String>,
    /// The day the first of them began, as ISO text.
    first_on: Option<(String, String)>,
    /// What was paid out in all, in cents.
    paid: i128,
    /// Each payment.
    payments: Vec<(String, String)>,
}

impl Help {
    fn add(&mut self, row_id: &str, programme: Option<&str>, starts_on: Option<&str>, paid: Option<&str>) {
        if let Some(programme) = programme.filter(|programme| !self.programmes.contains_key(*programme)) {
            self.programmes.insert(programme.to_owned(), row_id.to_owned());
        }
        if let Some(day) = starts_on.filter(|day| self.first_on.as_ref().is_none_or(|(first, _)| *day < first.as_str()))
        {
            self.first_on = Some((day.to_owned(), row_id.to_owned()));
        }
        // Money has two decimals, so without the point it is cents.
        if let Some((amount, cents)) =
            paid.and_then(|amount| Some((amount, amount.replace('.', "").parse::<i128>().ok()?)))
        {
            self.paid += cents;
            self.payments.push((amount.to_owned(), row_id.to_owned()));
        }
    }

    /// The programmes, in the order of their names.
    pub(super) fn programmes(&self) -> Option<Origin<'_>> {
        let items: Vec<_> =
            self.programmes.iter().map(|(programme, row)| (programme, Cow::Borrowed(row.as_str()))).collect();
        Origin::of_items(&items)
    }

    /// The day help began.
    pub(super) fn first_on(&self) -> Option<Origin<'_>> {
        let (day, row) = self.first_on.as_ref()?;
        Origin::reckoned(day.clone(), [("starts_on", Cow::Borrowed(row.as_str()))])
    }

    /// What was paid out in all, in yuan; `None` where no payment is recorded.
    pub(super) fn paid(&self) -> Option<Origin<'_>> {
        let sign = if self.paid < 0 { "-" } else { "" };
        let yuan = format!("{sign}{}.{:02}", self.paid.abs() / 100, self.paid.abs() % 100);
        Origin::reckoned(yuan, self.payments.iter().map(|(amount, row)| (amount, Cow::Borrowed(row.as_str()))))
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
                of_person.entry(person).or_default().add(table.row_id(row), programme, starts_on.as_deref(), paid);
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
            rows.set_some("period", Some(table.period(row)).filter(|period| !period.is_empty()));
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
    use super::{Help, Origin, day};

    #[test]
    fn help_begins_with_the_first_day_and_sums_what_was_paid() {
        let mut help = Help::default();
        help.add("a", Some("低保"), Some("2024-03-01"), None);
        let shown = |help: &Help| {
            let of = |origin: Option<Origin<'_>>| origin.map(|origin| (origin.value, origin.basis.join(" + ")));
            (of(help.first_on()), of(help.paid()), of(help.programmes()))
        };
        let pair = |value: &str, basis: &str| Some((value.to_owned(), basis.to_owned()));
        assert_eq!(shown(&help), (pair("2024-03-01", "starts_on @ a"), None, pair("低保", "低保 @ a")));
        help.add("b", None, Some("2023-01-01"), Some("620.50"));
        help.add("c", Some("临时救助"), None, Some("-20.75"));
        assert_eq!(
            shown(&help),
            (
                pair("2023-01-01", "starts_on @ b"),
                pair("599.75", "620.50 @ b + -20.75 @ c"),
                pair("临时救助、低保", "临时救助 @ c + 低保 @ a")
            )
        );
    }

    #[test]
    fn a_month_begins_on_its_first_and_ends_on_its_last_day() {
        assert_eq!(day("2024-02", false).as_deref(), Some("2024-02-01"));
        assert_eq!(day("2024-02", true).as_deref(), Some("2024-02-29"));
        assert_eq!(day("2024-02-10", true).as_deref(), Some("2024-02-10"));
        assert_eq!(day("2024-1x", true), None);
    }
}
