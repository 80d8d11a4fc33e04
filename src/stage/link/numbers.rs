//! Groups records by identity number, and takes trust from a number that is somebody else's.
//!
//! A sound number is not always this person's: clerks write the head's number on a member's row. A row loses its trust
//! when its name is quite another than the one most sources give for the number, and either its own birth date, sex or
//! head contradict it, or the same list has the number under several quite different names (a list has each person once), or the row
//! would enrol somebody of another surname: to merge two people takes bread from one of them, to keep them apart makes a
//! lead that people look into. Elsewhere the row stays with the number, with a doubt and less than full certainty.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Gathered, Record, Standing};
use crate::kernel::comparison::{self, NameLevel};
use crate::kernel::name::surname_len;

/// Records of one number, in row order.
pub(super) struct NumberGroup {
    pub number: u32,
    pub records: Vec<u32>,
}

/// What grouping found.
pub(super) struct Numbers {
    /// Sorted by their first record.
    pub groups: Vec<NumberGroup>,
    /// Records whose name is another than the group's, though nothing else contradicts the number.
    pub other_names: Vec<u32>,
}

/// A number under more names than this is nobody's: a filler that happens to be sound, or one that a clerk copied down.
const MOST_NAMES: usize = 5;

/// What is wrong with a record's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// The name is quite another; nothing else speaks against the number.
    OtherName,
    /// It is somebody else's.
    Contested,
    /// It is nobody's.
    Placeholder,
}

/// Groups all records by sound number. Records that lose trust leave their group.
pub(super) fn group(gathered: &mut Gathered) -> Numbers {
    let mut by_number: Vec<(u32, u32)> = Vec::with_capacity(gathered.records.len());
    for (index, record) in gathered.records.iter().enumerate() {
        if record.number != 0 {
            by_number.push((record.number, index as u32));
        }
    }
    by_number.sort_unstable();
    let mut groups = Vec::new();
    let mut other_names = Vec::new();
    for chunk in by_number.chunk_by(|a, b| a.0 == b.0) {
        let mut records: Vec<u32> = chunk.iter().map(|(_, index)| *index).collect();
        for (index, doubt) in doubtful(&records, gathered) {
            let record = &mut gathered.records[index as usize];
            record.standing = match doubt {
                Doubt::OtherName => {
                    other_names.push(index);
                    continue;
                }
                Doubt::Contested => Standing::Contested,
                Doubt::Placeholder => {
                    record.number = 0;
                    Standing::Placeholder
                }
            };
            record.birth = record.stated_birth;
            record.sex = record.stated_sex;
        }
        records.retain(|index| gathered.records[*index as usize].standing == Standing::Trusted);
        groups.push(NumberGroup { number: chunk[0].0, records });
    }
    groups.sort_by_key(|group| group.records.first().copied());
    other_names.sort_unstable();
    Numbers { groups, other_names }
}

/// Records whose name is quite another than the usual one of the number; all of them where it is nobody's.
fn doubtful(records: &[u32], gathered: &Gathered) -> Vec<(u32, Doubt)> {
    let first = gathered.records[records[0] as usize].name;
    if records.iter().all(|index| gathered.records[*index as usize].name == first) {
        return Vec::new();
    }
    let Some(usual) = usual_name(records, gathered) else { return Vec::new() };
    let record = |index: &u32| &gathered.records[*index as usize];
    let lists = lists_of_several(records, gathered);
    let names: BTreeSet<u32> = records.iter().map(|index| record(index).name).filter(|name| *name != 0).collect();
    if names.len() > MOST_NAMES {
        return records.iter().map(|index| (*index, Doubt::Placeholder)).collect();
    }
    let texts = &gathered.texts;
    records
        .iter()
        .filter_map(|index| {
            let record = record(index);
            let level = comparison::name(
                texts.text(record.name),
                texts.text(usual.0),
                texts.text(record.sound),
                texts.text(usual.1),
            );
            let stranger = record.enrols && another_name(texts.text(record.name), texts.text(usual.0));
            let contested = contradicts(record) || lists.contains(&record.list) || stranger;
            let doubt = if contested { Doubt::Contested } else { Doubt::OtherName };
            (level == NameLevel::Different).then_some((*index, doubt))
        })
        .collect()
}

