//! The quality gate: bounds that a source must keep before anything is published.

use std::collections::{HashMap, HashSet};

use chrono::{Months, NaiveDate};

use super::carry_over::{Carried, CarriedSources};
use crate::model::{LedgerEntry, SheetStatus, Words};
use crate::plan::{Gate, Missing, Plan};
use crate::store::Input;

/// What the gate has to say: reasons to refuse, and what only wants a look.
#[derive(Default)]
pub(super) struct GateVerdict {
    pub refusals: Vec<Words>,
    pub warnings: Vec<Words>,
}

/// What the gate looks at besides the plan.
pub(super) struct Evidence<'a> {
    pub ledger: &'a [LedgerEntry],
    pub inputs: &'a [Input],
    /// Sources of which nothing could be read.
    pub missing: &'a [String],
    /// Sources that were to be carried over, and what came of it.
    pub carried: &'a CarriedSources,
    /// Accepted rows by source in the snapshot before.
    pub accepted_before: &'a HashMap<String, u64>,
    pub today: NaiveDate,
}

/// Holds what was read against the sources' gates.
pub(super) fn judge(plan: &Plan, evidence: &Evidence<'_>) -> GateVerdict {
    let Evidence { ledger, inputs, missing, carried, accepted_before, today } = *evidence;
    let mut verdict = GateVerdict::default();
    for source in &plan.sources {
        let id = &source.id;
        let is_carried = match carried.get(id) {
            Some(Carried::Not(reason)) => {
                verdict.refusals.push(reason.clone());
                continue;
            }
            Some(Carried::Over(words)) => {
                verdict.warnings.push(words.clone());
                true
            }
            None if missing.contains(id) => {
                match source.gate.missing {
                    Missing::Warn => verdict.warnings.push(absent(id, "warn")),
                    Missing::Refuse | Missing::CarryOver => verdict.refusals.push(absent(id, "refuse")),
                }
                continue;
            }
            None => false,
        };
        // Beside rows that are carried over, files that could not be read count for nothing.
        let counts = |entry: &&LedgerEntry| !is_carried || entry.status == SheetStatus::CarriedOver;
        let of_source = || ledger.iter().filter(|entry| entry.place.source == *id).filter(counts);
        if let Some(days) = source.gate.every_days {
            // A newer file that could not be read makes no row newer.
            let used = |entry: &&LedgerEntry| matches!(entry.status, SheetStatus::Read | SheetStatus::CarriedOver);
            let files: HashSet<&str> = of_source().filter(used).map(|entry| entry.place.file.as_str()).collect();
            let stands = |input: &&Input| input.source == *id && input.carried_from.is_some() == is_carried;
            let newest = inputs.iter().filter(stands).filter(|input| files.contains(input.file.as_str()));
            verdict.warnings.extend(overdue(id, days, newest.filter_map(|i| i.period.as_deref()).max(), today));
        }
        let mut rows = Counts::default();
        of_source().for_each(|entry| rows.add(entry));
        let before = accepted_before.get(id).copied().unwrap_or_default();
        verdict.refusals.extend(bounds(id, &source.gate, &rows, before));
    }
    let accepted: u64 = ledger.iter().map(|entry| entry.accepted).sum();
    if accepted == 0 && accepted_before.values().any(|before| *before > 0) {
        verdict.refusals.push(Words::new(
            "本次没有任何一行数据可以入库，而上一快照有数据；请先查看各文件的问题",
            "not one row can be accepted, and the snapshot before has rows; look at what is wrong with the files",
        ));
    }
    verdict
}

/// What is said of a source of which nothing could be read.
fn absent(source: &str, gate: &str) -> Words {
    let (zh, en) = match gate {
        "refuse" => {
            ("故不发布；请向提供单位索取文件后重新运行", "nothing is published; have the files sent and run again")
        }
        _ => ("其人员本次不在库内；请向提供单位索取文件", "its people are missing this time; have the files sent"),
    };
    Words::new(
        format!("来源 {source} 没有能读完的文件（gate.missing = \"{gate}\"）：{zh}"),
        format!("source {source} has no file that can be read whole (gate.missing = \"{gate}\"): {en}"),
    )
}

