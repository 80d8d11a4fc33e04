//! A source of which nothing can be read tonight, and whose rows of the snapshot before stand for it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use support::{Run, fresh_folder, ronghe, rows, snapshot, text};

const HOUSEHOLDS: &str = "\
吉安县城乡低保家庭花名册,,,,,,,,,
户主姓名,户主身份证号,户号,家庭人口,保障人口,家庭成员姓名,家庭成员身份证号,月保障金额,县,乡镇
王建国,{WANG},1,2,2,王建国、刘秀英,{WANG}、{WIFE},620,吉安县,敦厚镇
赵六,{ZHAO},3,1,1,,,310,吉水县,文峰镇
合计,,,3,3,,,930,,
";
/// Beside plain rows: a copy, a number with a wrong check character, a short one, one of fifteen digits, a certificate in
/// place of a number, a residence permit, a name with a note, and nobody at all.
const PEOPLE: &str = "\
姓名,身份证号,户号,户主身份证号,与户主关系,性别,出生日期,县,乡镇,联系电话,备用
王建国,{WANG},1,{WANG},户主,,,吉安县,敦厚镇,13907960001,甲
刘秀英,{WIFE},1,{WANG},配偶,女,,吉安县,敦厚镇,,
王建国,{WANG},1,{WANG},户主,,,吉安县,敦厚镇,13907960001,甲
李四,{LI-WRONG},2,,户主,男,1970-01-01,吉安县,永阳镇,13907960002,
周梅,{ZHOU-SHORT},4,,户主,女,1968-09-09,吉安县,万福镇,13907960003,
陈旺,632123820927051,5,,户主,,,吉安县,敦厚镇,,
钱进,{QIAN}44,6,,户主,,,吉安县,敦厚镇,,
何港,810000199408230021,7,,户主,,,吉安县,敦厚镇,,
孙桂（已故）,{SUN},8,,户主,,,吉安县,敦厚镇,,
,,9,,户主,,,吉安县,敦厚镇,,
";
/// Of somebody whom nothing identifies, so that the row is withheld.
const NAMELESS: &str = "张伟,无,10,,户主,男,1950-02-03,吉安县,横江镇,,\n";
const UNION: &str = "\
姓名,身份证号,性别,出生日期,县,乡镇,联系电话
李四,{LI},男,1970-01-01,吉安县,永阳镇,13907960002
周梅,{ZHOU},女,1968-09-09,吉安县,万福镇,13907960003
";
const DEATHS: &str = "\
姓名,身份证号,死亡日期,死亡原因
赵六,{ZHAO},2025-03-01,疾病
路人,{STRANGER},2025-04-01,疾病
赵六,{ZHAO},2025-03-01,疾病
路人,{STRANGER},2025-04-01,疾病
";

/// Three sources in a folder of its own; `dibao` and `death` are carried over.
struct City {
    folder: PathBuf,
    day: u32,
    /// More of the gates of the carried sources.
    gate: &'static str,
    /// The id of the source of deaths.
    death: &'static str,
    schemas: PathBuf,
}

impl City {
    fn new(name: &str) -> City {
        let folder = fresh_folder(name);
        std::fs::create_dir(folder.join("in")).expect("a folder");
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let city = City { folder, day: 0, gate: "", death: "death", schemas };
        city.all_files();
        city
    }

    fn all_files(&self) {
        self.write("低保家庭202510.csv", HOUSEHOLDS);
        self.write("低保人员202510.csv", PEOPLE);
        self.write("union.csv", UNION);
        self.write("死亡202511.csv", DEATHS);
    }

    fn write(&self, name: &str, lines: &str) {
        std::fs::write(self.folder.join("in").join(name), numbered(lines)).expect("written");
    }

    fn remove(&self, names: &[&str]) {
        names.iter().for_each(|name| std::fs::remove_file(self.folder.join("in").join(name)).expect("removed"));
    }

    fn without_dibao(&self) {
        self.remove(&["低保家庭202510.csv", "低保人员202510.csv"]);
    }

