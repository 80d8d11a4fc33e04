use std::fs;

use super::*;
use crate::model::Words;
use crate::plan::{PeriodFrom, PeriodPlace};

fn found(files: &[&str], patterns: &[&str], change: impl FnOnce(&mut Source)) -> Vec<FoundFile> {
    let dir = tempfile::tempdir().unwrap();
    // A folder whose own name holds wildcards.
    let home = dir.path().join("数据[1]");
    for name in files {
        let path = home.join("data").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Its own name, as text that can be read.
        fs::write(path, name).unwrap();
    }
    let pipeline = home.join("pipelines");
    fs::create_dir_all(&pipeline).unwrap();
    let mut source = Source { files: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(), ..source() };
    change(&mut source);
    discover(&pipeline, &source, &Limits::default()).unwrap().files
}

fn names(found: &[FoundFile]) -> Vec<&str> {
    found.iter().map(|file| file.relative.as_str()).collect()
}

#[test]
fn files_are_named_from_the_folder_that_the_patterns_share() {
    let files = ["a/2.csv", "a/1.CSV", "b/3.csv", "b/deep/4.csv"];
    assert_eq!(names(&found(&files, &["../data/a/*.csv"], |_| {})), ["1.CSV", "2.csv"]);
    assert_eq!(
        names(&found(&files, &["../data/a/*.csv", "../data/b/**/*.csv"], |_| {})),
        ["a/1.CSV", "a/2.csv", "b/3.csv", "b/deep/4.csv"]
    );
    assert_eq!(names(&found(&files, &["../data/a/2.csv"], |_| {})), ["2.csv"]);
    assert_eq!(names(&found(&files, &["../data/a/2.csv", "../data/*/2.csv"], |_| {})), ["a/2.csv"]);
    assert!(found(&files, &["../data/c/*.csv"], |_| {}).is_empty());
}

