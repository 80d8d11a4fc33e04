//! Files that somebody moves, empties or shortens while they are read.

use std::fs::{OpenOptions, remove_file};

use super::*;

/// A list that takes several batches.
fn long_list() -> String {
    let rows = (0..30_000).map(|at| format!("王五{at},362401196503120012,300,无\n"));
    std::iter::once("姓名,身份证号,月保障金额,备注\n".to_owned()).chain(rows).collect()
}

fn shorten(path: &Path, length: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

#[test]
fn a_file_that_vanishes_between_two_looks_is_told_by_name_of_the_fault() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list.csv");
    std::fs::write(&path, long_list()).unwrap();
    let seen = read_while(&path, &source(), |event| {
        if matches!(event, Event::File(_)) {
            remove_file(&path).unwrap();
        }
    });
    let [sheet] = &seen.sheets[..] else { panic!("one sheet") };
    assert_eq!((sheet.status(), sheet.rows().len()), (SheetStatus::Failed, 0));
    assert!(sheet.reason().contains("文件不见了"), "{}", sheet.reason());
}

#[cfg(unix)]
#[test]
fn a_file_that_is_removed_in_the_middle_is_read_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list.csv");
    std::fs::write(&path, long_list()).unwrap();
    let mut removed = false;
    let seen = read_while(&path, &source(), |event| {
        if matches!(event, Event::Rows(_)) && !removed {
            remove_file(&path).unwrap();
            removed = true;
        }
    });
    assert!(removed);
    assert_eq!((seen.sheets[0].status(), seen.sheets[0].rows().len()), (SheetStatus::Read, 30_000));
}

#[test]
fn a_file_that_another_program_shortens_is_not_taken_for_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list.csv");
    let text = long_list();
    std::fs::write(&path, &text).unwrap();
    let mut shortened = false;
    let seen = read_while(&path, &source(), |event| {
        if matches!(event, Event::Rows(_)) && !shortened {
            // In the middle of a record far behind.
            shorten(&path, text.len() as u64 * 3 / 4);
            shortened = true;
        }
    });
    assert!(shortened);
    let sheet = &seen.sheets[0];
    assert_eq!(sheet.status(), SheetStatus::Failed);
    assert!(sheet.reason().contains("读取期间"), "{}", sheet.reason());
    assert!(sheet.rows().len() < 30_000);
}
