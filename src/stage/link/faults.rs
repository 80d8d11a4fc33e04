//! What linking has to say of rows: why they stay out, and what is doubtful about those let in.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::DataType;

use super::gather::{Gathered, Record, Standing, identity_fields};
use super::people::{Fate, People};
use super::resolve::Resolved;
use crate::model::{Fault, LinkMethod, RowRef, Schema, ValidTable};
use crate::stage::fault_code::FaultCode;

/// The faults of rows that stay out, and the doubts about rows that linking let in.
pub(super) fn faults(
    tables: &[ValidTable],
    gathered: &Gathered,
    resolved: &Resolved,
    people: &People,
) -> (Vec<Fault>, Vec<Fault>) {
    let number_of_cluster: HashMap<u32, u32> = gathered
        .records
        .iter()
        .zip(&resolved.cluster)
        .filter(|(record, _)| record.standing == Standing::Trusted)
        .map(|(record, cluster)| (*cluster, record.number))
        .collect();
    let number_of =
        |record: usize| number_of_cluster.get(&resolved.cluster[record]).map(|number| gathered.texts.text(*number));
    let mut record_at: HashMap<RowRef, usize> = HashMap::new();
    for (index, record) in gathered.records.iter().enumerate() {
        if record.standing != Standing::Trusted {
            record_at.insert(record.at, index);
        }
    }
    let (mut quarantine, mut issues) = (Vec::new(), Vec::new());
    for (index, table) in tables.iter().enumerate() {
        for (at_pending, (row, fault)) in table.pending().iter().enumerate() {
            let at = RowRef { table: index as u32, row: *row };
            let Some(record) = record_at.get(&at).copied() else { continue };
            match people.fates[record] {
                Fate::Withheld => quarantine.push(withheld_fault(fault, resolved.method[record])),
                Fate::Stays => {
                    issues.push(admitted_fault(fault, table.pending_cell(at_pending), number_of(record)));
                }
                Fate::Unrelated => {}
            }
        }
    }
    let told: HashSet<RowRef> = (0u32..)
        .zip(tables)
        .flat_map(|(index, table)| table.pending().iter().map(move |(row, _)| RowRef { table: index, row: *row }))
        .collect();
    for (index, record) in gathered.records.iter().enumerate() {
        match people.fates[index] {
            Fate::Withheld if !told.contains(&record.at) => {
                let mut fault = record_fault(record, tables, why_withheld(record, resolved.method[index]));
                let table = &tables[record.at.table as usize];
                fault.raw = row_as_json(table.schema(), table.batch(), record.at.row as usize);
                quarantine.push(fault);
                continue;
            }
            Fate::Withheld | Fate::Unrelated => continue,
            Fate::Stays => {}
        }
        let doubt = match record.standing {
            Standing::Contested => OF_ANOTHER,
            Standing::Placeholder => OF_MANY,
            Standing::Rounded => ROUNDED,
            Standing::Trusted if record.other_name => OTHER_NAME,
            Standing::Trusted | Standing::Unsound => continue,
        };
        let mut fault = record_fault(record, tables, doubt);
        if let (Standing::Rounded, Some(number)) = (record.standing, number_of(index)) {
            fault.suggestion = correction(number);
        }
        issues.push(fault);
    }
    (quarantine, issues)
}

fn withheld_fault(fault: &Fault, method: LinkMethod) -> Fault {
    match method {
        LinkMethod::Ambiguous => Fault {
            code: "ambiguous_person",
            message: format!("{}；本行与两人以上同样相符，无法确定是谁", fault.message),
            ..fault.clone()
        },
        _ => fault.clone(),
    }
}

fn admitted_fault(fault: &Fault, cell: &str, number: Option<&str>) -> Fault {
    Fault {
        message: format!("{}{ADMITTED}", fault.message),
        suggestion: match number {
            Some(number) => correction(number),
            None => fault.suggestion.clone(),
        },
        raw: cell.to_owned(),
        ..fault.clone()
    }
}

fn correction(number: &str) -> String {
    format!("{CORRECTION}{number}")
}

