//! Fuses the claims of many rows about one entity into its published values, and says where each came from.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::survivorship::{self, Claim};
use crate::model::FieldType;
use crate::stage::columns::Column;
use crate::stage::lineage::{Origin, Told, at_row};

/// One row's claim about one field of one entity.
#[derive(Clone, Debug)]
pub(super) struct Said<'a> {
    pub value: Cow<'a, str>,
    pub trust: u8,
    pub period: &'a str,
    pub row_id: &'a str,
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
        let Some((winner, _)) = winner(said, columns[larger].kind) else { continue };
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

/// Settles every field of an entity: the published values with what each rests on.
pub(super) fn settle<'a>(columns: &'static [Column], claims: &Claims<'a>) -> Told<'a> {
    let mut told = Told::new();
    for (column, said) in claims {
        let Some((winner, reason)) = winner(said, columns[*column].kind) else { continue };
        let chosen = &said[winner];
        let mut others: Vec<String> = said
            .iter()
            .filter(|other| other.value != chosen.value)
            .map(|other| at_row(&other.value, other.row_id))
            .collect();
        others.sort();
        others.dedup();
        told.insert(
            columns[*column].name,
            Origin {
                value: chosen.value.clone().into_owned(),
                items: Vec::new(),
                row_id: Cow::Borrowed(chosen.row_id),
                reason,
                alternatives: others,
                basis: Vec::new(),
            },
        );
    }
    told
}

fn winner(said: &[Said<'_>], kind: FieldType) -> Option<(usize, &'static str)> {
    if let Some((at, reason)) = said.iter().enumerate().find_map(|(at, claim)| Some((at, claim.decided?))) {
        return Some((at, reason));
    }
    let claims: Vec<Claim<'_>> =
        said.iter().map(|said| Claim { value: &said.value, trust: said.trust, period: said.period }).collect();
    survivorship::survivor(&claims, |a, b| order(kind, a, b)).map(|(at, reason)| (at, reason.as_str()))
}

/// Numbers are ordered as numbers; the texts of days and months are in order as they stand. All numbers of a column have
/// the same decimals, so that they compare without the point.
fn order(kind: FieldType, a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.replace('.', "").parse::<i128>().ok();
    let numbers = matches!(kind, FieldType::Money | FieldType::Decimal | FieldType::Integer);
    match (numbers, number(a), number(b)) {
        (true, Some(a), Some(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::columns::PERSON;

    fn said<'a>(value: &'a str, trust: u8, row_id: &'a str) -> Said<'a> {
        Said { value: Cow::Borrowed(value), trust, period: "", row_id, decided: None }
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
        let told = settle(PERSON, &claims);
        let value = |name: &str| told.get(name).map(|origin| origin.value.as_str());
        assert_eq!([value("county"), value("town"), value("village")], [Some("泰和县"), Some("澄江镇"), None]);
    }

    #[test]
    fn of_two_amounts_between_which_nothing_decides_the_smaller_number_is_taken() {
        let claims = Claims::from([(at("help_amount"), vec![said("2000.00", 50, "a"), said("500.00", 50, "b")])]);
        let told = settle(PERSON, &claims);
        assert_eq!((told["help_amount"].value.as_str(), told["help_amount"].reason), ("500.00", "arbitrary"));
    }

    #[test]
    fn the_winner_keeps_its_reason_and_the_others_their_rows() {
        let claims = Claims::from([(at("phone"), vec![said("1", 10, "a"), said("2", 20, "b"), said("1", 10, "c")])]);
        let told = settle(PERSON, &claims);
        let phone = &told["phone"];
        assert_eq!((phone.value.as_str(), phone.row_id.as_ref(), phone.reason), ("2", "b", "trust"));
        assert_eq!(phone.alternatives, ["1 @ a", "1 @ c"]);
    }
}
