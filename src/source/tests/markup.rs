//! Web pages under the name of a workbook.

use std::ops::ControlFlow;

use encoding_rs::GB18030;
use proptest::prelude::*;

use crate::source::format::content::Content;
use crate::source::format::markup::MarkupFile;
use crate::source::format::sheets::Sheets;

use super::*;

const OTHER: &str = "11010519491231002X";

/// What a civil affairs system exports: a title over all columns, a header of two rows, numbers marked as text, a
/// total and a signature, in a page that declares GB 2312.
const REGISTER: &str = "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\n<head>\n\
    <meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">\n\
    <style>td{font-size:9pt} .txt{mso-number-format:\"\\@\";}</style></head>\n<body>\n\
    <table border=1 cellspacing=0>\n\
    <tr><td colspan=6 align=center><b>吉安县2025年12月低保人员花名册</b></td></tr>\n\
    <tr><td colspan=\"6\" align=right>单位：元</td></tr>\n\
    <tr><th rowspan=2>序号</th><th colspan=2>户主</th><th rowspan=2>姓名</th><th rowspan=2>月保障<br>金额</th><th rowspan=2>备注</th></tr>\n\
    <tr><th>姓名</th><th>身份证号</th></tr>\n\
    <tr><td x:num>1</td><td>王五</td><td class=txt>362401196503120012</td><td>王六</td><td x:num=\"612.5\">612.50</td><td>&nbsp;</td></tr>\n\
    <tr><td x:num>2</td><td>李四</td><td style=\"vnd.ms-excel.numberformat:@\">11010519491231002X</td><td>李四</td><td x:num>600</td><td>大病<br/>（尿毒症）</td></tr>\n\
    <tr><td colspan=4>合计</td><td x:num>1212.5</td><td></td></tr>\n\
    <tr><td colspan=6>填表人：赵六&nbsp;&nbsp;审核人：钱七</td></tr>\n\
    </table></body></html>\n";

fn page(body: &str) -> Seen {
    read_bytes("名册.xls", body.as_bytes(), &source())
}

/// A table of rows, each given as its cells' markup.
fn table(rows: &[&str]) -> String {
    format!("<table>{}</table>", rows.iter().map(|row| format!("<tr>{row}</tr>")).collect::<String>())
}

/// The lines of each sheet: row, then columns and texts.
type Lines = Vec<(u32, Vec<(u32, String)>)>;

fn open(bytes: &[u8]) -> MarkupFile {
    MarkupFile::open(&Content::Held(bytes.into()), Format::Html, None).unwrap()
}

fn lines(file: &mut MarkupFile, sheet: usize) -> (Lines, Option<String>) {
    let mut seen = Lines::new();
    let outcome = file.lines(sheet, &mut |line| {
        seen.push((line.row, line.cells().map(|cell| (cell.column, cell.text.to_owned())).collect()));
        ControlFlow::Continue(())
    });
    (seen, outcome.err().map(|reason| reason.zh))
}

/// The only sheet's lines, as rows of text by column.
fn shown(body: &str) -> Vec<String> {
    let (lines, failure) = lines(&mut open(body.as_bytes()), 0);
    assert_eq!(failure, None);
    let cells = |cells: Vec<(u32, String)>| {
        cells.into_iter().map(|(column, text)| format!("{column}={text}")).collect::<Vec<_>>().join("|")
    };
    lines.into_iter().map(|(row, line)| format!("{row}:{}", cells(line))).collect()
}

#[test]
fn a_system_s_export_is_read_to_rows() {
    for bytes in [GB18030.encode(REGISTER).0.into_owned(), REGISTER.as_bytes().to_vec()] {
        let seen = read_bytes("低保.xls", &bytes, &source());
        assert_eq!(seen.file.as_ref().map(|file| file.format), Some(Format::Html));
        let sheet = &seen.sheets[0];
        assert_eq!((sheet.status(), sheet.schema()), (SheetStatus::Read, "people"), "{}", sheet.reason());
        assert_eq!(sheet.end().ledger.place.sheet, "");
        assert_eq!(sheet.start.as_ref().unwrap().header, crate::plan::HeaderPlace { row: 3, rows: 2 });
        assert_eq!(sheet.head().period.as_deref(), Some("2025-12"));
        assert_eq!(sheet.head().multiplier, Some(1));
        assert_eq!(sheet.rows(), [5, 6]);
        assert_eq!(sheet.texts("head_name"), ["王五", "李四"]);
        assert_eq!(sheet.texts("name"), ["王六", "李四"]);
        let cell = |text: &str, kind| (Some(text.to_owned()), kind);
        assert_eq!(sheet.column("head_id_number"), [cell(ID, CellKind::Text), cell(OTHER, CellKind::Text)]);
        assert_eq!(sheet.column("amount"), [cell("612.5", CellKind::Number), cell("600", CellKind::Number)]);
        assert_eq!(sheet.texts("remark"), ["", "大病\n（尿毒症）"]);
        assert_eq!(sheet.skipped(SkippedKind::Footing), [7, 8]);
    }
}

#[test]
fn cells_need_no_closing_tags_and_keep_their_place() {
    let body =
        "<TABLE><CAPTION>x</CAPTION><TR><TD>a<TD colspan=2>b<TH>c<TR><TD rowspan=3>d<TD>e<TD>f<TBODY><TR><TD>g</TABLE>";
    assert_eq!(shown(body), ["1:0=x", "2:0=a|1=b|3=c", "3:0=d|1=e|2=f", "4:0=g"]);
    let body = "<tr><td>a<td>b<tr><td>c";
    assert_eq!(shown(body), ["1:0=a|1=b", "2:0=c"]);
}

#[test]
fn text_is_as_a_browser_shows_it() {
    let cells = "<td> 王\n 五 &lt;1&gt; &amp;&#26446;&#x56DB; &unknown;</td><td><script>var a = '<td>no</td>';</script>&nbsp;\
        <style>td{}</style></td><td><div>一</div><div>二</div>三<br><br>四</td>\
        <td><!-- no --><input type=hidden value=no><input value=\"敦厚镇\"></td>\
        <td><select><option>请选择<option selected>女<option>男</select></td>\
        <td><select><option>甲</option><option>乙</option></select></td><td><textarea>上\n下</textarea></td>";
    assert_eq!(
        shown(&table(&[cells])),
        ["1:0=王 五 <1> &李四 &unknown;|2=一\n二\n三\n\n四|3=敦厚镇|4=女|5=甲|6=上\n下"]
    );
    assert_eq!(shown("<title>no<td>no</title><table><tr><td>是</table>"), ["1:0=是"]);
    assert_eq!(
        shown("<table><tr><td>a<td><table><caption>内</caption><tr><td>1<td>2<tr><td>3</table>后<td>b</table>"),
        ["1:0=a|1=内\n1 2\n3\n后|2=b"]
    );
}

#[test]
fn text_outside_of_tables_is_above_or_below_them() {
    let header = "<td>姓名<td>身份证号<td>月保障金额";
    let body = format!(
        "<html><body><h2>吉安县2025年12月低保名册</h2><p>金额单位：万元<br>填报单位：县民政局</p>&nbsp;<br>{}\
         <div>注：本表为虚构</div>第 1 页</body></html>",
        table(&[header, &format!("<td>王五<td>{ID}<td>0.06"), "", "<td>合计<td><td>0.06"])
    );
    let seen = page(&body);
    let sheet = &seen.sheets[0];
    assert_eq!((sheet.status(), sheet.rows()), (SheetStatus::Read, vec![5]), "{}", sheet.reason());
    assert_eq!(sheet.head().period.as_deref(), Some("2025-12"));
    assert_eq!(sheet.head().multiplier, Some(10_000));
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2, 3, 4]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), [7, 8, 9]);
    assert_eq!(sheet.end().ledger.blank, 1);
}

