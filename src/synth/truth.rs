//! The truth about the city, as CSV: what every line of every file is, who everybody is, which findings are due.

use super::city::City;
use super::places::COUNTIES;

/// What a line of a file is and what should become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Heading,
    Footing,
    Blank,
    Accepted,
    Duplicate,
    Quarantined,
    Unrelated,
    /// In a file that a newer one of its series replaces.
    Superseded,
}

impl Fate {
    /// Kind and fate as `truth/rows.csv` writes them.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Fate::Heading => ("heading", "heading"),
            Fate::Footing => ("footing", "footing"),
            Fate::Blank => ("blank", "blank"),
            Fate::Accepted => ("row", "accepted"),
            Fate::Duplicate => ("row", "duplicate"),
            Fate::Quarantined => ("row", "quarantined"),
            Fate::Unrelated => ("row", "unrelated"),
            Fate::Superseded => ("row", "superseded"),
        }
    }
}

/// Person `P0000012` of the truth.
pub fn person_id(index: u32) -> String {
    format!("P{index:07}")
}

/// Household `H0000012` of the truth.
pub fn household_id(index: u32) -> String {
    format!("H{index:07}")
}

/// A finding that the rules must make.
pub struct Due {
    pub rule: &'static str,
    pub person: Option<u32>,
    pub household: Option<u32>,
    pub rows: Vec<String>,
}

/// Collects the lines of `truth/`.
pub struct Truth {
    rows: String,
    /// Lines recorded by fate, in the order of [`Fate`].
    pub counts: [u64; 8],
}

/// The place of a line in the files.
pub struct Line<'a> {
    pub row_id: &'a str,
    pub source: &'a str,
    pub file: &'a str,
    pub sheet: &'a str,
    pub number: u32,
}

impl Truth {
    /// Nothing but the header.
    pub fn new() -> Self {
        let rows = "row_id,source,file,sheet,row_number,kind,fate,person,household,faults\n".to_owned();
        Self { rows, counts: [0; 8] }
    }

    /// Records a line.
    pub fn line(&mut self, line: &Line, fate: Fate, person: Option<u32>, household: Option<u32>, faults: &str) {
        use std::fmt::Write;
        let (kind, word) = fate.words();
        let Line { row_id, source, file, sheet, number } = line;
        let person = person.map(person_id).unwrap_or_default();
        let household = household.map(household_id).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.rows,
            "{row_id},{source},{file},{sheet},{number},{kind},{word},{person},{household},{faults}"
        );
        self.counts[fate as usize] += 1;
    }

    /// `truth/rows.csv`.
    pub fn into_rows(self) -> Vec<u8> {
        self.rows.into_bytes()
    }
}

/// `truth/people.csv`: everybody in a household, then people who appear in single lists only.
pub fn people(city: &City) -> Vec<u8> {
    let mut out = "person,household,name,sex,birth_date,id_number,county,town,village,enrolled\n".to_owned();
    for (index, person) in (0_u32..).zip(city.people.iter()) {
        let [county, town, village] = city.place(person.household);
        let enrolled = u8::from(city.enrolled(index));
        out.push_str(&format!(
            "{},{},{},{},{},{},{county},{town},{village},{enrolled}\n",
            person_id(index),
            household_id(person.household),
            person.name.text(),
            person.sex().0,
            person.birth,
            person.number(),
        ));
    }
    let living = city.people.len() as u32;
    for (index, person) in (living..).zip(city.departed.iter()) {
        out.push_str(&format!(
            "{},,{},{},{},{},,,,{}\n",
            person_id(index),
            person.name.text(),
            person.sex().0,
            person.birth,
            person.number(),
            u8::from(city.impostors().any(|(_, impostor)| impostor == index)),
        ));
    }
    out.into_bytes()
}

/// `truth/households.csv`.
pub fn households(city: &City) -> Vec<u8> {
    let mut out = "household,county,town,village,members,programme\n".to_owned();
    for (index, household) in (0_u32..).zip(city.households.iter()) {
        let [_, town, village] = city.place(index);
        let county = COUNTIES[household.county as usize].name;
        let (size, programme) = (household.size, household.programme.title());
        out.push_str(&format!("{},{county},{town},{village},{size},{programme}\n", household_id(index)));
    }
    out.into_bytes()
}

/// `truth/findings.csv`.
pub fn findings(due: &[Due]) -> Vec<u8> {
    let mut out = "rule,person,household,row_ids\n".to_owned();
    for finding in due {
        let person = finding.person.map(person_id).unwrap_or_default();
        let household = finding.household.map(household_id).unwrap_or_default();
        out.push_str(&format!("{},{person},{household},{}\n", finding.rule, finding.rows.join(" ")));
    }
    out.into_bytes()
}
