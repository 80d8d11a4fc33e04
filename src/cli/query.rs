//! `ronghe query`.

use std::collections::HashSet;

use super::args::QueryArguments;
use super::database::{open, record};
use super::exit::{Exit, Failure};
use super::output::Destination;
use super::render::Console;
use crate::model::{Lang, Severity, Words};
use crate::query::{self, QueryError, Reveal};
use crate::sql::without_values;
use crate::store::{Snapshot, StoreError};

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Failure {
        let words = Words::new(error.message(Lang::Zh), error.message(Lang::En));
        match error {
            QueryError::Store(error) => error.into(),
            // What is wrong with a statement is its writer's to mend.
            QueryError::Sql(_) => Failure { exit: Exit::Usage, words, causes: Vec::new() },
        }
    }
}

pub fn run(of: &QueryArguments, console: &Console) -> Result<Exit, Failure> {
    let (store, snapshot) = open(&of.database, of.snapshot.as_deref())?;
    if of.reveal {
        let known = names(&snapshot)?;
        record(&store, &snapshot, "query --reveal", &without_values(&of.sql, |word| known.contains(word)))?;
    }
    let reveal = if of.reveal { Reveal::Yes } else { Reveal::No };
    let (schema, batches) = query::run(&snapshot, &of.sql, reveal)?;
    let destination = Destination { format: of.format, file: of.output.clone(), titles: of.titles, lang: console.lang };
    if let Some(rows) = destination.write(&schema, &batches)? {
        let zh = format!("另有 {rows} 行未显示；要全部结果请用 --format csv 或 -o 文件名");
        let en = format!("{rows} more rows are not shown; use --format csv or -o FILE for all of them");
        console.say(Severity::Warning, &Words::new(zh, en));
    }
    Ok(Exit::Done)
}

/// The names of the snapshot's tables and columns.
fn names(snapshot: &Snapshot) -> Result<HashSet<String>, StoreError> {
    let mut names = HashSet::new();
    for table in snapshot.tables() {
        names.insert(table.to_owned());
        names.extend(snapshot.schema(table)?.fields().iter().map(|field| field.name().clone()));
    }
    Ok(names)
}
