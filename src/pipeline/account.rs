//! The account of every physical row: what became of it, and whether the sums hold.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array, UInt64Array};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use crate::model::{
    Fault, FieldType, LedgerEntry, Links, RowRef, Sensitivity, SheetPlace, SkippedLine, Table, TableName, TitledColumn,
    ValidTable, Words,
};
use crate::plan::Plan;

/// Enters the fates that linking decided into the ledger. A physical row that holds several people counts once, by the
/// row that stands for it; its people count as `rows_out`.
pub(super) fn settle(ledger: &mut [LedgerEntry], links: &Links, duplicates: &[(RowRef, RowRef)]) {
    // Of a sheet that could not be read and is carried over, the account that is carried over comes later and counts.
    let at: HashMap<Arc<SheetPlace>, usize> =
        ledger.iter().enumerate().map(|(index, entry)| (entry.place.clone(), index)).collect();
    let duplicates: HashSet<RowRef> = duplicates.iter().map(|(row, _)| *row).collect();
    let unrelated: HashSet<RowRef> = links.unrelated.iter().copied().collect();
    let withheld: HashSet<RowRef> = links.withheld.iter().copied().collect();
    for (index, table) in links.tables.iter().enumerate() {
        let Some(entry) = at.get(table.place()).map(|index| &mut ledger[*index]) else { continue };
        let members = member_flags(table);
        for (row, is_member) in members.into_iter().enumerate() {
            let row = RowRef { table: index as u32, row: row as u32 };
            let stays = !duplicates.contains(&row) && !unrelated.contains(&row) && !withheld.contains(&row);
            entry.rows_out += u64::from(stays);
            if is_member {
                continue;
            }
            if duplicates.contains(&row) {
                entry.duplicate += 1;
            } else if unrelated.contains(&row) {
                entry.unrelated += 1;
            } else if withheld.contains(&row) {
                entry.quarantined += 1;
            } else {
                entry.accepted += 1;
            }
        }
    }
}

/// Lets the doubts of validation follow their rows: those of rows that stay come back, those of withheld rows go to
/// quarantine with the whole row, and those of rows that are not kept are not kept either.
pub(super) fn follow_rows(issues: Vec<Fault>, links: &mut Links) -> Vec<Fault> {
    let told: HashSet<Spot> = issues.iter().map(spot).collect();
    let mut gone: HashSet<Spot> = HashSet::new();
    // Both are in row order.
    let mut staying = links.rows.iter().map(|link| link.row).peekable();
    for (index, table) in (0u32..).zip(&links.tables) {
        let (rows, nths) = (numbers(table, "row"), numbers(table, "nth"));
        for row in 0..table.len() {
            let at = RowRef { table: index, row: row as u32 };
            if staying.next_if_eq(&at).is_none()
                && let Some(number) = value_at(rows, row)
                && let Some(spot) = told.get(&(table.place().clone(), number, value_at(nths, row)))
            {
                gone.insert(spot.clone());
            }
        }
    }
    let withheld: HashMap<Spot, String> =
        links.quarantine.iter().filter(|fault| gone.contains(&spot(fault))).map(|f| (spot(f), f.raw.clone())).collect();
    let (left, stay): (Vec<Fault>, Vec<Fault>) = issues.into_iter().partition(|fault| gone.contains(&spot(fault)));
    let moved = left.into_iter().filter_map(|fault| Some(Fault { raw: withheld.get(&spot(&fault))?.clone(), ..fault }));
    links.quarantine.extend(moved);
    stay
}

/// Where a row stands: the sheet, its line and the person within it.
type Spot = (Arc<SheetPlace>, u32, Option<u32>);

fn spot(fault: &Fault) -> Spot {
    (fault.place.clone(), fault.row, fault.nth)
}

fn numbers<'a>(table: &'a ValidTable, column: &str) -> Option<&'a UInt32Array> {
    table.batch().column_by_name(column)?.as_any().downcast_ref()
}

fn value_at(numbers: Option<&UInt32Array>, row: usize) -> Option<u32> {
    numbers.filter(|numbers| numbers.is_valid(row)).map(|numbers| numbers.value(row))
}

