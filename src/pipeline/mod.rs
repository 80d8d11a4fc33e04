//! The main job as a story: read every file, find who is who, fuse, cross-match, measure, publish, report.

mod account;
mod carry_over;
mod gate;
mod inspect;
mod job;
mod memory;
mod read;
mod workbooks;

use crate::model::{Entities, FaultTable, Findings, Measures, Severity, Stage, Words};
use crate::stage::analyse::analyse;
use crate::stage::catalogue;
use crate::stage::crossmatch::crossmatch;
use crate::stage::fuse::fuse;
use crate::stage::link::link;
use crate::stage::validate::ValidateContext;
use crate::store::{LedgerTotals, Lock, SnapshotContent, SnapshotId, Store, StoreError};
use memory::Memory;
use read::Reading;

pub use inspect::{ColumnInspection, FaultKind, Inspection, SheetInspection, inspect};
pub use job::{Job, Linked, Outcome, PipelineError, Published};

/// The whole job. One run at a time works on a database; a second one is told who is at it.
pub fn run(job: &Job<'_>) -> Result<Outcome, PipelineError> {
    let store = Store::create(&job.plan.database)?;
    let lock = store.lock(&job.now.to_rfc3339())?;
    let memory = Memory::of(&store, job.key)?;
    let mut linked = read_and_link(job, &memory)?;
    if !linked.refusals.is_empty() {
        return Ok(Outcome { linked, published: None });
    }
    let links = std::mem::take(&mut linked.links);
    let mut notes = links.notes.clone();
    let Entities { mut tables, next_person, next_household } =
        watched(job, Stage::Fuse, || fuse(links, job.plan, &memory.ids, job.today))?;
    let Findings { table, skipped_rules, notes: keyless } =
        watched(job, Stage::Crossmatch, || crossmatch(&tables, &job.plan.rules, &memory.findings, job.today))?;
    notes.extend(keyless);
    let Measures { tables: measured, notes: more } =
        watched(job, Stage::Analyse, || analyse(&tables, job.plan, &memory.ranks, job.today))?;
    notes.extend(more);
    tables.retain(|table| !measured.iter().any(|newer| newer.name == table.name));
    tables.extend(measured);
    tables.push(table);
    tables.append(&mut linked.extra_tables);
    tables.sort_by(|a, b| a.name.cmp(&b.name));

    let content = SnapshotContent {
        tables: tables.clone(),
        inputs: std::mem::take(&mut linked.inputs),
        ledger: LedgerTotals::of(&linked.ledger),
        pipeline: job.plan.name.clone(),
        title: job.plan.title.clone(),
        plan_hash: job.plan.hash.clone(),
        as_of: job.today,
        created_at: job.now,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        next_person,
        next_household,
        last_decision: None,
        notes: notes.iter().map(|note| note.zh.clone()).collect(),
    };
    let snapshot = watched(job, Stage::Publish, || publish(&store, &lock, content))?;
    // What is published stays published: a workbook can be made again.
    let workbooks = watched(job, Stage::Report, || workbooks::write(job, &store, &snapshot, &tables));
    let workbooks = workbooks.unwrap_or_else(|error| {
        job.observer.message(
            Severity::Warning,
            &Words::new(
                format!("快照已发布，但反馈表没有写全（{error}）；可用 ronghe report 重新生成"),
                format!("published, but not all workbooks were written ({error}); ronghe report makes them again"),
            ),
        );
        0
    });
    let reports = store.reports_dir(&snapshot);
    Ok(Outcome { linked, published: Some(Published { snapshot, tables, skipped_rules, notes, reports, workbooks }) })
}

/// Everything up to and including link; publishes nothing and needs no database.
pub fn check(job: &Job<'_>) -> Result<Linked, PipelineError> {
    let memory = match Store::open(&job.plan.database) {
        Ok(store) => Memory::of(&store, job.key)?,
        Err(StoreError::NoDatabase { .. }) => Memory::default(),
        Err(error) => return Err(error.into()),
    };
    read_and_link(job, &memory)
}

fn read_and_link(job: &Job<'_>, memory: &Memory) -> Result<Linked, PipelineError> {
    let validating = ValidateContext { key: job.key, today: job.today };
    let mut reading = read::read(job, &validating)?;
    let carried = carry_over::carry_over(job.plan, &mut reading, memory.snapshot.as_ref(), job.today)?;
    let Reading { tables, mut quarantine, issues, skipped, mut ledger, inputs, missing } = reading;
    let duplicates = read::duplicates(&tables);
    let catalogue = catalogue::catalogue(&tables, job.plan, &carried.supplied)?;
    let mut links = watched(job, Stage::Link, || link(tables, duplicates.clone(), &job.plan.link))?;
    let mut issues = account::follow_rows(issues, &mut links);
    quarantine.append(&mut links.quarantine);
    issues.append(&mut links.issues);
    account::settle(&mut ledger, &links, &duplicates);
    for entry in &ledger {
        job.observer.message(Severity::Trace, &account::in_words(entry));
    }
    if let Some(entry) = account::unbalanced(&ledger) {
        return Err(PipelineError::Unbalanced {
            file: entry.place.file.clone(),
            sheet: entry.place.sheet.clone(),
            physical: entry.physical_rows,
            fates: entry.fates(),
        });
    }
    let verdict = gate::judge(
        job.plan,
        &gate::Evidence {
            ledger: &ledger,
            inputs: &inputs,
            missing: &missing,
            carried: &carried.sources,
            accepted_before: &memory.accepted,
            today: job.today,
        },
    );
    for words in &verdict.warnings {
        job.observer.message(Severity::Warning, words);
    }
    account::sort(&mut quarantine);
    account::sort(&mut issues);
    let extra_tables = vec![
        account::fault_table("quarantine", "未入库", FaultTable::batch(&quarantine)?),
        account::fault_table("issue", "存疑", FaultTable::batch(&issues)?),
        account::ledger_table(&ledger, job.plan)?,
        account::skipped_table(&skipped)?,
        catalogue,
        catalogue::codes(job.plan)?,
    ];
    Ok(Linked {
        withheld: account::withheld_by_town(&links),
        links,
        ledger,
        quarantine,
        issues,
        refusals: verdict.refusals,
        warnings: verdict.warnings,
        extra_tables,
        inputs,
    })
}

fn publish(store: &Store, lock: &Lock, content: SnapshotContent) -> Result<SnapshotId, StoreError> {
    store.publish(lock, content)
}

/// Does one leg of the run and tells the observer.
fn watched<T, E>(job: &Job<'_>, stage: Stage, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    job.observer.stage_started(stage);
    let outcome = work();
    job.observer.stage_finished(stage);
    outcome
}
