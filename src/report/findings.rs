//! The leads of a run as a workbook: an overview, then one sheet for every rule that found something.

use std::collections::{BTreeMap, HashSet};

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use rust_xlsxwriter::Workbook;

use super::ReportError;
use super::sheet::{Cell, Sheet, Styles, sheet_name};
use super::workbook::{Texts, properties};
use crate::model::Lang;

/// What people are told of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleWords {
    pub title: String,
    pub title_en: String,
    /// The regulation it rests on.
    pub ground: String,
}

/// What the workbook of findings is made of.
pub struct FindingsInput<'a> {
    /// The table `finding`.
    pub findings: &'a [RecordBatch],
    /// Rule code → its words; a rule that is absent is called by its code.
    pub rules: &'a BTreeMap<String, RuleWords>,
    /// Person id → what the reader may see of the person (name and place); may be empty.
    pub people: &'a BTreeMap<String, String>,
    /// Title of the pipeline.
    pub title: &'a str,
    pub as_of: NaiveDate,
    pub lang: Lang,
}

struct RuleCount {
    severity: String,
    total: u64,
    new: u64,
}

/// The workbook's bytes. A finding is a lead and not a verdict: the first sheet says so.
pub fn findings_workbook(input: &FindingsInput<'_>) -> Result<Vec<u8>, ReportError> {
    let (mut workbook, styles) = (Workbook::new(), Styles::new());
    workbook.set_properties(&properties(input.title, input.as_of));
    let mut rules: Vec<(String, RuleCount)> = count_rules(input)?.into_iter().collect();
    rules.sort_by_key(|(code, count)| (severity_rank(&count.severity), code.clone()));
    overview_sheet(&mut workbook, &styles, input, &rules)?;
    let mut taken = HashSet::from([input.lang.pick("总览", "Overview").to_owned()]);
    for (rule, _) in &rules {
        let name = free_name(&mut taken, rule_title(input, rule));
        rule_sheet(&mut workbook, &styles, input, rule, &name)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn count_rules(input: &FindingsInput<'_>) -> Result<BTreeMap<String, RuleCount>, ReportError> {
    let mut counts: BTreeMap<String, RuleCount> = BTreeMap::new();
    for batch in input.findings {
        let texts = Texts::new("finding", batch);
        for row in 0..batch.num_rows() {
            let severity = texts.get("severity", row)?;
            let count = counts.entry(texts.get("rule", row)?).or_insert(RuleCount { severity, total: 0, new: 0 });
            count.total += 1;
            count.new += u64::from(texts.get("status", row)? == "new");
        }
    }
    Ok(counts)
}

fn overview_sheet(
    workbook: &mut Workbook,
    styles: &Styles,
    input: &FindingsInput<'_>,
    rules: &[(String, RuleCount)],
) -> Result<(), ReportError> {
    let lang = input.lang;
    let titles = lang.pick(
        ["名称", "严重程度", "线索数", "其中新增", "依据", "规则"],
        ["Title", "Severity", "Leads", "New", "Ground", "Rule"],
    );
    let mut sheet = Sheet::new(workbook, styles, lang.pick("总览", "Overview"), titles.map(String::from).to_vec())?;
    for (rule, count) in rules {
        let severity = severity_words(&count.severity, lang);
        sheet.push(&[
            Cell::Text(rule_title(input, rule)),
            Cell::Text(&severity),
            Cell::Number(count.total as f64),
            Cell::Number(count.new as f64),
            Cell::Text(input.rules.get(rule).map_or("", |words| &words.ground)),
            Cell::Text(rule),
        ])?;
    }
    let caution = lang.pick(
        "说明：线索不是结论，须逐条核实；任何待遇都不会因此自动停发。",
        "Note: a lead is not a verdict; each one must be verified, and no benefit is ever stopped automatically.",
    );
    sheet.push(&[])?;
    sheet.push(&[Cell::Text(caution)])?;
    Ok(sheet.finish()?)
}

/// Columns of the table that are shown after what staff read first and fill in.
const SHOWN: [&str; 6] = ["probability", "first_seen", "household_id", "region_code", "evidence", "finding_id"];

fn rule_sheet(
    workbook: &mut Workbook,
    styles: &Styles,
    input: &FindingsInput<'_>,
    rule: &str,
    name: &str,
) -> Result<(), ReportError> {
    let lang = input.lang;
    let titles = lang.pick(
        [
            "严重程度",
            "人员编号",
            "人员",
            "摘要",
            "涉及金额（元）",
            "涉及月数",
            "状态",
            "核实结果",
            "核实说明",
            "匹配把握",
            "首次发现",
            "家庭编号",
            "区划代码",
            "证据行",
            "线索编号",
        ],
        [
            "Severity",
            "Person id",
            "Person",
            "Summary",
            "Amount (yuan)",
            "Months",
            "Status",
            "Verified as",
            "Remark",
            "Certainty of match",
            "First seen",
            "Household id",
            "Region",
            "Evidence rows",
            "Finding id",
        ],
    );
    let mut sheet = Sheet::new(workbook, styles, name, titles.map(String::from).to_vec())?;
    for batch in input.findings {
        let texts = Texts::new("finding", batch);
        for row in 0..batch.num_rows() {
            if texts.get("rule", row)? != rule {
                continue;
            }
            let person = texts.get("person_id", row)?;
            let severity = severity_words(&texts.get("severity", row)?, lang);
            let amount = texts.get("amount", row)?.parse::<f64>();
            let mut shown = Vec::with_capacity(SHOWN.len());
            for column in SHOWN {
                shown.push(texts.get(column, row)?);
            }
            shown[0] = percent(&shown[0]);
            let (summary, months) = (texts.get("summary", row)?, texts.get("months", row)?);
            let status = status_words(&texts.get("status", row)?, lang);
            let mut cells = vec![
                Cell::Text(&severity),
                Cell::Text(&person),
                Cell::Text(input.people.get(&person).map_or("", String::as_str)),
                Cell::Text(&summary),
                amount.map_or(Cell::Empty, Cell::Money),
                months.parse().map_or(Cell::Text(&months), Cell::Plain),
                Cell::Text(&status),
                Cell::Empty,
                Cell::Empty,
            ];
            cells.extend(shown.iter().map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text) }));
            sheet.push(&cells)?;
        }
    }
    Ok(sheet.finish()?)
}

