//! What the snapshot before lends to the next: ids, findings' status, ranks and counts.

use std::collections::HashMap;

use arrow::array::{Array, Date32Array, Int64Array, RecordBatch, StringArray};
use chrono::NaiveDate;

use crate::stage::analyse::PreviousRanks;
use crate::stage::crossmatch::KnownFinding;
use crate::stage::fuse::{Previous, ordinal};
use crate::store::{Snapshot, Store, StoreError};

/// The memory of a database; empty for a new one.
#[derive(Default)]
pub(super) struct Memory {
    pub ids: Previous,
    pub findings: HashMap<String, KnownFinding>,
    pub ranks: PreviousRanks,
    /// Accepted rows by source.
    pub accepted: HashMap<String, u64>,
}

impl Memory {
    /// Reads the current snapshot, if there is one.
    pub(super) fn of(store: &Store) -> Result<Memory, StoreError> {
        if store.current()?.is_none() {
            return Ok(Memory::default());
        }
        let snapshot = Snapshot::open(store, None)?;
        let mut memory = Memory::default();
        memory.ids.next_person = snapshot.manifest().next_person;
        memory.ids.next_household = snapshot.manifest().next_household;
        memory.recall_ids(&snapshot)?;
        memory.recall_findings(&snapshot)?;
        for batch in read(&snapshot, "region_index", &["region_code", "poverty_rank"])? {
            let (Some(codes), Some(ranks)) = (texts(&batch, 0), typed::<Int64Array>(&batch, 1)) else { continue };
            let known = (0..batch.num_rows()).filter(|row| ranks.is_valid(*row));
            memory.ranks.extend(known.map(|row| (codes.value(row).to_owned(), ranks.value(row))));
        }
        for batch in read(&snapshot, "ledger", &["source", "accepted"])? {
            let accepted = batch.column(1).as_any().downcast_ref::<arrow::array::UInt64Array>();
            let (Some(sources), Some(accepted)) = (texts(&batch, 0), accepted) else { continue };
            for (source, count) in sources.iter().flatten().zip(accepted.values()) {
                *memory.accepted.entry(source.to_owned()).or_default() += count;
            }
        }
        Ok(memory)
    }

    /// Row keys of every schema's table, and numbers that are trusted.
    fn recall_ids(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let columns = ["row_key", "person_id", "household_id"];
        let tables: Vec<String> = snapshot.tables().map(str::to_owned).collect();
        for table in tables {
            let schema = snapshot.schema(&table)?;
            if columns.iter().any(|column| schema.index_of(column).is_err()) {
                continue;
            }
            for batch in read(snapshot, &table, &columns)? {
                let (Some(keys), Some(people), Some(homes)) = (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2))
                else {
                    continue;
                };
                for row in 0..batch.num_rows() {
                    let number = |ids: &StringArray| ids.is_valid(row).then(|| ordinal(ids.value(row))).flatten();
                    self.ids.by_row_key.insert(keys.value(row).to_owned(), (number(people), number(homes)));
                }
            }
        }
        for batch in read(snapshot, "identifier", &["id_number", "person_id", "id_status"])? {
            let (Some(numbers), Some(people), Some(status)) = (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2))
            else {
                continue;
            };
            for row in (0..batch.num_rows()).filter(|row| numbers.is_valid(*row) && status.value(*row) == "valid") {
                if let Some(person) = ordinal(people.value(row)) {
                    self.ids.by_number.insert(numbers.value(row).to_owned(), person);
                }
            }
        }
        Ok(())
    }

    fn recall_findings(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        for batch in read(snapshot, "finding", &["finding_id", "status", "first_seen"])? {
            let (Some(ids), Some(status), Some(seen)) =
                (texts(&batch, 0), texts(&batch, 1), typed::<Date32Array>(&batch, 2))
            else {
                continue;
            };
            for row in (0..batch.num_rows()).filter(|row| seen.is_valid(*row)) {
                let first_seen: Option<NaiveDate> = seen.value_as_date(row);
                if let Some(first_seen) = first_seen {
                    let known = KnownFinding { status: status.value(row).to_owned(), first_seen };
                    self.findings.insert(ids.value(row).to_owned(), known);
                }
            }
        }
        Ok(())
    }
}

fn read(snapshot: &Snapshot, table: &str, columns: &[&str]) -> Result<Vec<RecordBatch>, StoreError> {
    if !snapshot.has_table(table) {
        return Ok(Vec::new());
    }
    let (_, batches) = snapshot.read_columns(table, columns)?;
    // Columns come in the table's order, whatever the order asked for.
    let ordered = |batch: RecordBatch| {
        let at: Result<Vec<usize>, _> = columns.iter().map(|column| batch.schema_ref().index_of(column)).collect();
        at.and_then(|at| batch.project(&at)).ok()
    };
    Ok(batches.into_iter().filter_map(ordered).collect())
}

fn texts(batch: &RecordBatch, column: usize) -> Option<&StringArray> {
    typed(batch, column)
}

fn typed<T: Array + 'static>(batch: &RecordBatch, column: usize) -> Option<&T> {
    batch.columns().get(column)?.as_any().downcast_ref()
}
