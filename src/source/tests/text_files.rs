use encoding_rs::GB18030;

use super::*;

const LIST: &str = "姓名,身份证号,月保障金额,备注\n王五,362401196503120012,300,无\n李四,11010519491231002X,450,\"住址，有逗号,有\n换行\"\n";

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn every_encoding_reads_the_same() {
    let marked: Vec<u8> = [b"\xEF\xBB\xBF", LIST.as_bytes()].concat();
    for (name, bytes) in [
        ("UTF-8", LIST.as_bytes().to_vec()),
        ("UTF-8", marked),
        ("gb18030", GB18030.encode(LIST).0.into_owned()),
        ("UTF-16LE", utf16(LIST, false, true)),
        ("UTF-16BE", utf16(LIST, true, true)),
        ("UTF-16LE", utf16(LIST, false, false)),
        ("UTF-16BE", utf16(LIST, true, false)),
    ] {
        let mut seen = read_bytes("list.xls", &bytes, &source());
        let start = seen.file.take().unwrap();
        assert_eq!((start.format, start.encoding), (Format::Text, Some(name)));
        let sheet = &seen.sheets[0];
        assert_eq!(sheet.texts("name"), ["王五", "李四"]);
        assert_eq!(sheet.texts("remark")[1], "住址，有逗号,有\n换行");
        assert_eq!(sheet.rows(), [2, 3]);
    }
}

#[test]
fn a_stated_encoding_is_obeyed() {
    let mut stated = Source { encoding: Some("big5".into()), ..source() };
    stated.columns.insert(normalise("備註"), "remark".into());
    let bytes = encoding_rs::BIG5.encode("姓名,備註\n王五,無\n李四,有\n").0.into_owned();
    let seen = read_bytes("a.csv", &bytes, &stated);
    assert_eq!(seen.sheets[0].texts("name"), ["王五", "李四"]);
    let unknown = Source { encoding: Some("gbk2".into()), ..source() };
    let sheet = &read_bytes("a.csv", &bytes, &unknown).sheets[0];
    assert_eq!(sheet.status(), SheetStatus::Failed);
    assert!(sheet.reason().contains("gbk2"));
}

#[test]
fn bad_bytes_are_told_with_their_row() {
    let mut bytes = GB18030.encode(&LIST.repeat(3)).0.into_owned();
    let at = bytes.windows(4).rposition(|window| window == GB18030.encode("李四").0.as_ref()).unwrap();
    bytes[at + 1] = 0xFF;
    let sheet = read_bytes("a.csv", &bytes, &source()).sheets.remove(0);
    assert_eq!(sheet.doubts.len(), 1);
    assert_eq!((sheet.doubts[0].row, sheet.doubts[0].code), (9, "unreadable_bytes"));
    assert!(sheet.rows().contains(&9), "the row goes on");
}

#[test]
fn a_missing_quotation_mark_costs_nobody_and_is_told() {
    let text = "\"姓名\",\"身份证号\",\"备注\"\n\"王五\",\"362401196503120012\",\"无\n\"李四\",\"11010519491231002X\",\"有\"\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.texts("name"), ["王五", "李四"]);
    assert_eq!(sheet.texts("id_number"), [ID, "11010519491231002X"]);
    assert_eq!(sheet.doubts.iter().map(|doubt| (doubt.row, doubt.code)).collect::<Vec<_>>(), [(2, "unpaired_quote")]);
}

