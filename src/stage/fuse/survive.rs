//! Fuses the claims of many rows about one entity into its published values, and says where each came from.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

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

/// Places are chosen together: once the county stands, a row of another county has no say in the township, and a row of
/// another township none in the village, so that nobody lives in a township of one county and a village of another.
pub(super) fn agree_on_place(columns: &'static [Column], claims: &mut Claims<'_>) {
    let at = |name: &str| columns.iter().position(|column| column.name == name);
    let (Some(county), Some(town), Some(village)) = (at("county"), at("town"), at("village")) else { return };
    for (larger, smaller) in [(county, &[town, village][..]), (town, &[village][..])] {
        let Some(said) = claims.get(&larger) else { continue };
        let Some((winner, _)) = winner(said) else { continue };
        let value = said[winner].value.clone();
        let elsewhere: BTreeSet<String> =
            said.iter().filter(|other| other.value != value).map(|other| other.row_id.to_owned()).collect();
        for column in smaller {
            if let Some(said) = claims.get_mut(column) {
                said.retain(|claim| !elsewhere.contains(claim.row_id));
            }
        }
    }
    claims.retain(|_, said| !said.is_empty());
}

/// Settles every field of an entity. Published values come back by column; lineage is added for each of them.
pub(super) fn settle(
    kind: &str,
    id: &str,
    columns: &'static [Column],
    claims: &Claims<'_>,
    lineage: &mut Rows,
) -> BTreeMap<usize, String> {
    let mut values = BTreeMap::new();
    // In the order in which lineage is published.
    let mut order: Vec<_> = claims.iter().collect();
    order.sort_by_key(|(column, _)| columns[**column].name);
    for (column, said) in order {
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

#[cfg(test)]
mod tests {
    use super::super::columns::PERSON;
    use super::*;

    fn said<'a>(value: &'a str, trust: u8, row_id: &'a str) -> Said<'a> {
        Said { value: Cow::Borrowed(value), trust, period: "", row_id, source: "s", decided: None }
    }

    fn at(name: &str) -> usize {
        PERSON.iter().position(|column| column.name == name).expect("a column")
    }

    #[test]
    fn a_township_comes_from_a_row_of_the_chosen_county() {
        let mut claims = Claims::from([
            (at("county"), vec![said("泰和县", 90, "a"), said("峡江县", 50, "b")]),
            (at("town"), vec![said("巴邱镇", 95, "b"), said("澄江镇", 20, "c")]),
            (at("village"), vec![said("北门村", 95, "b")]),
        ]);
        agree_on_place(PERSON, &mut claims);
        let mut lineage = Rows::new(super::super::columns::LINEAGE);
        let values = settle("person", "P1", PERSON, &claims, &mut lineage);
        assert_eq!(values.get(&at("county")).map(String::as_str), Some("泰和县"));
        assert_eq!(values.get(&at("town")).map(String::as_str), Some("澄江镇"));
        assert_eq!(values.get(&at("village")), None);
    }

    #[test]
    fn the_winner_keeps_its_reason_and_the_others_their_rows() {
        let claims = Claims::from([(at("phone"), vec![said("1", 10, "a"), said("2", 20, "b"), said("1", 10, "c")])]);
        let mut lineage = Rows::new(super::super::columns::LINEAGE);
        let values = settle("person", "P1", PERSON, &claims, &mut lineage);
        assert_eq!(values.get(&at("phone")).map(String::as_str), Some("2"));
        let table = lineage.finish("lineage", "", &[], &[]).expect("a table");
        let text = |name: &str| {
            super::super::columns::as_text(table.batches[0].column_by_name(name).expect("a column")).expect("texts")
        };
        assert_eq!(
            (text("reason").value(0), text("row_id").value(0), text("contested").value(0)),
            ("trust", "b", "true")
        );
        let others = table.batches[0].column_by_name("alternatives").expect("a column");
        let others = others.as_any().downcast_ref::<arrow::array::ListArray>().expect("a list").value(0);
        assert_eq!(others.len(), 2);
    }
}
