//! Files that name their columns themselves: Parquet and JSON.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, ListBuilder,
    MapBuilder, RecordBatch, StringArray, StringBuilder, StructArray, TimestampMicrosecondArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields, Int32Type, Schema as ArrowSchema};
use encoding_rs::GB18030;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int96, Int96Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.iter().map(|text| (!text.is_empty()).then_some(*text)).collect::<Vec<_>>()))
}

fn packed(columns: Vec<(&str, ArrayRef)>, compression: Compression) -> Vec<u8> {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true)))
            .unwrap();
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    packed(columns, Compression::ZSTD(ZstdLevel::default()))
}

fn sheet_of(name: &str, bytes: &[u8]) -> Sheet {
    read_bytes(name, bytes, &source()).sheets.remove(0)
}

fn json(text: &str) -> Sheet {
    sheet_of("list.json", text.as_bytes())
}

fn held(sheet: &Sheet) -> Vec<(u32, &str)> {
    sheet.held.iter().map(|fault| (fault.row, fault.code)).collect()
}

#[test]
fn parquet_columns_are_named_by_the_file_and_its_first_record_is_row_one() {
    let bytes = parquet(vec![
        ("姓名", texts(&["王五", "李四"])),
        ("身份证号", Arc::new(Int64Array::from(vec![362_401_196_503_120_012, 362_401_196_503_120_013]))),
        ("月保障金额", Arc::new(Decimal128Array::from(vec![30_050, 45_000]).with_precision_and_scale(18, 2).unwrap())),
        ("出生日期", Arc::new(Date32Array::from(vec![Some(-1_756), None]))),
        ("城镇", Arc::new(BooleanArray::from(vec![true, false]))),
        ("分数", Arc::new(Float64Array::from(vec![0.1 + 0.2, 5.0]))),
    ]);
    let seen = read_bytes("list.csv", &bytes, &source());
    assert_eq!(seen.file.unwrap().format, Format::Parquet);
    let sheet = &seen.sheets[0];
    assert_eq!((sheet.schema(), sheet.status()), ("people", SheetStatus::Read));
    assert_eq!(sheet.rows(), [1, 2]);
    let header = sheet.start.as_ref().unwrap().header;
    assert_eq!((header.row, header.rows), (0, 1));
    assert_eq!(sheet.end().ledger.physical_rows, 2);
    assert_eq!(sheet.texts("name"), ["王五", "李四"]);
    // No spreadsheet's number, of which nothing beyond the fifteenth digit would be trusted.
    assert_eq!(sheet.column("id_number")[0], (Some(ID.into()), CellKind::Text));
    assert_eq!(sheet.column("amount")[0], (Some("300.50".into()), CellKind::Number));
    assert_eq!(sheet.column("birth_date"), [(Some("1965-03-12".into()), CellKind::Date), (None, CellKind::Empty)]);
    assert_eq!(sheet.column("城镇")[1], (Some("FALSE".into()), CellKind::Boolean));
    assert_eq!(sheet.texts("分数"), ["0.3", "5"]);
}

#[test]
fn structures_are_flattened_lists_joined_and_dictionaries_decoded() {
    let person =
        Fields::from(vec![Field::new("姓名", DataType::Utf8, true), Field::new("身份证号", DataType::Utf8, true)]);
    let person = StructArray::new(
        person,
        vec![texts(&["王五", "李四", "赵六"]), texts(&[ID, "", ""])],
        Some(NullBuffer::from(vec![true, true, false])),
    );
    let mut tags = ListBuilder::new(StringBuilder::new());
    for values in [&["低保", "残疾"][..], &[], &["特困"]] {
        values.iter().for_each(|value| tags.values().append_value(value));
        tags.append(true);
    }
    let mut more = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for value in ["甲", "乙", "丙"] {
        more.keys().append_value("组");
        more.values().append_value(value);
        more.append(true).unwrap();
    }
    let county: DictionaryArray<Int32Type> = ["吉安县", "吉安县", "永新县"].into_iter().collect();
    let bytes = parquet(vec![
        ("人员", Arc::new(person)),
        ("标签", Arc::new(tags.finish())),
        ("其他", Arc::new(more.finish())),
        ("县区", Arc::new(county)),
    ]);
    let sheet = sheet_of("list.parquet", &bytes);
    assert_eq!(sheet.texts("name"), ["王五", "李四", ""], "what lies under a null structure is null");
    assert_eq!(sheet.texts("id_number"), [ID, "", ""]);
    assert_eq!(sheet.texts("标签"), ["低保、残疾", "", "特困"]);
    assert_eq!(sheet.texts("其他")[1], "{\"组\":\"乙\"}");
    assert_eq!(sheet.texts("county"), ["吉安县", "吉安县", "永新县"]);
    let titles: Vec<&str> = sheet.head().columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(titles, ["人员/姓名", "人员/身份证号", "标签", "其他", "县区"]);
}