/// By row: whether it is one of several people of a physical row that another row stands for.
fn member_flags(table: &ValidTable) -> Vec<bool> {
    let nth = numbers(table, "nth");
    (0..table.len()).map(|row| value_at(nth, row).is_some()).collect()
}

/// What became of the rows of one file or sheet.
pub(super) fn in_words(entry: &LedgerEntry) -> Words {
    let SheetPlace { source, file, sheet } = &*entry.place;
    let place = if sheet.is_empty() { file.clone() } else { format!("{file} / {sheet}") };
    let counts = [
        ("入库", "accepted", entry.accepted),
        ("重复", "duplicate", entry.duplicate),
        ("未入库", "quarantined", entry.quarantined),
        ("无关", "unrelated", entry.unrelated),
        ("表头", "heading", entry.heading),
        ("表尾", "footing", entry.footing),
        ("空行", "blank", entry.blank),
    ];
    let told = counts.iter().filter(|(.., count)| *count > 0);
    let zh: Vec<String> = told.clone().map(|(zh, _, count)| format!("{zh} {count}")).collect();
    let en: Vec<String> = told.map(|(_, en, count)| format!("{count} {en}")).collect();
    let (rows, status) = (entry.physical_rows, entry.status.as_str());
    Words::new(
        format!(
            "来源 {source} 的 {place}（{status}）：{rows} 行{}{}",
            if zh.is_empty() { "" } else { "，" },
            zh.join("，")
        ),
        format!(
            "source {source}: {place} ({status}): {rows} rows{}{}",
            if en.is_empty() { "" } else { ", " },
            en.join(", ")
        ),
    )
}

/// The first sheet whose fates do not add up to its physical rows: a fault of the program, which must not publish.
pub(super) fn unbalanced(ledger: &[LedgerEntry]) -> Option<&LedgerEntry> {
    ledger.iter().find(|entry| !entry.adds_up())
}

/// The table `ledger`.
pub(super) fn ledger_table(ledger: &[LedgerEntry], plan: &Plan) -> Result<Table, ArrowError> {
    let provider = |source: &str| {
        plan.sources.iter().find(|known| known.id == source).map_or_else(String::new, |known| known.provider.clone())
    };
    let text = |of: &dyn Fn(&LedgerEntry) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(ledger.iter().map(of)))
    };
    let count = |of: &dyn Fn(&LedgerEntry) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(ledger.iter().map(of)))
    };
    table(
        "ledger",
        "账目",
        vec![
            ("source", "来源", text(&|e| e.place.source.clone())),
            ("file", "文件", text(&|e| e.place.file.clone())),
            ("sheet", "工作表", text(&|e| e.place.sheet.clone())),
            ("status", "状态", text(&|e| e.status.as_str().to_owned())),
            ("reason", "说明", text(&|e| e.reason.zh.clone())),
            ("physical_rows", "物理行数", count(&|e| e.physical_rows)),
            ("blank", "空行", count(&|e| e.blank)),
            ("heading", "表头行", count(&|e| e.heading)),
            ("footing", "表尾行", count(&|e| e.footing)),
            ("accepted", "入库", count(&|e| e.accepted)),
            ("duplicate", "重复", count(&|e| e.duplicate)),
            ("quarantined", "未入库", count(&|e| e.quarantined)),
            ("unrelated", "无关", count(&|e| e.unrelated)),
            ("rows_out", "产出行数", count(&|e| e.rows_out)),
            ("provider", "提供单位", text(&|e| provider(&e.place.source))),
        ],
    )
}

/// The table `skipped`: every line taken for heading or footing.
pub(super) fn skipped_table(lines: &[SkippedLine]) -> Result<Table, ArrowError> {
    let text = |of: &dyn Fn(&SkippedLine) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(lines.iter().map(of)))
    };
    table(
        "skipped",
        "非数据行",
        vec![
            ("row_id", "行", text(&|line| line.place.row_id(line.row, None))),
            ("kind", "类别", text(&|line| line.kind.as_str().to_owned())),
            ("text", "内容", text(&|line| line.text.clone())),
        ],
    )
}

