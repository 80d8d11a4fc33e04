//! What holds whatever the lists say: every line has one fate, and neither the order of the files nor that of the rows
//! decides who is who.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "writes the lists that it gives to the program"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use ronghe::model::{Lang, LinkMethod, RowRef, Unobserved};
use ronghe::pipeline::{Job, Linked, check};
use ronghe::plan::{load, render, shipped};
use ronghe::source::{DiskFiles, Limits};
use support::{files, ronghe, snapshot, text};
use tempfile::TempDir;

const HEADER: [&str; 9] = ["姓名", "性别", "出生日期", "身份证号", "县区", "户号", "户主姓名", "与户主关系", "备注"];
const NAMES: [&str; 6] = ["王建国", "王建国", "李秀英", "欧阳小红", "张伟", "张玮"];
const JUNK: [&str; 12] =
    ["不详", "无", "0", "#REF!", "=1+1", "１２３", "\"", "a\"b,c", "2025年13月45日", "3.62401E+17", "\u{feff}", "　"];

/// A resident number with its check character.
fn number(person: usize) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = format!("36080219{}0{}1{}00{}", 60 + person, 1 + person, person, person * 2 + 1);
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// The cells of a person's row as an honest clerk writes them.
fn honest(person: usize) -> Vec<String> {
    let birth = format!("19{}-0{}-1{}", 60 + person, 1 + person, person);
    let household = format!("H{}", person / 2);
    let (head, relation) =
        if person.is_multiple_of(2) { (NAMES[person], "户主") } else { (NAMES[person - 1], "配偶") };
    [NAMES[person], "男", &birth, &number(person), "吉州区", &household, head, relation, ""].map(str::to_owned).to_vec()
}

/// What befell one cell.
#[derive(Clone, Debug)]
enum Damage {
    Emptied,
    Junk(usize),
    /// Another person's value.
    Swapped(usize),
    /// One character replaced.
    Mistyped(usize, char),
    Spaced,
    Cut(usize),
}

fn damaged(cell: &str, column: usize, damage: &Damage) -> String {
    match damage {
        Damage::Emptied => String::new(),
        Damage::Junk(at) => JUNK[at % JUNK.len()].to_owned(),
        Damage::Swapped(person) => honest(*person)[column].clone(),
        Damage::Mistyped(at, new) => {
            let place = at % cell.chars().count().max(1);
            cell.chars().enumerate().map(|(i, old)| if i == place { *new } else { old }).collect()
        }
        Damage::Spaced => cell.chars().flat_map(|c| [c, ' ']).collect(),
        Damage::Cut(length) => cell.chars().take(*length).collect(),
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Emptied),
        (0..JUNK.len()).prop_map(Damage::Junk),
        (0..NAMES.len()).prop_map(Damage::Swapped),
        (0..18_usize, prop::sample::select(vec!['0', '8', 'X', 'O', '*', '王']))
            .prop_map(|(at, c)| Damage::Mistyped(at, c)),
        Just(Damage::Spaced),
        (0..17_usize).prop_map(Damage::Cut),
    ]
}

/// A row about somebody with up to three damaged cells.
fn row() -> impl Strategy<Value = Vec<String>> {
    let cells = prop::collection::vec((0..HEADER.len(), damage()), 0..=3);
    (0..NAMES.len(), cells).prop_map(|(person, damages)| {
        let mut row = honest(person);
        for (column, damage) in &damages {
            row[*column] = damaged(&row[*column], *column, damage);
        }
        row
    })
}

/// A line of a file: a row, or what else clerks leave there.
fn line() -> impl Strategy<Value = Vec<String>> {
    let words = |words: &[&str]| Just(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    prop_oneof![
        12 => row(),
        1 => (row(), 0..HEADER.len()).prop_map(|(mut row, length)| { row.truncate(length); row }),
        1 => row().prop_map(|mut row| { row.extend(["多".to_owned(), "余".to_owned()]); row }),
        1 => words(&[""; HEADER.len()]),
        1 => words(&HEADER),
        1 => words(&["合计", "", "", "3"]),
        1 => words(&["填表人：张三"]),
    ]
}

fn lines() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(line(), 0..14)
}