#[test]
fn files_are_weighed_and_hashed() {
    let files = found(&["abc"], &["../data/*"], |_| {});
    assert_eq!(files[0].size, 3);
    assert_eq!(files[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn lock_files_and_system_files_are_passed_over_with_a_note() {
    let files = found(&["~$名册.xlsx", ".DS_Store", "Thumbs.db", "名册.xlsx"], &["../data/*"], |_| {});
    let kept: Vec<&str> =
        files.iter().filter(|file| file.fate == FileFate::Read).map(|file| file.relative.as_str()).collect();
    assert_eq!(kept, ["名册.xlsx"]);
    assert!(files.iter().all(|file| file.fate == FileFate::Read || matches!(file.fate, FileFate::Ignored(_))));
}

#[test]
fn only_the_newest_month_counts_for_latest() {
    let all = ["d_202505.xlsx", "d_202506_a.xlsx", "d_202506_b.xlsx"];
    let files = found(&all, &["../data/*.xlsx"], |source| {
        source.supply = Supply::Latest;
        source.period = Some(PeriodFrom { place: PeriodPlace::FileName, pattern: "d_{year}{month}".into() });
    });
    assert!(matches!(&files[0].fate, FileFate::Superseded(reason) if reason.zh.contains("d_202506_b.xlsx")));
    assert!(files[1..].iter().all(|file| file.fate == FileFate::Read));
    assert_eq!(files[0].period.as_deref(), Some("2025-05"));
    let full = found(&all, &["../data/*.xlsx"], |source| source.supply = Supply::Full);
    assert_eq!(full.iter().filter(|file| file.fate == FileFate::Read).count(), 1);
    assert_eq!(full[2].fate, FileFate::Read);
}

#[test]
fn a_superseded_file_gives_one_ledger_line_and_no_rows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    fs::write(&path, "姓名,备注\n王五,\n").unwrap();
    let mut file = FoundFile::given(&path, &Limits::default()).remove(0);
    file.fate = FileFate::Superseded(Words::new("已由较新的文件取代", "replaced"));
    let mut ends = Vec::new();
    let outcome: Result<(), Infallible> = read_file(&file, &source(), &Limits::default(), &mut |event| {
        if let Event::End(end) = event {
            ends.push(end);
        }
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(ends.len(), 1);
    assert_eq!((ends[0].ledger.status, ends[0].ledger.physical_rows), (SheetStatus::Superseded, 0));
}

#[test]
fn folders_and_vanished_files_fail_by_themselves() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("x.csv")).unwrap();
    fs::write(dir.path().join("y.csv"), "姓名,备注\n王五,\n").unwrap();
    let source = Source { files: vec!["*.csv".into()], ..source() };
    let files = discover(dir.path(), &source, &Limits::default()).unwrap().files;
    assert_eq!(names(&files), ["x.csv", "y.csv"]);
    assert!(matches!(&files[0].fate, FileFate::Failed(reason) if reason.zh.contains("文件夹")));
    fs::remove_file(&files[1].path).unwrap();
    let seen = read(&files[1].path, &source);
    assert_eq!(seen.sheets[0].status(), SheetStatus::Failed);
    assert!(seen.sheets[0].reason().contains("不见了"));
}

#[test]
fn a_malformed_pattern_is_an_error_and_a_limit_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let bad = Source { files: vec!["a***".into()], ..source() };
    assert!(matches!(discover(dir.path(), &bad, &Limits::default()), Err(SourceError::Pattern { .. })));
    fs::write(dir.path().join("big.csv"), "12345").unwrap();
    let all = Source { files: vec!["*.csv".into()], ..source() };
    let files = discover(dir.path(), &all, &Limits { max_file_bytes: 4, ..Limits::default() }).unwrap().files;
    assert!(matches!(&files[0].fate, FileFate::Failed(reason) if reason.zh.contains("上限")));
}

#[test]
fn a_pipeline_in_the_working_directory_names_its_files_alike() {
    // Tests run in the crate's folder.
    for (folder, pattern) in [
        ("", "tests/fixtures/*.xls"),
        ("", "./tests/fixtures/*.xls"),
        (".", "tests/fixtures/*.xls"),
        ("src", "../tests/fixtures/*.xls"),
        ("./src", "./../tests/fixtures/*.xls"),
    ] {
        let source = Source { files: vec![pattern.into()], ..source() };
        let files = discover(Path::new(folder), &source, &Limits::default()).unwrap().files;
        assert_eq!(names(&files), ["register.xls"], "{folder:?} {pattern:?}");
    }
}

#[test]
fn a_sink_that_refuses_ends_the_reading() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    fs::write(&path, "名册,\n姓名,备注\n王五,\n李四,\n").unwrap();
    let file = FoundFile::given(&path, &Limits::default()).remove(0);
    let mut events = 0;
    let outcome = read_file(&file, &source(), &Limits::default(), &mut |event| {
        events += 1;
        if matches!(event, Event::Skipped(_)) { Err("enough") } else { Ok(()) }
    });
    assert_eq!(outcome, Err("enough"));
    assert_eq!(events, 3, "the file, the sheet, the first skipped line");
}

/// Files with this content in a folder, found by a source.
fn found_in(files: &[(&std::ffi::OsStr, &[u8])], patterns: &[&str], change: impl FnOnce(&mut Source)) -> Found {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(dir.path().join(name), content).unwrap();
    }
    let mut source = Source { files: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(), ..source() };
    change(&mut source);
    discover(dir.path(), &source, &Limits::default()).unwrap()
}

fn fates(found: &Found) -> Vec<(&str, &'static str)> {
    let word = |fate: &FileFate| match fate {
        FileFate::Read => "read",
        FileFate::Superseded(_) => "superseded",
        FileFate::Ignored(_) => "ignored",
        FileFate::Failed(_) => "failed",
    };
    found.files.iter().map(|file| (file.relative.as_str(), word(&file.fate))).collect()
}

