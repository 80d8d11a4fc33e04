//! The XML spreadsheets of Excel 2003 under the name of a workbook.

use std::ops::ControlFlow;

use encoding_rs::GB18030;
use proptest::prelude::*;

use crate::source::format::content::Content;
use crate::source::format::markup::MarkupFile;
use crate::source::format::sheets::MergedCell;
use crate::source::format::sheets::Sheets;

use super::*;

const ROOT: &str = "<?mso-application progid=\"Excel.Sheet\"?>\n\
    <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"\n \
    xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:html=\"http://www.w3.org/TR/REC-html40\">";

/// A workbook of one worksheet with these rows.
fn workbook(rows: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n{ROOT}{}</Workbook>", worksheet("名册", rows))
}

fn worksheet(name: &str, rows: &str) -> String {
    format!("<Worksheet ss:Name=\"{name}\"><Table>{rows}</Table></Worksheet>")
}

/// A row of text.
fn row(cells: &[&str]) -> String {
    let cell = |text: &&str| format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>");
    format!("<Row>{}</Row>", cells.iter().map(cell).collect::<String>())
}

fn xml(text: &str) -> Seen {
    read_bytes("名册.xls", text.as_bytes(), &source())
}

fn open(text: &str) -> MarkupFile {
    MarkupFile::open(&Content::Held(text.as_bytes().into()), Format::SpreadsheetMl, None).unwrap()
}

/// The lines of the first sheet, and why it broke off.
fn shown(text: &str) -> (Vec<String>, Option<String>) {
    let mut lines = Vec::new();
    let outcome = open(text).lines(0, &mut |line| {
        let cells: Vec<String> = line.cells().map(|cell| format!("{}={}", cell.column, cell.text)).collect();
        lines.push(format!("{}:{}", line.row, cells.join("|")));
        ControlFlow::Continue(())
    });
    (lines, outcome.err().map(|reason| reason.zh))
}

#[test]
fn a_workbook_of_excel_2003_is_read_to_rows() {
    let sheet = "<Styles><Style ss:ID=\"Default\"/><Style ss:ID=\"s21\"><NumberFormat ss:Format=\"Short Date\"/></Style></Styles>\
        <Worksheet ss:Name=\"吉安县永阳镇\"><Table ss:ExpandedColumnCount=\"6\" ss:ExpandedRowCount=\"9\">\
        <Row><Cell ss:MergeAcross=\"5\"><Data ss:Type=\"String\">2025年12月低保名册</Data></Cell></Row>\
        <Row ss:Index=\"3\"><Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">序号</Data></Cell><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">户主</Data></Cell>\
        <Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">姓名</Data></Cell><Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">出生日期</Data></Cell><Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">月保障金额</Data></Cell></Row>\
        <Row><Cell ss:Index=\"2\"><Data ss:Type=\"String\">姓名</Data></Cell><Cell><Data ss:Type=\"String\">身份证号</Data></Cell></Row>\
        <Row><Cell><Data ss:Type=\"Number\">1</Data></Cell><Cell><Data ss:Type=\"String\">王五</Data></Cell><Cell><Data ss:Type=\"String\">362401196503120012</Data></Cell><Cell><Data ss:Type=\"String\">王六</Data></Cell>\
        <Cell><Data ss:Type=\"DateTime\">1990-02-03T00:00:00.000</Data></Cell><Cell><Data ss:Type=\"Number\">612.5</Data></Cell></Row>\
        <Row><Cell><Data ss:Type=\"Number\">2</Data></Cell><Cell><Data ss:Type=\"String\">李四</Data></Cell><Cell><Data ss:Type=\"Number\">11010519491231002</Data></Cell><Cell ss:Index=\"4\"><Data ss:Type=\"String\">李四</Data></Cell>\
        <Cell ss:StyleID=\"s21\"><Data ss:Type=\"Number\">18264</Data></Cell><Cell ss:Formula=\"=1/0\"><Data ss:Type=\"Error\">#DIV/0!</Data></Cell></Row>\
        <Row ss:Index=\"9\"><Cell ss:MergeAcross=\"4\"><Data ss:Type=\"String\">合计</Data></Cell><Cell><Data ss:Type=\"Number\">612.5</Data></Cell></Row></Table></Worksheet>";
    let text = |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>\r\n{ROOT}{sheet}</Workbook>");
    let utf16: Vec<u8> = text("UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        text("UTF-8").into_bytes(),
        GB18030.encode(&text("GBK")).0.into_owned(),
        GB18030.encode(&text("gb2312")).0.into_owned(),
        [vec![0xFF, 0xFE], utf16.clone()].concat(),
        utf16,
        format!("\u{FEFF}{}", text("utf-8")).into_bytes(),
        text("utf-8").replace("<Workbook", "<!-- 导出 --><Workbook").into_bytes(),
    ] {
        let seen = read_bytes("低保.xls", &bytes, &source());
        assert_eq!(
            seen.file.as_ref().map(|file| file.format),
            Some(Format::SpreadsheetMl),
            "{}",
            seen.sheets[0].reason()
        );
        let sheet = &seen.sheets[0];
        assert_eq!(sheet.status(), SheetStatus::Read, "{}", sheet.reason());
        assert_eq!(sheet.end().ledger.place.sheet, "吉安县永阳镇");
        assert_eq!(sheet.head().stated.len(), 2);
        assert_eq!(sheet.head().period.as_deref(), Some("2025-12"));
        assert_eq!((sheet.rows(), sheet.end().ledger.blank), (vec![5, 6], 3));
        assert_eq!(sheet.texts("head_name"), ["王五", "李四"]);
        let cell = |text: &str, kind| (Some(text.to_owned()), kind);
        use CellKind::*;
        // Seventeen digits are more than a number holds, so they stay as they are written.
        assert_eq!(sheet.column("head_id_number"), [cell(ID, Text), cell("11010519491231002", Text)]);
        assert_eq!(sheet.column("birth_date"), [cell("1990-02-03", Date), cell("1950-01-01", Date)]);
        assert_eq!(sheet.column("amount"), [cell("612.5", Number), cell("#DIV/0!", Error)]);
        assert_eq!(sheet.skipped(SkippedKind::Footing), [9]);
    }
}

