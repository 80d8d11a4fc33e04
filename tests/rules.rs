//! Every shipped rule against its case in `tests/rules/`: the guilty are found, on their own rows, and nobody else.
//!
//! A case is the tables that a rule needs, with their guilty and innocent rows: `as_of`, `expect` (case keys),
//! `[parameters]` where the office must say them, `[table]`, `[evidence]` (case key → the rows that the lead rests on)
//! and, where a sum, a count or a claim is the point, `[amount]`, `[months]` and `[summary]` (case key → the value).
//! Columns that a row does not name are empty, and so are tables without rows.
#![allow(clippy::disallowed_methods, reason = "reads the cases")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{CastOptions, cast_with_options, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::NaiveDate;
use ronghe::model::{Findings, Lang, Table, TableName};
use ronghe::plan::{Files, Plan, Rule, load, render, shipped};
use ronghe::stage::columns;
use ronghe::stage::crossmatch::crossmatch;
use toml::{Table as Toml, Value};

struct Case {
    code: String,
    as_of: NaiveDate,
    expect: BTreeSet<String>,
    parameters: Toml,
    tables: Toml,
    evidence: BTreeMap<String, BTreeSet<String>>,
    /// Column of the lead → case key → the value that is due.
    values: [(&'static str, BTreeMap<String, String>); 3],
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    files.sort();
    files.iter().map(|file| case(file)).collect()
}

fn case(file: &Path) -> Case {
    let code = file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
    let text = std::fs::read_to_string(file).expect("a readable case");
    let mut case: Toml = text.parse().unwrap_or_else(|error| panic!("{code}: {error}"));
    let table = |value: Option<Value>| match value {
        Some(Value::Table(table)) => table,
        None => Toml::new(),
        Some(other) => panic!("{code}: {other} is no table"),
    };
    let parameters = table(case.remove("parameters"));
    let tables = table(case.remove("table"));
    let evidence = table(case.remove("evidence"));
    let values = ["amount", "months", "summary"].map(|column| {
        let due = table(case.remove(column));
        (column, due.iter().map(|(key, value)| (key.clone(), text_of(value))).collect())
    });
    let as_of = text_of(&case.remove("as_of").expect("as_of")).parse().expect("as_of is a date");
    let expect = set(&case.remove("expect").expect("expect"));
    assert!(case.is_empty(), "{code}: unknown keys {:?}", case.keys().collect::<Vec<_>>());
    let evidence = evidence.iter().map(|(key, rows)| (key.clone(), set(rows))).collect();
    Case { code, as_of, expect, parameters, tables, evidence, values }
}

fn set(list: &Value) -> BTreeSet<String> {
    list.as_array().expect("a list").iter().map(text_of).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One pipeline file and nothing beside it, so that everything else is what the program ships.
struct OneFile(String);

impl Files for OneFile {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }

    fn list(&self, _: &Path, _: &str) -> io::Result<Vec<PathBuf>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// The shipped plan with a rule's local figures.
fn plan(code: &str, parameters: &Toml) -> Plan {
    let mut pipeline = "name = 'city'\nregion = '360800'\ndatabase = 'db'\n[[source]]\nid = 'death'\n\
                        schemas = ['death']\nprovider = '局'\nfiles = ['*.csv']\n"
        .to_owned();
    if !parameters.is_empty() {
        pipeline.push_str(&format!("[crossmatch.parameters.{code}]\n{parameters}"));
    }
    load(&OneFile(pipeline), Path::new("city.toml"), &shipped())
        .unwrap_or_else(|faults| panic!("{code}: {}", render::diagnostics(&faults, Lang::En, false)))
}

/// The columns of a published table that the rules may ask for.
fn columns_of(table: &str, plan: &Plan) -> Vec<Field> {
    let fixed = match table {
        "person" => columns::PERSON,
        "household" => columns::HOUSEHOLD,
        "membership" => columns::MEMBERSHIP,
        "support_duty" => columns::SUPPORT_DUTY,
        "identifier" => columns::IDENTIFIER,
        "assistance" => columns::ASSISTANCE,
        _ => {
            let schema = plan.schemas.get(table).unwrap_or_else(|| panic!("nobody makes the table {table}"));
            let ids = ["row_id", "row_key", "source", "person_id", "household_id", "period"];
            let ids = ids.map(|name| Field::new(name, DataType::Utf8, true));
            let own = schema.fields.iter().map(|field| Field::new(&field.name, field.kind.data_type(), true));
            return ids.into_iter().chain(own).collect();
        }
    };
    fixed.iter().map(columns::Column::field).collect()
}

fn table(name: &str, rows: &[Value], plan: &Plan) -> Table {
    let fields = columns_of(name, plan);
    let rows: Vec<&Toml> = rows.iter().map(|row| row.as_table().expect("a row")).collect();
    for row in &rows {
        let unknown = row.keys().find(|key| !fields.iter().any(|field| field.name() == *key));
        assert_eq!(unknown, None, "{name} has no such column");
    }
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let array = |field: &Field| -> ArrayRef {
        let texts: ArrayRef =
            Arc::new(rows.iter().map(|row| row.get(field.name()).map(text_of)).collect::<StringArray>());
        match field.data_type() {
            DataType::List(_) => arrow::array::new_null_array(field.data_type(), rows.len()),
            wanted => cast_with_options(&texts, wanted, &strict)
                .unwrap_or_else(|error| panic!("{name}.{}: {error}", field.name())),
        }
    };
    let arrays = fields.iter().map(array).collect();
    let schema = Arc::new(Schema::new(fields));
    Table {
        name: TableName::new(name),
        title: name.to_owned(),
        batches: vec![RecordBatch::try_new(schema.clone(), arrays).expect("a batch")],
        schema,
        sorted_by: Vec::new(),
        looked_up_by: Vec::new(),
    }
}

/// The case's tables, and those that the rule needs without rows.
fn tables(case: &Case, rule: &Rule, plan: &Plan) -> Vec<Table> {
    let names: BTreeSet<&String> = rule.needs.iter().chain(case.tables.keys()).collect();
    let rows = |name: &str| case.tables.get(name).map_or(&[][..], |rows| rows.as_array().expect("rows"));
    names.into_iter().map(|name| table(name, rows(name), plan)).collect()
}

/// The same tables with their rows from the last to the first.
fn backwards(tables: &[Table]) -> Vec<Table> {
    let mut tables = tables.to_vec();
    for batch in tables.iter_mut().flat_map(|table| &mut table.batches) {
        let order = UInt32Array::from_iter_values((0..batch.num_rows() as u32).rev());
        *batch = take_record_batch(batch, &order).expect("the rows");
    }
    tables
}

fn ask(case: &Case, rule: &Rule, tables: &[Table]) -> Findings {
    // An unoptimised engine plans a rule of many steps deeper than the stack of a test's thread.
    let engine = || crossmatch(tables, std::slice::from_ref(rule), &HashMap::new(), case.as_of).expect("a table");
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, engine);
        thread.expect("a thread").join().expect("the rule runs")
    })
}

