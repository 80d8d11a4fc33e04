use std::fmt;

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

const TIME_FORMAT: &str = "%Y%m%dT%H%M%S";
const TIME_LEN: usize = "20251215T103000".len();

/// `20251215T103000-a1b2c3`: the time of publishing and six digits of the content's hash. In the order of text, ids are
/// in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(String);

impl SnapshotId {
    /// The id as written, if it has the form of one; what has it is safe as a folder's name.
    pub fn parse(text: &str) -> Option<SnapshotId> {
        let (time, rest) = text.split_at_checked(TIME_LEN)?;
        NaiveDateTime::parse_from_str(time, TIME_FORMAT).ok()?;
        let mut parts = rest.strip_prefix('-')?.split('-');
        let hash = parts.next()?;
        let hash_fits = hash.len() == 6 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let count_fits = parts.next().is_none_or(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        (hash_fits && count_fits && parts.next().is_none()).then(|| SnapshotId(text.to_owned()))
    }

    /// The id for a snapshot made at `time`, later than every one of `existing`: after a clock that was set back, or two
    /// runs in one second, the time in the id runs ahead by a second.
    pub(super) fn next(time: NaiveDateTime, content_hash: &str, existing: &[SnapshotId]) -> SnapshotId {
        let newest = existing.iter().filter_map(SnapshotId::time).max();
        let time = match newest {
            Some(newest) if newest >= time => newest.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(newest),
            _ => time,
        };
        let base = format!("{}-{}", time.format(TIME_FORMAT), &content_hash[..6.min(content_hash.len())]);
        let mut id = SnapshotId(base.clone());
        let mut count = 2;
        while existing.contains(&id) {
            id = SnapshotId(format!("{base}-{count}"));
            count += 1;
        }
        id
    }

    fn time(&self) -> Option<NaiveDateTime> {
        NaiveDateTime::parse_from_str(self.0.get(..TIME_LEN)?, TIME_FORMAT).ok()
    }

    /// `YYYYMM`.
    pub(super) fn month(&self) -> &str {
        &self.0[.."202512".len()]
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn at(hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2025, 12, 15).and_then(|day| day.and_hms_opt(hour, 30, 0)).unwrap()
    }

    #[test]
    fn ids_sort_by_time_even_when_the_clock_does_not() {
        let first = SnapshotId::next(at(10), "ffffff00", &[]);
        assert_eq!(first.as_str(), "20251215T103000-ffffff");
        let same_second = SnapshotId::next(at(10), "00000011", std::slice::from_ref(&first));
        let set_back = SnapshotId::next(at(9), "00000011", &[first.clone(), same_second.clone()]);
        assert!(first < same_second && same_second < set_back, "{first} {same_second} {set_back}");
        assert!(SnapshotId::parse(set_back.as_str()).is_some());
    }

    #[test]
    fn only_an_id_reads_as_one() {
        assert!(SnapshotId::parse("20251215T103000-a1b2c3").is_some());
        assert!(SnapshotId::parse("20251215T103000-a1b2c3-2").is_some());
        for text in
            ["", "..", "20251215T103000", "20251215T103000-a1b2c", "20251215T103000-../../x", "今天今天今天今天今天"]
        {
            assert_eq!(SnapshotId::parse(text), None, "{text}");
        }
    }
}
