//! A dump never seen before: what it holds is shown, and a draft of it runs.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::path::{Path, PathBuf};

use ronghe::kernel::identity::check_character;
use serde_json::Value;
use support::{fresh_folder, ronghe, rows, snapshot, text};

/// A whole number from its first 17 digits.
fn number(first: &str) -> String {
    format!("{first}{}", check_character(first).expect("17 digits"))
}

/// A department's list whose headers no shipped schema has.
fn unknown_list(folder: &Path) -> PathBuf {
    let path = folder.join("残联帮扶2025年6月.csv");
    let mut lines =
        vec!["残疾人就业帮扶花名册,,,,".to_owned(), "序号,残疾人姓名,本人证号,帮扶车间,帮扶天数".to_owned()];
    for (at, name) in ["王小明", "李秀莲", "张国强"].iter().enumerate() {
        lines.push(format!(
            "{},{name},{},吉安{at}号车间,{}",
            at + 1,
            number(&format!("3624211965031{at}001")),
            at + 20
        ));
    }
    std::fs::write(&path, lines.join("\n")).expect("written");
    path
}

#[test]
fn a_table_that_no_schema_knows_is_shown_with_what_its_columns_look_like() {
    let folder = fresh_folder("intake_inspect");
    let file = unknown_list(&folder);
    let run = ronghe(&["inspect", "--json", text(&file)]).ends(3);
    let told: Value = serde_json::from_str(run.out.trim()).expect("one object");
    assert_eq!((told["format"].as_str(), told["encoding"].as_str()), (Some("text"), Some("UTF-8")));
    assert_eq!(told["period"].as_str(), Some("2025-06"));
    let sheet = &told["sheets"][0];
    assert_eq!(sheet["status"].as_str(), Some("held_back"));
    assert_eq!((sheet["header"]["row"].as_u64(), sheet["first_row"].as_u64()), (Some(2), Some(3)));
    let guessed: Vec<&str> = sheet["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| column["guessed_type"].as_str().expect("a guess"))
        .collect();
    assert_eq!(guessed, ["integer", "person_name", "identity_number", "text", "integer"]);
    for hidden in ["王小明", "李秀莲", &number("36242119650310001")] {
        assert!(!run.out.contains(hidden), "{hidden} is shown");
    }
}

#[test]
fn a_known_table_is_shown_in_both_languages_with_its_fields_and_faults() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("sample_data/dibao/低保_202512.xlsx");
    let zh = ronghe(&["inspect", text(&file)]).ends(0);
    for wanted in ["真实格式", "xlsx", "工作表 人员：可以读取", "第 3 至 4 行", "id_number 身份证号", "合计"]
    {
        assert!(zh.out.contains(wanted), "{wanted} is missing:\n{}", zh.out);
    }
    let en = ronghe(&["--lang", "en", "inspect", text(&file)]).ends(0);
    for wanted in ["real format", "sheet 人员: can be read", "rows 3 to 4", "id_number 身份证号"] {
        assert!(en.out.contains(wanted), "{wanted} is missing:\n{}", en.out);
    }
    // As the pipeline's source reads it.
    let pipeline = root.join("pipelines/jian.toml");
    let own = ronghe(&["inspect", "--pipeline", text(&pipeline), text(&file)]).ends(0);
    assert!(own.out.contains("minimum_living_allowance_household"), "{}", own.out);
    assert_eq!(ronghe(&["inspect", "不在.csv"]).code, Some(1));
}

#[test]
fn a_draft_of_an_unknown_table_runs_as_it_is() {
    let folder = fresh_folder("intake_draft");
    let file = unknown_list(&folder);
    let block = folder.join("block.toml");
    ronghe(&["draft", text(&file), "-o", text(&block)]).ends(0);
    // What somebody may have corrected is not written over.
    let again = ronghe(&["draft", text(&file), "-o", text(&block)]).ends(2);
    assert!(again.err.contains("不覆盖"), "{}", again.err);

    let source = std::fs::read_to_string(&block).expect("a draft");
    let schemas: Vec<_> = std::fs::read_dir(folder.join("schemas")).expect("schemas").collect();
    assert_eq!(schemas.len(), 1);
    let schema = schemas[0].as_ref().expect("a file").path();
    // Everybody on the list is to be in the database.
    let edited = std::fs::read_to_string(&schema).expect("a schema").replace("\"informs\"", "\"enrols\"");
    std::fs::write(&schema, edited).expect("written");
    let pipeline = folder.join("town.toml");
    let head = "name = \"town\"\nregion = \"360800\"\nlang = \"zh\"\ndatabase = \"db\"\nschemas = \"schemas\"\nas_of = 2025-12-15\n\n";
    std::fs::write(&pipeline, format!("{head}{source}")).expect("written");
    ronghe(&["run", text(&pipeline)]).ends(0);
    let snapshot = snapshot(&folder.join("db"));
    let mut people = rows(&snapshot, "person", ["name", "id_status"]);
    people.sort();
    assert_eq!(
        people,
        [["张国强", "valid"], ["李秀莲", "valid"], ["王小明", "valid"]].map(|row| row.map(str::to_owned))
    );
    let table = schema.file_stem().expect("a name").to_string_lossy().into_owned();
    let days = rows(&snapshot, &table, ["bang_fu_tian_shu"]);
    assert_eq!(days.len(), 3, "the guessed column is a column of the table");
}

