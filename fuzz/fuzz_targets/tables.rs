#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use ronghe_fuzz::{guarded, read};

/// A cell of a list, likely and unlikely.
#[derive(Arbitrary, Debug)]
enum Cell {
    Blank,
    Header(u8),
    /// A resident number that differs from all others in the list.
    Somebody,
    Name(u8),
    Figure(u16),
    Phrase(u8),
    Anything(String),
}

const HEADERS: [&str; 12] = [
    "姓名",
    "身份证号",
    "户主姓名",
    "户主身份证号",
    "家庭人口",
    "月保障金额（元）",
    "备注",
    "序号",
    "残疾类别",
    "残疾证号",
    "县区",
    "乡镇",
];
const NAMES: [&str; 6] = ["王五", "李四", "欧阳小红", "贺小计", "阿依古丽·买买提", "合计"];
const PHRASES: [&str; 14] = [
    "合计",
    "永和村小计",
    "填表人：",
    "审核人",
    "注：本表一式三份",
    "单位：万元",
    "2025年6月低保花名册",
    "第1页 共2页",
    "以下空白",
    "女",
    "视力",
    "吉安县",
    "永阳镇",
    "\"",
];

fn text(cell: &Cell, people: &mut Vec<String>) -> String {
    let pick = |of: &[&str], at: u8| of[usize::from(at) % of.len()].to_owned();
    match cell {
        Cell::Blank => String::new(),
        Cell::Header(at) => pick(&HEADERS, *at),
        Cell::Somebody => {
            let number = format!("36240119650312{:03}X", people.len() % 1000);
            people.push(number.clone());
            number
        }
        Cell::Name(at) => pick(&NAMES, *at),
        Cell::Figure(figure) => figure.to_string(),
        Cell::Phrase(at) => pick(&PHRASES, *at),
        Cell::Anything(text) => text.clone(),
    }
}

// Whatever is taken for the table, nobody's number is passed over as a heading or a footing.
fuzz_target!(|lines: Vec<Vec<Cell>>| {
    let mut people = Vec::new();
    let mut list = String::new();
    for line in lines.iter().take(200) {
        let cells = line.iter().take(20).map(|cell| format!("\"{}\"", text(cell, &mut people).replace('"', "\"\"")));
        list.push_str(&cells.collect::<Vec<_>>().join(","));
        list.push('\n');
    }
    guarded(|| {
        for sheet in read("2025年6月名单.csv", list.as_bytes()) {
            for number in people.iter().take(1000) {
                let found = sheet.cells.contains(number) || sheet.held.iter().any(|(_, raw)| raw.contains(number));
                let passed_over = sheet.skipped.iter().any(|(_, text)| text.split('\t').any(|cell| cell == number));
                assert!(found || !passed_over, "somebody's row was passed over");
            }
        }
    });
});