#[test]
fn worksheets_are_named_hidden_and_counted_from_1904() {
    let list = |name: &str| row(&["姓名", "身份证号"]) + &row(&[name, ID]);
    let text = format!(
        "<?xml version=\"1.0\"?><ss:Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><x:ExcelWorkbook xmlns:x=\"urn:x\"><x:Date1904/></x:ExcelWorkbook>{}{}{}<ss:Worksheet ss:Name=\"图\"/></ss:Workbook>",
        worksheet("一&amp;二", &list("王五")),
        worksheet("同", &list("李四")).replace(
            "</Worksheet>",
            "<WorksheetOptions xmlns=\"urn:schemas-microsoft-com:office:excel\"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"
        ),
        worksheet("同", &list("赵六")).replace("<Worksheet ss:Name=\"同\">", "<Worksheet>"),
    );
    let seen = xml(&text);
    let names: Vec<&str> = seen.sheets.iter().map(|sheet| sheet.end().ledger.place.sheet.as_str()).collect();
    assert_eq!(names, ["一&二", "同", "表3", "图"]);
    assert_eq!(
        seen.sheets[..3].iter().map(|sheet| sheet.texts("name")).collect::<Vec<_>>(),
        [["王五"], ["李四"], ["赵六"]]
    );
    assert_eq!(seen.sheets[3].status(), SheetStatus::Empty);
    let mut file = open(&text);
    assert_eq!(file.sheets().iter().map(|sheet| sheet.hidden).collect::<Vec<_>>(), [false, true, false, false]);
    assert!(file.layout(0).unwrap().from_1904);
    let twice = format!("<?xml version=\"1.0\"?>{ROOT}{}{}</Workbook>", worksheet("一", ""), worksheet("一", ""));
    assert_eq!(open(&twice).sheets()[1].name, "一（2）");
}

