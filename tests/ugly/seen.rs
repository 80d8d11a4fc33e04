//! What the program reads of an ugly file, as far as validation.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use chrono::NaiveDate;
use ronghe::model::{Fault, LedgerEntry, RawTable, SkippedKind, ValidTable};
use ronghe::plan::{Plan, Source};
use ronghe::source::{Event, FoundFile, Limits, read_file};
use ronghe::stage::map::map;
use ronghe::stage::normalise::{NormaliseContext, normalise};
use ronghe::stage::validate::{ValidateContext, validate};

use super::case::{Case, Sheet};

/// What one sheet gave.
#[derive(Default)]
struct SeenSheet {
    told: Sheet,
    reason: String,
    tables: Vec<ValidTable>,
}

pub struct Seen(Vec<SeenSheet>);

/// Reads a file as a source of the case's schemas would.
pub fn look(plan: &Plan, case: &Case, name: &str, bytes: &[u8]) -> Seen {
    let usual = ["minimum_living_allowance", "minimum_living_allowance_household"].map(str::to_owned);
    let names = if case.schemas.is_empty() { &usual[..] } else { &case.schemas };
    let of = |name: &String| plan.schemas.get(name).unwrap_or_else(|| panic!("no schema {name}")).clone();
    let schemas = names.iter().map(of).collect();
    let source = Source { schemas, encoding: case.encoding.clone(), ..Source::unstated("ugly") };
    let (mut seen, mut sheet) = (Vec::new(), SeenSheet::default());
    let mut sink = |event| {
        match event {
            Event::Rows(raw) => sheet.judge(plan, &source, raw)?,
            Event::Skipped(line) => match line.kind {
                SkippedKind::Heading => sheet.told.heading.push(line.row),
                SkippedKind::Footing => sheet.told.footing.push(line.row),
            },
            Event::Held(faults) => note(&mut sheet.told.quarantine, &faults),
            Event::Doubts(faults) => note(&mut sheet.told.issue, &faults),
            Event::End(end) => {
                sheet.end(&end.ledger);
                assert_eq!(end.ledger.fates() + end.rows, end.ledger.physical_rows, "{name}: a line has no fate");
                seen.push(std::mem::take(&mut sheet));
            }
            Event::File(_) | Event::Sheet(_) | Event::HeldSheet(_) => {}
        }
        Ok::<(), ronghe::model::ShapeError>(())
    };
    let limits = Limits::default();
    let files = FoundFile::held(name, bytes, &limits);
    let outcome = files.iter().try_for_each(|file| read_file(file, &source, &limits, &mut sink));
    outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    Seen(seen)
}

fn note(codes: &mut BTreeMap<String, Vec<u32>>, faults: &[Fault]) {
    for fault in faults {
        codes.entry(fault.code.to_owned()).or_default().push(fault.row);
    }
}

impl SeenSheet {
    fn judge(&mut self, plan: &Plan, source: &Source, raw: RawTable) -> Result<(), ronghe::model::ShapeError> {
        let today = NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day");
        let normalising = NormaliseContext { today, values: &source.values, region: Some("360800") };
        let members = raw.head().schema.members.as_ref().and_then(|list| plan.schemas.get(&list.schema));
        let mapped = map(raw, members)?;
        for table in [Some(mapped.rows), mapped.members].into_iter().flatten() {
            let judged = validate(normalise(table, &normalising)?, &ValidateContext { key: [0; 32], today })?;
            note(&mut self.told.quarantine, &judged.quarantine);
            note(&mut self.told.issue, &judged.issues);
            let pending: Vec<Fault> = judged.table.pending().iter().map(|(_, fault)| fault.clone()).collect();
            note(&mut self.told.pending, &pending);
            self.told.rows += judged.table.len();
            self.tables.push(judged.table);
        }
        Ok(())
    }

    fn end(&mut self, ledger: &LedgerEntry) {
        self.told.name = ledger.place.sheet.clone();
        self.told.status = ledger.status.as_str().to_owned();
        self.told.blank = ledger.blank;
        self.reason = ledger.reason.zh.clone();
        for codes in [&mut self.told.quarantine, &mut self.told.issue, &mut self.told.pending] {
            codes.values_mut().for_each(|rows| rows.sort_unstable());
        }
    }

    /// The normal value of a cell; of a row that is both a household's and a person's, whichever has the field.
    fn cell(&self, row: &str, field: &str) -> String {
        let values = self.tables.iter().filter_map(|table| value(table, row, field));
        values.max_by_key(|value| value != "∅").unwrap_or_else(|| "no such row or field".to_owned())
    }

