//! Analysis: groups, tiers and labels of people, bands and counts of households, and measures of regions.
//!
//! Every local figure (poverty line, populations, bands) comes from the plan; what is not given is not invented, and a
//! note says what could not be reckoned.

mod groups;
mod households;
mod people;
mod regions;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::error::ArrowError;
use chrono::NaiveDate;

use crate::model::{Measures, Role, Table};
use crate::plan::Plan;
use crate::stage::lineage;

/// Rank of each region in the snapshot before.
pub type PreviousRanks = HashMap<String, i64>;

/// Fills the analysis columns of `person` and `household`, adds their origins to `lineage` and makes `region_index`. The
/// three tables come back in place of those given; all others are read only.
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
    let (person, household, lineage) = (find("person")?, find("household")?, find("lineage")?);
    let (groups, mut notes) = groups::groups(tables, plan, today);
    let people::Grouped { person, tiers, origins: of_people } = people::with_groups(person, &groups, lineage)?;
    let material = households::Material { person: &person, tiers: &tiers, membership: find("membership")?, lineage };
    let (household, mut origins) = households::with_bands(household, &material, &plan.analysis, &mut notes)?;
    // Households' ids come before people's.
    origins.append(of_people);
    let lineage = lineage::merge(lineage, origins)?;
    let (regions, not_reckoned) = regions::region_index(&person, &household, &enrolled(tables, plan), plan, previous)?;
    notes.extend(not_reckoned);
    Ok(Measures { tables: vec![person, household, lineage, regions], notes })
}

/// The people whom a list that enrols names: whom only a department knows, as possibly missed, is not registered.
fn enrolled<'a>(tables: &'a [Table], plan: &Plan) -> HashSet<&'a str> {
    let enrols = |table: &&Table| plan.schemas.get(table.name.as_str()).is_some_and(|s| s.role == Role::Enrols);
    tables.iter().filter(enrols).flat_map(|table| groups::texts(table, ["person_id"])).map(|[id]| id).collect()
}

/// The batch with some of its columns replaced.
fn replace<const N: usize>(batch: &RecordBatch, columns: [(&str, ArrayRef); N]) -> Result<RecordBatch, ArrowError> {
    let mut arrays = batch.columns().to_vec();
    for (name, array) in columns {
        arrays[batch.schema_ref().index_of(name)?] = array;
    }
    RecordBatch::try_new(batch.schema(), arrays)
}

/// A column of a known type.
fn column<'a, T: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T, ArrowError> {
    batch
        .column_by_name(name)
        .and_then(|array| array.as_any().downcast_ref())
        .ok_or_else(|| ArrowError::SchemaError(format!("no column {name} of the promised type")))
}
