//! What a source must supply, what is said where it does not, and what the catalogue tells of it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::path::PathBuf;

use support::{Run, fresh_folder, ronghe, rows, snapshot, text};

/// A list of people in a folder of its own; a second source that stays as it is.
struct City {
    folder: PathBuf,
    /// Further lines of the first source.
    source: &'static str,
}

impl City {
    fn new(name: &str, source: &'static str) -> City {
        let folder = fresh_folder(name);
        std::fs::create_dir(folder.join("in")).expect("a folder");
        std::fs::write(folder.join("other.csv"), list(90..92)).expect("written");
        City { folder, source }
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.folder.join("in").join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content).expect("written");
    }

    fn clear(&self) {
        std::fs::remove_dir_all(self.folder.join("in")).expect("cleared");
        std::fs::create_dir(self.folder.join("in")).expect("a folder");
    }

    fn run(&self, lang: &str) -> Run {
        let pipeline = format!(
            "name = \"t\"\nregion = \"360800\"\ndatabase = \"db\"\nas_of = 2025-12-15\n\
             [[source]]\nid = \"list\"\nschemas = [\"low_income_registration\"]\nprovider = \"甲局\"\nfiles = [\"in/**/*.csv\"]\n{}\n\
             [[source]]\nid = \"other\"\nschemas = [\"hardship_worker\"]\nprovider = \"乙局\"\nfiles = [\"other.csv\"]\n\
             gate = {{ min_rows = 2, max_drop = \"0%\", max_quarantined = \"0%\" }}\n",
            self.source
        );
        let path = self.folder.join("t.toml");
        std::fs::write(&path, pipeline).expect("written");
        ronghe(&["run", text(&path), "--lang", lang])
    }

    /// Runs in both languages, which refuse and name all this.
    #[track_caller]
    fn refuses(&self, said: &[&str], to_do: [&str; 2]) {
        let database = self.folder.join("db");
        let current = || std::fs::read(database.join("CURRENT")).unwrap_or_default();
        let before = current();
        for (lang, to_do) in ["zh", "en"].into_iter().zip(to_do) {
            let run = self.run(lang).ends(4);
            let told = run.out + &run.err;
            said.iter().chain([&"list", &to_do]).for_each(|part| assert!(told.contains(part), "{part}: {told}"));
            assert!(!told.contains("source other") && !told.contains("来源 other"), "{told}");
        }
        assert_eq!(current(), before, "nothing is published");
    }

    /// Field, rows, share and newest period of a provider.
    fn catalogue(&self, provider: &str, field: &str) -> [String; 3] {
        let columns = ["provider", "field", "row_count", "filled_share", "newest_period"];
        let all = rows(&snapshot(&self.folder.join("db")), "catalogue", columns);
        let mut of = all.into_iter().filter(|line| line[0] == provider && line[1] == field);
        let [_, _, count, share, newest] = of.next().unwrap_or_else(|| panic!("no {field} of {provider}"));
        assert!(of.next().is_none(), "one line for each field");
        [count, share, newest]
    }
}

/// A list of as many people.
fn list(people: std::ops::Range<u32>) -> String {
    let mut text = String::from("姓名,身份证号,县,乡镇,联系电话\n");
    for person in people {
        let phone = if person % 2 == 0 { format!("139079600{person:02}") } else { String::new() };
        text.push_str(&format!(
            "王甲,{},吉安县,敦厚镇,{phone}\n",
            number(&format!("362421196503{:02}{person:03}", 1 + person % 28))
        ));
    }
    text
}

/// The whole number of its first 17 digits (GB 11643).
fn number(first17: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first17.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{first17}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11])
}

#[test]
fn a_fall_beyond_max_drop_stops_publishing_and_one_up_to_it_does_not() {
    let city = City::new("supply_drop", "gate = { max_drop = \"30%\" }");
    city.write("a.csv", &list(1..11));
    city.run("zh").ends(0);
    city.write("a.csv", &list(1..7));
    city.refuses(&["10", "6", "40%", "gate.max_drop = \"30%\""], ["重新运行", "run again"]);
    city.write("a.csv", &list(1..8));
    city.run("zh").ends(0);
}

