//! Tables are found: a sample of the measure that `cargo bench --bench detection` takes at length. `DETECTION_FILES` and
//! `DETECTION_SEED` widen it, `DETECTION_DUMP` is a folder for the files that do not come out right.
#![allow(clippy::disallowed_methods, reason = "takes its size from the surroundings and writes files to look at")]

#[path = "detection/mod.rs"]
mod detection;

use std::path::PathBuf;

use detection::{Outcome, measure, misunderstood};

#[test]
fn nearly_every_dump_is_read_right_or_held_back() {
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let dump = std::env::var_os("DETECTION_DUMP").map(PathBuf::from);
    let figures = measure(number("DETECTION_SEED", 1), number("DETECTION_FILES", 300) as u32, dump.as_deref());
    println!("{}", figures.report());
    let told = format!("{}\n{}", figures.report(), figures.told.join("\n"));
    let sound = figures.share(Outcome::Right) + figures.share(Outcome::HeldRightly) + figures.share(Outcome::Held);
    assert!(sound >= 99.0, "{told}");
    assert!(figures.share(Outcome::Wrong) + figures.share(Outcome::Askew) <= 0.1, "{told}");
    assert!(figures.held_share() <= 2.0, "{told}");
    assert!(figures.count(Outcome::HeldRightly) > 0, "some headers are strange on purpose\n{told}");
}

#[test]
fn the_departments_words_mean_what_a_human_takes_them_for() {
    let (wrong, unknown) = misunderstood();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unknown.len() <= 4, "words that no schema knows:\n{}", unknown.join("\n"));
}
