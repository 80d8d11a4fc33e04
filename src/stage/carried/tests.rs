use std::collections::HashMap;

use arrow::datatypes::{Field as ArrowField, Schema as ArrowSchema};

use super::*;
use crate::model::column_metadata;
use crate::stage::fixtures::{field, schema, today};

const NUMBER: &str = "362401196503120012";

fn people() -> Arc<Schema> {
    let fields = vec![
        field("id_number", "证件号码", FieldType::IdentityNumber),
        field("name", "姓名", FieldType::PersonName),
        field("note", "备注", FieldType::Text),
    ];
    Arc::new(schema("people", Grain::Person, &[], fields))
}

/// Row id, number, name.
type Line<'a> = (&'a str, Option<&'a str>, &'a str);

fn published(rows: &[Line<'_>]) -> RecordBatch {
    let wanted = ValidTable::schema_of(&people());
    let extra = wanted.field_with_name("extra").unwrap().data_type().clone();
    let texts = |of: &dyn Fn(&Line<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let typed = |name: &str, kind: FieldType| {
        ArrowField::new(name, kind.data_type(), true).with_metadata(column_metadata(
            name,
            kind,
            crate::model::Sensitivity::Open,
        ))
    };
    let columns = vec![
        (typed("row_id", FieldType::Text), texts(&|row| Some(row.0.to_owned()))),
        (typed("row_key", FieldType::Text), texts(&|row| Some(format!("key of {}", row.0)))),
        (typed("period", FieldType::Text), texts(&|_| Some("2025-10".to_owned()))),
        (typed("id_number", FieldType::IdentityNumber), texts(&|row| row.1.map(str::to_owned))),
        (typed("name", FieldType::PersonName), texts(&|row| Some(row.2.to_owned()))),
        (typed("note", FieldType::Text), texts(&|_| None)),
        (ArrowField::new("extra", extra.clone(), true), arrow::array::new_null_array(&extra, rows.len())),
    ];
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays).unwrap()
}

fn issue(row_id: &str, field: &str, code: &'static str, message: &str, raw: &str) -> Fault {
    let (place, row, nth) = SheetPlace::of_row_id(row_id).unwrap();
    let suggestion = "核对后请补正证件号码，应为 362401196503120012".to_owned();
    let place = Arc::new(place);
    Fault { place, row, nth, field: field.into(), code, message: message.into(), suggestion, raw: raw.into() }
}

fn text<'a>(table: &'a ValidTable, column: &str) -> Vec<Option<&'a str>> {
    table.text(column).unwrap().iter().collect()
}

#[test]
fn rows_stand_by_sheet_and_line_with_the_ids_and_keys_that_they_had() {
    let batch = published(&[
        ("s/b.csv//12", Some(NUMBER), "丁"),
        ("s/b.csv//3#2", None, "丙"),
        ("s/a%2Fx.csv//9", None, "甲"),
        ("s/b.csv//3", None, "乙"),
    ]);
    let copies = HashMap::from([("s/b.csv//3".to_owned(), vec!["s/b.csv//20".to_owned()])]);
    let beside = Beside::new(copies, HashMap::new(), HashMap::new());
    let tables = valid_tables(&batch, &people(), &beside, today()).unwrap();
    let files: Vec<&str> = tables.iter().map(|table| table.place().file.as_str()).collect();
    assert_eq!(files, ["a/x.csv", "b.csv"]);
    let ids: Vec<_> = text(&tables[1], "row_id").into_iter().flatten().collect();
    assert_eq!(ids, ["s/b.csv//3", "s/b.csv//3#2", "s/b.csv//12", "s/b.csv//20"]);
    let keys: Vec<_> = text(&tables[1], "row_key").into_iter().flatten().collect();
    assert_eq!(keys[3], "key of s/b.csv//3", "a copy is the row that it equals");
    // Only the copy repeats a row; the second person of a line is nobody's copy.
    let mut duplicates = crate::stage::validate::Duplicates::new();
    let found: Vec<_> =
        (0u32..).zip(&tables).flat_map(|(at, table)| duplicates.add(at, table)).map(|(a, b)| (a.row, b.row)).collect();
    assert_eq!(found, [(3, 0)]);
}

