//! Who is in which household, as which relative, from when to when: the table `membership`.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, StringArray};
use arrow::error::ArrowError;

use super::benefits::day;
use super::ids::Ids;
use super::kept::{Kept, KeptRow};
use crate::model::{Grain, RecordKind, Role, Schema, Table};
use crate::stage::columns::MEMBERSHIP;
use crate::stage::table_rows::Rows;

/// A person in a household as one kind of list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub household: u32,
    pub person: u32,
    pub kind: &'static str,
    pub relation: Option<String>,
    pub row_id: String,
    stay: Stay,
}

impl Member {
    /// Whether the list says that the person is dead, has married away or has moved out.
    pub(super) fn has_left(&self) -> bool {
        self.stay.left
    }

    /// Whoever has left, nobody says when, is no member now and was one until nobody knows when.
    fn is_published(&self) -> bool {
        !self.stay.left || self.stay.ends_on.is_some()
    }
}

/// From when to when a list has somebody in a household; days as ISO texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stay {
    /// How much its rows say of membership, and their period: of two lists the greater decides.
    weight: (u8, String),
    starts_on: Option<String>,
    ends_on: Option<String>,
    left: bool,
}

impl Stay {
    /// Of two rows the one that decides. Among equals the stay spans both, and whoever stays by one of them stays.
    fn and(self, other: Stay) -> Stay {
        if self.weight != other.weight {
            return if self.weight > other.weight { self } else { other };
        }
        let starts_on = [self.starts_on, other.starts_on].into_iter().flatten().min();
        let ends_on = match (self.left, other.left) {
            (true, false) => other.ends_on,
            (false, true) => self.ends_on,
            // An end that one of two leavers does not know is the other's; of two others, no end is the later one.
            (true, true) => self.ends_on.max(other.ends_on),
            (false, false) => self.ends_on.zip(other.ends_on).map(|(a, b)| a.max(b)),
        };
        Stay { weight: self.weight, starts_on, ends_on, left: self.left && other.left }
    }
}

/// Fields that say how somebody stands in the household, with the terms for those who are no longer of it.
const LEFT: [(&str, &[&str]); 2] =
    [("person_status", &["死亡", "嫁娶", "分户迁出"]), ("register_status", &["迁出", "死亡注销", "注销"])];

/// What the rows of one table say of stays.
struct Stays {
    weight: u8,
    starts_on: Option<StringArray>,
    ends_on: Option<StringArray>,
}

impl Stays {
    /// A benefit's rows say it in the fields that feed `assistance`, the police's register in its own.
    fn of(table: &Kept) -> Result<Self, ArrowError> {
        let schema = &table.schema;
        let texts = |name: Option<&str>| -> Result<Option<StringArray>, ArrowError> {
            Ok(name.map(|name| table.texts(name)).transpose()?.flatten())
        };
        let field = |at: Option<usize>| at.and_then(|at| schema.fields.get(at)).map(|field| field.name.as_str());
        let (starts_on, ends_on) = match &schema.assistance {
            Some(rule) if rule.record_kind == RecordKind::Entitlement => (field(rule.starts_on), field(rule.ends_on)),
            None if schema.field("left_on").is_some() => (Some("registered_on"), Some("left_on")),
            _ => (None, None),
        };
        Ok(Stays { weight: weight(schema), starts_on: texts(starts_on)?, ends_on: texts(ends_on)? })
    }

    fn at(&self, table: &Kept, row: usize) -> Stay {
        let text = |texts: &Option<StringArray>, last: bool| {
            let texts = texts.as_ref().filter(|texts| texts.is_valid(row))?;
            day(texts.value(row), last)
        };
        Stay {
            weight: (self.weight, table.period(row).to_owned()),
            starts_on: text(&self.starts_on, false),
            ends_on: text(&self.ends_on, true),
            left: LEFT.iter().any(|(field, terms)| table.text(field, row).is_some_and(|term| terms.contains(&term))),
        }
    }
}

/// Whoever is paid need not be listed; a row of the whole household says less of its head than the head's own.
fn weight(schema: &Schema) -> u8 {
    match (&schema.assistance, schema.grain) {
        (Some(rule), _) if rule.record_kind == RecordKind::Payment => 0,
        (_, Grain::Household) => 1,
        (_, Grain::Person) => 2,
    }
}

