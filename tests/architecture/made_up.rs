//! The checker against small made-up sources: each rule must be able to fail.

use super::checker::{Source, check, strip};

fn faults(path: &str, text: &str) -> Vec<String> {
    check(&[Source::new(path, text)])
}

#[track_caller]
fn refused(path: &str, text: &str, because: &str) {
    let faults = faults(path, text);
    assert!(faults.iter().any(|f| f.contains(because)), "{path}: {text:?} gave {faults:?}");
}

#[track_caller]
fn allowed(path: &str, text: &str) {
    assert_eq!(faults(path, text), Vec::<String>::new(), "{path}: {text:?}");
}

#[test]
fn an_import_points_down() {
    refused("stage/map.rs", "use crate::store::Store;", "stage (floor 4) may not use store (floor 5)");
    refused("stage/map.rs", "\n\nfn f() { crate::cli::main(); }", "stage/map.rs:3:");
    refused("plan/mod.rs", "use crate::{model::Lang, stage::{link, fuse}};", "may not use stage");
    refused("pipeline.rs", "pub use crate::cli;", "may not use cli");
    refused("store/mod.rs", "use ronghe::pipeline::run;", "may not use pipeline");
    refused("sql.rs", "use super::query;", "may not use query");
    allowed("stage/map.rs", "use super::query;");
    allowed("stage/map.rs", "use crate::{kernel::date, model::{Lang, Fault}, plan::Source};");
    allowed("cli/mod.rs", "use crate::store::Store; use crate::pipeline;");
    allowed("stage/map.rs", "use crate::stage::normalise::Value;");
}

#[test]
fn the_kernel_and_the_model_use_nothing_of_ours() {
    refused("kernel/identity.rs", "use crate::model::Lang;", "kernel uses nothing of ours");
    refused("model/field.rs", "use crate::kernel::date;", "model uses nothing of ours");
    allowed("kernel/identity.rs", "use super::region; use crate::kernel::text;");
}

#[test]
fn rooms_of_a_floor_form_no_circle() {
    let report = Source::new("report/mod.rs", "use crate::query::run;");
    let query = Source::new("query.rs", "use crate::store::read;");
    let store = Source::new("store/mod.rs", "use crate::report::bytes;");
    assert!(check(&[report, query]).is_empty());
    let report = Source::new("report/mod.rs", "use crate::query::run;");
    let query = Source::new("query.rs", "use crate::store::read;");
    assert_eq!(check(&[report, query, store]), ["rooms use each other in a circle: query, report, store"]);
}

#[test]
fn a_crate_is_named_only_where_it_belongs() {
    refused("stage/map.rs", "use calamine::Reader;", "only source may name calamine");
    refused("source/csv.rs", "fn f() -> polars::frame::DataFrame {}", "may name polars");
    refused("report/mod.rs", "use clap;", "may name clap");
    refused("cli/query.rs", "use parquet::arrow::ArrowWriter;", "may name parquet");
    refused("stage/map.rs", "use std::fs;", "may name std::fs");
    refused("stage/map.rs", "use std::{collections::HashMap, fs::{self, File}};", "may name std::fs");
    refused("stage/map.rs", "fn f() { std::env::var(\"A\"); }", "may name std::env");
    allowed("stage/map.rs", "fn f() { let csv = 1; crate::source::x; }".replace("crate::source::x;", "").as_str());
    allowed("source/mod.rs", "mod csv; pub use self::csv::read; use csv::Reader; use std::fs::File;");
    allowed("sql.rs", "use polars::sql::SQLContext;");
    allowed("stage/map.rs", "// calamine::Reader reads it\nconst A: &str = \"std::fs::read\";");
}

#[test]
fn imports_say_what_they_bring() {
    refused("stage/map.rs", "use super::*;", "hides what is used");
    refused("stage/map.rs", "mod inner { use   super::*; }", "hides what is used");
    allowed("stage/map.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use std::fs;\n}");
    allowed("stage/tests.rs", "use super::*;");
}

#[test]
fn a_test_function_or_import_does_not_open_the_tests() {
    refused("stage/map.rs", "#[cfg(test)]\nmod tests;\nuse crate::store::Store;", "may not use store");
    refused("stage/map.rs", "#[cfg(test)]\nuse a::b;\nuse crate::store::Store;", "may not use store");
}

#[test]
fn names_say_what_is_in_a_file() {
    refused("stage/utils.rs", "", "utils says nothing");
    refused("stage/common/mod.rs", "", "common says nothing");
    refused("attic/mod.rs", "", "on no floor");
}

#[test]
fn a_long_file_gives_its_reason() {
    let long = "fn f() {}\n".repeat(501);
    refused("stage/map.rs", &long, "501 lines");
    allowed("stage/map.rs", &format!("// Long because: it is one table.\n{long}"));
    allowed("stage/map.rs", &"fn f() {}\n".repeat(500));
}

#[test]
fn nothing_is_left_unfinished_or_explained_elsewhere() {
    refused("stage/map.rs", "// TODO later", "finish it");
    refused("stage/map.rs", "fn f() {} // see issue #12", "say the reason itself");
    refused("stage/map.rs", "// fixed in PR #7", "say the reason itself");
    allowed("stage/map.rs", "// the row dibao/a.xlsx/Sheet1/5#2 is an issue; r#\"raw\"#");
}

#[test]
fn comments_strings_and_characters_are_not_code() {
    let code =
        strip("let a = \"x // y\"; // z\nlet b = r#\"q\"s\"#; /* c /* d */ e */ let c = '\"'; let d: &'static str;");
    assert_eq!(
        code.split_whitespace().collect::<Vec<_>>().join(" "),
        "let a = ; let b = ; let c = ; let d: &'static str;"
    );
    assert_eq!(code.lines().count(), 2);
}
