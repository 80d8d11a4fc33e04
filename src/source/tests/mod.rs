//! Scenes of what offices send, read through the door that everyone uses.

mod archives;
mod columnar;
mod confidence;
mod finding;
mod hidden;
mod layouts;
mod markup;
mod misspelt;
mod odd_bytes;
mod parents;
mod passwords;
mod remote;
mod several_tables;
mod spreading;
mod spreadsheet_ml;
mod table_place;
mod text_files;
mod totals;
mod vanishing;
mod workbooks;

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use crate::kernel::header::normalise;
use crate::model::{
    CellKind, Check, Fault, Field, FieldType, Grain, RawTable, Role, Schema, Sensitivity, SheetStatus, SkippedKind,
    SkippedLine,
};
use crate::plan::{HeaderPlace, Source, Supply};

use super::*;

const ID: &str = "362401196503120012";

fn field(name: &str, title: &str, kind: FieldType, synonyms: &[&str], required: bool) -> Field {
    Field {
        name: name.into(),
        title: title.into(),
        kind,
        claims: std::iter::once(&title).chain(synonyms).map(|claim| normalise(claim)).collect(),
        required,
        codes: None,
        unit: None,
        multiplier: 1,
        sensitivity: Sensitivity::Internal,
        check: Check::default(),
    }
}

fn schema(name: &str, title: &str, fields: Vec<Field>) -> Arc<Schema> {
    let mut by_claim = HashMap::new();
    for (i, field) in fields.iter().enumerate() {
        for claim in &field.claims {
            by_claim.entry(claim.clone()).or_insert(i);
        }
    }
    Arc::new(Schema {
        name: name.into(),
        title: title.into(),
        grain: Grain::Person,
        role: Role::Enrols,
        key: Vec::new(),
        groups: Vec::new(),
        candidate: None,
        members: None,
        assistance: None,
        fields,
        by_claim,
    })
}

/// People: a name is required.
fn people() -> Arc<Schema> {
    use FieldType::*;
    schema(
        "people",
        "低保人员",
        vec![
            field("name", "姓名", PersonName, &["对象姓名"], true),
            field("id_number", "身份证号", IdentityNumber, &["公民身份号码", "证件号码"], false),
            field("head_name", "户主姓名", PersonName, &["户主"], false),
            field("head_id_number", "户主身份证号", IdentityNumber, &["户主身份证"], false),
            field("birth_date", "出生日期", Date, &[], false),
            field("amount", "月保障金额", Money, &["保障金额"], false),
            field("county", "县区", Region, &[], false),
            field("town", "乡镇", Region, &["所属街道"], false),
            field("remark", "备注", Text, &[], false),
        ],
    )
}

/// Households: head and size are required.
fn households() -> Arc<Schema> {
    use FieldType::*;
    schema(
        "households",
        "低保家庭",
        vec![
            field("head_name", "户主姓名", PersonName, &["户主"], true),
            field("head_id_number", "户主身份证号", IdentityNumber, &["户主身份证"], true),
            field("size", "家庭人口", Integer, &["家庭人口数"], true),
            field("address", "家庭住址", Address, &[], false),
        ],
    )
}

/// Households with their members in lists or below the head.
fn listing_households() -> Arc<Schema> {
    use FieldType::*;
    let mut schema = Schema::clone(&schema(
        "listing_households",
        "低保家庭",
        vec![
            field("head_name", "户主姓名", PersonName, &[], true),
            field("town", "乡镇", Region, &[], false),
            field("member_names", "家庭成员姓名", Text, &[], false),
            field("member_ids", "家庭成员身份证号", Text, &[], false),
            field("amount", "月保障金额", Money, &[], false),
        ],
    ));
    schema.grain = Grain::Household;
    let fields = vec![("name".to_owned(), 2), ("id_number".to_owned(), 3)];
    schema.members = Some(crate::model::Members { schema: "people".into(), fields });
    Arc::new(schema)
}

fn source() -> Source {
    Source { schemas: vec![people(), households()], provider: "市民政局".into(), ..Source::unstated("dibao") }
}

/// Everything that was said about one sheet.
#[derive(Default)]
struct Sheet {
    start: Option<SheetStart>,
    /// Tables after the first.
    further: Vec<SheetStart>,
    held_sheet: Option<HeldSheet>,
    tables: Vec<RawTable>,
    skipped: Vec<SkippedLine>,
    held: Vec<Fault>,
    doubts: Vec<Fault>,
    end: Option<SheetEnd>,
}

impl Sheet {
    fn end(&self) -> &SheetEnd {
        self.end.as_ref().expect("every sheet ends")
    }

