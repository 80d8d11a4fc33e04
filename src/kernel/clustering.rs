//! Constrained clustering: best links first, and none that would put two different people into one.
//!
//! Transitive closure without constraints ends in one giant cluster; here each link is checked against what its two
//! clusters already hold before it joins them, and a record that fits two people equally joins neither.

use std::collections::BTreeMap;

use super::forest::Forest;

/// What forbids a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// A trusted identity number, as an ordinal. Two different ones never share a cluster.
    pub number: Option<u32>,
    /// Day of birth as days since 1970-01-01, and sex; two of each that both differ never share a cluster.
    pub birth: Option<i32>,
    pub sex: Option<u8>,
}

/// A scored link between two nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    pub a: u32,
    pub b: u32,
    pub weight: f64,
    /// The two ends cannot be one person, whatever the weight.
    pub forbidden: bool,
}

/// What became of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It joined two clusters.
    Joined,
    /// Both ends were in one cluster already.
    Agrees,
    /// It would have put two people into one.
    Forbidden,
    /// One end fits another person as well.
    Ambiguous,
    /// Its weight lies below the threshold.
    Weak,
}

/// The outcome: for each node the smallest node of its cluster, for each edge its verdict (in the given order), and
/// which nodes were kept apart as ambiguous.
#[derive(Debug)]
pub struct Clustering {
    pub cluster: Vec<u32>,
    pub verdicts: Vec<Verdict>,
    pub ambiguous: Vec<bool>,
}

/// Joins nodes along edges of at least `threshold` bits, heaviest first. A node without a number whose two best
/// trusted partners lie within `margin` bits of each other is ambiguous. The result depends on the set of nodes and
/// edges only, not on the order of the edges.
pub fn cluster(nodes: &[Node], edges: &[Edge], threshold: f64, margin: f64) -> Clustering {
    let ambiguous = ambiguous_nodes(nodes, edges, threshold, margin);
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by(|&x, &y| {
        let key = |e: &Edge| (e.a.min(e.b), e.a.max(e.b));
        edges[y].weight.total_cmp(&edges[x].weight).then_with(|| key(&edges[x]).cmp(&key(&edges[y])))
    });
    let mut clusters = Clusters { forest: Forest::new(nodes.len()), held: nodes.to_vec() };
    let mut verdicts = vec![Verdict::Weak; edges.len()];
    for at in order {
        let edge = edges[at];
        verdicts[at] = if edge.forbidden {
            Verdict::Forbidden
        } else if edge.weight < threshold {
            Verdict::Weak
        } else if ambiguous[edge.a as usize] || ambiguous[edge.b as usize] {
            Verdict::Ambiguous
        } else {
            clusters.join(edge.a, edge.b)
        };
    }
    let cluster = (0..nodes.len() as u32).map(|node| clusters.forest.root(node)).collect();
    Clustering { cluster, verdicts, ambiguous }
}

fn ambiguous_nodes(nodes: &[Node], edges: &[Edge], threshold: f64, margin: f64) -> Vec<bool> {
    let mut best: BTreeMap<u32, BTreeMap<u32, f64>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| !edge.forbidden && edge.weight >= threshold - margin) {
        for (from, to) in [(edge.a, edge.b), (edge.b, edge.a)] {
            if let (None, Some(number)) = (nodes[from as usize].number, nodes[to as usize].number) {
                let weight = best.entry(from).or_default().entry(number).or_insert(edge.weight);
                *weight = weight.max(edge.weight);
            }
        }
    }
    let mut ambiguous = vec![false; nodes.len()];
    for (node, by_number) in best {
        let mut weights: Vec<f64> = by_number.into_values().collect();
        weights.sort_by(|a, b| b.total_cmp(a));
        if let [first, second, ..] = weights[..] {
            ambiguous[node as usize] = first >= threshold && first - second < margin;
        }
    }
    ambiguous
}

/// Sets of nodes that carry what they hold.
struct Clusters {
    forest: Forest,
    held: Vec<Node>,
}

