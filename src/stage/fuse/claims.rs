//! Which columns of which rows speak of which columns of a fused entity.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, StringArray};
use arrow::error::ArrowError;

use super::kept::{Kept, KeptRow};
use super::survive::{Claims, Said};
use crate::model::{FieldType, Grain};
use crate::plan::Trust;
use crate::stage::columns::Column;

/// The texts of every kept column that speaks of a column of the entity.
pub(super) struct Speakers<'a> {
    kept: &'a [Kept],
    trusts: &'a HashMap<&'a str, &'a Trust>,
    /// By kept table: entity column, the field's name, its texts.
    columns: Vec<Vec<(usize, String, StringArray)>>,
}

impl<'a> Speakers<'a> {
    /// Pairs the kept tables' fields with the entity's `columns` of the same name. `grains` are the rows that may
    /// speak; of a household row only `aliases` (field, column) and the fields in `household_fields` speak of a person.
    pub(super) fn of(
        kept: &'a [Kept],
        trusts: &'a HashMap<&'a str, &'a Trust>,
        columns: &'static [Column],
        picks: impl Fn(Grain, &str) -> Option<&'static str>,
    ) -> Result<Self, ArrowError> {
        let mut speakers = Vec::with_capacity(kept.len());
        for table in kept {
            let mut found = Vec::new();
            for field in &table.schema.fields {
                let Some(target) = picks(table.schema.grain, &field.name) else { continue };
                let Some(at) = columns.iter().position(|column| column.name == target) else { continue };
                let Some(texts) = table.texts(&field.name)? else { continue };
                // A field of another type than the column says something else (a text where a code is kept is fine);
                // a month speaks of a date as its first day.
                let texts = match (columns[at].kind, field.kind) {
                    _ if columns[at].list => continue,
                    (FieldType::Date, FieldType::Month) => first_days(&texts),
                    (wanted, given) if wanted.data_type() == given.data_type() => texts,
                    _ => continue,
                };
                found.push((at, field.name.clone(), texts));
            }
            speakers.push(found);
        }
        Ok(Speakers { kept, trusts, columns: speakers })
    }

    /// What the given rows say. A row under another name than its number's usual one speaks with no trust at all, so
    /// that it is heard last.
    pub(super) fn claims(&'a self, rows: &[KeptRow]) -> Claims<'a> {
        let mut claims: Claims<'a> = BTreeMap::new();
        for &(table, row) in rows {
            let kept = &self.kept[table];
            let source = kept.places[row].source.as_str();
            for (column, field, texts) in &self.columns[table] {
                if texts.is_valid(row) {
                    claims.entry(*column).or_default().push(Said {
                        value: Cow::Borrowed(texts.value(row)),
                        trust: match kept.links[row].other_name {
                            true => 0,
                            false => self.trusts.get(source).map_or(50, |trust| trust.of(field)),
                        },
                        period: kept.period(row),
                        row_id: kept.row_id(row),
                        decided: None,
                    });
                }
            }
        }
        claims
    }
}

/// `YYYY-MM` as the month's first day.
fn first_days(months: &StringArray) -> StringArray {
    months.iter().map(|month| Some(format!("{}-01", month?))).collect()
}
