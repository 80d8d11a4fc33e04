//! The closing lines of a run.

use std::time::Duration;

use serde_json::{Value, json};

use super::columns::{aligned, grouped, padded};
use crate::model::{Lang, LedgerEntry, SheetStatus, Stage};

/// Files and sheets by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Files found.
    pub files: u64,
    pub read: u64,
    pub held_back: u64,
    pub no_table: u64,
    pub empty: u64,
    pub superseded: u64,
    pub failed: u64,
    /// Sheets of files that are not there this time; their rows are those of the snapshot before.
    pub carried_over: u64,
}

/// Physical rows by their fate; the fates add up to `physical`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowFates {
    pub physical: u64,
    pub blank: u64,
    pub heading: u64,
    pub footing: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub quarantined: u64,
    pub unrelated: u64,
}

impl RowFates {
    pub fn add(&mut self, entry: &LedgerEntry) {
        self.physical += entry.physical_rows;
        self.blank += entry.blank;
        self.heading += entry.heading;
        self.footing += entry.footing;
        self.accepted += entry.accepted;
        self.duplicate += entry.duplicate;
        self.quarantined += entry.quarantined;
        self.unrelated += entry.unrelated;
    }

    /// Rows that speak of somebody: neither blank nor heading nor footing.
    pub fn data(&self) -> u64 {
        self.accepted + self.duplicate + self.quarantined + self.unrelated
    }
}

/// One source of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceLine {
    pub source: String,
    pub provider: String,
    pub rows: RowFates,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindingCounts {
    pub high: u64,
    pub medium: u64,
    pub low: u64,
}

/// How long a stage took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageTime {
    pub stage: Stage,
    pub took: Duration,
}

/// What a run has to say when it ends. Holds no data of anybody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunSummary {
    /// Title of the pipeline.
    pub title: String,
    /// `YYYY-MM-DD`.
    pub as_of: String,
    /// The published snapshot's id; `None` when nothing was published.
    pub snapshot: Option<String>,
    pub files: FileCounts,
    pub rows: RowFates,
    pub sources: Vec<SourceLine>,
    pub people: u64,
    pub households: u64,
    /// Pairs in doubt that wait for a reviewer.
    pub to_review: u64,
    pub findings: FindingCounts,
    /// Rules that could not run, with the reason in Chinese.
    pub skipped_rules: Vec<(String, String)>,
    /// The people withheld because they stay unresolved, by township (Chinese name).
    pub withheld: Vec<(String, u64)>,
    /// Why the quality gate refused to publish, in Chinese; empty when it did not.
    pub refusals: Vec<String>,
    /// The database's folder as the user wrote it.
    pub database: Option<String>,
    /// Folder of the workbooks and reports.
    pub reports: Option<String>,
    pub workbooks: u64,
    pub stages: Vec<StageTime>,
}