#[test]
fn a_missing_column_holds_the_sheet_back_and_says_what_to_write() {
    let sheet = read_text(
        "户主姓名,户主身份证号,家庭人口总数,家庭住址\n王五,362401196503120012,3,永阳镇\n\n李四,,2,\n",
        &source(),
    );
    assert_eq!(sheet.status(), SheetStatus::HeldBack);
    let held = sheet.held_sheet.as_ref().unwrap();
    assert_eq!(held.code, "column_missing");
    assert!(held.reason.zh.contains("家庭人口"));
    assert!(held.suggestion.zh.contains("columns = { \"家庭人口总数\" = \"size\" }"), "{}", held.suggestion.zh);
    assert_eq!(sheet.held.iter().map(|fault| fault.row).collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(
        sheet.held[1].raw,
        "{\"户主姓名\":\"王五\",\"户主身份证号\":\"362401196503120012\",\"家庭人口总数\":\"3\",\"家庭住址\":\"永阳镇\"}"
    );
    assert!(!sheet.held[1].message.contains("王五"));
}

#[test]
fn what_the_office_writes_about_columns_and_header_is_obeyed() {
    let text = "户主姓名,户主身份证号,家庭人口总数,家庭住址\n王五,362401196503120012,3,永阳镇\n";
    let mut stated = source();
    stated.columns.insert(normalise("家庭人口总数"), "size".into());
    assert_eq!(read_text(text, &stated).texts("size"), ["3"]);

    let text = "姓名,配偶,\n,姓名,证号\n王五,李四,362401196503120012\n赵六,钱七,\n";
    let mut stated = source();
    stated.columns.insert(normalise("配偶/证号"), "id_number".into());
    assert_eq!(read_text(text, &stated).texts("id_number"), [ID, ""]);

    let text = "姓名,备注\n甲,乙\n姓名,身份证号\n王五,\n";
    let placed = Source { header: Some(crate::plan::HeaderPlace { row: 3, rows: 1 }), ..source() };
    let sheet = read_text(text, &placed);
    assert_eq!(sheet.rows(), [4]);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2, 3]);
}

#[test]
fn two_columns_for_one_field_hold_the_sheet_back_unless_one_is_the_exact_title() {
    let sheet = read_text("姓名,公民身份号码,证件号码\n王五,362401196503120012,1\n李四,,\n", &source());
    assert_eq!(sheet.held_sheet.as_ref().map(|held| held.code), Some("column_twice"));
    assert!(sheet.reason().contains("公民身份号码") && sheet.reason().contains("证件号码"));
    let sheet = read_text("姓名,身份证号,证件号码\n王五,362401196503120012,1\n李四,,\n", &source());
    assert_eq!(sheet.texts("id_number")[0], ID);
    assert_eq!(sheet.texts("证件号码")[0], "1");
    let sheet = read_text("姓名,备注,备注\n王五,a,b\n", &source());
    assert_eq!(sheet.texts("remark"), ["a"]);
}

#[test]
fn tables_side_by_side_are_told_by_their_columns() {
    let text = format!(
        "名册,,,,,,\n姓名,身份证号,月保障金额,,姓名,身份证号,月保障金额\n王五,{ID},300,,李四,11010519491231002X,450\n"
    );
    let sheet = read_text(&text, &source());
    let held = sheet.held_sheet.as_ref().unwrap();
    assert_eq!((held.code, sheet.held.len()), ("tables_side_by_side", 3));
    assert!(held.reason.zh.contains("重复 2 次（A–C、E–G 列）"), "{}", held.reason.zh);
    assert!(held.suggestion.zh.contains("移到左边的表下面"));
}

#[test]
fn unknown_headers_hold_every_line_back() {
    let sheet = read_text("品名,数量,单价\n化肥,3,20\n种子,4,15\n", &source());
    assert_eq!(sheet.status(), SheetStatus::HeldBack);
    assert_eq!(sheet.held.len(), 3);
    assert_eq!(sheet.held_sheet.as_ref().unwrap().columns.len(), 3);
    assert!(sheet.held[1].raw.starts_with("{\"品名\":\"化肥\""));
}

#[test]
fn a_line_with_a_person_is_a_row_whatever_else_it_says() {
    let text = "序号,姓名,身份证号,备注\n合计,王五,362401196503120012,\n说明：,李四,11010519491231002X,\n3,李四,,累计三年\n负责人,赵六,,\n,钱七,,\n";
    assert_eq!(read_text(text, &source()).rows(), [2, 3, 4, 5, 6]);
}

