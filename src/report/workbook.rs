//! The workbook that goes back to a provider: what of its files was kept out, what was let in with a doubt, and the
//! account of every sheet.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use arrow::array::{ArrayRef, RecordBatch};
use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::ReportError;
use super::cell;
use super::sheet::{Cell, Sheet, Styles};
use crate::model::Lang;

/// Original columns that get a column of their own; files with more have the rest in one last cell.
const MOST_ORIGINALS: usize = 300;

/// What the workbook of one provider is made of. The batches may hold other sources' rows; only those of `sources`
/// are taken.
pub struct ProviderInput<'a> {
    pub provider: &'a str,
    /// Ids of the provider's sources.
    pub sources: &'a [String],
    /// The table `quarantine`.
    pub quarantine: &'a [RecordBatch],
    /// The table `issue`.
    pub issue: &'a [RecordBatch],
    /// The table `ledger`.
    pub ledger: &'a [RecordBatch],
    /// Field name → Chinese title.
    pub titles: &'a BTreeMap<String, String>,
    /// The day of the run; the workbook carries no other time.
    pub as_of: NaiveDate,
    pub lang: Lang,
}

/// The workbook's bytes, and how many rows its first two sheets hold.
#[derive(Debug)]
pub struct ProviderWorkbook {
    pub bytes: Vec<u8>,
    pub kept_out: u64,
    pub doubtful: u64,
}

/// Sheets 「未入库」, 「存疑」 and 「文件账目」. Memory does not grow with the number of rows.
pub fn provider_workbook(input: &ProviderInput<'_>) -> Result<ProviderWorkbook, ReportError> {
    let (mut workbook, styles, lang) = (Workbook::new(), Styles::new(), input.lang);
    workbook.set_properties(&properties(input.provider, input.as_of));
    let originals = original_columns(input)?;
    let kept_out = fault_sheet(&mut workbook, &styles, input, lang.pick("未入库", "Kept out"), Some(&originals))?;
    let doubtful = fault_sheet(&mut workbook, &styles, input, lang.pick("存疑", "Doubtful"), None)?;
    ledger_sheet(&mut workbook, &styles, input)?;
    Ok(ProviderWorkbook { bytes: workbook.save_to_buffer()?, kept_out, doubtful })
}

/// Title and a fixed day of making, so that equal inputs give equal workbooks.
pub(super) fn properties(title: &str, day: NaiveDate) -> DocProperties {
    use chrono::Datelike;
    let properties = DocProperties::new().set_title(title);
    let made = u16::try_from(day.year())
        .ok()
        .and_then(|year| ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok());
    match made {
        Some(made) => properties.set_creation_datetime(&made),
        None => properties,
    }
}

/// Columns of a batch by name, read as text.
pub(super) struct Texts<'a> {
    table: &'static str,
    batch: &'a RecordBatch,
}

impl<'a> Texts<'a> {
    pub(super) fn new(table: &'static str, batch: &'a RecordBatch) -> Self {
        Texts { table, batch }
    }

    pub(super) fn column(&self, column: &'static str) -> Result<&'a ArrayRef, ReportError> {
        self.batch.column_by_name(column).ok_or(ReportError::Column { table: self.table, column })
    }

    /// The cell's text; empty where the column is null.
    pub(super) fn get(&self, column: &'static str, row: usize) -> Result<String, ReportError> {
        Ok(cell::text(self.column(column)?, row).unwrap_or_default())
    }
}

/// The original columns of all rows kept out, in the order in which they are first met, each with its place.
fn original_columns(input: &ProviderInput<'_>) -> Result<Vec<String>, ReportError> {
    let (mut order, mut seen) = (Vec::new(), HashMap::new());
    for_own_rows("quarantine", input.quarantine, input.sources, |texts, row| {
        for (title, _) in original_cells(&texts.get("raw", row)?) {
            if !seen.contains_key(&title) {
                seen.insert(title.clone(), order.len());
                order.push(title);
            }
        }
        Ok(())
    })?;
    Ok(order)
}

fn for_own_rows<'a>(
    table: &'static str,
    batches: &'a [RecordBatch],
    sources: &[String],
    mut each: impl FnMut(&Texts<'a>, usize) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    for batch in batches {
        let texts = Texts::new(table, batch);
        for row in 0..batch.num_rows() {
            let source = texts.get("source", row)?;
            if sources.contains(&source) {
                each(&texts, row)?;
            }
        }
    }
    Ok(())
}

