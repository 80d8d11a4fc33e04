//! The help that one person receives: from which programmes now, since when, and how much was paid out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::RecordKind;
use crate::stage::lineage::Origin;

/// One row of `assistance`, as far as it says what its person receives. Days are ISO texts, months `YYYY-MM`.
#[derive(Default)]
pub(super) struct Given<'a> {
    pub row_id: &'a str,
    pub programme: Option<&'a str>,
    pub starts_on: Option<&'a str>,
    pub ends_on: Option<&'a str>,
    pub paid_month: Option<&'a str>,
    pub period: Option<&'a str>,
    pub amount: Option<&'a str>,
}

/// A payment tells of a programme for so many months: temporary aid has no end of its own.
const MONTHS_OF_A_PAYMENT: i32 = 12;

/// The help that one person receives, each with the row that says so.
#[derive(Default)]
pub(super) struct Help {
    programmes: BTreeMap<String, Standing>,
    /// The day the first of them began, as ISO text, the column that says so, and the row.
    first_on: Option<(String, &'static str, String)>,
    /// What was paid out in all, in cents.
    paid: i128,
    /// Each payment.
    payments: Vec<(String, String)>,
}

/// How somebody stands in a programme.
#[derive(Default)]
struct Standing {
    /// A register names the person, be it as one whose help has ended.
    registered: bool,
    /// The first row of an entitlement in force.
    in_force: Option<String>,
    /// The first row of a payment of the last months.
    paid_lately: Option<String>,
}

impl Standing {
    /// The row by which the person is in the programme now. Where a register knows the person, payments do not outlive it.
    fn row(&self) -> Option<&str> {
        if self.registered { self.in_force.as_deref() } else { self.paid_lately.as_deref() }
    }
}

impl Help {
    /// `month` is the month of the run.
    pub(super) fn add(&mut self, kind: RecordKind, given: &Given<'_>, month: &str) {
        if let Some(programme) = given.programme {
            let standing = self.programmes.entry(programme.to_owned()).or_default();
            standing.registered |= kind == RecordKind::Entitlement;
            let held = match kind {
                RecordKind::Entitlement if in_force(given, month) => &mut standing.in_force,
                RecordKind::Payment if paid_lately(given, month) => &mut standing.paid_lately,
                _ => &mut None,
            };
            held.get_or_insert_with(|| given.row_id.to_owned());
        }
        let paid_from = given.paid_month.map(|month| format!("{month}-01"));
        let began =
            given.starts_on.map(|day| (day, "starts_on")).or(paid_from.as_deref().map(|day| (day, "paid_month")));
        if let Some((day, column)) =
            began.filter(|(day, _)| self.first_on.as_ref().is_none_or(|(first, _, _)| *day < first.as_str()))
        {
            self.first_on = Some((day.to_owned(), column, given.row_id.to_owned()));
        }
        // Money has two decimals, so without the point it is cents.
        let paid = given.amount.filter(|_| kind == RecordKind::Payment);
        if let Some((amount, cents)) =
            paid.and_then(|amount| Some((amount, amount.replace('.', "").parse::<i128>().ok()?)))
        {
            self.paid += cents;
            self.payments.push((amount.to_owned(), given.row_id.to_owned()));
        }
    }

    /// The programmes that the person is in now, in the order of their names.
    pub(super) fn programmes(&self) -> Option<Origin<'_>> {
        let now = self.programmes.iter().filter_map(|(programme, standing)| Some((programme, standing.row()?)));
        let items: Vec<_> = now.map(|(programme, row)| (programme, Cow::Borrowed(row))).collect();
        Origin::of_items(&items)
    }

    /// The day help began.
    pub(super) fn first_on(&self) -> Option<Origin<'_>> {
        let (day, column, row) = self.first_on.as_ref()?;
        Origin::reckoned(day.clone(), [(*column, Cow::Borrowed(row.as_str()))])
    }

    /// What was paid out in all, in yuan; `None` where no payment is recorded.
    pub(super) fn paid(&self) -> Option<Origin<'_>> {
        let sign = if self.paid < 0 { "-" } else { "" };
        let yuan = format!("{sign}{}.{:02}", self.paid.abs() / 100, self.paid.abs() % 100);
        Origin::reckoned(yuan, self.payments.iter().map(|(amount, row)| (amount, Cow::Borrowed(row.as_str()))))
    }
}

