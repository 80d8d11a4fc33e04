//! What a file holds, for somebody who has not seen it before: its real format, where its tables are, what each column
//! means and how far its rows can be used. Nothing is kept of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::Array;

use super::PipelineError;
use super::read::judged;
use crate::kernel::inference::{Shape, shape};
use crate::model::{
    CellKind, ColumnHead, Fault, LedgerEntry, RawTable, Schema, SheetStatus, SkippedKind, SkippedLine, Words,
};
use crate::plan::{HeaderPlace, Plan, Source};
use crate::source::{self, Event, FileStart, FoundFile, Limits};
use crate::stage::normalise::NormaliseContext;
use crate::stage::validate::ValidateContext;

/// Values of a column that its shape is guessed from.
const GUESS_FROM: usize = 200;
/// Faults of one kind whose rows are named.
const NAMED_ROWS: usize = 5;

/// What one file holds.
#[derive(Debug, Default)]
pub struct Inspection {
    /// `None` where it could not be opened; its only sheet then says why.
    pub start: Option<FileStart>,
    pub sheets: Vec<SheetInspection>,
}

/// What one sheet holds, or one of several tables on it.
#[derive(Debug)]
pub struct SheetInspection {
    pub ledger: LedgerEntry,
    /// The schema that it is read as, or, where it is held back, the one that it comes closest to.
    pub schema: Option<Arc<Schema>>,
    pub header: Option<HeaderPlace>,
    /// How far the cells bear the header out, in [0, 1].
    pub confidence: Option<f64>,
    /// First and last row handed out or held back.
    pub body: Option<(u32, u32)>,
    /// `YYYY-MM`.
    pub period: Option<String>,
    /// What amounts are multiplied by, as a unit row says.
    pub multiplier: Option<u32>,
    /// The value that the sheet's name states for a field.
    pub stated: Vec<(String, String)>,
    pub columns: Vec<ColumnInspection>,
    pub skipped: Vec<SkippedLine>,
    pub faults: Vec<FaultKind>,
    /// What to write into the pipeline where it is held back, in Chinese and English.
    pub suggestion: Option<Words>,
}

/// What one column holds.
#[derive(Debug)]
pub struct ColumnInspection {
    pub head: ColumnHead,
    /// Filled cells.
    pub filled: u64,
    /// The first different values as they are written, never shown without a mask.
    pub values: Vec<String>,
    /// Filled cells that are numbers.
    pub numeric: u64,
    /// What the values look like.
    pub shape: Shape,
    /// Where no field claims it, the one whose headers come nearest to its title.
    pub nearest: Option<usize>,
}

/// Faults of one kind.
#[derive(Clone, Debug)]
pub struct FaultKind {
    /// They keep rows out.
    pub keeps_out: bool,
    pub code: &'static str,
    pub field: String,
    pub message: String,
    pub count: u64,
    /// The first rows.
    pub rows: Vec<u32>,
}

/// Looks through a file as the source would read it.
///
/// # Errors
/// Only when a stage breaks its promise: a fault of the program. Faults of the file are data.
pub fn inspect(
    file: &FoundFile,
    source: &Source,
    limits: &Limits,
    plan: &Plan,
    validating: &ValidateContext,
) -> Result<Inspection, PipelineError> {
    let normalising =
        NormaliseContext { today: validating.today, values: &source.values, region: Some(plan.region.as_str()) };
    let mut inspection = Inspection::default();
    let mut sheet = Gathering::default();
    // The tables before on the sheet at hand.
    let mut parts: Vec<Gathering> = Vec::new();
    source::read_file(file, source, limits, &mut |event| {
        match event {
            Event::File(start) => inspection.start = Some(start),
            Event::Sheet(start) => {
                // Another table on the same sheet.
                if sheet.header.is_some() {
                    parts.push(std::mem::take(&mut sheet));
                }
                sheet.header = Some(start.header);
                sheet.confidence = Some(start.confidence);
                sheet.schema = Some(start.head.schema.clone());
                sheet.period = start.head.period.clone();
                sheet.multiplier = start.head.multiplier;
                let stated =
                    |(field, value): &(usize, String)| (start.head.schema.fields[*field].title.clone(), value.clone());
                sheet.stated = start.head.stated.iter().map(stated).collect();
            }
            Event::HeldSheet(held) => {
                sheet.header = held.header;
                sheet.confidence = held.confidence;
                sheet.schema = held.schema;
                sheet.suggestion = Some(held.suggestion);
                held.columns.into_iter().for_each(|head| sheet.columns.push(Column::new(head)));
            }
            Event::Rows(raw) => {
                sheet.handed_out += raw.len() as u64;
                sheet.look_at(&raw);
                for validated in judged(plan, raw, &normalising, validating)? {
                    sheet.kept_out += validated.quarantined_rows;
                    let pending: Vec<Fault> =
                        validated.table.pending().iter().map(|(_, fault)| fault.clone()).collect();
                    sheet.count(true, &validated.quarantine);
                    sheet.count(true, &pending);
                    sheet.count(false, &validated.issues);
                }
            }
            Event::Skipped(line) => sheet.skipped.push(line),
            Event::Held(faults) => {
                faults.iter().for_each(|fault| sheet.look_at_held(fault));
                sheet.held += faults.len() as u64;
                sheet.count(true, &faults);
            }
            Event::Doubts(faults) => sheet.count(false, &faults),
            Event::End(end) => {
                let mut ledger = end.ledger;
                for part in parts.drain(..) {
                    let entry = part.ledger(&ledger);
                    ledger.physical_rows -= entry.physical_rows;
                    ledger.heading -= entry.heading;
                    ledger.footing -= entry.footing;
                    ledger.quarantined -= part.held;
                    inspection.sheets.push(part.finish(entry, validating));
                }
                ledger.quarantined += sheet.kept_out;
                ledger.accepted = ledger.physical_rows - ledger.fates();
                inspection.sheets.push(std::mem::take(&mut sheet).finish(ledger, validating));
            }
        }
        Ok::<(), PipelineError>(())
    })?;
    Ok(inspection)
}