/// With `originals` the rows kept out and their original columns, without the doubtful rows and the doubtful cell.
fn fault_sheet(
    workbook: &mut Workbook,
    styles: &Styles,
    input: &ProviderInput<'_>,
    name: &str,
    originals: Option<&[String]>,
) -> Result<u64, ReportError> {
    let lang = input.lang;
    let mut titles: Vec<String> = lang
        .pick(
            ["文件", "工作表", "行号", "字段", "原因", "处理建议"],
            ["File", "Sheet", "Row", "Field", "Reason", "Suggestion"],
        )
        .map(String::from)
        .to_vec();
    let own_columns = titles.len();
    let shown = originals.map_or(0, |o| o.len().min(MOST_ORIGINALS));
    match originals {
        Some(originals) => {
            titles.extend(originals[..shown].iter().cloned());
            if originals.len() > shown {
                titles.push(lang.pick("其余各列", "Further columns").into());
            }
        }
        None => titles.push(lang.pick("原值", "Original value").into()),
    }
    let places: HashMap<&str, usize> =
        originals.unwrap_or_default().iter().enumerate().map(|(at, title)| (title.as_str(), at)).collect();
    let mut sheet = Sheet::new(workbook, styles, name, titles.clone())?;
    let (table, batches) = if originals.is_some() { ("quarantine", input.quarantine) } else { ("issue", input.issue) };
    let mut count = 0;
    for_own_rows(table, batches, input.sources, |texts, row| {
        let field = texts.get("field", row)?;
        let raw = texts.get("raw", row)?;
        let mut values = vec![String::new(); titles.len()];
        values[0] = texts.get("file", row)?;
        values[1] = texts.get("sheet", row)?;
        let row_number = texts.get("row_number", row)?;
        values[3] = input.titles.get(&field).cloned().unwrap_or(field);
        values[4] = texts.get("message", row)?;
        values[5] = texts.get("suggestion", row)?;
        if originals.is_some() {
            for (title, value) in original_cells(&raw) {
                match places.get(title.as_str()) {
                    Some(at) if *at < shown => values[own_columns + at] = value,
                    _ => push_further(&mut values[own_columns + shown], &title, &value),
                }
            }
        } else {
            values[own_columns] = raw;
        }
        let mut cells: Vec<Cell<'_>> =
            values.iter().map(|v| if v.is_empty() { Cell::Empty } else { Cell::Text(v) }).collect();
        cells[2] = row_number.parse().map_or(Cell::Text(&row_number), Cell::Plain);
        count += 1;
        Ok(sheet.push(&cells)?)
    })?;
    sheet.finish()?;
    Ok(count)
}

fn push_further(cell: &mut String, title: &str, value: &str) {
    if !cell.is_empty() {
        cell.push('；');
    }
    cell.push_str(title);
    cell.push('=');
    cell.push_str(value);
}

const LEDGER_COUNTS: [&str; 9] =
    ["physical_rows", "heading", "footing", "blank", "accepted", "duplicate", "quarantined", "unrelated", "rows_out"];