/// How many lines there are up to the last that is not blank: what a spreadsheet leaves below is no line of the list.
fn filled(lines: &[Vec<String>]) -> u64 {
    let blank = |cell: &String| cell.chars().all(|c| c.is_whitespace() || c == '\u{feff}');
    lines.iter().rposition(|line| !line.iter().all(blank)).map_or(0, |last| last as u64 + 1)
}

fn csv_of(lines: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for line in std::iter::once(&HEADER.map(str::to_owned).to_vec()).chain(lines) {
        // A record without cells would be no line at all.
        let blank = [String::new()];
        writer.write_record(if line.is_empty() { &blank[..] } else { line }).expect("written");
    }
    writer.into_inner().expect("the bytes")
}

/// Lists and a pipeline over them, in a folder of their own.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(files: &[(&str, Vec<u8>)]) -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).expect("written");
        }
        Desk { folder }
    }

    /// The pipeline with the files of the register in this order.
    fn pipeline(&self, name: &str, register: &[&str]) -> PathBuf {
        let text = format!(
            "name = 'city'\nregion = '360800'\ndatabase = '{name}'\n\
             [[source]]\nid = 'form'\nschemas = ['low_income_registration']\nprovider = '乡镇'\nfiles = {register:?}\n\
             [[source]]\nid = 'disabled'\nschemas = ['disability']\nprovider = '残联'\nfiles = ['disabled.csv']\n"
        );
        let file = self.folder.path().join(format!("{name}.toml"));
        std::fs::write(&file, text).expect("written");
        file
    }
}

fn checked(pipeline: &Path) -> Linked {
    let plan = load(&DiskFiles, pipeline, &shipped())
        .unwrap_or_else(|faults| panic!("{}", render::diagnostics(&faults, Lang::En, false)));
    let job = Job {
        plan: &plan,
        limits: &Limits::default(),
        today: NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day"),
        now: DateTime::parse_from_rfc3339("2025-12-15T10:00:00+08:00").expect("a time"),
        key: [7; 32],
        lang: Lang::Zh,
        observer: &Unobserved,
    };
    check(&job).expect("checked")
}

/// The id of a row that went into linking.
fn id(linked: &Linked, row: RowRef) -> String {
    let table = &linked.links.tables[row.table as usize];
    table.text("row_id").expect("row ids").value(row.row as usize).to_owned()
}

/// Rows that are one person, by row id; rows of nobody are left out.
fn people(linked: &Linked) -> BTreeSet<BTreeSet<String>> {
    let mut people: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for row in &linked.links.rows {
        if let Some(person) = row.person {
            people.entry(person).or_default().insert(id(linked, row.row));
        }
    }
    people.into_values().collect()
}

