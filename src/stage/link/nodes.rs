//! What is clustered: a node for each number group, and one for the open records that are plainly one person.

use std::collections::HashMap;

use super::gather::{Gathered, Record, Standing};
use super::numbers::NumberGroup;
use crate::kernel::clustering::{self, Node};

/// Shorter remains of a number are shared by too many to tell who somebody is.
const TELLING_DIGITS: usize = 15;

/// All records as nodes.
pub(super) struct Nodes {
    /// By record.
    pub of_record: Vec<u32>,
    /// What each node holds. Number groups come first, in their order.
    pub held: Vec<Node>,
    /// How many of the nodes are number groups.
    pub groups: usize,
}

impl Nodes {
    /// Records that lost trust in the same number, or write the same damaged one, are one node where they bear the same
    /// name too: a list tells of them every month.
    pub(super) fn of(gathered: &Gathered, groups: &[NumberGroup]) -> Self {
        let mut held = Vec::with_capacity(groups.len());
        let mut of_record = vec![u32::MAX; gathered.records.len()];
        for (ordinal, group) in (0u32..).zip(groups) {
            for record in &group.records {
                of_record[*record as usize] = ordinal;
            }
            let first = group.records.first().map(|index| node_of(&gathered.records[*index as usize]));
            held.push(Node { number: Some(ordinal), ..first.unwrap_or_default() });
        }
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        for (record, node) in gathered.records.iter().zip(&mut of_record) {
            if record.standing == Standing::Trusted {
                continue;
            }
            let own = node_of(record);
            let fresh = held.len() as u32;
            let at = same_person(record, gathered).map_or(fresh, |key| *known.entry(key).or_insert(fresh));
            *node = match held.get(at as usize) {
                Some(other) if !clustering::contradict(own, *other) => at,
                _ => fresh,
            };
            if *node == fresh {
                held.push(own);
            }
        }
        Nodes { of_record, held, groups: groups.len() }
    }
}

fn node_of(record: &Record) -> Node {
    Node { number: None, birth: record.birth, sex: Some(record.sex).filter(|sex| *sex != 0) }
}

/// Number and name by which open records are plainly one person; `None` where they tell too little.
fn same_person(record: &Record, gathered: &Gathered) -> Option<(u32, u32)> {
    let number = if record.number != 0 { record.number } else { record.written };
    let digits = gathered.texts.text(number).bytes().filter(u8::is_ascii_digit).count();
    (record.name != 0 && digits >= TELLING_DIGITS).then_some((number, record.name))
}
