//! Turns scored pairs into people: best links first, never two trusted numbers in one.

use std::collections::HashMap;

use super::gather::{Gathered, Standing};
use super::nodes::Nodes;
use super::score::Scored;
use crate::kernel::clustering::{self, Clustering, Edge, Verdict};
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

/// Clusters the nodes. `threshold` is in bits.
pub(super) fn resolve(gathered: &Gathered, nodes: &Nodes, scored: &[Scored], threshold: f64) -> Resolved {
    let node_of = &nodes.of_record;
    let edges: Vec<Edge> = scored
        .iter()
        .map(|pair| Edge {
            a: node_of[pair.a as usize],
            b: node_of[pair.b as usize],
            weight: pair.total,
            forbidden: pair.forbidden,
        })
        .collect();
    let clustering = clustering::cluster(&nodes.held, &edges, threshold, AMBIGUITY_MARGIN);

    let mut ordinals: HashMap<u32, u32> = HashMap::new();
    let mut numbered = Vec::new();
    let mut cluster = Vec::with_capacity(gathered.records.len());
    let mut firsts: Vec<u32> = Vec::new();
    for (index, node) in node_of.iter().enumerate() {
        let root = clustering.cluster[*node as usize];
        let ordinal = *ordinals.entry(root).or_insert_with(|| {
            // Number groups come first, so the smallest node of a numbered cluster is a group.
            numbered.push((root as usize) < nodes.groups);
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
            Standing::Contested | Standing::Placeholder | Standing::Rounded | Standing::Unsound => LinkMethod::Model,
        });
        let first = firsts[*ordinal as usize];
        partner.push((!alone && first as usize != index).then_some(first));
    }
    let mut probability: Vec<f64> =
        gathered.records.iter().map(|record| if record.other_name { OTHER_NAME } else { 1.0 }).collect();
    let best = best_pairs(nodes, scored, &clustering);
    for (index, record) in gathered.records.iter().enumerate() {
        let Some(pair) = best.get(&node_of[index]).filter(|_| record.standing != Standing::Trusted) else { continue };
        probability[index] = crate::kernel::scoring::probability(pair.total);
        partner[index] = Some(if node_of[pair.a as usize] == node_of[index] { pair.b } else { pair.a });
        if method[index] == LinkMethod::Model && pair.number_repaired {
            method[index] = LinkMethod::RepairedId;
        }
    }
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

/// By node of open records: the best pair that speaks for (or, if ambiguous, about) its place.
fn best_pairs<'a>(nodes: &Nodes, scored: &'a [Scored], clustering: &Clustering) -> HashMap<u32, &'a Scored> {
    let mut best: HashMap<u32, &Scored> = HashMap::new();
    for (pair, verdict) in scored.iter().zip(&clustering.verdicts) {
        if !matches!(verdict, Verdict::Joined | Verdict::Agrees | Verdict::Ambiguous) {
            continue;
        }
        for node in [pair.a, pair.b].map(|end| nodes.of_record[end as usize]) {
            let open = node as usize >= nodes.groups;
            if !open || clustering.ambiguous[node as usize] != (*verdict == Verdict::Ambiguous) {
                continue;
            }
            let better =
                |held: &Scored| pair.total.total_cmp(&held.total).then((held.a, held.b).cmp(&(pair.a, pair.b)));
            if best.get(&node).is_none_or(|held| better(held).is_gt()) {
                best.insert(node, pair);
            }
        }
    }
    best
}
