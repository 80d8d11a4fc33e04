//! An invented city for practice, tests and benchmarks: registers, departmental lists with their faults, and the truth.
//!
//! [`generate`] founds the city from a seed, writes one file after the other and hands the finished bytes to the
//! caller; it touches no file itself. Equal options give equal bytes on every machine. `truth/rows.csv` says of every
//! line of every file what it is and what should become of it, `truth/findings.csv` which findings the rules must make.
//!
//! How a row's fate stays beyond doubt:
//!
//! - A number that cannot be read stands either in a row that other cells tie to a sound row of the same enrolled
//!   person, or in the row of a stranger who is in no other list (quarantined in a list that enrols, unrelated in a
//!   department's list of everybody).
//! - Whoever else is not enrolled always has a legible number (unrelated).
//! - Only planted households and people give a rule something to find; see `guilt`.

mod aid;
mod assets;
mod book;
mod city;
mod clerk;
mod departments;
mod dice;
mod faults;
mod forms;
mod founder;
mod guilt;
mod identity;
mod list;
mod names;
mod pipeline_file;
mod places;
mod portrait;
mod registers;
mod residents;
mod services;
mod truth;
mod xls;

use chrono::NaiveDate;

pub use faults::Faults;

/// What city to invent.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many people live in it.
    pub people: u32,
    /// Equal seeds give equal cities.
    pub seed: u64,
    /// For how many months the monthly lists are written, the last being that of `as_of`.
    pub months: u32,
    /// The day of the run that ages are reckoned at.
    pub as_of: NaiveDate,
    /// How often clerks err.
    pub faults: Faults,
}

impl Options {
    /// A city with one month of lists, the usual faults, on 15 December 2025.
    pub fn new(people: u32, seed: u64) -> Self {
        let as_of = NaiveDate::from_ymd_opt(2025, 12, 15).unwrap_or_default();
        Self { people, seed, months: 1, as_of, faults: Faults::default() }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub people: u32,
    pub households: u32,
    /// People in the lists that make people of the database.
    pub enrolled: u32,
    pub files: u32,
    pub bytes: u64,
    /// Lines of the sources' files, by fate.
    pub headings: u64,
    pub footings: u64,
    pub blanks: u64,
    pub accepted: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub unrelated: u64,
    /// Rows in files that a newer file of the series replaces.
    pub superseded: u64,
    /// Findings that the rules must make.
    pub findings: u32,
}

/// Why a city could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// Less than one person, or more than the numbers of a city suffice for.
    #[error("a city has 1 to 5000000 people, not {0}")]
    People(u32),
    /// No month, or more than ten years of them.
    #[error("lists cover 1 to 120 months, not {0}")]
    Months(u32),
    /// The caller could not take a file.
    #[error("{path} could not be written")]
    Write { path: String, source: std::io::Error },
    /// A workbook could not be put together.
    #[error("a workbook could not be made")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// Where finished files go: the path below the city's folder, with `/`, and the bytes.
type Output<'a> = &'a mut dyn FnMut(&str, &[u8]) -> std::io::Result<()>;

/// Invents a city and hands its files over one by one: `pipeline.toml`, `SOURCE/…` and `truth/….csv`.
///
/// # Errors
/// [`SynthError`]: options out of range, or `write` failed.
pub fn generate(
    options: &Options,
    write: &mut dyn FnMut(&str, &[u8]) -> std::io::Result<()>,
) -> Result<Summary, SynthError> {
    if !(1..=5_000_000).contains(&options.people) {
        return Err(SynthError::People(options.people));
    }
    if !(1..=120).contains(&options.months) {
        return Err(SynthError::Months(options.months));
    }
    let mut city = city::City::found(options.people, options.seed, options.as_of, options.months);
    guilt::plant(&mut city, options.seed);
    let city = city;
    let mut office = list::Office {
        city: &city,
        faults: &options.faults,
        seed: options.seed,
        truth: truth::Truth::new(),
        docket: guilt::Docket::default(),
        output: write,
        streams: 0,
        files: 0,
        bytes: 0,
    };
    office.deliver("pipeline.toml", pipeline_file::text(&city).as_bytes())?;
    registers::write(&mut office)?;
    forms::write(&mut office)?;
    for dump in residents::DUMPS.iter().chain(assets::DUMPS).chain(services::DUMPS) {
        departments::write(&mut office, dump)?;
    }
    let due = office.docket.due(&city);
    let truth = std::mem::replace(&mut office.truth, truth::Truth::new());
    let [headings, footings, blanks, accepted, duplicates, quarantined, unrelated, superseded] = truth.counts;
    office.deliver("truth/rows.csv", &truth.into_rows())?;
    office.deliver("truth/people.csv", &truth::people(&city))?;
    office.deliver("truth/households.csv", &truth::households(&city))?;
    office.deliver("truth/findings.csv", &truth::findings(&due))?;
    Ok(Summary {
        people: options.people,
        households: city.households.len() as u32,
        enrolled: (0..options.people).filter(|person| city.enrolled(*person)).count() as u32,
        files: office.files,
        bytes: office.bytes,
        headings,
        footings,
        blanks,
        accepted,
        duplicates,
        quarantined,
        unrelated,
        superseded,
        findings: due.len() as u32,
    })
}

#[cfg(test)]
mod tests;
