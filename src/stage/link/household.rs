//! Joins records into households: by household number within a source, and by the head's number across sources.

use std::collections::HashMap;

use super::gather::{Gathered, Record};

/// What ties rows into one household.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Tie {
    /// A household number as one source gives it.
    Number(u32, u32),
    /// The head, as a cluster of records.
    Head(u32),
}

/// Households as sets of ties.
pub(super) struct Households {
    ties: HashMap<Tie, u32>,
    parent: Vec<u32>,
    /// By record: its tie, where the row itself states one.
    of_record: Vec<Option<u32>>,
    /// By tie: the cluster of its head, if known.
    head: Vec<Option<u32>>,
}

impl Households {
    /// Ties the records for which `counts` holds. `cluster` gives each record's cluster, `by_number` the cluster of a
    /// trusted number.
    pub(super) fn of(gathered: &Gathered, counts: &[bool], cluster: &[u32], by_number: &HashMap<u32, u32>) -> Self {
        let mut households =
            Households { ties: HashMap::new(), parent: Vec::new(), of_record: Vec::new(), head: Vec::new() };
        for (index, record) in gathered.records.iter().enumerate() {
            let tie = counts[index].then(|| households.tie(record, cluster[index], by_number)).flatten();
            households.of_record.push(tie);
        }
        households
    }

    fn tie(&mut self, record: &Record, cluster: u32, by_number: &HashMap<u32, u32>) -> Option<u32> {
        let stated = record.household_number != 0 || record.head_number != 0 || record.household_grain;
        if !stated {
            return None;
        }
        let head = if record.is_head { Some(cluster) } else { by_number.get(&record.head_number).copied() };
        let by_head = head.map(|head| self.node(Tie::Head(head), Some(head)));
        let by_number = (record.household_number != 0)
            .then(|| self.node(Tie::Number(record.source, record.household_number), None));
        match (by_number, by_head) {
            (Some(a), Some(b)) => Some(self.join(a, b)),
            (a, b) => a.or(b),
        }
    }

    fn node(&mut self, tie: Tie, head: Option<u32>) -> u32 {
        if let Some(node) = self.ties.get(&tie) {
            return *node;
        }
        let node = self.parent.len() as u32;
        self.ties.insert(tie, node);
        self.parent.push(node);
        self.head.push(head);
        node
    }

    fn join(&mut self, a: u32, b: u32) -> u32 {
        let (a, b) = (self.root(a), self.root(b));
        let (keep, give) = (a.min(b), a.max(b));
        self.parent[give as usize] = keep;
        let head = self.head[keep as usize].or(self.head[give as usize]);
        self.head[keep as usize] = head;
        keep
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let up = self.parent[self.parent[node as usize] as usize];
            self.parent[node as usize] = up;
            node = up;
        }
        node
    }

    /// The household that the record itself states.
    pub(super) fn stated_by(&mut self, record: usize) -> Option<u32> {
        self.of_record[record].map(|tie| self.root(tie))
    }

    /// The household that a cluster heads, made if there is none yet.
    pub(super) fn headed_by(&mut self, cluster: u32) -> u32 {
        let node = self.node(Tie::Head(cluster), Some(cluster));
        self.root(node)
    }

    /// The cluster at the head of a household.
    pub(super) fn head_of(&mut self, household: u32) -> Option<u32> {
        let root = self.root(household);
        self.head[root as usize]
    }
}
