//! Analysis: groups, tiers and labels of people, bands and counts of households, and measures of regions.
//!
//! Every local figure (poverty line, populations, bands) comes from the plan; what is not given is not invented, and a
//! note says what could not be reckoned.

mod groups;
mod households;
mod regions;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, ListArray, RecordBatch, StringArray};
use arrow::error::ArrowError;
use chrono::NaiveDate;

use crate::model::{Measures, Table};
use crate::plan::Plan;
use groups::Groups;

/// Rank of each region in the snapshot before.
pub type PreviousRanks = HashMap<String, i64>;

/// Fills the analysis columns of `person` and `household` and makes `region_index`. The two tables come back in place of
/// those given; all others are read only.
///
/// # Errors
/// Only when a table lacks a column that fusion promised: a fault of the program.
pub fn analyse(
    tables: &[Table],
    plan: &Plan,
    previous: &PreviousRanks,
    today: NaiveDate,
) -> Result<Measures, ArrowError> {
    let find = |name: &str| {
        tables
            .iter()
            .find(|table| table.name.as_str() == name)
            .ok_or_else(|| ArrowError::SchemaError(format!("no table {name}")))
    };
    let (person, household) = (find("person")?, find("household")?);
    let (groups, mut notes) = groups::groups(tables, plan, today);
    let household = households::with_bands(household, person, find("membership")?, &plan.analysis, &mut notes)?;
    let person = with_groups(person, &groups)?;
    let (regions, more) = regions::region_index(&person, &household, plan, previous)?;
    notes.extend(more);
    Ok(Measures { tables: vec![person, household, regions], notes })
}

/// The person table with groups, tier and labels.
fn with_groups(person: &Table, groups: &Groups) -> Result<Table, ArrowError> {
    let mut batches = Vec::with_capacity(person.batches.len());
    for batch in &person.batches {
        let people = People::of(batch)?;
        let (mut terms, mut tiers, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..batch.num_rows() {
            let its_groups = groups.of(people.ids.value(row));
            tiers.push(tier(&people.programmes(row), &its_groups));
            labels.push(people.labels(row, &its_groups));
            terms.push(its_groups);
        }
        let columns: [(&str, ArrayRef); 3] = [
            ("low_income_groups", super::fuse::columns::lists(terms)),
            ("tier", Arc::new(StringArray::from(tiers))),
            ("labels", super::fuse::columns::lists(labels)),
        ];
        batches.push(replace(batch, columns)?);
    }
    Ok(Table { batches, ..person.clone() })
}

/// The batch with some of its columns replaced.
fn replace<const N: usize>(batch: &RecordBatch, columns: [(&str, ArrayRef); N]) -> Result<RecordBatch, ArrowError> {
    let mut arrays = batch.columns().to_vec();
    for (name, array) in columns {
        arrays[batch.schema_ref().index_of(name)?] = array;
    }
    RecordBatch::try_new(batch.schema(), arrays)
}

/// Gradient management: whom the state keeps wholly, whom it gives an allowance, who is in hardship besides.
fn tier(programmes: &[&str], groups: &[String]) -> Option<&'static str> {
    if programmes.contains(&"特困") {
        Some("一级（特困供养）")
    } else if programmes.contains(&"低保") {
        Some("二级（最低生活保障）")
    } else if !groups.is_empty() || !programmes.is_empty() {
        Some("三级（其他低收入人口）")
    } else {
        None
    }
}

struct People<'a> {
    ids: &'a StringArray,
    ages: &'a Int64Array,
    levels: &'a StringArray,
    programmes: &'a ListArray,
}

impl<'a> People<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        Ok(People {
            ids: column(batch, "person_id")?,
            ages: column(batch, "age")?,
            levels: column(batch, "disability_level")?,
            programmes: column(batch, "programmes")?,
        })
    }

    fn programmes(&self, row: usize) -> Vec<&'a str> {
        let offsets = self.programmes.value_offsets();
        let values = self.programmes.values().as_any().downcast_ref::<StringArray>();
        let range = offsets[row] as usize..offsets[row + 1] as usize;
        values.into_iter().flat_map(|values| range.clone().map(|at| values.value(at))).collect()
    }

    /// Labels for the portrait: what strikes a social worker first.
    fn labels(&self, row: usize, groups: &[String]) -> Vec<String> {
        let mut labels = Vec::new();
        if self.ages.is_valid(row) {
            match self.ages.value(row) {
                ..18 => labels.push("未成年人"),
                60..80 => labels.push("老年人"),
                80.. => labels.push("高龄老人"),
                _ => {}
            }
        }
        if self.levels.is_valid(row) {
            labels.push(match self.levels.value(row) {
                "一级" | "二级" => "重度残疾",
                _ => "残疾",
            });
        }
        if groups.iter().any(|group| group == groups::SEVERAL) {
            labels.push("多重困难");
        }
        labels.into_iter().map(str::to_owned).collect()
    }
}

/// A column of a known type.
fn column<'a, T: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T, ArrowError> {
    batch
        .column_by_name(name)
        .and_then(|array| array.as_any().downcast_ref())
        .ok_or_else(|| ArrowError::SchemaError(format!("no column {name} of the promised type")))
}
