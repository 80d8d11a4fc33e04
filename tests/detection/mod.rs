//! A measure of how tables are found: departmental dumps are invented from a seed, with the truth about every line, and
//! compared with what the program reads of them. It shares neither code nor word lists with the detector.

mod around;
mod compare;
mod departments;
mod dice;
mod dump;
mod grid;
mod header;
mod values;
mod write;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use ronghe::model::Schema;
use ronghe::plan::{Plan, Source, shipped_plan};

pub use compare::Outcome;
use departments::Departments;
use dice::Dice;

/// Makes a second chance of a file's seed.
const LATER: u64 = 1 << 63;

/// How many files came out how.
#[derive(Default)]
pub struct Figures {
    pub files: u32,
    pub outcomes: BTreeMap<Outcome, u32>,
    /// Files by the worst thing that differs, with the first seeds of each.
    pub kinds: BTreeMap<(Outcome, &'static str), Vec<u64>>,
    /// Files with a trait: how many, and how many of them came out neither right nor rightly held.
    pub traits: BTreeMap<&'static str, (u32, u32)>,
    /// What differs in every file that is not right.
    pub told: Vec<String>,
}

impl Figures {
    pub fn count(&self, outcome: Outcome) -> u32 {
        self.outcomes.get(&outcome).copied().unwrap_or(0)
    }

    /// The share of an outcome among all files, in percent.
    pub fn share(&self, outcome: Outcome) -> f64 {
        f64::from(self.count(outcome)) * 100.0 / f64::from(self.files.max(1))
    }

    /// The share of files held back among those whose headers are known words, in percent.
    pub fn held_share(&self) -> f64 {
        let known = self.files - self.count(Outcome::HeldRightly);
        f64::from(self.count(Outcome::Held)) * 100.0 / f64::from(known.max(1))
    }

    fn add(&mut self, file: File) {
        self.files += 1;
        *self.outcomes.entry(file.outcome).or_default() += 1;
        let bad = !matches!(file.outcome, Outcome::Right | Outcome::HeldRightly);
        for name in file.traits {
            let (all, failed) = self.traits.entry(name).or_default();
            *all += 1;
            *failed += u32::from(bad);
        }
        if bad {
            if let Some((kind, _)) = file.differences.first() {
                self.kinds.entry((file.outcome, kind)).or_default().push(file.seed);
            }
            let lines: Vec<String> =
                file.differences.iter().take(5).map(|(kind, at)| format!("  {kind}: {at}")).collect();
            self.told.push(format!("{:?}: seed {}, {}\n{}", file.outcome, file.seed, file.name, lines.join("\n")));
        }
    }

    /// The figures as text.
    pub fn report(&self) -> String {
        let mut out = format!("files {}\n", self.files);
        for (outcome, count) in &self.outcomes {
            out.push_str(&format!("{:<12} {count:>6} {:>7.2} %\n", format!("{outcome:?}"), self.share(*outcome)));
        }
        out.push_str(&format!("held among files with known headers {:.2} %\n", self.held_share()));
        for ((outcome, kind), seeds) in &self.kinds {
            let first: Vec<String> = seeds.iter().take(6).map(u64::to_string).collect();
            out.push_str(&format!("{outcome:?}: {kind}: {} (seeds {})\n", seeds.len(), first.join(" ")));
        }
        for (name, (all, failed)) in &self.traits {
            out.push_str(&format!("{name:<36} {all:>6} files, {failed:>4} not right\n"));
        }
        out
    }
}

struct File {
    seed: u64,
    name: String,
    outcome: Outcome,
    differences: Vec<(&'static str, String)>,
    traits: Vec<&'static str>,
}

/// Invents and reads so many files from a seed on. Files that are not right are written to `dump`, if there is one.
pub fn measure(seed: u64, files: u32, dump: Option<&Path>) -> Figures {
    let plan = shipped_plan().unwrap_or_else(|_| panic!("the shipped schemas"));
    let lists = Departments::shipped();
    let mut figures = Figures::default();
    let read = |nth: u64| one(seed * 1_000_000 + nth, &plan, &lists, dump);
    let all: Vec<File> = (0..u64::from(files)).into_par_iter().map(read).collect();
    all.into_iter().for_each(|file| figures.add(file));
    figures
}

/// One file: its own seed alone makes it anew.
fn one(seed: u64, plan: &Plan, lists: &Departments, folder: Option<&Path>) -> File {
    let mut dice = Dice::new(seed);
    let shipped: Vec<&Schema> = plan.schemas.values().map(Arc::as_ref).collect();
    let mut more = Dice::new(seed ^ LATER);
    let dump = dump::dump(&mut dice, &mut more, lists, &shipped);
    let written = if dice.percent(20) {
        write::workbook(&mut dice, &dump.grid, seed).expect("a workbook")
    } else {
        write::text(&mut dice, &dump.grid, seed)
    };
    let of = |name: &str| plan.schemas.get(name).cloned();
    let schemas = std::iter::once(dump.schema.as_str()).chain(dump.beside.as_deref()).filter_map(of).collect();
    let source = Source { schemas, ..Source::unstated("measure") };
    let (outcome, differences) = compare::compare(&dump, &written, &source);
    if let Some(folder) = folder.filter(|_| !matches!(outcome, Outcome::Right | Outcome::HeldRightly)) {
        std::fs::write(folder.join(&written.name), &written.bytes).expect("the dump folder can be written to");
    }
    let mut traits: Vec<&'static str> = dump.traits.iter().chain(&written.traits).copied().collect();
    traits.sort_unstable();
    traits.dedup();
    let differences = differences.into_iter().map(|difference| (difference.kind, difference.place)).collect();
    File { seed, name: format!("{} as {}", written.name, dump.schema), outcome, differences, traits }
}

/// Every spelling of the departments that a shipped schema takes for another field than a human does, and those that it
/// does not know.
pub fn misunderstood() -> (Vec<String>, Vec<String>) {
    let plan = shipped_plan().unwrap_or_else(|_| panic!("the shipped schemas"));
    let lists = Departments::shipped();
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for department in lists.departments() {
        let schema = plan.schemas.get(&department.schema).unwrap_or_else(|| panic!("{}", department.schema));
        for column in department.columns.iter().chain(&lists.strangers()) {
            for (parent, title) in &column.spellings {
                let told = format!("{}: {parent:?} {title} for {:?}", schema.name, column.field);
                match dump::meaning(schema, parent.as_deref(), title) {
                    None if column.field.is_some() => unknown.push(told),
                    field if field != column.field => wrong.push(format!("{told} is {field:?}")),
                    _ => {}
                }
            }
        }
    }
    (wrong, unknown)
}
