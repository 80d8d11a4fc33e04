//! Blocking: which pairs are worth comparing. Every record without a trusted number meets every record that shares one
//! of a few keys with it.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::gather::{Gathered, Record, Standing};
use super::nodes::Nodes;

/// A rule that gives a record its block, or none.
struct Rule {
    name: &'static str,
    key: fn(&Record, &Gathered) -> Option<u64>,
}

const RULES: [Rule; 10] = [
    Rule { name: "姓名+出生日期", key: |r, _| pair(r.name, r.birth.map(|day| day as u32)) },
    Rule { name: "读音+出生日期", key: |r, _| pair(r.sound, r.birth.map(|day| day as u32)) },
    Rule { name: "姓名+电话", key: |r, _| pair(r.name, some(r.phone)) },
    Rule { name: "姓名+户号", key: |r, _| pair(r.name, some(r.household_number)) },
    Rule { name: "姓名+账号", key: |r, _| pair(r.name, some(r.account)) },
    Rule { name: "姓名+村", key: |r, _| pair(r.name, some(r.village)) },
    Rule { name: "出生日期+电话", key: |r, _| pair(r.phone, r.birth.map(|day| day as u32)) },
    Rule { name: "出生日期+户号", key: |r, _| pair(r.household_number, r.birth.map(|day| day as u32)) },
    Rule { name: "证号前14位", key: |r, g| part_of_number(r, g, 0..14) },
    Rule { name: "证号后12位", key: |r, g| part_of_number(r, g, 6..18) },
];

/// Candidate pairs, and the blocks that were too large to compare.
pub(super) struct Blocks {
    /// `(record without a trusted number, other record)`, sorted, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Rule and number of its blocks that were left out.
    pub oversized: Vec<(&'static str, usize)>,
}

/// Pairs each open record with the records of its blocks. What a node repeats counts once: of its records in a block only
/// those are taken that say something else. A block of more than `max_block` nodes is left out of its rule and counted.
pub(super) fn block(gathered: &Gathered, nodes: &Nodes, max_block: usize) -> Blocks {
    let record = |index: u32| &gathered.records[index as usize];
    let node = |index: u32| nodes.of_record[index as usize];
    let is_open = |index: u32| record(index).standing != Standing::Trusted;
    let all = || 0..gathered.records.len() as u32;
    let mut pairs = Vec::new();
    let mut oversized = Vec::new();
    for rule in &RULES {
        let mut blocks: HashMap<u64, Vec<u32>> = HashMap::new();
        for index in all().filter(|index| is_open(*index)) {
            if let Some(key) = (rule.key)(record(index), gathered) {
                blocks.entry(key).or_default();
            }
        }
        for index in all() {
            if let Some(block) = (rule.key)(record(index), gathered).and_then(|key| blocks.get_mut(&key)) {
                block.push(index);
            }
        }
        let mut too_large = 0;
        for mut block in blocks.into_values() {
            let mut seen = HashSet::new();
            block.retain(|index| seen.insert((node(*index), record(*index).compared())));
            let people: HashSet<u32> = block.iter().map(|index| node(*index)).collect();
            if people.len() > max_block {
                too_large += 1;
                continue;
            }
            for a in block.iter().filter(|index| is_open(**index)) {
                // Two open records meet once.
                let meets = |b: &&u32| node(**b) != node(*a) && (!is_open(**b) || *b > a);
                pairs.extend(block.iter().filter(meets).map(|b| (*a, *b)));
            }
        }
        if too_large > 0 {
            oversized.push((rule.name, too_large));
        }
        // Bounds the memory that the rules' overlap costs.
        pairs.sort_unstable();
        pairs.dedup();
    }
    Blocks { pairs, oversized }
}

fn some(id: u32) -> Option<u32> {
    (id != 0).then_some(id)
}

/// Both parts, side by side; each rule has blocks of its own.
fn pair(a: u32, b: Option<u32>) -> Option<u64> {
    (a != 0).then_some(())?;
    Some(u64::from(a) << 32 | u64::from(b?))
}

/// Characters of the number: of the sound one, or of the damaged one as written. Two parts that happen to share a hash
/// only cost a needless comparison.
fn part_of_number(record: &Record, gathered: &Gathered, range: std::ops::Range<usize>) -> Option<u64> {
    let id = if record.number != 0 { record.number } else { record.written };
    let text = gathered.texts.text(id);
    let mut hasher = DefaultHasher::new();
    text.get(range).filter(|_| text.len() >= 15)?.hash(&mut hasher);
    Some(hasher.finish())
}