/// What ends the message of a row without a sound number that linking let in.
const ADMITTED: &str = "；已凭其他信息关联入库";
/// What begins the suggestion where linking knows the number.
const CORRECTION: &str = "核对后请补正证件号码，应为 ";

/// What an issue that was published means for linking its row anew.
#[derive(Clone, Debug, PartialEq)]
pub enum Reissue {
    /// It goes along with the row.
    Stays(Fault),
    /// The fault that is pending until linking lets the row in again, and the text of its cell.
    Pending(Fault, String),
    /// Linking finds it again where it still holds.
    Found,
}

/// Tells the doubts that linking had about a row from those that it did not raise.
pub fn reissue(mut issue: Fault) -> Reissue {
    let found = [OF_ANOTHER, OF_MANY, ROUNDED, OTHER_NAME];
    if found.contains(&(issue.code, issue.message.as_str())) {
        return Reissue::Found;
    }
    let Some(message) = issue.message.strip_suffix(ADMITTED) else { return Reissue::Stays(issue) };
    issue.message = message.to_owned();
    if issue.suggestion.starts_with(CORRECTION) {
        let code = FaultCode::ALL.iter().find(|code| code.as_str() == issue.code);
        issue.suggestion = code.map_or_else(String::new, |code| code.suggestion().to_owned());
    }
    let cell = std::mem::take(&mut issue.raw);
    Reissue::Pending(issue, cell)
}

/// Code and message of a fault that linking itself finds.
type Found = (&'static str, &'static str);
const OF_ANOTHER: Found = ("number_of_another", "证件号码格式正确，但与本行的姓名、出生日期或性别不符，似为他人号码");
const OF_MANY: Found = ("number_of_many", "同一证件号码用于很多不同姓名，不能证明本行是谁");
const ROUNDED: Found =
    ("number_rounded", "证件号码末三位为 000，似由电子表格舍入：另有来源以同一姓名给出前 15 位相同的号码");
const OTHER_NAME: Found = ("name_differs_under_number", "同一证件号码在其他来源中另有姓名");
const AMBIGUOUS: Found = ("ambiguous_person", "本行与两人以上同样相符，无法确定是谁");
const UNRESOLVED: Found = ("unresolved_person", "没有可信的证件号码，也未能凭其他信息确定是谁");

/// Why a row stays out about whose number checking had nothing to say: a household's row, or a number of many.
fn why_withheld(record: &Record, method: LinkMethod) -> Found {
    match (record.standing, method) {
        (_, LinkMethod::Ambiguous) => AMBIGUOUS,
        (Standing::Placeholder, _) => OF_MANY,
        (Standing::Rounded, _) => ROUNDED,
        _ => UNRESOLVED,
    }
}

/// What the row says, by the titles of its fields.
pub fn row_as_json(schema: &Schema, batch: &RecordBatch, row: usize) -> String {
    let mut cells = serde_json::Map::new();
    for field in &schema.fields {
        let column = batch.column_by_name(&field.name);
        let text = column.and_then(|column| arrow::compute::cast(&column.slice(row, 1), &DataType::Utf8).ok());
        if let Some(text) = text.as_ref().and_then(|text| text.as_any().downcast_ref::<StringArray>()) {
            cells.extend(text.iter().flatten().map(|text| (field.title.clone(), text.into())));
        }
    }
    serde_json::Value::from(cells).to_string()
}

fn record_fault(record: &Record, tables: &[ValidTable], (code, message): Found) -> Fault {
    let table = &tables[record.at.table as usize];
    let number = |column: &str| {
        let array = table.batch().column_by_name(column)?.as_any().downcast_ref::<UInt32Array>()?;
        array.is_valid(record.at.row as usize).then(|| array.value(record.at.row as usize))
    };
    Fault {
        place: table.place().clone(),
        row: number("row").unwrap_or(0),
        nth: number("nth"),
        field: identity_fields(table).0.to_owned(),
        code,
        message: message.to_owned(),
        suggestion: "请核对身份证原件，确认号码与姓名属于同一人".to_owned(),
        raw: String::new(),
    }
}
