//! The quality gate: bounds that a source must keep before anything is published.

use std::collections::HashMap;

use chrono::{Months, NaiveDate};

use crate::model::{LedgerEntry, Words};
use crate::plan::{Missing, Plan};
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
    /// Accepted rows by source in the snapshot before.
    pub accepted_before: &'a HashMap<String, u64>,
    pub today: NaiveDate,
}

/// Holds what was read against the sources' gates.
pub(super) fn judge(plan: &Plan, evidence: &Evidence<'_>) -> GateVerdict {
    let Evidence { ledger, inputs, missing, accepted_before, today } = *evidence;
    let mut verdict = GateVerdict::default();
    for source in &plan.sources {
        let id = &source.id;
        if missing.contains(id) {
            let words = Words::new(
                format!("来源 {id} 没有能读完的文件"),
                format!("source {id} has no file that can be read whole"),
            );
            match source.gate.missing {
                Missing::Warn => verdict.warnings.push(words),
                Missing::Refuse => verdict.refusals.push(words),
                // Rows cannot be carried over yet; to go on without them would leave their people out.
                Missing::CarryOver => verdict.refusals.push(Words::new(
                    format!("{}；本版本尚不能沿用上期数据，故不发布", words.zh),
                    format!("{}; this version cannot carry rows over, so nothing is published", words.en),
                )),
            }
            continue;
        }
        if let Some(days) = source.gate.every_days {
            let newest =
                inputs.iter().filter(|input| input.source == *id).filter_map(|input| input.period.as_deref()).max();
            verdict.warnings.extend(overdue(id, days, newest, today));
        }
        let mut rows = Counts::default();
        ledger.iter().filter(|entry| entry.place.source == *id).for_each(|entry| rows.add(entry));
        if let Some(most) = source.gate.max_quarantined.filter(|most| rows.share_quarantined() > *most) {
            verdict.refusals.push(Words::new(
                format!("来源 {id} 未入库 {}，超过上限 {}", percent(rows.share_quarantined()), percent(most)),
                format!(
                    "source {id}: {} quarantined, the limit is {}",
                    percent(rows.share_quarantined()),
                    percent(most)
                ),
            ));
        }
        if let Some(least) = source.gate.min_rows.filter(|least| rows.data() < *least) {
            verdict.refusals.push(Words::new(
                format!("来源 {id} 只有 {} 行数据，少于下限 {least}", rows.data()),
                format!("source {id} has {} rows, fewer than {least}", rows.data()),
            ));
        }
        let before = accepted_before.get(id).copied().filter(|before| *before > 0);
        if let (Some(most), Some(before)) = (source.gate.max_drop, before) {
            let drop = 1.0 - rows.accepted as f64 / before as f64;
            if drop > most {
                verdict.refusals.push(Words::new(
                    format!("来源 {id} 入库行数由 {before} 降至 {}，降幅超过上限 {}", rows.accepted, percent(most)),
                    format!(
                        "source {id}: accepted rows fell from {before} to {}, the limit is {}",
                        rows.accepted,
                        percent(most)
                    ),
                ));
            }
        }
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

    fn share_quarantined(&self) -> f64 {
        if self.data() == 0 { 0.0 } else { self.quarantined as f64 / self.data() as f64 }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::overdue;

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
