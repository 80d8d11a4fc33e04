//! The binary as a user meets it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

use std::path::Path;
use std::process::{Command, Output};

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ronghe(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronghe"));
    command.args(arguments).env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "zh_CN.UTF-8");
    command.envs(environment.iter().copied());
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    Run {
        code: status.code(),
        out: String::from_utf8(stdout).expect("text on standard output"),
        err: String::from_utf8(stderr).expect("text on standard error"),
    }
}

#[test]
fn help_speaks_the_reader_s_language() {
    let zh = ronghe(&["--help"], &[]);
    assert_eq!((zh.code, zh.err.as_str()), (Some(0), ""));
    assert!(zh.out.contains("用法：ronghe") && zh.out.contains("主流程") && zh.out.contains("退出码"), "{}", zh.out);
    let en = ronghe(&["--help"], &[("LANG", "en_GB.UTF-8")]);
    assert!(en.out.contains("Usage: ronghe") && en.out.contains("The main job"), "{}", en.out);
    let asked = ronghe(&["--lang", "en", "query", "--help"], &[]);
    assert!(asked.out.contains("Read-only SQL"), "{}", asked.out);
}

#[test]
fn help_and_version_are_results_and_a_bare_call_is_not() {
    assert!(ronghe(&["--version"], &[]).out.starts_with("ronghe "));
    let bare = ronghe(&[], &[]);
    assert_eq!((bare.code, bare.out.as_str()), (Some(2), ""));
    assert!(bare.err.contains("用法："), "{}", bare.err);
}

#[test]
fn a_mistyped_command_is_told_with_the_nearest_one() {
    let zh = ronghe(&["qurey"], &[]);
    assert_eq!((zh.code, zh.out.as_str()), (Some(2), ""));
    assert!(zh.err.starts_with("错误：没有 qurey 这个命令；是否想写 query？"), "{}", zh.err);
    let en = ronghe(&["--lang", "en", "qurey"], &[]);
    assert!(en.err.starts_with("error: unrecognized subcommand 'qurey'"), "{}", en.err);
}

#[test]
fn a_wrong_value_is_refused_before_anything_is_done() {
    for arguments in [
        &["run", "x.toml", "--as-of", "2025-02-30"][..],
        &["run"],
        &["--threads", "0", "check", "x.toml"],
        &["--memory", "much", "check", "x.toml"],
        &["query", ".", "SELECT 1", "--format", "pdf"],
    ] {
        let run = ronghe(arguments, &[]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}: {}", run.err);
        assert!(run.err.starts_with("错误："), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_database_that_is_not_there_has_its_own_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a path");
    for arguments in [
        &["snapshots", "list", path][..],
        &["snapshots", "verify", path],
        &["snapshots", "rollback", path],
        &["snapshots", "prune", path, "--keep-last", "1"],
    ] {
        let run = ronghe(arguments, &[]);
        assert_eq!((run.code, run.out.as_str()), (Some(10), ""), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn an_error_is_one_object_when_the_log_is_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a path");
    let run = ronghe(&["--log-format", "json", "snapshots", "list", path], &[]);
    let line: serde_json::Value = serde_json::from_str(run.err.trim_end()).expect("one object");
    assert_eq!((line["severity"].as_str(), line["exit_code"].as_u64()), (Some("error"), Some(10)));
}

#[test]
fn every_fault_of_the_configuration_is_an_object_when_the_log_is_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipeline = folder.path().join("p.toml");
    std::fs::write(&pipeline, "name = \"p\"\nregion = \"36080\"\ndatabse = \"db\"\n").expect("written");
    let path = pipeline.to_str().expect("a path");
    let run = ronghe(&["--log-format", "json", "--lang", "en", "check", path], &[]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    let objects: Vec<serde_json::Value> =
        run.err.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
    let (last, faults) = objects.split_last().expect("objects");
    assert_eq!(last["exit_code"].as_u64(), Some(2));
    let misspelt = faults.iter().find(|fault| fault["line"] == 3).expect("the fault of line 3");
    assert_eq!((misspelt["code"].as_str(), misspelt["column"].as_u64()), (Some("unknown_key"), Some(1)));
    assert!(misspelt["file"].as_str().is_some_and(|file| file.ends_with("p.toml")), "{misspelt}");
    assert!(misspelt["message"].is_string() && misspelt["hint"].as_str().is_some_and(|hint| hint.contains("database")));
}

/// A pipeline of one small list, of which the last full month is 2025-10.
fn small_pipeline(folder: &Path, gate: &str) -> String {
    std::fs::write(folder.join("名单202510.csv"), "姓名,身份证号\n王五,362401196503120012\n\n").expect("written");
    let path = folder.join("p.toml");
    let pipeline = format!(
        "name = \"p\"\nregion = \"360800\"\ndatabase = \"db\"\nas_of = 2025-12-15\n[[source]]\nid = \"list\"\n\
         schemas = [\"low_income_registration\"]\nprovider = \"-\"\nfiles = [\"*.csv\"]\n\
         period = {{ from = \"file_name\", pattern = \"{{year}}{{month}}\" }}\n{gate}\n"
    );
    std::fs::write(&path, pipeline).expect("written");
    path.to_str().expect("a path").to_owned()
}

#[test]
fn the_more_is_asked_for_the_more_is_said_and_in_the_reader_s_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = small_pipeline(folder.path(), "");
    let check = |verbose: &str| ronghe(&["check", &path, "--lang", "en", verbose], &[]).err;
    assert!(check("-v").contains("reading list") && !check("-v").contains("1 accepted"));
    assert!(
        check("-vv").contains("source list: 名单202510.csv (read): 2 rows, 1 accepted, 1 heading"),
        "{}",
        check("-vv")
    );
    let run = ronghe(&["run", &path, "--lang", "en"], &[]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let notes: Vec<&str> = run.out.lines().filter(|line| line.contains("note: ")).collect();
    assert!(notes.iter().any(|note| note.contains("poverty_line")), "{}", run.out);
    for note in notes {
        assert!(!note.contains("未") && !note.contains("没有"), "{note}");
    }
}

#[test]
fn a_source_that_is_overdue_wants_a_look() {
    let folder = tempfile::tempdir().expect("a folder");
    let late = ronghe(&["run", &small_pipeline(folder.path(), "gate = { every = \"44d\" }")], &[]);
    assert_eq!(late.code, Some(3), "{}", late.err);
    assert!(late.err.contains("警告：来源 list 最新一期为 2025-10"), "{}", late.err);
    let in_time = ronghe(&["run", &small_pipeline(folder.path(), "gate = { every = \"45d\" }")], &[]);
    assert_eq!(in_time.code, Some(0), "{}", in_time.err);
}

#[test]
fn completions_and_man_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = ronghe(&["completions", shell], &[]);
        assert_eq!(script.code, Some(0));
        assert!(script.out.contains("evaluate"), "{shell}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man");
    assert_eq!(ronghe(&["man", pages.to_str().expect("a path")], &[]).code, Some(0));
    let page = |name: &str| std::fs::read_to_string(Path::join(&pages, name)).expect("a page");
    assert!(page("ronghe.1").contains("ronghe") && page("ronghe-snapshots-verify.1").contains("校验"));
}
