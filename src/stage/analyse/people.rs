//! Groups, tiers and labels of people, each with the rows that it rests on.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, StringArray};
use arrow::error::ArrowError;

use super::groups::{Groups, SEVERAL};
use super::{column, replace};
use crate::model::Table;
use crate::stage::columns::lists;
use crate::stage::lineage::{self, Lineage, Origin, Told};

/// Gradient management: whom the state keeps wholly, whom it gives an allowance, who is in hardship besides; the most
/// pressing first.
pub(super) const TIERS: [&str; 3] = ["一级（特困供养）", "二级（最低生活保障）", "三级（其他低收入人口）"];

/// A word for somebody, and the row that it rests on.
type Item<'a> = (&'a str, Cow<'a, str>);

/// Somebody's tier.
pub(super) struct PersonTier {
    /// Place in [`TIERS`].
    pub at: usize,
    pub row_id: String,
}

/// People with their analysis.
pub(super) struct Grouped {
    /// The table with groups, tier and labels.
    pub person: Table,
    pub tiers: BTreeMap<String, PersonTier>,
    /// What these rest on.
    pub origins: Lineage,
}

/// Fills groups, tier and labels of the person table.
pub(super) fn with_groups(person: &Table, groups: &Groups, lineage: &Table) -> Result<Grouped, ArrowError> {
    let programmes = lineage::bases_of(lineage, "programmes")?;
    let (born, disabled) = (lineage::rows_of(lineage, "birth_date")?, lineage::rows_of(lineage, "disability_level")?);
    let mut batches = Vec::with_capacity(person.batches.len());
    let mut origins = Lineage::new();
    let mut tier_of = BTreeMap::new();
    for batch in &person.batches {
        let ids: &StringArray = column(batch, "person_id")?;
        let ages: &Int64Array = column(batch, "age")?;
        let levels: &StringArray = column(batch, "disability_level")?;
        let (mut terms, mut tiers, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..batch.num_rows() {
            let id = ids.value(row);
            let its_groups = groups.of(id);
            let its_programmes = programmes.get(id).map_or(&[][..], Vec::as_slice);
            let of = |rows: &HashMap<&'_ str, &'_ str>| rows.get(id).copied().unwrap_or_default().to_owned();
            let mut its_labels: Vec<Item<'_>> = Vec::new();
            let age = ages.is_valid(row).then(|| ages.value(row));
            its_labels.extend(age.and_then(of_age).map(|label| (label, of(&born).into())));
            let level = levels.is_valid(row).then(|| levels.value(row));
            its_labels.extend(level.map(|level| (of_disability(level), of(&disabled).into())));
            let several = its_groups.iter().filter(|(group, _)| *group == SEVERAL);
            its_labels.extend(several.map(|(_, row)| ("多重困难", row.clone())));

            let its_tier = tier(its_programmes, &its_groups);
            tier_of.extend(
                its_tier
                    .as_ref()
                    .map(|(at, (_, row))| (id.to_owned(), PersonTier { at: *at, row_id: row.clone().into_owned() })),
            );
            let found = [
                ("low_income_groups", Origin::of_items(&its_groups)),
                ("tier", its_tier.and_then(|(at, from)| Origin::reckoned(TIERS[at].to_owned(), [from]))),
                ("labels", Origin::of_items(&its_labels)),
            ];
            let told: Told<'_> = found.into_iter().filter_map(|(field, origin)| Some((field, origin?))).collect();
            let items = |field: &str| told.get(field).map(|origin| origin.items.clone()).unwrap_or_default();
            terms.push(items("low_income_groups"));
            labels.push(items("labels"));
            tiers.push(told.get("tier").map(|origin| origin.value.clone()));
            origins.tell("person", id, told);
        }
        let columns: [(&str, ArrayRef); 3] = [
            ("low_income_groups", lists(terms)),
            ("tier", Arc::new(StringArray::from(tiers))),
            ("labels", lists(labels)),
        ];
        batches.push(replace(batch, columns)?);
    }
    Ok(Grouped { person: Table { batches, ..person.clone() }, tiers: tier_of, origins })
}

/// The place in [`TIERS`], and the programme or group that it follows from.
fn tier<'a>(programmes: &[(&'a str, &'a str)], groups: &[Item<'a>]) -> Option<(usize, Item<'a>)> {
    let receives = |wanted: &str| programmes.iter().find(|(programme, _)| *programme == wanted);
    let (at, programme) = match (receives("特困"), receives("低保")) {
        (Some(kept), _) => (0, Some(kept)),
        (_, Some(allowed)) => (1, Some(allowed)),
        _ => (2, programmes.first()),
    };
    let of_programme = programme.map(|(programme, row)| (*programme, Cow::Borrowed(*row)));
    Some((at, of_programme.or_else(|| groups.first().cloned())?))
}

/// Labels for the portrait: what strikes a social worker first.
fn of_age(age: i64) -> Option<&'static str> {
    match age {
        ..18 => Some("未成年人"),
        60..80 => Some("老年人"),
        80.. => Some("高龄老人"),
        _ => None,
    }
}

fn of_disability(level: &str) -> &'static str {
    match level {
        "一级" | "二级" => "重度残疾",
        _ => "残疾",
    }
}