/// Lists that have the number under quite different names: a list has each person once.
fn lists_of_several(records: &[u32], gathered: &Gathered) -> BTreeSet<u32> {
    let mut names: BTreeMap<u32, BTreeSet<(u32, u32)>> = BTreeMap::new();
    for index in records {
        let record = &gathered.records[*index as usize];
        if record.name != 0 {
            names.entry(record.list).or_default().insert((record.name, record.sound));
        }
    }
    let texts = &gathered.texts;
    let differ = |a: &(u32, u32), b: &(u32, u32)| {
        let level = comparison::name(texts.text(a.0), texts.text(b.0), texts.text(a.1), texts.text(b.1));
        level == NameLevel::Different
    };
    let several =
        |names: &BTreeSet<(u32, u32)>| names.iter().any(|a| names.iter().take(MOST_NAMES).any(|b| differ(a, b)));
    names.into_iter().filter(|(_, names)| several(names)).map(|(list, _)| list).collect()
}

/// Whether two names, which sound different, are of two people rather than one name badly written: the surnames differ,
/// or nothing of the given names agrees where these have two characters or more.
fn another_name(a: &str, b: &str) -> bool {
    let parts = |name: &str| -> (String, Vec<char>) {
        let surname = surname_len(name);
        (name.chars().take(surname).collect(), name.chars().skip(surname).collect())
    };
    let ((surname_a, given_a), (surname_b, given_b)) = (parts(a), parts(b));
    let longer = given_a.len().max(given_b.len());
    let apart = !given_a.iter().any(|c| given_b.contains(c));
    !a.is_empty() && !b.is_empty() && (surname_a != surname_b || (longer >= 2 && apart))
}

/// The name (with its sound) that most sources, then most rows, give; ties go to the smaller text.
fn usual_name(records: &[u32], gathered: &Gathered) -> Option<(u32, u32)> {
    let mut votes: BTreeMap<(u32, u32), (BTreeSet<u32>, usize)> = BTreeMap::new();
    for index in records {
        let record = &gathered.records[*index as usize];
        if record.name != 0 && !contradicts(record) {
            let vote = votes.entry((record.name, record.sound)).or_default();
            vote.0.insert(record.source);
            vote.1 += 1;
        }
    }
    votes
        .into_iter()
        .max_by(|(x, a), (y, b)| {
            (a.0.len(), a.1).cmp(&(b.0.len(), b.1)).then_with(|| gathered.texts.text(y.0).cmp(gathered.texts.text(x.0)))
        })
        .map(|(name, _)| name)
}

/// Whether the row itself says that the number is not this person's: another birth date or sex, or it is the head's
/// number on the row of somebody who is not called like the head.
fn contradicts(record: &Record) -> bool {
    let birth = matches!((record.stated_birth, record.birth), (Some(a), Some(b)) if a != b);
    let sex = record.stated_sex != 0 && record.sex != 0 && record.stated_sex != record.sex;
    let heads = record.head_number == record.number
        && record.head_name != 0
        && record.name != 0
        && record.head_name != record.name
        && !record.is_head;
    birth || sex || heads
}

#[cfg(test)]
mod tests {
    use super::another_name;

    #[test]
    fn another_surname_is_another_person_and_one_slip_is_not() {
        assert!(another_name("林红", "王红"));
        assert!(another_name("王建国", "王小丽"));
        assert!(!another_name("王建国", "王健国"));
        assert!(!another_name("李红", "李江"));
        assert!(!another_name("", "李江"));
    }
}