    fn status(&self) -> SheetStatus {
        self.end().ledger.status
    }

    fn reason(&self) -> &str {
        &self.end().ledger.reason.zh
    }

    fn head(&self) -> &crate::model::SheetHead {
        &self.start.as_ref().expect("a table was found").head
    }

    fn schema(&self) -> &str {
        &self.head().schema.name
    }

    /// Row numbers handed out.
    fn rows(&self) -> Vec<u32> {
        self.tables.iter().flat_map(|table| table.rows().values().to_vec()).collect()
    }

    /// Texts and kinds of a field or, failing that, of the column with this title.
    fn column(&self, name: &str) -> Vec<(Option<String>, CellKind)> {
        let mut cells = Vec::new();
        for table in &self.tables {
            let head = table.head();
            let field = head.schema.field(name);
            let at = head
                .columns
                .iter()
                .position(|column| if field.is_some() { column.field == field } else { column.title == name });
            for row in 0..table.len() {
                cells.push(match at {
                    Some(at) => {
                        use arrow::array::Array;
                        let (text, kind) = table.cells(at);
                        let text = (!text.is_null(row)).then(|| text.value(row).to_owned());
                        (text, CellKind::from_u8(kind.value(row)))
                    }
                    None => (None, CellKind::Empty),
                });
            }
        }
        cells
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.column(name).into_iter().map(|(text, _)| text.unwrap_or_default()).collect()
    }

    fn skipped(&self, kind: SkippedKind) -> Vec<u32> {
        self.skipped.iter().filter(|line| line.kind == kind).map(|line| line.row).collect()
    }
}

#[derive(Default)]
struct Seen {
    file: Option<FileStart>,
    sheets: Vec<Sheet>,
}

/// Reads a file and checks the account of every sheet on the way.
fn read(path: &Path, source: &Source) -> Seen {
    read_while(path, source, |_| {})
}

/// The same while something happens to the file at each event.
fn read_while(path: &Path, source: &Source, happens: impl FnMut(&Event)) -> Seen {
    read_within(path, source, &Limits::default(), happens)
}

fn read_within(path: &Path, source: &Source, limits: &Limits, mut happens: impl FnMut(&Event)) -> Seen {
    let mut seen = Seen::default();
    for file in FoundFile::given(path, limits) {
        read_found(&file, source, limits, &mut happens, &mut seen);
    }
    assert!(!seen.sheets.is_empty(), "every file is accounted for");
    seen.sheets.iter().for_each(adds_up);
    seen
}

fn read_found(file: &FoundFile, source: &Source, limits: &Limits, happens: &mut dyn FnMut(&Event), seen: &mut Seen) {
    let mut sheet = Sheet::default();
    let outcome: Result<(), Infallible> = read_file(file, source, limits, &mut |event| {
        happens(&event);
        match event {
            Event::File(start) => seen.file = Some(start),
            Event::Sheet(start) if sheet.start.is_some() => sheet.further.push(start),
            Event::Sheet(start) => sheet.start = Some(start),
            Event::HeldSheet(held) => sheet.held_sheet = Some(held),
            Event::Rows(table) => sheet.tables.push(table),
            Event::Skipped(line) => sheet.skipped.push(line),
            Event::Held(faults) => sheet.held.extend(faults),
            Event::Doubts(faults) => sheet.doubts.extend(faults),
            Event::End(end) => {
                sheet.end = Some(end);
                seen.sheets.push(std::mem::take(&mut sheet));
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

/// Every physical row has been reported in exactly one way.
fn adds_up(sheet: &Sheet) {
    let SheetEnd { ledger, rows } = sheet.end();
    assert_eq!(ledger.fates() + rows, ledger.physical_rows);
    assert_eq!(sheet.rows().len() as u64, *rows);
    assert_eq!(sheet.held.len() as u64, ledger.quarantined);
    assert_eq!(sheet.skipped.len() as u64, ledger.heading + ledger.footing);
    let mut seen: Vec<u32> = sheet.rows();
    seen.extend(sheet.skipped.iter().map(|line| line.row));
    seen.extend(sheet.held.iter().map(|fault| fault.row));
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count, "no row twice");
    assert!(
        seen.last().is_none_or(|last| u64::from(*last) == ledger.physical_rows),
        "the last filled row ends the sheet"
    );
}

/// Reads bytes under a name, as the only sheet.
fn read_bytes(name: &str, bytes: &[u8], source: &Source) -> Seen {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read(&path, source)
}

fn read_text(text: &str, source: &Source) -> Sheet {
    read_bytes("list.csv", text.as_bytes(), source).sheets.remove(0)
}
