//! What the snapshots before lend to the next: ids, findings' status, ranks and counts.

use std::collections::HashMap;

use arrow::array::{Array, Date32Array, Int64Array, RecordBatch, StringArray};
use chrono::NaiveDate;

use crate::stage::analyse::PreviousRanks;
use crate::stage::crossmatch::KnownFinding;
use crate::stage::fuse::{Known, Namesake, Previous, ordinal};
use crate::store::{Snapshot, Store, StoreError};

/// The memory of a database; empty for a new one.
#[derive(Default)]
pub(super) struct Memory {
    pub ids: Previous,
    pub findings: HashMap<String, KnownFinding>,
    pub ranks: PreviousRanks,
    /// Accepted rows by source.
    pub accepted: HashMap<String, u64>,
    /// The snapshot itself, for what is carried over from it.
    pub snapshot: Option<Snapshot>,
}

impl Memory {
    /// Reads the current snapshot, if there is one. `key` is that of the hashes that rows and numbers are known by.
    pub(super) fn of(store: &Store, key: [u8; 32]) -> Result<Memory, StoreError> {
        let mut memory = Memory::default();
        memory.ids.key = key;
        // An id is nobody else's for good, not even where the snapshot that gave it was gone back from.
        (memory.ids.next_person, memory.ids.next_household) = store.next_ordinals()?;
        if store.current()?.is_none() {
            return Ok(memory);
        }
        let snapshot = Snapshot::open(store, None)?;
        memory.recall_ids(&snapshot)?;
        memory.recall_former(&snapshot)?;
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
        memory.snapshot = Some(snapshot);
        Ok(memory)
    }

    /// Row keys of every schema's table, numbers that are trusted, and names within households.
    fn recall_ids(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        // The day is one that the program wrote itself; without it nothing would be remembered for long.
        let last_seen = snapshot.manifest().as_of.parse().unwrap_or_default();
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
                    let known = Known { person: number(people, row), household: number(homes, row), last_seen };
                    self.ids.learn(keys.value(row).to_owned(), known);
                }
            }
        }
        for batch in read(snapshot, "identifier", &["id_number", "person_id", "id_status"])? {
            let (Some(numbers), Some(people), Some(status)) = (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2))
            else {
                continue;
            };
            for row in (0..batch.num_rows()).filter(|row| numbers.is_valid(*row) && status.value(*row) == "valid") {
                let key = self.ids.number_key(numbers.value(row));
                self.ids.learn(key, Known { person: number(people, row), household: None, last_seen });
            }
        }
        for batch in read(snapshot, "person", &["household_id", "name", "person_id", "birth_date"])? {
            let (Some(homes), Some(names), Some(people), Some(births)) =
                (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2), typed::<Date32Array>(&batch, 3))
            else {
                continue;
            };
            for row in (0..batch.num_rows()).filter(|row| names.is_valid(*row)) {
                if let (Some(home), Some(person)) = (number(homes, row), number(people, row)) {
                    let born = births.is_valid(row).then(|| births.value_as_date(row)).flatten();
                    let named = self.ids.named.entry((home, names.value(row).to_owned())).or_default();
                    named.push(Namesake { person, birth_date: born.map(|day| day.to_string()) });
                }
            }
        }
        Ok(())
    }

    /// What the people and households were known by whom the snapshot itself does not hold.
    fn recall_former(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        for batch in read(snapshot, "former_key", &["key_hash", "person_id", "household_id", "last_seen"])? {
            let (Some(keys), Some(people), Some(homes), Some(seen)) =
                (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2), typed::<Date32Array>(&batch, 3))
            else {
                continue;
            };
            for row in 0..batch.num_rows() {
                let last_seen = seen.value_as_date(row).unwrap_or_default();
                let known = Known { person: number(people, row), household: number(homes, row), last_seen };
                self.ids.known.entry(keys.value(row).to_owned()).or_insert(known);
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

pub(super) fn read(snapshot: &Snapshot, table: &str, columns: &[&str]) -> Result<Vec<RecordBatch>, StoreError> {
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

/// The ordinal inside an id, where there is one.
fn number(ids: &StringArray, row: usize) -> Option<u64> {
    ids.is_valid(row).then(|| ordinal(ids.value(row))).flatten()
}

pub(super) fn texts(batch: &RecordBatch, column: usize) -> Option<&StringArray> {
    typed(batch, column)
}

pub(super) fn typed<T: Array + 'static>(batch: &RecordBatch, column: usize) -> Option<&T> {
    batch.columns().get(column)?.as_any().downcast_ref()
}
