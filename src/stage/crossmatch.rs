//! Cross-matching: runs the rules over the fused tables and turns each row they yield into a lead with its evidence.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, ListArray, RecordBatch, StringArray, builder::Float64Builder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::columns::Column;
use crate::kernel::mask;
use crate::model::{FieldType, Findings, Sensitivity, Table, TableName, Words, column_metadata};
use crate::plan::Rule;
use crate::sql::Sql;

/// What the snapshot before knows of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownFinding {
    pub status: String,
    pub first_seen: NaiveDate,
}

/// Runs every rule whose tables and parameters are there. Rules that cannot run are named with the reason; rows without a
/// case key, which would all pass for one case, are left out and counted in a note.
///
/// # Errors
/// Only when the finding table cannot be built: a fault of the program.
pub fn crossmatch(
    tables: &[Table],
    rules: &[Rule],
    known: &HashMap<String, KnownFinding>,
    today: NaiveDate,
) -> Result<Findings, ArrowError> {
    let by_name: BTreeMap<&str, &Table> = tables.iter().map(|table| (table.name.as_str(), table)).collect();
    let facts = Facts::of(&by_name);
    let mut sql = Sql::new();
    let mut leads: BTreeMap<String, Lead> = BTreeMap::new();
    let (mut skipped_rules, mut notes) = (Vec::new(), Vec::new());
    for rule in rules {
        match run(rule, &by_name, &mut sql, today) {
            Ok(found) => {
                let (keyed, keyless): (Vec<Lead>, Vec<Lead>) =
                    found.into_iter().partition(|lead| !lead.case_key.is_empty());
                if !keyless.is_empty() {
                    let (code, count) = (&rule.code, keyless.len());
                    notes.push(Words::new(
                        format!("规则 {code} 有{count}行没有 case_key，不能区分线索，未列入"),
                        format!("{count} rows of the rule {code} have no case_key and are no leads"),
                    ));
                }
                keyed.into_iter().for_each(|lead| gather(&mut leads, lead));
            }
            Err(reason) => skipped_rules.push((rule.code.clone(), reason)),
        }
    }
    // Sorted by id, since they were gathered in a map.
    let leads: Vec<Lead> = leads.into_values().collect();
    Ok(Findings { table: table(&leads, &facts, known, today)?, skipped_rules, notes })
}

/// One lead before it gets its region, certainty and status.
struct Lead {
    id: String,
    case_key: String,
    rule: String,
    severity: &'static str,
    person_id: Option<String>,
    household_id: Option<String>,
    summary: String,
    months: Option<String>,
    amount: Option<String>,
    probability: Option<f64>,
    evidence: Vec<String>,
}

/// Two rows of one case are one lead: the evidence of both, and the values of the smaller, since the engine gives rows
/// in any order. The lead is as sure as the less sure of them.
fn gather(leads: &mut BTreeMap<String, Lead>, lead: Lead) {
    match leads.remove(&lead.id) {
        None => {
            leads.insert(lead.id.clone(), lead);
        }
        Some(held) => {
            fn values(lead: &Lead) -> [Option<&str>; 5] {
                let Lead { summary, months, amount, person_id, household_id, .. } = lead;
                [
                    Some(summary.as_str()),
                    months.as_deref(),
                    amount.as_deref(),
                    person_id.as_deref(),
                    household_id.as_deref(),
                ]
            }
            let (mut first, second) = if values(&held) <= values(&lead) { (held, lead) } else { (lead, held) };
            first.probability = [first.probability, second.probability].into_iter().flatten().reduce(f64::min);
            first.evidence.extend(second.evidence);
            first.evidence.sort();
            first.evidence.dedup();
            leads.insert(first.id.clone(), first);
        }
    }
}

/// Lasts from run to run: it hangs on the rule and the case only.
fn finding_id(rule: &str, case_key: &str) -> String {
    let hash = blake3::hash(format!("{rule}\n{case_key}").as_bytes()).to_hex();
    format!("F{}", &hash.as_str()[..16])
}

