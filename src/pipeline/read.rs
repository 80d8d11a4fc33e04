//! Reads every file of every source and takes its rows as far as validation; files are spread over the cores.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Job, PipelineError};
use crate::model::{
    Fault, LedgerEntry, Observer, RawTable, RowRef, Schema, Severity, ShapeError, SheetPlace, SheetStatus, SkippedLine,
    Stage, ValidTable, Words,
};
use crate::plan::{Plan, Source};
use crate::source::{self, Event, FileFate, Found, FoundFile};
use crate::stage::map::map;
use crate::stage::normalise::{NormaliseContext, normalise};
use crate::stage::validate::{Duplicates, ValidateContext, Validated, validate};
use crate::store::Input;

/// All that was read, in the order of sources, files, sheets and rows.
#[derive(Default)]
pub(super) struct Reading {
    pub tables: Vec<ValidTable>,
    pub quarantine: Vec<Fault>,
    pub issues: Vec<Fault>,
    pub skipped: Vec<SkippedLine>,
    pub ledger: Vec<LedgerEntry>,
    pub inputs: Vec<Input>,
    /// Sources of which no sheet could be read to its end.
    pub missing: Vec<String>,
}

/// Reads all sources.
pub(super) fn read(job: &Job<'_>, validating: &ValidateContext) -> Result<Reading, PipelineError> {
    let Job { plan, limits, observer, .. } = *job;
    observer.stage_started(Stage::Discover);
    let mut reading = Reading::default();
    let mut work: Vec<(&Source, FoundFile)> = Vec::new();
    for source in &plan.sources {
        let Found { files, warnings } = source::discover(&plan.folder, source, limits)?;
        warnings.iter().for_each(|words| observer.message(Severity::Warning, words));
        work.extend(files.into_iter().map(|file| (source, file)));
    }
    let to_read = || work.iter().filter(|(_, file)| file.fate == FileFate::Read);
    observer.files_found(to_read().count() as u64, to_read().map(|(_, file)| file.size).sum());
    observer.stage_finished(Stage::Discover);

    observer.stage_started(Stage::Read);
    // Largest first, so that no core is left alone with the largest file at the end.
    let mut order: Vec<usize> = (0..work.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(work[*at].1.size));
    let mut read: Vec<(usize, Result<OneFile, PipelineError>)> = order
        .into_par_iter()
        .with_max_len(1)
        .map(|at| {
            let (source, file) = &work[at];
            (at, read_one(job, source, file, validating))
        })
        .collect();
    read.sort_by_key(|(at, _)| *at);
    for (at, file) in read {
        reading.take(file?, &work[at].1, &work[at].0.id);
    }
    reading.missing = missing(plan.sources.iter().map(|source| source.id.as_str()), &reading.ledger);
    observer.stage_finished(Stage::Read);
    Ok(reading)
}

/// What one file gave.
#[derive(Default)]
struct OneFile {
    tables: Vec<ValidTable>,
    quarantine: Vec<Fault>,
    issues: Vec<Fault>,
    skipped: Vec<SkippedLine>,
    ledger: Vec<LedgerEntry>,
    /// Physical rows of the sheet at hand that validation keeps out.
    kept_out: u64,
}

impl OneFile {
    fn append(&mut self, mut part: OneFile) {
        self.tables.append(&mut part.tables);
        self.quarantine.append(&mut part.quarantine);
        self.issues.append(&mut part.issues);
        self.skipped.append(&mut part.skipped);
        self.ledger.append(&mut part.ledger);
    }
}

fn read_one(
    job: &Job<'_>,
    source: &Source,
    file: &FoundFile,
    validating: &ValidateContext,
) -> Result<OneFile, PipelineError> {
    let Job { plan, limits, observer, .. } = *job;
    let place = SheetPlace { source: source.id.clone(), file: file.relative.clone(), sheet: String::new() };
    observer.file_started(&place);
    let normalising =
        NormaliseContext { today: validating.today, values: &source.values, region: Some(plan.region.as_str()) };
    let take = |one: &mut OneFile, event: Event| {
        match event {
            Event::Rows(raw) => {
                observer.rows_read(raw.len() as u64);
                for validated in judged(plan, raw, &normalising, validating)? {
                    one.kept_out += validated.quarantined_rows;
                    one.quarantine.extend(validated.quarantine);
                    one.issues.extend(validated.issues);
                    if !validated.table.is_empty() {
                        one.tables.push(validated.table);
                    }
                }
            }
            Event::Skipped(line) => one.skipped.push(line),
            Event::Held(faults) => one.quarantine.extend(faults),
            Event::Doubts(faults) => one.issues.extend(faults),
            Event::End(end) => {
                let mut entry = end.ledger;
                entry.quarantined += std::mem::take(&mut one.kept_out);
                say_trouble(&entry, file, observer);
                one.ledger.push(entry);
            }
            Event::File(_) | Event::Sheet(_) | Event::HeldSheet(_) => {}
        }
        Ok::<(), PipelineError>(())
    };
    let mut one = OneFile::default();
    source::read_sheets(file, source, limits, &take)?.into_iter().for_each(|part| one.append(part));
    say_tableless(&one.ledger, file, observer);
    observer.file_finished(&place, file.size);
    Ok(one)
}

