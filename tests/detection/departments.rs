//! `departments.toml`, read.

use serde::Deserialize;

/// What departments send, in their own words.
#[derive(Deserialize)]
pub struct Departments {
    pub shared_titles: Vec<String>,
    strangers: Vec<String>,
    department: Vec<Raw>,
}

#[derive(Deserialize)]
struct Raw {
    schema: String,
    titles: Vec<String>,
    offices: Vec<String>,
    columns: Vec<String>,
}

pub struct Department {
    /// The shipped schema that a human takes the list for.
    pub schema: String,
    pub titles: Vec<String>,
    pub offices: Vec<String>,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub struct Column {
    /// The field that a human takes it for; `None` where no field of the schema means it.
    pub field: Option<String>,
    /// It is in every list.
    pub always: bool,
    pub kind: String,
    /// Spellings of the header, each with the parent it needs, if any.
    pub spellings: Vec<(Option<String>, String)>,
    /// The parent it may stand under.
    pub group: Option<String>,
}

impl Departments {
    pub fn shipped() -> Departments {
        toml::from_str(include_str!("departments.toml")).expect("departments.toml")
    }

    pub fn departments(&self) -> Vec<Department> {
        self.department
            .iter()
            .map(|raw| Department {
                schema: raw.schema.clone(),
                titles: raw.titles.clone(),
                offices: raw.offices.clone(),
                columns: raw.columns.iter().map(|line| column(line)).collect(),
            })
            .collect()
    }

    /// Columns that no schema knows.
    pub fn strangers(&self) -> Vec<Column> {
        self.strangers.iter().map(|line| column(line)).collect()
    }
}

fn column(line: &str) -> Column {
    let mut words = line.split_whitespace();
    let field = words.next().expect("a field");
    let kind = words.next().expect("a kind").to_owned();
    let (groups, spellings): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with('@'));
    let spellings = spellings
        .into_iter()
        .map(|word| match word.split_once('>') {
            Some((parent, child)) => (Some(parent.to_owned()), child.to_owned()),
            None => (None, word.to_owned()),
        })
        .collect();
    let name = field.trim_end_matches('!');
    Column {
        field: (name != "-").then(|| name.to_owned()),
        always: field.ends_with('!'),
        kind,
        spellings,
        group: groups.first().map(|group| group.trim_start_matches('@').to_owned()),
    }
}
