//! Ids of people and households over several runs: they last while somebody is away, and are nobody else's for good.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::{Run, fresh_folder, ronghe, rows, snapshot, text};

const HEADER: &str = "姓名,身份证号,户号,户主身份证号,与户主关系,性别,出生日期,县,乡镇";
const WANG: &str = "王建国,{WANG},1,{WANG},户主,,,吉安县,敦厚镇";
const WIFE: &str = "刘秀英,{WIFE},1,{WANG},配偶,女,,吉安县,敦厚镇";
const LI: &str = "李四,{LI},2,{LI},户主,,,吉安县,永阳镇";
const ZHAO: &str = "赵六,{ZHAO},3,{ZHAO},户主,,,吉水县,文峰镇";

/// A pipeline of two lists in a folder of its own.
struct Trial {
    folder: PathBuf,
    /// Options of `[link]`.
    link: &'static str,
    day: u32,
}

impl Trial {
    fn new(name: &str) -> Trial {
        Trial { folder: fresh_folder(name), link: "", day: 0 }
    }

    fn database(&self) -> PathBuf {
        self.folder.join("db")
    }

    /// Writes both lists (`None`: there is no such file) and runs a day later than the last time.
    fn run(&mut self, town: Option<&[&str]>, union: Option<&[&str]>) -> Run {
        self.day += 1;
        let mut pipeline = format!(
            "name = \"t\"\ntitle = \"t\"\nregion = \"360800\"\ndatabase = \"db\"\nas_of = 2025-12-{:02}\n",
            self.day
        );
        for (id, lines) in [("town", town), ("union", union)] {
            let file = self.folder.join(format!("{id}.csv"));
            match lines {
                Some(lines) => std::fs::write(&file, written(lines)).expect("written"),
                None => drop(std::fs::remove_file(&file)),
            }
            pipeline.push_str(&format!(
                "[[source]]\nid = \"{id}\"\nschemas = [\"low_income_registration\"]\nprovider = \"{id}\"\nfiles = [\"{id}.csv\"]\n"
            ));
        }
        pipeline.push_str(&format!("[link]\n{}\n", self.link));
        let path = self.folder.join("t.toml");
        std::fs::write(&path, pipeline).expect("written");
        let run = ronghe(&["run", text(&path)]);
        assert!(matches!(run.code, Some(0 | 3)), "{}\n{}", run.out, run.err);
        run
    }

    /// Name and sex → person and household.
    fn ids(&self) -> BTreeMap<String, [String; 2]> {
        let people = rows(&snapshot(&self.database()), "person", ["name", "sex", "person_id", "household_id"]);
        people.into_iter().map(|[name, sex, person, household]| (format!("{name}{sex}"), [person, household])).collect()
    }

    fn former(&self) -> Vec<[String; 4]> {
        rows(&snapshot(&self.database()), "former_key", ["key_hash", "person_id", "household_id", "last_seen"])
    }

    fn roll_back(&self) {
        ronghe(&["snapshots", "rollback", text(&self.database())]).ends(0);
    }
}

