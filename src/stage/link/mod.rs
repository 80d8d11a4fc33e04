//! Who is who: ties every row to a person and a household, or says why it cannot.
//!
//! First by identity number, since a sound number is nearly always right. What has none, or bears somebody else's,
//! is compared with the rows that share a name, a birth date, a phone or most of a number with it, weighed by the
//! linkage model, and joined best links first; two trusted numbers never become one person. Then it is decided who
//! belongs to the database: whoever a register enrols, and what departments know of them.

mod block;
mod faults;
mod gather;
mod household;
mod nodes;
mod numbers;
mod people;
mod resolve;
mod rounded;
mod score;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use arrow::array::Array;

use crate::kernel::clustering::Verdict;
use crate::kernel::scoring;
use crate::model::{LinkMethod, LinkRow, Links, PairRow, Role, RowRef, ValidTable, Words};
use crate::plan::LinkPlan;
use crate::sql::{Sql, SqlError};
pub use faults::{Reissue, reissue, row_as_json};
use gather::Gathered;
use nodes::Nodes;
use people::{Fate, People, Terms};
use resolve::Resolved;
use score::Scored;

/// Links all rows. `duplicates` gives rows that equal an earlier row with that row; they follow it wherever it goes.
///
/// # Errors
/// When a schema's `candidate` predicate cannot be run.
pub fn link(
    tables: Vec<ValidTable>,
    mut duplicates: Vec<(RowRef, RowRef)>,
    plan: &LinkPlan,
) -> Result<Links, SqlError> {
    duplicates.sort_unstable();
    let skip: Vec<RowRef> = duplicates.iter().map(|(row, _)| *row).collect();
    let mut gathered = gather::gather(&tables, &skip);
    rounded::take_back(&mut gathered);
    let groups = numbers::group(&mut gathered);
    let nodes = Nodes::of(&gathered, &groups);
    let blocks = block::block(&gathered, &nodes, plan.max_block);
    let frequencies = score::Frequencies::of(&gathered.records, nodes.held.len());
    let scored = score::score(&blocks.pairs, &gathered, &frequencies, bits(plan.review_threshold));
    let resolved = resolve::resolve(&gathered, &nodes, &scored, bits(plan.match_threshold));
    let candidate = candidates(&tables, &gathered)?;
    let terms = Terms { tables: &tables, scored: &scored, candidate: &candidate, unresolved: plan.unresolved };
    let people = people::decide(&gathered, &groups, &resolved, &terms);

    let (quarantine, issues) = faults::faults(&tables, &gathered, &resolved, &people);
    let pairs = pairs(&scored, &resolved, &gathered, &people);
    let mut rows = people.rows;
    follow(&mut rows, &duplicates);
    let mut notes: Vec<Words> = blocks
        .oversized
        .iter()
        .map(|(rule, count)| {
            let most = plan.max_block;
            Words::new(
                format!("关联分块“{rule}”有 {count} 个块超过 {most} 人，未在该规则下比较"),
                format!("{count} blocks of the linkage rule {rule} have more than {most} people and were not compared under it"),
            )
        })
        .collect();
    if people.crowded_numbers > 0 {
        let count = people.crowded_numbers;
        notes.push(Words::new(
            format!("有 {count} 个户号或户主号码由 30 人以上共用，未据此归户"),
            format!(
                "{count} household or head's numbers are shared by more than 30 people and tied nobody to a household"
            ),
        ));
    }
    Ok(Links {
        rows,
        person_household: people.person_household,
        household_head: people.household_head,
        pairs,
        quarantine,
        issues,
        unrelated: people.unrelated,
        withheld: people.withheld,
        notes,
        tables,
    })
}

/// The log odds in bits that a probability means.
fn bits(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// By record: whether its schema's `candidate` predicate holds.
fn candidates(tables: &[ValidTable], gathered: &Gathered) -> Result<Vec<bool>, SqlError> {
    let mut picked: HashMap<u32, Vec<bool>> = HashMap::new();
    for (index, table) in tables.iter().enumerate() {
        let schema = table.schema();
        let Some(predicate) = schema.candidate.as_ref().filter(|_| schema.role == Role::Informs) else { continue };
        let mut sql = Sql::new();
        sql.register("t", std::slice::from_ref(table.batch()), &table.batch().schema())?;
        let (_, batches) = sql.run(&format!("SELECT ({predicate}) AS picked FROM t"))?;
        let mut flags = Vec::with_capacity(table.len());
        for batch in &batches {
            match batch.column(0).as_any().downcast_ref::<arrow::array::BooleanArray>() {
                Some(array) => flags.extend(array.iter().map(|flag| flag.unwrap_or(false))),
                None => {
                    let data_type = batch.column(0).data_type().to_string();
                    return Err(SqlError::Type { column: format!("{}.candidate", schema.name), data_type });
                }
            }
        }
        picked.insert(index as u32, flags);
    }
    Ok(gathered
        .records
        .iter()
        .map(|record| {
            picked.get(&record.at.table).and_then(|flags| flags.get(record.at.row as usize)).copied().unwrap_or(false)
        })
        .collect())
}

/// Scored pairs about rows that stay, the other end being one that stays or is withheld: a reviewer who joins them lets it in.
fn pairs(scored: &[Scored], resolved: &Resolved, gathered: &Gathered, people: &People) -> Vec<PairRow> {
    let told = |pair: &Scored| {
        let fates = [people.fates[pair.a as usize], people.fates[pair.b as usize]];
        fates.contains(&Fate::Stays) && !fates.contains(&Fate::Unrelated)
    };
    scored
        .iter()
        .zip(&resolved.verdicts)
        .filter(|(pair, _)| told(pair))
        .map(|(pair, verdict)| PairRow {
            a: gathered.records[pair.a as usize].at,
            b: gathered.records[pair.b as usize].at,
            probability: scoring::probability(pair.total),
            weight: pair.total,
            weights: scoring::COMPARISONS.into_iter().zip(pair.weights).collect(),
            decision: match verdict {
                Verdict::Joined | Verdict::Agrees => "linked",
                Verdict::Forbidden => "forbidden",
                Verdict::Ambiguous => "ambiguous",
                Verdict::Weak => "review",
            },
        })
        .collect()
}

/// Gives each duplicate the place of the row that it equals.
fn follow(rows: &mut Vec<LinkRow>, duplicates: &[(RowRef, RowRef)]) {
    let copies: Vec<LinkRow> = duplicates
        .iter()
        .filter_map(|(row, first)| {
            let at = rows.binary_search_by_key(first, |link| link.row).ok()?;
            Some(LinkRow {
                row: *row,
                method: LinkMethod::Duplicate,
                probability: 1.0,
                partner: Some(*first),
                states_household: false,
                ..rows[at].clone()
            })
        })
        .collect();
    rows.extend(copies);
    rows.sort_by_key(|link| link.row);
}
