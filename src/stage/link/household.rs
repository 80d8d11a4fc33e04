//! Joins records into households: by household number within a source and place, and by the head's number across sources.
//!
//! Household numbers begin anew in every township, and a head's number may be mistyped: a tie counts only where nothing
//! contradicts it, since a wrong one puts strangers under one roof.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::gather::{Gathered, Record};
use crate::kernel::comparison::{self, NameLevel};
use crate::kernel::forest::Forest;

/// A household number or head that more people of one source share ties nobody: no household is so large.
const LARGEST: usize = 30;

/// What ties rows into one household.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Tie {
    /// A household number as one source gives it, with the township or county that the row states (0: none).
    Number { source: u32, number: u32, place: u32 },
    /// The head, as a cluster of records.
    Head(u32),
}

/// Who bears each trusted number.
pub(super) struct Bearers<'a> {
    /// Number → cluster.
    pub cluster: HashMap<u32, u32>,
    /// Number → folded names that rows give for it.
    pub names: HashMap<u32, BTreeSet<u32>>,
    pub gathered: &'a Gathered,
}

impl Bearers<'_> {
    /// The cluster of the head that a row names, unless the row calls the head quite differently.
    fn head_of(&self, record: &Record) -> Option<u32> {
        let cluster = self.cluster.get(&record.head_number).copied()?;
        let texts = &self.gathered.texts;
        let alike = |name: &u32| {
            let (a, b) = (texts.text(record.head_name), texts.text(*name));
            let sound = crate::kernel::name::sound;
            comparison::name(a, b, &sound(a), &sound(b)) != NameLevel::Different
        };
        let names = self.names.get(&record.head_number)?;
        (record.head_name == 0 || names.contains(&record.head_name) || names.iter().any(alike)).then_some(cluster)
    }
}

/// Households as sets of ties.
pub(super) struct Households {
    ties: BTreeMap<Tie, u32>,
    forest: Forest,
    /// By record: its tie, where the row itself states one.
    of_record: Vec<Option<u32>>,
    /// By tie: the cluster of its head, if known.
    head: Vec<Option<u32>>,
    crowded_numbers: Crowd,
    crowded_heads: Crowd,
}

/// What too many share: source, number and place (0 for a head's number).
type Crowd = BTreeSet<(u32, u32, u32)>;

impl Households {
    /// Ties the records for which `counts` holds. `cluster` gives each record's cluster.
    pub(super) fn of(gathered: &Gathered, counts: &[bool], cluster: &[u32], bearers: &Bearers<'_>) -> Self {
        let mut households = Households {
            ties: BTreeMap::new(),
            forest: Forest::default(),
            of_record: Vec::with_capacity(gathered.records.len()),
            head: Vec::new(),
            crowded_numbers: crowded(gathered, counts, cluster, |r| r.household_number != 0, number_key),
            crowded_heads: crowded(gathered, counts, cluster, |r| r.head_number != 0, head_key),
        };
        for (index, record) in gathered.records.iter().enumerate() {
            let crowd = households.crowded_numbers.contains(&number_key(record));
            let number = Some(record.household_number).filter(|number| *number != 0 && !crowd);
            let head = match record.is_head {
                true => Some(cluster[index]),
                false => households.head_named_by(record, bearers),
            };
            let tie = counts[index].then(|| households.tie(record, number, head)).flatten();
            households.of_record.push(tie);
        }
        households.join_unplaced();
        households.join_headless(cluster);
        households
    }

