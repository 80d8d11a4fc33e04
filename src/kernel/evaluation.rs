//! Pairwise quality of a linkage against known people.

use std::collections::HashMap;
use std::hash::Hash;

/// Counts of pairs of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Pairs that are one person in truth and in the linkage.
    pub both: u64,
    /// Pairs that the linkage joins.
    pub linked: u64,
    /// Pairs that truth joins.
    pub true_pairs: u64,
}

impl Pairs {
    /// Share of the joined pairs that are right; 1 when none is joined.
    pub fn precision(&self) -> f64 {
        share(self.both, self.linked)
    }

    /// Share of the true pairs that are joined; 1 when there is none.
    pub fn recall(&self) -> f64 {
        share(self.both, self.true_pairs)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }

    /// The pairs of the whole less those of a part.
    pub fn without(&self, part: &Pairs) -> Pairs {
        Pairs {
            both: self.both - part.both,
            linked: self.linked - part.linked,
            true_pairs: self.true_pairs - part.true_pairs,
        }
    }
}

/// Counts pairs over records given as `(linked person, true person)`. A record linked to nobody gets a person of its
/// own from the caller. Linear in the number of records: pairs are counted from the sizes of clusters and their overlaps.
pub fn pairs<L: Hash + Eq + Copy, T: Hash + Eq + Copy>(records: impl IntoIterator<Item = (L, T)>) -> Pairs {
    let (mut linked, mut truth, mut both) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (person, true_person) in records {
        *linked.entry(person).or_insert(0u64) += 1;
        *truth.entry(true_person).or_insert(0u64) += 1;
        *both.entry((person, true_person)).or_insert(0u64) += 1;
    }
    Pairs { both: choose(both.values()), linked: choose(linked.values()), true_pairs: choose(truth.values()) }
}

fn choose<'a>(sizes: impl Iterator<Item = &'a u64>) -> u64 {
    sizes.map(|n| n * (n - 1) / 2).sum()
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_split_costs_recall_and_a_merge_precision() {
        // Truth: aaa bb. Linked: {a a} {a b b}.
        let found = pairs([(1, 'a'), (1, 'a'), (2, 'a'), (2, 'b'), (2, 'b')]);
        assert_eq!(found, Pairs { both: 2, linked: 4, true_pairs: 4 });
        assert_eq!((found.precision(), found.recall(), found.f1()), (0.5, 0.5, 0.5));
        assert_eq!(pairs::<u8, u8>([]).f1(), 1.0);
    }

    proptest! {
        #[test]
        fn counting_sizes_equals_counting_pairs(records in prop::collection::vec((0u8..5, 0u8..5), 0..40)) {
            let mut naive = Pairs::default();
            for (at, a) in records.iter().enumerate() {
                for b in &records[..at] {
                    naive.linked += u64::from(a.0 == b.0);
                    naive.true_pairs += u64::from(a.1 == b.1);
                    naive.both += u64::from(a == b);
                }
            }
            prop_assert_eq!(pairs(records), naive);
        }
    }
}
