//! Carrying over: what a source stood for in the snapshot before stands for it again where nothing of it can be read.
//!
//! Rows, doubts and accounts are taken as they were, with their row ids, so that every value still leads to the cell that
//! it was first read from. Nothing is made up: what the snapshot does not hold (the rows that concerned nobody) is said.

mod past;
mod supply;
mod telling;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::Array;
use arrow::compute::concat_batches;
use chrono::NaiveDate;

use super::PipelineError;
use super::read::Reading;
use crate::model::{LedgerEntry, Schema, SheetPlace, SheetStatus, ValidTable, Words};
use crate::plan::{Missing, Plan, Source};
use crate::stage::carried::{self, CarryError};
use crate::stage::catalogue::Known;
use crate::stage::validate::Duplicates;
use crate::store::Snapshot;
use past::Past;

/// What came of carrying a source over.
pub(super) enum Carried {
    /// Its rows of the snapshot before are here; says so.
    Over(Words),
    /// They cannot be; says why.
    Not(Words),
}

/// Sources by id.
pub(super) type CarriedSources = BTreeMap<String, Carried>;

/// What was carried over.
#[derive(Default)]
pub(super) struct CarriedOver {
    pub sources: CarriedSources,
    /// What the catalogue says of it.
    pub supplied: Known,
}

/// Carries over every source that asks for it and of which nothing could be read.
pub(super) fn carry_over(
    plan: &Plan,
    reading: &mut Reading,
    before: Option<&Snapshot>,
    today: NaiveDate,
) -> Result<CarriedOver, PipelineError> {
    let mut carried = CarriedOver::default();
    for source in plan.sources.iter().filter(|source| source.gate.missing == Missing::CarryOver) {
        let is_read = |entry: &LedgerEntry| entry.place.source == source.id && entry.status == SheetStatus::Read;
        if reading.ledger.iter().any(is_read) {
            continue;
        }
        let why = telling::why_missing(source, reading);
        let attempt = match before {
            Some(snapshot) => Attempt { plan, source, snapshot, today }.rows()?,
            None => Err(Words::new("也没有上一快照可以沿用", "there is no snapshot before to carry it over from")),
        };
        carried.sources.insert(
            source.id.clone(),
            match attempt {
                Ok((past, tables)) => Carried::Over(take(reading, &source.id, past, tables, &why)),
                Err(reason) => Carried::Not(telling::refused(&source.id, &why, &reason)),
            },
        );
    }
    if let Some(before) = before
        && carried.sources.values().any(|carried| matches!(carried, Carried::Over(_)))
    {
        in_order_of_sources(plan, reading);
        carried.supplied = supply::known(plan, &carried.sources, before)?;
    }
    Ok(carried)
}

/// One source's way back out of a snapshot.
struct Attempt<'a> {
    plan: &'a Plan,
    source: &'a Source,
    snapshot: &'a Snapshot,
    today: NaiveDate,
}

/// What is taken over, or why nothing can be.
type Attempted<T> = Result<Result<T, Words>, PipelineError>;

impl Attempt<'_> {
    fn rows(&self) -> Attempted<(Past, Vec<ValidTable>)> {
        let Some(mut past) = Past::of(self.snapshot, &self.source.id)? else {
            let id = self.snapshot.id();
            return Ok(Err(Words::new(
                format!("上一快照 {id} 里也没有它的数据"),
                format!("the snapshot before, {id}, has nothing of it"),
            )));
        };
        let tables = match self.tables(&past)? {
            Ok(tables) => tables,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(match settle_back(&mut past.ledger, &tables) {
            Ok(()) => Ok((past, tables)),
            Err(reason) => Err(reason),
        })
    }

    /// The accepted rows and their copies, by sheet in the order of the ledger.
    fn tables(&self, past: &Past) -> Attempted<Vec<ValidTable>> {
        let schemas = schemas_of(self.plan, self.source);
        let published: Vec<String> = self.snapshot.tables().map(str::to_owned).collect();
        let mut tables = Vec::new();
        for name in published {
            if self.snapshot.schema(&name)?.index_of("row_key").is_err() {
                continue;
            }
            let (columns, batches) = self.snapshot.read_where(&name, "source", &self.source.id)?;
            if batches.is_empty() {
                continue;
            }
            let Some(schema) = schemas.iter().find(|schema| schema.name == name) else {
                return Ok(Err(Words::new(
                    format!("来源已不用表种 {name}，而上期数据属于它"),
                    format!("the source does not use the schema {name} any more, and its rows are of it"),
                )));
            };
            let rows = concat_batches(&columns, &batches)?;
            match carried::valid_tables(&rows, schema, &past.beside, self.today) {
                Ok(sheets) => tables.extend(sheets),
                Err(CarryError::Misfit(reason)) => return Ok(Err(reason)),
                Err(CarryError::Shape(error)) => return Err(error.into()),
            }
        }
        let at: HashMap<&SheetPlace, usize> =
            past.ledger.iter().enumerate().map(|(at, entry)| (&*entry.place, at)).collect();
        let schema_at = |table: &ValidTable| schemas.iter().position(|schema| schema.name == table.schema().name);
        tables.sort_by_key(|table| (at.get(&**table.place()).copied(), schema_at(table)));
        Ok(Ok(tables))
    }
}

