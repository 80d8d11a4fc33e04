//! What the program reads of a dump, beside the truth.

use std::collections::BTreeMap;
use std::convert::Infallible;

use arrow::array::Array;
use ronghe::model::{Schema, SkippedKind};
use ronghe::plan::Source;
use ronghe::source::{Event, FoundFile, HeldSheet, Limits, SheetStart, read_file};

use super::dump::Dump;
use super::grid::Fate;
use super::write::Written;

/// How a file came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Right,
    /// Held back as it should be: what it lacks is required.
    HeldRightly,
    /// Held back with a reason, though a human could read it.
    Held,
    /// Accepted, nobody lost and nothing misread, but not as it should be: a column left in extra, a title kept out.
    Askew,
    /// Accepted and misread: a row skipped, a footing taken for a row, a column taken for another field.
    Wrong,
}

/// What differs: how bad, its kind, and where.
pub struct Difference {
    pub outcome: Outcome,
    pub kind: &'static str,
    pub place: String,
}

/// What became of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Seen {
    Row,
    Heading,
    Footing,
    Held,
}

/// The sheet of the table, as read.
#[derive(Default)]
struct Read {
    start: Option<SheetStart>,
    held: Option<HeldSheet>,
    lines: BTreeMap<u32, Seen>,
    names: BTreeMap<u32, String>,
    columns: Vec<ronghe::model::ColumnHead>,
    status: String,
}

/// Reads the file and tells what differs, the worst first; nothing when all is right.
pub fn compare(dump: &Dump, written: &Written, source: &Source) -> (Outcome, Vec<Difference>) {
    let schema = source.schemas.iter().find(|schema| schema.name == dump.schema).expect("the dump's schema");
    let read = read(dump, written, source);
    let missing = missing(dump, schema);
    if let Some(held) = &read.held {
        let outcome = if missing { Outcome::HeldRightly } else { Outcome::Held };
        let told = Difference { outcome, kind: held.code, place: held.reason.en.clone() };
        return (outcome, vec![told]);
    }
    let mut found = Vec::new();
    let mut differ = |outcome, kind, place| found.push(Difference { outcome, kind, place });
    let Some(start) = &read.start else {
        differ(Outcome::Wrong, "no table found", read.status.clone());
        return (Outcome::Wrong, found);
    };
    if missing {
        differ(Outcome::Wrong, "accepted without a required column", String::new());
    }
    if start.head.schema.name != dump.schema {
        differ(Outcome::Wrong, "another schema", start.head.schema.name.clone());
        return (Outcome::Wrong, found);
    }
    if (start.header.row, start.header.rows) != dump.header {
        // A parent over columns that are all known by their own words may pass for a title: nothing is lost.
        let ends = start.header.row + start.header.rows == dump.header.0 + dump.header.1;
        let parents = ends && start.header.row > dump.header.0;
        let outcome = if parents { Outcome::Askew } else { Outcome::Wrong };
        let kind = if parents { "a parent's line taken for a title" } else { "another header" };
        differ(outcome, kind, format!("{:?} for {:?}", start.header, dump.header));
    }
    if start.head.multiplier != dump.multiplier {
        let place = format!("{:?} for {:?}", start.head.multiplier, dump.multiplier);
        differ(Outcome::Wrong, "another unit", place);
    }
    for planned in &dump.columns {
        let head = read.columns.iter().find(|head| head.position == planned.position as usize);
        let field = head.and_then(|head| head.field).map(|field| schema.fields[field].name.as_str());
        let wanted = planned.column.field.as_deref().filter(|_| planned.known);
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        if head.is_some_and(|head| !bare(&head.title).contains(&bare(&planned.title))) {
            differ(
                Outcome::Wrong,
                "a column without its title",
                format!("{} is {:?}", planned.title, head.map(|h| &h.title)),
            );
        }
        if field == wanted {
            continue;
        }
        let place = format!("{:?}/{} is {field:?} for {wanted:?}", planned.parent, planned.title);
        match field {
            Some(_) => differ(Outcome::Wrong, "a column taken for another field", place),
            None => differ(Outcome::Askew, "a known column left in extra", place),
        }
    }
    let name = dump.columns.iter().find(|planned| planned.is(&["name"])).map(|planned| planned.position);
    for (row, line) in (1..).zip(&dump.grid.lines) {
        let seen = read.lines.get(&row).copied();
        let kind = match (line.fate, seen) {
            (Fate::Blank, None) | (Fate::Row, Some(Seen::Row)) => None,
            (Fate::Heading, Some(Seen::Heading)) | (Fate::Footing, Some(Seen::Footing)) => None,
            (Fate::Aside, Some(Seen::Heading | Seen::Footing)) => None,
            (Fate::Row, Some(Seen::Held)) => Some((Outcome::Askew, "a row kept out")),
            (Fate::Row, _) => Some((Outcome::Wrong, "a row skipped")),
            (Fate::Heading, Some(Seen::Row)) => Some((Outcome::Wrong, "a heading taken for a row")),
            (Fate::Footing | Fate::Aside, Some(Seen::Row)) => Some((Outcome::Wrong, "a footing taken for a row")),
            (Fate::Blank, Some(_)) => Some((Outcome::Wrong, "a blank line taken for another")),
            (_, None) => Some((Outcome::Wrong, "a line lost")),
            (_, Some(Seen::Held)) => Some((Outcome::Askew, "a heading or footing kept out")),
            (Fate::Heading, Some(_)) => Some((Outcome::Askew, "a heading taken for a footing")),
            (Fate::Footing, Some(_)) => Some((Outcome::Askew, "a footing taken for a heading")),
        };
        if let Some((outcome, kind)) = kind {
            let cells: Vec<String> = line.cells.iter().map(|(_, cell)| cell.text()).collect();
            differ(outcome, kind, format!("row {row}: {}", cells.join(" │ ")));
        }
        let wanted = line.cells.iter().find(|(column, _)| Some(*column) == name).map(|(_, cell)| cell.text());
        if seen == Some(Seen::Row) && line.fate == Fate::Row && read.names.get(&row) != wanted.as_ref() {
            differ(Outcome::Wrong, "a name misread", format!("row {row}: {:?}", read.names.get(&row)));
        }
    }
    found.sort_by_key(|difference| std::cmp::Reverse(difference.outcome));
    let outcome = found.first().map_or(Outcome::Right, |difference| difference.outcome);
    (outcome, found)
}

