//! Faults of rules and of what `[crossmatch]` says of them.

use std::path::Path;

use super::{PIPELINE, RULE, embedded, folder, load_pipeline, one, with, with_rule};
use crate::plan::{Diagnostic, load};

#[track_caller]
fn rule(from: &str, to: &str) -> Vec<Diagnostic> {
    assert!(RULE.contains(from));
    with_rule(&RULE.replacen(from, to, 1))
}

/// The literal that a pipeline's own value of a parameter becomes.
fn literal(kind: &str, value: &str) -> Result<String, Vec<Diagnostic>> {
    let rule =
        RULE.replacen("{ type = \"money\", default = 0 }", &format!("{{ type = \"{kind}\", required = true }}"), 1);
    let pipeline = format!("{PIPELINE}[crossmatch.parameters.dead]\nleast = {value}\n");
    let files = folder(&[("p/town.toml", &pipeline), ("p/rules/dead.toml", &rule)]);
    let plan = load(&files, Path::new("p/town.toml"), &embedded())?;
    Ok(plan.rules[0].parameters["least"].clone().unwrap_or_default())
}

#[test]
fn words_of_a_rule() {
    let (_, hint) = one(&rule("\"high\"", "\"hihg\""), "unknown_word", 5, 12, "\"hihg\"");
    assert_eq!(hint, "did you mean `high`?");
    one(&rule("ground = \"办法第三条\"\n", ""), "missing_key", 1, 1, "");
    one(&rule("scope = \"person\"", "scope = \"key\""), "missing_key", 1, 1, "");
    one(&rule("scope = \"person\"", "scope = \"person\"\nkey = \"phone\""), "misplaced", 7, 7, "\"phone\"");
}

#[test]
fn a_table_that_nobody_makes() {
    let (_, hint) = one(&rule("\"assistance\"]", "\"asistance\"]"), "unknown_name", 8, 20, "\"asistance\"");
    assert_eq!(hint, "did you mean `assistance`?");
}

#[test]
fn a_placeholder_without_a_parameter() {
    let faults = rule("{{least}}", "{{least}} AND 1 < {{leest}}");
    let (message, hint) = one(&faults, "unknown_name", 10, 75, "{{leest}}");
    assert_eq!(message, "there is no parameter named `leest`");
    assert_eq!(hint, "did you mean `least`?");
}

#[test]
fn the_day_of_the_run_needs_no_parameter() {
    let own = RULE.replacen("{{least}}", "{{least}} AND since < {{as_of}}", 1);
    let files = folder(&[("p/town.toml", PIPELINE), ("p/rules/dead.toml", &own)]);
    assert!(load(&files, Path::new("p/town.toml"), &embedded()).is_ok());
}

#[test]
fn a_parameter_that_is_not_used() {
    let (message, _) = one(&rule("[parameters]", "[parameters]\nmost = 5"), "unused_parameter", 13, 1, "most");
    assert_eq!(message, "the SQL does not use the parameter `most`");
}

#[test]
fn a_summary_of_a_column_that_is_not_there() {
    let (_, hint) = one(&rule("{months}", "{month}"), "unknown_name", 15, 9, "{month}");
    assert_eq!(hint, "did you mean `months`?");
}

#[test]
fn two_rules_with_one_code() {
    let files = folder(&[("p/town.toml", PIPELINE), ("p/rules/a.toml", RULE), ("p/rules/b.toml", RULE)]);
    let faults = load(&files, Path::new("p/town.toml"), &embedded()).expect_err("a fault");
    one(&faults, "duplicate", 1, 8, "\"dead\"");
    assert_eq!(faults[0].file, "p/rules/b.toml");
}

#[test]
fn crossmatch_names_rules_packs_and_parameters() {
    one(&with("[crossmatch]\npacks = [\"cor\"]\n"), "unknown_name", 10, 10, "\"cor\"");
    one(&with("[crossmatch]\ndisable = [\"daed\"]\n"), "unknown_name", 10, 12, "\"daed\"");
    one(&with("[crossmatch.parameters.deat]\nleast = 5\n"), "unknown_name", 9, 24, "deat");
    let (message, hint) = one(&with("[crossmatch.parameters.dead]\nlest = 5\n"), "unknown_name", 10, 1, "lest");
    assert_eq!(message, "there is no parameter named `lest`");
    assert_eq!(hint, "did you mean `least`?");
}

#[test]
fn packs_and_disabling_choose_the_rules() {
    let count = |more: &str| load_pipeline(&format!("{PIPELINE}{more}")).map(|plan| plan.rules.len());
    assert_eq!(count(""), Ok(1));
    assert_eq!(count("[crossmatch]\npacks = [\"core\"]\n"), Ok(1));
    assert_eq!(count("[crossmatch]\npacks = []\n"), Ok(0));
    assert_eq!(count("[crossmatch]\ndisable = [\"dead\"]\n"), Ok(0));
}

#[test]
fn values_become_sql_literals() {
    assert_eq!(literal("money", "3000"), Ok("3000".into()));
    assert_eq!(literal("money", "\"3000.50\""), Ok("CAST('3000.5' AS DECIMAL(18, 2))".into()));
    assert_eq!(literal("integer", "-3"), Ok("-3".into()));
    assert_eq!(literal("date", "2025-12-31"), Ok("DATE('2025-12-31')".into()));
    assert_eq!(literal("date", "\"2025-12-31\""), Ok("DATE('2025-12-31')".into()));
    assert_eq!(literal("text", "\"低保\""), Ok("'低保'".into()));
}

#[test]
fn a_text_cannot_leave_its_quotes() {
    assert_eq!(literal("text", "\"x' OR 1=1 --\""), Ok("'x'' OR 1=1 --'".into()));
    assert_eq!(literal("text", "'\\'"), Ok("'\\'".into()));
    let faults = literal("text", "\"a\\u0000b\"").expect_err("a fault");
    one(&faults, "bad_text", 10, 9, "\"a\\u0000b\"");
}

#[test]
fn values_of_another_type() {
    one(&literal("money", "\"3000; DROP\"").expect_err("a fault"), "bad_number", 10, 9, "\"3000; DROP\"");
    one(&literal("integer", "\"5\"").expect_err("a fault"), "wrong_type", 10, 9, "\"5\"");
    one(&literal("date", "\"2025-02-30\"").expect_err("a fault"), "bad_date", 10, 9, "\"2025-02-30\"");
    one(&literal("text", "5").expect_err("a fault"), "wrong_type", 10, 9, "5");
}

#[test]
fn a_parameter_has_a_default_or_is_required() {
    one(
        &rule("default = 0", "title = \"最低金额\""),
        "missing_key",
        13,
        9,
        "{ type = \"money\", title = \"最低金额\" }",
    );
    one(&rule("default = 0", "default = 0, required = true"), "misplaced", 13, 37, "0");
}

#[test]
fn a_parameter_without_a_value_stays_open() {
    let own = RULE.replacen("default = 0", "required = true", 1);
    let files = folder(&[("p/town.toml", PIPELINE), ("p/rules/dead.toml", &own)]);
    let plan = load(&files, Path::new("p/town.toml"), &embedded()).expect("sound");
    assert_eq!(plan.rules[0].parameters["least"], None);
}