fn ledger_sheet(workbook: &mut Workbook, styles: &Styles, input: &ProviderInput<'_>) -> Result<(), ReportError> {
    let titles = input.lang.pick(
        [
            "来源",
            "文件",
            "工作表",
            "状态",
            "说明",
            "总行数",
            "标题行",
            "表尾行",
            "空行",
            "入库",
            "重复",
            "未入库",
            "与库内人员无关",
            "产出记录",
        ],
        [
            "Source",
            "File",
            "Sheet",
            "State",
            "Remark",
            "Lines",
            "Heading",
            "Footing",
            "Blank",
            "Accepted",
            "Duplicate",
            "Kept out",
            "Unrelated",
            "Records made",
        ],
    );
    let name = input.lang.pick("文件账目", "Files");
    let mut sheet = Sheet::new(workbook, styles, name, titles.map(String::from).to_vec())?;
    for_own_rows("ledger", input.ledger, input.sources, |texts, row| {
        let state = status_words(&texts.get("status", row)?, input.lang);
        let words = [
            texts.get("source", row)?,
            texts.get("file", row)?,
            texts.get("sheet", row)?,
            state,
            texts.get("reason", row)?,
        ];
        let mut cells: Vec<Cell<'_>> = words.iter().map(|word| Cell::Text(word)).collect();
        for column in LEDGER_COUNTS {
            cells.push(texts.get(column, row)?.parse().map_or(Cell::Empty, Cell::Number));
        }
        Ok(sheet.push(&cells)?)
    })?;
    Ok(sheet.finish()?)
}

fn status_words(status: &str, lang: Lang) -> String {
    let (zh, en) = match status {
        "read" => ("已读取", "read"),
        "held_back" => ("整表未采用", "held back whole"),
        "no_table" => ("没有数据表", "no table"),
        "empty" => ("空表", "empty"),
        "superseded" => ("已被新一期文件取代", "superseded"),
        "failed" => ("无法读取", "could not be read"),
        "carried_over" => ("沿用上期数据", "carried over"),
        other => (other, other),
    };
    lang.pick(zh, en).to_owned()
}

/// The cells of a row as they stand in `raw`, in their order. What is no JSON object counts as one nameless cell.
fn original_cells(raw: &str) -> Vec<(String, String)> {
    match serde_json::from_str::<OriginalCells>(raw) {
        Ok(cells) => cells.0,
        Err(_) if raw.is_empty() => Vec::new(),
        Err(_) => vec![("原文".into(), raw.into())],
    }
}

/// A JSON object that keeps its order and titles that occur twice.
struct OriginalCells(Vec<(String, String)>);

impl<'de> Deserialize<'de> for OriginalCells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;
        impl<'de> Visitor<'de> for Cells {
            type Value = OriginalCells;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of cells")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OriginalCells, A::Error> {
                let mut cells: Vec<(String, String)> = Vec::new();
                while let Some(title) = map.next_key::<String>()? {
                    let text = match map.next_value::<serde_json::Value>() {
                        Ok(serde_json::Value::String(text)) => text,
                        Ok(serde_json::Value::Null) => String::new(),
                        Ok(other) => other.to_string(),
                        Err(error) => return Err(error),
                    };
                    cells.push((apart(&cells, title), text));
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(OriginalCells(cells))
            }
        }
        deserializer.deserialize_map(Cells)
    }
}

/// A title told apart from equal ones before it: 姓名, 姓名 2.
fn apart(cells: &[(String, String)], title: String) -> String {
    if cells.iter().all(|(t, _)| *t != title) {
        return title;
    }
    let next = (2..).map(|n| format!("{title} {n}")).find(|candidate| cells.iter().all(|(t, _)| t != candidate));
    next.unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::original_cells;

    #[test]
    fn original_cells_keep_their_order_and_their_twins() {
        let cells = original_cells(r#"{"序号":"1","姓名":"甲","姓名":"乙","金额":12.50,"备注":null}"#);
        let expected = [("序号", "1"), ("姓名", "甲"), ("姓名 2", "乙"), ("金额", "12.5"), ("备注", "")];
        assert_eq!(cells, expected.map(|(t, v)| (t.to_string(), v.to_string())));
        assert!(original_cells("").is_empty());
        assert_eq!(original_cells("[1").len(), 1);
    }
}
