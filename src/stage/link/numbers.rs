//! Groups records by identity number, and takes trust from a number that is somebody else's.
//!
//! A sound number is not always this person's: clerks write the head's number on a member's row. A row loses its trust
//! when its name is quite another than the one most sources give for the number, and either its own birth date, sex or
//! head contradict it, or the same list has the number under several quite different names (a list has each person once), or the row
//! would enrol somebody of another surname: to merge two people takes bread from one of them, to keep them apart makes a
//! lead that people look into. Elsewhere the row stays with the number, with a doubt and less than full certainty.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Gathered, Record, Standing, Texts};
use crate::kernel::comparison::{self, NameLevel};
use crate::kernel::name::surname_len;

/// Records of one number, in row order.
pub(super) struct NumberGroup {
    pub number: u32,
    pub records: Vec<u32>,
}

/// A number under more quite different names than this is nobody's: a filler that happens to be sound, or one that a clerk copied down.
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

/// Groups all records by sound number, the groups in the order of their first records. Records that lose trust leave
/// their group, and those of another name are marked.
pub(super) fn group(gathered: &mut Gathered) -> Vec<NumberGroup> {
    let mut by_number: Vec<(u32, u32)> = Vec::with_capacity(gathered.records.len());
    for (index, record) in gathered.records.iter().enumerate() {
        if record.number != 0 {
            by_number.push((record.number, index as u32));
        }
    }
    by_number.sort_unstable();
    let mut groups = Vec::new();
    for chunk in by_number.chunk_by(|a, b| a.0 == b.0) {
        let mut records: Vec<u32> = chunk.iter().map(|(_, index)| *index).collect();
        for (index, doubt) in doubtful(&records, gathered) {
            let record = &mut gathered.records[index as usize];
            record.standing = match doubt {
                Doubt::OtherName => {
                    record.other_name = true;
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
    groups
}

/// Records whose name is quite another than the usual one of the number; all of them where it is nobody's.
fn doubtful(records: &[u32], gathered: &Gathered) -> Vec<(u32, Doubt)> {
    let record = |index: &u32| &gathered.records[*index as usize];
    let first = record(&records[0]).name;
    if records.iter().all(|index| record(index).name == first) {
        return Vec::new();
    }
    let names = distinct_names(records, gathered);
    if names.len() > MOST_NAMES {
        return records.iter().map(|index| (*index, Doubt::Placeholder)).collect();
    }
    let texts = &gathered.texts;
    let Some(usual) = usual_name(records, gathered) else {
        // Every row with a name says itself that the number is not its own; one name badly written is still one person.
        let differs = |index: &&u32| names.iter().any(|name| differ(name_of(record(index)), *name, texts));
        let contested = records.iter().filter(|index| contradicts(record(index))).filter(differs);
        return contested.map(|index| (*index, Doubt::Contested)).collect();
    };
    let lists = lists_of_several(records, gathered);
    records
        .iter()
        .filter(|index| differ(name_of(record(index)), usual, texts))
        .map(|index| {
            let record = record(index);
            let stranger = record.enrols && another_name(texts.text(record.name), texts.text(usual.0));
            let contested = contradicts(record) || lists.contains(&record.list) || stranger;
            (*index, if contested { Doubt::Contested } else { Doubt::OtherName })
        })
        .collect()
}

/// A folded name with its sound.
type Name = (u32, u32);

fn name_of(record: &Record) -> Name {
    (record.name, record.sound)
}

fn differ(a: Name, b: Name, texts: &Texts) -> bool {
    let level = comparison::name(texts.text(a.0), texts.text(b.0), texts.text(a.1), texts.text(b.1));
    level == NameLevel::Different
}

/// Names of which each is quite another than those before it, the smaller text first: how many people the spellings may
/// mean. At most one more than [`MOST_NAMES`].
fn distinct_names(records: &[u32], gathered: &Gathered) -> Vec<Name> {
    let texts = &gathered.texts;
    let mut names: Vec<Name> = records.iter().map(|index| name_of(&gathered.records[*index as usize])).collect();
    names.retain(|name| name.0 != 0);
    names.sort_unstable();
    names.dedup();
    names.sort_by(|a, b| texts.text(a.0).cmp(texts.text(b.0)));
    let mut distinct: Vec<Name> = Vec::new();
    for name in names {
        if distinct.len() <= MOST_NAMES && distinct.iter().all(|known| differ(name, *known, texts)) {
            distinct.push(name);
        }
    }
    distinct
}

/// Lists that have the number under quite different names: a list has each person once.
fn lists_of_several(records: &[u32], gathered: &Gathered) -> BTreeSet<u32> {
    let mut names: BTreeMap<u32, BTreeSet<Name>> = BTreeMap::new();
    for index in records {
        let record = &gathered.records[*index as usize];
        if record.name != 0 {
            names.entry(record.list).or_default().insert(name_of(record));
        }
    }
    let several = |names: &BTreeSet<Name>| {
        names.iter().any(|a| names.iter().take(MOST_NAMES).any(|b| differ(*a, *b, &gathered.texts)))
    };
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

/// What speaks for a name as the number's own, the weightiest first. One source may repeat one clerk's slip in many
/// rows, so that its rows count last.
#[derive(Default)]
struct Vote {
    sources: BTreeSet<u32>,
    /// Those of them whose rows enrol: a register has seen the person's card.
    enrolling: BTreeSet<u32>,
    /// How many of birth date and sex one row states as the number has them.
    agreeing: u8,
    rows: usize,
}

/// The name (with its sound) that most sources give, then most enrolling sources, then the rows that agree best with the
/// number, then most rows; the last ties go to the smaller text. Rows that contradict the number have no say.
fn usual_name(records: &[u32], gathered: &Gathered) -> Option<Name> {
    let mut votes: BTreeMap<Name, Vote> = BTreeMap::new();
    for index in records {
        let record = &gathered.records[*index as usize];
        if record.name != 0 && !contradicts(record) {
            let vote = votes.entry(name_of(record)).or_default();
            vote.sources.insert(record.source);
            if record.enrols {
                vote.enrolling.insert(record.source);
            }
            // What is stated and contradicts nothing agrees.
            let agreeing = u8::from(record.stated_birth.is_some()) + u8::from(record.stated_sex != 0);
            vote.agreeing = vote.agreeing.max(agreeing);
            vote.rows += 1;
        }
    }
    let weight = |vote: &Vote| (vote.sources.len(), vote.enrolling.len(), vote.agreeing, vote.rows);
    let text = |name: &Name| gathered.texts.text(name.0);
    votes
        .into_iter()
        .max_by(|(x, a), (y, b)| weight(a).cmp(&weight(b)).then_with(|| text(y).cmp(text(x))))
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
