//! Many faults at once, and how they look.

use std::path::Path;

use proptest::prelude::*;

use super::{CODES, HOUSES, PEOPLE, PIPELINE, RULE, embedded, folder};
use crate::model::Lang;
use crate::plan::{Diagnostic, load, render};

const BAD: &str = r#"name = "town"
title = "吉安市低收入人口数据融合"
region = "3608"
database = "../data"
schemas = "s"
lnk = 1

[[source]]
id = "dibao"
schemas = ["people", "house"]
provider = "市民政局"
files = ["in/*.xlsx"]
supply = "ful"
columns = { "户主身份证" = "id_number" }
password = "hunter2"
gate = { max_drop = "10" }
"#;

fn faults() -> Vec<Diagnostic> {
    let people = PEOPLE.replace("type = \"person_name\"", "type = \"person_name\"\nsynonyms = [\"身份证号\"]");
    let houses = HOUSES.replace("unit = \"万元\"", "unit = 万元");
    let rule = RULE.replace("{{least}}", "{{most}}");
    let files = folder(&[
        ("p/town.toml", BAD),
        ("p/s/people.toml", &people),
        ("p/s/houses.toml", &houses),
        ("p/rules/dead.toml", &rule),
    ]);
    load(&files, Path::new("p/town.toml"), &embedded()).expect_err("faults")
}

#[test]
fn every_fault_of_every_file_comes_at_once() {
    let faults = faults();
    let found: Vec<_> = faults.iter().map(|f| (f.code, f.file.as_str(), f.line, f.column)).collect();
    assert_eq!(
        found,
        [
            ("bad_region", "p/town.toml", 3, 10),
            ("unknown_key", "p/town.toml", 6, 1),
            ("unknown_name", "p/town.toml", 10, 22),
            ("unknown_word", "p/town.toml", 13, 10),
            ("secret_in_file", "p/town.toml", 15, 12),
            ("bad_percentage", "p/town.toml", 16, 21),
            ("syntax", "p/s/houses.toml", 28, 8),
            ("claimed_twice", "p/s/people.toml", 17, 13),
            ("unknown_name", "p/rules/dead.toml", 10, 57),
            ("unused_parameter", "p/rules/dead.toml", 13, 1),
        ]
    );
}

#[test]
fn a_rendering_shows_place_line_and_hint() {
    let faults = faults();
    let zh = render::diagnostics(&faults, Lang::Zh, false);
    let en = render::diagnostics(&faults, Lang::En, false);
    assert!(zh.contains("错误[unknown_word]: 这里不能写 `ful`"), "{zh}");
    assert!(zh.contains("提示: 是否想写 `full`？"), "{zh}");
    assert!(en.contains("error[unknown_word]: `ful` is not allowed here"), "{en}");
    assert!(en.contains("p/town.toml:13:10"), "{en}");
    assert!(en.contains("13 | supply = \"ful\""), "{en}");
    assert!(en.contains("help: did you mean `full`?"), "{en}");
    assert!(render::diagnostics(&faults, Lang::En, true).contains('\u{1b}'));
    assert_eq!(en.matches("-->").count(), faults.len());
}

/// What one file lost says nothing of the others.
#[test]
fn one_broken_file_does_not_blame_the_others() {
    let faults_of = |embedded: &crate::plan::Embedded, more: &str| {
        let pipeline = format!("{PIPELINE}{more}");
        let faults =
            load(&folder(&[("p/town.toml", &pipeline)]), Path::new("p/town.toml"), embedded).expect_err("faults");
        faults.iter().map(|fault| fault.code).collect::<Vec<_>>()
    };
    let mut codes = embedded();
    codes.codes[0].text.insert_str(0, "x = \n[[tab\n");
    let found = faults_of(&codes, "values = { sex = { \"M\" = \"男\" } }\n");
    assert!(found.iter().all(|code| *code == "syntax"), "{found:?}");
    let mut schemas = embedded();
    schemas.schemas[0].text = PEOPLE.replace("[[field]]", "[[field");
    let found = faults_of(&schemas, "columns = { \"户主身份证\" = \"id_number\" }\n");
    assert!(found.iter().all(|code| *code == "syntax"), "{found:?}");
    let mut rules = embedded();
    rules.rules[0].text = RULE.replace("code = ", "code ");
    let found = faults_of(&rules, "[crossmatch]\ndisable = [\"dead\"]\n");
    assert!(found.iter().all(|code| *code == "syntax"), "{found:?}");
}