fn table(name: &str, title: &str, columns: Vec<(&'static str, &'static str, ArrayRef)>) -> Result<Table, ArrowError> {
    let column = |(name, title, array): (&'static str, &'static str, ArrayRef)| {
        let (kind, sensitivity) = match (array.data_type(), name) {
            (DataType::UInt64, _) => (FieldType::Integer, Sensitivity::Open),
            (_, "text") => (FieldType::Text, Sensitivity::Sensitive),
            _ => (FieldType::Text, Sensitivity::Open),
        };
        TitledColumn { name, title, kind, sensitivity, array }
    };
    Table::of_columns(name, title, columns.into_iter().map(column).collect())
}

/// By place, row and person, so that the order never depends on which file was read first.
pub(super) fn sort(faults: &mut [Fault]) {
    faults.sort_by(|a, b| {
        (&a.place, a.row, a.nth, &a.field, a.code, &a.message)
            .cmp(&(&b.place, b.row, b.nth, &b.field, b.code, &b.message))
    });
}

/// `quarantine` and `issue`.
pub(super) fn fault_table(name: &str, title: &str, batch: RecordBatch) -> Table {
    Table {
        name: TableName::new(name),
        title: title.to_owned(),
        schema: batch.schema(),
        batches: vec![batch],
        sorted_by: Vec::new(),
        looked_up_by: Vec::new(),
    }
}

/// Whom linking withheld, by township as the rows name it.
pub(super) fn withheld_by_town(links: &Links) -> Vec<(String, u64)> {
    let mut towns: BTreeMap<String, u64> = BTreeMap::new();
    for row in &links.withheld {
        let table = &links.tables[row.table as usize];
        let place = |column: &str| table.text(column).filter(|texts| texts.is_valid(row.row as usize));
        let text = |column: &str| place(column).map_or("", |texts| texts.value(row.row as usize));
        let town = format!("{}{}", text("county"), text("town"));
        *towns.entry(if town.is_empty() { "未写明".to_owned() } else { town }).or_default() += 1;
    }
    towns.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Grain, LinkMethod, LinkRow};
    use crate::stage::fixtures::{field, schema, valid};

    #[test]
    fn doubts_go_where_their_rows_go() {
        let schema = schema("people", Grain::Person, &[], vec![field("name", "姓名", FieldType::PersonName)]);
        let table = valid("death", None, schema, &["姓名"], &["王小明", "李秀", "路人丙"].map(str::to_owned));
        let fault = |row: u32, code: &'static str, raw: &str| Fault {
            place: table.place().clone(),
            row,
            nth: None,
            field: "name".into(),
            code,
            message: String::new(),
            suggestion: String::new(),
            raw: raw.into(),
        };
        let doubts = |rows: &[u32]| rows.iter().map(|row| fault(*row, "name_with_note", "cell")).collect::<Vec<_>>();
        let at = |row| RowRef { table: 0, row };
        let stays = LinkRow {
            row: at(0),
            person: Some(0),
            household: Some(0),
            method: LinkMethod::Alone,
            probability: 1.0,
            partner: None,
            states_household: false,
            trusted_number: false,
            other_name: false,
        };
        let mut links = Links {
            rows: vec![stays],
            withheld: vec![at(1)],
            unrelated: vec![at(2)],
            quarantine: vec![fault(3, "id_missing", "row")],
            tables: vec![table.clone()],
            ..Links::default()
        };
        // Line 1 is the header: a doubt about the sheet is no row's.
        let stay = follow_rows(doubts(&[1, 2, 3, 4]), &mut links);
        assert_eq!(stay.iter().map(|fault| fault.row).collect::<Vec<_>>(), [1, 2]);
        let out: Vec<_> = links.quarantine.iter().map(|fault| (fault.row, fault.code, fault.raw.as_str())).collect();
        assert_eq!(out, [(3, "id_missing", "row"), (3, "name_with_note", "row")]);
    }
}
