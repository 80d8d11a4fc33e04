//! From linked rows to people and households: ids that last, one value per field, and where each value came from.

mod benefits;
mod claims;
mod former;
mod help;
mod homes;
mod ids;
mod kept;
mod linking;
mod members;
mod numbers;
mod people;
mod rows;
mod survive;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use arrow::error::ArrowError;
use chrono::NaiveDate;

use crate::model::{Entities, Links, Schema};
use crate::plan::Plan;
use crate::stage::lineage::Lineage;
use kept::{Kept, KeptRow};

pub use ids::{Known, Namesake, Previous, household_id, ordinal, person_id};

/// Fuses the linked rows. Every schema of the plan gets its table, if empty. `previous` lends its ids.
///
/// # Errors
/// Only when a table does not have the shape that its stage promised: a fault of the program.
pub fn fuse(links: Links, plan: &Plan, previous: &Previous, today: NaiveDate) -> Result<Entities, ArrowError> {
    let mut kept = kept::keep(&links.tables, &links.rows)?;
    add_empty_schemas(&mut kept, plan);
    let people = links.person_household.len();
    let documents = numbers::documents(&kept, people);
    let own_numbers: Vec<Option<String>> = documents
        .iter()
        .map(|documents| documents.first().filter(|document| document.status == "valid")?.number.clone())
        .collect();
    let ids = ids::assign(&kept, &links.person_household, links.household_head.len(), &own_numbers, previous)?;
    let trusts: HashMap<&str, &crate::plan::Trust> =
        plan.sources.iter().map(|source| (source.id.as_str(), &source.trust)).collect();

    let benefits = benefits::benefits(&kept, &ids, today)?;
    let members = members::members(&kept, &links.person_household, &first_rows(&kept, people))?;
    let mut housed: HashMap<(u32, u32), &str> = HashMap::new();
    for member in &members {
        housed.entry((member.household, member.person)).or_insert(&member.row_id);
    }
    let mut lineage = Lineage::new();
    // Households first: lineage is published in the order of ids, and theirs come before people's.
    let household = homes::households(
        &homes::Material {
            kept: &kept,
            trusts: &trusts,
            ids: &ids,
            head: &links.household_head,
            members: &members,
            city: &plan.region,
        },
        &mut lineage,
    )?;
    let person = people::people(
        &people::Material {
            kept: &kept,
            trusts: &trusts,
            ids: &ids,
            documents: &documents,
            benefits: &benefits,
            home: &links.person_household,
            housed: &housed,
            city: &plan.region,
            today,
        },
        &mut lineage,
    )?;
    let mut tables = vec![
        members::membership(&members, &ids)?,
        homes::duties(&members, &links.household_head, &person, &ids, today)?,
        numbers::table(&documents, &ids.person)?,
        benefits.table,
        linking::link(&links, &ids)?,
        linking::pair(&links)?,
        lineage.finish()?,
        former::table(&kept, &own_numbers, &ids, previous, today)?,
        person,
        household,
    ];
    for rows in &kept {
        tables.push(rows::table(rows, &ids)?);
    }
    Ok(Entities { tables, next_person: ids.next_person, next_household: ids.next_household })
}

/// A schema of the plan's sources that no row came for still has its table, so that rules and queries find it.
fn add_empty_schemas(kept: &mut Vec<Kept>, plan: &Plan) {
    let mut known: BTreeSet<String> = kept.iter().map(|rows| rows.schema.name.clone()).collect();
    let members = |schema: &Schema| schema.members.as_ref().and_then(|members| plan.schemas.get(&members.schema));
    let wanted = plan.sources.iter().flat_map(|source| &source.schemas);
    for schema in wanted.flat_map(|schema| [Some(schema), members(schema)]).flatten() {
        if known.insert(schema.name.clone()) {
            kept.push(Kept::empty(schema.clone()));
        }
    }
    kept.sort_by(|a, b| a.schema.name.cmp(&b.schema.name));
}

/// By person: the first of its rows.
fn first_rows(kept: &[Kept], people: usize) -> Vec<Option<KeptRow>> {
    let mut first = vec![None; people];
    for (table, rows) in kept.iter().enumerate() {
        for (row, link) in rows.links.iter().enumerate() {
            if let Some(person) = link.person {
                first[person as usize].get_or_insert((table, row));
            }
        }
    }
    first
}
