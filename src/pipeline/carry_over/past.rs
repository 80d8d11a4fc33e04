//! What a snapshot says of one source besides its rows: accounts, doubts, skipped lines, copies, files.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, UInt64Array};

use super::super::memory::{read, texts, typed};
use crate::model::{Fault, LedgerEntry, SheetPlace, SheetStatus, SkippedKind, SkippedLine, Words};
use crate::stage::carried::Beside;
use crate::store::{Input, Snapshot, StoreError};

/// A source as a snapshot holds it, but for its rows.
pub(super) struct Past {
    /// Sheets that hold lines, in the ledger's order, without reasons.
    pub ledger: Vec<LedgerEntry>,
    /// Their files, each with the snapshot that first read it.
    pub inputs: Vec<Input>,
    pub quarantine: Vec<Fault>,
    /// Doubts that go along with the rows; linking finds its own again.
    pub issues: Vec<Fault>,
    pub skipped: Vec<SkippedLine>,
    pub beside: Beside,
    /// Rows of the files that were accepted.
    pub accepted: u64,
}

impl Past {
    /// `None` where the snapshot holds no line of the source.
    pub(super) fn of(snapshot: &Snapshot, source: &str) -> Result<Option<Past>, StoreError> {
        let ledger = ledger(snapshot, source)?;
        if ledger.is_empty() {
            return Ok(None);
        }
        let places: Places = ledger.iter().map(|entry| entry.place.clone()).collect();
        let inputs = inputs(snapshot, source, &places);
        let periods = inputs.iter().filter_map(|input| Some((input.file.clone(), input.period.clone()?))).collect();
        let mut beside = Beside::new(copies(snapshot, source)?, kinds(snapshot)?, periods);
        let mut codes = Codes::default();
        let issues = beside.learn(faults(snapshot, "issue", source, &places, &mut codes)?);
        Ok(Some(Past {
            quarantine: faults(snapshot, "quarantine", source, &places, &mut codes)?,
            skipped: skipped(snapshot, source, &places)?,
            accepted: ledger.iter().map(|entry| entry.accepted).sum(),
            ledger,
            inputs,
            issues,
            beside,
        }))
    }
}

type Places = BTreeSet<Arc<SheetPlace>>;

/// The sheets that hold lines. Where the source was carried over last time already, those that were: what else the
/// snapshot found of it could not be read.
fn ledger(snapshot: &Snapshot, source: &str) -> Result<Vec<LedgerEntry>, StoreError> {
    const COUNTS: [&str; 9] = [
        "physical_rows",
        "blank",
        "heading",
        "footing",
        "accepted",
        "duplicate",
        "quarantined",
        "unrelated",
        "rows_out",
    ];
    let mut entries = Vec::new();
    let mut carried = Vec::new();
    for batch in of_source(snapshot, "ledger", source)? {
        let text = |name: &str| column(&batch, name).and_then(|at| texts(&batch, at));
        let (Some(files), Some(sheets), Some(states)) = (text("file"), text("sheet"), text("status")) else { continue };
        for row in 0..batch.num_rows() {
            let count = |name: &str| {
                let counts = column(&batch, name).and_then(|at| typed::<UInt64Array>(&batch, at));
                counts.map_or(0, |counts| counts.value(row))
            };
            let [physical_rows, blank, heading, footing, accepted, duplicate, quarantined, unrelated, rows_out] =
                COUNTS.map(count);
            let place = SheetPlace {
                source: source.to_owned(),
                file: files.value(row).to_owned(),
                sheet: sheets.value(row).to_owned(),
            };
            let fresh = LedgerEntry::new(Arc::new(place), SheetStatus::CarriedOver, Words::default());
            let counted = LedgerEntry {
                physical_rows,
                blank,
                heading,
                footing,
                accepted,
                duplicate,
                quarantined,
                unrelated,
                rows_out,
                ..fresh
            };
            if states.value(row) == SheetStatus::CarriedOver.as_str() {
                carried.push(counted);
            } else if physical_rows > 0 {
                entries.push(counted);
            }
        }
    }
    Ok(if carried.is_empty() { entries } else { carried })
}

/// The files of these sheets. One that was carried over already keeps the snapshot that first read it.
fn inputs(snapshot: &Snapshot, source: &str, places: &Places) -> Vec<Input> {
    let files: HashSet<&str> = places.iter().map(|place| place.file.as_str()).collect();
    let of_source = snapshot.manifest().inputs.iter().filter(|input| input.source == source);
    let again = of_source.clone().any(|input| input.carried_from.is_some());
    of_source
        .filter(|input| files.contains(input.file.as_str()) && (input.carried_from.is_some() || !again))
        .map(|input| {
            let first = input.carried_from.clone().unwrap_or_else(|| snapshot.id().clone());
            Input { carried_from: Some(first), ..input.clone() }
        })
        .collect()
}

