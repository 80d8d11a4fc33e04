use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook, Worksheet};

use super::*;

/// A worksheet from rows of text.
fn sheet(name: &str, rows: &[&[&str]]) -> Worksheet {
    let mut sheet = Worksheet::new();
    sheet.set_name(name).unwrap();
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(*cells) {
            if !text.is_empty() {
                sheet.write_string(row, column, *text).unwrap();
            }
        }
    }
    sheet
}

fn book(sheets: Vec<Worksheet>) -> Vec<u8> {
    let mut book = Workbook::new();
    for sheet in sheets {
        book.push_worksheet(sheet);
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn cells_keep_what_they_were() {
    let mut list = sheet("Sheet1", &[&["姓名", "身份证号", "出生日期", "月保障金额", "备注"]]);
    let day = CellFormat::new().set_num_format("yyyy年m月d日");
    list.write_string(1, 0, "王五").unwrap();
    list.write_number(1, 1, 362401196503120012.0).unwrap();
    list.write_datetime_with_format(1, 2, ExcelDateTime::from_ymd(1965, 3, 12).unwrap(), &day).unwrap();
    list.write_number(1, 3, 0.1 + 0.2).unwrap();
    list.write_boolean(1, 4, true).unwrap();
    list.write_string(2, 0, "李四").unwrap();
    list.write_string(2, 1, ID).unwrap();
    list.write_formula(2, 4, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
    let seen = read_bytes("低保.csv", &book(vec![list]), &source());
    assert_eq!(seen.file.as_ref().map(|file| file.format), Some(Format::Xlsx));
    let sheet = &seen.sheets[0];
    let cell = |text: &str, kind| (Some(text.to_owned()), kind);
    assert_eq!(sheet.column("id_number"), [cell("362401196503120000", CellKind::Number), cell(ID, CellKind::Text)]);
    assert_eq!(sheet.column("birth_date"), [cell("1965-03-12", CellKind::Date), (None, CellKind::Empty)]);
    assert_eq!(sheet.column("amount")[0], cell("0.3", CellKind::Number));
    assert_eq!(sheet.column("remark"), [cell("TRUE", CellKind::Boolean), cell("#N/A", CellKind::Error)]);
}

#[test]
fn township_sheets_state_their_town_and_instructions_are_no_table() {
    let header: &[&str] = &["姓名", "身份证号", "备注"];
    let bytes = book(vec![
        sheet("填报说明", &[&["列名", "要求", "例子"], &["姓名", "必填", "王五"], &["身份证号", "必填", "18位"]]),
        sheet("1.永阳镇（2人）", &[header, &["王五", ID, ""], &["李四", "", "无证"]]),
        sheet("吉安县敦厚镇", &[header, &["赵六", "", ""]]),
        sheet("选项", &[&["性别", "乡镇", "备注"], &["男", "永阳镇", "有"], &["女", "敦厚镇", "无"]]),
        sheet("空", &[]),
    ]);
    let seen = read_bytes("a.xlsx", &bytes, &source());
    let status: Vec<SheetStatus> = seen.sheets.iter().map(Sheet::status).collect();
    use SheetStatus::*;
    assert_eq!(status, [NoTable, Read, Read, NoTable, Empty]);
    let (town, county) = (people().field("town").unwrap(), people().field("county").unwrap());
    assert_eq!(seen.sheets[1].head().stated, [(town, "永阳镇".to_owned())]);
    assert_eq!(seen.sheets[2].head().stated, [(county, "吉安县".to_owned()), (town, "敦厚镇".to_owned())]);
}

#[test]
fn a_sheet_of_people_without_known_headers_is_never_taken_for_instructions() {
    let bytes = book(vec![
        sheet("一", &[&["姓名", "身份证号"], &["王五", ID]]),
        sheet("二", &[&["李四", "11010519491231002X", "永阳镇"], &["赵六", "632123820927051", "永阳镇"]]),
        sheet("三", &[&["续表"], &["钱七", ID]]),
    ]);
    let seen = read_bytes("a.xlsx", &bytes, &source());
    assert_eq!((seen.sheets[1].status(), seen.sheets[1].held.len()), (SheetStatus::HeldBack, 2));
    assert_eq!(seen.sheets[2].status(), SheetStatus::HeldBack);
    assert!(seen.sheets[2].held.iter().any(|fault| fault.row == 2));
}

#[test]
fn common_words_on_a_sheet_s_tab_are_no_places() {
    let rows: &[&[&str]] = &[&["姓名", "身份证号", "备注"], &["王五", ID, ""]];
    let names =
        ["全县", "社区", "现场", "城区", "各乡镇", "某某县", "全镇", "汇总", "永阳镇", "吉安县", "万安县芙蓉镇"];
    let seen = read_bytes("a.xlsx", &book(names.iter().map(|name| sheet(name, rows)).collect()), &source());
    let stated: Vec<Vec<&str>> =
        seen.sheets.iter().map(|sheet| sheet.head().stated.iter().map(|(_, value)| value.as_str()).collect()).collect();
    assert!(stated[..8].iter().all(Vec::is_empty), "{stated:?}");
    assert_eq!(stated[8..], [vec!["永阳镇"], vec!["吉安县"], vec!["万安县", "芙蓉镇"]]);
}

#[test]
fn people_without_numbers_under_unknown_headers_are_held_back_beside_a_table() {
    let bytes = book(vec![
        sheet("一", &[&["姓名", "身份证号"], &["王五", ID]]),
        sheet(
            "二",
            &[
                &["党员", "支部名", "入党年份", "困难情形"],
                &["李四", "东门", "1998", "大病"],
                &["赵六", "东门", "2001", "残疾"],
                &["孙八", "西门", "2010", "失业"],
            ],
        ),
        sheet("三", &[&["补充名单"], &["孙八 632123198209270518 大病"], &["说明"]]),
        sheet("四", &[&["名单"], &["李四"], &["赵六"], &["孙八"], &["周九"]]),
        sheet("汇总", &[&["片区", "户数", "人数"], &["永阳镇", "12", "30"], &["敦厚镇", "8", "19"]]),
    ]);
    let seen = read_bytes("a.xlsx", &bytes, &source());
    let status: Vec<SheetStatus> = seen.sheets.iter().map(Sheet::status).collect();
    use SheetStatus::*;
    assert_eq!(status, [Read, HeldBack, HeldBack, HeldBack, NoTable]);
    assert_eq!(seen.sheets[1].held.len(), 4);
    assert!(seen.sheets[2].held.iter().any(|fault| fault.row == 2));
    assert!(!seen.sheets[1].reason().contains("李四"));
}

#[test]
fn sheets_that_the_office_did_not_choose_are_not_read() {
    let bytes = book(vec![
        sheet("数据1", &[&["姓名", "备注"], &["王五", ""]]),
        sheet("旧", &[&["姓名", "备注"], &["李四", ""]]),
    ]);
    let chosen = Source { sheets: Some("数据*".into()), ..source() };
    let seen = read_bytes("a.xlsx", &bytes, &chosen);
    assert_eq!(seen.sheets[0].rows(), [2]);
    assert_eq!((seen.sheets[1].status(), seen.sheets[1].end().ledger.physical_rows), (SheetStatus::NoTable, 0));
}

#[test]
fn merged_headers_of_a_workbook_are_spread() {
    let mut list = Worksheet::new();
    let plain = CellFormat::new();
    list.merge_range(0, 0, 0, 4, "2025年12月花名册", &plain).unwrap();
    list.merge_range(1, 0, 2, 0, "序号", &plain).unwrap();
    list.merge_range(1, 1, 1, 2, "户主", &plain).unwrap();
    list.merge_range(1, 3, 2, 3, "姓名", &plain).unwrap();
    list.merge_range(1, 4, 2, 4, "备注", &plain).unwrap();
    for (column, text) in [(1, "姓名"), (2, "身份证号")] {
        list.write_string(2, column, text).unwrap();
    }
    for (column, text) in [(1, "王五"), (2, ID), (3, "李四")] {
        list.write_string(3, column, text).unwrap();
    }
    let seen = read_bytes("a.xlsx", &book(vec![list]), &source());
    let sheet = &seen.sheets[0];
    assert_eq!(sheet.texts("head_name"), ["王五"]);
    assert_eq!(sheet.texts("name"), ["李四"]);
    assert_eq!(sheet.head().period.as_deref(), Some("2025-12"));
}

#[test]
fn what_is_merged_over_a_household_stands_on_each_of_its_people_but_figures_do_not() {
    let mut list = sheet(
        "Sheet1",
        &[
            &["乡镇", "姓名", "身份证号", "月保障金额"],
            &["", "王五", ID],
            &["", "李四"],
            &["", "合计"],
            &["敦厚镇", "赵六"],
        ],
    );
    let plain = CellFormat::new();
    list.merge_range(1, 0, 3, 0, "永阳镇", &plain).unwrap();
    list.merge_range(1, 3, 2, 3, "", &plain).unwrap();
    list.write_number(1, 3, 600).unwrap();
    let seen = read_bytes("a.xlsx", &book(vec![list]), &source());
    let sheet = &seen.sheets[0];
    assert_eq!(sheet.rows(), [2, 3, 5]);
    assert_eq!(sheet.texts("town"), ["永阳镇", "永阳镇", "敦厚镇"]);
    assert_eq!(sheet.texts("amount"), ["600", "", ""]);
}

#[test]
fn a_township_merged_over_households_stands_on_each_head_and_on_no_member() {
    let mut list = sheet(
        "Sheet1",
        &[
            &["乡镇", "户主姓名", "家庭成员姓名", "家庭成员身份证号", "月保障金额"],
            &["", "王五", "王五", ID],
            &["", "", "王六"],
            &["", "李四", "李四"],
            &["", "", "李五"],
            &["敦厚镇", "赵六", "赵六"],
        ],
    );
    let plain = CellFormat::new();
    list.merge_range(1, 0, 4, 0, "永阳镇", &plain).unwrap();
    list.merge_range(1, 4, 4, 4, "", &plain).unwrap();
    list.write_number(1, 4, 600).unwrap();
    let source = Source { schemas: vec![listing_households()], ..source() };
    let seen = read_bytes("a.xlsx", &book(vec![list]), &source);
    assert_eq!(seen.sheets[0].texts("town"), ["永阳镇", "", "永阳镇", "", "敦厚镇"]);
    assert_eq!(seen.sheets[0].texts("amount"), ["600", "", "", "", ""]);
}

#[test]
fn far_cells_cost_nothing() {
    let mut list = sheet("Sheet1", &[&["姓名", "备注"], &["王五", ""]]);
    list.write_string(1_048_575, 16_383, "远").unwrap();
    let seen = read_bytes("a.xlsx", &book(vec![list]), &source());
    let sheet = &seen.sheets[0];
    assert_eq!(sheet.rows(), [2, 1_048_576]);
    assert_eq!(sheet.texts("XFD列"), ["", "远"]);
    assert_eq!(sheet.end().ledger.blank, 1_048_573);
}

#[test]
fn old_workbooks_are_read_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/register.xls");
    let seen = read(&path, &source());
    let sheet = &seen.sheets[0];
    assert_eq!(sheet.rows(), [4, 6]);
    assert_eq!(sheet.head().multiplier, Some(10_000));
    assert_eq!(sheet.texts("birth_date"), ["1965-03-12", "1970.1"]);
    assert_eq!(sheet.column("id_number")[1], (Some("362401196503120000".into()), CellKind::Number));
    assert_eq!(sheet.skipped(SkippedKind::Footing), [7]);
    assert_eq!(sheet.end().ledger.blank, 1);
    assert_eq!(seen.sheets[1].status(), SheetStatus::NoTable);
}

/// A compound file with one stream.
fn compound(stream: &str, content: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(stream).unwrap().write_all(content).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let failed = |name: &str, bytes: &[u8]| {
        let seen = read_bytes(name, bytes, &source());
        assert_eq!(seen.sheets[0].status(), SheetStatus::Failed, "{name}");
        seen.sheets[0].reason().to_owned()
    };
    assert!(failed("a.xlsx", &compound("/EncryptedPackage", b"x")).contains("密码"));
    assert!(failed("a.xls", &compound("/WordDocument", b"x")).contains("Word"));
    assert!(failed("a.xls", b"<html><table><tr><td>\xE5").contains("HTML"));
    assert!(failed("a.xls", "\u{FEFF}<?xml version=\"1.0\"?>".as_bytes()).contains("XML"));
    assert!(failed("a.csv", b"%PDF-1.7").contains("PDF"));
    let whole = book(vec![sheet("一", &[&["姓名", "备注"], &["王五", ""]])]);
    assert!(failed("a.xlsx", &whole[..whole.len() / 2]).contains("不完整"));
    assert!(failed("a.csv", &[0, 1, 2, 3, 0, 0, 7, 200, 0, 1]).contains("不是文本"));
}

#[test]
fn an_old_workbook_that_claims_a_huge_rectangle_is_refused() {
    let cell = |row: u16, column: u16| {
        let mut record = vec![0x03, 0x02, 14, 0];
        record.extend(row.to_le_bytes());
        record.extend(column.to_le_bytes());
        record.extend([0; 10]);
        record
    };
    let stream = [cell(0, 0), cell(65_535, 65_535)].concat();
    let seen = read_bytes("a.xls", &compound("/Workbook", &stream), &source());
    assert!(seen.sheets[0].reason().contains("很远"));
}

#[test]
fn a_zero_byte_workbook_is_empty() {
    assert_eq!(read_bytes("a.xlsx", b"", &source()).sheets[0].status(), SheetStatus::Empty);
}

/// A zip whose members are stored as they are.
pub(super) fn stored_zip<N: AsRef<[u8]>, C: AsRef<[u8]>>(members: &[(N, C)]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
        })
    };
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let (name, content) = (name.as_ref(), content.as_ref());
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58];
        common.extend(crc(content).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        list.extend(b"PK\x01\x02\x14\x00");
        list.extend(&common);
        list.extend([0; 10]);
        list.extend((bytes.len() as u32).to_le_bytes());
        list.extend(name);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name);
        bytes.extend(content);
    }
    let start = bytes.len() as u32;
    bytes.extend(&list);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend((members.len() as u16).to_le_bytes());
    bytes.extend((members.len() as u16).to_le_bytes());
    bytes.extend((list.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn open_document_sheets_are_read() {
    let row = |cells: &[&str]| {
        let cells = cells.iter().map(|text| {
            format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
        });
        format!("<table:table-row>{}</table:table-row>", cells.collect::<String>())
    };
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>\
         <table:table table:name=\"名册\">{}{}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(&["姓名", "身份证号"]),
        row(&["王五", ID])
    );
    let manifest = "<?xml version=\"1.0\"?><manifest:manifest \
        xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"></manifest:manifest>";
    let bytes = stored_zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", &content),
    ]);
    let seen = read_bytes("a.xlsx", &bytes, &source());
    assert_eq!(seen.file.as_ref().map(|file| file.format), Some(Format::Ods), "{}", seen.sheets[0].reason());
    assert_eq!(seen.sheets[0].texts("id_number"), [ID]);
}

