//! Every fault stands where it should: a small pipeline in memory, one thing wrong, and the place, words and hint.

mod pipeline;
mod registers;
mod rules;
mod schemas;
mod several;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{Diagnostic, Embedded, Files, Plan, ShippedText, load};

/// A folder of files that lives in memory.
#[derive(Clone, Default)]
pub struct Folder(BTreeMap<PathBuf, Vec<u8>>);

impl Files for Folder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
        let found: Vec<_> = self
            .0
            .keys()
            .filter(|path| path.parent() == Some(folder) && path.extension().is_some_and(|e| e == extension))
            .cloned()
            .collect();
        if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
    }
}

pub const CODES: &str = r#"
[[table]]
name = "sex"
title = "性别"
standard = "GB/T 2261.1-2003"
terms = [{ code = "1", term = "男", synonyms = ["男性"] }, { code = "2", term = "女" }]
"#;

pub const PEOPLE: &str = r#"name = "people"
title = "人员"
grain = "person"
role = "enrols"
key = ["id_number"]

[[field]]
name = "id_number"
title = "身份证号"
type = "identity_number"
synonyms = ["身份证号码"]

[[field]]
name = "name"
title = "姓名"
type = "person_name"

[[field]]
name = "sex"
title = "性别"
type = "code"
codes = "sex"
"#;

pub const HOUSES: &str = r#"name = "houses"
title = "家庭"
grain = "household"
role = "enrols"
key = []
[members]
schema = "people"
fields = { name = "member_names" }
[assistance]
record_kind = "entitlement"
programme = "低保"
starts_on = { field = "since" }
amount = { field = "amount" }
amount_basis = "month_household"
[[field]]
name = "member_names"
title = "成员姓名"
type = "text"
[[field]]
name = "since"
title = "起始月"
type = "month"
check = { not_future = true }
[[field]]
name = "amount"
title = "月金额"
type = "money"
unit = "万元"
check = { min = 0, max = 0.5 }
"#;

pub const RULE: &str = r#"code = "dead"
title = "死亡后领取"
title_en = "Paid after death"
pack = "core"
severity = "high"
scope = "person"
ground = "办法第三条"
needs = ["person", "assistance"]
select = """
SELECT person_id, months FROM assistance WHERE amount > {{least}}
"""
[parameters]
least = { type = "money", default = 0 }
[summary]
text = "{months} 个月"
"#;

pub const PIPELINE: &str = r#"name = "town"
region = "360800"
database = "../data"
[[source]]
id = "dibao"
schemas = ["people"]
provider = "民政局"
files = ["in/*.xlsx"]
"#;

/// A whole sound pipeline of which a test replaces one file.
pub fn embedded() -> Embedded {
    let text = |file: &str, text: &str| ShippedText { file: file.into(), text: text.into() };
    Embedded {
        schemas: vec![text("schemas/people.toml", PEOPLE), text("schemas/houses.toml", HOUSES)],
        codes: vec![text("assets/codes.toml", CODES)],
        rules: vec![text("rules/dead.toml", RULE)],
    }
}

pub fn folder(files: &[(&str, &str)]) -> Folder {
    Folder(files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect())
}

pub fn load_pipeline(pipeline: &str) -> Result<Plan, Vec<Diagnostic>> {
    load(&folder(&[("p/town.toml", pipeline)]), Path::new("p/town.toml"), &embedded())
}

/// The faults of the sound pipeline with more text at its end.
pub fn with(more: &str) -> Vec<Diagnostic> {
    load_pipeline(&format!("{PIPELINE}{more}")).expect_err("a fault")
}

/// The faults when a schema file of the pipeline's own is `text`.
pub fn with_schema(stem: &str, text: &str) -> Vec<Diagnostic> {
    let pipeline = PIPELINE.replacen("[[source]]", "schemas = \"s\"\n[[source]]", 1);
    let files = folder(&[("p/town.toml", &pipeline), (&format!("p/s/{stem}.toml"), text)]);
    load(&files, Path::new("p/town.toml"), &embedded()).expect_err("a fault")
}

pub fn with_rule(text: &str) -> Vec<Diagnostic> {
    let files = folder(&[("p/town.toml", PIPELINE), ("p/rules/dead.toml", text)]);
    load(&files, Path::new("p/town.toml"), &embedded()).expect_err("a fault")
}

/// Exactly one fault, at this place, with this text underlined; gives its message and hint in English.
#[track_caller]
pub fn one(faults: &[Diagnostic], code: &str, line: usize, column: usize, underlined: &str) -> (String, String) {
    let shown: Vec<_> = faults.iter().map(|f| (f.code, f.line, f.column, f.underlined(), &f.message.en)).collect();
    assert_eq!(faults.len(), 1, "{shown:#?}");
    let fault = &faults[0];
    assert_eq!(
        (fault.code, fault.line, fault.column, fault.underlined()),
        (code, line, column, underlined),
        "{shown:#?}"
    );
    (fault.message.en.clone(), fault.hint.as_ref().map_or_else(String::new, |hint| hint.en.clone()))
}

#[test]
fn a_sound_pipeline_becomes_a_plan() {
    let plan = load_pipeline(PIPELINE).expect("sound");
    assert_eq!(plan.name, "town");
    assert_eq!(plan.database, PathBuf::from("p/../data"));
    assert_eq!(plan.sources[0].schemas[0].name, "people");
    assert_eq!(plan.sources[0].trust.of("phone"), 50);
    assert_eq!(plan.rules[0].parameters["least"].as_deref(), Some("0"));
    let houses = &plan.schemas["houses"];
    assert_eq!(houses.members.as_ref().map(|m| m.fields.clone()), Some(vec![("name".to_owned(), 0)]));
    assert_eq!(houses.fields[2].multiplier, 10_000);
    assert_eq!(houses.fields[2].check.max, Some(5_000));
    assert_eq!(plan.schemas["people"].claimed_by("姓名"), Some(1));
    assert_eq!(plan.hash.len(), 64);
}
