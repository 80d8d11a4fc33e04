//! Blocking: which pairs are worth comparing. Every record without a trusted number meets every record that shares one
//! of a few keys with it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::gather::{Gathered, Record, Standing};

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

/// Pairs each open record with the records of its blocks; a block of more than `max_block` records is left out of its
/// rule and counted.
pub(super) fn block(gathered: &Gathered, open: &[u32], max_block: usize) -> Blocks {
    let mut pairs = Vec::new();
    let mut oversized = Vec::new();
    for rule in &RULES {
        let mut blocks: HashMap<u64, (Vec<u32>, Vec<u32>)> = HashMap::new();
        for index in open {
            if let Some(key) = (rule.key)(&gathered.records[*index as usize], gathered) {
                blocks.entry(key).or_default().0.push(*index);
            }
        }
        for (index, record) in gathered.records.iter().enumerate() {
            if let Some(block) = (rule.key)(record, gathered).and_then(|key| blocks.get_mut(&key)) {
                block.1.push(index as u32);
            }
        }
        let mut too_large = 0;
        for (open, all) in blocks.values() {
            if all.len() > max_block {
                too_large += 1;
                continue;
            }
            for a in open {
                // Two open records meet once.
                let meets =
                    |b: &&u32| *b != a && (gathered.records[**b as usize].standing == Standing::Trusted || *b > a);
                pairs.extend(all.iter().filter(meets).map(|b| (*a, *b)));
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
