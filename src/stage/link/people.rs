//! Who stays: which clusters are people of the database, which rows are tied to a household only, and which go.

use std::collections::{HashMap, HashSet};

use super::gather::{Gathered, Standing};
use super::household::{Bearers, Households};
use super::numbers::NumberGroup;
use super::resolve::Resolved;
use super::score::Scored;
use crate::kernel::clustering::Verdict;
use crate::model::{LinkRow, RowRef, Schema, ValidTable};
use crate::plan::Unresolved;

/// What becomes of every record.
pub(super) struct People {
    /// Rows that stay, in row order.
    pub rows: Vec<LinkRow>,
    pub person_household: Vec<u32>,
    pub household_head: Vec<Option<u32>>,
    pub unrelated: Vec<RowRef>,
    pub withheld: Vec<RowRef>,
    /// By record.
    pub fates: Vec<Fate>,
    /// Household numbers that were left out for being shared by too many.
    pub crowded_numbers: usize,
}

/// What becomes of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is of a person or household of the database.
    Stays,
    /// It may concern somebody of the database, but nothing settles whom.
    Withheld,
    /// It is of somebody whom the database is not for.
    Unrelated,
}

/// What decides, besides the clusters.
pub(super) struct Terms<'a> {
    pub tables: &'a [ValidTable],
    pub scored: &'a [Scored],
    /// By record: the schema's `candidate` predicate holds.
    pub candidate: &'a [bool],
    pub unresolved: Unresolved,
}

/// Decides who stays and gives people and households their ordinals, both in the order of their first row.
pub(super) fn decide(gathered: &Gathered, groups: &[NumberGroup], resolved: &Resolved, terms: &Terms<'_>) -> People {
    let settled: Vec<bool> = gathered
        .records
        .iter()
        .zip(&resolved.cluster)
        .map(|(record, cluster)| {
            resolved.numbered[*cluster as usize]
                || record.standing == Standing::Contested
                || terms.unresolved == Unresolved::Admit
        })
        .collect();
    let mut is_person = vec![false; resolved.cluster_count as usize];
    for (index, record) in gathered.records.iter().enumerate() {
        if settled[index] && (record.enrols || terms.candidate[index]) {
            is_person[resolved.cluster[index] as usize] = true;
        }
    }
    let bearers = bearers(gathered, groups, resolved);
    let mut households = Households::of(gathered, &settled, &resolved.cluster, &bearers);
    let homes = homes(gathered, resolved, &settled, &is_person, &mut households, terms.tables);
    let concerning = concerning(gathered, resolved, &homes, &mut households, &bearers, terms);
    let withheld: Vec<bool> = settled
        .iter()
        .zip(&resolved.cluster)
        .map(|(settled, cluster)| !settled && concerning[*cluster as usize])
        .collect();
    number_the_people(gathered, resolved, &withheld, &homes, &mut households)
}

/// By cluster: whether it may concern somebody of the database. It does when a row of it enrols, satisfies `candidate` or
/// names a household that people of the database live in, or when it is perhaps one person with somebody who stays or
/// would enrol.
fn concerning(
    gathered: &Gathered,
    resolved: &Resolved,
    homes: &Homes,
    households: &mut Households,
    bearers: &Bearers<'_>,
    terms: &Terms<'_>,
) -> Vec<bool> {
    let stays = |cluster: usize| homes.of_person[cluster].or(homes.of_relative[cluster]).is_some();
    let mut itself = vec![false; homes.of_person.len()];
    let mut named = Vec::new();
    for (index, record) in gathered.records.iter().enumerate() {
        let cluster = resolved.cluster[index] as usize;
        itself[cluster] |= record.enrols || terms.candidate[index] || stays(cluster);
        let head = || households.head_named_by(record, bearers).is_some_and(|head| stays(head as usize));
        if record.standing != Standing::Trusted
            && (head() || households.of_number(record).is_some_and(|home| homes.lived_in.contains(&home)))
        {
            named.push(cluster);
        }
    }
    let mut concerning = itself.clone();
    named.into_iter().for_each(|cluster| concerning[cluster] = true);
    for (pair, verdict) in terms.scored.iter().zip(&resolved.verdicts) {
        if matches!(verdict, Verdict::Weak | Verdict::Ambiguous) {
            let [a, b] = [pair.a, pair.b].map(|end| resolved.cluster[end as usize] as usize);
            concerning[a] |= itself[b];
            concerning[b] |= itself[a];
        }
    }
    concerning
}

/// Who bears the numbers that rows name as their heads'.
fn bearers<'a>(gathered: &'a Gathered, groups: &[NumberGroup], resolved: &Resolved) -> Bearers<'a> {
    let heads: HashSet<u32> = gathered.records.iter().map(|record| record.head_number).collect();
    let mut bearers = Bearers { cluster: HashMap::new(), names: HashMap::new(), gathered };
    for group in groups.iter().filter(|group| heads.contains(&group.number)) {
        let Some(first) = group.records.first() else { continue };
        bearers.cluster.insert(group.number, resolved.cluster[*first as usize]);
        let names = group.records.iter().map(|index| gathered.records[*index as usize].name).filter(|name| *name != 0);
        bearers.names.insert(group.number, names.collect());
    }
    bearers
}