/// Takes rows as far as validation: those of the sheet, and those of the people listed in them.
pub(super) fn judged(
    plan: &Plan,
    raw: RawTable,
    normalising: &NormaliseContext<'_>,
    validating: &ValidateContext,
) -> Result<Vec<Validated>, ShapeError> {
    let members = members_of(plan, &raw.head().schema);
    let mapped = map(raw, members)?;
    let tables = [Some(mapped.rows), mapped.members].into_iter().flatten();
    tables.map(|table| validate(normalise(table, normalising)?, validating)).collect()
}

fn members_of<'a>(plan: &'a Plan, schema: &Schema) -> Option<&'a Arc<Schema>> {
    plan.schemas.get(&schema.members.as_ref()?.schema)
}

const NO_DATA: (&str, &str) = ("没有数据", "holds no data");

/// A file or sheet that could not be read is said at once, with its name and what to do.
fn say_trouble(entry: &LedgerEntry, file: &FoundFile, observer: &dyn Observer) {
    let place = match entry.place.sheet.as_str() {
        "" => entry.place.file.clone(),
        sheet => format!("{} / {sheet}", entry.place.file),
    };
    let status = match entry.status {
        SheetStatus::Failed => ("读取失败", "could not be read"),
        SheetStatus::HeldBack => ("整表未入库", "was held back whole"),
        SheetStatus::Empty => ("是空的", "is empty"),
        SheetStatus::NoTable if file.fate == FileFate::Read && entry.place.sheet.is_empty() => {
            ("没有表格", "holds no table")
        }
        // A township with nothing to report is no trouble, but somebody may wonder.
        SheetStatus::Read if entry.physical_rows == entry.heading + entry.footing + entry.blank => NO_DATA,
        SheetStatus::Read if entry.reason != Words::default() => ("读得不全", "was not read whole"),
        SheetStatus::Read | SheetStatus::NoTable | SheetStatus::Superseded | SheetStatus::CarriedOver => return,
    };
    let source = &entry.place.source;
    let severity = if status == NO_DATA { Severity::Info } else { Severity::Warning };
    observer.message(
        severity,
        &Words::new(
            format!("来源 {source} 的 {place} {}：{}", status.0, entry.reason.zh),
            format!("source {source}: {place} {}: {}", status.1, entry.reason.en),
        ),
    );
}

/// A workbook of which no sheet was taken for a table: its sheets may be named otherwise than the source expects.
fn say_tableless(ledger: &[LedgerEntry], file: &FoundFile, observer: &dyn Observer) {
    let nothing = |entry: &LedgerEntry| matches!(entry.status, SheetStatus::NoTable | SheetStatus::Empty);
    let tableless = ledger.iter().find(|entry| entry.status == SheetStatus::NoTable && !entry.place.sheet.is_empty());
    let Some(first) = tableless.filter(|_| file.fate == FileFate::Read && ledger.iter().all(nothing)) else { return };
    let (source, name, sheet) = (&first.place.source, &first.place.file, &first.place.sheet);
    observer.message(
        Severity::Warning,
        &Words::new(
            format!("来源 {source} 的 {name} 没有读出任何表格：工作表“{sheet}”{}", first.reason.zh),
            format!("source {source}: no table was read from {name}: sheet {sheet}: {}", first.reason.en),
        ),
    );
}

impl Reading {
    fn take(&mut self, one: OneFile, file: &FoundFile, source: &str) {
        self.tables.extend(one.tables);
        self.quarantine.extend(one.quarantine);
        self.issues.extend(one.issues);
        self.skipped.extend(one.skipped);
        self.ledger.extend(one.ledger);
        self.inputs.push(Input {
            source: source.to_owned(),
            file: file.relative.clone(),
            sha256: file.sha256.clone(),
            size: file.size,
            period: file.period.clone(),
            carried_from: None,
        });
    }
}

/// A register that is there but cannot be read leaves its people out as one that is not there does.
fn missing<'a>(sources: impl Iterator<Item = &'a str>, ledger: &[LedgerEntry]) -> Vec<String> {
    let held = |entry: &&LedgerEntry| matches!(entry.status, SheetStatus::Read | SheetStatus::HeldBack);
    let there: HashSet<&str> = ledger.iter().filter(held).map(|entry| entry.place.source.as_str()).collect();
    sources.filter(|source| !there.contains(source)).map(str::to_owned).collect()
}

/// Rows that repeat an earlier row of their source, cell by cell, each with that row. Tables come in row order.
pub(super) fn duplicates(tables: &[ValidTable]) -> Vec<(RowRef, RowRef)> {
    let mut seen = Duplicates::new();
    let mut found = Vec::new();
    for (index, table) in (0u32..).zip(tables) {
        found.extend(seen.add(index, table));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::missing;
    use crate::model::{LedgerEntry, SheetPlace, SheetStatus, Words};

    #[test]
    fn a_source_whose_files_cannot_be_read_is_as_missing_as_one_without_files() {
        let entry = |source: &str, status| {
            let place = SheetPlace { source: source.into(), file: "a.xlsx".into(), sheet: String::new() };
            LedgerEntry::new(Arc::new(place), status, Words::default())
        };
        let ledger = [
            entry("torn", SheetStatus::Failed),
            entry("torn", SheetStatus::Superseded),
            entry("empty", SheetStatus::Empty),
            entry("held", SheetStatus::HeldBack),
            entry("half", SheetStatus::Failed),
            entry("half", SheetStatus::Read),
        ];
        let sources = ["torn", "empty", "held", "half", "absent"];
        assert_eq!(missing(sources.into_iter(), &ledger), ["torn", "empty", "absent"]);
    }
}
