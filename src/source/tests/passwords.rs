//! Workbooks with a password. `locked.xlsx` opens with 密码 Pass-1, `protected.xlsx` with the default password.

use super::*;
use crate::plan::Secret;

const LOCKED: &[u8] = include_bytes!("../../../tests/fixtures/workbooks/locked.xlsx");
const PROTECTED: &[u8] = include_bytes!("../../../tests/fixtures/workbooks/protected.xlsx");

/// Reads the locked workbook with the passwords of a file of this text.
fn with_password_file(text: &str) -> Seen {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("passwords.txt");
    std::fs::write(&file, text).unwrap();
    read_bytes("a.xlsx", LOCKED, &Source { password: Some(Secret::File(file)), ..source() })
}

#[test]
fn the_formats_default_password_is_tried_first() {
    let seen = read_bytes("a.xlsx", PROTECTED, &source());
    assert_eq!(seen.file.as_ref().map(|file| file.format), Some(Format::Xlsx), "{}", seen.sheets[0].reason());
    assert_eq!(seen.sheets[0].texts("name"), ["王五"]);
}

#[test]
fn of_several_passwords_the_right_one_opens_it() {
    let seen = with_password_file("\u{FEFF}wrong\n密码 Pass-1\n");
    assert_eq!(seen.sheets[0].texts("id_number"), [ID], "{}", seen.sheets[0].reason());
}

#[test]
fn a_workbook_that_no_password_opens_says_what_to_do_and_no_password() {
    let seen = with_password_file("hunter2\n");
    let sheet = &seen.sheets[0];
    assert_eq!(sheet.status(), SheetStatus::Failed);
    assert!(sheet.reason().contains("打不开") && sheet.reason().contains("核对密码"), "{}", sheet.reason());
    assert!(!sheet.reason().contains("hunter2"));
    let silent = read_bytes("a.xlsx", LOCKED, &source());
    assert!(silent.sheets[0].reason().contains("password = { env"), "{}", silent.sheets[0].reason());
}

#[test]
fn a_password_that_is_not_where_the_pipeline_says_is_told_by_its_place() {
    let empty = with_password_file("\n");
    assert!(empty.sheets[0].reason().contains("是空的"), "{}", empty.sheets[0].reason());
    for (secret, wanted) in [
        (Secret::Env("RONGHE_NO_SUCH_VARIABLE".into()), "RONGHE_NO_SUCH_VARIABLE 没有设置"),
        (Secret::File("no/such/file".into()), "no/such/file"),
    ] {
        let source = Source { password: Some(secret), ..source() };
        let seen = read_bytes("a.xlsx", LOCKED, &source);
        assert!(seen.sheets[0].reason().contains(wanted), "{}", seen.sheets[0].reason());
        // Nobody needs it for a workbook without a password.
        let open = read_text(&format!("姓名,身份证号\n王五,{ID}\n"), &source);
        assert_eq!(open.status(), SheetStatus::Read);
    }
}

#[test]
fn a_damaged_workbook_with_a_password_is_no_data() {
    // Within the enciphered package.
    for at in [6000, 7000] {
        let mut torn = PROTECTED.to_vec();
        torn[at] ^= 0xFF;
        let seen = read_bytes("a.xlsx", &torn, &source());
        let sound = seen.sheets[0].status() == SheetStatus::Read;
        assert!(!sound || seen.sheets[0].texts("name") == ["王五"], "{at}");
    }
    for cut in [600, 3000, 9000] {
        assert_eq!(read_bytes("a.xlsx", &PROTECTED[..cut], &source()).sheets[0].status(), SheetStatus::Failed, "{cut}");
    }
}