    fn pipeline(&self) -> PathBuf {
        let period = "period = { from = \"file_name\", pattern = \"{year}{month}\" }";
        let source = |id: &str, schemas: &str, files: &str, more: &str| {
            format!(
                "[[source]]\nid = \"{id}\"\nschemas = {schemas}\nprovider = \"{id} 局\"\nfiles = [\"in/{files}\"]\n{more}\n"
            )
        };
        let carried = format!("{period}\ngate = {{ missing = \"carry_over\"{} }}", self.gate);
        let dibao = "[\"minimum_living_allowance\", \"minimum_living_allowance_household\"]";
        let sources = [
            source("dibao", dibao, "低保*", &carried),
            source("union", "[\"low_income_registration\"]", "union.csv", ""),
            source(self.death, "[\"death\"]", "死亡*", &carried),
        ];
        let head = format!(
            "name = \"t\"\ntitle = \"t\"\nregion = \"360800\"\ndatabase = \"db\"\nas_of = 2025-12-{:02}\nschemas = \"{}\"\n",
            self.day,
            text(&self.schemas)
        );
        let path = self.folder.join("t.toml");
        std::fs::write(&path, head + &sources.concat()).expect("written");
        path
    }

    /// Runs a day later than the last time.
    fn run(&mut self) -> Run {
        self.day += 1;
        ronghe(&["run", text(&self.pipeline())])
    }

    fn database(&self) -> PathBuf {
        self.folder.join("db")
    }

    fn current(&self) -> String {
        std::fs::read_to_string(self.database().join("CURRENT")).expect("a pointer").trim().to_owned()
    }

    fn rows<const N: usize>(&self, table: &str, columns: [&str; N]) -> Vec<[String; N]> {
        rows(&snapshot(&self.database()), table, columns)
    }

    /// The published tables, byte by byte.
    fn tables(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = support::files(&self.database().join("snapshots").join(self.current()));
        files.retain(|name, _| name.ends_with(".parquet"));
        files
    }

    /// Of a source: file, status and reason of each sheet.
    fn account(&self, source: &str) -> Vec<[String; 3]> {
        let all = self.rows("ledger", ["source", "file", "status", "reason"]);
        all.into_iter()
            .filter(|[of, ..]| of == source)
            .map(|[_, file, status, reason]| [file, status, reason])
            .collect()
    }

    #[track_caller]
    fn adds_up(&self) {
        const COUNTS: [&str; 8] =
            ["physical_rows", "blank", "heading", "footing", "accepted", "duplicate", "quarantined", "unrelated"];
        for counts in self.rows("ledger", COUNTS) {
            let counts = counts.map(|count| count.parse::<u64>().expect("a count"));
            assert_eq!(counts[0], counts[1..].iter().sum::<u64>(), "{counts:?}");
        }
        let kept_out: BTreeMap<String, ()> =
            self.rows("quarantine", ["row_id"]).into_iter().map(|[id]| (id, ())).collect();
        let counted: u64 = self.rows("ledger", ["quarantined"]).iter().map(|[n]| n.parse::<u64>().expect("n")).sum();
        assert_eq!(kept_out.len() as u64, counted);
    }
}

