//! Lasting ids: a person keeps the id of the snapshots before, found by row keys and numbers, whatever files are called.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::Array;
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::kept::Kept;
use crate::model::Grain;

/// What the snapshots before know. Ordinals are those inside the ids.
#[derive(Clone, Debug)]
pub struct Previous {
    /// Row key, or [`Previous::number_key`] of a trusted number → who it means.
    pub known: HashMap<String, Known>,
    /// Household and name → the people of that name in it.
    pub named: HashMap<(u64, String), Vec<Namesake>>,
    /// Key of the hash of numbers.
    pub key: [u8; 32],
    /// The first ordinals never given.
    pub next_person: u64,
    pub next_household: u64,
}

/// Whom a key meant when it was last seen; nobody where it meant several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub person: Option<u64>,
    pub household: Option<u64>,
    pub last_seen: NaiveDate,
}

/// A member of a household by the ordinal, with the birth date (ISO 8601) if it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    pub person: u64,
    pub birth_date: Option<String>,
}

impl Default for Previous {
    /// Nothing known: the first snapshot. Ordinals begin at 1.
    fn default() -> Self {
        Previous { known: HashMap::new(), named: HashMap::new(), key: [0; 32], next_person: 1, next_household: 1 }
    }
}

impl Previous {
    /// What a number is known by: a keyed hash, so that numbers of people who are gone need not be kept.
    pub fn number_key(&self, number: &str) -> String {
        const DIGITS: usize = 32;
        let hash = blake3::keyed_hash(&self.key, format!("id_number\n{number}").as_bytes());
        hash.to_hex()[..DIGITS].to_owned()
    }

    /// Adds what one snapshot says of a key: a key that means several people or households means none of them.
    pub fn learn(&mut self, key: String, said: Known) {
        self.known
            .entry(key)
            .and_modify(|known| {
                known.person = known.person.filter(|person| said.person == Some(*person));
                known.household = known.household.filter(|household| said.household == Some(*household));
            })
            .or_insert(said);
    }