#[test]
fn ragged_rows_keep_their_cells() {
    let sheet = read_text("姓名,身份证号\n王五\n李四,,多出,再多\n", &source());
    assert_eq!(sheet.rows(), [2, 3]);
    assert_eq!(sheet.texts("C列"), ["", "多出"]);
    assert_eq!(sheet.texts("D列"), ["", "再多"]);
    assert_eq!(sheet.doubts.iter().map(|doubt| (doubt.row, doubt.code)).collect::<Vec<_>>(), [(3, "too_many_fields")]);
}

#[test]
fn a_record_torn_by_a_line_break_and_one_shifted_by_a_separator_are_told() {
    let mut text = String::from("姓名,身份证号,家庭住址,备注\n");
    text.push_str(&"王五,362401196503120012,永阳镇,无\n".repeat(60));
    text.push_str("李四,11010519491231002X,敦厚\n镇,有\n");
    text.push_str("赵六,,永阳镇,东塘,无\n合计\n");
    let sheet = read_text(&text, &source());
    let doubts: Vec<_> = sheet.doubts.iter().map(|doubt| (doubt.row, doubt.code)).collect();
    assert_eq!(doubts, [(62, "too_few_fields"), (63, "too_few_fields"), (64, "too_many_fields")]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), [65]);
    // Columns that all rows have beyond the header are no slip, nor are missing ones where exports leave them out.
    let rows = "王五,362401196503120012,迟\n".repeat(30);
    assert!(read_text(&format!("姓名,身份证号\n{rows}"), &source()).doubts.is_empty());
    let ragged = "王五,362401196503120012\n王五,362401196503120012,,,无\n王五\n".repeat(9);
    assert!(read_text(&format!("姓名,身份证号,户主,乡镇,备注\n{ragged}"), &source()).doubts.is_empty());
}

#[test]
fn the_sheet_says_how_much_could_not_be_read_and_in_whatever_lines() {
    let text = "低保名#册,,\n姓名,身份证号,备注\n王五,362401196503120012,#无#\n李四,11010519491231002X,\n注：#,,\n";
    let bytes = GB18030.encode(text).0.iter().map(|byte| if *byte == b'#' { 0xFF } else { *byte }).collect::<Vec<_>>();
    let sheet = read_bytes("a.csv", &bytes, &source()).sheets.remove(0);
    assert_eq!(sheet.rows(), [3, 4]);
    assert_eq!(sheet.doubts.iter().map(|doubt| (doubt.row, doubt.code)).collect::<Vec<_>>(), [(3, "unreadable_bytes")]);
    assert_eq!(sheet.status(), SheetStatus::Read);
    assert!(sheet.reason().starts_with("有 4 个字符不能按 gb18030 识别"), "{}", sheet.reason());
    assert!(sheet.reason().contains("3 行（第 1、3、5 行）") && sheet.reason().contains("encoding = \"utf-8\""));
    let english = &sheet.end().ledger.reason.en;
    assert!(english.starts_with("4 characters could not be read as gb18030") && english.contains("(1, 3, 5)"));
}

#[test]
fn a_replacement_character_of_the_file_itself_is_told_as_one() {
    let sheet = read_text("姓名,身份证号,备注\n王\u{FFFD},362401196503120012,\n", &source());
    assert_eq!(sheet.texts("name"), ["王\u{FFFD}"]);
    assert_eq!(sheet.doubts[0].code, "unreadable_bytes");
    assert!(sheet.doubts[0].message.contains("文件中原有") && sheet.reason().contains("文件中原有 1 个"));
    assert!(!sheet.reason().contains("不能按"));
}