impl RunSummary {
    /// Takes files and rows from the ledger; sources appear in the ledger's order, without provider.
    pub fn count_ledger<'a>(&mut self, ledger: impl IntoIterator<Item = &'a LedgerEntry>) {
        let mut files = std::collections::BTreeSet::new();
        for entry in ledger {
            self.rows.add(entry);
            if entry.status != SheetStatus::CarriedOver {
                files.insert((entry.place.source.clone(), entry.place.file.clone()));
            }
            let at = self.sources.iter().position(|s| s.source == entry.place.source).unwrap_or_else(|| {
                self.sources.push(SourceLine { source: entry.place.source.clone(), ..SourceLine::default() });
                self.sources.len() - 1
            });
            self.sources[at].rows.add(entry);
            let counts = &mut self.files;
            match entry.status {
                SheetStatus::Read => counts.read += 1,
                SheetStatus::HeldBack => counts.held_back += 1,
                SheetStatus::NoTable => counts.no_table += 1,
                SheetStatus::Empty => counts.empty += 1,
                SheetStatus::Superseded => counts.superseded += 1,
                SheetStatus::Failed => counts.failed += 1,
                SheetStatus::CarriedOver => counts.carried_over += 1,
            }
        }
        self.files.files = files.len() as u64;
    }

    /// The closing table for people, without a line break at its end.
    pub fn text(&self, lang: Lang) -> String {
        let mut out = vec![self.headline(lang), String::new()];
        out.extend(self.by_source(lang));
        out.push(String::new());
        let lines = self.lines(lang);
        let width = lines.iter().map(|(label, _)| super::shown_width(label)).max().unwrap_or(0);
        out.extend(lines.iter().map(|(label, text)| format!("  {}  {text}", padded(label, width, false))));
        out.join("\n")
    }

    fn headline(&self, lang: Lang) -> String {
        let as_of = &self.as_of;
        match (&self.snapshot, self.refusals.is_empty()) {
            (Some(_), _) => lang.pick(
                format!("{}：已发布（截至 {as_of}）", self.title),
                format!("{}: published (as of {as_of})", self.title),
            ),
            (None, true) => lang.pick(
                format!("{}：已检查，未发布任何内容（截至 {as_of}）", self.title),
                format!("{}: checked, nothing published (as of {as_of})", self.title),
            ),
            (None, false) => lang.pick(
                format!("{}：质量关口未放行，原快照不变（截至 {as_of}）", self.title),
                format!("{}: refused by the quality gate, the snapshot before stays (as of {as_of})", self.title),
            ),
        }
    }

    /// The people withheld by township, most first; a city has hundreds of townships, so the rest stand in one line
    /// (all of them in the JSON form and, row by row, in the workbooks).
    fn withheld_lines(&self, lang: Lang) -> Vec<(&'static str, String)> {
        const SHOWN: usize = 8;
        let mut towns: Vec<&(String, u64)> = self.withheld.iter().collect();
        towns.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let label = lang.pick("暂缓入库", "withheld");
        let mut lines: Vec<(&'static str, String)> = towns
            .iter()
            .take(SHOWN)
            .map(|(town, people)| (label, lang.pick(format!("{town} {people} 人"), format!("{town}: {people}"))))
            .collect();
        let rest = &towns[towns.len().min(SHOWN)..];
        if !rest.is_empty() {
            let (count, people) = (rest.len(), grouped(rest.iter().map(|(_, people)| people).sum()));
            lines.push((
                label,
                lang.pick(
                    format!("其余 {count} 个乡镇共 {people} 人，见反馈表"),
                    format!("{people} in {count} other townships; see the workbooks"),
                ),
            ));
        }
        lines
    }

    fn by_source(&self, lang: Lang) -> Vec<String> {
        let heads = lang.pick(
            ["来源", "数据行", "入库", "重复", "未入库", "无关"],
            ["source", "rows", "accepted", "duplicate", "kept out", "unrelated"],
        );
        let cells = |name: &str, rows: &RowFates| {
            let numbers = [rows.data(), rows.accepted, rows.duplicate, rows.quarantined, rows.unrelated];
            std::iter::once(name.to_owned()).chain(numbers.map(grouped)).collect::<Vec<_>>()
        };
        let mut lines = vec![heads.map(String::from).to_vec()];
        for line in &self.sources {
            let name = if line.provider.is_empty() {
                line.source.clone()
            } else {
                format!("{}（{}）", line.source, line.provider)
            };
            lines.push(cells(&name, &line.rows));
        }
        lines.push(cells(lang.pick("合计", "total"), &self.rows));
        aligned(&lines, true).into_iter().map(|line| format!("  {line}")).collect()
    }

    fn lines(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let mut lines = vec![(lang.pick("文件", "files"), self.files_text(lang))];
        let (rows, other) = (&self.rows, &self.rows.heading);
        lines.push((
            lang.pick("其他行", "other lines"),
            lang.pick(
                format!("标题 {}，表尾 {}，空行 {}", grouped(*other), grouped(rows.footing), grouped(rows.blank)),
                format!(
                    "heading {}, footing {}, blank {}",
                    grouped(*other),
                    grouped(rows.footing),
                    grouped(rows.blank)
                ),
            ),
        ));
        if self.snapshot.is_some() {
            lines.push((lang.pick("人员", "people"), grouped(self.people)));
            lines.push((lang.pick("家庭", "households"), grouped(self.households)));
        }
        if self.to_review > 0 {
            lines.push((
                lang.pick("待复核", "to review"),
                lang.pick(format!("{} 对", grouped(self.to_review)), format!("{} pairs", grouped(self.to_review))),
            ));
        }
        if self.snapshot.is_some() {
            let f = &self.findings;
            lines.push((
                lang.pick("线索", "leads"),
                lang.pick(
                    format!("高 {}，中 {}，低 {}", grouped(f.high), grouped(f.medium), grouped(f.low)),
                    format!("high {}, medium {}, low {}", grouped(f.high), grouped(f.medium), grouped(f.low)),
                ),
            ));
        }
        // Where departments send nothing, many rules rest: one line says so.
        let (without_table, others): (Vec<_>, Vec<_>) = self
            .skipped_rules
            .iter()
            .map(|(rule, reason)| (rule, reason, reason.strip_prefix("没有数据表 ")))
            .partition(|(_, _, table)| table.is_some());
        if !without_table.is_empty() {
            let rule = |(rule, _, table): &(&String, &String, Option<&str>)| {
                format!("{rule}（{}）", table.unwrap_or_default())
            };
            let rules = without_table.iter().map(rule).collect::<Vec<_>>().join("、");
            let count = without_table.len();
            lines.push((
                lang.pick("缺数据", "no data"),
                lang.pick(
                    format!("{count} 条规则没有相应的数据表，未运行：{rules}"),
                    format!("{count} rules lack their table and did not run: {rules}"),
                ),
            ));
        }
        for (rule, reason, _) in others {
            let figure = reason.strip_prefix("未给出当地标准 ").and_then(|rest| rest.split('，').next());
            let text = match figure {
                Some(figure) => lang.pick(
                    format!("{rule}：未给出当地标准 {figure}"),
                    format!("{rule}: the local figure {figure} is not given"),
                ),
                None => format!("{rule}{}{reason}", lang.pick("：", ": ")),
            };
            lines.push((lang.pick("未运行规则", "rule not run"), text));
        }
        lines.extend(self.withheld_lines(lang));
        for reason in &self.refusals {
            lines.push((lang.pick("未放行", "refused"), reason.clone()));
        }
        if let Some(database) = &self.database {
            let text = match &self.snapshot {
                Some(id) => lang.pick(format!("{database}（快照 {id}）"), format!("{database} (snapshot {id})")),
                None => database.clone(),
            };
            lines.push((lang.pick("数据库", "database"), text));
        }
        if let Some(reports) = &self.reports {
            lines.push((
                lang.pick("反馈表", "workbooks"),
                lang.pick(format!("{reports}（{} 份）", self.workbooks), format!("{reports} ({})", self.workbooks)),
            ));
        }
        if !self.stages.is_empty() {
            lines.push((lang.pick("用时", "time"), self.times_text(lang)));
        }
        lines
    }

    fn files_text(&self, lang: Lang) -> String {
        let f = &self.files;
        let parts = [
            (f.read, "表已读取", "sheets read"),
            (f.held_back, "表未采用（表头不符）", "held back (headers fit nothing)"),
            (f.no_table, "表无数据", "without a table"),
            (f.empty, "空表", "empty"),
            (f.superseded, "已被新一期取代", "superseded"),
            (f.failed, "无法读取", "unreadable"),
            (f.carried_over, "表沿用上期数据", "sheets carried over"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, zh, en)| format!("{} {}", grouped(count), lang.pick(zh, en)))
            .collect();
        let total = grouped(f.files);
        if parts.is_empty() {
            return lang.pick(format!("{total} 个"), total);
        }
        lang.pick(format!("{total} 个：{}", parts.join("，")), format!("{total}: {}", parts.join(", ")))
    }

    fn times_text(&self, lang: Lang) -> String {
        let total: Duration = self.stages.iter().map(|s| s.took).sum();
        let parts: Vec<String> =
            self.stages.iter().map(|s| format!("{} {:.1}", stage_name(s.stage, lang), s.took.as_secs_f64())).collect();
        lang.pick(
            format!("{:.1} 秒（{}）", total.as_secs_f64(), parts.join("，")),
            format!("{:.1} s ({})", total.as_secs_f64(), parts.join(", ")),
        )
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let (f, rows) = (&self.files, &self.rows);
        let fates = |r: &RowFates| {
            json!({ "physical": r.physical, "blank": r.blank, "heading": r.heading, "footing": r.footing, "accepted": r.accepted,
                "duplicate": r.duplicate, "quarantined": r.quarantined, "unrelated": r.unrelated })
        };
        let sources: Vec<Value> = self
            .sources
            .iter()
            .map(|s| json!({ "source": s.source, "provider": s.provider, "rows": fates(&s.rows) }))
            .collect();
        let seconds: serde_json::Map<String, Value> =
            self.stages.iter().map(|s| (s.stage.as_str().to_owned(), s.took.as_secs_f64().into())).collect();
        json!({
            "title": self.title, "as_of": self.as_of, "snapshot": self.snapshot,
            "files": { "files": f.files, "read": f.read, "held_back": f.held_back, "no_table": f.no_table, "empty": f.empty,
                "superseded": f.superseded, "failed": f.failed, "carried_over": f.carried_over },
            "rows": fates(rows), "sources": sources, "people": self.people, "households": self.households,
            "to_review": self.to_review,
            "findings": { "high": self.findings.high, "medium": self.findings.medium, "low": self.findings.low },
            "skipped_rules": self.skipped_rules.iter().map(|(r, _)| r).collect::<Vec<_>>(),
            "withheld": self.withheld.iter().map(|(_, n)| n).sum::<u64>(),
            "withheld_by_township": self.withheld.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "refusals": self.refusals, "database": self.database, "reports": self.reports, "workbooks": self.workbooks,
            "seconds": seconds,
        })
    }
}

