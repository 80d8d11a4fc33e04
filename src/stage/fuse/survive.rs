//! Fuses the claims of many rows about one entity into its published values, and says where each came from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::columns::Column;
use super::tables::Rows;
use crate::kernel::survivorship::{self, Claim};

/// One row's claim about one field of one entity.
#[derive(Clone, Debug)]
pub(super) struct Said<'a> {
    pub value: Cow<'a, str>,
    pub trust: u8,
    pub period: &'a str,
    pub row_id: &'a str,
    pub source: &'a str,
    /// Wins by itself, for this reason (`identity_number`: the number says so).
    pub decided: Option<&'static str>,
}

/// All claims about one entity, by column position.
pub(super) type Claims<'a> = BTreeMap<usize, Vec<Said<'a>>>;

/// Settles every field of an entity. Published values come back by column; lineage is added for each of them.
pub(super) fn settle(
    kind: &str,
    id: &str,
    columns: &'static [Column],
    claims: &Claims<'_>,
    lineage: &mut Rows,
) -> BTreeMap<usize, String> {
    let mut values = BTreeMap::new();
    for (column, said) in claims {
        let Some((winner, reason)) = winner(said) else { continue };
        let chosen = &said[winner];
        let mut others: Vec<String> = said
            .iter()
            .filter(|other| other.value != chosen.value)
            .map(|other| format!("{} @ {}", other.value, other.row_id))
            .collect();
        others.sort();
        others.dedup();
        lineage.begin();
        lineage.set("entity_kind", kind);
        lineage.set("entity_id", id);
        lineage.set("field", columns[*column].name);
        lineage.set("value", &chosen.value);
        lineage.set("row_id", chosen.row_id);
        lineage.set("source", chosen.source);
        lineage.set("reason", reason);
        lineage.set("contested", if others.is_empty() { "false" } else { "true" });
        lineage.set_list("alternatives", others);
        values.insert(*column, chosen.value.clone().into_owned());
    }
    values
}

fn winner(said: &[Said<'_>]) -> Option<(usize, &'static str)> {
    if let Some((at, reason)) = said.iter().enumerate().find_map(|(at, claim)| Some((at, claim.decided?))) {
        return Some((at, reason));
    }
    let claims: Vec<Claim<'_>> =
        said.iter().map(|said| Claim { value: &said.value, trust: said.trust, period: said.period }).collect();
    survivorship::survivor(&claims).map(|(at, reason)| (at, reason.as_str()))
}