#[test]
fn files_joined_from_two_encodings_show_the_smaller_part_as_unreadable() {
    let (header, row) = LIST.split_at(LIST.find('\n').unwrap() + 1);
    let row = row.lines().next().unwrap().to_owned() + "\n";
    for (utf8, gb18030, encoding) in [(60, 20, "UTF-8"), (20, 60, "gb18030")] {
        let first = GB18030.encode(&format!("{header}{}", row.repeat(gb18030))).0.into_owned();
        let bytes = [first, row.repeat(utf8).into_bytes()].concat();
        let mut seen = read_bytes("a.csv", &bytes, &source());
        assert_eq!(seen.file.take().unwrap().encoding, Some(encoding));
        let sheet = &seen.sheets[0];
        assert!(sheet.reason().contains(&format!("不能按 {encoding} 识别")), "{}", sheet.reason());
        assert!(sheet.reason().contains("拼接"));
        let names = sheet.texts("name");
        assert!(names.iter().all(|name| name == "王五" || name.contains('\u{FFFD}')), "{names:?}");
        assert!(encoding == "UTF-8" || names.len() == 80);
    }
}

#[test]
fn a_first_line_that_states_the_separator_is_a_heading() {
    let sheet = read_text("sep=;\r\n姓名;身份证号;备注\r\n王五;362401196503120012;甲,乙,丙\r\n", &source());
    assert_eq!(sheet.rows(), [3]);
    assert_eq!(sheet.texts("remark"), ["甲,乙,丙"]);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2]);
    assert_eq!(sheet.skipped[0].text, "sep=;");
}

#[test]
fn a_list_typed_with_chinese_commas_is_a_list() {
    let mut seen =
        read_bytes("a.txt", "姓名，身份证号，备注\n王五，362401196503120012，无\n李四，，有\n".as_bytes(), &source());
    assert_eq!(seen.file.take().unwrap().separator, Some('，'));
    assert_eq!(seen.sheets[0].texts("name"), ["王五", "李四"]);
    assert_eq!(seen.sheets[0].texts("remark"), ["无", "有"]);
}

#[test]
fn text_full_of_commas_between_tabs_is_cut_at_the_tabs() {
    let row = "王五\t362401196503120012\t吉安县,永阳镇,东塘村\n";
    let sheet = read_text(&format!("姓名\t身份证号\t备注\n{}", row.repeat(20)), &source());
    assert_eq!(sheet.texts("remark")[19], "吉安县,永阳镇,东塘村");
    assert!(sheet.doubts.is_empty());
}

#[test]
fn what_old_programs_leave_in_a_text_is_no_row() {
    let text = "姓名,身份证号,备注,\r\n王五\0,362401196503120012,无,\r李四,,有,\n\u{1A}";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [2, 3]);
    assert_eq!(sheet.end().ledger.physical_rows, 3);
    assert_eq!(sheet.texts("name")[1], "李四");
    assert!(sheet.doubts.is_empty());
}

#[test]
fn quotes_of_other_programs_are_no_part_of_a_value() {
    let sheet = read_text("'姓名','身份证号','备注'\n'王五','362401196503120012','甲,乙'\n'李四','','丙'\n", &source());
    assert_eq!(sheet.texts("name"), ["王五", "李四"]);
    assert_eq!(sheet.texts("remark"), ["甲,乙", "丙"]);
    let text = "\"姓名\",\"身份证号\",\"备注\"\n\"王五\",\"362401196503120012\",\"人称\\\"老王\\\", 住永阳\"\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.texts("remark"), ["人称\"老王\", 住永阳"]);
    assert!(sheet.doubts.is_empty());
    let guarded =
        read_text("姓名,身份证号,备注\n王五,'362401196503120012,无\n李四,'11010519491231002X,有\n", &source());
    assert_eq!(guarded.texts("id_number")[0], "'362401196503120012");
}

#[test]
fn what_is_no_text_is_refused_with_its_true_name() {
    let refused = |bytes: &[u8]| {
        let sheet = read_bytes("a.csv", bytes, &source()).sheets.remove(0);
        assert_eq!(sheet.status(), SheetStatus::Failed);
        sheet.reason().to_owned()
    };
    let utf32: Vec<u8> = "\u{FEFF}姓名\n".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    assert!(refused(&utf32).contains("UTF-32"));
    assert!(refused(b"\0\x01\0\0Standard ACE DB\0\x02\0\0\0").contains("Access"));
    assert!(refused(&[1, 2, 3, 4, 5, 0, 0, 200]).contains("不是文本"));
}