/// File → physical rows and the fates that the ledger gives them.
fn ledger(linked: &Linked) -> BTreeMap<String, [u64; 8]> {
    let counts = linked.ledger.iter().map(|entry| {
        let fates = [entry.blank, entry.heading, entry.footing, entry.accepted, entry.duplicate, entry.quarantined];
        let [blank, heading, footing, accepted, duplicate, quarantined] = fates;
        let counts = [entry.physical_rows, blank, heading, footing, accepted, duplicate, quarantined, entry.unrelated];
        (entry.place.file.clone(), counts)
    });
    counts.collect()
}

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(few(24))]

    #[test]
    fn every_line_has_one_fate(a in lines(), b in lines(), disabled in lines()) {
        let given = [("a.csv", &a), ("b.csv", &b), ("disabled.csv", &disabled)];
        let desk = Desk::new(&given.map(|(name, lines)| (name, csv_of(lines))));
        let linked = checked(&desk.pipeline("db", &["a.csv", "b.csv"]));
        let ledger = ledger(&linked);
        for (name, lines) in given {
            let [physical, fates @ ..] = ledger[name];
            prop_assert_eq!(physical, filled(lines) + 1, "lines of {}", name);
            prop_assert_eq!(fates.iter().sum::<u64>(), physical, "{}: {:?}", name, fates);
            // The rows behind the numbers.
            let of_file = |row: &String| row.contains(&format!("/{name}/"));
            let linked_rows = |duplicate: bool| {
                let rows = linked.links.rows.iter().filter(|row| (row.method == LinkMethod::Duplicate) == duplicate);
                rows.map(|row| id(&linked, row.row)).filter(of_file).collect::<BTreeSet<_>>()
            };
            let (accepted, duplicate) = (linked_rows(false), linked_rows(true));
            let out: BTreeSet<String> = linked.quarantine.iter().map(|fault| fault.row_id()).filter(of_file).collect();
            let unrelated: BTreeSet<String> =
                linked.links.unrelated.iter().map(|row| id(&linked, *row)).filter(of_file).collect();
            let [_, _, _, accepted_count, duplicate_count, quarantined_count, unrelated_count] = fates;
            prop_assert_eq!(accepted.len() as u64, accepted_count, "{} accepted", name);
            prop_assert_eq!(out.len() as u64, quarantined_count, "{} quarantined", name);
            prop_assert!(duplicate.len() as u64 <= duplicate_count, "{} duplicates", name);
            prop_assert!(unrelated.len() as u64 <= unrelated_count, "{} unrelated", name);
            let apart: Vec<&String> = accepted.intersection(&out).chain(duplicate.intersection(&out)).collect();
            prop_assert!(apart.is_empty(), "two fates: {:?}", apart);
        }
    }

    #[test]
    fn the_order_in_which_files_are_named_does_not_show(a in lines(), b in lines(), c in lines()) {
        let desk = Desk::new(&[
            ("a.csv", csv_of(&a)), ("b.csv", csv_of(&b)), ("c.csv", csv_of(&c)), ("disabled.csv", csv_of(&a)),
        ]);
        let one = checked(&desk.pipeline("one", &["a.csv", "b.csv", "c.csv"]));
        let two = checked(&desk.pipeline("two", &["c.csv", "b.csv", "a.csv"]));
        prop_assert_eq!(people(&one), people(&two));
        prop_assert_eq!(ledger(&one), ledger(&two));
        prop_assert_eq!(one.quarantine, two.quarantine);
        prop_assert_eq!(one.issues, two.issues);
    }

    #[test]
    fn the_order_of_rows_does_not_decide_who_is_who(
        (rows, order) in prop::collection::vec(row(), 1..12).prop_flat_map(|rows| {
            let order = Just((0..rows.len()).collect::<Vec<_>>()).prop_shuffle();
            (Just(rows), order)
        })
    ) {
        // Which of two equal rows counts as the duplicate is a matter of order, so no row is there twice.
        let mut rows = rows;
        rows.iter_mut().enumerate().for_each(|(at, row)| row[HEADER.len() - 1] = format!("第{at}份"));
        let shuffled: Vec<Vec<String>> = order.iter().map(|at| rows[*at].clone()).collect();
        let partition = |rows: &[Vec<String>], original: &dyn Fn(usize) -> usize| {
            let desk = Desk::new(&[("a.csv", csv_of(rows)), ("disabled.csv", csv_of(&[]))]);
            let linked = checked(&desk.pipeline("db", &["a.csv"]));
            let place = |row: &String| {
                let line: usize = row.rsplit('/').next().and_then(|line| line.parse().ok()).expect("a row number");
                original(line - 2)
            };
            let people = people(&linked);
            people.iter().map(|rows| rows.iter().map(place).collect()).collect::<BTreeSet<BTreeSet<usize>>>()
        };
        prop_assert_eq!(partition(&rows, &|line| line), partition(&shuffled, &|line| order[line]));
    }
}

proptest! {
    #![proptest_config(few(3))]

    #[test]
    fn the_order_in_which_files_are_named_does_not_show_in_the_tables(a in lines(), b in lines()) {
        let desk = Desk::new(&[("a.csv", csv_of(&a)), ("b.csv", csv_of(&b)), ("disabled.csv", csv_of(&b))]);
        let parts = |name: &str, register: &[&str]| {
            let run = ronghe(&["run", text(&desk.pipeline(name, register)), "--as-of", "2025-12-15"]);
            assert!(matches!(run.code, Some(0 | 3)), "{}\n{}", run.out, run.err);
            let database = desk.folder.path().join(name);
            let id = snapshot(&database).id().as_str().to_owned();
            let mut parts = files(&database.join("snapshots").join(id));
            parts.retain(|name, _| name.ends_with(".parquet"));
            parts
        };
        let (one, two) = (parts("one", &["a.csv", "b.csv"]), parts("two", &["b.csv", "a.csv"]));
        let differ: Vec<_> = one.keys().chain(two.keys()).filter(|name| one.get(*name) != two.get(*name)).collect();
        prop_assert!(differ.is_empty(), "{:?}", differ);
    }
}
