//! A source of which nothing can be read tonight, and whose rows of the snapshot before stand for it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::collections::BTreeMap;
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
姓名,身份证号,死亡日期
赵六,{ZHAO},2025-03-01
路人,{STRANGER},2025-04-01
赵六,{ZHAO},2025-03-01
路人,{STRANGER},2025-04-01
";

/// Three sources in a folder of its own; `dibao` and `death` are carried over.
struct City {
    folder: PathBuf,
    day: u32,
    gate: &'static str,
    schemas: String,
}

impl City {
    fn new(name: &str) -> City {
        let folder = fresh_folder(name);
        std::fs::create_dir(folder.join("in")).expect("a folder");
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let city = City { folder, day: 0, gate: "", schemas: text(&schemas).to_owned() };
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
            source("death", "[\"death\"]", "死亡*", &carried),
        ];
        let head = format!(
            "name = \"t\"\ntitle = \"t\"\nregion = \"360800\"\ndatabase = \"db\"\nas_of = 2025-12-{:02}\nschemas = \"{}\"\n",
            self.day, self.schemas
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
    for name in &differ {
        let table = name.split('/').next().expect("a table");
        let of = |city: &City| {
            ronghe(&["query", text(&city.database()), &format!("SELECT * FROM {table}"), "--reveal", "--format", "csv"])
                .out
        };
        println!("{}\n{}", of(&read), of(&carried));
    }
    assert_eq!(differ, ["ledger/part-0000.parquet"]);
    read.adds_up();
    carried.adds_up();
    let counts = ["source", "file", "physical_rows", "accepted", "duplicate", "quarantined", "unrelated", "rows_out"];
    assert_eq!(read.rows("ledger", counts), carried.rows("ledger", counts));
}