fn rule_title<'a>(input: &'a FindingsInput<'_>, rule: &'a str) -> &'a str {
    let title = input.rules.get(rule).map_or("", |words| input.lang.pick(&words.title, &words.title_en));
    if title.is_empty() { rule } else { title }
}

/// A sheet's name that no other sheet of the workbook has; Excel compares them without regard to case.
fn free_name(taken: &mut HashSet<String>, title: &str) -> String {
    let base = sheet_name(title, 22);
    let names = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}_{n}")));
    for name in names {
        if taken.insert(name.to_lowercase()) {
            return name;
        }
    }
    base
}

fn severity_rank(severity: &str) -> u8 {
    match severity {
        "high" => 0,
        "medium" => 1,
        _ => 2,
    }
}

fn severity_words(severity: &str, lang: Lang) -> String {
    let (zh, en) = match severity {
        "high" => ("高", "high"),
        "medium" => ("中", "medium"),
        "low" => ("低", "low"),
        other => (other, other),
    };
    lang.pick(zh, en).to_owned()
}

fn status_words(status: &str, lang: Lang) -> String {
    let (zh, en) = match status {
        "new" => ("新发现", "new"),
        "open" => ("待核实", "open"),
        "confirmed" => ("属实", "confirmed"),
        "refuted" => ("不属实", "refuted"),
        "closed" => ("已办结", "closed"),
        other => (other, other),
    };
    lang.pick(zh, en).to_owned()
}

fn percent(probability: &str) -> String {
    probability.parse::<f64>().map_or_else(|_| probability.to_owned(), |p| format!("{:.1}%", p * 100.0))
}
