//! Headers are believed as far as the cells below bear them out.

use super::*;

/// A resident's number with its check character, by serial.
fn number(serial: usize) -> String {
    let first = format!("3624211965{:02}{:02}{:03}", 1 + serial % 12, 1 + serial % 28, 1 + serial % 900);
    format!("{first}{}", crate::kernel::identity::check_character(&first).unwrap())
}

const NAMES: [&str; 5] = ["王小明", "李秀莲", "张国强", "欧阳修文", "赵六"];

fn phone(serial: usize) -> String {
    format!("1390796{:04}", 1000 + serial * 37 % 9000)
}

/// The people of the other tests with a telephone.
fn with_phone() -> Source {
    let mut schema = Schema::clone(&people());
    schema.fields.push(field("phone", "联系电话", FieldType::Phone, &[], false));
    schema.by_claim.insert("联系电话".into(), schema.fields.len() - 1);
    Source { schemas: vec![Arc::new(schema)], ..source() }
}

/// A header and `count` rows of name, number, telephone, birth date and amount, in this order of columns.
fn list(header: &str, count: usize, order: [usize; 5]) -> String {
    let mut text = format!("{header}\n");
    for i in 0..count {
        let cells = [
            NAMES[i % 5].to_owned(),
            number(i),
            phone(i),
            format!("1965-03-{:02}", 1 + i % 28),
            format!("{}", 300 + i),
        ];
        text.push_str(&order.map(|at| cells[at].as_str()).join(","));
        text.push('\n');
    }
    text
}

const HEADER: &str = "姓名,身份证号,联系电话,出生日期,月保障金额";
const IN_ORDER: [usize; 5] = [0, 1, 2, 3, 4];

#[test]
fn a_header_that_its_cells_bear_out_is_believed_whole() {
    let sheet = read_text(&list(HEADER, 40, IN_ORDER), &with_phone());
    assert_eq!(sheet.start.as_ref().unwrap().confidence, 1.0);
    assert!(sheet.doubts.is_empty() && sheet.rows().len() == 40);
}

#[test]
fn two_headers_that_changed_places_hold_the_sheet_back_with_the_line_that_mends_it() {
    let text = list(HEADER, 40, [0, 2, 1, 3, 4]);
    let sheet = read_text(&text, &with_phone());
    assert_eq!((sheet.status(), sheet.held.len()), (SheetStatus::HeldBack, 41));
    let held = sheet.held_sheet.as_ref().unwrap();
    assert_eq!(held.code, "header_contradicted");
    assert!(held.confidence.is_some_and(|confidence| confidence < 0.5));
    assert!(held.reason.zh.contains("“身份证号”一列的 40 个值都不是证件号码，多为手机号码"), "{}", held.reason.zh);
    assert!(held.reason.zh.contains("可信度 5%"), "{}", held.reason.zh);
    let line = "columns = { \"身份证号\" = \"phone\", \"联系电话\" = \"id_number\" }";
    assert!(held.suggestion.zh.contains(line) && held.suggestion.en.contains(line), "{}", held.suggestion.zh);
    for words in [&held.reason, &held.suggestion] {
        for told in [number(0), phone(0), NAMES[0].to_owned()] {
            assert!(!words.zh.contains(&told) && !words.en.contains(&told), "{words:?}");
        }
    }
    // What it says is what mends it.
    let mut stated = with_phone();
    stated.columns.insert(normalise("身份证号"), "phone".into());
    stated.columns.insert(normalise("联系电话"), "id_number".into());
    let sheet = read_text(&text, &stated);
    assert_eq!((sheet.status(), sheet.texts("id_number")[0].as_str()), (SheetStatus::Read, number(0).as_str()));
}