#[test]
fn how_sound_a_number_was_is_read_again_from_the_cell_that_its_issue_quotes() {
    let rows = ["s/a.csv//2", "s/a.csv//3", "s/a.csv//4", "s/a.csv//5", "s/a.csv//6"];
    let batch = published(&[
        (rows[0], Some(NUMBER), "甲"),
        (rows[1], None, "乙"),
        (rows[2], None, "丙"),
        (rows[3], None, "丁"),
        (rows[4], Some("810000199408230021"), "戊"),
    ]);
    let mut beside = Beside::default();
    let admitted = |message: &str| format!("{message}；已凭其他信息关联入库");
    let stay = beside.learn(vec![
        issue(rows[1], "id_number", "id_bad_check", &admitted("校验码不符"), "362401196503120013"),
        issue(rows[2], "id_number", "id_precision_lost", &admitted("位数已丢失"), "362401196503120000"),
        issue(rows[0], "id_number", "name_differs_under_number", "同一证件号码在其他来源中另有姓名", ""),
        issue(rows[0], "name", "name_with_note", "带有附注", "甲（女）"),
    ]);
    assert_eq!(stay.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["name_with_note"]);
    let tables = valid_tables(&batch, &people(), &beside, today()).unwrap();
    let [table] = tables.as_slice() else { panic!("one sheet") };
    assert_eq!(
        text(table, "status.id_number").into_iter().flatten().collect::<Vec<_>>(),
        ["valid", "invalid", "precision_lost", "missing", "valid"]
    );
    assert_eq!(
        text(table, "written.id_number"),
        [None, Some("362401196503120013"), Some("362401196503120"), None, None]
    );
    assert_eq!(text(table, "kind.id_number")[4], Some("residence_permit"));
    // What kept the rows waiting for linking waits again, in its own words.
    let pending: Vec<_> =
        table.pending().iter().map(|(row, fault)| (*row, fault.code, fault.message.as_str())).collect();
    assert_eq!(pending, [(1, "id_bad_check", "校验码不符"), (2, "id_precision_lost", "位数已丢失")]);
    assert_eq!(table.pending_cell(0), "362401196503120013");
    let (_, fault) = &table.pending()[0];
    assert!(fault.raw.contains("乙") && !fault.suggestion.contains("应为"), "{fault:?}");
}

#[test]
fn a_value_that_the_schema_has_no_place_for_is_named_and_not_dropped() {
    let batch = published(&[("s/a.csv//2", Some(NUMBER), "甲")]);
    let misfit = |schema: Schema| match valid_tables(&batch, &Arc::new(schema), &Beside::default(), today()) {
        Err(CarryError::Misfit(words)) => words.en,
        other => panic!("{other:?}"),
    };
    let with = |change: &dyn Fn(&mut Schema)| {
        let mut schema = (*people()).clone();
        change(&mut schema);
        schema
    };
    assert!(misfit(with(&|s| drop(s.fields.remove(1)))).contains("the field name is gone"));
    assert!(
        misfit(with(&|s| s.fields[1].kind = FieldType::Text)).contains("the field name was person_name and is text")
    );
    assert!(misfit(with(&|s| s.fields[2].required = true)).contains("the field note is required now"));
    let codes = crate::stage::fixtures::codes(&[("1", "乙")]);
    assert!(misfit(with(&|s| s.fields[1].codes = Some(codes.clone()))).contains("the field name holds terms"));
    // Nothing is lost where nobody filled the field, and a new one is empty.
    let fits = with(&|s| {
        s.fields.remove(2);
        s.fields.push(field("new", "新", FieldType::Money));
    });
    let tables = valid_tables(&batch, &Arc::new(fits), &Beside::default(), today()).unwrap();
    assert_eq!(tables[0].batch().column_by_name("new").unwrap().null_count(), 1);
}