#[test]
fn a_column_that_fills_late_widens_the_table() {
    let mut text = String::from("姓名,身份证号\n");
    for i in 0..200 {
        text.push_str(if i == 150 { "李四,,迟\n" } else { "王五,\n" });
    }
    let sheet = read_text(&text, &source());
    assert_eq!(sheet.texts("C列").iter().position(|text| text == "迟"), Some(150));
    assert_eq!(sheet.head().columns.len(), 2);
}

#[test]
fn signatures_notes_and_totals_in_every_shape_stand_below() {
    let text = "序号,姓名,身份证号,月保障金额,备注\n1,王五,362401196503120012,300,\n,合计生,,200,\n,李四,,,2025-06-30\n\
        共计,共2人,,500,\n,总合计,,500,\n全县合计（2人）,,,500,\n注：1.按月报送。,,,,\n2.金额保留两位小数,,,,\n说明,,,,\n\
        以上情况属实，如有虚假愿承担一切责任。,,,,\n审核人（签字）：,,经办人（签字）：,,\n录入人,孙八,审核人,钱七,\n录入人：孙八,,日期：2025-06-30,,\n,,,,2025年6月30日\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [2, 3, 4]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), (5..=15).collect::<Vec<u32>>());
    // 负责人 may be somebody's post, and a date or a number alone may be somebody's second line.
    let text = "备注,姓名,出生日期\n负责人,李四,\n,,1965-03-12\n2,,\n联系地址：永阳镇，永和村三组，有事请来电,赵六,\n";
    assert_eq!(read_text(text, &source()).rows(), [2, 3, 4, 5]);
}

#[test]
fn words_below_a_table_are_known_by_where_they_stand_and_not_by_lists_of_words() {
    let text = "序号,姓名,身份证号,月保障金额,备注\n1,王五,362401196503120012,300,\n本表合计,共1人,,300,\n金额大写：,叁佰元整,,,\n\
        会计：孙八,,出纳：钱七,,\n村（社区）意见：,,乡镇（街道）意见：,,\n总人数：1人,,,,\n一、按月报送,,,,\n已公示七天,,,,\n\
        ——完——,,,,\n,,,,（公章）\n,,,,年   月   日\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [2]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), (3..=12).collect::<Vec<u32>>());
    let text = "姓名,身份证号,备注\n一、永阳镇,,\n王五,362401196503120012,\n（二）敦厚镇,,\n李四,,\n备注,以上数据由各乡镇核实后上报，逾期不补。,\n\
        制表人 孙八   审核人 钱七,,\n";
    let sheet = read_text(text, &source());
    assert_eq!((sheet.start.as_ref().unwrap().header.rows, sheet.rows()), (1, vec![3, 5]));
    // A name alone is somebody, and so is one beside a remark with a colon.
    let text = "姓名,备注,月保障金额\n王五,,\n李四,情况：外出,\n,核实：无此人,200\n";
    assert_eq!(read_text(text, &source()).rows(), [2, 3, 4]);
}

#[test]
fn what_stands_above_a_header_belongs_to_it_where_it_titles_or_tells_apart_its_columns() {
    let text = "名册\n序号,个人,,帮扶人,\n,姓名,身份证号,,\n1,王五,362401196503120012,李四,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.start.as_ref().unwrap().header, HeaderPlace { row: 2, rows: 2 });
    let titles: Vec<&str> = sheet.head().columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(titles, ["序号", "个人/姓名", "个人/身份证号", "帮扶人"]);
    // The head's name is nobody else's: without a column of names the list lacks one.
    let sheet = read_text("编号,户主,,备注\n,*姓名,身份证号,\n1,王五,362401196503120012,\n", &source());
    assert_eq!((sheet.status(), sheet.held_sheet.as_ref().unwrap().code), (SheetStatus::HeldBack, "column_missing"));
}

