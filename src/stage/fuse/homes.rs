//! The tables `household`, `membership` and `support_duty`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::{Array, Date32Array, StringArray};
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::claims::Speakers;
use super::columns::{HOUSEHOLD, MEMBERSHIP, SUPPORT_DUTY};
use super::ids::Ids;
use super::kept::{Kept, KeptRow};
use super::people::region_code;
use super::survive::{agree_on_place, settle};
use super::tables::Rows;
use crate::kernel::date::age_on;
use crate::model::{Grain, Role, Schema, Table};
use crate::plan::Trust;

/// A person in a household as one kind of list has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    pub household: u32,
    pub person: u32,
    pub kind: &'static str,
    pub relation: Option<String>,
    pub row_id: String,
}

/// Who lives with whom: one entry per household, person and kind, from the first row that says so (a row with a
/// relation goes before one without).
pub(super) fn members(kept: &[Kept], home: &[u32], first_row: &[Option<KeptRow>]) -> Vec<Member> {
    let mut found: BTreeMap<(u32, u32, &'static str), Member> = BTreeMap::new();
    for table in kept {
        let kind = household_kind(&table.schema);
        for (row, link) in table.links.iter().enumerate() {
            let (Some(person), Some(household), true) = (link.person, link.household, link.states_household) else {
                continue;
            };
            let relation = match table.schema.grain {
                Grain::Household => Some("户主"),
                Grain::Person => table.text("relation", row),
            };
            let member = found.entry((household, person, kind)).or_insert_with(|| Member {
                household,
                person,
                kind,
                relation: None,
                row_id: table.row_id(row).to_owned(),
            });
            if member.relation.is_none() && relation.is_some() {
                member.relation = relation.map(str::to_owned);
                member.row_id = table.row_id(row).to_owned();
            }
        }
    }
    // Whoever no list puts into a household lives in one of their own.
    let housed: BTreeSet<u32> = found.values().map(|member| member.person).collect();
    for (person, household) in (0u32..).zip(home) {
        if let (false, Some((table, row))) = (housed.contains(&person), first_row[person as usize]) {
            found.insert(
                (*household, person, "living"),
                Member {
                    household: *household,
                    person,
                    kind: "living",
                    relation: None,
                    row_id: kept[table].row_id(row).to_owned(),
                },
            );
        }
    }
    found.into_values().collect()
}

/// What kind of household the rows of a schema tell of.
fn household_kind(schema: &Schema) -> &'static str {
    match (schema.assistance.is_some(), schema.role) {
        (true, _) => "benefit",
        (false, Role::Enrols) => "living",
        (false, Role::Informs) => "register",
    }
}

pub(super) fn membership(members: &[Member], ids: &Ids) -> Result<Table, ArrowError> {
    let mut rows = Rows::new(MEMBERSHIP);
    for member in members {
        rows.begin();
        rows.set("household_id", &ids.household[member.household as usize]);
        rows.set("person_id", &ids.person[member.person as usize]);
        rows.set_some("relation", member.relation.as_deref());
        rows.set("household_kind", member.kind);
        rows.set("row_id", &member.row_id);
    }
    rows.finish("membership", "家庭成员", &["person_id", "household_id", "household_kind"], &["household_id"])
}

/// What households are made of.
pub(super) struct Material<'a> {
    pub kept: &'a [Kept],
    pub trusts: &'a HashMap<&'a str, &'a Trust>,
    pub ids: &'a Ids,
    pub head: &'a [Option<u32>],
    pub members: &'a [Member],
    pub city: &'a str,
}

/// Columns that are reckoned and never taken from a row.
const RECKONED: [&str; 7] = [
    "household_id",
    "head_person_id",
    "member_count",
    "region_code",
    "income_band",
    "housing_area_per_head",
    "housing_area_band",
];

/// Fuses all households. Bands, counts of employed and students and tiers are left to analysis.
pub(super) fn households(material: &Material<'_>, lineage: &mut Rows) -> Result<Table, ArrowError> {
    let speakers = Speakers::of(material.kept, material.trusts, HOUSEHOLD, |_, field| {
        HOUSEHOLD.iter().map(|column| column.name).find(|name| *name == field && !RECKONED.contains(name))
    })?;
    let mut rows_of: Vec<Vec<KeptRow>> = vec![Vec::new(); material.ids.household.len()];
    for (table, kept) in material.kept.iter().enumerate() {
        for (row, link) in kept.links.iter().enumerate() {
            if let Some(household) = link.household {
                rows_of[household as usize].push((table, row));
            }
        }
    }
    let mut people_of: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for member in material.members {
        people_of.entry(member.household).or_default().insert(member.person);
    }
    let mut order: Vec<usize> = (0..rows_of.len()).collect();
    order.sort_by(|a, b| material.ids.household[*a].cmp(&material.ids.household[*b]));
    let mut rows = Rows::new(HOUSEHOLD);
    for household in order {
        let id = &material.ids.household[household];
        let mut claims = speakers.claims(&rows_of[household]);
        agree_on_place(HOUSEHOLD, &mut claims);
        let values = settle("household", id, HOUSEHOLD, &claims, lineage);
        let count = people_of.get(&(household as u32)).map_or(0, BTreeSet::len) as i128;
        rows.begin();
        for (at, text) in &values {
            rows.set(HOUSEHOLD[*at].name, text);
        }
        let value = |name: &str| {
            let at = HOUSEHOLD.iter().position(|column| column.name == name)?;
            values.get(&at).map(String::as_str)
        };
        rows.set("household_id", id);
        if let Some(head) = material.head[household] {
            rows.set("head_person_id", &material.ids.person[head as usize]);
        }
        rows.set("member_count", &count.to_string());
        rows.set_some("region_code", region_code(value("county"), material.city).as_deref());
        if value("income_per_head").is_none() {
            rows.set_some("income_per_head", per_head(value("income_year"), count, 2).as_deref());
        }
        rows.set_some("housing_area_per_head", per_head(value("housing_area"), count, 4).as_deref());
    }
    rows.finish("household", "家庭", &["household_id"], &["head_person_id"])
}

