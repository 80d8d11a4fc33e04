use proptest::prelude::*;

use super::*;

const WORDS: [&str; 16] = [
    "",
    "",
    "姓名",
    "身份证号",
    "备注",
    "户主",
    "合计",
    "王五",
    ID,
    "3",
    "单位：万元",
    "填表人：",
    "注：",
    "1",
    "2",
    "永阳镇",
];

fn grid() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0..WORDS.len(), 0..6), 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// `read` itself checks that heading + footing + blank + held + rows = physical rows.
    #[test]
    fn rows_add_up_in_text(grid in grid()) {
        let text: String = grid
            .iter()
            .map(|row| row.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(",") + "\n")
            .collect();
        let sheet = read_text(&text, &source());
        let last = grid.iter().rposition(|row| row.iter().any(|word| !WORDS[*word].is_empty())).map_or(0, |row| row + 1);
        prop_assert_eq!(sheet.end().ledger.physical_rows, last as u64);
    }

    #[test]
    fn text_of_any_bytes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_bytes("a.csv", &bytes, &source());
    }

    #[test]
    fn almost_text_is_read_or_refused(text in "[\"',;|\t\r\n姓名身份证号a0-9 \u{FEFF}]{0,300}") {
        read_text(&text, &source());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn rows_add_up_in_workbooks(grid in grid()) {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, words) in (0..).zip(&grid) {
            for (column, word) in (0..).zip(words) {
                if !WORDS[*word].is_empty() {
                    sheet.write_string(row, column, WORDS[*word]).unwrap();
                }
            }
        }
        read_bytes("a.xlsx", &book.save_to_buffer().unwrap(), &source());
    }

    /// Workbooks with some bytes changed or their end cut off.
    #[test]
    fn damaged_workbooks_are_read_or_refused(changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..20), cut in 0_usize..400) {
        let old = include_bytes!("../../../tests/fixtures/register.xls").to_vec();
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write_string(0, 0, "姓名").unwrap().write_string(1, 0, "王五").unwrap();
        for (name, whole) in [("a.xls", old), ("a.xlsx", book.save_to_buffer().unwrap())] {
            let mut bytes = whole;
            for (at, byte) in &changes {
                let at = usize::from(*at) % bytes.len();
                bytes[at] = *byte;
            }
            bytes.truncate(bytes.len() - cut.min(bytes.len()) / 4);
            read_bytes(name, &bytes, &source());
        }
    }
}
