//! `ronghe report`: the workbooks of a snapshot, made anew.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, RecordBatch};
use chrono::NaiveDate;

use super::args::ReportArguments;
use super::database::open;
use super::exit::{Exit, Failure};
use super::render::Console;
use crate::model::{Severity, Words};
use crate::report::{Document, DocumentsInput, ReportError, RuleWords, cell, documents};
use crate::stage::catalogue::RULES;
use crate::store::{Snapshot, Store, StoreError, create_dir, write_file};

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Failure {
        Failure::new(Exit::Failed, "报表无法生成", "a report could not be made").because(&error)
    }
}

/// Writes the workbooks of the snapshot that was asked for.
pub fn run(of: &ReportArguments, console: &Console) -> Result<Exit, Failure> {
    let (store, snapshot) = open(&of.database, of.snapshot.as_deref())?;
    let (folder, count) = write_documents(&store, &snapshot, of.output.as_deref(), console)?;
    console.say(
        Severity::Info,
        &Words::new(format!("已写出 {count} 份报表：{folder}"), format!("{count} workbooks written to {folder}")),
    );
    Ok(Exit::Done)
}

/// Writes the workbooks of a snapshot into `folder`, or to where the database keeps its reports; where that is, and how
/// many there are.
pub fn write_documents(
    store: &Store,
    snapshot: &Snapshot,
    folder: Option<&Path>,
    console: &Console,
) -> Result<(String, u64), Failure> {
    let manifest = snapshot.manifest();
    let (ledger, finding) = (table(snapshot, "ledger")?, table(snapshot, "finding")?);
    let (quarantine, issue) = (table(snapshot, "quarantine")?, table(snapshot, "issue")?);
    let (_, person) = snapshot.read_columns("person", &["person_id", "name", "county", "town"])?;
    if let Some(folder) = folder {
        create_dir(folder)?;
    }
    let count = documents(
        &DocumentsInput {
            quarantine: &quarantine,
            issue: &issue,
            ledger: &ledger,
            finding: &finding,
            person: &person,
            providers: &providers(&ledger),
            titles: &titles(snapshot)?,
            rules: &rules(snapshot)?,
            title: &manifest.title,
            as_of: NaiveDate::parse_from_str(&manifest.as_of, "%Y-%m-%d").unwrap_or_default(),
            lang: console.lang,
        },
        |Document { file_name, bytes }| -> Result<(), Failure> {
            match folder {
                Some(folder) => write_file(&folder.join(file_name), &bytes)?,
                None => drop(store.write_report_file(snapshot.id(), Path::new(&file_name), &bytes)?),
            }
            Ok(())
        },
    )?;
    let kept = store.reports_dir(snapshot.id());
    Ok((folder.unwrap_or(&kept).display().to_string(), count))
}

fn table(snapshot: &Snapshot, name: &str) -> Result<Vec<RecordBatch>, StoreError> {
    if snapshot.has_table(name) { snapshot.read(name).map(|(_, batches)| batches) } else { Ok(Vec::new()) }
}

/// The words of the rules, which the snapshot keeps among its code tables.
fn rules(snapshot: &Snapshot) -> Result<BTreeMap<String, RuleWords>, StoreError> {
    let mut rules = BTreeMap::new();
    for batch in table(snapshot, "codes")? {
        let text = |name: &str, row: usize| {
            batch.column_by_name(name).and_then(|array| cell::text(array, row)).unwrap_or_default()
        };
        for row in (0..batch.num_rows()).filter(|row| text("code_table", *row) == RULES) {
            let title = text("term", row);
            let words = RuleWords { title_en: title.clone(), title, ground: text("standard", row) };
            rules.insert(text("standard_code", row), words);
        }
    }
    Ok(rules)
}

/// Source → provider, where the ledger says it.
fn providers(ledger: &[RecordBatch]) -> BTreeMap<String, String> {
    let mut providers = BTreeMap::new();
    for batch in ledger {
        let (Some(sources), Some(names)) = (batch.column_by_name("source"), batch.column_by_name("provider")) else {
            continue;
        };
        let pairs = (0..sources.len()).filter_map(|row| Some((cell::text(sources, row)?, cell::text(names, row)?)));
        providers.extend(pairs);
    }
    providers
}

/// The Chinese titles of all columns of the snapshot.
fn titles(snapshot: &Snapshot) -> Result<BTreeMap<String, String>, StoreError> {
    let mut titles = BTreeMap::new();
    for name in snapshot.tables() {
        for field in snapshot.schema(name)?.fields() {
            if let Some(title) = field.metadata().get("title") {
                titles.entry(field.name().clone()).or_insert_with(|| title.clone());
            }
        }
    }
    Ok(titles)
}
