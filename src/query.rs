//! Read-only SQL over a published snapshot. Masks are put on before SQL can see a value, so that no expression gets
//! behind them; a condition on a masked column therefore compares masked values, and people are joined by `person_id`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};

use crate::model::Lang;
use crate::sql::{Sql, SqlError, reads};
use crate::store::{Snapshot, StoreError};

mod cover;
mod mask;

use cover::Cover;

/// Whether masks stay on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal {
    No,
    /// Values as they are: for those who may see them, and recorded by the caller.
    Yes,
}

/// Why a query gave no result.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sql(#[from] SqlError),
}

impl QueryError {
    /// What a person reads, in their language.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            QueryError::Store(error) => error.message(lang),
            QueryError::Sql(error) => error.message(lang),
        }
    }
}

/// Runs one `SELECT` over a snapshot's tables. A column of the result that has the name of a column it may come from
/// carries that one's metadata (`title`, `type`, `sensitivity`). For the order of rows see [`crate::sql`].
pub fn run(snapshot: &Snapshot, statement: &str, reveal: Reveal) -> Result<(SchemaRef, Vec<RecordBatch>), QueryError> {
    let wanted = reads(statement)?;
    let tables: Vec<&str> = wanted.tables.iter().map(String::as_str).filter(|name| snapshot.has_table(name)).collect();
    let outcome = match &wanted.columns {
        Some(words) => run_over(snapshot, statement, reveal, &tables, Some(&|column| words.contains(column))),
        None => run_over(snapshot, statement, reveal, &tables, None),
    };
    match outcome {
        // A column that the engine named itself, or a mistyped one: with all columns there, it works or is explained.
        Err(QueryError::Sql(SqlError::UnknownColumn { .. })) if wanted.columns.is_some() => {
            run_over(snapshot, statement, reveal, &tables, None)
        }
        // Only the tables that exist were registered: the nearest name is looked for among all.
        Err(QueryError::Sql(SqlError::UnknownTable { name, .. })) => {
            Err(SqlError::unknown_table(&name, snapshot.tables()).into())
        }
        outcome => outcome,
    }
}

/// Reads a table as [`run`] sees it; `columns` in the order asked for, `None`: all.
pub fn read(
    snapshot: &Snapshot,
    table: &str,
    columns: Option<&[&str]>,
    reveal: Reveal,
) -> Result<(SchemaRef, Vec<RecordBatch>), StoreError> {
    if reveal == Reveal::Yes {
        return match columns {
            Some(columns) => snapshot.read_columns(table, columns),
            None => snapshot.read(table),
        };
    }
    let schema = snapshot.schema(table)?;
    let all: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let columns = columns.unwrap_or(&all);
    let cover = Cover::of(snapshot, table, &schema)?;
    // Some masks depend on the row's own `field`; it is read for them and left out again.
    let mut needed = columns.to_vec();
    needed.extend(cover.also_needed(columns));
    let (schema, batches) = snapshot.read_columns(table, &needed)?;
    let shown: Vec<usize> = (0..columns.len()).collect();
    let fault = |error: arrow::error::ArrowError| StoreError::Damaged {
        path: format!("{}/{table}", snapshot.id()).into(),
        detail: error.to_string(),
    };
    let batches = batches.iter().map(|batch| cover.put_on(batch)?.project(&shown));
    let batches = batches.collect::<Result<_, _>>().map_err(fault)?;
    Ok((Arc::new(schema.project(&shown).map_err(fault)?), batches))
}

/// Runs the statement over the columns that `keep` picks of each table.
fn run_over(
    snapshot: &Snapshot,
    statement: &str,
    reveal: Reveal,
    tables: &[&str],
    keep: Option<&dyn Fn(&str) -> bool>,
) -> Result<(SchemaRef, Vec<RecordBatch>), QueryError> {
    let mut sql = Sql::new();
    let mut known: BTreeMap<String, Arc<Field>> = BTreeMap::new();
    for table in tables {
        let schema = snapshot.schema(table)?;
        let mut columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        if let Some(keep) = keep {
            let first = columns.first().copied();
            columns.retain(|column| keep(column));
            if columns.is_empty() {
                // `COUNT(*)` names none, but needs the rows.
                columns.extend(first);
            }
        }
        for field in schema.fields() {
            known.entry(field.name().clone()).or_insert_with(|| field.clone());
        }
        let (schema, batches) = read(snapshot, table, Some(&columns), reveal)?;
        sql.register(table, &batches, &schema)?;
    }
    let (schema, batches) = sql.run(statement)?;
    let fields = schema.fields().iter().map(|field| match known.get(field.name()) {
        Some(source) => Field::clone(field).with_metadata(source.metadata().clone()),
        None => Field::clone(field),
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batches = batches.into_iter().map(|batch| RecordBatch::try_new(schema.clone(), batch.columns().to_vec()));
    let batches = batches.collect::<Result<_, _>>().map_err(SqlError::from)?;
    Ok((schema, batches))
}

#[cfg(test)]
mod tests;