#[test]
fn stray_text_between_cells_is_told_after_its_row() {
    let body = "<table>上<tr>甲<td>a</td>乙<td>b</td></tr>下<tr><td rowspan=2>c<td>d</tr>丙<tr><td>e</tr></table>";
    assert_eq!(shown(body), ["1:0=上", "2:0=a|1=b", "3:0=甲乙", "4:0=下", "5:0=c|1=d", "6:0=丙", "7:1=e"]);
    let merged = open(body.as_bytes()).layout(0).unwrap().merged;
    assert_eq!(merged, [crate::source::format::sheets::MergedCell { first: 5, last: 7, column: 0 }]);
}

#[test]
fn each_table_with_cells_is_a_sheet_with_a_name() {
    let list = |name: &str| table(&["<td>姓名<td>身份证号", &format!("<td>{name}<td>{ID}")]);
    let body = format!(
        "<table><tr><td>&nbsp;</td></tr></table>上面{}<table></table>中间{}{}注：末尾",
        list("王五"),
        list("李四").replace("<table>", "<table style='display: none'><caption> 永阳镇\n名册</caption>"),
        list("赵六").replace("<table>", "<table><caption>永阳镇 名册</caption>"),
    );
    let seen = page(&body);
    let names: Vec<&str> = seen.sheets.iter().map(|sheet| sheet.end().ledger.place.sheet.as_str()).collect();
    assert_eq!(names, ["表1", "永阳镇 名册", "永阳镇 名册（2）"]);
    assert_eq!(seen.sheets.iter().map(|sheet| sheet.texts("name")).collect::<Vec<_>>(), [["王五"], ["李四"], ["赵六"]]);
    let skipped: Vec<&str> = seen.sheets[1].skipped.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(skipped, ["中间", "永阳镇 名册", "姓名\t身份证号"]);
    assert_eq!(seen.sheets[0].rows(), [3]);
    let mut file = open(body.as_bytes());
    assert_eq!(file.sheets().iter().map(|sheet| sheet.hidden).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(lines(&mut file, 2).0.last().map(|line| line.1[0].1.clone()), Some("注：末尾".to_owned()));
}

#[test]
fn a_table_that_only_lays_out_the_page_is_no_sheet() {
    let list = table(&["<td>姓名<td>身份证号<td>备注", &format!("<td>王五<td>{ID}<td>无"), "<td>李四<td><td>无证"]);
    let body = format!(
        "<table><tr><td>吉安县2025年12月低保名册</td></tr><tr><td>导航</td><td><table><tr><td>\
         单位：万元{list}</td></tr></table></td></tr><tr><td>第 1 页</td></tr></table>"
    );
    let seen = page(&body);
    let [sheet] = &seen.sheets[..] else { panic!("one sheet") };
    assert_eq!((sheet.status(), sheet.texts("name")), (SheetStatus::Read, vec!["王五".to_owned(), "李四".to_owned()]));
    assert_eq!((sheet.head().multiplier, sheet.head().period.as_deref()), (Some(10_000), Some("2025-12")));
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2, 3, 4]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), [7]);
    // Members listed in a household's cell stay in it.
    let members = table(&["<td>王六<td>子", "<td>王七<td>女"]);
    let rows = table(&["<td>姓名<td>身份证号<td>备注", &format!("<td>王五<td>{ID}<td>{members}")]);
    assert_eq!(page(&rows).sheets[0].texts("remark"), ["王六 子\n王七 女"]);
    let one = table(&["<td>姓名<td>备注", &format!("<td>王五<td>{members}")]);
    assert_eq!(page(&one).sheets[0].texts("remark"), ["王六 子\n王七 女"]);
    // A page that breaks off within the table inside.
    let sheet = page(&body[..body.find("无证").unwrap()]).sheets.remove(0);
    assert_eq!((sheet.status(), sheet.texts("name")), (SheetStatus::Failed, vec!["王五".to_owned()]));
}