#[test]
fn a_line_of_somebody_is_never_quoted_as_a_header() {
    // No header: the words for a head of household and a town stand in somebody's line.
    let text = "户主,乡镇,李四,36240119650312001,敦厚镇\n户主,乡镇,赵六,36240119650312002,敦厚镇\n";
    let one = "户主,乡镇,备注,李四\n户主,乡镇,备注,赵六\n";
    for text in [text, one, &text[..text.find('\n').unwrap() + 1]] {
        let sheet = read_text(text, &source());
        assert_eq!(sheet.status(), SheetStatus::HeldBack);
        let held = sheet.held_sheet.as_ref().unwrap();
        for words in [&held.reason, &held.suggestion, &sheet.end().ledger.reason] {
            for told in ["李四", "赵六", "36240119650312001", "敦厚镇"] {
                assert!(!words.zh.contains(told) && !words.en.contains(told), "{words:?}");
            }
        }
    }
}

#[test]
fn an_amount_in_another_unit_is_kept_beside_its_field_and_told() {
    let sheet = read_text("姓名,月保障金额（亩）,备注\n王五,3,\n", &source());
    assert_eq!(sheet.texts("amount"), [""]);
    assert_eq!(sheet.texts("月保障金额（亩）"), ["3"]);
    let doubt = &sheet.doubts[0];
    assert_eq!((doubt.row, doubt.code, doubt.field.as_str()), (1, "number_wrong_unit", "amount"));
}

#[test]
fn nothing_is_no_table() {
    assert_eq!(read_text("", &source()).status(), SheetStatus::Empty);
    assert_eq!(read_text("\n ,\n", &source()).status(), SheetStatus::Empty);
    let sheet = read_text("本次无新增对象\n", &source());
    assert_eq!(sheet.status(), SheetStatus::NoTable);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1]);
    let sheet = read_text("姓名,身份证号,备注\n", &source());
    assert_eq!((sheet.status(), sheet.rows().len()), (SheetStatus::Read, 0));
}

#[test]
fn separators_are_told_from_the_lines() {
    for separator in ["\t", ";", "|"] {
        let sheet = read_text(&LIST.replace(',', separator).replace("逗号", ","), &source());
        assert_eq!(sheet.texts("name"), ["王五", "李四"], "{separator:?}");
    }
}

#[test]
fn large_files_come_in_bounded_batches() {
    let mut text = String::from("姓名,身份证号\n");
    for i in 0..20_000 {
        text.push_str(&format!("王五,{i}\n"));
    }
    let sheet = read_text(&text, &source());
    assert!(sheet.tables.iter().all(|table| table.len() <= 8192));
    assert_eq!(sheet.rows().len(), 20_000);
}

/// Rows of each batch of a list of 2,800 households of three lines.
fn household_batches(second: &str) -> Vec<Vec<u32>> {
    let mut text = String::from("户主姓名,家庭成员姓名,家庭成员身份证号\n");
    for i in 0..2800 {
        let second = second.replace("{}", &i.to_string());
        text.push_str(&format!("户主{i},甲{i},1\n{second},乙{i},2\n{second},丙{i},3\n"));
    }
    let source = Source { schemas: vec![listing_households()], ..source() };
    read_text(&text, &source).tables.iter().map(|table| table.rows().values().to_vec()).collect()
}

#[test]
fn a_household_is_never_parted_between_batches() {
    for second in ["", "户主{}"] {
        let batches = household_batches(second);
        assert!(batches.len() > 1);
        for batch in &batches {
            assert_eq!((batch[0] - 2) % 3, 0, "a batch begins with a head");
        }
        assert_eq!(batches.concat().len(), 8400);
    }
}

#[test]
fn a_batch_without_end_is_cut_all_the_same() {
    let mut text = String::from("户主姓名,家庭成员姓名,家庭成员身份证号\n户主,甲,1\n");
    text.push_str(&",乙,2\n".repeat(100_000));
    let source = Source { schemas: vec![listing_households()], ..source() };
    let sheet = read_text(&text, &source);
    assert!(sheet.tables.len() > 1 && sheet.rows().len() == 100_001);
}
