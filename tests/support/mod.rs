//! What the tests share that drive the program from outside and read the tables that it publishes.
#![allow(dead_code, reason = "every test takes what it needs")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use ronghe::store::{Snapshot, Store};

/// How the program ended and what it said.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The run if it ended so, else a failed test that shows what it said.
    #[track_caller]
    pub fn ends(self, code: i32) -> Run {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }
}

/// The program, not yet started, whatever the surroundings of the test are.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronghe"));
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "zh_CN.UTF-8");
    command
}

pub fn ronghe(arguments: &[&str]) -> Run {
    outcome(program().args(arguments))
}

pub fn outcome(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Run { code: status.code(), out: text(stdout), err: text(stderr) }
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

/// An empty folder that the test has for itself; the next run of the test clears it.
pub fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the old folder goes");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Writes a pipeline file beside another that differs in its database only.
pub fn with_database(pipeline: &Path, name: &str) -> PathBuf {
    let text = std::fs::read_to_string(pipeline).expect("the pipeline");
    let lines = text.lines().map(|line| match line.starts_with("database") {
        true => format!("database = \"{name}\"\n"),
        false => format!("{line}\n"),
    });
    let place = pipeline.with_file_name(format!("{name}.toml"));
    std::fs::write(&place, lines.collect::<String>()).expect("written");
    place
}

/// The published snapshot.
pub fn snapshot(database: &Path) -> Snapshot {
    Snapshot::open(&Store::open(database).expect("a database"), None).expect("a snapshot")
}

/// All files below a folder: path from there → bytes.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files);
    files
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = text(path.strip_prefix(root).expect("below")).to_owned();
            files.insert(name, std::fs::read(&path).expect("a readable file"));
        }
    }
}

/// The rows of a table as texts, in the order of the columns asked for. Nothing is an empty text, a list has a line for
/// each of its values.
pub fn rows<const N: usize>(snapshot: &Snapshot, table: &str, columns: [&str; N]) -> Vec<[String; N]> {
    let (_, batches) = snapshot.read_columns(table, &columns).unwrap_or_else(|error| panic!("{table}: {error}"));
    let mut rows = Vec::new();
    for batch in &batches {
        let cells: Vec<Vec<String>> = batch.columns().iter().map(cells).collect();
        rows.extend((0..batch.num_rows()).map(|row| std::array::from_fn(|column| cells[column][row].clone())));
    }
    rows
}

fn cells(array: &ArrayRef) -> Vec<String> {
    if let DataType::List(_) = array.data_type() {
        let lists = array.as_list::<i32>();
        return lists.iter().map(|list| list.map_or_else(String::new, |list| cells(&list).join("\n"))).collect();
    }
    let texts = cast(array, &DataType::Utf8).expect("a text form");
    texts.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

/// The tables of a snapshot that hold accepted source rows: one per schema.
pub fn source_tables(snapshot: &Snapshot) -> Vec<String> {
    let holds_rows = |name: &&str| snapshot.schema(name).is_ok_and(|schema| schema.index_of("row_key").is_ok());
    snapshot.tables().filter(holds_rows).map(str::to_owned).collect()
}