#[test]
fn rows_that_are_carried_over_are_what_the_next_file_is_held_against() {
    let city =
        City::new("supply_drop_carried", "gate = { max_drop = \"30%\", min_rows = 10, missing = \"carry_over\" }");
    city.write("a.csv", &list(1..11));
    city.run("zh").ends(0);
    city.clear();
    city.run("zh").ends(3);
    city.run("zh").ends(3);
    city.write("a.csv", &list(1..7));
    city.refuses(&["10", "6", "40%", "gate.max_drop = \"30%\"", "gate.min_rows = 10"], ["重新运行", "run again"]);
    city.write("a.csv", &list(1..12));
    city.run("zh").ends(0);
}

#[test]
fn a_bad_or_short_file_beside_carried_rows_does_not_count_against_them() {
    let city =
        City::new("supply_bad_beside", "gate = { max_quarantined = \"0%\", min_rows = 3, missing = \"carry_over\" }");
    city.write("a.csv", &list(1..4));
    city.run("zh").ends(0);
    city.clear();
    city.write("b.csv", "单位名称,税号,开户行\n甲公司,1,某行\n乙公司,2,某行\n");
    city.run("zh").ends(3);
    let ledger = rows(&snapshot(&city.folder.join("db")), "ledger", ["file", "status", "accepted", "quarantined"]);
    assert!(ledger.contains(&["a.csv", "carried_over", "3", "0"].map(str::to_owned)), "{ledger:?}");
    assert!(ledger.contains(&["b.csv", "held_back", "0", "3"].map(str::to_owned)), "{ledger:?}");
}

#[test]
fn too_few_rows_and_too_many_in_quarantine_stop_publishing() {
    let few = City::new("supply_few", "gate = { min_rows = 4 }");
    few.write("a.csv", &list(1..4));
    few.refuses(&["3", "gate.min_rows = 4"], ["核对文件是否齐全", "whether files are lacking"]);
    few.write("a.csv", &list(1..5));
    few.run("zh").ends(0);

    let bad = City::new("supply_quarantined", "gate = { max_quarantined = \"25%\" }");
    let nobody = ",,吉安县,敦厚镇,\n";
    bad.write("a.csv", &(list(1..3) + nobody));
    bad.refuses(&["33.3333%", "gate.max_quarantined = \"25%\""], ["ronghe inspect", "ronghe inspect"]);
    bad.write("a.csv", &(list(1..4) + nobody));
    bad.run("zh").ends(0);
}

#[test]
fn a_source_that_is_not_there_is_a_warning_or_stops_the_run_as_its_gate_says() {
    let warned = City::new("supply_missing", "");
    let run = warned.run("zh").ends(3);
    assert!(run.err.contains("来源 list 没有能读完的文件（gate.missing = \"warn\"）"), "{}", run.err);
    assert_eq!(warned.catalogue("甲局", "name"), ["0", "0.0", ""].map(str::to_owned), "it is listed with nothing");
    let refused = City::new("supply_refused", "gate = { missing = \"refuse\" }");
    refused.refuses(&["gate.missing = \"refuse\""], ["索取文件", "have the files sent"]);
}

#[test]
fn the_catalogue_tells_how_well_fields_are_filled_and_how_new_they_are() {
    let dated = "supply = \"latest\"\nperiod = { from = \"file_name\", pattern = \"{year}{month}\" }";
    let city = City::new("supply_catalogue", dated);
    city.write("名单202509.csv", &list(1..9));
    city.write("202510/名单.csv", &list(1..5));
    city.run("zh").ends(0);
    assert_eq!(city.catalogue("甲局", "id_number"), ["4", "1.0", "2025-10"].map(str::to_owned));
    assert_eq!(city.catalogue("甲局", "phone"), ["4", "0.5", "2025-10"].map(str::to_owned));
    assert_eq!(city.catalogue("甲局", "ethnic_group"), ["4", "0.0", "2025-10"].map(str::to_owned), "nobody fills it");
    assert_eq!(city.catalogue("乙局", "name"), ["2", "1.0", ""].map(str::to_owned));

    let titled = City::new(
        "supply_catalogue_title",
        "supply = \"latest\"\nperiod = { from = \"title\", pattern = \"{year}年{month}月\" }",
    );
    titled.write("a.csv", &("低收入人口名册（2025年11月）,,,,\n".to_owned() + &list(1..4)));
    titled.write("b.csv", &("低收入人口名册（2025年8月）,,,,\n".to_owned() + &list(1..9)));
    titled.run("zh").ends(0);
    assert_eq!(titled.catalogue("甲局", "name"), ["3", "1.0", "2025-11"].map(str::to_owned));
}

#[test]
fn the_fixture_numbers_are_whole() {
    assert_eq!(number("36240119650312001"), "362401196503120012");
}