#[test]
fn a_torn_or_empty_newest_file_replaces_no_sound_one() {
    let sound = "姓名,备注\n王五,\n".as_bytes();
    let newest: [(&[u8], &str); 2] = [(b"PK\x03\x04 half a workbook", "failed"), (b"", "read")];
    for (content, fate) in newest {
        for supply in [Supply::Latest, Supply::Full] {
            let files = [("d_202504.csv", sound), ("d_202505.csv", sound), ("d_202506.csv", content)];
            let files = files.map(|(name, content)| (name.as_ref(), content));
            let found = found_in(&files, &["*.csv"], |source| source.supply = supply);
            let wanted = [("d_202504.csv", "superseded"), ("d_202505.csv", "read"), ("d_202506.csv", fate)];
            assert_eq!(fates(&found), wanted);
            assert_eq!(found.warnings.len(), 1);
            assert!(found.warnings[0].zh.contains("d_202506.csv") && found.warnings[0].zh.contains("d_202505.csv"));
        }
    }
}

#[test]
fn titles_tell_which_file_is_the_newest() {
    let list = |title: &str| format!("{title}\n姓名,备注\n王五,\n").into_bytes();
    let (old, new, none) = (list("2025年5月低保名册"), list("2025年6月低保名册"), list("低保名册"));
    let latest = |source: &mut Source| {
        source.supply = Supply::Latest;
        source.period = Some(PeriodFrom { place: PeriodPlace::Title, pattern: "{year}年{month}月".into() });
    };
    let found = found_in(&[("a.csv".as_ref(), &new), ("b.csv".as_ref(), &old)], &["*.csv"], latest);
    assert_eq!(fates(&found), [("a.csv", "read"), ("b.csv", "superseded")]);
    assert_eq!(found.files[0].period.as_deref(), Some("2025-06"));
    assert!(found.warnings.is_empty());
    let found = found_in(&[("a.csv".as_ref(), &new), ("b.csv".as_ref(), &none)], &["*.csv"], latest);
    assert_eq!(fates(&found), [("a.csv", "read"), ("b.csv", "read")]);
    assert!(found.warnings.len() == 1 && found.warnings[0].zh.contains("b.csv"));
}

#[test]
fn a_file_named_outright_is_there_or_has_failed_and_an_idle_wildcard_is_told() {
    let found = found_in(&[("a.csv".as_ref(), b"x")], &["a.csv", "b.csv", "c*.csv"], |_| {});
    assert_eq!(fates(&found), [("a.csv", "read"), ("b.csv", "failed")]);
    assert!(found.warnings.len() == 1 && found.warnings[0].zh.contains("c*.csv"));
    let none = found_in(&[], &["c*.csv"], |_| {});
    assert!(none.files.is_empty() && none.warnings.is_empty(), "the gate speaks of a source without files");
}

#[cfg(unix)]
#[test]
fn names_in_another_encoding_are_found_and_read() {
    use std::os::unix::ffi::OsStrExt;
    let gbk = encoding_rs::GB18030.encode("永阳镇_202506.csv").0;
    let name = std::ffi::OsStr::from_bytes(&gbk);
    let list = "姓名,备注\n王五,\n".as_bytes();
    let files = [(name, list), ("永阳镇_202506.csv".as_ref(), list), ("敦厚镇.txt".as_ref(), list)];
    let found = found_in(&files, &["*镇*.csv"], |_| {});
    assert_eq!(fates(&found), [("永阳镇_202506.csv", "read"), ("永阳镇_202506.csv (2)", "read")]);
    assert!(found.files.iter().all(|file| file.period.as_deref() == Some("2025-06") && file.size > 0));
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(std::ffi::OsStr::from_bytes(&encoding_rs::GB18030.encode("吉安县").0));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.csv"), list).unwrap();
    let source = Source { files: vec!["*县/*.csv".into()], ..source() };
    let found = discover(dir.path(), &source, &Limits::default()).unwrap();
    assert_eq!(fates(&found), [("吉安县/a.csv", "read")]);
    assert_eq!(read(&found.files[0].path, &source).sheets[0].rows(), [2]);
}