#[test]
fn columns_in_the_rendering_count_characters_too() {
    let files = folder(&[("p/town.toml", &format!("{PIPELINE}columns = {{ \"户主身份证\" = \"id_nummer\" }}\n"))]);
    let faults = load(&files, Path::new("p/town.toml"), &embedded()).expect_err("a fault");
    let text = render::diagnostics(&faults, Lang::Zh, false);
    assert!(text.contains("p/town.toml:9:23"), "{text}");
    // The marks stand under the word on a terminal where each of the five characters is two columns wide.
    assert!(text.contains(&format!("\n  |{}^^^^^^^^^^^\n", " ".repeat(28))), "{text}");
}

#[test]
fn faults_without_a_place_render_too() {
    let missing = load(&folder(&[]), Path::new("p/town.toml"), &embedded()).expect_err("a fault");
    let text = render::diagnostics(&missing, Lang::En, false);
    assert_eq!(text, "error[missing_file]: there is no file p/town.toml\n--> p/town.toml\n");
    let empty = load(&folder(&[("p/town.toml", "")]), Path::new("p/town.toml"), &embedded()).expect_err("faults");
    assert_eq!(empty.len(), 4);
    let late = folder(&[("p/town.toml", "name = \"a\"\nx = ")]);
    let late = load(&late, Path::new("p/town.toml"), &embedded()).expect_err("faults");
    assert!(render::diagnostics(&late, Lang::Zh, false).contains("缺少值\n --> p/town.toml:2:5\n"));
}

/// The text with `count` characters from the `at`-th on written over.
fn damaged(text: &str, at: usize, count: usize, with: &str) -> String {
    let at = at % text.chars().count();
    text.chars().take(at).chain(with.chars()).chain(text.chars().skip(at + count)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever somebody types, the answer is a plan or faults that can be shown.
    #[test]
    fn damaged_files_are_reported(
        which in 0..5usize,
        at in 0..2000usize,
        count in 0..12usize,
        with in "[\\[\\]{}\"'=\\\\\n#.,0-9a-z身份证“＝]{0,6}",
    ) {
        let mut texts = [PIPELINE, PEOPLE, HOUSES, RULE, CODES].map(str::to_owned);
        texts[which] = damaged(&texts[which], at, count, &with);
        let [pipeline, people, houses, rule, codes] = texts;
        let pipeline = pipeline.replacen("[[source]]", "schemas = \"s\"\ncodes = \"codes.toml\"\n[[source]]", 1);
        let files = folder(&[
            ("p/town.toml", &pipeline),
            ("p/codes.toml", &codes),
            ("p/s/people.toml", &people),
            ("p/s/houses.toml", &houses),
            ("p/rules/dead.toml", &rule),
        ]);
        if let Err(faults) = load(&files, Path::new("p/town.toml"), &embedded()) {
            prop_assert!(!faults.is_empty());
            for fault in &faults {
                prop_assert!(fault.source.get(fault.span.clone()).is_some());
            }
            prop_assert!(!render::diagnostics(&faults, Lang::Zh, true).is_empty());
        }
    }
}

#[test]
fn the_hash_is_that_of_the_texts_and_not_of_their_place() {
    let hash = |path: &str, pipeline: &str| {
        load(&folder(&[(path, pipeline)]), Path::new(path), &embedded()).map(|plan| plan.hash).expect("sound")
    };
    assert_eq!(hash("p/town.toml", PIPELINE), hash("elsewhere/town.toml", PIPELINE));
    assert_ne!(hash("p/town.toml", PIPELINE), hash("p/town.toml", &format!("{PIPELINE}\n")));
}