/// The lines with the numbers filled in.
fn numbered(lines: &str) -> String {
    let whole = |first17: &str| {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = first17.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        format!("{first17}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11])
    };
    let wrong = |number: &str| number[..17].to_owned() + if number.ends_with('1') { "2" } else { "1" };
    let mut text = lines.to_owned();
    for (name, first17) in [
        ("WANG", "36242119650312001"),
        ("WIFE", "36242119660708002"),
        ("LI", "36242119700101003"),
        ("ZHAO", "36242219800101005"),
        ("ZHOU", "36242119680909006"),
        ("QIAN", "36242119550505007"),
        ("SUN", "36242119450505008"),
        ("STRANGER", "36242119500606009"),
    ] {
        let number = whole(first17);
        text = text.replace(&format!("{{{name}}}"), &number);
        text = text.replace(&format!("{{{name}-WRONG}}"), &wrong(&number));
        text = text.replace(&format!("{{{name}-SHORT}}"), &number[..17]);
    }
    text
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in support::files(from) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
}

#[test]
fn carried_rows_make_the_tables_that_reading_their_files_again_would_make() {
    let mut read = City::new("carry_read_again");
    read.run();
    let first = read.current();
    let mut carried = City::new("carry_carried");
    copy(&read.database(), &carried.database());
    carried.day = read.day;

    assert!(matches!(read.run().code, Some(0 | 3)));
    carried.without_dibao();
    let run = carried.run().ends(3);
    assert!(run.err.contains(&format!("来源 dibao：本次未收到文件，沿用快照 {first} 的 ")), "{}", run.err);
    assert!(run.err.contains("2025-10 期"), "{}", run.err);

    // All kinds of rows were there, so that it means something that they come out alike.
    let statuses = read.rows("identifier", ["id_kind", "id_status"]);
    assert!(statuses.iter().any(|[kind, _]| kind == "residence_permit"), "{statuses:?}");
    let methods: Vec<String> = read.rows("link", ["method"]).concat();
    for method in ["id", "repaired_id", "duplicate", "alone"] {
        assert!(methods.iter().any(|found| found == method), "{method}: {methods:?}");
    }
    let codes: Vec<String> = read.rows("issue", ["code"]).concat();
    for code in ["id_bad_check", "id_wrong_length", "id_is_certificate", "name_says_deceased"] {
        assert!(codes.iter().any(|found| found == code), "{code}: {codes:?}");
    }

    let (one, other) = (read.tables(), carried.tables());
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = one.keys().filter(|name| one[*name] != other[*name]).collect();
    assert_eq!(differ, ["ledger/part-0000.parquet"]);
    read.adds_up();
    carried.adds_up();
    let counts = ["source", "file", "physical_rows", "accepted", "duplicate", "quarantined", "unrelated", "rows_out"];
    assert_eq!(read.rows("ledger", counts), carried.rows("ledger", counts));
}

/// The parts of a database by which its people, their help and its leads are known.
fn entities(city: &City) -> [Vec<[String; 4]>; 3] {
    [
        city.rows("person", ["person_id", "household_id", "name", "record_count"]),
        city.rows("assistance", ["person_id", "household_id", "amount", "row_id"]),
        city.rows("finding", ["finding_id", "person_id", "status", "first_seen"]),
    ]
}

#[test]
fn a_source_that_is_missing_twice_stands_as_it_was_first_read_and_comes_back() {
    let mut city = City::new("carry_story");
    city.gate = ", every = \"40d\"";
    city.write("低保人员202510.csv", &(PEOPLE.to_owned() + NAMELESS));
    city.run();
    let first = city.current();
    let before = entities(&city);
    assert!(!before[1].is_empty() && !before[2].is_empty());
    let quarantine = city.rows("quarantine", ["row_id", "code", "message", "raw"]);
    assert!(quarantine.iter().any(|[id, ..]| id == "dibao/低保人员202510.csv//12"), "the nameless row is withheld");

    city.without_dibao();
    for _ in 0..2 {
        let run = city.run().ends(3);
        assert!(run.err.contains(&format!("沿用快照 {first} 的 ")) && !run.err.contains("最新一期"), "{}", run.err);
        assert_eq!(entities(&city), before);
        assert_eq!(city.rows("quarantine", ["row_id", "code", "message", "raw"]), quarantine);
        city.adds_up();
        let reason = format!("本次未收到文件，沿用快照 {first} 的数据（2025-10 期）");
        for [file, status, why] in city.account("dibao") {
            assert_eq!((status.as_str(), &why), ("carried_over", &reason), "{file}");
        }
        assert!(run.out.contains("2 表沿用上期数据"), "{}", run.out);
    }
    let shown = ronghe(&["show", text(&city.database()), &numbered("{WANG}")]).ends(0);
    assert!(shown.out.contains("← dibao/低保人员202510.csv//2"), "{}", shown.out);
    let database = text(&city.database()).to_owned();
    ronghe(&["snapshots", "verify", &database]).ends(0);
    ronghe(&["report", &database]).ends(0);

    // The tenth of December is the fortieth day after October, so that the eleventh is too late.
    city.day = 10;
    let late = city.run().ends(3);
    assert!(late.err.contains("来源 dibao 最新一期为 2025-10"), "{}", late.err);

    city.all_files();
    city.run();
    assert!(city.account("dibao").iter().all(|[_, status, _]| status == "read"));
    let [people, _, findings] = entities(&city);
    assert_eq!((&people, &findings), (&before[0], &before[2]));
}

#[test]
fn what_a_carried_list_knew_of_strangers_is_counted_and_said_to_be_lost() {
    let mut city = City::new("carry_unrelated");
    city.run();
    let first = city.current();
    let counts = ["source", "accepted", "duplicate", "unrelated"];
    let of_death = |city: &City| city.rows("ledger", counts).into_iter().find(|[id, ..]| id == "death").expect("it");
    let catalogue = |city: &City| {
        let all = city.rows("catalogue", ["schema_name", "field", "row_count", "filled_share", "newest_period"]);
        all.into_iter().filter(|[schema, ..]| schema == "death").collect::<Vec<_>>()
    };
    assert_eq!(of_death(&city)[1..], ["1", "2", "1"]);
    let supplied = catalogue(&city);
    assert!(supplied.iter().any(|line| line[1..] == ["died_on", "4", "1.0", "2025-11"]), "{supplied:?}");

    city.remove(&["死亡202511.csv"]);
    // The stranger comes into the database while the list is not there.
    city.write("union.csv", &(UNION.to_owned() + "路人,{STRANGER},女,1950-06-06,吉安县,永阳镇,\n"));
    let run = city.run().ends(3);
    for said in ["来源 death", &first, "2025-11 期", "另有 1 行当时与库内人员无关，没有保留"] {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    assert_eq!(of_death(&city)[1..], ["1", "2", "1"]);
    assert!(city.account("death")[0][2].contains("另有 1 行当时与库内人员无关"));
    city.adds_up();
    assert_eq!(catalogue(&city), supplied, "the catalogue tells what was supplied");
    let english = ronghe(&["check", text(&city.pipeline()), "--lang", "en"]).ends(3);
    assert!(english.err.contains("1 more rows concerned nobody then and were not kept"), "{}", english.err);
}

#[test]
fn a_torn_file_and_one_under_another_header_are_carried_over() {
    let mut city = City::new("carry_torn");
    city.run();
    let (first, before) = (city.current(), entities(&city));
    city.remove(&["死亡202511.csv"]);
    std::fs::write(city.folder.join("in/死亡202512.xlsx"), b"PK\x03\x04 half of a workbook").expect("written");
    city.write("低保家庭202510.csv", "单位名称,税号,开户行,账号\n甲公司,1,某行,2\n乙公司,3,某行,4\n");
    city.remove(&["低保人员202510.csv"]);
    let run = city.run().ends(3);
    assert!(run.err.contains("来源 death：本次的文件读不出完整的数据，沿用快照"), "{}", run.err);
    assert!(run.err.contains("来源 dibao：本次的文件表头不符，整表未采用，沿用快照"), "{}", run.err);
    assert_eq!(entities(&city), before);
    city.adds_up();
    let account = city.account("death");
    assert_eq!([&account[0][1], &account[1][1]], ["failed", "carried_over"], "{account:?}");
    assert!(account[1][2].contains(&first), "{account:?}");
    let account = city.account("dibao");
    let held: Vec<_> = account.iter().filter(|[file, ..]| file == "低保家庭202510.csv").collect();
    assert_eq!([&held[0][1], &held[1][1]], ["held_back", "carried_over"], "{account:?}");
    assert!(held[0][2].contains("本次读到的 3 行未采用"), "{account:?}");

    // Carried over once more, it is still what was first read.
    city.run().ends(3);
    assert_eq!(entities(&city), before);
    city.adds_up();
    assert!(city.account("death").iter().any(|[_, status, why]| status == "carried_over" && why.contains(&first)));
}

/// A workbook of four lines whose sheet is cut in its last one; a reader gets as far as the second.
fn torn_workbook(path: &Path) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let lines = numbered(
        "姓名,身份证号,死亡日期\n刘秀英,{WIFE},2025-11-05\n路人,{STRANGER},2025-04-01\n王建国,{WANG},2025-11-06",
    );
    for (row, line) in (0..).zip(lines.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write_string(row, column, cell).expect("a cell");
        }
    }
    let mut whole = zip::ZipArchive::new(Cursor::new(book.save_to_buffer().expect("a workbook"))).expect("an archive");
    let mut torn = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..whole.len() {
        let mut part = whole.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("read");
        if name.ends_with("sheet1.xml") {
            let text = String::from_utf8(bytes.clone()).expect("text");
            bytes.truncate(text.find("<row r=\"4\"").expect("the fourth row") + 20);
        }
        torn.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        torn.write_all(&bytes).expect("written");
    }
    std::fs::write(path, torn.finish().expect("an archive").into_inner()).expect("written");
}

