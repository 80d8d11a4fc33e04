//! The city as a whole: equal seeds, and a truth that agrees with the files line by line.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xls, Xlsx};

use super::*;

type Files = BTreeMap<String, Vec<u8>>;

fn city(options: &Options) -> (Files, Summary) {
    let mut files = Files::new();
    let summary = generate(options, &mut |path, bytes| {
        assert!(files.insert(path.to_owned(), bytes.to_vec()).is_none(), "{path} twice");
        Ok(())
    });
    (files, summary.unwrap())
}

fn table(files: &Files, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(files[name].as_slice());
    let headers = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| headers.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// Source, file and sheet to the rows read back, up to the last that holds anything.
fn read_back(files: &Files) -> BTreeMap<(String, String, String), Vec<Vec<String>>> {
    let mut out = BTreeMap::new();
    for (path, bytes) in files {
        let Some((source, file)) = path.split_once('/').filter(|(source, _)| *source != "truth") else { continue };
        let sheets: Vec<(String, Vec<Vec<String>>)> = if file.ends_with(".xlsx") {
            workbook(Xlsx::new(Cursor::new(bytes.clone())).unwrap())
        } else if file.ends_with(".xls") {
            workbook(Xls::new(Cursor::new(bytes.clone())).unwrap())
        } else {
            let encoding = match bytes.as_slice() {
                [0xFF, 0xFE, ..] => encoding_rs::UTF_16LE,
                bytes if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
                _ => encoding_rs::GB18030,
            };
            let (text, _, bad) = encoding.decode(bytes);
            assert!(!bad, "{path}");
            let delimiter = if encoding == encoding_rs::UTF_16LE { b'\t' } else { b',' };
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(delimiter)
                .from_reader(text.as_bytes());
            let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            vec![(String::new(), rows)]
        };
        for (sheet, mut rows) in sheets {
            while rows.last().is_some_and(|row| row.iter().all(String::is_empty)) {
                rows.pop();
            }
            out.insert((source.to_owned(), file.to_owned(), sheet), rows);
        }
    }
    out
}

fn workbook<R: Reader<Cursor<Vec<u8>>>>(mut book: R) -> Vec<(String, Vec<Vec<String>>)> {
    let cell = |cell: &Data| if matches!(cell, Data::Empty) { String::new() } else { cell.to_string() };
    book.sheet_names()
        .into_iter()
        .map(|sheet| {
            let Ok(range) = book.worksheet_range(&sheet) else { panic!("{sheet} cannot be read") };
            assert_eq!(range.start(), Some((0, 0)), "{sheet}");
            (sheet, range.rows().map(|row| row.iter().map(cell).collect()).collect())
        })
        .collect()
}

#[test]
fn equal_options_give_equal_bytes_and_other_seeds_others() {
    let options = Options::new(1_500, 3);
    let (first, summary) = city(&options);
    let (again, _) = city(&options);
    assert!(first == again);
    assert_eq!(summary.files as usize, first.len());
    let (other, _) = city(&Options::new(1_500, 4));
    assert_ne!(first["household_register/常住人口登记.csv"], other["household_register/常住人口登记.csv"]);
}

#[test]
fn the_truth_counts_every_line_of_every_sheet() {
    let (files, summary) = city(&Options { months: 2, ..Options::new(6_000, 5) });
    let mut told: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for row in table(&files, "truth/rows.csv") {
        let count = told.entry((row["source"].clone(), row["file"].clone(), row["sheet"].clone())).or_default();
        *count += 1;
        assert_eq!(row["row_number"], count.to_string());
        assert_eq!(row["row_id"], format!("{}/{}/{}/{count}", row["source"], row["file"], row["sheet"]));
    }
    let read: BTreeMap<_, _> = read_back(&files).into_iter().map(|(place, rows)| (place, rows.len())).collect();
    assert_eq!(told, read);
    let Summary { headings, footings, blanks, accepted, duplicates, quarantined, unrelated, superseded, .. } = summary;
    let sum = headings + footings + blanks + accepted + duplicates + quarantined + unrelated + superseded;
    assert_eq!(sum as usize, told.values().sum::<usize>());
    assert!(superseded > 0 && quarantined > 0 && blanks > 0);
}

#[test]
fn a_row_whose_number_is_undamaged_carries_that_of_its_person() {
    let (files, _) = city(&Options::new(6_000, 8));
    let numbers: BTreeMap<_, _> = table(&files, "truth/people.csv")
        .into_iter()
        .map(|row| (row["person"].clone(), row["id_number"].clone()))
        .collect();
    assert!(numbers.values().all(|number| identity::is_sound(number)));
    let read = read_back(&files);
    let unsound = ["id_numeric", "id_wrong_digit", "id_swapped", "id_placeholder", "id_missing"];
    let other = ["id_fifteen", "id_full_width", "id_spaced", "id_apostrophe", "id_lower_x", "number_of_another"];
    for row in table(&files, "truth/rows.csv") {
        let place = (row["source"].clone(), row["file"].clone(), row["sheet"].clone());
        let cells = &read[&place][row["row_number"].parse::<usize>().unwrap() - 1];
        let damaged = unsound.iter().any(|fault| row["faults"].contains(fault));
        match row["fate"].as_str() {
            "quarantined" => assert!(damaged, "{row:?}"),
            "unrelated" => assert_eq!(damaged, row["faults"].starts_with("stranger"), "{row:?}"),
            "blank" => assert!(cells.iter().all(String::is_empty)),
            _ => {}
        }
        let legible = !damaged && !other.iter().any(|fault| row["faults"].contains(fault));
        if row["kind"] == "row" && legible {
            assert!(cells.contains(&numbers[&row["person"]]), "{row:?}");
        }
    }
}

#[test]
fn duplicates_equal_an_earlier_row_and_nothing_else_does() {
    let (files, _) = city(&Options::new(12_000, 9));
    let read = read_back(&files);
    let mut seen = std::collections::HashSet::new();
    for row in table(&files, "truth/rows.csv") {
        if row["kind"] != "row" {
            continue;
        }
        let place = (row["source"].clone(), row["file"].clone(), row["sheet"].clone());
        let cells = &read[&place][row["row_number"].parse::<usize>().unwrap() - 1];
        let fresh = seen.insert((place, cells.clone()));
        assert_eq!(fresh, row["fate"] != "duplicate", "{row:?}");
    }
}

#[test]
fn a_city_without_faults_has_no_quarantine() {
    let (_, summary) = city(&Options { faults: Faults::none(), ..Options::new(2_000, 2) });
    assert_eq!((summary.quarantined, summary.duplicates, summary.blanks), (0, 0, 0));
    assert!(summary.accepted > 0 && summary.unrelated > 0);
}

#[test]
fn every_kind_of_case_is_planted_with_rows_that_exist() {
    let (files, summary) = city(&Options::new(20_000, 11));
    let findings = table(&files, "truth/findings.csv");
    assert_eq!(findings.len(), summary.findings as usize);
    let rows: std::collections::HashSet<_> =
        table(&files, "truth/rows.csv").into_iter().map(|row| row["row_id"].clone()).collect();
    let mut rules = BTreeMap::new();
    for finding in &findings {
        *rules.entry(finding["rule"].as_str()).or_insert(0) += 1;
        assert!(!finding["row_ids"].is_empty(), "{finding:?}");
        assert!(finding["row_ids"].split(' ').all(|row| rows.contains(row)), "{finding:?}");
    }
    assert!(rules.values().all(|count| *count >= 1), "{rules:?}");
    assert!(rules.len() >= 28, "{rules:?}");
}

#[test]
fn options_out_of_range_are_refused_and_a_full_disk_is_an_error() {
    let mut ignore = |_: &str, _: &[u8]| Ok(());
    assert!(matches!(generate(&Options::new(0, 1), &mut ignore), Err(SynthError::People(0))));
    let months = Options { months: 0, ..Options::new(10, 1) };
    assert!(matches!(generate(&months, &mut ignore), Err(SynthError::Months(0))));
    let mut full = |_: &str, _: &[u8]| Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
    assert!(matches!(generate(&Options::new(10, 1), &mut full), Err(SynthError::Write { .. })));
    assert!(generate(&Options::new(1, 1), &mut ignore).is_ok());
}