/// Whether a required field has no column whose words the schema knows.
fn missing(dump: &Dump, schema: &Schema) -> bool {
    let named =
        |name: &str| dump.columns.iter().any(|planned| planned.known && planned.column.field.as_deref() == Some(name));
    schema.fields.iter().any(|field| field.required && !named(&field.name))
}

fn read(dump: &Dump, written: &Written, source: &Source) -> Read {
    let limits = Limits::default();
    let file = FoundFile::held(&written.name, &written.bytes, &limits).remove(0);
    let name = dump.columns.iter().find(|planned| planned.is(&["name"])).map(|planned| planned.position as usize);
    let (mut read, mut kept) = (Read::default(), None::<Read>);
    let outcome: Result<(), Infallible> = read_file(&file, source, &limits, &mut |event| {
        match event {
            Event::File(_) | Event::Doubts(_) => {}
            Event::Sheet(start) => {
                read.columns = start.head.columns.clone();
                read.start = Some(start);
            }
            Event::HeldSheet(held) => read.held = Some(held),
            Event::Rows(table) => {
                read.columns = table.head().columns.clone();
                let at = read.columns.iter().position(|head| Some(head.position) == name);
                for (i, row) in table.rows().values().iter().enumerate() {
                    read.lines.insert(*row, Seen::Row);
                    let Some((texts, _)) = at.map(|at| table.cells(at)) else { continue };
                    if !texts.is_null(i) {
                        read.names.insert(*row, texts.value(i).to_owned());
                    }
                }
            }
            Event::Skipped(line) => {
                let seen = match line.kind {
                    SkippedKind::Heading => Seen::Heading,
                    SkippedKind::Footing => Seen::Footing,
                };
                read.lines.insert(line.row, seen);
            }
            Event::Held(faults) => read.lines.extend(faults.iter().map(|fault| (fault.row, Seen::Held))),
            Event::End(end) => {
                read.status = format!("{}: {}", end.ledger.status.as_str(), end.ledger.reason.en);
                let sheet = std::mem::take(&mut read);
                // Instructions in front and empty sheets behind are not the table.
                if !matches!(end.ledger.place.sheet.as_str(), "填表说明" | "Sheet3") {
                    kept = Some(sheet);
                }
            }
        }
        Ok(())
    });
    match outcome {
        Ok(()) => kept.expect("every file ends"),
        Err(never) => match never {},
    }
}
