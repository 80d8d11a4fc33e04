//! The commands that look at a database, over a small one.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Array, Float64Array, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use arrow::datatypes::{Field, Schema};
use chrono::{DateTime, NaiveDate};
use ronghe::model::{Table, TableName};
use ronghe::store::{LedgerTotals, SnapshotContent, Store};

const NUMBER: &str = "362401196503120012";

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ronghe(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(arguments)
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", "zh_CN.UTF-8")
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from_iter(values.iter().map(|v| (!v.is_empty()).then_some(*v))))
}

fn lists(values: &[&[&str]]) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    values.iter().for_each(|items| lists.append_value(items.iter().map(|item| Some(*item))));
    Arc::new(lists.finish())
}

fn table(name: &str, columns: Vec<(&str, ArrayRef)>) -> Table {
    let field = |name: &str, array: &ArrayRef| {
        let field = Field::new(name, array.data_type().clone(), true);
        let title = [("name", "姓名"), ("id_number", "证件号码")].into_iter().find(|(known, _)| *known == name);
        field.with_metadata(HashMap::from_iter(title.map(|(_, title)| ("title".to_owned(), title.to_owned()))))
    };
    let schema = Schema::new(columns.iter().map(|(name, array)| field(name, array)).collect::<Vec<_>>());
    let batch =
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect()).expect("a batch");
    Table {
        name: TableName::new(name),
        title: name.into(),
        schema: batch.schema(),
        batches: vec![batch],
        sorted_by: Vec::new(),
        looked_up_by: Vec::new(),
    }
}

fn tables() -> Vec<Table> {
    let money = |cents: &[i128]| -> ArrayRef {
        Arc::new(Decimal128Array::from(cents.to_vec()).with_precision_and_scale(18, 2).expect("fits"))
    };
    let counts = [
        "physical_rows",
        "blank",
        "heading",
        "footing",
        "accepted",
        "duplicate",
        "quarantined",
        "unrelated",
        "rows_out",
    ];
    let mut ledger = vec![
        ("source", texts(&["dibao"])),
        ("file", texts(&["dibao/202506.xlsx"])),
        ("sheet", texts(&["S"])),
        ("status", texts(&["read"])),
        ("reason", texts(&[""])),
    ];
    ledger.extend(counts.map(|name| (name, Arc::new(Int64Array::from(vec![1])) as ArrayRef)));
    let fault = || {
        vec![
            ("row_id", texts(&["dibao/dibao%2F202506.xlsx/S/5"])),
            ("source", texts(&["dibao"])),
            ("file", texts(&["dibao/202506.xlsx"])),
            ("sheet", texts(&["S"])),
            ("row_number", Arc::new(Int64Array::from(vec![5])) as ArrayRef),
            ("field", texts(&["id_number"])),
            ("code", texts(&["bad_check"])),
            ("message", texts(&["校验码不符"])),
            ("suggestion", texts(&["请核对"])),
            ("raw", texts(&["{\"姓名\":\"王五\"}"])),
        ]
    };
    vec![
        table(
            "person",
            vec![
                ("person_id", texts(&["P1", "P2"])),
                ("household_id", texts(&["H1", "H1"])),
                ("name", texts(&["王小明", "李四"])),
                ("id_number", texts(&[NUMBER, "110101199003078670"])),
                ("sex", texts(&["男", "男"])),
                ("age", Arc::new(Int64Array::from(vec![60, 35]))),
                ("county", texts(&["吉安县", "吉安县"])),
                ("town", texts(&["敦厚镇", ""])),
                ("help_amount", money(&[123_450, -100])),
                ("programmes", texts(&["低保", ""])),
                ("low_income_groups", texts(&["城乡低保人员", ""])),
            ],
        ),
        table("household", vec![("household_id", texts(&["H1"])), ("county", texts(&["吉安县"]))]),
        table(
            "identifier",
            vec![("person_id", texts(&["P1", "P2"])), ("id_number", texts(&[NUMBER, "110101199003078670"]))],
        ),
        table(
            "lineage",
            vec![
                ("entity_id", texts(&["P1", "P1", "P1"])),
                ("field", texts(&["county", "age", "name"])),
                ("row_id", texts(&["dibao/dibao%2F202506.xlsx/S/4"; 3])),
                ("contested", texts(&["true", "false", "false"])),
                ("reason", texts(&["trust", "reckoned", "reckoned"])),
                ("basis", lists(&[&[], &["birth_date @ a/b//1", "x @ a/b//2", "y @ a/b//3"], &["王小明 @ a/b//4"]])),
            ],
        ),
        table(
            "link",
            vec![
                ("row_id", texts(&["dibao/dibao%2F202506.xlsx/S/4"])),
                ("person_id", texts(&["P1"])),
                ("method", texts(&["id"])),
                ("probability", Arc::new(Float64Array::from(vec![1.0]))),
            ],
        ),
        table(
            "finding",
            vec![
                ("finding_id", texts(&["F1"])),
                ("rule", texts(&["paid_after_death"])),
                ("severity", texts(&["high"])),
                ("person_id", texts(&["P1"])),
                ("household_id", texts(&["H1"])),
                ("region_code", texts(&["360821"])),
                ("summary", texts(&["死亡后仍领取"])),
                ("months", texts(&["3"])),
                ("amount", money(&[120_000])),
                ("evidence", texts(&["dibao/dibao%2F202506.xlsx/S/4"])),
                ("probability", Arc::new(Float64Array::from(vec![1.0]))),
                ("status", texts(&["new"])),
                ("first_seen", texts(&["2025-12-15"])),
            ],
        ),
        table("ledger", ledger),
        table("quarantine", fault()),
        table("issue", fault()),
    ]
}

