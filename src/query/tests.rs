use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, ListBuilder, MapBuilder, StringArray, StringBuilder};
use chrono::{DateTime, NaiveDate};
use tempfile::TempDir;

use super::*;
use crate::model::{Table, TableName};
use crate::store::{LedgerTotals, SnapshotContent, Store};

const NUMBER: &str = "360802195001011239";

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// A table of columns with their metadata `type` and `sensitivity`.
fn table(name: &str, columns: Vec<(&str, &str, &str, ArrayRef)>) -> Table {
    let fields = columns.iter().map(|(name, kind, sensitivity, array)| {
        let mut metadata = arrow::datatypes::Metadata::default();
        let title = match *name {
            "name" => "姓名",
            "county" => "县",
            _ => "",
        };
        for (key, value) in [("type", *kind), ("sensitivity", *sensitivity), ("title", title)] {
            if !value.is_empty() {
                metadata.insert(key, value);
            }
        }
        Field::new(*name, array.data_type().clone(), true).with_metadata(metadata)
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.into_iter().map(|(.., array)| array).collect();
    Table {
        name: TableName::new(name),
        title: String::new(),
        batches: vec![RecordBatch::try_new(schema.clone(), arrays).unwrap()],
        schema,
        sorted_by: Vec::new(),
        looked_up_by: Vec::new(),
    }
}

fn extra() -> ArrayRef {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    maps.keys().append_value("备注");
    maps.values().append_value("独居");
    maps.append(true).unwrap();
    maps.append(true).unwrap();
    Arc::new(maps.finish())
}

fn alternatives() -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("张叁")]);
    lists.append_value([Some("吉水县")]);
    Arc::new(lists.finish())
}