fn run(rule: &Rule, tables: &BTreeMap<&str, &Table>, sql: &mut Sql, today: NaiveDate) -> Result<Vec<Lead>, String> {
    let statement = statement(rule, today)?;
    for name in &rule.needs {
        let table = tables.get(name.as_str()).ok_or_else(|| format!("没有数据表 {name}"))?;
        if !sql.has_table(name) {
            sql.register_table(table).map_err(|error| error.to_string())?;
        }
    }
    let (_, batches) = sql.run(&statement).map_err(|error| error.to_string())?;
    let mut leads = Vec::new();
    for batch in &batches {
        leads.extend(leads_of(rule, batch).map_err(|error| error.to_string())?);
    }
    Ok(leads)
}

/// The rule's SQL with its parameters put in.
fn statement(rule: &Rule, today: NaiveDate) -> Result<String, String> {
    let mut statement = rule.select.clone();
    for (name, value) in &rule.parameters {
        let value = value.as_ref().ok_or_else(|| format!("未给出当地标准 {name}，本规则未运行"))?;
        statement = statement.replace(&format!("{{{{{name}}}}}"), value);
    }
    Ok(statement
        .replace("{{as_of}}", &format!("DATE('{today}')"))
        .replace("{{as_of_month}}", &format!("'{}'", today.format("%Y-%m"))))
}

fn leads_of(rule: &Rule, batch: &RecordBatch) -> Result<Vec<Lead>, ArrowError> {
    let mut texts: BTreeMap<&str, StringArray> = BTreeMap::new();
    let mut evidence: Vec<&ArrayRef> = Vec::new();
    let schema = batch.schema_ref();
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        if field.name().starts_with("evidence") {
            evidence.push(array);
        } else if !matches!(field.data_type(), DataType::List(_) | DataType::LargeList(_)) {
            texts.insert(field.name(), super::columns::as_text(array)?);
        }
    }
    let text = |name: &str, row: usize| {
        texts.get(name).filter(|array| array.is_valid(row)).map(|array| array.value(row).to_owned())
    };
    (0..batch.num_rows())
        .map(|row| {
            let case_key = text("case_key", row).unwrap_or_default();
            let mut rows: BTreeSet<String> = BTreeSet::new();
            for array in &evidence {
                collect_evidence(array, row, &mut rows)?;
            }
            Ok(Lead {
                id: finding_id(&rule.code, &case_key),
                case_key,
                rule: rule.code.clone(),
                severity: rule.severity.as_str(),
                person_id: text("person_id", row),
                household_id: text("household_id", row),
                summary: fill(&rule.summary, |name| {
                    let value = text(name, row)?;
                    Some(if PERSON_NAMES.contains(&name) { mask::name(&value) } else { value })
                }),
                months: text("months", row),
                amount: text("amount", row),
                probability: text("probability", row).and_then(|text| text.parse().ok()),
                evidence: rows.into_iter().collect(),
            })
        })
        .collect()
}

fn collect_evidence(array: &ArrayRef, row: usize, rows: &mut BTreeSet<String>) -> Result<(), ArrowError> {
    if !array.is_valid(row) {
        return Ok(());
    }
    if let Some(list) = array.as_any().downcast_ref::<ListArray>() {
        let items = cast(&list.value(row), &DataType::Utf8)?;
        if let Some(items) = items.as_any().downcast_ref::<StringArray>() {
            rows.extend(items.iter().flatten().map(str::to_owned));
        }
    } else if let Some(texts) = array.as_any().downcast_ref::<StringArray>() {
        rows.insert(texts.value(row).to_owned());
    }
    Ok(())
}

/// Columns of a rule's select that name people. A summary shows their surnames only, since it is read in many places;
/// whoever may know the person finds them by the id.
const PERSON_NAMES: [&str; 4] = ["name", "head_name", "spouse_name", "other_name"];

/// Puts the columns' values into `{column}`; a value that is not there leaves 「不详」.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) => {
                filled.push_str(&value(name).unwrap_or_else(|| "不详".to_owned()));
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// What a lead takes from the fused tables.
struct Facts {
    region_of: HashMap<String, String>,
    /// Rows whose link is less than certain.
    uncertain: HashMap<String, f64>,
}