/// Publishes `count` snapshots.
fn database(folder: &Path, count: u32) -> Vec<String> {
    let store = Store::create(folder).expect("a store");
    let lock = store.lock("").expect("the lock");
    let publish = |hour: u32| {
        let content = SnapshotContent {
            tables: tables(),
            inputs: Vec::new(),
            ledger: LedgerTotals::default(),
            pipeline: "jian".into(),
            title: "试点".into(),
            plan_hash: String::new(),
            as_of: NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day"),
            created_at: DateTime::parse_from_rfc3339(&format!("2025-12-15T1{hour}:00:00+08:00")).expect("a time"),
            program_version: "0".into(),
            next_person: 3,
            next_household: 2,
            last_decision: None,
            notes: Vec::new(),
        };
        store.publish(&lock, content).expect("published").to_string()
    };
    (0..count).map(publish).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

#[test]
fn a_query_answers_in_every_form() {
    let folder = tempfile::tempdir().expect("a folder");
    database(folder.path(), 1);
    let db = text(folder.path());
    let sql = "SELECT person_id, help_amount FROM person ORDER BY person_id";
    let table = ronghe(&["query", db, sql]);
    assert_eq!((table.code, table.err.as_str()), (Some(0), ""));
    assert!(table.out.contains("1234.50"), "{}", table.out);
    assert_eq!(
        ronghe(&["query", db, sql, "--format", "csv"]).out,
        "person_id,help_amount\r\nP1,1234.50\r\nP2,-1.00\r\n"
    );
    let json = ronghe(&["query", db, sql, "--format", "json"]).out;
    assert_eq!(json.lines().next(), Some(r#"{"person_id":"P1","help_amount":1234.50}"#));
    for (name, start) in [("a.xlsx", "PK"), ("a.parquet", "PAR1"), ("a.csv", "\u{feff}person_id")] {
        let file = folder.path().join(name);
        let run = ronghe(&["query", db, sql, "-o", text(&file)]);
        assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{}", run.err);
        assert!(std::fs::read(&file).expect("the file").starts_with(start.as_bytes()), "{name}");
    }
}

#[test]
fn names_and_numbers_are_masked_unless_asked_for_and_then_it_is_noted() {
    let folder = tempfile::tempdir().expect("a folder");
    database(folder.path(), 1);
    let db = text(folder.path());
    let sql = format!("SELECT name, id_number FROM person WHERE id_number = '{NUMBER}' OR person_id = 'P1'");
    let masked = ronghe(&["query", db, &sql, "--format", "csv", "--titles"]).out;
    assert!(masked.starts_with("姓名,证件号码"), "{masked}");
    assert!(!masked.contains("王小明") && !masked.contains(NUMBER), "{masked}");
    let audit = folder.path().join("state/audit.jsonl");
    assert!(!audit.exists());
    let plain = ronghe(&["query", db, &sql, "--format", "csv", "--reveal"]).out;
    assert!(plain.contains("王小明") && plain.contains(NUMBER), "{plain}");
    let noted = std::fs::read_to_string(&audit).expect("the audit log");
    assert!(noted.contains("query --reveal") && !noted.contains(NUMBER), "{noted}");
    // What is no value for SQL may still be somebody's name or number.
    for sql in [format!("SELECT name FROM person WHERE id_number = \"{NUMBER}\""), "SELECT name FROM 王小明".to_owned()]
    {
        ronghe(&["query", db, &sql, "--reveal"]);
    }
    let noted = std::fs::read_to_string(&audit).expect("the audit log");
    assert_eq!(noted.lines().count(), 3);
    assert!(noted.contains("WHERE id_number = ") && !noted.contains(NUMBER) && !noted.contains("王小明"), "{noted}");
}

#[test]
fn a_query_that_cannot_be_answered_is_its_writer_s_to_mend() {
    let folder = tempfile::tempdir().expect("a folder");
    database(folder.path(), 1);
    let db = text(folder.path());
    for sql in ["SELECT * FROM persn", "SELECT nme FROM person", "DELETE FROM person", "SELEC 1", ""] {
        let run = ronghe(&["query", db, sql]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{sql}: {}", run.err);
        assert!(run.err.starts_with("错误："), "{sql}: {}", run.err);
    }
    assert!(ronghe(&["query", db, "SELECT * FROM persn"]).err.contains("person"));
    assert_eq!(ronghe(&["query", db, "SELECT 1 AS one", "--snapshot", "yesterday"]).code, Some(2));
}

#[test]
fn a_person_is_found_by_id_and_by_number_and_shown_with_where_values_came_from() {
    let folder = tempfile::tempdir().expect("a folder");
    database(folder.path(), 1);
    let db = text(folder.path());
    let by_id = ronghe(&["show", db, "P1"]);
    assert_eq!((by_id.code, by_id.err.as_str()), (Some(0), ""));
    for part in [
        "人员 P1",
        "吉安县",
        "← dibao/dibao%2F202506.xlsx/S/4（各来源不一致）",
        "← 推算：birth_date @ a/b//1 (+2)",
        "← 推算：dibao/dibao%2F202506.xlsx/S/4",
        "死亡后仍领取",
        "依据的数据行",
    ] {
        assert!(by_id.out.contains(part), "{part} is not in\n{}", by_id.out);
    }
    assert!(!by_id.out.contains("王小明") && !by_id.out.contains(NUMBER), "{}", by_id.out);
    assert_eq!(ronghe(&["show", db, " ３６２４０１１９６５０３１２００１２"]).out, by_id.out);
    assert!(ronghe(&["show", db, "P1", "--reveal"]).out.contains("← 推算：王小明 @ a/b//4"));
    assert!(ronghe(&["show", db, "P1", "--lang", "en"]).out.contains("← reckoned from birth_date @ a/b//1 (+2)"));
    let household = ronghe(&["show", db, "H1", "--lang", "en"]).out;
    assert!(
        household.contains("household H1") && household.contains("members") && household.contains("P2"),
        "{household}"
    );
    let nobody = ronghe(&["show", db, "P9"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(1), ""));
}

#[test]
fn snapshots_are_listed_verified_and_rolled_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let ids = database(folder.path(), 2);
    let db = text(folder.path());
    let listed = ronghe(&["snapshots", "list", db]).out;
    assert!(listed.contains(&format!("*  {}", ids[1])) && listed.contains(&ids[0]), "{listed}");
    assert_eq!(ronghe(&["snapshots", "verify", db]).code, Some(0));
    assert_eq!(ronghe(&["snapshots", "rollback", db]).code, Some(0));
    assert_eq!(std::fs::read_to_string(folder.path().join("CURRENT")).expect("the pointer").trim(), ids[0]);
    assert_eq!(ronghe(&["snapshots", "rollback", db]).code, Some(2), "there is nothing before the first");
    assert_eq!(ronghe(&["snapshots", "rollback", db, "--to", &ids[1]]).code, Some(0));

    let part = folder.path().join("snapshots").join(&ids[0]).join("person/part-0000.parquet");
    let mut bytes = std::fs::read(&part).expect("the part");
    bytes[10] ^= 1;
    std::fs::write(&part, bytes).expect("written");
    let damaged = ronghe(&["snapshots", "verify", db]);
    assert_eq!(damaged.code, Some(12), "{}", damaged.err);
    assert!(damaged.out.contains("person/part-0000.parquet"), "{}", damaged.out);
    assert_eq!(ronghe(&["snapshots", "rollback", db, "--to", &ids[0]]).code, Some(12), "damaged ones stay away");
}

/// The snapshot that `CURRENT` names.
fn current(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("CURRENT")).expect("the pointer").trim().to_owned()
}

#[test]
fn damage_further_back_is_a_warning_and_no_bar() {
    let folder = tempfile::tempdir().expect("a folder");
    let ids = database(folder.path(), 3);
    let db = text(folder.path());
    std::fs::write(folder.path().join("snapshots").join(&ids[0]).join("manifest.json"), "{}").expect("written");
    let run = ronghe(&["snapshots", "rollback", db]);
    assert_eq!((run.code, current(folder.path())), (Some(3), ids[1].clone()), "{}", run.err);
    assert!(run.err.contains("警告：") && run.err.contains(&ids[0]), "{}", run.err);
    assert_eq!(ronghe(&["snapshots", "rollback", db]).code, Some(12), "what is damaged itself stays away");
}

#[test]
fn a_lost_pointer_or_snapshot_is_damage_and_rollback_mends_it() {
    type Harm = fn(&Path, &str);
    let harms: [(Harm, usize); 3] = [
        (|db, _| std::fs::remove_file(db.join("CURRENT")).expect("removed"), 1),
        (|db, _| std::fs::write(db.join("CURRENT"), "?").expect("written"), 1),
        (|db, id| std::fs::remove_dir_all(db.join("snapshots").join(id)).expect("removed"), 0),
    ];
    for (harm, expected) in harms {
        let folder = tempfile::tempdir().expect("a folder");
        let ids = database(folder.path(), 2);
        let db = text(folder.path());
        harm(folder.path(), &ids[1]);
        for arguments in
            [&["snapshots", "verify", db][..], &["query", db, "SELECT 1 AS one"], &["snapshots", "list", db]]
        {
            let run = ronghe(arguments);
            assert_eq!(run.code, Some(12), "{arguments:?}: {}", run.err);
            assert!(run.err.contains("snapshots rollback"), "{arguments:?}: {}", run.err);
        }
        assert!(ronghe(&["snapshots", "list", db]).out.contains(&ids[0]));
        let run = ronghe(&["snapshots", "rollback", db]);
        assert!(matches!(run.code, Some(0 | 3)), "{}", run.err);
        assert_eq!(current(folder.path()), ids[expected]);
        assert_eq!(ronghe(&["query", db, "SELECT 1 AS one"]).code, Some(0));
    }
}

#[test]
fn old_snapshots_are_cleared_out_by_name_and_the_chain_still_closes() {
    let folder = tempfile::tempdir().expect("a folder");
    let ids = database(folder.path(), 4);
    let db = text(folder.path());
    assert_eq!(ronghe(&["snapshots", "prune", db]).code, Some(2), "what to keep must be said");
    assert_eq!(ronghe(&["snapshots", "prune", db, "--keep-last", "0"]).code, Some(2));
    let run = ronghe(&["snapshots", "prune", db, "--keep-last", "2"]);
    assert_eq!((run.code, run.out), (Some(0), format!("{}\n{}\n", ids[0], ids[1])), "{}", run.err);
    assert_eq!(ronghe(&["snapshots", "verify", db]).code, Some(0));
    let run = ronghe(&["snapshots", "prune", db, "--keep-monthly", "1"]);
    assert_eq!((run.code, run.out), (Some(0), format!("{}\n", ids[2])), "{}", run.err);
    assert_eq!(current(folder.path()), ids[3]);
}

#[test]
fn a_screened_list_keeps_each_of_its_own_cells() {
    let folder = tempfile::tempdir().expect("a folder");
    database(folder.path(), 1);
    let list = folder.path().join("名单.csv");
    let lines =
        format!("姓名,批次,身份证号,批次,说明\n王小明,1391,{NUMBER},1382,甲\n李四,,110101199003078670,1383,乙\n");
    std::fs::write(&list, lines).expect("written");
    for name in ["结果.csv", "结果.xlsx"] {
        let run = ronghe(&["match", text(folder.path()), text(&list), "-o", text(&folder.path().join(name))]);
        assert_eq!(run.code, Some(0), "{}", run.err);
    }
    let written = std::fs::read_to_string(folder.path().join("结果.csv")).expect("the result");
    for line in [
        "姓名,批次,身份证号,批次,说明,",
        &format!("王小明,1391,{NUMBER},1382,甲,"),
        "李四,,110101199003078670,1383,乙,",
    ] {
        assert!(written.contains(line), "{line} is not in\n{written}");
    }
}

#[test]
fn reports_go_to_the_database_or_where_they_are_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let ids = database(folder.path(), 1);
    let db = text(folder.path());
    assert_eq!(ronghe(&["report", db]).code, Some(0));
    let own = folder.path().join("reports").join(&ids[0]);
    assert!(own.join("反馈_dibao.xlsx").is_file() && own.join("线索.xlsx").is_file());
    let elsewhere = folder.path().join("out/here");
    assert_eq!(ronghe(&["--lang", "en", "report", db, "-o", text(&elsewhere)]).code, Some(0));
    assert!(elsewhere.join("feedback_dibao.xlsx").is_file() && elsewhere.join("leads.xlsx").is_file());
}
