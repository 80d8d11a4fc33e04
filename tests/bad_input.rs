//! Ugly files as departments send them (sample_data/ugly): the good ones go on, each bad one is named with what to do, and
//! every line is accounted for.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ronghe(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronghe"));
    command.args(arguments).env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "zh_CN.UTF-8");
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    Run {
        code: status.code(),
        out: String::from_utf8(stdout).expect("text on standard output"),
        err: String::from_utf8(stderr).expect("text on standard error"),
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// The pipeline with its database in `folder`; everything else stays where it is.
fn pipeline(folder: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shipped = std::fs::read_to_string(root.join("pipelines/ugly.toml")).expect("the pipeline");
    let own = shipped
        .replace("../data/ugly", text(&folder.join("db")))
        .replace("../schemas", text(&root.join("schemas")))
        .replace("../sample_data", text(&root.join("sample_data")));
    let path = folder.join("ugly.toml");
    std::fs::write(&path, own).expect("the pipeline is written");
    path
}

/// Rows of a query, cell by cell.
fn rows(database: &Path, sql: &str) -> Vec<Vec<String>> {
    let run = ronghe(&["query", text(database), sql, "--format", "csv", "--reveal"]);
    assert_eq!(run.code, Some(0), "{sql}: {}", run.err);
    let mut reader = csv::Reader::from_reader(run.out.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// All 18-character numbers and all names that the sample files hold in plain text.
const PLANTED: [&str; 10] = [
    "362423196104121171",
    "362425194806100598",
    "362427198008170621",
    "362401194410100208",
    "36243019550120331",
    "曾繁荣",
    "贺冬根",
    "谭丽华",
    "康招娣",
    "刘德旺",
];

/// Every log and state file of the database, and what was said.
fn tells_of_nobody(said: &str, database: &Path) {
    let mut texts = vec![said.to_owned()];
    for entry in std::fs::read_dir(database.join("state")).expect("the state") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a readable file");
        texts.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    for planted in PLANTED {
        assert!(!texts.iter().any(|text| text.contains(planted)), "{planted} stands in a log");
    }
}

#[test]
fn bad_files_are_named_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, database) = (pipeline(folder.path()), folder.path().join("db"));
    let run = ronghe(&["run", text(&file)]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.out.contains("已发布") && run.out.contains("11 表已读取"), "{}", run.out);
    for line in [
        "警告：来源 dibao 的 空文件.xlsx 是空的：没有任何内容；请提供单位核对后重新报送",
        "警告：来源 disability 的 来函.txt 没有表格：只有文字",
        "警告：来源 disability 的 缺少姓名列.xlsx / 持证残疾人 整表未入库：按“残疾人”读取（表头第 1 行），缺少必填列：姓名",
        "警告：来源 disability 的 表头不识.xlsx / Sheet1 整表未入库：表头不符合该来源的任何数据表",
        "\n来源 dibao 的 只有表头.csv 没有数据：表头下没有数据行",
    ] {
        assert!(run.err.contains(line), "{line} is not in\n{}", run.err);
    }
    assert_eq!(run.err.matches("警告：").count(), 4, "{}", run.err);

    let ledger = rows(
        &database,
        "SELECT file, sheet, status, physical_rows, blank, heading, footing, accepted, duplicate, quarantined, unrelated, \
         rows_out FROM ledger",
    );
    let mut told: BTreeMap<(&str, &str), (&str, Vec<u64>)> = BTreeMap::new();
    for row in &ledger {
        let counts: Vec<u64> = row[3..].iter().map(|count| count.parse().expect("a count")).collect();
        assert_eq!(counts[0], counts[1..8].iter().sum::<u64>(), "{row:?} does not add up");
        told.insert((&row[0], &row[1]), (&row[2], counts));
    }
    // physical, blank, heading, footing, accepted, duplicate, quarantined, unrelated, rows out
    let expected = [
        (("一格多人.xlsx", "家庭"), "read", [4, 0, 1, 0, 3, 0, 0, 0, 8]),
        (("只有表头.csv", ""), "read", [1, 0, 1, 0, 0, 0, 0, 0, 0]),
        (("峡江县低保家庭.xlsx", "低保家庭"), "read", [8, 0, 2, 0, 6, 0, 0, 0, 9]),
        (("数字存成数值.xlsx", "Sheet1"), "read", [5, 0, 1, 0, 4, 0, 0, 0, 4]),
        (("空文件.xlsx", ""), "empty", [0; 9]),
        (("网页冒充.xls", ""), "read", [4, 0, 2, 0, 2, 0, 0, 0, 2]),
        (("文本冒充.xls", ""), "read", [4, 0, 1, 0, 3, 0, 0, 0, 3]),
        (("来函.txt", ""), "no_table", [7, 0, 7, 0, 0, 0, 0, 0, 0]),
        (("永新县残疾人花名册.xlsx", "填表说明"), "no_table", [4, 0, 4, 0, 0, 0, 0, 0, 0]),
        (("永新县残疾人花名册.xlsx", "禾川镇"), "read", [17, 1, 8, 5, 3, 0, 0, 0, 3]),
        (("永新县残疾人花名册.xlsx", "石桥镇"), "read", [11, 0, 5, 4, 1, 0, 0, 1, 1]),
        (("永新县残疾人花名册.xlsx", "龙源口镇"), "read", [16, 1, 8, 5, 1, 0, 0, 1, 1]),
        (("缺少姓名列.xlsx", "持证残疾人"), "held_back", [3, 0, 0, 0, 0, 0, 3, 0, 0]),
        (("表头不识.xlsx", "Sheet1"), "held_back", [3, 0, 0, 0, 0, 0, 3, 0, 0]),
        (("户籍_UTF16.csv", ""), "read", [5, 0, 1, 0, 3, 0, 0, 1, 3]),
        (("户籍_国标编码.csv", ""), "read", [10, 1, 1, 0, 6, 1, 0, 1, 6]),
    ];
    for (place, status, counts) in &expected {
        assert_eq!(told.get(place), Some(&(*status, counts.to_vec())), "{place:?}");
    }
    assert_eq!(told.len(), expected.len());
    tells_of_nobody(&run.err, &database);
}

#[test]
fn what_the_ugly_cells_mean_is_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, database) = (pipeline(folder.path()), folder.path().join("db"));
    assert_eq!(ronghe(&["run", text(&file), "-qq", "--threads", "1"]).code, Some(3));
    // Three-row header, 万元 above the table.
    let subsidies =
        rows(&database, "SELECT living_subsidy, nursing_subsidy FROM disability WHERE row_id LIKE '%禾川镇/7'");
    assert_eq!(subsidies, [["80.00", "85.00"]]);
    // Full-width digits, a unit in the cell, a payback.
    let amounts = rows(
        &database,
        "SELECT monthly_amount FROM minimum_living_allowance_household WHERE row_id LIKE '%一格多人%' ORDER BY row_id",
    );
    assert_eq!(amounts, [["1020.00"], ["830.00"], ["-30.00"]]);
    // Bytes that look like separators, a line break and a doubled quote inside a cell.
    let texts = rows(
        &database,
        "SELECT address, remark FROM household_register WHERE row_id LIKE '%国标编码.csv//2' OR row_id LIKE '%国标编码.csv//3' \
         ORDER BY row_id",
    );
    assert_eq!(texts[0], ["何家村渀坑|3号", "旧名\"阿荣\""]);
    assert!(texts[1][0].starts_with("何家村\\3号"), "{texts:?}");
    // A number that lost its tail is repaired only by somebody known, and the cell is told to the provider.
    let lost = rows(&database, "SELECT row_id FROM issue WHERE field = 'id_number' AND code = 'id_precision_lost'");
    assert_eq!(lost.len(), 2);
    let unsound = rows(&database, "SELECT person_id FROM person WHERE id_number IS NULL OR id_status <> 'valid'");
    assert!(unsound.is_empty(), "{unsound:?}");
}

