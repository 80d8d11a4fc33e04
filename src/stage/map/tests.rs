use std::sync::Arc;

use arrow::array::{Array, StringArray, UInt32Array};

use super::super::fixtures::{field, head, schema, sheet, today, with_members};
use super::super::normalise::{NormaliseContext, normalise};
use super::super::sheet_cells::extra_entries;
use super::{Mapped, map};
use crate::model::{CellKind, Fault, Field, FieldType, Grain, MappedTable, Schema};

fn person() -> Arc<Schema> {
    let fields = vec![
        field("id_number", "身份证号", FieldType::IdentityNumber),
        field("name", "姓名", FieldType::PersonName),
        field("town", "乡镇", FieldType::Text),
        field("relation", "关系", FieldType::Text),
    ];
    Arc::new(schema("person_list", Grain::Person, &[0], fields))
}

fn household() -> Arc<Schema> {
    household_with(Vec::new())
}

fn household_with(more: Vec<Field>) -> Arc<Schema> {
    let mut fields = vec![
        field("head_name", "户主姓名", FieldType::PersonName),
        field("town", "乡镇", FieldType::Text),
        field("member_names", "家庭成员姓名", FieldType::Text),
        field("member_ids", "家庭成员身份证号", FieldType::Text),
    ];
    fields[0].required = true;
    fields.extend(more);
    let household = schema("household_list", Grain::Household, &[0], fields);
    Arc::new(with_members(household, "person_list", &[("name", "member_names"), ("id_number", "member_ids")]))
}

fn texts(table: &MappedTable, name: &str) -> Vec<String> {
    let at = table.schema().field(name).unwrap();
    table.cells(at).0.iter().map(|text| text.unwrap_or("").to_owned()).collect()
}

