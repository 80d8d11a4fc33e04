//! The quality gate: bounds that a source must keep before anything is published.

use std::collections::HashMap;

use crate::model::{LedgerEntry, Words};
use crate::plan::{Missing, Plan};

/// What the gate has to say: reasons to refuse, and what only wants a look.
#[derive(Default)]
pub(super) struct GateVerdict {
    pub refusals: Vec<Words>,
    pub warnings: Vec<Words>,
}

/// Holds the ledger against the sources' gates. `accepted_before` counts the accepted rows of the snapshot before.
pub(super) fn judge(
    plan: &Plan,
    ledger: &[LedgerEntry],
    missing: &[String],
    accepted_before: &HashMap<String, u64>,
) -> GateVerdict {
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
