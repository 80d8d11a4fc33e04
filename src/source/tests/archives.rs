//! Zips of other files.

use encoding_rs::GB18030;

use super::workbooks::stored_zip;
use super::*;

fn archive(members: &[(&[u8], &[u8])]) -> Seen {
    read_bytes("2025.zip", &stored_zip(members), &source())
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([["姓名", "身份证号"], ["李四", "11010519491231002X"]]) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn every_member_is_read_under_its_own_name() {
    let list = format!("姓名,身份证号\n王五,{ID}\n");
    let (name, gbk) = (GB18030.encode("永阳镇/名单.csv").0, GB18030.encode(&list).0);
    let book = workbook();
    let seen = archive(&[
        (&name, &gbk),
        ("../../../敦厚镇.xlsx".as_bytes(), &book),
        (b"__MACOSX/._x", b"mac"),
        (b"empty/", b""),
        (b"inner.zip", &stored_zip(&[(b"a.csv" as &[u8], b"a" as &[u8])])),
    ]);
    let found: Vec<_> =
        seen.sheets.iter().map(|sheet| (sheet.end().ledger.place.file.as_str(), sheet.status())).collect();
    assert_eq!(
        found,
        [
            ("2025.zip/永阳镇/名单.csv", SheetStatus::Read),
            ("2025.zip/敦厚镇.xlsx", SheetStatus::Read),
            ("2025.zip/__MACOSX/._x", SheetStatus::NoTable),
            ("2025.zip/inner.zip", SheetStatus::Failed),
        ]
    );
    assert_eq!(seen.sheets[0].texts("name"), ["王五"]);
    assert_eq!(seen.sheets[1].texts("id_number"), ["11010519491231002X"]);
    assert!(seen.sheets[3].reason().contains("压缩包里还有压缩包"), "{}", seen.sheets[3].reason());
}

#[test]
fn a_member_that_is_not_what_its_checksum_says_fails_alone() {
    let list = format!("姓名,身份证号\n王五,{ID}\n");
    let mut bytes = stored_zip(&[(b"a.csv" as &[u8], list.as_bytes()), (b"b.csv", list.as_bytes())]);
    let at = bytes.windows(3).position(|window| window == "王".as_bytes()).unwrap();
    bytes[at] = b'?';
    let seen = read_bytes("a.zip", &bytes, &source());
    assert_eq!(seen.sheets.iter().map(Sheet::status).collect::<Vec<_>>(), [SheetStatus::Failed, SheetStatus::Read]);
    assert!(seen.sheets[0].reason().contains("不完整"), "{}", seen.sheets[0].reason());
}

#[test]
fn a_member_with_a_password_is_told() {
    let mut bytes = stored_zip(&[(b"a.csv" as &[u8], b"x" as &[u8])]);
    // The flag that says so, in the member's own head and in the list.
    let list = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[6] |= 1;
    bytes[list + 8] |= 1;
    let seen = read_bytes("a.zip", &bytes, &source());
    assert_eq!(seen.sheets[0].status(), SheetStatus::Failed);
    assert!(seen.sheets[0].reason().contains("密码"), "{}", seen.sheets[0].reason());
}

#[test]
fn torn_and_empty_archives_are_told() {
    let whole = stored_zip(&[(b"a.csv" as &[u8], b"x" as &[u8])]);
    let torn = read_bytes("a.zip", &whole[..whole.len() - 30], &source());
    assert_eq!(torn.sheets[0].status(), SheetStatus::Failed);
    let none = archive(&[]);
    assert_eq!(none.sheets[0].status(), SheetStatus::NoTable);
}

#[test]
fn the_members_of_one_archive_do_not_replace_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let list = |name: &str| format!("姓名,身份证号\n{name},{ID}\n");
    let (old, one, two) = (list("王五"), list("李四"), list("赵六"));
    std::fs::write(dir.path().join("202510.csv"), old).unwrap();
    let zip = stored_zip(&[("永阳镇.csv".as_bytes(), one.as_bytes()), ("敦厚镇.csv".as_bytes(), two.as_bytes())]);
    std::fs::write(dir.path().join("202511.zip"), zip).unwrap();
    for supply in [Supply::Full, Supply::Latest] {
        let source = Source { files: vec!["*".into()], supply, ..source() };
        let files = discover(dir.path(), &source, &Limits::default()).unwrap().files;
        let fates: Vec<_> = files.iter().map(|file| (file.relative.as_str(), file.fate == FileFate::Read)).collect();
        assert_eq!(fates, [("202510.csv", false), ("202511.zip/敦厚镇.csv", true), ("202511.zip/永阳镇.csv", true)]);
        assert!(files[1..].iter().all(|file| file.period.as_deref() == Some("2025-11")));
    }
}