#[test]
fn blank_records_count_and_no_record_is_a_footing_or_a_header() {
    let bytes = parquet(vec![
        ("姓名", texts(&["姓名", "", "合计", "填表人：", "1"])),
        ("身份证号", texts(&["身份证号", "", "", "", "2"])),
        ("备注", texts(&["备注", "", "注：", "第1页", "3"])),
    ]);
    let sheet = sheet_of("list.parquet", &bytes);
    assert_eq!(sheet.rows(), [1, 3, 4, 5]);
    let ledger = &sheet.end().ledger;
    assert_eq!((ledger.blank, ledger.heading, ledger.footing, ledger.physical_rows), (1, 0, 0, 5));
}

#[test]
fn many_batches_keep_their_row_numbers() {
    let names: Vec<String> = (1..=5_000).map(|n| format!("王{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let columns = || vec![("姓名", texts(&names)), ("身份证号", texts(&vec![ID; 5_000]))];
    for compression in
        [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(GzipLevel::default()), Compression::LZ4_RAW]
    {
        let sheet = sheet_of("list.parquet", &packed(columns(), compression));
        assert_eq!(sheet.rows(), (1..=5_000).collect::<Vec<u32>>(), "{compression:?}");
        assert_eq!(sheet.texts("name")[4_321], "王4322");
    }
}

#[test]
fn columns_of_one_name_are_kept_apart() {
    let fields = [Field::new("姓名", DataType::Utf8, true), Field::new("其他", DataType::Utf8, true)];
    let schema = Arc::new(ArrowSchema::new([&fields[..], &fields[1..]].concat()));
    let batch = RecordBatch::try_new(schema.clone(), vec![texts(&["王五"]), texts(&["甲"]), texts(&["乙"])]).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let sheet = sheet_of("list.parquet", &bytes);
    let values: Vec<&str> = (1..3).map(|column| sheet.tables[0].cells(column).0.value(0)).collect();
    assert_eq!(values, ["甲", "乙"]);
}

#[test]
fn moments_are_told_as_days_of_china() {
    let midnight = 1_735_689_600_000_000_i64;
    let plain = TimestampMicrosecondArray::from(vec![midnight]);
    let universal = TimestampMicrosecondArray::from(vec![midnight - 8 * 3_600_000_000]).with_timezone("UTC");
    let columns = vec![("姓名", texts(&["王五"])), ("甲", Arc::new(plain) as _), ("乙", Arc::new(universal) as _)];
    let sheet = sheet_of("list.parquet", &parquet(columns));
    for column in ["甲", "乙"] {
        assert_eq!(sheet.column(column), [(Some("2025-01-01".into()), CellKind::Date)]);
    }
}

/// As Spark writes them: moments of twelve bytes, and text that is not marked as such.
#[test]
fn old_moments_reach_the_year_9999_and_unmarked_text_is_text() {
    let schema = "message list { optional binary 姓名; required int96 有效期止; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let name = ByteArray::from("王五");
    column.typed::<ByteArrayType>().write_batch(&[name], Some(&[1]), None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let mut moment = Int96::new();
    // Four in the afternoon of 9999-12-30 in universal time: the day's nanoseconds, then the Julian day.
    let nanos = 16_u64 * 3_600_000_000_000;
    moment.set_data(nanos as u32, (nanos >> 32) as u32, 5_373_483);
    column.typed::<Int96Type>().write_batch(&[moment], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let sheet = sheet_of("list.parquet", &bytes);
    assert_eq!(sheet.texts("name"), ["王五"]);
    assert_eq!(sheet.column("有效期止"), [(Some("9999-12-31".into()), CellKind::Date)]);
}

#[test]
fn torn_parquet_is_told_and_never_ends_the_program() {
    let bytes = parquet(vec![("姓名", texts(&["王五"; 300])), ("身份证号", texts(&[ID; 300]))]);
    for length in [4, 11, 40, bytes.len() / 2, bytes.len() - 1] {
        let sheet = sheet_of("list.parquet", &bytes[..length]);
        assert_eq!(sheet.status(), SheetStatus::Failed);
        assert!(sheet.reason().contains("文件不完整"), "{}", sheet.reason());
    }
    let end = bytes.len();
    let mut absurd = bytes.clone();
    absurd[end - 8..end - 4].fill(0xFF);
    assert_eq!(sheet_of("list.parquet", &absurd).status(), SheetStatus::Failed);
    let mut locked = bytes.clone();
    locked[end - 4..].copy_from_slice(b"PARE");
    assert!(sheet_of("list.parquet", &locked).reason().contains("加密"));
    for at in 4..end - 4 {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        sheet_of("list.parquet", &damaged);
    }
}

#[test]
fn a_compression_that_is_not_built_in_is_told_by_name() {
    let mut bytes = packed(vec![("姓名", texts(&["王五"]))], Compression::SNAPPY);
    // The codec stands in the footer as field 4, an i32: type byte 0x15 after the paths, then 1 (zigzag 2) for Snappy.
    let footer =
        bytes.len() - 8 - u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
    let path = "姓名".as_bytes();
    let at = bytes[footer..].windows(path.len()).rposition(|window| window == path).unwrap() + footer;
    let codec = (footer..bytes.len()).filter(|&i| i > at - 40).find(|&i| bytes[i - 1] == 0x15 && bytes[i] == 2);
    let Some(codec) = codec else { panic!("no codec") };
    bytes[codec] = 8;
    let sheet = sheet_of("list.parquet", &bytes);
    assert!(sheet.reason().contains("Brotli"), "{}", sheet.reason());
}

#[test]
fn a_parquet_file_of_unknown_columns_is_held_back_whole() {
    let sheet =
        sheet_of("list.parquet", &parquet(vec![("车牌", texts(&["赣D1", "合计"])), ("品牌", texts(&["甲", ""]))]));
    assert_eq!(sheet.status(), SheetStatus::HeldBack);
    assert_eq!(held(&sheet), [(1, "header_unknown"), (2, "header_unknown")]);
    assert_eq!(sheet.held[0].raw, "{\"车牌\":\"赣D1\",\"品牌\":\"甲\"}");
    assert!(!sheet.held[0].suggestion.contains("header"), "{}", sheet.held[0].suggestion);
    let lacking = sheet_of("list.parquet", &parquet(vec![("身份证号", texts(&[ID])), ("县区", texts(&["吉安县"]))]));
    assert_eq!(held(&lacking), [(1, "column_missing")]);
    assert!(!lacking.reason().contains("第 0 行"), "{}", lacking.reason());
}

#[test]
fn where_the_header_of_workbooks_is_does_not_matter_here() {
    let stated = Source { header: Some(crate::plan::HeaderPlace { row: 3, rows: 2 }), ..source() };
    let bytes = parquet(vec![("姓名", texts(&["王五"; 9])), ("乙", texts(&["1"; 9]))]);
    let sheet = &read_bytes("list.parquet", &bytes, &stated).sheets[0];
    assert_eq!(sheet.rows(), (1..=9).collect::<Vec<u32>>());
    let none = parquet(vec![("姓名", texts(&[])), ("身份证号", texts(&[]))]);
    let sheet = sheet_of("list.parquet", &none);
    assert_eq!((sheet.status(), sheet.end().ledger.physical_rows), (SheetStatus::Read, 0));
    assert!(sheet.reason().contains("没有数据行"), "{}", sheet.reason());
}

#[test]
fn json_lines_are_numbered_as_the_file_is() {
    let sheet = json(
        "{\"姓名\":\"王五\",\"身份证号\":362401196503120012,\"月保障金额\":300.50,\"城镇\":true}\r\n\r\n\
         {\"身份证号\":\"11010519491231002X\",\"姓名\":\"李四\",\"备注\":null}\n{}\n{\"姓名\":\"合计\"}",
    );
    assert_eq!(sheet.rows(), [1, 3, 5]);
    assert_eq!(sheet.end().ledger.blank, 2);
    assert_eq!(sheet.column("id_number")[0], (Some(ID.into()), CellKind::Text));
    assert_eq!(sheet.column("amount")[0].1, CellKind::Number);
    assert_eq!(sheet.column("id_number")[1], (Some("11010519491231002X".into()), CellKind::Text));
    assert_eq!(sheet.texts("amount")[0], "300.50");
    assert_eq!(sheet.column("城镇")[0], (Some("TRUE".into()), CellKind::Boolean));
    assert_eq!(sheet.texts("name"), ["王五", "李四", "合计"]);
}

#[test]
fn json_reads_the_same_in_every_encoding() {
    let text = "{\"姓名\":\"王五\",\"备注\":\"㐂\\u4e00\\\\\"}\n{\"姓名\":\"李四\",\"备注\":\"{\"}\n".repeat(2_000);
    let utf16 = |mark: bool| -> Vec<u8> {
        mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    for (name, bytes) in [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("gb18030", GB18030.encode(&text).0.into_owned()),
        ("UTF-16LE", utf16(true)),
        ("UTF-16LE", utf16(false)),
    ] {
        let mut seen = read_bytes("list.txt", &bytes, &source());
        let start = seen.file.take().unwrap();
        assert_eq!((start.format, start.encoding), (Format::JsonLines, Some(name)));
        let sheet = &seen.sheets[0];
        assert_eq!(sheet.rows(), (1..=4_000).collect::<Vec<u32>>());
        assert_eq!(sheet.texts("remark")[..2], ["㐂一\\", "{"]);
        assert!(sheet.doubts.is_empty());
    }
}

#[test]
fn a_line_that_is_no_object_is_held_back_and_the_others_go_on() {
    let sheet = json(
        "{\"姓名\":\"王五\",\"备注\":\n{\"姓名\":\"李四\",\"备注\":\"无\"}\n[1]\n说明\n{\"姓名\":\"赵六\"},\n{\"姓名\":\"钱七\"",
    );
    assert_eq!(sheet.rows(), [2, 5]);
    assert_eq!(held(&sheet), [1, 3, 4, 6].map(|row| (row, "not_a_record")));
    assert_eq!(sheet.held[2].raw, "{\"原文\":\"说明\"}");
    assert_eq!(sheet.held[0].raw, "{\"原文\":\"{\\\"姓名\\\":\\\"王五\\\",\\\"备注\\\":\"}");
    let none = json("{\"姓名\":\n{\"姓名\":\n");
    assert_eq!(none.status(), SheetStatus::HeldBack);
    assert_eq!(held(&none), [(1, "not_a_record"), (2, "not_a_record")]);
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    let mut bytes = "{\"姓名\":\"王五\",\"备注\":\"低保对象\"}\n".repeat(20).into_bytes();
    let line = bytes.len() / 20;
    bytes[line * 4 + line - 6] = 0xFF;
    let sheet = sheet_of("list.json", &bytes);
    assert_eq!(sheet.rows().len(), 20);
    assert_eq!(sheet.doubts.iter().map(|doubt| (doubt.row, doubt.code)).collect::<Vec<_>>(), [(5, "unreadable_bytes")]);
}

#[test]
fn a_key_that_only_a_late_object_has_is_a_column_like_the_others() {
    let mut text = "{\"姓名\":\"王五\"}\n".repeat(9_000);
    text.push_str("{\"姓名\":\"李四\",\"身份证号\":362401196503120012,\"新\":{\"键\":\"值\"}}\n");
    let sheet = json(&text);
    assert_eq!(sheet.texts("id_number")[9_000], ID);
    assert_eq!(sheet.texts("新/键")[9_000], "值");
}

#[test]
fn nested_objects_are_flattened_and_a_key_that_comes_twice_keeps_both_values() {
    let sheet = json(
        "{\"人员\":{\"姓名\":\"王五\",\"地址\":{\"乡镇\":\"永阳镇\"}},\"标签\":[\"低保\",2],\"成员\":[{\"a\":1}],\"备注\":\"甲\",\"备注\":\"乙\"}\n{}\n",
    );
    assert_eq!(sheet.texts("name"), ["王五"]);
    assert_eq!(sheet.texts("town"), ["永阳镇"]);
    assert_eq!(sheet.texts("标签"), ["低保、2"]);
    assert_eq!(sheet.texts("成员"), ["[{\"a\":1}]"]);
    assert_eq!((sheet.texts("remark"), sheet.texts("备注#2")), (vec!["甲".to_owned()], vec!["乙".to_owned()]));
}

#[test]
fn an_array_of_objects_is_a_list_wherever_it_lies() {
    let array = "[\n  {\"姓名\":\"王五\",\"身份证号\":362401196503120012},\n  null,\n  {\"姓名\":\"李四\"},\n  {}, 5,\n  {\"姓名\":\"赵六\"}\n]\n";
    for text in [
        array.to_owned(),
        array.replace('\n', ""),
        format!("{{\"data\":{array}}}"),
        format!("{{\"code\":0,\"msg\":\"ok\",\"data\":{{\"total\":2,\"tags\":[1],\"rows\":{array}}},\"time\":1}}"),
    ] {
        let sheet = json(&text);
        assert_eq!(sheet.rows(), [1, 3, 6], "{text}");
        assert_eq!(held(&sheet), [(2, "not_a_record"), (5, "not_a_record")]);
        assert_eq!(sheet.texts("name"), ["王五", "李四", "赵六"]);
        assert_eq!(sheet.texts("id_number")[0], ID);
        assert_eq!(sheet.status(), SheetStatus::Read);
    }
}

#[test]
fn several_arrays_are_several_sheets() {
    let seen = read_bytes(
        "list.json",
        "{\"人员\":[{\"姓名\":\"王五\"}],\"家庭\":[{\"户主\":\"李四\",\"户主身份证\":\"11010519491231002X\",\"家庭人口\":2}]}".as_bytes(),
        &source(),
    );
    assert_eq!(seen.file.unwrap().sheets, ["人员", "家庭"]);
    assert_eq!([seen.sheets[0].schema(), seen.sheets[1].schema()], ["people", "households"]);
    assert_eq!(seen.sheets[1].texts("size"), ["2"]);
}

#[test]
fn objects_over_several_lines_and_single_objects_are_records() {
    let pretty = "{\n  \"姓名\": \"王五\",\n  \"备注\": \"无\"\n}\n";
    let sheet = json(&format!("{pretty}{pretty}"));
    assert_eq!((sheet.rows(), sheet.texts("name")), (vec![1, 2], vec!["王五".to_owned(); 2]));
    assert_eq!(json(pretty).rows(), [1]);
    // Somebody's own record is no wrapping around the list in it.
    let sheet = json("{\"姓名\":\"王五\",\"身份证号\":\"362401196503120012\",\"成员\":[{\"姓名\":\"李四\"}]}");
    assert_eq!((sheet.texts("name"), sheet.texts("成员")), (vec!["王五".into()], vec!["[{\"姓名\":\"李四\"}]".into()]));
}

#[test]
fn a_torn_array_keeps_what_was_read_and_is_told() {
    for text in ["[{\"姓名\":\"王五\"},{\"姓名\":\"李", "{\"data\":[{\"姓名\":\"王五\"},{\"姓名\":\"李"] {
        let sheet = json(text);
        assert_eq!((sheet.rows(), held(&sheet)), (vec![1], vec![(2, "not_a_record")]));
        assert_eq!(sheet.status(), SheetStatus::Failed);
        assert!(sheet.reason().contains("文件不完整"), "{}", sheet.reason());
    }
    let sheet = json("[{\"姓名\":\"王五\"}]\n[{\"姓名\":\"李四\"}]");
    assert_eq!((sheet.rows(), sheet.status()), (vec![1], SheetStatus::Failed));
}

#[test]
fn keys_that_are_data_are_refused() {
    let text: String = (0..20_000).map(|n| format!("{{\"人{n}\":\"王五\"}}\n")).collect();
    let sheet = json(&text);
    assert_eq!(sheet.status(), SheetStatus::Failed);
    assert!(sheet.reason().contains("不同的键") || sheet.reason().contains("种，键"), "{}", sheet.reason());
}

#[test]
fn a_list_that_begins_with_a_brace_stays_text() {
    for text in ["{姓名},身份证号\n王五,362401196503120012\n", "[姓名],[身份证号]\n王五,362401196503120012\n"]
    {
        let seen = read_bytes("list.csv", text.as_bytes(), &source());
        assert_eq!(seen.file.unwrap().format, Format::Text);
    }
}