impl Facts {
    fn of(tables: &BTreeMap<&str, &Table>) -> Self {
        let mut facts = Facts { region_of: HashMap::new(), uncertain: HashMap::new() };
        for (table, id) in [("person", "person_id"), ("household", "household_id")] {
            for batch in tables.get(table).map_or(&[][..], |table| &table.batches) {
                let (Some(ids), Some(regions)) = (texts(batch, id), texts(batch, "region_code")) else { continue };
                let known =
                    ids.iter().zip(regions).filter_map(|(id, region)| Some((id?.to_owned(), region?.to_owned())));
                facts.region_of.extend(known);
            }
        }
        for batch in tables.get("link").map_or(&[][..], |table| &table.batches) {
            let probability =
                batch.column_by_name("probability").and_then(|array| array.as_any().downcast_ref::<Float64Array>());
            if let (Some(rows), Some(probability)) = (texts(batch, "row_id"), probability) {
                let links = rows.iter().flatten().zip(probability.values());
                facts.uncertain.extend(links.filter(|(_, p)| **p < 1.0).map(|(row, p)| (row.to_owned(), *p)));
            }
        }
        facts
    }

    /// A lead is as sure as the least sure link that it rests on.
    fn certainty(&self, evidence: &[String]) -> f64 {
        evidence.iter().filter_map(|row| self.uncertain.get(row)).copied().fold(1.0, f64::min)
    }
}

fn texts<'a>(batch: &'a RecordBatch, column: &str) -> Option<&'a StringArray> {
    batch.column_by_name(column)?.as_any().downcast_ref()
}

const fn column(name: &'static str, title: &'static str, kind: FieldType) -> Column {
    Column { name, title, kind, list: false, sensitivity: Sensitivity::Internal }
}

const FINDING: &[Column] = &[
    column("finding_id", "线索编号", FieldType::Text),
    column("case_key", "案件键", FieldType::Text),
    column("rule", "规则", FieldType::Text),
    column("severity", "严重程度", FieldType::Text),
    column("person_id", "人员编号", FieldType::Text),
    column("household_id", "家庭编号", FieldType::Text),
    column("region_code", "行政区划代码", FieldType::Region),
    column("summary", "摘要", FieldType::Text),
    column("months", "月数", FieldType::Integer),
    column("amount", "金额", FieldType::Money),
    Column { list: true, ..column("evidence", "证据行", FieldType::Text) },
    column("status", "状态", FieldType::Text),
    column("first_seen", "首次发现", FieldType::Date),
];

