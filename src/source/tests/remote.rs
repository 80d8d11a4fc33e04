//! The process that reads a workbook for another one, and what its ending does to the one that waits.
#![cfg(unix)]

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// Reads a small workbook by a program that is this shell script.
fn read_by(script: &str) -> Seen {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("reader.sh");
    let mut file = std::fs::File::create(&program).unwrap();
    write!(file, "#!/bin/sh\n{script}\n").unwrap();
    file.set_permissions(std::fs::Permissions::from_mode(0o700)).unwrap();
    drop(file);
    let path = dir.path().join("list.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write_string(0, 0, "姓名").unwrap();
    book.save(&path).unwrap();
    let limits = Limits { own_process: Some(OwnProcess { program, memory: 1 << 30 }), ..Limits::default() };
    read_within(&path, &source(), &limits, |_| {})
}

#[test]
fn a_reader_that_dies_costs_its_file_and_says_why() {
    for (script, wanted) in [
        ("exit 0", "弄崩了"),
        ("exit 1", "弄崩了"),
        ("read ask; kill -SEGV $$", "弄崩了"),
        ("read ask; kill -ABRT $$", "内存超过上限（1024 MB）"),
        ("read ask; kill -XCPU $$", "用时超过上限（20 秒）"),
        ("read ask; echo nonsense; sleep 600", "弄崩了"),
        ("read ask; printf 'D\\000\\000\\000\\000'; sleep 600", "弄崩了"),
        // Half an answer.
        ("read ask; printf 'F\\050\\000\\000\\000[\"'", "弄崩了"),
    ] {
        let seen = read_by(script);
        let [sheet] = &seen.sheets[..] else { panic!("one entry for {script}") };
        assert_eq!(sheet.status(), SheetStatus::Failed, "{script}");
        assert!(sheet.reason().contains(wanted), "{script}: {}", sheet.reason());
    }
}

#[test]
fn a_program_that_is_not_there_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list.xlsx");
    std::fs::write(&path, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).unwrap();
    let limits = Limits {
        own_process: Some(OwnProcess { program: dir.path().join("none"), memory: 1 << 30 }),
        ..Limits::default()
    };
    let seen = read_within(&path, &source(), &limits, |_| {});
    assert!(seen.sheets[0].reason().contains("无法启动"), "{}", seen.sheets[0].reason());
}
