//! The workbooks that a run leaves beside its snapshot: one for each provider, and one of all findings.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::RecordBatch;

use super::{Job, PipelineError};
use crate::model::Table;
use crate::plan::Rule;
use crate::report::{Document, DocumentsInput, RuleWords, documents};
use crate::store::{SnapshotId, Store};

/// Writes the workbooks; the count of them comes back.
pub(super) fn write(job: &Job<'_>, store: &Store, id: &SnapshotId, tables: &[Table]) -> Result<u64, PipelineError> {
    let batches = |name: &str| -> &[RecordBatch] {
        tables.iter().find(|table| table.name.as_str() == name).map_or(&[], |table| &table.batches)
    };
    let providers: BTreeMap<String, String> =
        job.plan.sources.iter().map(|source| (source.id.clone(), source.provider.clone())).collect();
    let titles: BTreeMap<String, String> = job
        .plan
        .schemas
        .values()
        .flat_map(|schema| &schema.fields)
        .map(|field| (field.name.clone(), field.title.clone()))
        .collect();
    documents(
        &DocumentsInput {
            quarantine: batches("quarantine"),
            issue: batches("issue"),
            ledger: batches("ledger"),
            finding: batches("finding"),
            person: batches("person"),
            providers: &providers,
            titles: &titles,
            rules: &rule_words(&job.plan.rules),
            title: &job.plan.title,
            as_of: job.today,
            lang: job.lang,
        },
        |Document { file_name, bytes }| -> Result<(), PipelineError> {
            store.write_report_file(id, Path::new(&file_name), &bytes)?;
            Ok(())
        },
    )
}

/// Rule code → what people are told of it.
fn rule_words(rules: &[Rule]) -> BTreeMap<String, RuleWords> {
    let words = |rule: &Rule| RuleWords {
        title: rule.title.clone(),
        title_en: rule.title_en.clone(),
        ground: rule.ground.clone(),
    };
    rules.iter().map(|rule| (rule.code.clone(), words(rule))).collect()
}