#[test]
fn the_names_that_excel_lists_count_when_there_is_one_for_each() {
    let list = |names: &str, tables: usize| {
        let body = format!(
            "<html><head><!--[if gte mso 9]><xml>{names}</xml><![endif]--></head>{}",
            table(&["<td>a"]).repeat(tables)
        );
        let sheets = open(format!("{body}</html>").as_bytes()).sheets();
        sheets.into_iter().map(|sheet| sheet.name).collect::<Vec<_>>()
    };
    let name = |name: &str| format!("<x:ExcelWorksheet><x:Name>{name}</x:Name></x:ExcelWorksheet>");
    assert_eq!(list(&name("低保"), 1), ["低保"]);
    assert_eq!(list(&name("低保"), 2), ["表1", "表2"]);
    assert_eq!(list(&(name("低保") + &name("五保")), 2), ["低保", "五保"]);
    // The same outside of a comment.
    let body = format!("<xml><x:ExcelWorkbook>{}</x:ExcelWorkbook></xml>{}", name("低保"), table(&["<td>a"]));
    assert_eq!(open(body.as_bytes()).sheets()[0].name, "低保");
    assert_eq!(shown(&body), ["1:0=a"]);
    assert!(
        page(&table(&["<td>a"]).replace("<table>", &format!("<table><caption>{ID}</caption>"))).sheets[0]
            .end()
            .ledger
            .place
            .sheet
            .is_empty()
    );
}

