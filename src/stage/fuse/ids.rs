//! Lasting ids: a person keeps the id of the snapshot before, found by row keys and numbers, whatever files are called.

use std::collections::HashMap;

use super::kept::Kept;

/// What the snapshot before knows, by keyed hash of rows and by number. Ordinals are those inside the ids.
#[derive(Clone, Debug)]
pub struct Previous {
    /// Row key → person and household.
    pub by_row_key: HashMap<String, (Option<u64>, Option<u64>)>,
    /// Trusted identity number → person.
    pub by_number: HashMap<String, u64>,
    /// The first ordinals never given.
    pub next_person: u64,
    pub next_household: u64,
}

impl Default for Previous {
    /// Nothing known: the first snapshot. Ordinals begin at 1.
    fn default() -> Self {
        Previous { by_row_key: HashMap::new(), by_number: HashMap::new(), next_person: 1, next_household: 1 }
    }
}

/// The ids of all people and households of this run, by their ordinals in the links.
pub(super) struct Ids {
    pub person: Vec<String>,
    pub household: Vec<String>,
    pub next_person: u64,
    pub next_household: u64,
}

/// `P000000001`; says nothing of the person.
pub fn person_id(ordinal: u64) -> String {
    format!("P{ordinal:09}")
}

/// `H000000001`.
pub fn household_id(ordinal: u64) -> String {
    format!("H{ordinal:09}")
}

/// The ordinal inside an id.
pub fn ordinal(id: &str) -> Option<u64> {
    id.get(1..)?.parse().ok()
}

/// A trusted number is worth more than any number of row keys.
const NUMBER_VOTES: u64 = 1 << 32;

/// Gives every person and household its id. New ones are numbered in the order of their smallest row key, which is a
/// keyed hash: the order says nothing of them.
pub(super) fn assign(
    kept: &[Kept],
    people: usize,
    households: usize,
    numbers: &[Option<String>],
    previous: &Previous,
) -> Ids {
    let mut person = Claims::new(people);
    let mut household = Claims::new(households);
    for table in kept {
        for (row, link) in table.links.iter().enumerate() {
            let key = table.row_key(row);
            let (was_person, was_household) = previous.by_row_key.get(key).copied().unwrap_or_default();
            if let Some(now) = link.person {
                person.claim(now, key, was_person, 1);
            }
            if let Some(now) = link.household {
                household.claim(now, key, was_household, 1);
            }
        }
    }
    for (now, number) in numbers.iter().enumerate() {
        if let Some(was) = number.as_ref().and_then(|number| previous.by_number.get(number)) {
            person.claim(now as u32, "", Some(*was), NUMBER_VOTES);
        }
    }
    let (person, next_person) = person.settle(previous.next_person, person_id);
    let (household, next_household) = household.settle(previous.next_household, household_id);
    Ids { person, household, next_person, next_household }
}

/// Votes of today's entities for yesterday's.
struct Claims {
    smallest_key: Vec<String>,
    votes: HashMap<(u32, u64), u64>,
}

impl Claims {
    fn new(count: usize) -> Self {
        Claims { smallest_key: vec![String::new(); count], votes: HashMap::new() }
    }

    fn claim(&mut self, now: u32, key: &str, was: Option<u64>, votes: u64) {
        let smallest = &mut self.smallest_key[now as usize];
        if !key.is_empty() && (smallest.is_empty() || key < smallest.as_str()) {
            *smallest = key.to_owned();
        }
        if let Some(was) = was {
            *self.votes.entry((now, was)).or_default() += votes;
        }
    }

    /// Most votes first; each old id goes to one entity only, so of a split person one part keeps it.
    fn settle(self, mut next: u64, write: fn(u64) -> String) -> (Vec<String>, u64) {
        let mut ranked: Vec<((u32, u64), u64)> = self.votes.into_iter().collect();
        ranked.sort_by(|a, b| {
            b.1.cmp(&a.1)
                .then_with(|| a.0.1.cmp(&b.0.1))
                .then_with(|| self.smallest_key[a.0.0 as usize].cmp(&self.smallest_key[b.0.0 as usize]))
                .then_with(|| a.0.0.cmp(&b.0.0))
        });
        let mut given: Vec<Option<u64>> = vec![None; self.smallest_key.len()];
        let mut taken = std::collections::HashSet::new();
        for ((now, was), _) in ranked {
            if given[now as usize].is_none() && taken.insert(was) {
                given[now as usize] = Some(was);
            }
        }
        let mut fresh: Vec<usize> = (0..given.len()).filter(|now| given[*now].is_none()).collect();
        fresh.sort_by(|a, b| self.smallest_key[*a].cmp(&self.smallest_key[*b]).then(a.cmp(b)));
        for now in fresh {
            given[now] = Some(next);
            next += 1;
        }
        (given.into_iter().map(|ordinal| ordinal.map_or_else(String::new, write)).collect(), next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_the_most_votes_and_is_given_once() {
        let mut claims = Claims::new(3);
        claims.claim(0, "b", Some(7), 1);
        claims.claim(1, "a", Some(7), 2);
        claims.claim(2, "c", None, 1);
        let (ids, next) = claims.settle(8, person_id);
        assert_eq!(ids, ["P000000008", "P000000007", "P000000009"]);
        assert_eq!(next, 10);
    }

    #[test]
    fn new_ids_go_by_the_hash_and_not_by_the_row() {
        let mut claims = Claims::new(2);
        claims.claim(0, "ff", None, 1);
        claims.claim(1, "0a", None, 1);
        assert_eq!(claims.settle(1, household_id).0, ["H000000002", "H000000001"]);
    }

    #[test]
    fn an_id_carries_its_ordinal() {
        assert_eq!(ordinal(&person_id(42)), Some(42));
        assert_eq!(ordinal("?"), None);
    }
}