#[test]
fn text_is_what_the_cell_shows() {
    let rows = "<Row><Cell><ss:Data ss:Type=\"String\" xmlns=\"http://www.w3.org/TR/REC-html40\"><B>王</B><Font html:Color=\"#FF0000\">五&amp;&#x674E;</Font></ss:Data>\
        <Comment ss:Author=\"x\"><ss:Data xmlns=\"http://www.w3.org/TR/REC-html40\"><B>批注</B></ss:Data></Comment><NamedCell ss:Name=\"Print_Area\"/></Cell>\
        <Cell><Data ss:Type=\"String\">一&#10;二&nbsp;三&who;A&B</Data></Cell><Cell><Data ss:Type=\"String\"><![CDATA[<四>]]></Data></Cell>\
        <Cell><Data ss:Type=\"Boolean\">1</Data></Cell><Cell><Data ss:Type=\"DateTime\">2025-01-02T08:30:00.000</Data></Cell><Cell/><Cell><Data>无类型</Data></Cell></Row>";
    assert_eq!(
        shown(&workbook(rows)),
        (vec!["1:0=王五&李|1=一\n二 三&who;A&B|2=<四>|3=TRUE|4=2025-01-02T08:30:00|6=无类型".to_owned()], None)
    );
}

#[test]
fn merged_cells_stand_on_each_row_and_hidden_ones_are_told() {
    let rows = format!(
        "<Column ss:Index=\"2\" ss:Hidden=\"1\" ss:Span=\"1\"/><Column/><Column ss:Hidden=\"1\"/>{}\
         <Row><Cell ss:MergeDown=\"2\"><Data ss:Type=\"String\">永阳镇</Data></Cell><Cell><Data ss:Type=\"String\">王五</Data></Cell></Row>\
         <Row ss:Hidden=\"1\"><Cell ss:Index=\"2\"><Data ss:Type=\"String\">李四</Data></Cell></Row>\
         <Row ss:Hidden=\"1\"><Cell><Data ss:Type=\"String\">敦厚镇</Data></Cell><Cell><Data ss:Type=\"String\">赵六</Data></Cell></Row>\
         <Row ss:Span=\"2\"/><Row><Cell ss:Index=\"2\" ss:MergeDown=\"1\" ss:MergeAcross=\"3\"><Data ss:Type=\"String\">钱七</Data></Cell><Cell><Data ss:Type=\"String\">6</Data></Cell></Row>",
        row(&["乡镇", "姓名", "备注"])
    );
    let text = workbook(&rows);
    let sheet = xml(&text).sheets.remove(0);
    assert_eq!(sheet.rows(), [2, 3, 4, 8]);
    assert_eq!(sheet.texts("town"), ["永阳镇", "永阳镇", "敦厚镇", ""]);
    assert_eq!(sheet.texts("F列"), ["", "", "", "6"]);
    let layout = open(&text).layout(0).unwrap();
    let merged = |first, last, column| MergedCell { first, last, column };
    // The cell in row 4 ends the one that claims to reach there.
    assert_eq!(layout.merged, [merged(2, 3, 0), merged(8, 9, 1)]);
    assert_eq!((layout.hidden_rows, layout.hidden_columns), (vec![(3, 4)], vec![(1, 2), (4, 4)]));
}

#[test]
fn hostile_numbers_cost_nothing() {
    let far = |attributes: &str| format!("<Row {attributes}><Cell><Data>甲</Data></Cell></Row>");
    let (lines, failure) = shown(&workbook(&(far("ss:Index=\"4294967295\" ss:Span=\"4294967295\"") + &far(""))));
    assert_eq!((lines, failure.is_some()), (vec!["4294967295:0=甲".to_owned()], true));
    for rows in [
        far("ss:Index=\"2\"") + &far("ss:Index=\"2\""),
        far("ss:Index=\"0\""),
        far("ss:Index=\"99999999999\""),
        far("ss:Index=\"x\""),
    ] {
        assert!(shown(&workbook(&rows)).1.is_some(), "{rows}");
    }
    let cell =
        |attributes: &str| format!("<Row><Cell {attributes}><Data>甲</Data></Cell><Cell><Data>乙</Data></Cell></Row>");
    assert!(shown(&workbook(&cell("ss:Index=\"4294967295\""))).1.unwrap().contains("16384"));
    assert!(shown(&workbook(&cell("ss:MergeAcross=\"4294967295\""))).1.unwrap().contains("16384"));
    assert_eq!(shown(&workbook(&cell("ss:MergeDown=\"4294967295\""))).0, ["1:0=甲|1=乙"]);
    let many = "<Row>".to_owned() + &"<Cell ss:MergeDown=\"9\"/>".repeat(2000) + "</Row>";
    assert!(shown(&workbook(&many)).1.unwrap().contains("合并"));
    let deep = workbook(&row(&["王五"])).replace("</Table>", &"<a>".repeat(100_000));
    let (lines, failure) = shown(&deep);
    assert_eq!((lines.len(), failure.is_some()), (1, true));
}