#[test]
fn a_draft_of_a_known_table_names_its_schema_and_what_stays_in_extra() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("sample_data/dibao/低保_202512.xlsx");
    let run = ronghe(&["draft", text(&file)]).ends(0);
    let block = run.out.as_str();
    let table: toml::Table = block.parse().expect("sound TOML");
    let schemas = table["source"][0]["schemas"].as_array().expect("schemas");
    let names: Vec<&str> = schemas.iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(names, ["minimum_living_allowance", "minimum_living_allowance_household"]);
    assert!(block.contains("录入批次号"), "{block}");

    let stated = ronghe(&["draft", "--schema", "vehicle", text(&unknown_list(&fresh_folder("intake_stated")))]).ends(0);
    assert!(stated.out.contains("schemas  = [\"vehicle\"]"), "{}", stated.out);
    let unknown = ronghe(&["draft", "--schema", "vehicel", text(&file)]).ends(2);
    assert!(unknown.err.contains("vehicle"), "{}", unknown.err);
}

#[test]
fn two_tables_on_a_sheet_are_shown_one_by_one_with_their_confidence() {
    let folder = fresh_folder("intake_two_tables");
    let path = folder.join("名册.csv");
    let mut lines = vec!["姓名,身份证号,性别,户籍地址".to_owned()];
    for at in 0..3 {
        lines.push(format!("王小明,{},男,吉安县", number(&format!("3624211965031{at}001"))));
    }
    lines.push(String::new());
    lines.push("残疾人证号,姓名,身份证号,残疾类别,残疾等级".to_owned());
    lines.push(format!(",李秀莲,{},肢体,二级", number("36242119650310002")));
    lines.push("合计2人,,,,".to_owned());
    std::fs::write(&path, lines.join("\n")).expect("written");
    let run = ronghe(&["inspect", "--json", text(&path)]);
    let told: Value = serde_json::from_str(run.out.trim()).expect("one object");
    let sheets = told["sheets"].as_array().expect("sheets");
    let header: Vec<u64> = sheets.iter().filter_map(|sheet| sheet["header"]["row"].as_u64()).collect();
    assert_eq!(header, [1, 6], "{}", run.out);
    let rows: Vec<u64> = sheets.iter().filter_map(|sheet| sheet["physical_rows"].as_u64()).collect();
    assert_eq!(rows, [4, 4], "{}", run.out);
    assert!(sheets.iter().all(|sheet| sheet["confidence"].as_f64() == Some(1.0)), "{}", run.out);
    let codes: Vec<&str> =
        sheets[1]["faults"].as_array().expect("faults").iter().filter_map(|fault| fault["code"].as_str()).collect();
    assert!(codes.contains(&"total_differs"), "{}", run.out);
}

#[test]
fn an_unknown_column_is_shown_with_the_field_it_is_near_to() {
    let folder = fresh_folder("intake_nearest");
    let path = folder.join("残疾人.csv");
    let row = format!("王小明,{},,肢体,二级,13907961111", number("36242119650310001"));
    std::fs::write(&path, format!("姓名,身份证号,残疾证号,残疾类别,残疾等级,联系电话号码们\n{row}\n"))
        .expect("written");
    let run = ronghe(&["inspect", text(&path)]);
    assert!(run.out.contains("columns = { \"联系电话号码们\" = \"phone\" }"), "{}", run.out);
    let run = ronghe(&["inspect", "--json", text(&path)]);
    let told: Value = serde_json::from_str(run.out.trim()).expect("one object");
    assert_eq!(told["sheets"][0]["columns"][5]["nearest"].as_str(), Some("phone"), "{}", run.out);
}