/// A plain decimal divided by a count, cut after `scale` decimals; exact integer arithmetic.
fn per_head(total: Option<&str>, count: i128, scale: u32) -> Option<String> {
    let total = total?;
    let (negative, digits) = total.strip_prefix('-').map_or((false, total), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let unit = 10i128.checked_pow(scale)?;
    let part = format!("{part:0<width$}", width = scale as usize);
    let units = whole.parse::<i128>().ok()?.checked_mul(unit)? + part.get(..scale as usize)?.parse::<i128>().ok()?;
    let each = units.checked_div(count)?;
    let sign = if negative { "-" } else { "" };
    Some(format!("{sign}{}.{:0width$}", each / unit, each % unit, width = scale as usize))
}

/// GB/T 4761 terms of the head's own children; sons- and daughters-in-law have no such duty.
const CHILDREN: [&str; 18] = [
    "子",
    "独生子",
    "长子",
    "次子",
    "三子",
    "四子",
    "五子",
    "养子或继子",
    "其他儿子",
    "女",
    "独生女",
    "长女",
    "次女",
    "三女",
    "四女",
    "五女",
    "养女或继女",
    "其他女儿",
];

/// Duties that the relation to the head and the ages imply: children of age toward aged parents (赡养), parents toward
/// minors (抚养), spouses toward each other (扶养). Civil Code, articles 26, 1059 and 1067.
pub(super) fn duties(
    members: &[Member],
    head: &[Option<u32>],
    person: &Table,
    ids: &Ids,
    today: NaiveDate,
) -> Result<Table, ArrowError> {
    let ages = ages(person, today);
    let age = |ordinal: u32| ages.get(ids.person[ordinal as usize].as_str()).copied();
    let mut found: BTreeSet<(u32, u32, &'static str, &str)> = BTreeSet::new();
    let mut seen: BTreeSet<(u32, u32, &'static str)> = BTreeSet::new();
    for member in members {
        let (Some(head), Some(relation)) = (head[member.household as usize], member.relation.as_deref()) else {
            continue;
        };
        let other = member.person;
        if head == other {
            continue;
        }
        let mut add = |from: u32, toward: u32, kind: &'static str| {
            if seen.insert((from, toward, kind)) {
                found.insert((from, toward, kind, member.row_id.as_str()));
            }
        };
        let mut parent_and_child = |parent: u32, child: u32| {
            if age(child).is_some_and(|age| age < 18) {
                add(parent, child, "抚养");
            } else if age(parent).is_some_and(|age| age >= 60) && age(child).is_some() {
                add(child, parent, "赡养");
            }
        };
        match relation {
            "配偶" | "夫" | "妻" => {
                add(head, other, "扶养");
                add(other, head, "扶养");
            }
            child if CHILDREN.contains(&child) => parent_and_child(head, other),
            "父母" | "父亲" | "母亲" => parent_and_child(other, head),
            _ => {}
        }
    }
    let mut rows = Rows::new(SUPPORT_DUTY);
    for (from, toward, kind, row_id) in found {
        rows.begin();
        rows.set("person_id", &ids.person[from as usize]);
        rows.set("toward_person_id", &ids.person[toward as usize]);
        rows.set("kind", kind);
        rows.set("row_id", row_id);
    }
    rows.finish("support_duty", "赡养扶养抚养义务", &["person_id", "toward_person_id", "kind"], &[])
}

fn ages(person: &Table, today: NaiveDate) -> HashMap<&str, i32> {
    let mut ages = HashMap::new();
    for batch in &person.batches {
        let ids = batch.column_by_name("person_id").and_then(|array| array.as_any().downcast_ref::<StringArray>());
        let born = batch.column_by_name("birth_date").and_then(|array| array.as_any().downcast_ref::<Date32Array>());
        let (Some(ids), Some(born)) = (ids, born) else { continue };
        for row in 0..batch.num_rows() {
            if let Some(date) = born.is_valid(row).then(|| born.value_as_date(row)).flatten() {
                ages.insert(ids.value(row), age_on(date, today));
            }
        }
    }
    ages
}

#[cfg(test)]
mod tests {
    use super::per_head;

    #[test]
    fn money_is_divided_without_floats_and_cut() {
        assert_eq!(per_head(Some("100.00"), 3, 2).as_deref(), Some("33.33"));
        assert_eq!(per_head(Some("-100.00"), 3, 2).as_deref(), Some("-33.33"));
        assert_eq!(per_head(Some("90.5000"), 2, 4).as_deref(), Some("45.2500"));
        assert_eq!(per_head(Some("100.00"), 0, 2), None);
        assert_eq!(per_head(None, 3, 2), None);
    }
}