/// A sheet while it is gone through.
#[derive(Default)]
struct Gathering {
    schema: Option<Arc<Schema>>,
    header: Option<HeaderPlace>,
    confidence: Option<f64>,
    body: Option<(u32, u32)>,
    period: Option<String>,
    multiplier: Option<u32>,
    stated: Vec<(String, String)>,
    columns: Vec<Column>,
    skipped: Vec<SkippedLine>,
    faults: BTreeMap<(bool, &'static str, String), FaultKind>,
    suggestion: Option<Words>,
    kept_out: u64,
    /// Rows handed out, and lines held back.
    handed_out: u64,
    held: u64,
}

struct Column {
    head: ColumnHead,
    filled: u64,
    numeric: u64,
    values: Vec<String>,
}

impl Column {
    fn new(head: ColumnHead) -> Self {
        Column { head, filled: 0, numeric: 0, values: Vec::new() }
    }

    fn see(&mut self, text: &str, kind: CellKind) {
        self.filled += 1;
        self.numeric += u64::from(kind == CellKind::Number);
        if self.values.len() < GUESS_FROM && !self.values.iter().any(|known| known == text) {
            self.values.push(text.to_owned());
        }
    }
}

impl Gathering {
    fn look_at(&mut self, raw: &RawTable) {
        for head in &raw.head().columns {
            if !self.columns.iter().any(|column| column.head.position == head.position) {
                self.columns.push(Column::new(head.clone()));
            }
        }
        for (at, head) in raw.head().columns.iter().enumerate() {
            let (texts, kinds) = raw.cells(at);
            let Some(column) = self.columns.iter_mut().find(|column| column.head.position == head.position) else {
                continue;
            };
            for row in (0..raw.len()).filter(|row| texts.is_valid(*row)) {
                column.see(texts.value(row), CellKind::from_u8(kinds.value(row)));
            }
        }
        raw.rows().values().iter().for_each(|row| self.reach(*row));
    }

    /// A line of a sheet that is held back has its cells in `raw`, by title. What stands above its header or in it is no
    /// value.
    fn look_at_held(&mut self, fault: &Fault) {
        if self.header.is_some_and(|header| fault.row < header.row + header.rows.max(1)) {
            return;
        }
        self.reach(fault.row);
        let Ok(serde_json::Value::Object(cells)) = serde_json::from_str(&fault.raw) else { return };
        for (title, value) in &cells {
            let Some(text) = value.as_str() else { continue };
            if let Some(column) = self.columns.iter_mut().find(|column| column.head.title == *title) {
                column.see(text, CellKind::Text);
            }
        }
    }

    fn reach(&mut self, row: u32) {
        let (first, last) = self.body.unwrap_or((row, row));
        self.body = Some((first.min(row), last.max(row)));
    }

    fn count(&mut self, keeps_out: bool, faults: &[Fault]) {
        for fault in faults {
            let kind = self.faults.entry((!keeps_out, fault.code, fault.field.clone())).or_insert_with(|| FaultKind {
                keeps_out,
                code: fault.code,
                field: fault.field.clone(),
                message: fault.message.clone(),
                count: 0,
                rows: Vec::new(),
            });
            kind.count += 1;
            if kind.rows.len() < NAMED_ROWS && !kind.rows.contains(&fault.row) {
                kind.rows.push(fault.row);
            }
        }
    }

    /// The account of one of several tables on a sheet, without blank lines: those are the last one's.
    fn ledger(&self, sheet: &LedgerEntry) -> LedgerEntry {
        let skipped = |kind| self.skipped.iter().filter(|line| line.kind == kind).count() as u64;
        let (heading, footing) = (skipped(SkippedKind::Heading), skipped(SkippedKind::Footing));
        let mut entry = LedgerEntry::new(sheet.place.clone(), SheetStatus::Read, Words::default());
        entry.heading = heading;
        entry.footing = footing;
        entry.quarantined = self.held + self.kept_out;
        entry.accepted = self.handed_out - self.kept_out;
        entry.physical_rows = heading + footing + self.held + self.handed_out;
        entry
    }

    fn finish(self, ledger: LedgerEntry, validating: &ValidateContext) -> SheetInspection {
        let fields: Vec<usize> = self.columns.iter().filter_map(|column| column.head.field).collect();
        let nearest = |head: &ColumnHead| {
            let schema = self.schema.as_ref().filter(|_| head.field.is_none())?;
            source::nearest(&head.title, schema, &|field| fields.contains(&field))
        };
        let mut columns: Vec<ColumnInspection> = self
            .columns
            .into_iter()
            .map(|column| {
                let values: Vec<&str> = column.values.iter().map(String::as_str).collect();
                let shape = shape(&column.head.title, &values, validating.today);
                ColumnInspection {
                    nearest: nearest(&column.head),
                    shape,
                    head: column.head,
                    filled: column.filled,
                    numeric: column.numeric,
                    values: column.values,
                }
            })
            .collect();
        columns.sort_by_key(|column| column.head.position);
        SheetInspection {
            ledger,
            schema: self.schema,
            header: self.header,
            confidence: self.confidence,
            body: self.body,
            period: self.period,
            multiplier: self.multiplier,
            stated: self.stated,
            columns,
            skipped: self.skipped,
            faults: self.faults.into_values().collect(),
            suggestion: self.suggestion,
        }
    }
}
