//! Code tables: the terms that are stored, their numbers in the standard, and the words that files use for them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::diagnostic::Desk;
use super::reader::{Cursor, Found};
use crate::kernel::text::spelling;
use crate::model::{CodeTable, Term, Words};

/// All code tables by name. Not `whole`: a file of them could not be read, so that a table that is not here may be its.
pub struct CodeBook {
    pub tables: BTreeMap<String, Arc<CodeTable>>,
    pub whole: bool,
}

/// The `[[table]]`s of one file, each with the place of its name.
pub fn read(mut root: Cursor<'_>) -> Vec<(Found<String>, CodeTable)> {
    let tables = root.tables("table").into_iter().filter_map(read_table).collect();
    root.finish();
    tables
}

fn read_table(mut table: Cursor<'_>) -> Option<(Found<String>, CodeTable)> {
    let name = table.need_text("name");
    let title = table.need_text("title").map_or("", |title| title.value);
    let standard = table.text_or_empty("standard").map_or("", |standard| standard.value);
    let mut spellings = Spellings::new(table.desk);
    let mut terms = Vec::new();
    for mut row in table.need_tables("terms") {
        let term = row.need_text("term");
        let code = row.text_or_empty("code");
        let synonyms = row.texts("synonyms");
        row.finish();
        let Some(term) = term else { continue };
        let number = terms.len();
        for spelling in std::iter::once(&term).chain(code.iter().filter(|code| !code.value.is_empty())).chain(&synonyms)
        {
            spellings.claim(spelling, term.value, number);
        }
        terms.push(Term {
            code: code.map_or_else(String::new, |code| code.value.to_owned()),
            term: term.value.to_owned(),
            synonyms: synonyms.iter().map(|synonym| synonym.value.to_owned()).collect(),
        });
    }
    table.finish();
    let name = name?;
    let codes = CodeTable {
        name: name.value.to_owned(),
        title: title.to_owned(),
        standard: standard.to_owned(),
        terms,
        by_spelling: spellings.finish(),
    };
    Some((Found { value: name.value.to_owned(), span: name.span }, codes))
}

/// A code table that a field lists on the spot: terms without numbers.
pub fn on_the_spot(desk: Desk<'_>, name: String, title: &str, terms: &[Found<&str>]) -> CodeTable {
    let mut spellings = Spellings::new(desk);
    for (number, term) in terms.iter().enumerate() {
        spellings.claim(term, term.value, number);
    }
    CodeTable {
        name,
        title: title.to_owned(),
        standard: String::new(),
        terms: terms
            .iter()
            .map(|term| Term { code: String::new(), term: term.value.to_owned(), synonyms: Vec::new() })
            .collect(),
        by_spelling: spellings.finish(),
    }
}

/// Which term a spelling means; a spelling that two terms claim could mean either.
struct Spellings<'a> {
    desk: Desk<'a>,
    owners: HashMap<String, (usize, String)>,
}

impl<'a> Spellings<'a> {
    fn new(desk: Desk<'a>) -> Self {
        Spellings { desk, owners: HashMap::new() }
    }

    fn claim(&mut self, written: &Found<&str>, term: &str, number: usize) {
        match self.owners.entry(spelling(written.value)) {
            Entry::Vacant(free) => {
                free.insert((number, term.to_owned()));
            }
            Entry::Occupied(taken) if taken.get().0 != number => {
                let other = &taken.get().1;
                self.desk.fault(
                    "claimed_twice",
                    written.span.clone(),
                    Words::new(
                        format!("`{}` 同时指 `{other}` 和 `{term}`", written.value),
                        format!("`{}` means both `{other}` and `{term}`", written.value),
                    ),
                    Some(Words::new("只留在其中一处", "keep it with one of them only")),
                );
            }
            Entry::Occupied(_) => {}
        }
    }

    fn finish(self) -> HashMap<String, usize> {
        self.owners.into_iter().map(|(spelling, (number, _))| (spelling, number)).collect()
    }
}
