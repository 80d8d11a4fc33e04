//! What a run says of files and sheets that it cannot use: never nothing.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

use std::path::{Path, PathBuf};
use std::process::Command;

use rust_xlsxwriter::Workbook;

/// A pipeline of one source over the files in `in`.
struct City {
    folder: tempfile::TempDir,
    /// Further lines of the source.
    source: &'static str,
}

struct Run {
    code: Option<i32>,
    err: String,
}

impl City {
    fn new(source: &'static str) -> City {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("in")).expect("a folder");
        City { folder, source }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("in").join(name)
    }

    /// A workbook of sheets of text cells.
    fn book(&self, name: &str, sheets: &[(&str, &[&[&str]])]) {
        let mut book = Workbook::new();
        for (title, rows) in sheets {
            let sheet = book.add_worksheet().set_name(*title).expect("a name");
            for (row, cells) in (0..).zip(*rows) {
                for (column, text) in (0..).zip(*cells) {
                    sheet.write_string(row, column, *text).expect("a cell");
                }
            }
        }
        book.save(self.file(name)).expect("a workbook");
    }

    fn run(&self) -> Run {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = if self.source.contains("files =") { "" } else { "files = [\"in/*\"]\n" };
        let toml = format!(
            "name = \"p\"\ntitle = \"p\"\nregion = \"360800\"\nlang = \"zh\"\nas_of = 2025-12-15\ndatabase = \"db\"\n\
             schemas = \"{}\"\n[[source]]\nid = \"a\"\nschemas = [\"minimum_living_allowance\", \
             \"minimum_living_allowance_household\"]\nprovider = \"x\"\n{files}{}\n",
            root.join("schemas").to_str().expect("a path"),
            self.source
        );
        let pipeline = self.folder.path().join("p.toml");
        std::fs::write(&pipeline, toml).expect("a pipeline");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronghe"));
        command.args(["run".as_ref(), pipeline.as_os_str()]).env_remove("LC_ALL").env("LANG", "zh_CN.UTF-8");
        let output = command.output().expect("the program starts");
        Run { code: output.status.code(), err: String::from_utf8(output.stderr).expect("text") }
    }

    /// Rows of a query.
    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let database = self.folder.path().join("db");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronghe"));
        command.args(["query".as_ref(), database.as_os_str(), sql.as_ref()]);
        let output = command.args(["--format", "csv", "--reveal"]).output().expect("the program starts");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    }
}

const HEADER: &[&str] = &["姓名", "身份证号", "月保障金额"];
const FIRST: &[&str] = &["王五", "362401196503120012", "300"];
const SECOND: &[&str] = &["李四", "11010519491231002X", "450"];

#[test]
fn a_workbook_of_which_no_sheet_is_chosen_is_a_warning() {
    let city = City::new("sheets = \"永*\"");
    city.book("一县.xlsx", &[("永阳镇", &[HEADER, FIRST])]);
    city.book("二县.xlsx", &[("Sheet1", &[HEADER, SECOND])]);
    let run = city.run();
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(
        run.err.contains("警告：来源 a 的 二县.xlsx 没有读出任何表格：工作表“Sheet1”来源的 sheets 没有选它"),
        "{}",
        run.err
    );
    assert_eq!(run.err.matches("警告：").count(), 1, "{}", run.err);
}

#[test]
fn a_sheet_of_people_under_an_unknown_header_is_a_warning() {
    let city = City::new("");
    let members: &[&[&str]] = &[
        &["党员", "支部名", "困难情形"],
        &["赵六", "东门", "大病"],
        &["孙八", "西门", "残疾"],
        &["周九", "西门", "失业"],
    ];
    city.book("县.xlsx", &[("一", &[HEADER, FIRST]), ("二", members)]);
    let run = city.run();
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("警告：来源 a 的 县.xlsx / 二 整表未入库"), "{}", run.err);
    assert!(!run.err.contains("赵六"));
    assert_eq!(city.rows("SELECT count(*) FROM quarantine WHERE sheet = '二'"), [["4"]]);
}

#[test]
fn a_half_uploaded_newest_file_leaves_the_one_before_it_in_place() {
    let city = City::new("supply = \"latest\"\nperiod = { from = \"file_name\", pattern = \"{year}{month}\" }");
    city.book("d_202505.xlsx", &[("一", &[HEADER, FIRST])]);
    std::fs::write(city.file("d_202506.xlsx"), b"PK\x03\x04half").expect("half a workbook");
    let run = city.run();
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("d_202506.xlsx 读取失败：工作簿不完整"), "{}", run.err);
    assert!(run.err.contains("改用较早的 d_202505.xlsx"), "{}", run.err);
    assert_eq!(city.rows("SELECT count(*) FROM person"), [["1"]]);
}

#[test]
fn a_file_that_is_named_and_not_there_is_in_the_ledger() {
    let city = City::new("files = [\"in/a.xlsx\", \"in/b.xlsx\", \"in/c*.xlsx\"]");
    city.book("a.xlsx", &[("一", &[HEADER, FIRST])]);
    let run = city.run();
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("b.xlsx 读取失败：文件不见了"), "{}", run.err);
    assert!(run.err.contains("in/c*.xlsx 没有找到任何文件"), "{}", run.err);
    assert_eq!(city.rows("SELECT file, status FROM ledger ORDER BY file"), [["a.xlsx", "read"], ["b.xlsx", "failed"]]);
}
