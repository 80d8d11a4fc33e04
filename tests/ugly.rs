//! Ugly files, one fault each (`tests/ugly`): what each is and what is expected of it stands in the TOML file beside it.
//! `UPDATE_DOCS=1` writes docs/ugly-files.md anew; `DRAFT=1` prints what is read of files that have no TOML file yet.
#![allow(clippy::disallowed_methods, reason = "reads the files and, when told to, writes the page about them")]

#[path = "ugly/case.rs"]
mod case;
#[path = "ugly/seen.rs"]
mod seen;

use std::fs;
use std::path::{Path, PathBuf};

use case::{Case, page};
use ronghe::plan::shipped_plan;
use seen::{Seen, look};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ugly")
}

/// The ugly files in order of their names, each with what is expected of it where somebody wrote it down.
fn cases() -> Vec<(PathBuf, Option<Case>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            name.starts_with(|c: char| c.is_ascii_digit()) && !name.ends_with(".toml")
        })
        .collect();
    files.sort();
    let case = |path: &Path| {
        let text = fs::read_to_string(path.with_extension("toml")).ok()?;
        Some(toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    };
    files.into_iter().map(|path| (path.clone(), case(&path))).collect()
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn every_ugly_file_is_read_as_its_description_says() {
    let plan = shipped_plan().unwrap_or_else(|_| panic!("the shipped schemas"));
    let mut differences = Vec::new();
    for (path, case) in cases() {
        let bytes = fs::read(&path).expect("a readable file");
        let Some(case) = case else {
            if std::env::var_os("DRAFT").is_some() {
                println!("### {}\n{}", name(&path), look(&plan, &Case::default(), &name(&path), &bytes).draft());
            }
            continue;
        };
        let seen: Seen = look(&plan, &case, &name(&path), &bytes);
        differences.extend(seen.differences(&case).into_iter().map(|told| format!("{}: {told}", name(&path))));
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[test]
fn there_are_many_and_all_are_small_and_described() {
    let cases = cases();
    assert!(cases.len() >= 60, "{} ugly files", cases.len());
    for (path, case) in &cases {
        let size = fs::metadata(path).expect("a file").len();
        assert!(size < 20_000, "{} has {size} bytes", name(path));
        let later = path.with_extension("later.toml");
        assert!(case.is_some() || later.exists(), "{} is described nowhere", name(path));
    }
}

#[test]
fn the_page_lists_them_all() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ugly-files.md");
    let listed = cases().into_iter().filter_map(|(path, case)| Some((name(&path), case?))).collect::<Vec<_>>();
    let page = page(&listed);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&place, &page).expect("the page is written");
    }
    let written = fs::read_to_string(&place).unwrap_or_default();
    assert!(written == page, "docs/ugly-files.md is stale: UPDATE_DOCS=1 cargo test --test ugly");
}