    fn differences(&self, wanted: &Sheet) -> Vec<String> {
        let mut told = Vec::new();
        let seen = Sheet { reason: wanted.reason.clone(), cells: wanted.cells.clone(), ..take(&self.told) };
        if seen != *wanted {
            told.push(format!("\n  expected {wanted:?}\n  read     {seen:?}"));
        }
        if !self.reason.contains(&wanted.reason) {
            told.push(format!("the reason is {:?}, not {:?}", self.reason, wanted.reason));
        }
        for cell in &wanted.cells {
            let mut parts = cell.splitn(3, ' ');
            let (row, field) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let (value, seen) = (parts.next().unwrap_or_default(), self.cell(row, field));
            if seen != value {
                told.push(format!("row {row}, {field}: expected {value:?}, read {seen:?}"));
            }
        }
        told
    }
}

/// A copy without reason and cells.
fn take(sheet: &Sheet) -> Sheet {
    Sheet {
        name: sheet.name.clone(),
        status: sheet.status.clone(),
        reason: String::new(),
        rows: sheet.rows,
        heading: sheet.heading.clone(),
        footing: sheet.footing.clone(),
        blank: sheet.blank,
        quarantine: sheet.quarantine.clone(),
        issue: sheet.issue.clone(),
        pending: sheet.pending.clone(),
        cells: Vec::new(),
    }
}

fn value(table: &ValidTable, row: &str, field: &str) -> Option<String> {
    let batch = table.batch();
    let (rows, nths) = (batch.column_by_name("row")?, batch.column_by_name("nth")?);
    let (rows, nths) = (cast(rows, &DataType::Utf8).ok()?, cast(nths, &DataType::Utf8).ok()?);
    let (rows, nths) = (rows.as_string::<i32>(), nths.as_string::<i32>());
    let (wanted, nth) = row.split_once('#').map_or((row, None), |(row, nth)| (row, Some(nth)));
    let fits = |at: &usize| rows.value(*at) == wanted && (nths.is_valid(*at).then(|| nths.value(*at)) == nth);
    let at = (0..batch.num_rows()).find(fits)?;
    if let Some(title) = field.strip_prefix("extra.") {
        let entries = batch.column_by_name("extra")?.as_map();
        let entries = entries.is_valid(at).then(|| entries.value(at))?;
        let (keys, values) = (entries.column(0).as_string::<i32>(), entries.column(1).as_string::<i32>());
        return (0..keys.len()).find(|i| keys.value(*i) == title).map(|i| values.value(i).to_owned());
    }
    let texts = cast(batch.column_by_name(field)?, &DataType::Utf8).ok()?;
    let texts = texts.as_string::<i32>();
    Some(if texts.is_null(at) { "∅".to_owned() } else { texts.value(at).to_owned() })
}

impl Seen {
    pub fn differences(&self, case: &Case) -> Vec<String> {
        if self.0.len() != case.sheet.len() {
            let names: Vec<&str> = self.0.iter().map(|sheet| sheet.told.name.as_str()).collect();
            return vec![format!("{} sheets are expected, read {names:?}", case.sheet.len())];
        }
        self.0.iter().zip(&case.sheet).flat_map(|(seen, wanted)| seen.differences(wanted)).collect()
    }

    /// What was read, as a TOML file would say it, to be looked at and corrected.
    pub fn draft(&self) -> String {
        self.0.iter().map(SeenSheet::draft).collect()
    }
}

impl SeenSheet {
    fn draft(&self) -> String {
        let told = &self.told;
        let mut out =
            format!("[[sheet]]\nname = {:?}\nstatus = {:?}\nreason = {:?}\n", told.name, told.status, self.reason);
        out.push_str(&format!(
            "rows = {}\nheading = {:?}\nfooting = {:?}\nblank = {}\n",
            told.rows, told.heading, told.footing, told.blank
        ));
        for (name, codes) in [("quarantine", &told.quarantine), ("issue", &told.issue), ("pending", &told.pending)] {
            let codes: Vec<String> = codes.iter().map(|(code, rows)| format!("{code} = {rows:?}")).collect();
            out.push_str(&format!("{name} = {{ {} }}\n", codes.join(", ")));
        }
        for table in &self.tables {
            let batch = table.batch();
            let rows = cast(batch.column_by_name("row").expect("rows"), &DataType::Utf8).expect("text");
            for at in 0..batch.num_rows().min(6) {
                let row = rows.as_string::<i32>().value(at);
                for field in batch.schema().fields() {
                    let Ok(texts) = cast(batch.column_by_name(field.name()).expect("a column"), &DataType::Utf8) else {
                        continue;
                    };
                    let texts = texts.as_string::<i32>();
                    if texts.is_valid(at)
                        && !["row", "cells_hash", "row_id", "row_key"].contains(&field.name().as_str())
                    {
                        out.push_str(&format!("# {row} {} {}\n", field.name(), texts.value(at)));
                    }
                }
                if let Some(entries) =
                    batch.column_by_name("extra").map(|extra| extra.as_map()).filter(|map| map.is_valid(at))
                {
                    out.push_str(&format!("# {row} extra {:?}\n", entries.value(at)));
                }
            }
        }
        out
    }
}
