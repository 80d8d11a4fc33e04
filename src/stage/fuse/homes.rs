//! The tables `household` and `support_duty`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::{Array, Date32Array, StringArray};
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::claims::Speakers;
use super::ids::Ids;
use super::kept::{Kept, KeptRow};
use super::members::Member;
use super::people::region_code;
use super::survive::{agree_on_place, settle};
use crate::kernel::date::age_on;
use crate::model::Table;
use crate::plan::Trust;
use crate::stage::columns::{HOUSEHOLD, SUPPORT_DUTY};
use crate::stage::lineage::{Lineage, Origin, Told, fill};
use crate::stage::table_rows::Rows;

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
const RECKONED: [&str; 6] =
    ["household_id", "head_person_id", "region_code", "income_band", "housing_area_per_head", "housing_area_band"];

/// Fuses all households. Bands, counts of employed and students and tiers are left to analysis.
pub(super) fn households(material: &Material<'_>, lineage: &mut Lineage) -> Result<Table, ArrowError> {
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
    let mut people_of: BTreeMap<u32, BTreeMap<u32, &Member>> = BTreeMap::new();
    for member in material.members {
        // Of several kinds of list a benefit's comes first.
        people_of.entry(member.household).or_default().entry(member.person).or_insert(member);
    }
    let mut order: Vec<usize> = (0..rows_of.len()).collect();
    order.sort_by(|a, b| material.ids.household[*a].cmp(&material.ids.household[*b]));
    let mut rows = Rows::new(HOUSEHOLD);
    let nobody = BTreeMap::new();
    for household in order {
        let id = &material.ids.household[household];
        let people = people_of.get(&(household as u32)).unwrap_or(&nobody);
        let told = told_of(&rows_of[household], people, material.head[household], material, &speakers);
        rows.begin();
        rows.set("household_id", id);
        fill(&mut rows, &told);
        lineage.tell("household", id, told);
    }
    rows.finish("household", "家庭", &["household_id"], &["head_person_id"])
}

/// All that is published of one household but the id, each value with its origin. `people` are those listed in it.
fn told_of<'a>(
    its_rows: &[KeptRow],
    people: &BTreeMap<u32, &'a Member>,
    head: Option<u32>,
    material: &Material<'a>,
    speakers: &'a Speakers<'a>,
) -> Told<'a> {
    let mut claims = speakers.claims(its_rows);
    agree_on_place(HOUSEHOLD, &mut claims);
    let mut told = settle(HOUSEHOLD, &claims);
    let mut reckoned: Vec<(&'static str, Option<Origin<'a>>)> = Vec::new();
    let person_id = |person: u32| material.ids.person[person as usize].as_str();
    let first_row = its_rows.first().map(|(table, row)| material.kept[*table].row_id(*row));

    // Rows state how many the family are; what is published is how many are listed.
    let stated = told.remove("member_count");
    let listed = |member: &'a Member| (person_id(member.person), Cow::Borrowed(member.row_id.as_str()));
    let members = people.values().map(|member| listed(member));
    // A household without members is known from its own rows.
    let nobody = first_row.filter(|_| people.is_empty()).map(|row| ("household", Cow::Borrowed(row)));
    reckoned.push(("member_count", Origin::reckoned(people.len().to_string(), members.chain(nobody))));
    if let Some(head) = head {
        let row = people.get(&head).map(|member| member.row_id.as_str()).or(first_row);
        let of_head = row.map(|row| ("relation", Cow::Borrowed(row)));
        reckoned.push(("head_person_id", Origin::reckoned(person_id(head).to_owned(), of_head)));
    }
    let value = |field: &str| told.get(field).map(|origin| origin.value.as_str());
    let from = |field: &'static str| told.get(field).map(|origin| (field, origin.row_id.clone()));
    let code = region_code(value("county"), material.city);
    reckoned.push(("region_code", code.and_then(|code| Origin::reckoned(code, from("county")))));
    let size = stated.and_then(|origin| Some((origin.value.parse().ok().filter(|size| *size > 0)?, origin.row_id)));
    let (size, sharers): (i128, Vec<(&str, Cow<'a, str>)>) = match size {
        Some((size, row)) => (size, vec![("family_size", row)]),
        None => {
            let sharers: Vec<_> = people.values().filter(|member| !member.has_left()).map(|m| listed(m)).collect();
            (sharers.len() as i128, sharers)
        }
    };
    let shares = [("income_per_head", "income_year", 2), ("housing_area_per_head", "housing_area", 4)];
    for (share, whole, scale) in shares {
        if value(share).is_none() {
            let each = per_head(value(whole), size, scale);
            let basis = from(whole).into_iter().chain(sharers.iter().cloned());
            reckoned.push((share, each.and_then(|each| Origin::reckoned(each, basis))));
        }
    }
    told.extend(reckoned.into_iter().filter_map(|(field, origin)| Some((field, origin?))));
    told
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