/// Whether an entitlement holds in a month; the month in which it begins or ends is one of its own.
fn in_force(given: &Given<'_>, month: &str) -> bool {
    let month_of = |day: &'_ str| day.get(..7).map(str::to_owned);
    given.starts_on.and_then(month_of).is_none_or(|first| first.as_str() <= month)
        && given.ends_on.and_then(month_of).is_none_or(|last| last.as_str() >= month)
}

/// Whether a payment is of the last months. One without any date is as old as the list that it stands in.
fn paid_lately(given: &Given<'_>, month: &str) -> bool {
    let paid = given.paid_month.or(given.starts_on).or(given.period).unwrap_or(month);
    match (month_number(paid), month_number(month)) {
        (Some(paid), Some(now)) => (0..MONTHS_OF_A_PAYMENT).contains(&(now - paid)),
        _ => false,
    }
}

/// Months since the year nought of a text that begins `YYYY-MM`.
fn month_number(text: &str) -> Option<i32> {
    Some(text.get(..4)?.parse::<i32>().ok()? * 12 + text.get(5..7)?.parse::<i32>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use RecordKind::{Entitlement, Payment};

    fn given<'a>(row_id: &'a str, programme: &'a str) -> Given<'a> {
        Given { row_id, programme: Some(programme), ..Given::default() }
    }

    /// `value <- basis` of what a person receives in 2025-12.
    fn shown(rows: &[(RecordKind, Given<'_>)]) -> [Option<String>; 3] {
        let mut help = Help::default();
        rows.iter().for_each(|(kind, row)| help.add(*kind, row, "2025-12"));
        [help.programmes(), help.first_on(), help.paid()]
            .map(|origin| origin.map(|origin| format!("{} <- {}", origin.value, origin.basis.join(" + "))))
    }

    #[test]
    fn help_begins_with_the_first_day_and_sums_what_was_paid() {
        let register = Given { starts_on: Some("2024-03-01"), amount: Some("9.99"), ..given("a", "低保") };
        let payment = Given { paid_month: Some("2023-01"), amount: Some("620.50"), ..given("b", "低保") };
        let back = Given { starts_on: Some("2025-05-02"), amount: Some("-20.75"), ..given("c", "临时救助") };
        let told = shown(&[(Entitlement, register), (Payment, payment), (Payment, back)]);
        let due = [
            "临时救助、低保 <- 临时救助 @ c + 低保 @ a",
            "2023-01-01 <- paid_month @ b",
            "599.75 <- 620.50 @ b + -20.75 @ c",
        ];
        assert_eq!(told, due.map(|text| Some(text.to_owned())));
    }

    #[test]
    fn an_entitlement_counts_in_its_first_and_last_month_and_not_outside() {
        let of = |starts_on, ends_on| {
            shown(&[(Entitlement, Given { starts_on, ends_on, ..given("a", "低保") })])[0].is_some()
        };
        assert!(of(None, None) && of(Some("2025-12-31"), None) && of(None, Some("2025-12-01")));
        assert!(!of(Some("2010-01-01"), Some("2015-06-30")) && !of(Some("2026-01-01"), None));
    }

    #[test]
    fn a_grant_counts_for_twelve_months_and_one_without_a_date_as_its_list() {
        let of =
            |starts_on, period| shown(&[(Payment, Given { starts_on, period, ..given("a", "临时救助") })])[0].is_some();
        assert!(of(Some("2025-01-01"), None) && of(None, None) && of(None, Some("2025-06")));
        assert!(!of(Some("2024-12-31"), None) && !of(None, Some("2024-06")));
    }

    #[test]
    fn a_payment_does_not_outlive_the_end_that_a_register_states() {
        let ended = || (Entitlement, Given { ends_on: Some("2025-03-31"), ..given("a", "低保") });
        let paid = || (Payment, Given { paid_month: Some("2025-03"), ..given("b", "低保") });
        assert_eq!(shown(&[ended(), paid()])[0], None);
        assert_eq!(shown(&[paid()])[0].as_deref(), Some("低保 <- 低保 @ b"));
        assert_eq!(
            shown(&[paid(), ended(), (Entitlement, given("c", "低保"))])[0].as_deref(),
            Some("低保 <- 低保 @ c")
        );
    }
}