#[test]
fn the_same_is_said_in_english() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = pipeline(folder.path());
    let run = ronghe(&["--lang", "en", "check", text(&file)]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    for line in [
        "warning: source dibao: 空文件.xlsx is empty: there is nothing in it",
        "warning: source disability: 来函.txt holds no table: only text",
        "缺少姓名列.xlsx / 持证残疾人 was held back whole: read as disability (header in row 1), it lacks required columns: 姓名",
        "表头不识.xlsx / Sheet1 was held back whole: its header fits no schema of the source",
    ] {
        assert!(run.err.contains(line), "{line} is not in\n{}", run.err);
    }
    assert!(!folder.path().join("db").exists(), "check made a database");
}

#[test]
fn files_that_cannot_be_read_at_all_are_told_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let given = folder.path().join("in");
    std::fs::create_dir_all(given.join("文件夹.csv")).expect("a folder with a file's name");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/nowhere/gone.csv", given.join("悬空.csv")).expect("a link to nothing");
    let whole = std::fs::read(root.join("sample_data/ugly/dibao/一格多人.xlsx")).expect("a workbook");
    std::fs::write(given.join("断.xlsx"), &whole[..whole.len() / 2]).expect("half a workbook");
    std::fs::write(given.join("好.xlsx"), &whole).expect("a workbook");
    let pipeline = folder.path().join("p.toml");
    let toml = format!(
        "name = \"p\"\ntitle = \"p\"\nregion = \"360800\"\nlang = \"zh\"\nas_of = 2025-12-15\ndatabase = \"db\"\n\
         schemas = \"{}\"\n[[source]]\nid = \"a\"\nschemas = [\"minimum_living_allowance\", \
         \"minimum_living_allowance_household\"]\nprovider = \"x\"\nfiles = [\"in/*\"]\n",
        text(&root.join("schemas"))
    );
    std::fs::write(&pipeline, toml).expect("a pipeline");
    let run = ronghe(&["run", text(&pipeline)]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("文件夹.csv 读取失败：是文件夹，不是文件"), "{}", run.err);
    assert!(run.err.contains("断.xlsx 读取失败：工作簿不完整"), "{}", run.err);
    #[cfg(unix)]
    assert!(run.err.contains("悬空.csv 读取失败：文件不见了"), "{}", run.err);
    let people = rows(&folder.path().join("db"), "SELECT person_id FROM person");
    assert_eq!(people.len(), 5);

    // When nothing at all can be read, the snapshot before stays.
    let before = std::fs::read(folder.path().join("db/CURRENT")).expect("a published snapshot");
    std::fs::write(given.join("好.xlsx"), b"").expect("an emptied file");
    let run = ronghe(&["run", text(&pipeline)]);
    assert_eq!(run.code, Some(4), "{}", run.err);
    assert!(run.out.contains("没有任何一行"), "{}", run.out);
    assert_eq!(std::fs::read(folder.path().join("db/CURRENT")).expect("still there"), before);
}

#[test]
fn bounds_are_kept_in_silence() {
    for bounds in [["--memory", "4G"], ["--threads", "1"]] {
        let run = ronghe(&[&bounds[..], &["id", "362401196503120012"]].concat());
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        assert!(!run.out.is_empty());
    }
}

#[test]
fn an_output_that_cannot_be_written_is_named_as_it_was_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, database) = (pipeline(folder.path()), folder.path().join("db"));
    assert_eq!(ronghe(&["run", text(&file), "-qq"]).code, Some(3));
    let target = folder.path().join("none/x.csv");
    let zh = ronghe(&["query", text(&database), "SELECT 1", "-o", text(&target)]);
    assert_eq!(zh.code, Some(1));
    assert_eq!(zh.err, format!("错误：找不到 {}，或其所在的文件夹不存在；请核对路径\n", target.display()));
    let en = ronghe(&["--lang", "en", "query", text(&database), "SELECT 1", "-o", text(&target)]);
    assert!(en.err.contains("or the folder for it is not there"), "{}", en.err);
    let named = ronghe(&["query", text(&database), "SELECT age FROM person WHERE name = '曾繁荣'", "--reveal"]);
    assert_eq!(named.code, Some(0));
    tells_of_nobody("", &database);
}
