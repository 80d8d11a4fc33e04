//! The workbooks that a run leaves beside its snapshot: one for each provider, and one of all findings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::RecordBatch;

use super::{Job, PipelineError};
use crate::model::Table;
use crate::report::{FindingsInput, ProviderInput, RuleWords, findings_workbook, provider_workbook};
use crate::store::{SnapshotId, Store};

/// Writes the workbooks; the count of them comes back.
pub(super) fn write(job: &Job<'_>, store: &Store, id: &SnapshotId, tables: &[Table]) -> Result<u64, PipelineError> {
    let batches = |name: &str| -> &[RecordBatch] {
        tables.iter().find(|table| table.name.as_str() == name).map_or(&[], |table| &table.batches)
    };
    let titles: BTreeMap<String, String> = job
        .plan
        .schemas
        .values()
        .flat_map(|schema| &schema.fields)
        .map(|field| (field.name.clone(), field.title.clone()))
        .collect();
    let mut written = 0;
    let providers: BTreeSet<&str> = job.plan.sources.iter().map(|source| source.provider.as_str()).collect();
    for provider in providers {
        let sources: Vec<String> = job
            .plan
            .sources
            .iter()
            .filter(|source| source.provider == provider)
            .map(|source| source.id.clone())
            .collect();
        let workbook = provider_workbook(&ProviderInput {
            provider,
            sources: &sources,
            quarantine: batches("quarantine"),
            issue: batches("issue"),
            ledger: batches("ledger"),
            titles: &titles,
            as_of: job.today,
            lang: job.lang,
        })?;
        if workbook.kept_out + workbook.doubtful > 0 {
            let name = format!("{}-{}.xlsx", file_name(provider), job.lang.pick("问题数据", "faults"));
            store.write_report_file(id, Path::new(&name), &workbook.bytes)?;
            written += 1;
        }
    }
    let rules: BTreeMap<String, RuleWords> = job
        .plan
        .rules
        .iter()
        .map(|rule| {
            let words =
                RuleWords { title: rule.title.clone(), title_en: rule.title_en.clone(), ground: rule.ground.clone() };
            (rule.code.clone(), words)
        })
        .collect();
    let bytes = findings_workbook(&FindingsInput {
        findings: batches("finding"),
        rules: &rules,
        people: &BTreeMap::new(),
        title: &job.plan.title,
        as_of: job.today,
        lang: job.lang,
    })?;
    store.write_report_file(id, Path::new(job.lang.pick("线索.xlsx", "findings.xlsx")), &bytes)?;
    Ok(written + 1)
}

/// A provider's name as a file name.
fn file_name(provider: &str) -> String {
    provider.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}