    fn of(&self, key: &str) -> (Option<u64>, Option<u64>) {
        self.known.get(key).map_or((None, None), |known| (known.person, known.household))
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

/// Gives every person and household its id. `home` is each person's household, `numbers` each person's trusted number.
/// New ids are numbered in the order of the smallest row key, which is a keyed hash: the order says nothing of them.
///
/// # Errors
/// Only when a table does not have the shape that its stage promised.
pub(super) fn assign(
    kept: &[Kept],
    home: &[u32],
    households: usize,
    numbers: &[Option<String>],
    previous: &Previous,
) -> Result<Ids, ArrowError> {
    let mut person = Claims::new(home.len());
    let mut household = Claims::new(households);
    let of_several = keys_of_several(kept);
    for table in kept {
        for (row, link) in table.links.iter().enumerate() {
            let key = table.row_key(row);
            let (was_person, was_household) = previous.of(key);
            if let Some(now) = link.person {
                person.claim(now, key, was_person.filter(|_| !of_several.contains(key)), 1);
            }
            if let Some(now) = link.household {
                household.claim(now, key, was_household, 1);
            }
        }
    }
    for (now, number) in (0u32..).zip(numbers) {
        if let Some(number) = number {
            person.claim(now, "", previous.of(&previous.number_key(number)).0, NUMBER_VOTES);
        }
    }
    let households = household.settle();
    let mut people = person.settle();
    known_by_name(kept, home, &households.given, &mut people.given, previous)?;
    let (person, next_person) = people.number(previous.next_person, person_id);
    let (household, next_household) = households.number(previous.next_household, household_id);
    Ok(Ids { person, household, next_person, next_household })
}

/// Row keys that several of today's people have: they say of none of them who it was.
fn keys_of_several(kept: &[Kept]) -> HashSet<&str> {
    let mut bearer: HashMap<&str, u32> = HashMap::new();
    let mut several = HashSet::new();
    for table in kept {
        for (row, link) in table.links.iter().enumerate() {
            let Some(person) = link.person else { continue };
            if *bearer.entry(table.row_key(row)).or_insert(person) != person {
                several.insert(table.row_key(row));
            }
        }
    }
    several
}

/// Whoever is left over may have got another number: a member whom the same household had by the same name keeps the id,
/// unless a birth date speaks against it or it could be two.
fn known_by_name(
    kept: &[Kept],
    home: &[u32],
    households: &[Option<u64>],
    given: &mut [Option<u64>],
    previous: &Previous,
) -> Result<(), ArrowError> {
    let taken: HashSet<u64> = given.iter().flatten().copied().collect();
    let mut candidates: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (person, said) in said_of_left_over(kept, given)? {
        let Some(household) = households[home[person] as usize] else { continue };
        let of_name = |name: &String| previous.named.get(&(household, name.clone()));
        let fits = |born: &Option<String>| match born {
            Some(born) => said.births.is_empty() || said.births.contains(born),
            None => true,
        };
        let mut fitting: Vec<u64> = said
            .names
            .iter()
            .filter_map(of_name)
            .flatten()
            .filter(|member| !taken.contains(&member.person) && fits(&member.birth_date))
            .map(|member| member.person)
            .collect();
        fitting.sort_unstable();
        fitting.dedup();
        if let [only] = fitting[..] {
            candidates.entry(only).or_default().push(person);
        }
    }
    for (was, people) in candidates {
        if let [only] = people[..] {
            given[only] = Some(was);
        }
    }
    Ok(())
}

/// What the rows of one person say of who it is.
#[derive(Default)]
struct Said {
    names: Vec<String>,
    births: HashSet<String>,
}

/// By person without an id yet: the names and birth dates that the rows state, those inside trusted numbers included.
fn said_of_left_over(kept: &[Kept], given: &[Option<u64>]) -> Result<BTreeMap<usize, Said>, ArrowError> {
    let mut said: BTreeMap<usize, Said> = BTreeMap::new();
    for table in kept {
        let name = match table.schema.grain {
            Grain::Household if table.schema.field("name").is_none() => "head_name",
            _ => "name",
        };
        let births = table.texts("birth_date")?;
        for (row, link) in table.links.iter().enumerate() {
            let Some(person) = link.person.map(|person| person as usize).filter(|person| given[*person].is_none())
            else {
                continue;
            };
            let said = said.entry(person).or_default();
            said.names.extend(table.text(name, row).map(str::to_owned).filter(|name| !said.names.contains(name)));
            let stated =
                births.as_ref().filter(|births| births.is_valid(row)).map(|births| births.value(row).to_owned());
            let number = table.text("id_number", row).filter(|number| link.trusted_number && number.len() == 18);
            said.births.extend(stated);
            said.births.extend(number.and_then(|number| Some(super::people::facts(number)?.0)));
        }
    }
    Ok(said)
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
    fn settle(self) -> Settled {
        let mut ranked: Vec<((u32, u64), u64)> = self.votes.into_iter().collect();
        ranked.sort_by(|a, b| {
            b.1.cmp(&a.1)
                .then_with(|| a.0.1.cmp(&b.0.1))
                .then_with(|| self.smallest_key[a.0.0 as usize].cmp(&self.smallest_key[b.0.0 as usize]))
                .then_with(|| a.0.0.cmp(&b.0.0))
        });
        let mut given: Vec<Option<u64>> = vec![None; self.smallest_key.len()];
        let mut taken = HashSet::new();
        for ((now, was), _) in ranked {
            if given[now as usize].is_none() && taken.insert(was) {
                given[now as usize] = Some(was);
            }
        }
        Settled { smallest_key: self.smallest_key, given }
    }
}

/// Which of today's entities have an ordinal of yesterday's.
struct Settled {
    smallest_key: Vec<String>,
    given: Vec<Option<u64>>,
}

impl Settled {
    /// Numbers the new ones from `next` on; all ids, and the first ordinal left.
    fn number(mut self, mut next: u64, write: fn(u64) -> String) -> (Vec<String>, u64) {
        let mut fresh: Vec<usize> = (0..self.given.len()).filter(|now| self.given[*now].is_none()).collect();
        fresh.sort_by(|a, b| self.smallest_key[*a].cmp(&self.smallest_key[*b]).then(a.cmp(b)));
        for now in fresh {
            self.given[now] = Some(next);
            next += 1;
        }
        (self.given.into_iter().map(|ordinal| ordinal.map_or_else(String::new, write)).collect(), next)
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
        let (ids, next) = claims.settle().number(8, person_id);
        assert_eq!(ids, ["P000000008", "P000000007", "P000000009"]);
        assert_eq!(next, 10);
    }

    #[test]
    fn new_ids_go_by_the_hash_and_not_by_the_row() {
        let mut claims = Claims::new(2);
        claims.claim(0, "ff", None, 1);
        claims.claim(1, "0a", None, 1);
        assert_eq!(claims.settle().number(1, household_id).0, ["H000000002", "H000000001"]);
    }

    #[test]
    fn a_key_that_means_several_means_none_of_them() {
        let said = |person, household| Known {
            person: Some(person),
            household: Some(household),
            last_seen: NaiveDate::default(),
        };
        let mut previous = Previous::default();
        for (key, known) in
            [("a", said(1, 5)), ("a", said(1, 5)), ("b", said(1, 5)), ("b", said(2, 5)), ("b", said(1, 5))]
        {
            previous.learn(key.to_owned(), known);
        }
        assert_eq!((previous.of("a"), previous.of("b")), ((Some(1), Some(5)), (None, Some(5))));
        assert_eq!(previous.of("c"), (None, None));
    }

    #[test]
    fn an_id_carries_its_ordinal() {
        assert_eq!(ordinal(&person_id(42)), Some(42));
        assert_eq!(ordinal("?"), None);
    }
}
