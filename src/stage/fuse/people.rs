//! The table `person`: one row per person, each value the survivor of what all its rows say.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;

use super::benefits::Benefits;
use super::claims::Speakers;
use super::ids::Ids;
use super::kept::{Kept, KeptRow};
use super::numbers::Document;
use super::survive::{Claims, Said, agree_on_place, settle};
use crate::kernel::region;
use crate::model::{Grain, Table};
use crate::plan::Trust;
use crate::stage::columns::PERSON;
use crate::stage::lineage::{Lineage, Origin, Told, fill};
use crate::stage::table_rows::Rows;

/// What the people are made of.
pub(super) struct Material<'a> {
    pub kept: &'a [Kept],
    pub trusts: &'a HashMap<&'a str, &'a Trust>,
    pub ids: &'a Ids,
    pub documents: &'a [Vec<Document>],
    pub benefits: &'a Benefits,
    /// By person: the household it counts to.
    pub home: &'a [u32],
    /// Household and person → the row that puts the one into the other.
    pub housed: &'a HashMap<(u32, u32), &'a str>,
    /// Six digits of the city.
    pub city: &'a str,
    pub today: NaiveDate,
}

const PEOPLE_AT_A_TIME: usize = 2_048;

/// Fields of a household row that speak of its head.
const OF_THE_HEAD: [(&str, &str); 8] = [
    ("head_name", "name"),
    ("county", "county"),
    ("town", "town"),
    ("village", "village"),
    ("address", "address"),
    ("phone", "phone"),
    ("poverty_cause", "poverty_cause"),
    ("poverty_since", "poverty_since"),
];

/// Columns that are reckoned and never taken from a row.
const RECKONED: [&str; 7] = ["person_id", "household_id", "id_kind", "id_number", "id_status", "age", "region_code"];

/// Fuses all people. The columns that analysis fills (groups, tier, labels) stay empty.
pub(super) fn people(material: &Material<'_>, lineage: &mut Lineage) -> Result<Table, ArrowError> {
    let speakers = Speakers::of(material.kept, material.trusts, PERSON, |grain, field| match grain {
        Grain::Person if RECKONED.contains(&field) => None,
        Grain::Person => PERSON.iter().map(|column| column.name).find(|name| *name == field),
        Grain::Household => OF_THE_HEAD.iter().find(|(from, _)| *from == field).map(|(_, to)| *to),
    })?;
    let rows_of = rows_of_people(material.kept, material.ids.person.len());
    let mut order: Vec<usize> = (0..rows_of.len()).collect();
    order.sort_by(|a, b| material.ids.person[*a].cmp(&material.ids.person[*b]));
    // Each core takes some people; what they make is put together in the order of the ids again.
    let parts: Vec<(Rows, Lineage)> = order
        .par_chunks(PEOPLE_AT_A_TIME)
        .map(|people| {
            let (mut rows, mut lineage) = (Rows::new(PERSON), Lineage::new());
            for person in people {
                let id = &material.ids.person[*person];
                let told = told_of(*person, &rows_of[*person], material, &speakers);
                rows.begin();
                rows.set("person_id", id);
                fill(&mut rows, &told);
                lineage.tell("person", id, told);
            }
            (rows, lineage)
        })
        .collect();
    let mut rows = Rows::new(PERSON);
    for (some, told) in parts {
        rows.append(some);
        lineage.append(told);
    }
    rows.finish("person", "人员", &["person_id"], &["id_number", "household_id"])
}

fn rows_of_people(kept: &[Kept], people: usize) -> Vec<Vec<KeptRow>> {
    let mut rows_of = vec![Vec::new(); people];
    for (table, rows) in kept.iter().enumerate() {
        for (row, link) in rows.links.iter().enumerate() {
            if let Some(person) = link.person {
                rows_of[person as usize].push((table, row));
            }
        }
    }
    rows_of
}