fn snapshot() -> (TempDir, Snapshot) {
    let money = |values: Vec<i128>| Arc::new(Decimal128Array::from(values).with_precision_and_scale(18, 2).unwrap());
    let person = table(
        "person",
        vec![
            ("person_id", "", "", texts(&[Some("P1"), Some("P2")])),
            ("name", "person_name", "personal", texts(&[Some("张三丰"), None])),
            ("id_number", "identity_number", "personal", texts(&[Some(NUMBER), Some("36080219500")])),
            ("phone", "phone", "personal", texts(&[Some("13907960001"), Some("")])),
            ("bank_account", "account", "sensitive", texts(&[Some("6228480018881234567"), None])),
            ("address", "address", "personal", texts(&[Some("吉安市吉州区古南镇街道阳明东路12号3栋401室"), None])),
            ("county", "region", "internal", texts(&[Some("吉州区"), Some("青原区")])),
            ("poverty_cause", "code", "sensitive", texts(&[Some("因病"), Some("因残")])),
            ("remark", "text", "sensitive", texts(&[Some("患有重病"), None])),
        ],
    );
    let row = table(
        "disability",
        vec![
            (
                "row_id",
                "",
                "",
                texts(&[Some("disability/202506.xlsx/Sheet1/5"), Some("disability/202506.xlsx/Sheet1/6")]),
            ),
            ("value", "money", "internal", money(vec![100, 200])),
            ("member_names", "text", "personal", texts(&[Some("赵六、钱七"), None])),
            ("remark", "text", "personal", texts(&[Some("电话13907960001，子女2人"), None])),
            ("happened_at", "text", "personal", texts(&[Some("电话13907960001旁"), None])),
            ("file_number", "text", "personal", texts(&[Some("202506000123"), None])),
            ("row_key", "text", "open", texts(&[Some("0123456789abcdef0123456789abcdef"), None])),
            ("student_number", "text", "personal", texts(&[Some("G360802195001011239"), None])),
            ("office_phone", "phone", "open", texts(&[Some("07968221234"), None])),
            ("guardian", "person_name", "personal", texts(&[Some("李四"), Some("欧阳")])),
            ("extra", "", "", extra()),
        ],
    );
    let lineage = table(
        "lineage",
        vec![
            ("entity_id", "", "", texts(&[Some("P1"), Some("P1")])),
            ("field", "", "", texts(&[Some("name"), Some("county")])),
            ("value", "text", "sensitive", texts(&[Some("张三丰"), Some("吉州区")])),
            ("alternatives", "text", "sensitive", alternatives()),
            ("basis", "text", "internal", alternatives()),
        ],
    );
    let issue = table(
        "issue",
        vec![
            ("row_id", "", "", texts(&[Some("dibao/202506.xlsx/Sheet1/5")])),
            ("raw", "", "", texts(&[Some("{\"姓名\":\"张三丰\"}")])),
            ("suggestion", "", "", texts(&[Some("可能是360802195001011239或360802********1220，2025年6月")])),
            ("name", "", "", texts(&[Some("王五")])),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("db")).unwrap();
    let lock = store.lock("").unwrap();
    let content = SnapshotContent {
        tables: vec![person, row, lineage, issue],
        inputs: Vec::new(),
        ledger: LedgerTotals::default(),
        pipeline: String::new(),
        title: String::new(),
        plan_hash: String::new(),
        as_of: NaiveDate::from_ymd_opt(2025, 12, 15).unwrap(),
        created_at: DateTime::parse_from_rfc3339("2025-12-15T10:30:00+08:00").unwrap(),
        program_version: String::new(),
        next_person: 1,
        next_household: 1,
        last_decision: None,
        notes: Vec::new(),
    };
    store.publish(&lock, content).unwrap();
    let snapshot = Snapshot::open(&store, None).unwrap();
    (folder, snapshot)
}

/// The first column of a result as texts.
fn first_column(snapshot: &Snapshot, statement: &str, reveal: Reveal) -> Vec<Option<String>> {
    let (_, batches) = run(snapshot, statement, reveal).unwrap();
    let cells = batches.iter().flat_map(|batch| batch.column(0).as_string::<i32>().iter());
    cells.map(|cell| cell.map(str::to_owned)).collect()
}

#[test]
fn a_query_shows_nobodys_number_name_phone_account_or_address() {
    let (_folder, snapshot) = snapshot();
    let (schema, batches) = run(&snapshot, "SELECT * FROM person ORDER BY person_id", Reveal::No).unwrap();
    let cell = |column: &str, row: usize| {
        let column = batches[0].column(schema.index_of(column).unwrap()).as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let shown = format!("{batches:?}");
    for secret in [NUMBER, "36080219500", "张三丰", "13907960001", "6228480018881234567", "401室", "患有重病"] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert!(cell("name", 0).unwrap().starts_with('张'));
    assert_eq!(cell("name", 1), None);
    let number = cell("id_number", 0).unwrap();
    assert_eq!(number, "360802************");
    assert_eq!(cell("phone", 1).unwrap(), "");
    assert_eq!(cell("remark", 0).unwrap(), "***");
    // What is counted stays.
    assert_eq!((cell("county", 0).unwrap(), cell("poverty_cause", 0).unwrap()), ("吉州区".into(), "因病".into()));
    assert_eq!(cell("person_id", 0).unwrap(), "P1");
}

#[test]
fn no_expression_gets_behind_a_mask() {
    let (_folder, snapshot) = snapshot();
    for statement in [
        format!("SELECT person_id FROM person WHERE id_number = '{NUMBER}'"),
        "SELECT person_id FROM person WHERE name LIKE '%三%'".to_owned(),
        "SELECT person_id FROM person WHERE SUBSTR(phone, 4, 4) = '0796'".to_owned(),
    ] {
        assert_eq!(first_column(&snapshot, &statement, Reveal::No), Vec::<Option<String>>::new(), "{statement}");
        assert_eq!(first_column(&snapshot, &statement, Reveal::Yes), [Some("P1".to_owned())], "{statement}");
    }
    let all = first_column(&snapshot, "SELECT STRING_AGG(p.name) AS x FROM person AS p", Reveal::No);
    assert!(!all[0].as_ref().unwrap().contains("三丰"));
}

#[test]
fn a_number_cannot_be_put_together_from_what_is_shown() {
    let (_folder, snapshot) = snapshot();
    // The hidden middle of a number is the birth date, which stands in a column of its own.
    for (column, table) in
        [("id_number", "person"), ("bank_account", "person"), ("student_number", "disability"), ("suggestion", "issue")]
    {
        let tails = NUMBER.char_indices().map(|(at, _)| &NUMBER[at..]).filter(|tail| tail.len() == 4);
        for cell in first_column(&snapshot, &format!("SELECT {column} FROM {table}"), Reveal::No).into_iter().flatten()
        {
            assert!(tails.clone().all(|tail| !cell.contains(tail)), "{column}: {cell}");
        }
    }
    let rebuilt = "SELECT SUBSTR(id_number, 1, 6) || '19500101' || SUBSTR(id_number, 15, 4) AS x FROM person";
    assert!(!first_column(&snapshot, rebuilt, Reveal::No).contains(&Some(NUMBER.to_owned())));
}

#[test]
fn what_files_held_besides_is_hidden_and_row_ids_are_not() {
    let (_folder, snapshot) = snapshot();
    let (schema, batches) = run(
        &snapshot,
        "SELECT row_id, value, office_phone, guardian, extra FROM disability ORDER BY row_id",
        Reveal::No,
    )
    .unwrap();
    assert_eq!(batches[0].column(0).as_string::<i32>().value(0), "disability/202506.xlsx/Sheet1/5");
    assert_eq!(batches[0].column(1).null_count(), 0);
    assert_eq!(batches[0].column(2).as_string::<i32>().value(0), "07968221234");
    assert!(!batches[0].column(3).as_string::<i32>().value(0).contains('四'));
    assert_eq!(batches[0].column(4).null_count(), 2);
    assert_eq!(schema.field(4).name(), "extra");
    let text = |column: &str| first_column(&snapshot, &format!("SELECT {column} FROM disability"), Reveal::No);
    assert!(!text("member_names")[0].as_ref().unwrap().contains("钱七"));
    assert_eq!(text("remark")[0].as_deref(), Some("***"));
    assert_eq!(text("happened_at")[0].as_deref(), Some("电话***旁"));
    assert_eq!(text("file_number")[0].as_deref(), Some("202506000123"));
    assert_eq!(text("student_number")[0].as_deref(), Some("G360802************"));
    assert_eq!(text("row_key")[0].as_deref(), Some("***"));
    let raw = first_column(&snapshot, "SELECT raw FROM issue", Reveal::No);
    assert_eq!(raw, [Some("***".to_owned())]);
    let suggestion = first_column(&snapshot, "SELECT suggestion FROM issue", Reveal::No);
    assert_eq!(suggestion, [Some("可能是***或***，2025年6月".to_owned())]);
    // No schema says what this column means: its name does.
    let name = first_column(&snapshot, "SELECT name FROM issue", Reveal::No);
    assert_ne!(name, [Some("王五".to_owned())]);
}

#[test]
fn lineage_hides_the_values_of_masked_fields_only() {
    let (_folder, snapshot) = snapshot();
    // `field` is not among the columns of the statement.
    let values = first_column(&snapshot, "SELECT value FROM lineage ORDER BY value", Reveal::No);
    assert_eq!(values, [Some("***".to_owned()), Some("吉州区".to_owned())]);
    let (_, batches) = run(&snapshot, "SELECT field, alternatives FROM lineage ORDER BY field", Reveal::No).unwrap();
    let (county, name) = (batches[0].column(1).is_null(0), batches[0].column(1).is_null(1));
    assert_eq!((county, name), (false, true));
    let (_, batches) = run(&snapshot, "SELECT field, basis FROM lineage ORDER BY field", Reveal::No).unwrap();
    assert_eq!((batches[0].column(1).is_null(0), batches[0].column(1).is_null(1)), (false, true));
}

#[test]
fn results_carry_the_titles_of_their_columns() {
    let (_folder, snapshot) = snapshot();
    let statement = "SELECT county, COUNT(*) AS head_count FROM person GROUP BY county";
    let (schema, _) = run(&snapshot, statement, Reveal::No).unwrap();
    assert_eq!(schema.field(0).metadata().get("title").unwrap(), "县");
    assert!(schema.field(1).metadata().get("title").is_none());
}

#[test]
fn only_what_a_statement_needs_is_read_and_nothing_too_little() {
    let (_folder, snapshot) = snapshot();
    let count = |statement: &str| run(&snapshot, statement, Reveal::No).unwrap().1[0].num_rows();
    assert_eq!(count("SELECT COUNT(*) AS n FROM person"), 1);
    assert_eq!(count("SELECT 1 AS a FROM person"), 2);
    assert_eq!(count("SELECT a.county FROM person a JOIN person b ON a.person_id = b.person_id"), 2);
    assert_eq!(count("SELECT 1 AS a"), 1);
    let message = |statement: &str| run(&snapshot, statement, Reveal::No).unwrap_err().message(Lang::En);
    assert_eq!(message("SELECT conty FROM person"), "there is no column conty; did you mean county?");
    assert_eq!(message("SELECT county FROM preson"), "there is no table preson; did you mean person?");
    assert!(matches!(
        run(&snapshot, "SELECT * FROM read_parquet('x')", Reveal::Yes),
        Err(QueryError::Sql(SqlError::TableFunction(_)))
    ));
}

#[test]
fn a_table_is_read_with_its_masks_on() {
    let (_folder, snapshot) = snapshot();
    let (schema, batches) = read(&snapshot, "lineage", Some(&["value", "entity_id"]), Reveal::No).unwrap();
    assert_eq!(schema.fields().len(), 2);
    assert_eq!(batches[0].num_columns(), 2);
    assert_eq!(batches[0].column(0).as_string::<i32>().value(0), "***");
    let (_, batches) = read(&snapshot, "lineage", None, Reveal::Yes).unwrap();
    assert_eq!(batches[0].column(2).as_string::<i32>().value(0), "张三丰");
}
