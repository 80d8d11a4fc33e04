//! The list that `ronghe match` screens, read as any departmental file is.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use super::exit::{Exit, Failure};
use super::match_list::{List, ListRow};
use crate::model::{CellKind, ColumnHead, LedgerEntry, RawTable, SheetStatus, Words};
use crate::plan::{Source, shipped_plan};
use crate::source::{Event, FoundFile, Limits, read_file};

/// Reads a list of people. `schema` knows what headers mean: at least its `id_number` or `name` must be found.
pub fn read(path: &Path, schema: &Arc<crate::model::Schema>, limits: &Limits) -> Result<List, Failure> {
    let source = source(schema);
    let (mut list, mut failed) = (List::default(), None::<Words>);
    // Lines of several cells on the sheet at hand that are taken for no row.
    let mut passed_over = 0;
    let files = FoundFile::given(path, limits);
    let mut sink = |event| {
        match event {
            Event::Rows(rows) => take(&mut list, &rows),
            Event::HeldSheet(held) => {
                failed = Some(Words::new(
                    format!("{}；{}", held.reason.zh, held.suggestion.zh),
                    format!("{}; {}", held.reason.en, held.suggestion.en),
                ));
            }
            Event::Skipped(line) => passed_over += u64::from(line.text.contains('\t')),
            Event::End(end) => {
                let LedgerEntry { place, status, reason, quarantined, .. } = end.ledger;
                if status == SheetStatus::Failed {
                    failed = Some(reason.clone());
                }
                let passed_over = std::mem::take(&mut passed_over);
                let passed_over = if status == SheetStatus::NoTable { passed_over } else { 0 };
                if quarantined + passed_over > 0 || status == SheetStatus::Failed {
                    list.left_out.push(left_out(&place.sheet, quarantined + passed_over, &reason));
                }
            }
            _ => {}
        }
        Ok::<(), Infallible>(())
    };
    match files.iter().try_for_each(|file| read_file(file, &source, limits, &mut sink)) {
        Ok(()) => {}
        Err(never) => match never {},
    }
    if list.rows.is_empty() {
        let reason = failed.unwrap_or_else(|| {
            Words::new(
                "没有找到含姓名或证件号码的表；请确认表头中有“姓名”或“身份证号”列",
                "it holds no table with names or identity numbers; its header needs a column 姓名 or 身份证号",
            )
        });
        let shown = path.display();
        return Err(Failure::new(
            Exit::Failed,
            format!("名单 {shown} 无法读取：{}", reason.zh),
            format!("the list {shown} cannot be read: {}", reason.en),
        ));
    }
    Ok(list)
}

/// What is said of people on the list who cannot be screened: nobody is passed over in silence.
fn left_out(sheet: &str, lines: u64, reason: &Words) -> Words {
    let place = if sheet.is_empty() { String::new() } else { format!("（{sheet}）") };
    let stop = if reason.zh.is_empty() { "" } else { "：" };
    Words::new(
        format!("名单未能全部筛查，{lines} 行读不成表格{place}{stop}{}", reason.zh),
        format!("not all of the list was screened: {lines} lines are in no table{place} {}", reason.en),
    )
}

/// A source of one file, of which nothing is said.
fn source(schema: &Arc<crate::model::Schema>) -> Source {
    let mut schema = crate::model::Schema::clone(schema);
    // A list need not have what a register must have.
    for field in &mut schema.fields {
        field.required = false;
    }
    Source { schemas: vec![Arc::new(schema)], ..Source::unstated("list") }
}

/// Where each column of a table goes among the list's titles, which grow by those that are new. Columns of later tables
/// go below those of the same title; of columns that share a title the second goes below the second.
fn places(titles: &mut Vec<String>, columns: &[ColumnHead]) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(columns.len());
    for column in columns {
        let of_title = |(at, title): (usize, &String)| (*title == column.title && !places.contains(&at)).then_some(at);
        let place = titles.iter().enumerate().find_map(of_title).unwrap_or_else(|| {
            titles.push(column.title.clone());
            titles.len() - 1
        });
        places.push(place);
    }
    places
}

/// Adds the rows of a table.
fn take(list: &mut List, table: &RawTable) {
    use arrow::array::Array;
    let head = table.head();
    let places = places(&mut list.titles, &head.columns);
    let column_of = |name: &str| {
        let field = head.schema.field(name)?;
        head.columns.iter().position(|column| column.field == Some(field))
    };
    let (id_number, name) = (column_of("id_number"), column_of("name"));
    let text = |column: usize, row: usize| {
        let (texts, _) = table.cells(column);
        if texts.is_null(row) { String::new() } else { texts.value(row).to_owned() }
    };
    for row in 0..table.len() {
        let mut cells = vec![String::new(); list.titles.len()];
        for (column, place) in places.iter().enumerate() {
            cells[*place] = text(column, row);
        }
        let numeric =
            id_number.is_some_and(|column| CellKind::from_u8(table.cells(column).1.value(row)) == CellKind::Number);
        list.rows.push(ListRow {
            cells,
            id_number: id_number.map_or(String::new(), |column| text(column, row)),
            numeric,
            name: name.map_or(String::new(), |column| text(column, row)),
        });
    }
}

/// The shipped schema of the registration form, which knows the most spellings of who somebody is.
pub fn schema() -> Result<Arc<crate::model::Schema>, Failure> {
    const NAME: &str = "low_income_registration";
    shipped_plan().ok().and_then(|plan| plan.schemas.get(NAME).cloned()).ok_or_else(|| {
        Failure::new(Exit::Failed, "程序自带的登记表无法使用", "the shipped registration form cannot be used")
    })
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "makes the lists that are read")]
mod tests {
    use rust_xlsxwriter::Workbook;

    #[test]
    fn a_sheet_that_is_taken_for_no_table_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list.xlsx");
        let mut book = Workbook::new();
        for rows in [[["姓名", "身份证号"], ["王五", "362401196503120012"]], [["事项", "经办"], ["发放", "会计"]]]
        {
            let sheet = book.add_worksheet();
            for (row, cells) in (0..).zip(rows) {
                for (column, text) in (0..).zip(cells) {
                    sheet.write_string(row, column, text).expect("a cell");
                }
            }
        }
        book.save(&path).expect("a workbook");
        let schema = super::schema().unwrap_or_else(|_| panic!("the shipped form"));
        let list = super::read(&path, &schema, &super::Limits::default()).unwrap_or_else(|_| panic!("a list"));
        assert_eq!((list.rows.len(), list.left_out.len()), (1, 1));
        assert!(list.left_out[0].zh.contains("Sheet2"), "{}", list.left_out[0].zh);
    }
}
