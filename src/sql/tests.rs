#![allow(clippy::disallowed_methods, reason = "a file that no statement may read must lie there")]

use arrow::array::{
    BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, LargeStringArray,
    ListBuilder, MapBuilder, StringArray, StringBuilder, UInt32Array,
};
use arrow::datatypes::Int32Type;

use super::*;
use crate::model::Lang;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn sql_of(tables: &[(&str, RecordBatch)]) -> Sql {
    let mut sql = Sql::new();
    for (name, table) in tables {
        sql.register(name, std::slice::from_ref(table), &table.schema()).unwrap();
    }
    sql
}

fn people() -> RecordBatch {
    batch(vec![
        ("person_id", texts(&[Some("P1"), Some("P2"), Some("P3")])),
        ("name", texts(&[Some("张三"), None, Some("李四")])),
        ("age", Arc::new(Int64Array::from(vec![Some(30), None, Some(70)]))),
    ])
}

fn lists() -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("低保"), Some("特困")]);
    lists.append_null();
    lists.append_value(Vec::<Option<&str>>::new());
    Arc::new(lists.finish())
}

#[test]
fn every_type_of_the_house_comes_back_as_it_went_in() {
    let decimals = Decimal128Array::from(vec![Some(12_345), None, Some(-1)]).with_precision_and_scale(18, 2).unwrap();
    let table = batch(vec![
        ("text", texts(&[Some("张三"), None, Some("")])),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("whole", Arc::new(Int64Array::from(vec![Some(i64::MAX), None, Some(-7)]))),
        ("row_number", Arc::new(UInt32Array::from(vec![Some(u32::MAX), None, Some(0)]))),
        ("share", Arc::new(Float64Array::from(vec![Some(0.1), None, Some(-2.5)]))),
        ("born_on", Arc::new(Date32Array::from(vec![Some(0), None, Some(20_000)]))),
        ("amount", Arc::new(decimals)),
        ("programmes", lists()),
    ]);
    let sql = sql_of(&[("t", table.clone())]);
    let (schema, batches) = sql.run("SELECT * FROM t").unwrap();
    for (got, wanted) in schema.fields().iter().zip(table.schema().fields()) {
        assert_eq!(got.data_type(), wanted.data_type(), "{}", got.name());
    }
    assert_eq!(batches, [RecordBatch::try_new(schema, table.columns().to_vec()).unwrap()]);
}

#[test]
fn a_map_becomes_a_list_of_keys_and_values() {
    let names = arrow::array::MapFieldNames { entry: "entries".into(), key: "keys".into(), value: "values".into() };
    let mut maps = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
    maps.keys().append_value("备注");
    maps.values().append_value("独居");
    maps.append(true).unwrap();
    maps.append(false).unwrap();
    let sql = sql_of(&[("t", batch(vec![("extra", Arc::new(maps.finish()))]))]);
    let (schema, batches) = sql.run("SELECT extra FROM t").unwrap();
    assert_eq!(
        schema.field(0).data_type(),
        &DataType::new_list(
            DataType::Struct(
                vec![Field::new("keys", DataType::Utf8, true), Field::new("values", DataType::Utf8, true)].into()
            ),
            true
        )
    );
    let extra = batches[0].column(0).as_list::<i32>();
    assert!(extra.is_null(1));
    assert_eq!(extra.value(0).as_struct().column(1).as_string::<i32>().value(0), "独居");
}

#[test]
fn unusual_text_types_become_utf8() {
    let words: DictionaryArray<Int32Type> = vec![Some("男"), None, Some("女")].into_iter().collect();
    let table = batch(vec![
        ("large", Arc::new(LargeStringArray::from(vec![Some("甲"), None, Some("乙")]))),
        ("word", Arc::new(words)),
    ]);
    let (schema, batches) = sql_of(&[("t", table)]).run("SELECT large, word, NULL AS nothing FROM t").unwrap();
    assert!(schema.fields().iter().all(|field| field.data_type() == &DataType::Utf8));
    assert_eq!(batches[0].column(1).as_string::<i32>().value(2), "女");
    assert_eq!(batches[0].column(2).null_count(), 3);
}

#[test]
fn many_batches_and_none_at_all_make_one_table() {
    let mut sql = Sql::new();
    let people = people();
    sql.register("person", &[people.clone(), people.slice(0, 0), people.clone()], &people.schema()).unwrap();
    sql.register("nobody", &[], &people.schema()).unwrap();
    let count = |statement: &str| {
        let (_, batches) = sql.run(statement).unwrap();
        cast(batches[0].column(0), &DataType::Int64).unwrap().as_primitive::<arrow::datatypes::Int64Type>().value(0)
    };
    assert_eq!(count("SELECT COUNT(*) AS n FROM person"), 6);
    assert_eq!(count("SELECT COUNT(*) AS n FROM nobody"), 0);
    let (schema, batches) = sql.run("SELECT person_id, age FROM nobody").unwrap();
    assert_eq!(schema.field(1).data_type(), &DataType::Int64);
    assert!(batches.is_empty());
}