/// All that is published of one person but the id, each value with its origin.
fn told_of<'a>(person: usize, its_rows: &[KeptRow], material: &Material<'a>, speakers: &'a Speakers<'a>) -> Told<'a> {
    let mut claims = speakers.claims(its_rows);
    let document = material.documents[person].first();
    if let Some(document) = document {
        claim_of_number(document, &mut claims);
        claims.extend(number_itself(document, &material.documents[person]));
    }
    agree_on_place(PERSON, &mut claims);
    let mut told = settle(PERSON, &claims);
    let mut reckoned: Vec<(&'static str, Option<Origin<'a>>)> = Vec::new();
    let row_of = |(table, row): KeptRow| Cow::Borrowed(material.kept[table].row_id(row));

    let home = material.ids.household[material.home[person] as usize].clone();
    let first = its_rows.first().map(|row| row_of(*row));
    let housed = material.housed.get(&(material.home[person], person as u32)).map(|row| Cow::Borrowed(*row));
    let told_home = housed.or(first.clone()).map(|row| ("membership", row));
    reckoned.push(("household_id", Origin::reckoned(home, told_home)));
    if let Some(document) = document {
        let from = || [("id_number", Cow::Borrowed(document.row_id.as_str()))];
        reckoned.push(("id_kind", Origin::reckoned(document.kind.clone(), from())));
        reckoned.push(("id_status", Origin::reckoned(document.status.clone(), from())));
    }
    let from = |field: &str| told.get(field).map(|origin| (field.to_owned(), origin.row_id.clone()));
    let born = told.get("birth_date").and_then(|origin| origin.value.parse::<NaiveDate>().ok());
    let age = born.map(|born| crate::kernel::date::age_on(born, material.today).to_string());
    reckoned.push(("age", age.and_then(|age| Origin::reckoned(age, from("birth_date")))));
    let code = region_code(told.get("county").map(|origin| origin.value.as_str()), material.city);
    reckoned.push(("region_code", code.and_then(|code| Origin::reckoned(code, from("county")))));
    if let Some(help) = material.benefits.of_person.get(&(person as u32)) {
        reckoned.push(("programmes", help.programmes()));
        // What all payments tell goes before what one row states, which may be one grant of many.
        reckoned.push(("helped_on", help.first_on()));
        reckoned.push(("help_amount", help.paid()));
    }
    let count = its_rows.len().to_string();
    reckoned.push(("record_count", Origin::reckoned(count, first.map(|row| ("link", row)))));
    let mut sources: BTreeMap<&str, Cow<'a, str>> = BTreeMap::new();
    for (table, row) in its_rows {
        let source = material.kept[*table].places[*row].source.as_str();
        sources.entry(source).or_insert_with(|| row_of((*table, *row)));
    }
    reckoned.push(("sources", Origin::of_items(&sources.into_iter().collect::<Vec<_>>())));

    told.extend(reckoned.into_iter().filter_map(|(field, origin)| Some((field, origin?))));
    told
}

/// A trusted resident number states birth and sex, and wins: identity data must agree with the card.
fn claim_of_number<'a>(document: &'a Document, claims: &mut Claims<'a>) {
    let stands = matches!(document.status.as_str(), "valid" | "repaired");
    let Some(number) = document.number.as_deref().filter(|number| stands && number.len() == 18) else { return };
    let Some((birth, sex)) = facts(number) else { return };
    for (name, value) in [("birth_date", birth), ("sex", sex)] {
        if let Some(at) = PERSON.iter().position(|column| column.name == name) {
            claims.entry(at).or_default().push(Said {
                value: Cow::Owned(value),
                trust: 100,
                period: "",
                row_id: &document.row_id,
                decided: Some("identity_number"),
            });
        }
    }
}

/// The number has its lineage like any value: the document that stands for the person, and its others beside it.
fn number_itself<'a>(chosen: &'a Document, all: &'a [Document]) -> Option<(usize, Vec<Said<'a>>)> {
    chosen.number.as_ref()?;
    let at = PERSON.iter().position(|column| column.name == "id_number")?;
    let said = |document: &'a Document| {
        Some(Said {
            value: Cow::Borrowed(document.number.as_deref()?),
            trust: 100,
            period: "",
            row_id: &document.row_id,
            decided: (document == chosen).then_some("identity_number"),
        })
    };
    Some((at, all.iter().filter_map(said).collect()))
}

/// The birth date and the sex that a resident number of 18 characters states.
pub(super) fn facts(number: &str) -> Option<(String, String)> {
    let birth = NaiveDate::parse_from_str(number.get(6..14)?, "%Y%m%d").ok()?;
    let sequence = number.as_bytes().get(16).filter(|digit| digit.is_ascii_digit())?;
    (birth.year() > 1800).then(|| {
        let sex = if sequence % 2 == 1 { "男" } else { "女" };
        (birth.to_string(), sex.to_owned())
    })
}

/// The code of a county within the city.
pub(super) fn region_code(county: Option<&str>, city: &str) -> Option<String> {
    let prefix = city.get(..4)?;
    let found = region::by_name(county?, Some(prefix))?;
    Some(found.code.to_string())
}
