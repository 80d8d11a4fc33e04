//! All documents of a snapshot: a workbook for every provider, and one of the findings.

use std::collections::{BTreeMap, HashSet};

use arrow::array::RecordBatch;
use chrono::NaiveDate;

use super::findings::{FindingsInput, RuleWords, findings_workbook};
use super::workbook::{ProviderInput, Texts, provider_workbook};
use super::{ReportError, cell};
use crate::model::Lang;

/// The tables of a snapshot that documents are made of, and the words that go with them.
pub struct DocumentsInput<'a> {
    pub quarantine: &'a [RecordBatch],
    pub issue: &'a [RecordBatch],
    pub ledger: &'a [RecordBatch],
    pub finding: &'a [RecordBatch],
    /// At least `person_id`, `name`, `county` and `town`.
    pub person: &'a [RecordBatch],
    /// Source id → provider; a source that is absent goes by its id.
    pub providers: &'a BTreeMap<String, String>,
    /// Field name → Chinese title.
    pub titles: &'a BTreeMap<String, String>,
    pub rules: &'a BTreeMap<String, RuleWords>,
    /// Title of the pipeline.
    pub title: &'a str,
    pub as_of: NaiveDate,
    pub lang: Lang,
}

/// A finished document.
#[derive(Debug)]
pub struct Document {
    /// A plain file name, with its extension.
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// Hands one document after the other to `write`, so that only one is in memory; how many there were.
pub fn documents<E: From<ReportError>>(
    input: &DocumentsInput<'_>,
    mut write: impl FnMut(Document) -> Result<(), E>,
) -> Result<u64, E> {
    let mut count = 0;
    let mut taken = HashSet::new();
    for (provider, sources) in by_provider(input)? {
        let workbook = provider_workbook(&ProviderInput {
            provider: &provider,
            sources: &sources,
            quarantine: input.quarantine,
            issue: input.issue,
            ledger: input.ledger,
            titles: input.titles,
            as_of: input.as_of,
            lang: input.lang,
        })?;
        let part = free_part(&mut taken, &provider);
        let file_name = format!("{}_{part}.xlsx", input.lang.pick("反馈", "feedback"));
        write(Document { file_name, bytes: workbook.bytes })?;
        count += 1;
    }
    let people = people(input)?;
    let bytes = findings_workbook(&FindingsInput {
        findings: input.finding,
        rules: input.rules,
        people: &people,
        title: input.title,
        as_of: input.as_of,
        lang: input.lang,
    })?;
    write(Document { file_name: format!("{}.xlsx", input.lang.pick("线索", "leads")), bytes })?;
    Ok(count + 1)
}

/// The sources of the ledger by their providers.
fn by_provider(input: &DocumentsInput<'_>) -> Result<BTreeMap<String, Vec<String>>, ReportError> {
    let mut providers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for batch in input.ledger {
        let texts = Texts::new("ledger", batch);
        for row in 0..batch.num_rows() {
            let source = texts.get("source", row)?;
            let provider = input.providers.get(&source).filter(|p| !p.is_empty()).unwrap_or(&source);
            let sources = providers.entry(provider.clone()).or_default();
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    Ok(providers)
}

/// Name and place of the people whom findings are about.
fn people(input: &DocumentsInput<'_>) -> Result<BTreeMap<String, String>, ReportError> {
    let mut people = BTreeMap::new();
    for batch in input.finding {
        let ids = Texts::new("finding", batch).column("person_id")?;
        people.extend((0..batch.num_rows()).filter_map(|row| Some((cell::text(ids, row)?, String::new()))));
    }
    for batch in input.person {
        let texts = Texts::new("person", batch);
        for row in 0..batch.num_rows() {
            if let Some(words) = people.get_mut(&texts.get("person_id", row)?) {
                let (county, town) = (texts.get("county", row)?, texts.get("town", row)?);
                let name = texts.get("name", row)?;
                *words =
                    if county.is_empty() && town.is_empty() { name } else { format!("{name}（{county}{town}）") };
            }
        }
    }
    Ok(people)
}

/// The provider's part of a file's name that no other provider has: the second would replace the first one's file.
fn free_part(taken: &mut HashSet<String>, provider: &str) -> String {
    let base = file_part(provider);
    let mut part = base.clone();
    let mut n = 1;
    // Some systems compare names without regard to case.
    while !taken.insert(part.to_lowercase()) {
        n += 1;
        part = format!("{base}_{n}");
    }
    part
}

/// A text as part of a file's name on any system.
fn file_part(text: &str) -> String {
    let part: String =
        text.chars().map(|c| if "/\\:*?\"<>|".contains(c) || c.is_control() { '_' } else { c }).collect();
    part.trim_matches(['.', ' ']).chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{file_part, free_part};

    #[test]
    fn two_providers_never_share_a_file() {
        let mut taken = HashSet::new();
        let parts = ["民政局/一科", "民政局_一科", "A", "a"].map(|provider| free_part(&mut taken, provider));
        assert_eq!(parts, ["民政局_一科", "民政局_一科_2", "A", "a_2"]);
    }

    #[test]
    fn a_provider_s_name_makes_a_file_s_name() {
        assert_eq!(file_part("市民政局/救助科"), "市民政局_救助科");
        assert_eq!(file_part("../x. "), "_x");
    }
}