/// Who lives with whom: one entry per household, person and kind, from the first row that says so (a row with a
/// relation goes before one without).
///
/// # Errors
/// Only when a column has no text form: a fault of the program.
pub(super) fn members(kept: &[Kept], home: &[u32], first_row: &[Option<KeptRow>]) -> Result<Vec<Member>, ArrowError> {
    let mut found: BTreeMap<(u32, u32, &'static str), Member> = BTreeMap::new();
    for table in kept {
        let kind = household_kind(&table.schema);
        let stays = Stays::of(table)?;
        for (row, link) in table.links.iter().enumerate() {
            let (Some(person), Some(household), true) = (link.person, link.household, link.states_household) else {
                continue;
            };
            let relation = match table.schema.grain {
                Grain::Household => Some("户主"),
                Grain::Person => table.text("relation", row),
            };
            let stay = stays.at(table, row);
            let member = found.entry((household, person, kind)).or_insert_with(|| Member {
                household,
                person,
                kind,
                relation: None,
                row_id: table.row_id(row).to_owned(),
                stay: stay.clone(),
            });
            member.stay = std::mem::take(&mut member.stay).and(stay);
            if member.relation.is_none() && relation.is_some() {
                member.relation = relation.map(str::to_owned);
                member.row_id = table.row_id(row).to_owned();
            }
        }
    }
    // Whoever no list puts into a household lives in one of their own.
    let housed: BTreeSet<u32> = found.values().map(|member| member.person).collect();
    for (person, household) in (0u32..).zip(home) {
        if let (false, Some((table, row))) = (housed.contains(&person), first_row[person as usize]) {
            found.insert(
                (*household, person, "living"),
                Member {
                    household: *household,
                    person,
                    kind: "living",
                    relation: None,
                    row_id: kept[table].row_id(row).to_owned(),
                    stay: Stay::default(),
                },
            );
        }
    }
    Ok(found.into_values().collect())
}

/// What kind of household the rows of a schema tell of.
fn household_kind(schema: &Schema) -> &'static str {
    match (schema.assistance.is_some(), schema.role) {
        (true, _) => "benefit",
        (false, Role::Enrols) => "living",
        (false, Role::Informs) => "register",
    }
}

pub(super) fn membership(members: &[Member], ids: &Ids) -> Result<Table, ArrowError> {
    let mut rows = Rows::new(MEMBERSHIP);
    for member in members.iter().filter(|member| member.is_published()) {
        rows.begin();
        rows.set("household_id", &ids.household[member.household as usize]);
        rows.set("person_id", &ids.person[member.person as usize]);
        rows.set_some("relation", member.relation.as_deref());
        rows.set("household_kind", member.kind);
        rows.set_some("starts_on", member.stay.starts_on.as_deref());
        rows.set_some("ends_on", member.stay.ends_on.as_deref());
        rows.set("row_id", &member.row_id);
    }
    rows.finish("membership", "家庭成员", &["person_id", "household_id", "household_kind"], &["household_id"])
}

#[cfg(test)]
mod tests {
    use super::Stay;

    fn stay(weight: u8, period: &str, ends_on: Option<&str>, left: bool) -> Stay {
        let starts_on = Some("2020-01-01".to_owned());
        Stay { weight: (weight, period.to_owned()), starts_on, ends_on: ends_on.map(str::to_owned), left }
    }

    /// The end and whether somebody left, whichever row comes first.
    fn both(a: Stay, b: Stay) -> (Option<String>, bool) {
        let (one, other) = (a.clone().and(b.clone()), b.and(a));
        assert_eq!(one, other);
        (one.ends_on, one.left)
    }

    #[test]
    fn the_newer_list_decides_and_a_persons_own_row_before_the_households() {
        let ended = || stay(2, "2025-06", Some("2022-05-31"), true);
        assert_eq!(both(ended(), stay(2, "2021-01", None, false)), (Some("2022-05-31".into()), true));
        assert_eq!(both(ended(), stay(2, "2025-07", None, false)), (None, false));
        assert_eq!(both(ended(), stay(1, "2025-07", None, false)), (Some("2022-05-31".into()), true));
    }

    #[test]
    fn whoever_stays_by_one_of_two_equal_rows_stays() {
        let ended = |on| stay(2, "", Some(on), false);
        assert_eq!(both(ended("2024-12-31"), stay(2, "", None, false)), (None, false));
        assert_eq!(both(ended("2024-12-31"), ended("2025-03-31")), (Some("2025-03-31".into()), false));
        assert_eq!(
            both(stay(2, "", None, true), stay(2, "", Some("2022-05-31"), true)),
            (Some("2022-05-31".into()), true)
        );
    }
}