    fn tie(&mut self, record: &Record, number: Option<u32>, head: Option<u32>) -> Option<u32> {
        let stated = number.is_some() || record.head_number != 0 || record.household_grain;
        if !stated {
            return None;
        }
        let by_head = head.map(|head| self.node(Tie::Head(head), Some(head)));
        let by_number =
            number.map(|number| self.node(Tie::Number { source: record.source, number, place: place(record) }, None));
        match (by_number, by_head) {
            (Some(a), Some(b)) => Some(if self.join(a, b) { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    fn node(&mut self, tie: Tie, head: Option<u32>) -> u32 {
        if let Some(node) = self.ties.get(&tie) {
            return *node;
        }
        let node = self.forest.grow();
        self.ties.insert(tie, node);
        self.head.push(head);
        node
    }

    /// Joins two ties unless they have different heads; whether they are one household now.
    fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.forest.root(a), self.forest.root(b));
        if a == b {
            return true;
        }
        let (x, y) = (self.head[a as usize], self.head[b as usize]);
        if matches!((x, y), (Some(x), Some(y)) if x != y) {
            return false;
        }
        let keep = self.forest.join(a, b);
        self.head[keep as usize] = x.or(y);
        true
    }

    /// Rows that state no place belong to the number's only place, if it has one.
    fn join_unplaced(&mut self) {
        let mut places: BTreeMap<(u32, u32), Vec<(u32, u32)>> = BTreeMap::new();
        for (tie, node) in &self.ties {
            if let Tie::Number { source, number, place } = tie {
                places.entry((*source, *number)).or_default().push((*place, *node));
            }
        }
        for nodes in places.into_values() {
            if let [(0, unplaced), (_, only)] = nodes[..] {
                self.join(unplaced, only);
            }
        }
    }

    /// A household whose head no row names is the one in which all its people live under a known head, if there is
    /// just one such.
    fn join_headless(&mut self, cluster: &[u32]) {
        let mut people: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let mut homes: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (record, person) in cluster.iter().enumerate() {
            let Some(root) = self.stated_by(record) else { continue };
            if self.head[root as usize].is_some() {
                homes.entry(*person).or_default().insert(root);
            } else {
                people.entry(root).or_default().insert(*person);
            }
        }
        for (headless, people) in people {
            let mut shared: Option<BTreeSet<u32>> = None;
            for person in &people {
                let its_homes = homes.get(person).cloned().unwrap_or_default();
                shared = Some(match shared {
                    None => its_homes,
                    Some(shared) => shared.intersection(&its_homes).copied().collect(),
                });
            }
            if let Some([only]) = shared.map(|homes| homes.into_iter().collect::<Vec<_>>()).as_deref() {
                self.join(headless, *only);
            }
        }
    }

    /// The cluster at the head of the household that a member's row names, unless too many name that head.
    pub(super) fn head_named_by(&self, record: &Record, bearers: &Bearers<'_>) -> Option<u32> {
        bearers.head_of(record).filter(|_| !record.is_head && !self.crowded_heads.contains(&head_key(record)))
    }

    /// The household of the household number that a record states, though the record itself may tie nobody to it.
    pub(super) fn of_number(&mut self, record: &Record) -> Option<u32> {
        let (source, number) = (record.source, record.household_number);
        let tie = |place| Tie::Number { source, number, place };
        let (exact, mut all) = (self.ties.get(&tie(place(record))), self.ties.range(tie(0)..=tie(u32::MAX)));
        let node = match (exact, all.next(), all.next()) {
            (Some(node), ..) => *node,
            // As where rows count: a number's only place is that of a row without one, and the other way round.
            (None, Some((Tie::Number { place: only, .. }, node)), None) if *only == 0 || place(record) == 0 => *node,
            _ => return None,
        };
        Some(self.forest.root(node))
    }

    /// How many household and head numbers were left out for being shared by too many.
    pub(super) fn crowded(&self) -> usize {
        self.crowded_numbers.len() + self.crowded_heads.len()
    }

    /// The household that the record itself states.
    pub(super) fn stated_by(&mut self, record: usize) -> Option<u32> {
        self.of_record[record].map(|tie| self.forest.root(tie))
    }

    /// The household that a cluster heads, made if there is none yet.
    pub(super) fn headed_by(&mut self, cluster: u32) -> u32 {
        let node = self.node(Tie::Head(cluster), Some(cluster));
        self.forest.root(node)
    }

    /// The cluster at the head of a household.
    pub(super) fn head_of(&mut self, household: u32) -> Option<u32> {
        let root = self.forest.root(household);
        self.head[root as usize]
    }
}

/// The smallest place that a row states, within which household numbers are given.
fn place(record: &Record) -> u32 {
    if record.town != 0 { record.town } else { record.county }
}

fn number_key(record: &Record) -> (u32, u32, u32) {
    (record.source, record.household_number, place(record))
}

fn head_key(record: &Record) -> (u32, u32, u32) {
    (record.source, record.head_number, 0)
}

/// What more people of one source share than live in any household: a household number with its place, or a head's number.
fn crowded(
    gathered: &Gathered,
    counts: &[bool],
    cluster: &[u32],
    stated: impl Fn(&Record) -> bool,
    key: impl Fn(&Record) -> (u32, u32, u32),
) -> Crowd {
    let mut people: HashMap<(u32, u32, u32), BTreeSet<u32>> = HashMap::new();
    for (index, record) in gathered.records.iter().enumerate() {
        if counts[index] && stated(record) {
            let sharers = people.entry(key(record)).or_default();
            if sharers.len() <= LARGEST {
                sharers.insert(cluster[index]);
            }
        }
    }
    people.into_iter().filter(|(_, sharers)| sharers.len() > LARGEST).map(|(key, _)| key).collect()
}
