//! What every target checks: whatever the bytes, each line has one fate and the account adds up.

mod guard;
pub mod pack;

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::OnceLock;

use ronghe::model::{LedgerEntry, SheetStatus};
use ronghe::plan::{Source, shipped_plan};
use ronghe::source::{Event, FoundFile, Limits, read_file};

pub use guard::guarded;

/// What was said about one sheet.
#[derive(Debug)]
pub struct Sheet {
    pub ledger: LedgerEntry,
    /// The rows handed out in tables.
    pub rows: Vec<u32>,
    /// Row and cells of lines kept out.
    pub held: Vec<(u32, String)>,
    /// Row and text of lines taken for headings and footings.
    pub skipped: Vec<(u32, String)>,
    /// All cells of the rows handed out.
    pub cells: HashSet<String>,
}

/// A source of three kinds of lists, people's and households'.
pub fn source() -> &'static Source {
    static SOURCE: OnceLock<Source> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let plan = shipped_plan().expect("what is shipped is sound");
        let kinds = ["minimum_living_allowance", "minimum_living_allowance_household", "disability"];
        let schemas = kinds.iter().map(|kind| plan.schemas[*kind].clone()).collect();
        Source { schemas, provider: "fuzz".to_owned(), ..Source::unstated("fuzz") }
    })
}

/// Reads a file of this name and checks the account of each of its sheets.
pub fn check(name: &str, bytes: &[u8]) {
    guarded(|| {
        read(name, bytes);
    });
}

/// The same, with what was read.
///
/// # Panics
/// When the account does not add up.
pub fn read(name: &str, bytes: &[u8]) -> Vec<Sheet> {
    let limits = Limits::default();
    let files = FoundFile::held(name, bytes, &limits);
    let mut sheets = Vec::new();
    let mut batches = Vec::new();
    let (mut held, mut skipped) = (Vec::new(), Vec::new());
    let mut open = false;
    let mut sink = |event| {
        match event {
            Event::File(_) => assert!(!open, "a file is told before its sheets"),
            // Of several tables on a sheet each begins.
            Event::Sheet(_) | Event::HeldSheet(_) => open = true,
            Event::Rows(table) => batches.push(table),
            Event::Skipped(line) => skipped.push((line.row, line.text)),
            Event::Held(faults) => held.extend(faults.into_iter().map(|fault| (fault.row, fault.raw))),
            Event::Doubts(faults) => assert!(faults.iter().all(|fault| !fault.message.is_empty())),
            Event::End(end) => {
                open = false;
                let mut rows = Vec::new();
                let mut cells = HashSet::new();
                for table in batches.drain(..) {
                    rows.extend_from_slice(table.rows().values());
                    for column in 0..table.head().columns.len() {
                        cells.extend(table.cells(column).0.iter().flatten().map(str::to_owned));
                    }
                }
                assert_eq!(rows.len() as u64, end.rows, "the rows handed out are the rows counted");
                let sheet = Sheet {
                    ledger: end.ledger,
                    rows,
                    held: std::mem::take(&mut held),
                    skipped: std::mem::take(&mut skipped),
                    cells,
                };
                adds_up(&sheet);
                sheets.push(sheet);
            }
        }
        Ok(())
    };
    let outcome: Result<(), Infallible> =
        files.iter().try_for_each(|file| read_file(file, source(), &limits, &mut sink));
    let Ok(()) = outcome;
    assert!(!sheets.is_empty() && !open, "every file and every sheet is accounted for");
    sheets
}

fn adds_up(sheet: &Sheet) {
    let ledger = &sheet.ledger;
    assert_eq!(ledger.fates() + sheet.rows.len() as u64, ledger.physical_rows, "every line has one fate: {ledger:?}");
    assert_eq!(sheet.held.len() as u64, ledger.quarantined, "what is held is counted");
    assert_eq!(sheet.skipped.len() as u64, ledger.heading + ledger.footing, "what is skipped is counted");
    assert!(sheet.rows.is_sorted_by(|a, b| a < b), "rows come in order, none twice");
    let told = sheet.held.iter().chain(&sheet.skipped).map(|(row, _)| *row).chain(sheet.rows.iter().copied());
    let rows: HashSet<u32> = told.clone().collect();
    assert_eq!(rows.len(), told.count(), "no row has two fates");
    assert!(!rows.contains(&0) && rows.iter().all(|row| u64::from(*row) <= ledger.physical_rows));
    if ledger.status != SheetStatus::Read {
        assert!(!ledger.reason.zh.is_empty() && !ledger.reason.en.is_empty(), "a sheet not read says why");
    }
}
