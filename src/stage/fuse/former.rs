//! The table `former_key`: what people and households were known by who are not in this snapshot, so that they get their
//! ids back when their rows return. It lies in the snapshot like all that is derived, so that a rollback is whole.

use std::collections::HashSet;

use arrow::error::ArrowError;
use chrono::{Months, NaiveDate};

use super::ids::{Ids, Previous, household_id, person_id};
use super::kept::Kept;
use crate::model::Table;
use crate::stage::columns::FORMER_KEY;
use crate::stage::table_rows::Rows;

/// How long a key is remembered after it was last seen: nobody's traces are kept for good.
const REMEMBERED: Months = Months::new(60);

/// Every known key that no row of this run has, and whose person or household is not in this run either.
pub(super) fn table(
    kept: &[Kept],
    numbers: &[Option<String>],
    ids: &Ids,
    previous: &Previous,
    today: NaiveDate,
) -> Result<Table, ArrowError> {
    let mut borne: HashSet<String> = numbers.iter().flatten().map(|number| previous.number_key(number)).collect();
    for table in kept {
        borne.extend((0..table.len()).map(|row| table.row_key(row).to_owned()));
    }
    let people: HashSet<&str> = ids.person.iter().map(String::as_str).collect();
    let households: HashSet<&str> = ids.household.iter().map(String::as_str).collect();
    let mut rows = Rows::new(FORMER_KEY);
    for (key, known) in previous.known.iter().filter(|(key, _)| !borne.contains(*key)) {
        let (person, household) = (known.person.map(person_id), known.household.map(household_id));
        let is_gone =
            |id: &Option<String>, present: &HashSet<&str>| id.as_ref().is_some_and(|id| !present.contains(id.as_str()));
        let is_over = known.last_seen.checked_add_months(REMEMBERED).is_some_and(|until| until < today);
        if is_over || !(is_gone(&person, &people) || is_gone(&household, &households)) {
            continue;
        }
        rows.begin();
        rows.set("key_hash", key);
        rows.set_some("person_id", person.as_deref());
        rows.set_some("household_id", household.as_deref());
        rows.set("last_seen", &known.last_seen.to_string());
    }
    rows.finish("former_key", "往期标识", &["key_hash"], &[])
}