fn found(case: &Case, rule: &Rule, tables: &[Table]) -> Findings {
    let found = ask(case, rule, tables);
    assert_eq!(found.skipped_rules, [], "{}", case.code);
    found
}

/// Case key → rows of evidence.
fn leads(findings: &Findings) -> BTreeMap<String, BTreeSet<String>> {
    let mut leads = BTreeMap::new();
    for batch in &findings.table.batches {
        let keys = batch["case_key"].as_string::<i32>();
        let evidence = batch["evidence"].as_list::<i32>();
        for row in 0..batch.num_rows() {
            let rows = evidence.value(row);
            let rows = rows.as_string::<i32>().iter().flatten().map(str::to_owned).collect();
            leads.insert(keys.value(row).to_owned(), rows);
        }
    }
    leads
}

/// Case key → the value of a column.
fn values(findings: &Findings, column: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for batch in &findings.table.batches {
        let texts = columns::as_text(&batch[column]).expect("texts");
        let keys = batch["case_key"].as_string::<i32>().iter().flatten().map(str::to_owned);
        values.extend(keys.zip(texts.iter()).filter_map(|(key, text)| Some((key, text?.to_owned()))));
    }
    values
}

fn row_ids(tables: &[Table]) -> BTreeSet<String> {
    let batches = tables.iter().flat_map(|table| &table.batches);
    let ids = batches.filter_map(|batch| batch.column_by_name("row_id")).map(|array| array.as_string::<i32>());
    ids.flat_map(|ids| ids.iter().flatten().map(str::to_owned)).collect()
}