#[test]
fn excel_s_attributes_say_what_a_cell_is() {
    let body = format!(
        "<html><head><xml><x:Date1904/></xml><style><!-- .xl1 {{mso-number-format:\"Short Date\";}} --></style></head>{}</html>",
        table(&[
            "<td>姓名<td>身份证号<td>出生日期<td>月保障金额<td>备注",
            &format!(
                "<td x:str=\"王五 \">王五<td x:num=\"{ID}\">3.62401E+17<td class=xl1 x:num=\"44196\">2025/1/1<td x:num=\"0.30000000000000004\">0.3<td x:bool=\"TRUE\">TRUE"
            ),
            &format!(
                "<td>李四<td style=\"mso-number-format:'\\@'\" x:num=\"362401196503120000\">{ID}<td x:num>20250101<td x:num>1,200<td x:err=\"#N/A\">#N/A"
            ),
            "<td>赵六<td x:num=\"362401196503120000\">3.62E+17<td><td sdval=\"600\">600.00<td>",
        ])
    );
    let sheet = page(&body).sheets.remove(0);
    let cell = |text: &str, kind| (Some(text.to_owned()), kind);
    use CellKind::*;
    assert_eq!(sheet.texts("name"), ["王五 ", "李四", "赵六"]);
    assert_eq!(sheet.column("id_number"), [cell(ID, Text), cell(ID, Text), cell("362401196503120000", Number)]);
    assert_eq!(sheet.column("birth_date"), [cell("2025-01-01", Date), cell("20250101", Number), (None, Empty)]);
    assert_eq!(sheet.column("amount"), [cell("0.3", Number), cell("1,200", Text), cell("600", Number)]);
    assert_eq!(sheet.column("remark"), [cell("TRUE", Boolean), cell("#N/A", Error), (None, Empty)]);
    assert!(open(body.as_bytes()).layout(0).unwrap().from_1904);
}

#[test]
fn a_style_sheet_that_is_ended_wrongly_swallows_no_table() {
    let list = table(&["<td>姓名<td>身份证号", &format!("<td>王五<td class=\"text\" x:num=\"1\">{ID}")]);
    for end in ["</script> ", "", "</style>"] {
        let body = format!("<style> .text {{ mso-number-format:\\@; }} {end}<div>\r\n\t{list}</div>");
        let seen = page(&body);
        assert_eq!(seen.sheets[0].status(), SheetStatus::Read, "{end} {}", seen.sheets[0].reason());
        assert_eq!(seen.sheets[0].column("id_number"), [(Some(ID.to_owned()), CellKind::Text)], "{end}");
        assert_eq!(seen.sheets[0].rows(), [2]);
    }
}

#[test]
fn merged_cells_stand_on_each_row_and_hidden_rows_are_read() {
    let body = format!(
        "<table><col span=2><col style='display:none' span=2>{}{}</table>",
        "<tr><td>乡镇<td>姓名<td>身份证号<td>月保障金额</tr>",
        format_args!(
            "<tr><td rowspan=2>永阳镇<td>王五<td>{ID}<td rowspan=2>600</tr><tr style='DISPLAY:none'><td>李四</tr>\
             <tr hidden><td>敦厚镇<td>赵六</tr><tbody style='display:none'><tr><td>x</tbody><tr><td>敦厚镇<td>钱七</tr>"
        )
    );
    let sheet = page(&body).sheets.remove(0);
    assert_eq!(sheet.texts("name"), ["王五", "李四", "赵六", "", "钱七"]);
    assert_eq!(sheet.texts("town"), ["永阳镇", "永阳镇", "敦厚镇", "x", "敦厚镇"]);
    assert_eq!(sheet.texts("amount"), ["600", "", "", "", ""]);
    let layout = open(body.as_bytes()).layout(0).unwrap();
    assert_eq!((layout.hidden_rows, layout.hidden_columns), (vec![(3, 5)], vec![(2, 3)]));
}