#[test]
fn zips_that_are_no_workbooks_are_named() {
    let word = stored_zip(&[("[Content_Types].xml", ""), ("word/document.xml", "")]);
    assert!(read_bytes("a.xlsx", &word, &source()).sheets[0].reason().contains("Word"));
    let packed = stored_zip(&[("名册.xlsx", "")]);
    assert_eq!(read_bytes("a.xlsx", &packed, &source()).sheets[0].end().ledger.place.file, "a.xlsx/名册.xlsx");
}

#[test]
fn a_torn_list_of_merged_cells_is_told() {
    let cell = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let list = |merged: &str| {
        let sheet = format!(
            "<worksheet xmlns=\"{main}\"><sheetData><row r=\"1\">{}{}</row><row r=\"2\">{}{}</row></sheetData>\
             <mergeCells count=\"1\"><mergeCell ref=\"{merged}\"/></mergeCells></worksheet>",
            cell("A1", "姓名"),
            cell("B1", "身份证号"),
            cell("A2", "王五"),
            cell("B2", ID)
        );
        let book = format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{rels}\"><sheets><sheet name=\"一\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
        );
        let links = format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{rels}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
        );
        let root = format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{rels}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let bytes = stored_zip(&[
            ("[Content_Types].xml", ""),
            ("_rels/.rels", &root),
            ("xl/workbook.xml", &book),
            ("xl/_rels/workbook.xml.rels", &links),
            ("xl/worksheets/sheet1.xml", &sheet),
        ]);
        read_bytes("a.xlsx", &bytes, &source()).sheets.remove(0)
    };
    let sound = list("A3:A4");
    assert_eq!((sound.status(), sound.rows()), (SheetStatus::Read, vec![2]), "{}", sound.reason());
    let torn = list("A?:!");
    assert_eq!((torn.status(), torn.rows()), (SheetStatus::Failed, vec![2]));
}