#[test]
fn sums_of_money_stay_decimal() {
    let amounts = Decimal128Array::from(vec![10, 20, 30]).with_precision_and_scale(18, 2).unwrap();
    let (schema, batches) =
        sql_of(&[("t", batch(vec![("amount", Arc::new(amounts))]))]).run("SELECT SUM(amount) AS total FROM t").unwrap();
    assert!(matches!(schema.field(0).data_type(), DataType::Decimal128(_, 2)));
    assert_eq!(batches[0].column(0).as_primitive::<arrow::datatypes::Decimal128Type>().value(0), 60);
}

#[test]
fn nothing_but_a_select_over_the_tables_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.parquet");
    std::fs::write(&file, b"PAR1").unwrap();
    let sql = sql_of(&[("person", people())]);
    for function in ["read_parquet", "read_csv", "read_ipc", "read_json", "READ_PARQUET", "scan_parquet", "anything"] {
        for statement in [
            format!("SELECT * FROM {function}('{}')", file.display()),
            format!("SELECT * FROM person WHERE name IN (SELECT name FROM {function}('{}'))", file.display()),
            format!("WITH x AS (SELECT * FROM {function}('{}')) SELECT * FROM x", file.display()),
            format!("SELECT * FROM person UNION ALL SELECT * FROM {function}('{}')", file.display()),
            format!("SELECT * FROM person JOIN {function}('{}') AS f ON f.a = person.name", file.display()),
            format!("SELECT * FROM person WHERE EXISTS (SELECT 1 FROM {function}('{}'))", file.display()),
        ] {
            let error = sql.run(&statement).unwrap_err();
            assert!(matches!(error, SqlError::TableFunction(_)), "{statement}: {error:?}");
        }
    }
    for statement in [
        "CREATE TABLE copy AS SELECT * FROM person",
        "DROP TABLE person",
        "DELETE FROM person",
        "WITH x AS (SELECT 1) DELETE FROM person",
        "TRUNCATE TABLE person",
        "UPDATE person SET name = ''",
        "INSERT INTO person VALUES ('P4', '', 1)",
        "COPY person TO '/tmp/x'",
        "SELECT * INTO other FROM person",
        "EXPLAIN SELECT * FROM person",
        "SHOW TABLES",
        "SELECT 1; DROP TABLE person",
    ] {
        let error = sql.run(statement).unwrap_err();
        assert!(matches!(error, SqlError::NotASelect(_)), "{statement}: {error:?}");
    }
    // A path is the name of no table.
    let error = sql.run(&format!("SELECT * FROM '{}'", file.display())).unwrap_err();
    assert!(matches!(error, SqlError::UnknownTable { .. } | SqlError::Syntax(_)), "{error:?}");
    for empty in ["", "   ", "-- nothing"] {
        assert!(matches!(sql.run(empty), Err(SqlError::Syntax(_))));
    }
}

#[test]
fn a_mistyped_name_is_answered_with_the_nearest_one() {
    let sql = sql_of(&[("person", people()), ("household", people())]);
    let message = |statement: &str, lang| sql.run(statement).unwrap_err().message(lang);
    assert_eq!(message("SELECT * FROM preson", Lang::En), "there is no table preson; did you mean person?");
    assert_eq!(message("SELECT * FROM preson", Lang::Zh), "没有名为 preson 的表，是否想写 person？");
    assert_eq!(message("SELECT nmae FROM person", Lang::En), "there is no column nmae; did you mean name?");
    assert_eq!(
        message("SELECT age FROM person WHERE preson_id = 'x'", Lang::En),
        "there is no column preson_id; did you mean person_id?"
    );
    assert_eq!(message("SELECT p.nmae FROM person p", Lang::En), "there is no column nmae; did you mean name?");
    assert_eq!(message("SELECT zzzzzzzz FROM person", Lang::En), "there is no column zzzzzzzz");
    assert_eq!(message("SELECT * FROM other.person", Lang::En), "there is no table other.person");
}

#[test]
fn a_sub_query_may_not_take_the_name_of_a_table() {
    let sql = sql_of(&[("person", people()), ("household", people())]);
    for statement in [
        "WITH person AS (SELECT 1 AS a) SELECT * FROM person",
        "SELECT * FROM (SELECT 1 AS a) AS person",
        "SELECT person.age FROM household AS person",
    ] {
        assert!(matches!(sql.run(statement), Err(SqlError::Shadowed(name)) if name == "person"), "{statement}");
    }
    let old = "WITH old AS (SELECT person_id FROM person WHERE age > 60) SELECT o.person_id FROM old o";
    assert_eq!(sql.run(old).unwrap().1[0].num_rows(), 1);
    assert_eq!(reads(old).unwrap().tables, ["old", "person"]);
}