fn faults(
    snapshot: &Snapshot,
    table: &str,
    source: &str,
    places: &Places,
    codes: &mut Codes,
) -> Result<Vec<Fault>, StoreError> {
    let mut faults = Vec::new();
    for batch in of_source(snapshot, table, source)? {
        let text = |name: &str| column(&batch, name).and_then(|at| texts(&batch, at));
        let (Some(ids), Some(fields), Some(found)) = (text("row_id"), text("field"), text("code")) else { continue };
        let (Some(messages), Some(suggestions), Some(raws)) = (text("message"), text("suggestion"), text("raw")) else {
            continue;
        };
        for row in 0..batch.num_rows() {
            let Some((place, number, nth)) = SheetPlace::of_row_id(ids.value(row)) else { continue };
            let Some(place) = places.get(&place) else { continue };
            faults.push(Fault {
                place: place.clone(),
                row: number,
                nth,
                field: fields.value(row).to_owned(),
                code: codes.lasting(found.value(row)),
                message: messages.value(row).to_owned(),
                suggestion: suggestions.value(row).to_owned(),
                raw: raws.value(row).to_owned(),
            });
        }
    }
    Ok(faults)
}

/// Codes of faults that were read. A fault's code lasts as long as the program, so that each is let out once; there are
/// no more of them than the program that published them knew.
#[derive(Default)]
struct Codes {
    known: HashMap<String, &'static str>,
}

impl Codes {
    fn lasting(&mut self, code: &str) -> &'static str {
        if let Some(known) = self.known.get(code) {
            return known;
        }
        let lasting: &'static str = Box::leak(code.to_owned().into_boxed_str());
        self.known.insert(code.to_owned(), lasting);
        lasting
    }
}

fn skipped(snapshot: &Snapshot, source: &str, places: &Places) -> Result<Vec<SkippedLine>, StoreError> {
    let mut lines = Vec::new();
    for batch in read(snapshot, "skipped", &["row_id", "kind", "text"])? {
        let (Some(ids), Some(kinds), Some(said)) = (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2)) else {
            continue;
        };
        for row in 0..batch.num_rows() {
            let Some((place, number, _)) = of_row(ids.value(row), source) else { continue };
            let Some(place) = places.get(&place) else { continue };
            let kinds_known = [SkippedKind::Heading, SkippedKind::Footing];
            let Some(kind) = kinds_known.into_iter().find(|kind| kind.as_str() == kinds.value(row)) else { continue };
            lines.push(SkippedLine { place: place.clone(), row: number, kind, text: said.value(row).to_owned() });
        }
    }
    Ok(lines)
}

/// Accepted row → the rows of the source that equal it.
fn copies(snapshot: &Snapshot, source: &str) -> Result<HashMap<String, Vec<String>>, StoreError> {
    let mut copies: HashMap<String, Vec<String>> = HashMap::new();
    for batch in read(snapshot, "link", &["row_id", "method", "partner_row_id"])? {
        let (Some(ids), Some(methods), Some(partners)) = (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2)) else {
            continue;
        };
        for row in (0..batch.num_rows()).filter(|row| methods.value(*row) == "duplicate" && partners.is_valid(*row)) {
            if of_row(ids.value(row), source).is_some() {
                copies.entry(partners.value(row).to_owned()).or_default().push(ids.value(row).to_owned());
            }
        }
    }
    Ok(copies)
}

/// Sound number → the kind of its document.
fn kinds(snapshot: &Snapshot) -> Result<HashMap<String, String>, StoreError> {
    let mut kinds = HashMap::new();
    for batch in read(snapshot, "identifier", &["id_number", "id_kind"])? {
        let (Some(numbers), Some(of)) = (texts(&batch, 0), texts(&batch, 1)) else { continue };
        let known = (0..batch.num_rows()).filter(|row| numbers.is_valid(*row) && of.is_valid(*row));
        kinds.extend(known.map(|row| (numbers.value(row).to_owned(), of.value(row).to_owned())));
    }
    Ok(kinds)
}

fn of_source(snapshot: &Snapshot, table: &str, source: &str) -> Result<Vec<RecordBatch>, StoreError> {
    if !snapshot.has_table(table) {
        return Ok(Vec::new());
    }
    snapshot.read_where(table, "source", source).map(|(_, batches)| batches)
}

fn column(batch: &RecordBatch, name: &str) -> Option<usize> {
    batch.schema_ref().index_of(name).ok()
}

/// A row id taken apart, if it is of the source.
fn of_row(row_id: &str, source: &str) -> Option<(SheetPlace, u32, Option<u32>)> {
    row_id.strip_prefix(source)?.strip_prefix('/')?;
    SheetPlace::of_row_id(row_id)
}