#[test]
fn entities_are_refused() {
    for doctype in [
        "<!DOCTYPE a [<!ENTITY b \"王五\">]>",
        "<!-- > -->\n<!DOCTYPE a SYSTEM \"b.dtd\" [\n <!ENTITY % c SYSTEM \"http://x\"> ]>",
    ] {
        let text = workbook(&row(&["&b;"])).replace("<?mso", &format!("{doctype}<?mso"));
        let sheet = xml(&text).sheets.remove(0);
        assert_eq!(sheet.status(), SheetStatus::Failed);
        assert!(sheet.reason().contains("实体"), "{}", sheet.reason());
        let content = Content::Held(text.as_bytes().into());
        let refused = MarkupFile::open(&content, Format::SpreadsheetMl, None).err().unwrap();
        assert!(refused.zh.contains("实体"), "{}", refused.zh);
    }
    let harmless = workbook(&row(&["姓名", "备注"])).replace("<?mso", "<!DOCTYPE Workbook><?mso");
    assert_ne!(xml(&harmless).sheets[0].status(), SheetStatus::Failed);
}

#[test]
fn a_workbook_that_breaks_off_gives_the_rows_before_and_says_so() {
    let list = row(&["姓名", "身份证号"]) + &row(&["王五", ID]) + &row(&["李四", "1"]);
    let whole = workbook(&list).replace("</Workbook>", &format!("{}</Workbook>", worksheet("第二", &list)));
    let second = whole.find("第二").unwrap();
    for (from, cut, rows) in [
        (0, "李四", vec![vec![2]]),
        (0, "</Table>", vec![vec![2, 3]]),
        (second, "李四", vec![vec![2, 3], vec![2]]),
        (second, "</Workbook", vec![vec![2, 3], vec![2, 3]]),
    ] {
        let at = from + whole[from..].find(cut).unwrap();
        let seen = xml(&whole[..at]);
        assert_eq!(seen.sheets.iter().map(Sheet::rows).collect::<Vec<_>>(), rows, "{cut}");
        let (last, before) = seen.sheets.split_last().unwrap();
        assert_eq!(last.status(), SheetStatus::Failed, "{cut}");
        assert!(last.reason().contains("可能不完整"), "{}", last.reason());
        assert!(before.iter().all(|sheet| sheet.status() == SheetStatus::Read));
    }
    let sheet = xml(&workbook(&(list + &row(&["赵六<王五>"]) + &row(&["钱七"])))).sheets.remove(0);
    assert_eq!((sheet.status(), sheet.rows()), (SheetStatus::Failed, vec![2, 3]));
    assert!(!sheet.reason().contains("王五"), "{}", sheet.reason());
    assert_eq!(xml(&whole[..60]).sheets[0].status(), SheetStatus::Failed);
}

#[test]
fn no_cut_of_a_workbook_is_taken_for_whole_or_panics() {
    let bytes = workbook(&(row(&["姓名", "身份证号"]) + &row(&["王五", ID]))).into_bytes();
    for cut in 0..bytes.len() {
        let seen = read_bytes("a.xls", &bytes[..cut], &source());
        assert!(seen.sheets.iter().all(|sheet| sheet.status() != SheetStatus::Read), "cut at {cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn damaged_workbooks_are_read_or_refused(changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..8)) {
        let mut bytes = workbook(&(row(&["姓名", "身份证号"]) + &row(&["王五", ID]) + "<Row ss:Index=\"9\" ss:Hidden=\"1\"><Cell ss:Index=\"3\" ss:MergeDown=\"2\"><Data ss:Type=\"Number\">1</Data></Cell></Row>")).into_bytes();
        for (at, byte) in &changes {
            let at = usize::from(*at) % bytes.len();
            bytes[at] = *byte;
        }
        read_bytes("a.xls", &bytes, &source());
    }
}