#[test]
fn a_header_shifted_by_a_column_holds_the_sheet_back() {
    // The numbering has no header: all titles stand one column too far left.
    let mut text = format!("{HEADER},\n");
    for (i, line) in list(HEADER, 20, IN_ORDER).lines().skip(1).enumerate() {
        text.push_str(&format!("{},{line}\n", i + 1));
    }
    let sheet = read_text(&text, &with_phone());
    let held = sheet.held_sheet.as_ref().unwrap();
    assert_eq!(held.code, "header_contradicted");
    assert!(held.reason.zh.contains("“姓名”一列的 20 个值都不是姓名，多为数"), "{}", held.reason.zh);
    for pair in ["\"身份证号\" = \"name\"", "\"联系电话\" = \"id_number\"", "\"出生日期\" = \"phone\""] {
        assert!(held.suggestion.zh.contains(pair), "{}", held.suggestion.zh);
    }
}

#[test]
fn what_the_office_says_of_the_header_is_believed() {
    let text = list(HEADER, 40, [0, 2, 1, 3, 4]);
    let placed = Source { header: Some(crate::plan::HeaderPlace { row: 1, rows: 1 }), ..with_phone() };
    let sheet = read_text(&text, &placed);
    assert_eq!((sheet.status(), sheet.rows().len()), (SheetStatus::Read, 40));
    let mut stated = with_phone();
    stated.columns.insert(normalise("身份证号"), "id_number".into());
    let sheet = read_text(&text, &stated);
    assert_eq!(sheet.texts("id_number")[0], phone(0));
    // The other column is not stated, bears nothing, and is told.
    let doubts: Vec<(&str, &str, u32)> =
        sheet.doubts.iter().map(|doubt| (doubt.code, doubt.field.as_str(), doubt.row)).collect();
    assert_eq!(doubts, [("column_contradicted", "phone", 1)]);
    assert!(sheet.doubts[0].message.contains("都不是电话号码"), "{}", sheet.doubts[0].message);
}

#[test]
fn dirty_empty_and_short_columns_are_read_all_the_same() {
    // Three values in ten are another column's, or nothing at all.
    let mut dirty = format!("{HEADER}\n");
    for i in 0..60 {
        let (id, day) = if i % 10 < 3 { (phone(i), "不详".to_owned()) } else { (number(i), "1965.3.1".to_owned()) };
        let name = if i % 10 == 5 { "13".to_owned() } else { NAMES[i % 5].to_owned() };
        dirty.push_str(&format!("{name},{id},{},{day},{}\n", phone(i), if i % 10 < 3 { "见附件" } else { "300" }));
    }
    let empty = format!("{HEADER}\n{}", "王小明,,,,\n李秀莲,无,不详,,—\n张国强,未办理,,,\n".repeat(8));
    let damaged =
        format!("{HEADER}\n{}", "王小明,36240119650312001,1390796,65.3,三百\n李秀莲,3624**********0012,,,\n".repeat(8));
    let zeros = format!("{HEADER}\n{}", "王小明,0,0,0,0\n".repeat(12));
    for text in [dirty, empty, damaged, zeros] {
        let sheet = read_text(&text, &with_phone());
        assert_eq!(sheet.status(), SheetStatus::Read, "{}", sheet.reason());
        assert_eq!(sheet.start.as_ref().unwrap().confidence, 1.0);
        assert!(sheet.doubts.is_empty(), "{:?}", sheet.doubts);
    }
    for count in [0, 1, 2] {
        let sheet = read_text(&list(HEADER, count, [0, 2, 1, 3, 4]), &with_phone());
        assert_eq!((sheet.status(), sheet.rows().len()), (SheetStatus::Read, count), "{count}");
    }
}

#[test]
fn of_two_readings_the_one_that_the_cells_bear_out_is_taken() {
    // A worn example in front of the list has the words of a header; what follows it is the real one.
    let text = format!("身份证号,姓名,备注\n{}", list("姓名,身份证号,备注", 12, [0, 1, 3, 2, 4]));
    let sheet = read_text(&text, &source());
    assert_eq!((sheet.status(), sheet.start.as_ref().unwrap().header.row), (SheetStatus::Read, 2));
    assert_eq!(sheet.texts("id_number")[0], number(0));
}

#[test]
fn totals_and_notes_are_no_witnesses() {
    let text = "姓名,身份证号,月保障金额\n王小明,362401196503120012,300\n合计,3人,300\n合计,3人,300\n合计,3人,300\n合计,3人,300\n";
    assert_eq!(read_text(text, &source()).rows(), [2]);
}