fn table(
    leads: &[Lead],
    facts: &Facts,
    known: &HashMap<String, KnownFinding>,
    today: NaiveDate,
) -> Result<Table, ArrowError> {
    let mut probability = Float64Builder::with_capacity(leads.len());
    let mut texts: Vec<Vec<Option<String>>> = vec![Vec::with_capacity(leads.len()); FINDING.len()];
    let mut evidence = Vec::with_capacity(leads.len());
    for lead in leads {
        let region =
            [&lead.person_id, &lead.household_id].into_iter().flatten().find_map(|id| facts.region_of.get(id).cloned());
        let before = known.get(&lead.id);
        let cells = [
            Some(lead.id.clone()),
            Some(lead.case_key.clone()),
            Some(lead.rule.clone()),
            Some(lead.severity.to_owned()),
            lead.person_id.clone(),
            lead.household_id.clone(),
            region,
            Some(lead.summary.clone()),
            lead.months.clone(),
            lead.amount.clone(),
            None,
            Some(before.map_or_else(|| "new".to_owned(), |known| known.status.clone())),
            Some(before.map_or(today, |known| known.first_seen).to_string()),
        ];
        for (column, cell) in texts.iter_mut().zip(cells) {
            column.push(cell);
        }
        evidence.push(lead.evidence.clone());
        probability.append_value(lead.probability.unwrap_or_else(|| facts.certainty(&lead.evidence)));
    }
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (column, texts) in FINDING.iter().zip(texts) {
        if column.name == "status" {
            fields.push(Field::new("probability", DataType::Float64, true).with_metadata(column_metadata(
                "确定程度",
                FieldType::Decimal,
                Sensitivity::Internal,
            )));
            arrays.push(Arc::new(probability.finish()));
        }
        fields.push(column.field());
        arrays.push(if column.list {
            super::columns::lists(std::mem::take(&mut evidence))
        } else {
            column.array(texts)?
        });
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays)?;
    Ok(Table {
        name: TableName::new("finding"),
        title: "线索".to_owned(),
        schema,
        batches: vec![batch],
        sorted_by: vec!["finding_id".to_owned()],
        looked_up_by: vec!["person_id".to_owned(), "household_id".to_owned()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{RuleScope, RuleSeverity};

    #[test]
    fn a_summary_takes_its_columns_and_admits_what_it_does_not_know() {
        let value = |name: &str| (name == "n").then(|| "3".to_owned());
        assert_eq!(fill("共{n}个月，自{from}起", value), "共3个月，自不详起");
        assert_eq!(fill("no { end", value), "no { end");
    }

    #[test]
    fn two_rows_of_a_case_are_one_lead_in_whatever_order_they_come() {
        let lead = |person: &str, row: &str, probability: f64| Lead {
            id: "F1".into(),
            case_key: "P1".into(),
            rule: "r".into(),
            severity: "high",
            person_id: Some(person.into()),
            household_id: None,
            summary: "同一账户".into(),
            months: None,
            amount: None,
            probability: Some(probability),
            evidence: vec![row.into()],
        };
        let gathered = |leads: [Lead; 2]| {
            let mut held = BTreeMap::new();
            leads.into_iter().for_each(|lead| gather(&mut held, lead));
            let lead = held.remove("F1").expect("the lead");
            (lead.person_id, lead.probability, lead.evidence)
        };
        let one = gathered([lead("P2", "a", 0.9), lead("P1", "b", 0.8)]);
        assert_eq!(one, (Some("P1".into()), Some(0.8), vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(gathered([lead("P1", "b", 0.8), lead("P2", "a", 0.9)]), one);
    }

    #[test]
    fn a_row_without_a_key_is_left_out_and_told_and_its_rule_stands() {
        let text = |name| Field::new(name, DataType::Utf8, true);
        let schema = Arc::new(Schema::new(vec![text("person_id"), text("programme")]));
        let people: ArrayRef = Arc::new(StringArray::from(vec!["P1", "P2"]));
        let programmes: ArrayRef = Arc::new(StringArray::from(vec![Some("低保"), None]));
        let given = Table {
            name: TableName::new("given"),
            title: String::new(),
            batches: vec![RecordBatch::try_new(schema.clone(), vec![people, programmes]).expect("a batch")],
            schema,
            sorted_by: Vec::new(),
            looked_up_by: Vec::new(),
        };
        let rule = Rule {
            code: "r".into(),
            title: String::new(),
            title_en: String::new(),
            pack: "duplicate".into(),
            severity: RuleSeverity::High,
            scope: RuleScope::Person,
            ground: String::new(),
            needs: vec!["given".into()],
            parameters: BTreeMap::new(),
            summary: "{programme}".into(),
            select: "SELECT person_id || '|' || programme AS case_key, person_id, programme FROM given".into(),
        };
        let found = crossmatch(&[given], &[rule], &HashMap::new(), NaiveDate::MIN).expect("a table");
        assert_eq!((found.table.row_count(), found.skipped_rules), (1, vec![]));
        assert!(matches!(&found.notes[..], [note] if note.zh.contains("r 有1行")), "{:?}", found.notes);
    }

    #[test]
    fn a_finding_keeps_its_id_and_two_rules_do_not_share_one() {
        assert_eq!(finding_id("a", "P1"), finding_id("a", "P1"));
        assert_ne!(finding_id("a", "P1"), finding_id("b", "P1"));
        assert_ne!(finding_id("a", "bP1"), finding_id("ab", "P1"));
    }
}