#[test]
fn a_column_that_was_dropped_is_not_called_mistyped() {
    let sql = sql_of(&[("person", people())]);
    let statement = "SELECT name FROM person QUALIFY ROW_NUMBER() OVER (ORDER BY age) = 1";
    assert!(matches!(sql.run(statement), Err(SqlError::OutOfReach(name)) if name == "age"));
}

#[test]
fn one_statement_leaves_nothing_behind_for_the_next() {
    let sql = sql_of(&[("person", people())]);
    sql.run("SELECT * FROM (SELECT person_id FROM person) AS alias").unwrap();
    assert!(matches!(sql.run("SELECT * FROM alias"), Err(SqlError::UnknownTable { .. })));
}

#[test]
fn an_error_repeats_no_cell() {
    let sql = sql_of(&[("person", people())]);
    let error = sql.run("SELECT CAST(name AS BIGINT) AS n FROM person").unwrap_err();
    assert!(!error.to_string().contains("张三"), "{error}");
    let error = sql.run("SELECT CAST(name AS DATE) AS n FROM person").unwrap_err();
    assert!(!error.to_string().contains("张三"), "{error}");
}

#[test]
fn the_columns_that_a_statement_needs_are_told_from_its_words() {
    let columns = |statement: &str| reads(statement).unwrap().columns;
    let words = columns("SELECT county, COUNT(*) AS n FROM person WHERE \"Age\" > 60 GROUP BY county").unwrap();
    assert!(words.contains("county") && words.contains("Age") && !words.contains("name"));
    for whole in [
        "SELECT * FROM person",
        "SELECT p.* FROM person p",
        "SELECT name FROM person UNION ALL TABLE person",
        "FROM person",
        "SELECT a FROM x NATURAL JOIN y",
        "SELECT COLUMNS('^n') FROM person",
    ] {
        assert_eq!(columns(whole), None, "{whole}");
    }
}

/// Among them some that the engine itself panics over.
#[test]
fn an_odd_statement_is_an_error_and_no_panic() {
    let sql = sql_of(&[("person", people())]);
    for statement in [
        "SELECT",
        "FROM person",
        "TABLE person",
        "VALUES (1, 2)",
        "SELECT 1",
        "SELECT * FROM person LIMIT -1",
        "SELECT * FROM person ORDER BY 99",
        "SELECT age[0] FROM person",
        "SELECT * FROM UNNEST([1, 2]) AS t(a)",
        "SELECT SUBSTR(name, -5, 99999999999) FROM person",
        "SELECT 1/0 AS a FROM person",
        "SELECT 'a' || NULL AS a",
        "SELECT EXTRACT(year FROM name) FROM person",
        "SELECT age + name FROM person",
        "SELECT (SELECT 1) AS a FROM person",
        "SELECT a.b.c.d FROM person",
        "SELECT \u{0}",
        "((((((((((SELECT 1))))))))))",
        "SELECT name FROM person GROUP BY age",
        "SELECT ROW_NUMBER() OVER () FROM person",
        "SELECT INTERVAL 'x'",
        "SELECT DATE '2025-13-45' AS d",
        "SELECT * FROM person p JOIN person p ON p.age = p.age",
        "SELECT COUNT(*) FROM",
        "SELECT * FROM \"\"",
    ] {
        if let Err(error) = sql.run(statement) {
            assert!(!error.to_string().is_empty(), "{statement}");
        }
    }
}

#[test]
fn a_statement_is_logged_without_anybody_s_name_or_number() {
    let logged = |statement: &str| {
        without_values(statement, |word| ["person", "name", "id_number", "phone", "age", "出生日期"].contains(&word))
    };
    assert_eq!(
        logged("SELECT name -- 张三\nFROM person WHERE id_number = '36240119650312001X' AND age > 60"),
        "SELECT name  FROM person WHERE id_number = '***' AND age > 60"
    );
    for secret in
        ["'张三'", "N'张三'", "E'张三'", "$$张三$$", "\"张三\"", "/* 张三 */ 1", "'%张三%'", "'O''张三'", "'张三"]
            .into_iter()
            .chain(["张三", "`张三`", "[张三]", "#张三", "@张三", ":张三", "姓张三", "?张三"])
    {
        let shown = logged(&format!("SELECT 1 FROM person WHERE name = {secret}"));
        assert!(!shown.contains("张三"), "{shown}");
    }
    for secret in
        ["\"36240119650312001X\"", "`H1234567800`", "H1234567800", "36240119650312001X", "?362401196503120012"]
    {
        let shown = logged(&format!("SELECT 1 FROM person WHERE id_number = {secret}"));
        assert!(!shown.contains("12345678") && !shown.contains("19650312"), "{shown}");
    }
    assert!(!logged("SELECT 1 FROM t WHERE phone = 13812345678").contains("138"));
    assert_eq!(logged("SELECT 1 WHERE age = 'P000000012'"), "SELECT 1 WHERE age = 'P000000012'");
    assert_eq!(logged("SELECT \"age\", COUNT(*) FROM person p"), "SELECT \"age\", COUNT(*) FROM person '***'");
}
