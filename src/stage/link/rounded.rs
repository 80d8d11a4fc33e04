//! Numbers that end in 000 because a spreadsheet kept fifteen digits of them, and that are sound by chance: one in eleven
//! is.
//!
//! Some real numbers end so too. One is taken for a remainder only where another source has the same fifteen digits with
//! another end under the same name.

use std::collections::HashMap;

use super::gather::{Gathered, Record, Standing};
use crate::kernel::comparison::{self, NameLevel};

/// Digits that a spreadsheet's number keeps.
const KEPT: usize = 15;

/// Takes such numbers from their records: what is left of them is the first fifteen digits.
pub(super) fn take_back(gathered: &mut Gathered) {
    let mut by_prefix: HashMap<String, (Vec<u32>, Vec<u32>)> = HashMap::new();
    for (index, record) in (0u32..).zip(&gathered.records) {
        if let Some((prefix, true)) = parts(record, gathered) {
            by_prefix.entry(prefix.to_owned()).or_default().0.push(index);
        }
    }
    if by_prefix.is_empty() {
        return;
    }
    for (index, record) in (0u32..).zip(&gathered.records) {
        if let Some((prefix, false)) = parts(record, gathered)
            && let Some((_, whole)) = by_prefix.get_mut(prefix)
        {
            whole.push(index);
        }
    }
    for (prefix, (rounded, whole)) in by_prefix {
        let record = |index: &u32| &gathered.records[*index as usize];
        let explained = |index: &u32| whole.iter().any(|other| explains(record(other), record(index), gathered));
        let rounded: Vec<u32> = rounded.into_iter().filter(explained).collect();
        for index in rounded {
            let written = gathered.texts.id(&prefix);
            let record = &mut gathered.records[index as usize];
            (record.standing, record.number) = (Standing::Rounded, 0);
            (record.written, record.truncated) = (written, true);
            (record.birth, record.sex) = (record.stated_birth, record.stated_sex);
        }
    }
}

/// The first fifteen digits of a record's number of eighteen, and whether 000 follows them.
fn parts<'a>(record: &Record, gathered: &'a Gathered) -> Option<(&'a str, bool)> {
    let number = gathered.texts.text(record.number);
    let (prefix, tail) = number.split_at_checked(KEPT).filter(|_| number.len() == 18)?;
    Some((prefix, tail == "000"))
}

fn explains(whole: &Record, rounded: &Record, gathered: &Gathered) -> bool {
    let text = |id| gathered.texts.text(id);
    let level = comparison::name(text(whole.name), text(rounded.name), text(whole.sound), text(rounded.sound));
    whole.source != rounded.source && matches!(level, NameLevel::Exact | NameLevel::Sound)
}