#[test]
fn what_a_file_gave_before_it_broke_off_is_set_aside_and_counted() {
    let mut city = City::new("carry_half");
    city.gate = ", every = \"10d\"";
    city.run();
    let before = entities(&city);
    let deaths = city.rows("death", ["row_id", "died_on"]);
    city.remove(&["死亡202511.csv"]);
    torn_workbook(&city.folder.join("in/死亡202512.xlsx"));
    city.day = 10;
    let run = city.run().ends(3);
    assert!(run.err.contains("来源 death 最新一期为 2025-11"), "no row is of 2025-12: {}", run.err);
    assert_eq!(city.rows("death", ["row_id", "died_on"]), deaths);
    assert_eq!(entities(&city), before);
    city.adds_up();
    let account = city.account("death");
    assert_eq!([&account[0][1], &account[1][1]], ["failed", "carried_over"], "{account:?}");
    assert!(account[0][2].contains("本次读到的 2 行未采用"), "{account:?}");
    assert!(city.rows("skipped", ["row_id"]).iter().all(|[id]| !id.contains("202512")));
}

#[test]
fn without_anything_to_carry_over_nothing_is_published() {
    let mut city = City::new("carry_nothing");
    city.without_dibao();
    let refused = city.run().ends(4);
    for said in ["来源 dibao：本次未收到文件", "没有上一快照可以沿用", "carry_over", "索取文件"]
    {
        assert!((refused.err.clone() + &refused.out).contains(said), "{said}: {}{}", refused.out, refused.err);
    }
    assert!(!city.database().join("CURRENT").exists());
    let english = ronghe(&["run", text(&city.pipeline()), "--lang", "en"]).ends(4);
    assert!((english.err + &english.out).contains("there is no snapshot before to carry it over from"));

    city.all_files();
    city.run();
    let current = city.current();
    city.death = "deaths";
    city.remove(&["死亡202511.csv"]);
    let refused = city.run().ends(4);
    assert!((refused.err + &refused.out).contains(&format!("上一快照 {current} 里也没有它的数据")));
    assert_eq!(city.current(), current);
}

