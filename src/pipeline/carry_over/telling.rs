//! What is said of a source that is carried over: in the ledger, to whoever runs the program, and where it cannot be.

use std::collections::BTreeSet;

use super::super::read::Reading;
use crate::model::{LedgerEntry, SheetStatus, Words};
use crate::plan::Source;
use crate::store::Input;

/// Why nothing of the source is here tonight.
pub(super) fn why_missing(source: &Source, reading: &Reading) -> Words {
    let received = reading.inputs.iter().any(|input| input.source == source.id && !input.sha256.is_empty());
    let held = |entry: &LedgerEntry| entry.place.source == source.id && entry.status == SheetStatus::HeldBack;
    if !received {
        Words::new("本次未收到文件", "no file came this time")
    } else if reading.ledger.iter().any(held) {
        Words::new("本次的文件表头不符，整表未采用", "the headers of this time's files fit nothing")
    } else {
        Words::new("本次的文件读不出完整的数据", "this time's files cannot be read whole")
    }
}

/// The warning about one source.
pub(super) fn carried(source: &str, why: &Words, rows: u64, unrelated: u64, inputs: &[Input]) -> Words {
    let snapshots: BTreeSet<String> =
        inputs.iter().filter_map(|input| input.carried_from.as_ref()).map(|id| id.to_string()).collect();
    let snapshots = Vec::from_iter(snapshots);
    let of = period(inputs.iter().filter_map(|input| input.period.as_deref()).max());
    let lost = not_kept(unrelated);
    Words::new(
        format!(
            "来源 {source}：{}，沿用快照 {} 的 {rows} 行数据（{}）{}",
            why.zh,
            snapshots.join("、"),
            of.zh,
            lost.zh
        ),
        format!(
            "source {source}: {}; {rows} rows are carried over from the snapshot {} ({}){}",
            why.en,
            snapshots.join(", "),
            of.en,
            lost.en
        ),
    )
}

/// The reason in the ledger. `input`: the sheet's file.
pub(super) fn of_sheet(why: &Words, input: Option<&Input>, unrelated: u64) -> Words {
    let snapshot = input.and_then(|input| input.carried_from.as_ref()).map(|id| id.to_string()).unwrap_or_default();
    let of = period(input.and_then(|input| input.period.as_deref()));
    let lost = not_kept(unrelated);
    Words::new(
        format!("{}，沿用快照 {snapshot} 的数据（{}）{}", why.zh, of.zh, lost.zh),
        format!("{}; carried over from the snapshot {snapshot} ({}){}", why.en, of.en, lost.en),
    )
}

/// Why nothing is published.
pub(super) fn refused(source: &str, why: &Words, reason: &Words) -> Words {
    Words::new(
        format!(
            "来源 {source}：{}，{}，不能沿用（gate.missing = \"carry_over\"），故不发布；请向提供单位索取文件后重新运行",
            why.zh, reason.zh
        ),
        format!(
            "source {source}: {}, and {}, so nothing can be carried over (gate.missing = \"carry_over\") and nothing is \
             published; have the files sent and run again",
            why.en, reason.en
        ),
    )
}

/// The reason of a sheet of tonight that counts for nothing beside the one that is carried over.
pub(super) fn set_aside(entry: &LedgerEntry) -> Words {
    let rows = entry.physical_rows;
    if rows == 0 {
        return entry.reason.clone();
    }
    Words::new(
        format!("{}；本次读到的 {rows} 行未采用，沿用上期数据", entry.reason.zh),
        format!("{}; the {rows} rows that were read are not used, the rows of before stand", entry.reason.en),
    )
}

fn period(month: Option<&str>) -> Words {
    match month {
        Some(month) => Words::new(format!("{month} 期"), format!("period {month}")),
        None => Words::new("期次不明", "period not stated"),
    }
}

/// What cannot be carried over since no snapshot holds it.
fn not_kept(unrelated: u64) -> Words {
    if unrelated == 0 {
        return Words::default();
    }
    Words::new(
        format!("；其中另有 {unrelated} 行当时与库内人员无关，没有保留，不能与此后新入库的人员比对"),
        format!(
            "; {unrelated} more rows concerned nobody then and were not kept, so they cannot be compared with people who \
             came in since"
        ),
    )
}
