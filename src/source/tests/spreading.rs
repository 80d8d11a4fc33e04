//! A large workbook whose sheets several threads read.

use rayon::ThreadPoolBuilder;

use super::*;

#[test]
fn what_is_read_does_not_depend_on_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let mut random = 7_u64;
    for name in ["永阳镇", "敦厚镇", "说明", "梅塘镇"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        if name == "说明" {
            sheet.write_string(0, 0, "本表由各乡镇填报").unwrap();
            continue;
        }
        for (column, title) in (0..).zip(["姓名", "身份证号", "备注"]) {
            sheet.write_string(0, column, title).unwrap();
        }
        for row in 1..8_500_u32 {
            sheet.write_string(row, 0, "王五").unwrap();
            sheet.write_string(row, 1, ID).unwrap();
            for column in 2..16 {
                // Figures that do not pack well.
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                sheet.write_number(row, column, (random >> 20) as f64).unwrap();
            }
        }
    }
    book.save(&path).unwrap();
    let limits = Limits::default();
    let file = FoundFile::given(&path, &limits).remove(0);
    assert!(file.size > 7 << 19, "{}", file.size);
    let told = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let take = |told: &mut Vec<String>, event: Event| {
            told.push(match event {
                Event::File(start) => format!("{:?}", start.sheets),
                Event::Rows(table) => format!("{} {:?}", table.head().place.sheet, table.rows().values().first()),
                Event::Skipped(line) => format!("{} {}", line.place.sheet, line.row),
                Event::End(end) => format!("{:?}", end.ledger),
                other => format!("{}", matches!(other, Event::Sheet(_))),
            });
            Ok::<(), Infallible>(())
        };
        pool.install(|| read_sheets(&file, &source(), &limits, &take)).unwrap()
    };
    let (alone, spread) = (told(1), told(3));
    assert_eq!(alone.len(), 1, "one thread reads it as one");
    assert!(spread.len() > 3, "each sheet is told by itself");
    assert_eq!(spread.concat(), alone.concat());
}