/// The schemas that a source's rows may be of, that of the members after that of their households.
fn schemas_of(plan: &Plan, source: &Source) -> Vec<Arc<Schema>> {
    let members = |schema: &Schema| plan.schemas.get(&schema.members.as_ref()?.schema).cloned();
    source.schemas.iter().flat_map(|schema| [Some(schema.clone()), members(schema)]).flatten().collect()
}

/// Takes the fates that linking decides out of the accounts again, since it decides anew.
fn settle_back(ledger: &mut [LedgerEntry], tables: &[ValidTable]) -> Result<(), Words> {
    let torn =
        || Err(Words::new("上一快照的行数与其账目不符", "the rows of the snapshot before do not fit its account"));
    let at: HashMap<Arc<SheetPlace>, usize> =
        ledger.iter().enumerate().map(|(at, entry)| (entry.place.clone(), at)).collect();
    let mut rows = vec![(0u64, 0u64); ledger.len()];
    let mut duplicates = Duplicates::new();
    for (index, table) in (0u32..).zip(tables) {
        let Some((accepted, copies)) = at.get(table.place()).map(|at| &mut rows[*at]) else { return torn() };
        let copied: HashSet<u32> = duplicates.add(index, table).into_iter().map(|(row, _)| row.row).collect();
        let Some(nths) = table.batch().column_by_name("nth") else { return torn() };
        // A line that lists several people counts once, by the row that stands for it.
        for row in (0u32..).zip(0..table.len()).filter(|(_, row)| nths.is_null(*row)).map(|(row, _)| row) {
            *(if copied.contains(&row) { &mut *copies } else { &mut *accepted }) += 1;
        }
    }
    for (entry, (accepted, copies)) in ledger.iter_mut().zip(rows) {
        if entry.accepted != accepted || entry.duplicate < copies || !entry.adds_up() {
            return torn();
        }
        entry.accepted = 0;
        entry.duplicate -= copies;
        entry.rows_out = 0;
    }
    Ok(())
}

/// Puts what was carried over in the place of what could not be read, and says so.
fn take(reading: &mut Reading, source: &str, past: Past, tables: Vec<ValidTable>, why: &Words) -> Words {
    let Past { mut ledger, inputs, quarantine, issues, skipped, accepted: rows, .. } = past;
    let unrelated = ledger.iter().map(|entry| entry.unrelated).sum();
    let words = telling::carried(source, why, rows, unrelated, &inputs);
    for entry in &mut ledger {
        let input = inputs.iter().find(|input| input.file == entry.place.file);
        entry.reason = telling::of_sheet(why, input, entry.unrelated);
    }
    set_aside(reading, source, &ledger);
    reading.tables.extend(tables);
    reading.quarantine.extend(quarantine);
    reading.issues.extend(issues);
    reading.skipped.extend(skipped);
    reading.inputs.extend(inputs);
    reading.ledger.extend(ledger);
    words
}

/// Lets go of what a torn file gave before it broke off, and of lines whose row ids now mean those of a carried sheet. The
/// account of such a sheet says how many lines it was.
fn set_aside(reading: &mut Reading, source: &str, carried: &[LedgerEntry]) {
    let places: HashSet<&SheetPlace> = carried.iter().map(|entry| &*entry.place).collect();
    let mut gone: HashSet<Arc<SheetPlace>> = HashSet::new();
    for entry in reading.ledger.iter_mut().filter(|entry| entry.place.source == source) {
        let goes = entry.status == SheetStatus::Failed || places.contains(&*entry.place);
        if goes {
            gone.insert(entry.place.clone());
            let fresh = LedgerEntry::new(entry.place.clone(), entry.status, telling::set_aside(entry));
            *entry = fresh;
        }
    }
    reading.tables.retain(|table| table.place().source != source);
    reading.quarantine.retain(|fault| !gone.contains(&fault.place));
    reading.issues.retain(|fault| !gone.contains(&fault.place));
    reading.skipped.retain(|line| !gone.contains(&line.place));
}

/// As if all had been read: in the order of the plan's sources, what is carried over after what was found tonight.
fn in_order_of_sources(plan: &Plan, reading: &mut Reading) {
    let at: HashMap<&str, usize> =
        plan.sources.iter().enumerate().map(|(at, source)| (source.id.as_str(), at)).collect();
    let of = |source: &str| at.get(source).copied();
    reading.tables.sort_by_key(|table| of(&table.place().source));
    reading.skipped.sort_by_key(|line| of(&line.place.source));
    reading.ledger.sort_by_key(|entry| of(&entry.place.source));
    reading.inputs.sort_by_key(|input| of(&input.source));
}
