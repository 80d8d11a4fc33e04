//! How well tables are found: `cargo bench --bench detection -- --files 5000 --seed 1 [--dump FOLDER]` invents so many
//! departmental dumps, reads them, and prints how many come out right, held back, and misread.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a measure reads its arguments and prints")]

#[path = "../tests/detection/mod.rs"]
mod detection;

use std::path::PathBuf;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let of = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1).cloned());
    let number = |name: &str, usual: u64| of(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let dump = of("--dump").map(PathBuf::from);
    let figures = detection::measure(number("--seed", 1), number("--files", 5000) as u32, dump.as_deref());
    println!("{}\n{}", figures.told.join("\n"), figures.report());
    let (wrong, unknown) = detection::misunderstood();
    println!("words taken for another field {}, words that no schema knows {}", wrong.len(), unknown.len());
}
