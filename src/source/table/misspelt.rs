//! Headers with a wrong character: 身份证号马, 姓明. One whose wrong character is a known one is read as what it must mean;
//! one that is a single character off a known header only where the cells below prove it. Both are told.

use crate::kernel::header::{normalise, without_wrong_characters};
use crate::model::{FieldType, Schema};
use crate::source::line::Line;
use crate::source::table::evidence::{ENOUGH, Witness, data_lines, witness};
use crate::source::table::header::{Candidate, Column};

/// Headers of fewer characters are too often other words when one is changed.
const LONG_ENOUGH: usize = 4;
/// A header this like another is worth naming.
const LIKE: f64 = 0.8;

/// The spelling of a header as it is compared: its whole, without its parents where they tell nothing.
fn spellings(column: &Column) -> impl Iterator<Item = String> + '_ {
    (0..column.parts.len()).map(|from| normalise(&column.parts[from..].concat())).filter(|key| !key.is_empty())
}

/// The field that a column without one must mean, whatever stands below it.
fn surely_means(column: &Column, schema: &Schema) -> Option<usize> {
    spellings(column).find_map(|key| schema.claimed_by(&without_wrong_characters(&key)?))
}

/// The field that a column may mean, since its header is one character off a known one; `None` where several are.
fn may_mean(column: &Column, schema: &Schema) -> Option<usize> {
    spellings(column).filter(|key| key.chars().count() >= LONG_ENOUGH).find_map(|key| {
        let length = key.chars().count();
        let near = |claim: &String| {
            let other = claim.chars().count();
            other >= LONG_ENOUGH && other.abs_diff(length) <= 1 && strsim::osa_distance(claim, &key) == 1
        };
        let mut fields = (0..schema.fields.len()).filter(|field| schema.fields[*field].claims.iter().any(near));
        fields.next().filter(|_| fields.next().is_none())
    })
}

/// Gives columns of a header whose title is misspelt their field, where no other column has it. Returns the positions on
/// the sheet and the fields. `lines` begin below the header.
pub(in crate::source) fn recognise(found: &mut Candidate, lines: &[Line], schema: &Schema) -> Vec<(u32, usize)> {
    let claimed = |found: &Candidate, field: usize| found.columns.iter().any(|column| column.field == Some(field));
    let mut meant: Vec<(usize, usize)> = Vec::new();
    let mut rows = None;
    for at in 0..found.columns.len() {
        let column = &found.columns[at];
        if column.field.is_some() {
            continue;
        }
        let proven = |field: usize, rows: &[&Line]| {
            let of = &schema.fields[field];
            let said: Vec<Witness> =
                rows.iter().filter_map(|line| line.get(column.position)).map(|cell| witness(&cell, of)).collect();
            let fits = said.iter().filter(|witness| **witness == Witness::For).count();
            fits >= ENOUGH && fits * 2 > said.len() && tells_by_cells(of.kind)
        };
        let field = surely_means(column, schema).or_else(|| {
            let field = may_mean(column, schema)?;
            let rows = rows.get_or_insert_with(|| data_lines(found, lines, schema));
            proven(field, rows).then_some(field)
        });
        meant.extend(field.filter(|field| !claimed(found, *field)).map(|field| (at, field)));
    }
    // Two columns for one field: neither is believed.
    let alone = |(_, field): &&(usize, usize)| meant.iter().filter(|(_, other)| other == field).count() == 1;
    let meant: Vec<(usize, usize)> = meant.iter().filter(alone).copied().collect();
    for (at, field) in &meant {
        found.columns[*at].take_for(*field);
    }
    meant.into_iter().map(|(at, field)| (found.columns[at].position, field)).collect()
}

/// Whether cells of this type can be told from others: any text may be a place or a remark.
fn tells_by_cells(kind: FieldType) -> bool {
    !matches!(kind, FieldType::Text | FieldType::Address | FieldType::Region | FieldType::DocumentKind)
}

/// The field whose known headers come nearest to a title that none of them is; `taken` says which have a column.
pub fn nearest(title: &str, schema: &Schema, taken: &dyn Fn(usize) -> bool) -> Option<usize> {
    let leaf = normalise(title.rsplit('/').next().unwrap_or(title));
    let likeness = |claim: &String| strsim::jaro_winkler(claim, &leaf);
    (0..schema.fields.len())
        .filter(|field| !taken(*field))
        .map(|field| (schema.fields[field].claims.iter().map(likeness).fold(0.0, f64::max), field))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, field)| field)
}