/// The bounds that a source passes. `before`: its accepted rows in the snapshot before, 0 where it had none.
fn bounds(source: &str, gate: &Gate, rows: &Counts, before: u64) -> Vec<Words> {
    let mut passed = Vec::new();
    let (data, quarantined, accepted) = (rows.data(), rows.quarantined, rows.accepted);
    if let Some(most) = gate.max_quarantined.filter(|most| share(quarantined, data) > *most) {
        let (found, most) = (percent(share(quarantined, data)), percent(most));
        passed.push(Words::new(
            format!(
                "来源 {source} 的 {data} 行数据有 {quarantined} 行未入库（{found}），超过 gate.max_quarantined = \"{most}\"；\
                 请用 ronghe inspect 查看文件的问题，请提供单位更正后重新运行，核实无误再放宽界限"
            ),
            format!(
                "source {source}: {quarantined} of {data} rows are quarantined ({found}), more than gate.max_quarantined = \
                 \"{most}\"; see with ronghe inspect what is wrong, have the files corrected and run again, or move the bound"
            ),
        ));
    }
    if let Some(least) = gate.min_rows.filter(|least| data < *least) {
        passed.push(Words::new(
            format!(
                "来源 {source} 只有 {data} 行数据，少于 gate.min_rows = {least}；请核对文件是否齐全后重新运行，或调整界限"
            ),
            format!(
                "source {source} has {data} rows, fewer than gate.min_rows = {least}; see whether files are lacking and run \
                 again, or move the bound"
            ),
        ));
    }
    let fallen = before.saturating_sub(accepted);
    if let Some(most) = gate.max_drop.filter(|most| share(fallen, before) > *most) {
        let (drop, most) = (percent(share(fallen, before)), percent(most));
        passed.push(Words::new(
            format!(
                "来源 {source} 的入库行数由 {before} 降至 {accepted}（降 {drop}），超过 gate.max_drop = \"{most}\"；\
                 请核对文件是否齐全后重新运行，确属减少再调整界限"
            ),
            format!(
                "source {source}: accepted rows fell from {before} to {accepted} (by {drop}), more than gate.max_drop = \
                 \"{most}\"; see whether files are lacking and run again, or move the bound if the fall is real"
            ),
        ));
    }
    passed
}

/// What is said of a source whose newest period (`YYYY-MM`) ended more than `days` before `today`, or that names none.
fn overdue(source: &str, days: u32, newest: Option<&str>, today: NaiveDate) -> Option<Words> {
    let first = newest.and_then(|month| format!("{month}-01").parse::<NaiveDate>().ok());
    let Some(ended) = first.and_then(|first| first.checked_add_months(Months::new(1))?.pred_opt()) else {
        return Some(Words::new(
            format!("来源 {source} 的文件没有写明期次，无法判断是否按 every 更新；请写 period"),
            format!(
                "no file of source {source} names its period, so that nothing tells whether it keeps to every; give period"
            ),
        ));
    };
    let newest = newest.unwrap_or_default();
    (today.signed_duration_since(ended).num_days() > i64::from(days)).then(|| {
        Words::new(
            format!("来源 {source} 最新一期为 {newest}，至 {today} 已超过 {days} 天未更新"),
            format!("the newest period of source {source} is {newest}, more than {days} days before {today}"),
        )
    })
}

#[derive(Default)]
struct Counts {
    accepted: u64,
    quarantined: u64,
    others: u64,
}

impl Counts {
    fn add(&mut self, entry: &LedgerEntry) {
        self.accepted += entry.accepted;
        self.quarantined += entry.quarantined;
        self.others += entry.duplicate + entry.unrelated;
    }

    fn data(&self) -> u64 {
        self.accepted + self.quarantined + self.others
    }
}

/// The part of the whole, 0 of nothing. One division, so that 3 of 10 is what `30%` is read as.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// To four decimals, as bounds are read: a share just above its bound must not look like the bound.
fn percent(share: f64) -> String {
    let digits = format!("{:.4}", share * 100.0);
    format!("{}%", digits.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::{Counts, bounds, overdue};
    use crate::plan::Gate;

    #[test]
    fn a_bound_is_passed_beyond_it_and_not_at_it() {
        let gate = Gate { max_quarantined: Some(0.3), min_rows: Some(10), max_drop: Some(0.3), ..Gate::default() };
        let told = |accepted, quarantined, before| {
            let words = bounds("dibao", &gate, &Counts { accepted, quarantined, others: 0 }, before);
            words.into_iter().map(|words| [words.zh, words.en]).collect::<Vec<_>>()
        };
        assert!(told(7, 3, 10).is_empty(), "three of ten are kept out, and three of ten are gone");
        assert!(told(7, 3, 0).is_empty(), "nothing before, nothing fallen");
        assert!(told(20, 0, 10).is_empty(), "more than before");
        for ((accepted, quarantined, before), key, figures) in [
            ((10, 5, 0), "gate.max_quarantined = \"30%\"", ["5", "15", "33.3333%"]),
            ((9, 0, 0), "gate.min_rows = 10", ["9", "10", "dibao"]),
            ((69, 0, 100), "gate.max_drop = \"30%\"", ["100", "69", "31%"]),
        ] {
            let told = told(accepted, quarantined, before);
            assert_eq!(told.len(), 1, "{told:?}");
            for words in &told[0] {
                let all = figures.iter().chain([&"dibao", &key]);
                all.for_each(|part| assert!(words.contains(part), "{part}: {words}"));
            }
            assert!(told[0][0].contains("重新运行") && told[0][1].contains("run"), "{told:?}");
        }
    }

    #[test]
    fn a_period_is_overdue_by_its_last_day_and_one_that_nobody_names_cannot_be_told() {
        let told = |newest: Option<&str>, today: &str| {
            overdue("s", 7, newest, today.parse().unwrap()).map(|words| words.en).unwrap_or_default()
        };
        assert_eq!(told(Some("2025-12"), "2025-12-15"), "", "the month at hand");
        assert_eq!(told(Some("2025-11"), "2025-12-07"), "");
        assert!(told(Some("2025-11"), "2025-12-08").contains("2025-11, more than 7 days before 2025-12-08"));
        assert!(told(None, "2025-12-08").contains("names its period"));
    }
}
