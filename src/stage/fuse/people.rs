//! The table `person`: one row per person, each value the survivor of what all its rows say.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;

use super::benefits::Benefits;
use super::claims::Speakers;
use super::columns::{LINEAGE, PERSON};
use super::ids::Ids;
use super::kept::{Kept, KeptRow};
use super::numbers::Document;
use super::survive::{Claims, Said, agree_on_place, settle};
use super::tables::Rows;
use crate::kernel::region;
use crate::model::{Grain, Table};
use crate::plan::Trust;

/// What the people are made of.
pub(super) struct Material<'a> {
    pub kept: &'a [Kept],
    pub trusts: &'a HashMap<&'a str, &'a Trust>,
    pub ids: &'a Ids,
    pub documents: &'a [Vec<Document>],
    pub benefits: &'a Benefits,
    /// By person: the household it counts to.
    pub home: &'a [u32],
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
pub(super) fn people(material: &Material<'_>, lineage: &mut Rows) -> Result<Table, ArrowError> {
    let speakers = Speakers::of(material.kept, material.trusts, PERSON, |grain, field| match grain {
        Grain::Person if RECKONED.contains(&field) => None,
        Grain::Person => PERSON.iter().map(|column| column.name).find(|name| *name == field),
        Grain::Household => OF_THE_HEAD.iter().find(|(from, _)| *from == field).map(|(_, to)| *to),
    })?;
    let rows_of = rows_of_people(material.kept, material.ids.person.len());
    let mut order: Vec<usize> = (0..rows_of.len()).collect();
    order.sort_by(|a, b| material.ids.person[*a].cmp(&material.ids.person[*b]));
    // Each core takes some people; what they make is put together in the order of the ids again.
    let parts: Vec<(Rows, Rows)> = order
        .par_chunks(PEOPLE_AT_A_TIME)
        .map(|people| {
            let (mut rows, mut lineage) = (Rows::new(PERSON), Rows::new(LINEAGE));
            for person in people {
                one(*person, &rows_of[*person], material, &speakers, &mut rows, &mut lineage);
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

fn one(
    person: usize,
    its_rows: &[KeptRow],
    material: &Material<'_>,
    speakers: &Speakers<'_>,
    rows: &mut Rows,
    lineage: &mut Rows,
) {
    let id = &material.ids.person[person];
    let mut claims = speakers.claims(its_rows);
    let document = material.documents[person].first();
    if let Some(document) = document {
        claim_of_number(document, &mut claims);
        claims.extend(number_itself(document, &material.documents[person]));
    }
    agree_on_place(PERSON, &mut claims);
    let values = settle("person", id, PERSON, &claims, lineage);
    let value = |name: &str| {
        let at = PERSON.iter().position(|column| column.name == name)?;
        values.get(&at).map(String::as_str)
    };

    rows.begin();
    for (at, text) in &values {
        rows.set(PERSON[*at].name, text);
    }
    rows.set("person_id", id);
    rows.set("household_id", &material.ids.household[material.home[person] as usize]);
    if let Some(document) = document {
        rows.set("id_kind", &document.kind);
        rows.set_some("id_number", document.number.as_deref());
        rows.set("id_status", &document.status);
    }
    let born = value("birth_date").and_then(|text| text.parse::<NaiveDate>().ok());
    if let Some(born) = born {
        rows.set("age", &crate::kernel::date::age_on(born, material.today).to_string());
    }
    rows.set_some("region_code", region_code(value("county"), material.city).as_deref());
    if let Some(help) = material.benefits.of_person.get(&(person as u32)) {
        rows.set_list("programmes", help.programmes.iter().cloned().collect());
        if value("helped_on").is_none() {
            rows.set_some("helped_on", help.first_on.as_deref());
        }
        if value("help_amount").is_none() {
            rows.set_some("help_amount", help.paid_yuan().as_deref());
        }
    }
    rows.set("record_count", &its_rows.len().to_string());
    let sources: BTreeSet<&str> =
        its_rows.iter().map(|(table, row)| material.kept[*table].places[*row].source.as_str()).collect();
    rows.set_list("sources", sources.into_iter().map(str::to_owned).collect());
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
                source: &document.source,
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
            source: &document.source,
            decided: (document == chosen).then_some("identity_number"),
        })
    };
    Some((at, all.iter().filter_map(said).collect()))
}

fn facts(number: &str) -> Option<(String, String)> {
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