/// What people call a stage.
pub fn stage_name(stage: Stage, lang: Lang) -> &'static str {
    let (zh, en) = match stage {
        Stage::Discover => ("查找文件", "discover"),
        Stage::Read => ("读取校验", "read"),
        Stage::Link => ("关联", "link"),
        Stage::Fuse => ("融合", "fuse"),
        Stage::Crossmatch => ("比对", "cross-match"),
        Stage::Analyse => ("分析", "analyse"),
        Stage::Publish => ("发布", "publish"),
        Stage::Report => ("报告", "report"),
    };
    lang.pick(zh, en)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{FindingCounts, RunSummary, StageTime};
    use crate::model::{Lang, LedgerEntry, SheetPlace, SheetStatus, Stage, Words};

    fn summary() -> RunSummary {
        let place = |source: &str, file: &str| {
            Arc::new(SheetPlace { source: source.into(), file: file.into(), sheet: "Sheet1".into() })
        };
        let mut read = LedgerEntry::new(place("dibao", "a.xlsx"), SheetStatus::Read, Words::default());
        (read.physical_rows, read.heading, read.accepted, read.quarantined) = (12_003, 2, 12_000, 1);
        let failed = LedgerEntry::new(place("death", "b.xls"), SheetStatus::Failed, Words::new("损坏", "damaged"));
        let mut summary = RunSummary {
            title: "试点".into(),
            as_of: "2025-12-15".into(),
            snapshot: Some("20251215-1".into()),
            people: 11_000,
            findings: FindingCounts { high: 3, medium: 2, low: 1 },
            database: Some("data/jian".into()),
            stages: vec![StageTime { stage: Stage::Read, took: Duration::from_millis(1500) }],
            ..RunSummary::default()
        };
        summary.count_ledger([&read, &failed]);
        summary
    }

    #[test]
    fn the_closing_lines_say_what_became_of_files_and_rows() {
        let zh = summary().text(Lang::Zh);
        for part in [
            "已发布",
            "12,000",
            "2 个：1 表已读取，1 无法读取",
            "高 3，中 2，低 1",
            "data/jian（快照 20251215-1）",
            "1.5 秒",
        ] {
            assert!(zh.contains(part), "{part} is not in\n{zh}");
        }
        let en = summary().text(Lang::En);
        assert!(en.contains("published") && en.contains("1 unreadable") && !en.contains("未入库"), "{en}");
    }

    #[test]
    fn nothing_published_is_said_first() {
        let mut refused = summary();
        refused.snapshot = None;
        assert!(refused.text(Lang::Zh).starts_with("试点：已检查，未发布"));
        refused.refusals = vec!["死亡名单缺失".into()];
        let text = refused.text(Lang::Zh);
        assert!(text.starts_with("试点：质量关口未放行") && text.contains("死亡名单缺失"));
        assert_eq!(refused.json()["rows"]["accepted"], 12_000);
    }

    #[test]
    fn the_townships_with_most_people_withheld_are_named_and_the_rest_counted() {
        let withheld = (1..=10).map(|n| (format!("第{n}镇"), n)).collect();
        let text = RunSummary { withheld, ..RunSummary::default() }.text(Lang::Zh);
        assert!(text.contains("第10镇 10 人") && text.contains("第3镇 3 人") && !text.contains("第2镇"), "{text}");
        assert!(text.contains("其余 2 个乡镇共 3 人"), "{text}");
    }
}