#[test]
fn rows_that_fit_the_changed_schema_are_carried_over_and_others_stop_the_run() {
    let mut city = City::new("carry_schema");
    city.run();
    let before = entities(&city);
    let shipped = std::fs::read_to_string(city.schemas.join("death.toml")).expect("the schema");
    let own = city.folder.join("schemas");
    std::fs::create_dir(&own).expect("a folder");
    city.remove(&["死亡202511.csv"]);
    city.schemas = own.clone();
    let cause = "name        = \"death_cause\"\ntitle       = \"死亡原因\"\ntype        = \"text\"\n";
    assert!(shipped.contains(cause));
    let place = "[[field]]\nname        = \"death_place\"";
    assert!(shipped.contains(place));
    let of = |new: &str| shipped.replace(cause, new);
    let as_written = |kind: &str, more: &str| {
        format!("name        = \"death_cause\"\ntitle       = \"死亡原因\"\ntype        = \"{kind}\"\n{more}")
    };
    for (schema, said) in [
        (of(&as_written("address", "")), "字段 death_cause 的类型由 text 改为 address"),
        (of(&as_written("text", "").replace("_cause", "_reason")), "字段 death_cause 已从表种中去掉"),
        (of(&as_written("code", "codes = [\"自然\"]\n")), "字段 death_cause 的类型由 text 改为 code"),
        (
            shipped.replace(
                place,
                &format!("[[field]]\nname = \"proof\"\ntitle = \"凭据\"\ntype = \"text\"\nrequired = true\n\n{place}"),
            ),
            "字段 proof 现为必填",
        ),
    ] {
        std::fs::write(own.join("death.toml"), schema).expect("written");
        let refused = city.run().ends(4);
        assert!((refused.err.clone() + &refused.out).contains(said), "{said}: {}{}", refused.out, refused.err);
    }
    // A field that is new, and one that nobody had filled gone.
    let fits = shipped
        .replace(place, &format!("[[field]]\nname = \"proof\"\ntitle = \"凭据\"\ntype = \"text\"\n\n{place}"))
        .replace("name        = \"cremated_on\"", "name        = \"burned_on\"");
    std::fs::write(own.join("death.toml"), fits).expect("written");
    city.run().ends(3);
    assert_eq!(entities(&city), before);
    assert_eq!(city.rows("death", ["died_on", "death_cause", "proof", "burned_on"]), [["2025-03-01", "疾病", "", ""]]);
}
