//! Turns scored pairs into people: best links first, never two trusted numbers in one.

use std::collections::HashMap;

use super::gather::{Gathered, Standing};
use super::numbers::NumberGroup;
use super::score::Scored;
use crate::kernel::clustering::{self, Edge, Node, Verdict};
use crate::model::LinkMethod;

/// Two trusted partners closer than this many bits make a record ambiguous: one of them is right eight times as likely.
const AMBIGUITY_MARGIN: f64 = 3.0;

/// For each record its person, and how it got there.
pub(super) struct Resolved {
    /// Ordinal of the cluster, in the order of each cluster's first record.
    pub cluster: Vec<u32>,
    pub cluster_count: u32,
    /// By cluster: whether a trusted number stands behind it.
    pub numbered: Vec<bool>,
    pub method: Vec<LinkMethod>,
    pub probability: Vec<f64>,
    pub partner: Vec<Option<u32>>,
    /// By scored pair.
    pub verdicts: Vec<Verdict>,
}

/// How sure a row is whose number is right and whose name is quite another.
const OTHER_NAME: f64 = 0.9;

/// Clusters number groups and open records. `threshold` is in bits.
pub(super) fn resolve(
    gathered: &Gathered,
    groups: &[NumberGroup],
    open: &[u32],
    scored: &[Scored],
    threshold: f64,
) -> Resolved {
    let mut nodes = Vec::with_capacity(groups.len() + open.len());
    let mut node_of = vec![u32::MAX; gathered.records.len()];
    for (ordinal, group) in groups.iter().enumerate() {
        for record in &group.records {
            node_of[*record as usize] = nodes.len() as u32;
        }
        let first = group.records.first().map(|index| &gathered.records[*index as usize]);
        nodes.push(Node {
            number: Some(ordinal as u32),
            birth: first.and_then(|r| r.birth),
            sex: first.map(|r| r.sex).filter(|sex| *sex != 0),
        });
    }
    for index in open {
        let record = &gathered.records[*index as usize];
        node_of[*index as usize] = nodes.len() as u32;
        nodes.push(Node { number: None, birth: record.birth, sex: Some(record.sex).filter(|sex| *sex != 0) });
    }
    let edges: Vec<Edge> = scored
        .iter()
        .map(|pair| Edge {
            a: node_of[pair.a as usize],
            b: node_of[pair.b as usize],
            weight: pair.total,
            forbidden: pair.forbidden,
        })
        .collect();
    let clustering = clustering::cluster(&nodes, &edges, threshold, AMBIGUITY_MARGIN);

    let mut ordinals: HashMap<u32, u32> = HashMap::new();
    let mut numbered = Vec::new();
    let mut cluster = Vec::with_capacity(gathered.records.len());
    let mut firsts: Vec<u32> = Vec::new();
    for (index, node) in node_of.iter().enumerate() {
        let root = clustering.cluster[*node as usize];
        let ordinal = *ordinals.entry(root).or_insert_with(|| {
            // Number groups come before open records, so the smallest node of a numbered cluster is a group.
            numbered.push((root as usize) < groups.len());
            firsts.push(index as u32);
            firsts.len() as u32 - 1
        });
        cluster.push(ordinal);
    }

    let mut sizes = vec![0u32; firsts.len()];
    for ordinal in &cluster {
        sizes[*ordinal as usize] += 1;
    }
    let mut method = Vec::with_capacity(cluster.len());
    let mut partner = Vec::with_capacity(cluster.len());
    for (index, ordinal) in cluster.iter().enumerate() {
        let alone = sizes[*ordinal as usize] == 1;
        let record = &gathered.records[index];
        method.push(match record.standing {
            _ if clustering.ambiguous[node_of[index] as usize] => LinkMethod::Ambiguous,
            _ if alone => LinkMethod::Alone,
            Standing::Trusted => LinkMethod::Id,
            Standing::Contested | Standing::Placeholder | Standing::Unsound => LinkMethod::Model,
        });
        let first = firsts[*ordinal as usize];
        partner.push((!alone && first as usize != index).then_some(first));
    }
    let mut probability: Vec<f64> =
        gathered.records.iter().map(|record| if record.other_name { OTHER_NAME } else { 1.0 }).collect();
    explain_open_records(gathered, scored, &clustering.verdicts, &mut method, &mut probability, &mut partner);
    Resolved {
        cluster_count: firsts.len() as u32,
        cluster,
        numbered,
        method,
        probability,
        partner,
        verdicts: clustering.verdicts,
    }
}

/// Gives each open record the best pair that speaks for (or, if ambiguous, about) its place.
fn explain_open_records(
    gathered: &Gathered,
    scored: &[Scored],
    verdicts: &[Verdict],
    method: &mut [LinkMethod],
    probability: &mut [f64],
    partner: &mut [Option<u32>],
) {
    let mut best: HashMap<u32, &Scored> = HashMap::new();
    for (pair, verdict) in scored.iter().zip(verdicts) {
        if !matches!(verdict, Verdict::Joined | Verdict::Agrees | Verdict::Ambiguous) {
            continue;
        }
        for end in [pair.a, pair.b] {
            if gathered.records[end as usize].standing == Standing::Trusted {
                continue;
            }
            if (method[end as usize] == LinkMethod::Ambiguous) != (*verdict == Verdict::Ambiguous) {
                continue;
            }
            let better =
                |held: &Scored| pair.total.total_cmp(&held.total).then((held.a, held.b).cmp(&(pair.a, pair.b)));
            if best.get(&end).is_none_or(|held| better(held).is_gt()) {
                best.insert(end, pair);
            }
        }
    }
    for (end, pair) in best {
        let at = end as usize;
        probability[at] = crate::kernel::scoring::probability(pair.total);
        partner[at] = Some(if pair.a == end { pair.b } else { pair.a });
        if method[at] == LinkMethod::Model && pair.number_repaired {
            method[at] = LinkMethod::RepairedId;
        }
    }
}