#[test]
fn every_shipped_rule_has_a_case_and_every_case_a_rule() {
    let plan = plan("", &Toml::new());
    let rules: BTreeSet<&str> = plan.rules.iter().map(|rule| rule.code.as_str()).collect();
    let cases = cases();
    let cases: BTreeSet<&str> = cases.iter().map(|case| case.code.as_str()).collect();
    assert_eq!(rules, cases);
}

#[test]
fn every_rule_finds_the_guilty_and_nobody_else() {
    for case in cases() {
        let plan = plan(&case.code, &case.parameters);
        let rule = plan.rules.iter().find(|rule| rule.code == case.code).expect("the case's rule");
        let tables = tables(&case, rule, &plan);
        let findings = found(&case, rule, &tables);
        let leads = leads(&findings);
        assert!(!case.expect.is_empty(), "{}: nobody is guilty", case.code);
        assert_eq!(leads.keys().cloned().collect::<BTreeSet<_>>(), case.expect, "{}", case.code);
        assert_eq!(leads, case.evidence, "{}", case.code);
        for (column, due) in &case.values {
            let got = values(&findings, column);
            due.iter().for_each(|(key, value)| assert_eq!(got.get(key), Some(value), "{} {key} {column}", case.code));
        }
        let rows = row_ids(&tables);
        let used: BTreeSet<String> = leads.into_values().flatten().collect();
        assert!(used.is_subset(&rows), "{}: evidence that is no row", case.code);
        assert_ne!(used, rows, "{}: the case has no innocent row", case.code);

        let again = found(&case, rule, &backwards(&tables));
        assert_eq!(again.table.batches, findings.table.batches, "{}: the order of rows shows", case.code);
    }
}

#[test]
fn a_lead_names_whom_it_is_about_in_whole_words() {
    for case in cases() {
        let plan = plan(&case.code, &case.parameters);
        let rule = plan.rules.iter().find(|rule| rule.code == case.code).expect("the case's rule");
        let findings = found(&case, rule, &tables(&case, rule, &plan));
        for batch in &findings.table.batches {
            let summaries = batch["summary"].as_string::<i32>();
            for summary in summaries.iter() {
                let summary = summary.expect("a summary");
                assert!(!summary.contains(['{', '}']) && !summary.is_empty(), "{}: {summary}", case.code);
            }
            for row in 0..batch.num_rows() {
                let somebody = batch["person_id"].is_valid(row) || batch["household_id"].is_valid(row);
                // What is possibly missed is about somebody who is not in the database yet.
                assert!(somebody || rule.pack == "missed", "{}: about nobody", case.code);
            }
        }
    }
}

#[test]
fn a_rule_without_its_local_figure_does_not_run_and_says_so() {
    for case in cases().into_iter().filter(|case| !case.parameters.is_empty()) {
        let plan = plan("", &Toml::new());
        let rule = plan.rules.iter().find(|rule| rule.code == case.code).expect("the case's rule");
        let found = ask(&case, rule, &tables(&case, rule, &plan));
        assert_eq!(leads(&found), BTreeMap::new(), "{}", case.code);
        assert!(matches!(&found.skipped_rules[..], [(code, _)] if *code == case.code), "{}", case.code);
    }
}