#[test]
fn hostile_spans_cost_nothing() {
    let row = "<td colspan=100000000 rowspan=4000000000>a<td>b";
    assert_eq!(shown(&table(&[row, "<td>c", "<td rowspan=0>d"])), ["1:0=a|1000=b", "2:1000=c", "3:1000=d"]);
    let (read, failure) = lines(&mut open(table(&["<td>x", &"<td colspan=1000>a".repeat(20)]).as_bytes()), 0);
    assert_eq!(read.len(), 1);
    assert!(failure.unwrap().contains("16384"));
    let deep = |depth: usize| {
        let within = format!("<td>乙{}x{}", "<table><tr><td>".repeat(depth), "</table>".repeat(depth));
        lines(&mut open(table(&["<td>甲", &within]).as_bytes()), 0)
    };
    assert_eq!(deep(900).0[1].1, [(0, "乙\nx".to_owned())]);
    let (read, failure) = deep(100_000);
    assert_eq!((read.len(), failure.unwrap().contains("1000 层")), (1, true));
    let many = "<table><tr><td>x</table>".repeat(1_001);
    assert!(page(&many).sheets[0].reason().contains("1000"));
}

#[test]
fn a_page_that_breaks_off_gives_the_rows_before_and_says_so() {
    let whole = format!(
        "<html><body>{}</body></html>",
        table(&["<td>姓名<td>身份证号", &format!("<td>王五<td>{ID}"), "<td>李四<td>1"])
    );
    for (cut, rows) in [("李", vec![2]), ("</tr></table>", vec![2]), ("</table>", vec![2, 3]), ("</td", vec![])] {
        let at = whole.find(cut).unwrap_or(20);
        let sheet = page(&whole[..at]).sheets.remove(0);
        assert_eq!(sheet.status(), SheetStatus::Failed, "{cut}");
        assert_eq!(sheet.rows(), rows, "{cut}");
        assert!(sheet.reason().contains("可能不完整"), "{}", sheet.reason());
    }
    // Tables that are not closed but end with the page are whole.
    assert_eq!(page(&whole.replace("</table>", "")).sheets[0].status(), SheetStatus::Read);
    // A tear behind the last table is told there.
    let sheet = page(&format!("{}<!-- ", &whole)).sheets.remove(0);
    assert_eq!((sheet.status(), sheet.rows()), (SheetStatus::Failed, vec![2, 3]));
    let sheet = page(&format!("<script>{whole}")).sheets.remove(0);
    assert_eq!((sheet.status(), sheet.rows()), (SheetStatus::Failed, vec![]));
}

#[test]
fn a_page_without_tables_is_text_and_numbers_in_it_are_held() {
    let sheet = page("<html><body><p>登录超时，请重新登录</p></body></html>").sheets.remove(0);
    assert_eq!((sheet.status(), sheet.skipped.len()), (SheetStatus::NoTable, 1));
    let sheet = page(&format!("<html><body><p>王五 {ID}</p></body></html>")).sheets.remove(0);
    assert_eq!((sheet.status(), sheet.held.len()), (SheetStatus::HeldBack, 1));
    assert_eq!(page("<html></html>").sheets[0].status(), SheetStatus::Empty);
}