/// The lines of a list with the numbers filled in.
fn written(lines: &[&str]) -> String {
    let mut text = format!("{HEADER}\n{}\n", lines.join("\n"));
    for (name, first17) in [
        ("{WANG}", "36242119650312001"),
        ("{WIFE}", "36242119660708002"),
        ("{LI}", "36242119700101003"),
        ("{ZHAO}", "36242219800101005"),
        ("{ZHOU}", "36242119680909006"),
    ] {
        text = text.replace(name, &number(first17));
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
fn an_id_that_was_given_in_a_rejected_snapshot_is_not_given_again() {
    let mut trial = Trial::new("ids_rejected");
    trial.run(Some(&[WANG]), None);
    trial.run(Some(&[WANG, LI]), None);
    let li = trial.ids()["李四男"].clone();
    trial.roll_back();
    trial.run(Some(&[WANG, ZHAO]), None);
    let [person, household] = trial.ids()["赵六男"].clone();
    assert!(person > li[0] && household > li[1], "{person} {household} {li:?}");
}

#[test]
fn a_database_without_its_pointer_is_not_taken_for_a_new_one() {
    let mut trial = Trial::new("ids_pointer");
    trial.run(Some(&[WANG]), None);
    let before = trial.ids();
    std::fs::remove_file(trial.database().join("CURRENT")).expect("removed");
    let run = ronghe(&["run", text(&trial.folder.join("t.toml"))]).ends(12);
    assert!(run.err.contains("snapshots rollback"), "{}", run.err);
    ronghe(&["snapshots", "rollback", text(&trial.database())]).ends(0);
    trial.run(Some(&[ZHAO, WANG]), None);
    assert_eq!(trial.ids()["王建国男"], before["王建国男"]);
}

#[test]
fn whoever_is_away_for_a_while_comes_back_with_the_old_ids() {
    let mut trial = Trial::new("ids_away");
    trial.run(Some(&[WANG, WIFE]), Some(&[LI]));
    let before = trial.ids();
    assert!(trial.former().is_empty());
    for _ in 0..2 {
        trial.run(None, Some(&[LI, ZHAO]));
        let former = trial.former();
        assert!(
            !former.is_empty()
                && former.iter().all(|[_, person, .., day]| {
                    day == "2025-12-01" && [&before["王建国男"][0], &before["刘秀英女"][0]].contains(&person)
                }),
            "{former:?}"
        );
    }
    trial.run(Some(&[WANG, WIFE]), Some(&[LI, ZHAO]));
    let after = trial.ids();
    for (name, ids) in &before {
        assert_eq!(after.get(name), Some(ids), "{name}");
    }
    assert!(trial.former().is_empty(), "nobody is away any more");
    assert!(!rows(&snapshot(&trial.database()), "former_key", ["key_hash"]).concat().concat().contains("362421"));
}

#[test]
fn what_is_remembered_is_masked_and_forgotten_after_five_years() {
    let mut trial = Trial::new("ids_forgotten");
    trial.run(Some(&[WANG]), Some(&[LI]));
    trial.run(None, Some(&[LI]));
    let shown =
        ronghe(&["query", text(&trial.database()), "SELECT key_hash FROM former_key", "--format", "csv"]).ends(0);
    assert!(shown.out.lines().skip(1).all(|line| line == "***"), "{}", shown.out);
    let pipeline = trial.folder.join("t.toml");
    for (day, is_empty) in [("2030-12-01", false), ("2030-12-02", true)] {
        assert!(matches!(ronghe(&["run", text(&pipeline), "--as-of", day]).code, Some(0 | 3)));
        assert_eq!(trial.former().is_empty(), is_empty, "{day}");
    }
}

#[test]
fn a_member_whose_number_is_put_right_keeps_the_id() {
    let mut trial = Trial::new("ids_corrected");
    // The wife's row bears the head's number.
    trial.run(Some(&[WANG, &WIFE.replace("{WIFE}", "{WANG}")]), None);
    let before = trial.ids();
    assert_eq!(before["王建国男"][1], before["刘秀英女"][1], "one household");
    trial.run(Some(&[WANG, WIFE, ZHAO]), None);
    let after = trial.ids();
    for name in ["王建国男", "刘秀英女"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    // Another wife of the same household is not taken for her.
    trial.run(Some(&[WANG, &WIFE.replace("刘秀英", "周梅").replace("{WIFE}", "{ZHOU}")]), None);
    assert!(!trial.ids()["周梅女"].contains(&before["刘秀英女"][0]));
}

#[test]
fn namesakes_without_a_number_keep_their_own_ids_whatever_their_order() {
    let mut trial = Trial { link: "unresolved = \"admit\"", ..Trial::new("ids_namesakes") };
    let (man, woman) = ("张伟,无,,,,男,1950-02-03,吉安县,敦厚镇", "张伟,无,,,,女,1990-08-09,吉水县,文峰镇");
    trial.run(Some(&[man, woman, LI]), None);
    let before = trial.ids();
    assert!(before.contains_key("张伟男") && before.contains_key("张伟女"), "{before:?}");
    for lines in [[woman, man, LI], [LI, woman, man]] {
        trial.run(Some(&lines), None);
        assert_eq!(trial.ids(), before);
    }
    // Two rows that say the same of two people say of neither who it was.
    trial.run(Some(&[woman, LI]), None);
    assert_eq!(trial.ids()["张伟女"], before["张伟女"]);
}

#[test]
fn the_same_past_and_the_same_files_make_the_same_tables() {
    let tables = |name: &str| {
        let mut trial = Trial::new(name);
        trial.run(Some(&[WANG, WIFE, LI]), Some(&[ZHAO]));
        trial.run(None, Some(&[ZHAO]));
        let folder = trial.database().join("snapshots");
        let current = std::fs::read_to_string(trial.database().join("CURRENT")).expect("the pointer");
        let mut files = support::files(&Path::join(&folder, current.trim()));
        files.retain(|name, _| name.ends_with(".parquet"));
        files
    };
    let (one, other) = (tables("ids_same_one"), tables("ids_same_other"));
    assert!(one.contains_key("former_key/part-0000.parquet") && one == other);
}