fn extra(table: &MappedTable, row: usize) -> Vec<(String, String)> {
    let column = table.batch().columns().last().unwrap().as_any().downcast_ref().unwrap();
    extra_entries(column, row).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn places(table: &MappedTable) -> Vec<(u32, Option<u32>)> {
    let (rows, nths): (&UInt32Array, &UInt32Array) = table.row_places();
    rows.iter().map(|row| row.unwrap()).zip(nths.iter()).collect()
}

fn hashes(mapped: &Mapped) -> Vec<Vec<u8>> {
    let column = mapped.rows.batch().column_by_name("cells_hash").unwrap();
    let column: &arrow::array::FixedSizeBinaryArray = column.as_any().downcast_ref().unwrap();
    (0..column.len()).map(|row| column.value(row).to_vec()).collect()
}

#[test]
fn unclaimed_columns_and_second_claims_go_to_extra() {
    let head = head(&person(), &["姓名", "备注", "姓名", "备注", ""]);
    let mapped = map(sheet(head, &[&["张三", "好", "李四", "坏", "x"], &["王五", "", "", "", ""]]), None).unwrap();
    assert_eq!(texts(&mapped.rows, "name"), ["张三", "王五"]);
    assert_eq!(texts(&mapped.rows, "id_number"), ["", ""]);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let wanted = [pair("备注", "好"), pair("姓名 (2)", "李四"), pair("备注 (2)", "坏"), pair("第5列", "x")];
    assert_eq!(extra(&mapped.rows, 0), wanted);
    assert!(extra(&mapped.rows, 1).is_empty());
    assert!(mapped.rows.batch().columns().last().unwrap().is_null(1));
}

#[test]
fn what_the_sheet_states_fills_empty_cells() {
    let mut head = head(&person(), &["姓名", "乡镇"]);
    head.stated = vec![(2, "敦厚镇".into()), (3, "本人".into())];
    let mapped = map(sheet(head, &[&["张三", ""], &["李四", "永阳镇"]]), None).unwrap();
    assert_eq!(texts(&mapped.rows, "town"), ["敦厚镇", "永阳镇"]);
    assert_eq!(texts(&mapped.rows, "relation"), ["本人", "本人"]);
    assert_eq!(mapped.rows.cells(2).1.value(0), CellKind::Text as u8);
}

#[test]
fn the_hash_tells_cells_and_not_their_order() {
    let rows: &[&[&str]] = &[&["张三", "a", "x"], &["张三", "a", "x"], &["张三a", "", "x"], &["张三", "a", ""]];
    let one = hashes(&map(sheet(head(&person(), &["姓名", "乡镇", "备注"]), rows), None).unwrap());
    assert_eq!(one[0], one[1]);
    assert_ne!(one[0], one[2]);
    assert_ne!(one[0], one[3]);
    let turned: &[&[&str]] = &[&["x", "a", "张三"]];
    assert_eq!(one[0], hashes(&map(sheet(head(&person(), &["备注", "乡镇", "姓名"]), turned), None).unwrap())[0]);
}

#[test]
fn people_in_one_cell_become_rows() {
    let head = head(&household(), &["户主姓名", "乡镇", "家庭成员姓名", "家庭成员身份证号"]);
    let rows: &[&[&str]] = &[
        &["张三", "敦厚镇", "张三、李四", "A1、A2"],
        &["王五", "永阳镇", "", ""],
        &["赵六", "永阳镇", "赵六", "=362401196503120"],
        &["孙七", "永阳镇", "孙七、孙八、孙九", "B1、B2"],
    ];
    let mapped = map(sheet(head, rows), Some(&person())).unwrap();
    let members = mapped.members.unwrap();
    assert_eq!(places(&mapped.rows), [(2, None), (3, None), (4, None), (5, None)]);
    let nth = |row, n| (row, Some(n));
    assert_eq!(places(&members), [nth(2, 1), nth(2, 2), nth(4, 1), nth(5, 1), nth(5, 2), nth(5, 3)]);
    assert_eq!(texts(&members, "name"), ["张三", "李四", "赵六", "孙七", "孙八", "孙九"]);
    // Who of the three has which of the two numbers is not known: nobody gets one.
    assert_eq!(texts(&members, "id_number"), ["A1", "A2", "362401196503120", "", "", ""]);
    assert_eq!(texts(&mapped.rows, "member_ids")[3], "B1、B2");
    assert_eq!(texts(&members, "town"), ["敦厚镇", "敦厚镇", "永阳镇", "永阳镇", "永阳镇", "永阳镇"]);
    assert_eq!(members.cells(0).1.value(2), CellKind::Number as u8);
    let doubts = mapped.rows.doubts();
    assert_eq!(doubts.len(), 1);
    assert_eq!((doubts[0].code, doubts[0].row, doubts[0].raw.as_str()), ("member_count_differs", 5, "B1、B2"));
    assert_eq!(doubts[0].field, "member_ids");
}

#[test]
fn of_lists_that_differ_in_length_the_head_keeps_the_number_that_its_line_gives() {
    let fields = &["户主姓名", "户主身份证号", "家庭成员姓名", "家庭成员身份证号"];
    let head = head(&household_with(vec![field("head_id_number", "户主身份证号", FieldType::IdentityNumber)]), fields);
    let rows: &[&[&str]] = &[
        &["张三", "A9", "李四、张三、张小", "A8、A9"],
        &["王五", "B1", "王五、王五", "B1"],
        &["赵七", "C1", "赵七、赵小", "C2"],
    ];
    let mapped = map(sheet(head, rows), Some(&person())).unwrap();
    let members = mapped.members.unwrap();
    assert_eq!(texts(&members, "name"), ["李四", "张三", "张小", "王五", "王五", "赵七", "赵小"]);
    assert_eq!(texts(&members, "id_number"), ["", "A9", "", "", "", "", ""]);
    assert_eq!(mapped.rows.doubts().len(), 3);
}

#[test]
fn empty_entries_are_dropped_where_that_pairs_the_lists() {
    let head = head(&household(), &["户主姓名", "家庭成员姓名", "家庭成员身份证号"]);
    let rows: &[&[&str]] = &[&["张三", "张三、、李四", "A1、A2"], &["王五", "王五、王六", "、B2"]];
    let mapped = map(sheet(head, rows), Some(&person())).unwrap();
    let members = mapped.members.unwrap();
    assert_eq!(texts(&members, "name"), ["张三", "李四", "王五", "王六"]);
    assert_eq!(texts(&members, "id_number"), ["A1", "A2", "", "B2"]);
    assert!(mapped.rows.doubts().is_empty());
}

#[test]
fn members_below_the_head_are_rows_of_their_own() {
    let head = head(&household(), &["户主姓名", "乡镇", "家庭成员姓名", "家庭成员身份证号", "备注"]);
    let rows: &[&[&str]] = &[
        &["张三", "敦厚镇", "张三", "A1", ""],
        &["", "", "李四", "A2", "读书"],
        &["", "", "李五、李六", "A3、A4", ""],
        &["王五", "永阳镇", "王五", "B1", ""],
        &["", "", "", "", "备注行"],
    ];
    let mapped = map(sheet(head, rows), Some(&person())).unwrap();
    let members = mapped.members.unwrap();
    assert_eq!(places(&mapped.rows), [(2, None), (5, None), (6, None)]);
    assert_eq!(places(&members), [(2, Some(1)), (3, None), (4, None), (4, Some(2)), (5, Some(1))]);
    assert_eq!(texts(&members, "town"), ["敦厚镇", "敦厚镇", "敦厚镇", "敦厚镇", "永阳镇"]);
    assert_eq!(extra(&members, 1), [("备注".to_owned(), "读书".to_owned())]);
}

#[test]
fn a_line_below_the_head_with_unequal_lists_bears_its_own_doubt() {
    let head = head(&household(), &["户主姓名", "家庭成员姓名", "家庭成员身份证号"]);
    let rows: &[&[&str]] =
        &[&["张三", "张三", "A1"], &["", "李四、李五", "A2"], &["王五", "王五、王六", "B1"], &["赵七", "", "C1、C2"]];
    let mapped = map(sheet(head, rows), Some(&person())).unwrap();
    let members = mapped.members.unwrap();
    assert_eq!(texts(&members, "name"), ["张三", "李四", "李五", "王五", "王六", "", ""]);
    assert_eq!(texts(&members, "id_number"), ["A1", "", "", "", "", "C1", "C2"]);
    assert_eq!(extra(&members, 1), [("家庭成员身份证号".to_owned(), "A2".to_owned())]);
    let told = |doubts: &[Fault]| doubts.iter().map(|fault| (fault.row, fault.field.clone())).collect::<Vec<_>>();
    assert_eq!(told(members.doubts()), [(3, "id_number".to_owned())]);
    assert_eq!(told(mapped.rows.doubts()), [(4, "member_ids".to_owned())]);
    // Both reach the table of normal values.
    for table in [mapped.rows, members] {
        let context = NormaliseContext { today: today(), values: &Default::default(), region: None };
        let normal = normalise(table, &context).unwrap();
        assert!(normal.doubts().iter().any(|fault| fault.code == "member_count_differs"));
    }
}

#[test]
fn of_unequal_lists_the_head_s_number_goes_to_the_head() {
    let mut schema = Schema::clone(&household());
    schema.fields.push(field("head_id_number", "户主身份证号", FieldType::IdentityNumber));
    schema.by_claim.insert("户主身份证号".into(), 4);
    let head = head(&Arc::new(schema), &["户主姓名", "户主身份证号", "家庭成员姓名", "家庭成员身份证号"]);
    let rows: &[&[&str]] = &[
        &["张三", "A1", "李四、张 三、李五", "A1"],
        &["王五", "B1", "王六、王五、王七", "B2、B3"],
        &["赵六", "C1", "赵六、赵六、赵七", "C1"],
    ];
    let members = map(sheet(head, rows), Some(&person())).unwrap().members.unwrap();
    assert_eq!(texts(&members, "id_number"), ["", "A1", "", "", "", "", "", "", ""]);
}

#[test]
fn merged_cells_filled_down_make_one_household() {
    let head = head(&household(), &["户主姓名", "乡镇", "家庭成员姓名", "家庭成员身份证号"]);
    let rows: &[&[&str]] = &[
        &["张三", "敦厚镇", "张三", "A1"],
        &["张三", "敦厚镇", "李四", "A2"],
        &["张三", "永阳镇", "张三", "A1"],
        &["张三", "永阳镇", "张三", "A1"],
    ];
    let mapped = map(sheet(head, rows), Some(&person())).unwrap();
    // The last line repeats every cell of the one before: a duplicate, not a member.
    assert_eq!(places(&mapped.rows), [(2, None), (4, None), (5, None)]);
    assert_eq!(mapped.members.unwrap().batch().num_rows(), 4);
}

#[test]
fn without_a_members_schema_the_lists_stay() {
    let head = head(&household(), &["户主姓名", "家庭成员姓名"]);
    let mapped = map(sheet(head, &[&["张三", "张三、李四"]]), None).unwrap();
    assert!(mapped.members.is_none());
    assert_eq!(texts(&mapped.rows, "member_names"), ["张三、李四"]);
    let cells: &StringArray = mapped.rows.cells(2).0;
    assert_eq!(cells.len(), 1);
}