#[test]
fn pages_are_told_from_whatever_stands_before_them() {
    let list = table(&["<td>姓名<td>身份证号", &format!("<td>王五<td>{ID}")]);
    let utf16 =
        |text: &str, mark: &[u8]| [mark.to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let long = format!("<!-- {} -->", "说明 ".repeat(2_000));
    for (before, after) in [
        ("", ""),
        ("\u{FEFF}\r\n\r\n  \n", ""),
        (
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0//EN\" \"x.dtd\">\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title/></head>",
            "</html>",
        ),
        ("<!-- 导出 --><!doctype html><custom-page>", ""),
        (&long, ""),
        ("<div><font size=2>", ""),
        ("<p>名册</p>", ""),
        ("<br>", ""),
    ] {
        let text = format!("{before}{list}{after}");
        for bytes in [
            text.clone().into_bytes(),
            utf16(&text, &[0xFF, 0xFE]),
            utf16(&text, &[]),
            GB18030.encode(text.trim_start_matches('\u{FEFF}')).0.into_owned(),
        ] {
            let seen = read_bytes("a.xls", &bytes, &source());
            assert_eq!(
                seen.file.as_ref().map(|file| file.format),
                Some(Format::Html),
                "{before} {}",
                seen.sheets[0].reason()
            );
            assert_eq!(seen.sheets[0].texts("name"), ["王五"], "{before}");
        }
    }
    // Text that only begins like a tag stays text.
    let seen = read_bytes("a.csv", "<姓名>,身份证号\n王五,1\n".as_bytes(), &source());
    assert_eq!(seen.file.map(|file| file.format), Some(Format::Text));
}

#[test]
fn what_is_no_page_is_refused_by_its_name() {
    let refused = |text: &str| {
        let sheet = read_bytes("a.xls", text.as_bytes(), &source()).sheets.remove(0);
        assert_eq!(sheet.status(), SheetStatus::Failed, "{text}");
        sheet.reason().to_owned()
    };
    assert!(refused("<?xml version=\"1.0\"?><ROWDATA><ROW NAME=\"王五\"/></ROWDATA>").contains("根元素 rowdata"));
    assert!(refused("<rows><row>王五</row></rows>").contains("根元素 rows"));
    assert!(!refused("<?xml version=\"1.0\"?><王五/>").contains("王五"));
    assert!(
        refused(
            "<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\">"
        )
        .contains(".fods")
    );
    assert!(refused("From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n\r\n<html>").contains("MHTML"));
    assert!(refused("MIME-Version: 1.0\nContent-Type: multipart/related\n\n").contains("MHTML"));
    assert!(refused("<?xml version=\"1.0\"?><w:wordDocument>").contains("Word"));
    assert!(refused("<!DOCTYPE html [<!ENTITY a \"aa\">]><html>&a;</html>").contains("实体"));
    let frames = "<html><head><!--[if gte mso 9]><xml><x:ExcelWorksheet><x:Name>一</x:Name>\
        <x:WorksheetSource HRef=\"a.files/sheet001.htm\"/></x:ExcelWorksheet></xml><![endif]--></head>\
        <frameset rows=\"*,39\"><frame src=\"a.files/sheet001.htm\"><noframes><body><p>no frames</p></body></noframes></frameset></html>";
    assert!(refused(frames).contains(".files"));
}

#[test]
fn bytes_that_cannot_be_decoded_are_told() {
    let mut bytes = table(&["<td>姓名<td>身份证号", "<td>王五<td>1", "<td>李#四<td>2"])
        .replace("王五", &"王五".repeat(20))
        .into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'#').unwrap();
    bytes[at] = 0xFF;
    let sheet = read_bytes("a.xls", &bytes, &source()).sheets.remove(0);
    assert_eq!(sheet.doubts.iter().map(|doubt| (doubt.row, doubt.code)).collect::<Vec<_>>(), [(3, "unreadable_bytes")]);
}

#[test]
fn no_cut_of_a_page_is_taken_for_whole_or_panics() {
    let bytes = GB18030.encode(REGISTER).0;
    let end = bytes.len() - "</table></body></html>\n".len();
    for cut in (0..end).step_by(3) {
        let seen = read_bytes("a.xls", &bytes[..cut], &source());
        let whole = seen.sheets.iter().all(|sheet| sheet.status() == SheetStatus::Read);
        assert!(!whole, "cut at {cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn damaged_pages_are_read_or_refused(changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..20), cut in 0_usize..400) {
        let mut bytes = REGISTER.as_bytes().to_vec();
        for (at, byte) in &changes {
            let at = usize::from(*at) % bytes.len();
            bytes[at] = *byte;
        }
        bytes.truncate(bytes.len() - cut);
        read_bytes("a.xls", &bytes, &source());
    }

    #[test]
    fn tag_soup_is_read_or_refused(tags in prop::collection::vec(prop::sample::select(vec![
        "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td rowspan=3 colspan=2>", "<td rowspan=0>", "<caption>", "</caption>", "<tbody>", "<br>", "<div>", "</body>",
        "<select>", "<option>", "<xml>", "</xml>", "<style>", "</style>", "<pre>", "姓名", "身份证号", "王五", "合计", "362401196503120012", " ", "<!--", "-->",
    ]), 0..60)) {
        page(&format!("<table>{}", tags.concat()));
    }
}