/// Where clusters live: the main household of each person, and of those who are no people of the database but share
/// one with them.
struct Homes {
    of_person: Vec<Option<u32>>,
    of_relative: Vec<Option<u32>>,
    /// Households that people of the database state for themselves.
    lived_in: HashSet<u32>,
}

fn homes(
    gathered: &Gathered,
    resolved: &Resolved,
    settled: &[bool],
    is_person: &[bool],
    households: &mut Households,
    tables: &[ValidTable],
) -> Homes {
    let mut best: Vec<Option<(u8, u32)>> = vec![None; is_person.len()];
    let mut lived_in: HashSet<u32> = HashSet::new();
    let mut stated: Vec<(u32, u32)> = Vec::new();
    for (index, record) in gathered.records.iter().enumerate() {
        if !settled[index] {
            continue;
        }
        let Some(household) = households.stated_by(index) else { continue };
        let cluster = resolved.cluster[index];
        if is_person[cluster as usize] {
            lived_in.insert(household);
            let rank = kind_rank(tables[record.at.table as usize].schema());
            let held = &mut best[cluster as usize];
            if held.is_none_or(|(other, _)| rank < other) {
                *held = Some((rank, household));
            }
        } else {
            stated.push((cluster, household));
        }
    }
    let mut of_relative = vec![None; is_person.len()];
    for (cluster, household) in stated {
        if of_relative[cluster as usize].is_none() && lived_in.contains(&household) {
            of_relative[cluster as usize] = Some(household);
        }
    }
    let of_person = best
        .into_iter()
        .enumerate()
        .map(|(cluster, held)| {
            is_person[cluster]
                .then(|| held.map_or_else(|| households.headed_by(cluster as u32), |(_, household)| household))
        })
        .collect();
    Homes { of_person, of_relative, lived_in }
}

/// A benefit's household goes before one that the office registered, and that before the police's register.
fn kind_rank(schema: &Schema) -> u8 {
    match (schema.assistance.is_some(), schema.role) {
        (true, _) => 0,
        (false, crate::model::Role::Enrols) => 1,
        (false, crate::model::Role::Informs) => 2,
    }
}

fn number_the_people(
    gathered: &Gathered,
    resolved: &Resolved,
    withheld: &[bool],
    homes: &Homes,
    households: &mut Households,
) -> People {
    let mut people = People {
        rows: Vec::new(),
        person_household: Vec::new(),
        household_head: Vec::new(),
        unrelated: Vec::new(),
        withheld: Vec::new(),
        fates: vec![Fate::Stays; gathered.records.len()],
        crowded_numbers: households.crowded(),
    };
    let mut person_of: HashMap<u32, u32> = HashMap::new();
    let mut household_of: HashMap<u32, u32> = HashMap::new();
    let mut heads: Vec<u32> = Vec::new();
    for (index, record) in gathered.records.iter().enumerate() {
        let cluster = resolved.cluster[index];
        let person_home = homes.of_person[cluster as usize];
        let Some(home) = person_home.or(homes.of_relative[cluster as usize]) else {
            let (fate, rows) = match withheld[index] {
                true => (Fate::Withheld, &mut people.withheld),
                false => (Fate::Unrelated, &mut people.unrelated),
            };
            people.fates[index] = fate;
            rows.push(record.at);
            continue;
        };
        let stated = households.stated_by(index);
        // A relative's row that states another household than the shared one is still kept under the shared one.
        let household = if person_home.is_some() { stated.unwrap_or(home) } else { home };
        let mut household_ordinal = |root: u32| {
            *household_of.entry(root).or_insert_with(|| {
                heads.push(root);
                heads.len() as u32 - 1
            })
        };
        let home_ordinal = household_ordinal(home);
        let household_ordinal = household_ordinal(household);
        let person = person_home.map(|_| {
            *person_of.entry(cluster).or_insert_with(|| {
                people.person_household.push(home_ordinal);
                people.person_household.len() as u32 - 1
            })
        });
        people.rows.push(LinkRow {
            row: record.at,
            person,
            household: Some(household_ordinal),
            method: resolved.method[index],
            probability: resolved.probability[index],
            partner: resolved.partner[index].map(|partner| gathered.records[partner as usize].at),
            states_household: stated.is_some(),
            trusted_number: record.standing == Standing::Trusted,
            other_name: record.other_name,
        });
    }
    people.household_head = heads
        .into_iter()
        .map(|root| households.head_of(root).and_then(|cluster| person_of.get(&cluster).copied()))
        .collect();
    people
}