impl Clusters {
    fn join(&mut self, a: u32, b: u32) -> Verdict {
        let (a, b) = (self.forest.root(a), self.forest.root(b));
        if a == b {
            return Verdict::Agrees;
        }
        let (x, y) = (self.held[a as usize], self.held[b as usize]);
        if contradict(x, y) {
            return Verdict::Forbidden;
        }
        let keep = self.forest.join(a, b);
        self.held[keep as usize] =
            Node { number: x.number.or(y.number), birth: x.birth.or(y.birth), sex: x.sex.or(y.sex) };
        Verdict::Joined
    }
}

/// Whether two nodes cannot be one person: two numbers, or two births with two sexes.
pub fn contradict(a: Node, b: Node) -> bool {
    fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if a != b)
    }
    differ(a.number, b.number) || (differ(a.birth, b.birth) && differ(a.sex, b.sex))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbered(number: u32) -> Node {
        Node { number: Some(number), ..Node::default() }
    }

    fn edge(a: u32, b: u32, weight: f64) -> Edge {
        Edge { a, b, weight, forbidden: false }
    }

    #[test]
    fn a_bridge_between_two_numbers_is_cut_at_its_weaker_end() {
        let nodes = [numbered(1), numbered(2), Node::default()];
        let result = cluster(&nodes, &[edge(0, 2, 20.0), edge(1, 2, 12.0)], 5.0, 3.0);
        assert_eq!(result.cluster, [0, 1, 0]);
        assert_eq!(result.verdicts, [Verdict::Joined, Verdict::Forbidden]);
    }

    #[test]
    fn a_record_that_fits_two_people_equally_joins_neither() {
        let nodes = [numbered(1), numbered(2), Node::default()];
        let result = cluster(&nodes, &[edge(0, 2, 20.0), edge(1, 2, 19.0)], 5.0, 3.0);
        assert_eq!(result.cluster, [0, 1, 2]);
        assert!(result.ambiguous[2]);
    }

    #[test]
    fn two_sexes_with_two_births_stay_apart() {
        let twin = |birth, sex| Node { number: None, birth: Some(birth), sex: Some(sex) };
        let result = cluster(&[twin(1, 1), twin(2, 2), twin(1, 2)], &[edge(0, 1, 9.0)], 5.0, 3.0);
        assert_eq!(result.cluster, [0, 1, 2]);
    }

    #[test]
    fn a_forbidden_link_joins_nobody_and_makes_nobody_ambiguous() {
        let nodes = [numbered(1), numbered(2), Node::default()];
        let forbidden = Edge { forbidden: true, ..edge(0, 2, 30.0) };
        let result = cluster(&nodes, &[forbidden, edge(1, 2, 29.0)], 5.0, 3.0);
        assert_eq!(result.cluster, [0, 1, 1]);
        assert_eq!(result.verdicts, [Verdict::Forbidden, Verdict::Joined]);
    }

    proptest! {
        #[test]
        fn clusters_never_hold_two_numbers_and_do_not_depend_on_order(
            numbers in prop::collection::vec(prop::option::of(0u32..4), 2..12),
            links in prop::collection::vec((0usize..12, 0usize..12, 0i32..30), 0..40),
            seed in any::<u64>(),
        ) {
            let nodes: Vec<Node> = numbers.iter().map(|n| Node { number: *n, ..Node::default() }).collect();
            let edges: Vec<Edge> = links
                .iter()
                .map(|&(a, b, w)| edge((a % nodes.len()) as u32, (b % nodes.len()) as u32, f64::from(w)))
                .filter(|e| e.a != e.b)
                .collect();
            let once = cluster(&nodes, &edges, 5.0, 2.0);
            for (x, y) in (0..nodes.len()).flat_map(|x| (0..x).map(move |y| (x, y))) {
                if once.cluster[x] == once.cluster[y] {
                    prop_assert!(!contradict(nodes[x], nodes[y]));
                }
            }
            let mut turned = edges.clone();
            turned.rotate_left((seed as usize) % edges.len().max(1));
            turned.reverse();
            prop_assert_eq!(once.cluster, cluster(&nodes, &turned, 5.0, 2.0).cluster);
        }
    }
}
