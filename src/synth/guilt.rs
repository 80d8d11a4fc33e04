//! The planted cases: a few households that the cross-match rules must find, and the findings due for them.
//!
//! Everybody else in the city is innocent of every rule, so that the findings due are all the findings there are.

use std::collections::BTreeMap;

use super::city::{City, Household, Programme, Relation, Work};
use super::dice::Dice;
use super::truth::Due;

/// What a household is guilty of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guilt {
    None,
    /// The head died in summer and is still paid.
    PaidAfterDeath,
    /// In 低保 and in 特困.
    TwoProgrammes,
    /// In urban and in rural 低保.
    UrbanAndRural,
    /// A member is in another household's 低保, too.
    TwoHouseholds,
    /// The household that such a member is listed in, besides their own.
    Host,
    /// Helped twice for one cause within days.
    RepeatedAid,
    /// More people stated than listed.
    FamilySize,
    /// Several households paid into one account.
    SharedAccount,
    PublicSalary,
    Vehicle,
    Properties,
    Company,
    Prison,
    InsuredTwice,
    ProvidentFund,
    Wage,
    Pension,
    /// Paid 低保 without being in its register.
    PaidOutside,
    /// The number of the head stands for another name in a list.
    SharedNumber,
    /// Monitored, and in no programme.
    MonitoredUncovered,
    /// Paid after the end that the register states.
    PaidAfterExit,
    /// Savings above the limit.
    Assets,
    /// A couple listed in two households of the register.
    Split,
    /// In the register's list of households and not in that of persons.
    HeadWithoutMembers,
    /// The other way round.
    MembersWithoutHead,
    /// A dear illness and no help.
    MedicalCost,
}

/// Households that share one account.
const SHARERS: usize = 4;

/// How many cases of each kind there are in a city of so many people.
pub fn cases(people: u32) -> u32 {
    1 + people / 15_000
}

impl Guilt {
    /// Whether the guilt puts the `position`-th member into a department's list.
    pub fn puts_into(self, source: &str, position: u32) -> bool {
        let list = match self {
            Guilt::PaidAfterDeath => "death",
            Guilt::PublicSalary => "public_payroll",
            Guilt::Vehicle => "vehicle",
            Guilt::Properties => "real_estate",
            Guilt::Company => "enterprise",
            Guilt::Prison => "prison",
            Guilt::InsuredTwice => "medical_insurance",
            Guilt::ProvidentFund => "provident_fund",
            Guilt::Wage => "tax",
            Guilt::Pension => "pension",
            Guilt::MedicalCost => "medical_expense",
            _ => return false,
        };
        position == 0 && list == source
    }

    /// How many rows the `position`-th member gets in a department's list.
    pub fn times(self, source: &str, position: u32) -> u32 {
        match (self, source, position) {
            (Guilt::Properties, "real_estate", 0) => 3,
            (Guilt::InsuredTwice, "medical_insurance", 0) => 2,
            _ => 1,
        }
    }

    /// The rule that must find it and the lists that prove it.
    fn rule(self) -> Option<(&'static str, &'static [&'static str])> {
        Some(match self {
            Guilt::None | Guilt::Host => return None,
            Guilt::PaidAfterDeath => ("paid_after_death", &["death", "dibao", "payment"]),
            Guilt::TwoProgrammes => ("two_programmes_at_once", &["dibao", "tekun"]),
            Guilt::UrbanAndRural => ("urban_and_rural_at_once", &["dibao"]),
            Guilt::TwoHouseholds => ("two_households_at_once", &["dibao"]),
            Guilt::RepeatedAid => ("repeated_aid_same_cause", &["linshi"]),
            Guilt::FamilySize => ("family_size_differs", &["dibao"]),
            Guilt::SharedAccount => ("shared_bank_account", &["payment"]),
            Guilt::PublicSalary => ("public_salary", &["public_payroll"]),
            Guilt::Vehicle => ("vehicle_owner", &["vehicle"]),
            Guilt::Properties => ("several_properties", &["real_estate"]),
            Guilt::Company => ("company_owner", &["enterprise"]),
            Guilt::Prison => ("in_prison_and_paid", &["prison", "dibao", "payment"]),
            Guilt::InsuredTwice => ("insured_twice", &["medical_insurance"]),
            Guilt::ProvidentFund => ("provident_fund_contributor", &["provident_fund"]),
            Guilt::Wage => ("wage_above_limit", &["tax"]),
            Guilt::Pension => ("pension_above_limit", &["pension"]),
            Guilt::PaidOutside => ("paid_outside_register", &["payment"]),
            Guilt::SharedNumber => ("number_shared_by_names", &["dibao"]),
            Guilt::PaidAfterExit => ("paid_after_exit", &["dibao", "payment"]),
            Guilt::Assets => ("assets_above_limit", &["dibao", "authorisation"]),
            Guilt::Split => ("split_household", &["household_register", "dibao"]),
            Guilt::HeadWithoutMembers => ("head_without_members", &["dibao"]),
            Guilt::MembersWithoutHead => ("members_without_head", &["dibao"]),
            Guilt::MedicalCost => ("missed_medical_cost", &["medical_expense"]),
            Guilt::MonitoredUncovered => ("monitored_not_covered", &["monitored"]),
        })
    }

    /// Whether a household can be made guilty of it.
    fn fits(self, city: &City, household: &Household) -> bool {
        let head = &city.people[household.first as usize];
        let age = head.age(city.as_of);
        let able = (22..58).contains(&age) && head.work != Work::Pupil;
        let dibao = household.programme == Programme::Dibao && household.joined == 0 && !household.monitored;
        match self {
            Guilt::None | Guilt::Host => false,
            Guilt::MonitoredUncovered => {
                household.programme == Programme::None && !household.urban && household.size > 1
            }
            Guilt::MedicalCost | Guilt::PaidOutside => household.programme == Programme::Edge,
            Guilt::Pension => dibao && age >= 60,
            Guilt::InsuredTwice | Guilt::Assets | Guilt::MembersWithoutHead => dibao,
            // Out of the register, a severely disabled member would count as missed.
            Guilt::PaidAfterExit => {
                dibao && city.members(household).all(|member| city.people[member as usize].disability == 0)
            }
            Guilt::HeadWithoutMembers => dibao && household.size == 1 && household.registered,
            Guilt::Split => {
                dibao && household.size > 2 && !household.registered && {
                    city.people[household.first as usize + 1].relation == Relation::Spouse
                }
            }
            Guilt::RepeatedAid => household.programme == Programme::Linshi,
            Guilt::TwoProgrammes => dibao && household.size == 1,
            Guilt::TwoHouseholds => dibao && household.size > 2,
            Guilt::FamilySize | Guilt::SharedAccount | Guilt::SharedNumber => dibao && household.size > 1,
            Guilt::UrbanAndRural => dibao && !household.urban,
            Guilt::PaidAfterDeath => dibao && age > 30,
            _ => dibao && able,
        }
    }
}

const KINDS: [Guilt; 25] = [
    Guilt::TwoProgrammes,
    Guilt::HeadWithoutMembers,
    Guilt::Split,
    Guilt::PaidAfterDeath,
    Guilt::UrbanAndRural,
    Guilt::TwoHouseholds,
    Guilt::RepeatedAid,
    Guilt::FamilySize,
    Guilt::SharedAccount,
    Guilt::PublicSalary,
    Guilt::Vehicle,
    Guilt::Properties,
    Guilt::Company,
    Guilt::Prison,
    Guilt::SharedNumber,
    Guilt::MonitoredUncovered,
    Guilt::InsuredTwice,
    Guilt::ProvidentFund,
    Guilt::Wage,
    Guilt::Pension,
    Guilt::PaidOutside,
    Guilt::PaidAfterExit,
    Guilt::Assets,
    Guilt::MembersWithoutHead,
    Guilt::MedicalCost,
];

/// Makes some households guilty; fewer where the city is too small.
pub fn plant(city: &mut City, seed: u64) {
    let mut dice = Dice::new(seed, 3);
    let count = city.households.len() as u32;
    for kind in KINDS {
        let group = match kind {
            Guilt::SharedAccount => SHARERS,
            Guilt::TwoHouseholds | Guilt::Split => 2,
            _ => 1,
        };
        for turn in 0..cases(city.people.len() as u32) {
            // From a place drawn at random onward, the first households that will do.
            let start = dice.below(count);
            let mut found: Vec<u32> = Vec::new();
            for index in (0..count).map(|step| (start + step) % count) {
                let household = &city.households[index as usize];
                // Every second member of two households has them in two counties, but both in the town or both in the
                // country: urban and rural at once is another case.
                let afar = found.first().is_none_or(|first| {
                    let home = &city.households[*first as usize];
                    let far = home.county != household.county;
                    kind != Guilt::TwoHouseholds || (far == (turn % 2 == 1) && home.urban == household.urban)
                });
                if household.guilt == Guilt::None && afar && kind.fits(city, household) {
                    found.push(index);
                    if found.len() == group {
                        break;
                    }
                }
            }
            if kind == Guilt::SharedAccount {
                // The finding names the first of them.
                found.sort_unstable();
            }
            if found.len() < group {
                break;
            }
            for index in &found {
                let household = &mut city.households[*index as usize];
                household.guilt = kind;
                household.partner = found[0];
                if kind == Guilt::MonitoredUncovered {
                    household.monitored = true;
                    make_poor(city, *index);
                }
            }
            if kind == Guilt::SharedNumber {
                city.households[found[0] as usize].partner = turn;
            }
            if matches!(kind, Guilt::TwoHouseholds | Guilt::Split) {
                city.households[found[0] as usize].partner = found[1];
                city.households[found[1] as usize].guilt = Guilt::Host;
            }
        }
    }
}

/// Takes what only the well-off have from a household that becomes poor after the city was founded.
fn make_poor(city: &mut City, household: u32) {
    let entry = city.households[household as usize];
    for person in &mut city.people[entry.first as usize..][..usize::from(entry.size)] {
        person.disability = 0;
        if matches!(person.work, Work::Firm | Work::Public | Work::Owner | Work::Retired) {
            person.work = Work::OddJobs;
        }
    }
}

/// The rows of the guilty, noted while the files are written.
#[derive(Default)]
pub struct Docket {
    rows: BTreeMap<(u32, u32), Vec<(&'static str, String)>>,
}

impl Docket {
    /// Notes a row if it is one of a guilty household or of somebody missed.
    pub fn row(
        &mut self,
        city: &City,
        source: &'static str,
        person: Option<u32>,
        household: Option<u32>,
        row_id: &str,
    ) {
        let guilty = household.is_some_and(|index| !matches!(city.households[index as usize].guilt, Guilt::None));
        let Some(person) = person.filter(|person| guilty || city.is_unseen(*person)) else { return };
        let place = (household.unwrap_or(u32::MAX), person);
        self.rows.entry(place).or_default().push((source, row_id.to_owned()));
    }

    fn evidence(&self, household: u32, person: Option<u32>, sources: &[&str]) -> Vec<String> {
        let (low, high) = person.map_or(((household, 0), (household, u32::MAX)), |p| ((household, p), (household, p)));
        self.rows
            .range(low..=high)
            .flat_map(|(_, rows)| rows)
            .filter(|(source, _)| sources.contains(source))
            .map(|(_, row_id)| row_id.clone())
            .collect()
    }

    /// The findings due, in the order of households.
    pub fn due(&self, city: &City) -> Vec<Due> {
        let mut due = Vec::new();
        for (index, household) in (0_u32..).zip(&city.households) {
            let Some((rule, sources)) = household.guilt.rule() else { continue };
            let person = match household.guilt {
                Guilt::FamilySize
                | Guilt::MonitoredUncovered
                | Guilt::SharedAccount
                | Guilt::Properties
                | Guilt::Assets
                | Guilt::HeadWithoutMembers
                | Guilt::MembersWithoutHead => None,
                Guilt::TwoHouseholds => Some(household.first + u32::from(household.size) - 1),
                _ => Some(household.first),
            };
            if household.guilt == Guilt::SharedAccount && household.partner != index {
                continue;
            }
            let mut rows = self.evidence(index, person, sources);
            if household.guilt == Guilt::TwoHouseholds {
                rows.extend(self.evidence(household.partner, person, sources));
            }
            if household.guilt == Guilt::Split {
                let spouse = Some(household.first + 1);
                rows.extend(self.evidence(index, spouse, sources));
                rows.extend(self.evidence(household.partner, spouse, sources));
            }
            if household.guilt == Guilt::SharedNumber {
                let impostor = city.impostors().nth(household.partner as usize);
                rows.extend(
                    impostor
                        .into_iter()
                        .flat_map(|(_, person)| self.evidence(u32::MAX, Some(person), &["registration"])),
                );
            }
            if household.guilt == Guilt::SharedAccount {
                let sharers = (0_u32..).zip(&city.households);
                let sharers = sharers.filter(|(other, entry)| {
                    *other != index && entry.guilt == Guilt::SharedAccount && entry.partner == index
                });
                rows.extend(sharers.flat_map(|(other, _)| self.evidence(other, None, sources)));
            }
            if household.guilt == Guilt::TwoHouseholds
                && household.county != city.households[household.partner as usize].county
            {
                due.push(Due { rule: "two_counties_at_once", person, household: Some(index), rows: rows.clone() });
            }
            if household.guilt == Guilt::UrbanAndRural {
                // Every member is in both kinds.
                for member in city.members(household).skip(1) {
                    let rows = self.evidence(index, Some(member), sources);
                    due.push(Due { rule, person: Some(member), household: Some(index), rows });
                }
            }
            due.push(Due { rule, person, household: Some(index), rows });
        }
        for (source, rule) in [("disability", "missed_severe_disability"), ("student", "missed_orphan")] {
            for (_, person) in city.loners(source).filter(|(_, person)| city.is_unseen(*person)) {
                let rows = self.evidence(u32::MAX, Some(person), &[source]);
                due.push(Due { rule, person: Some(person), household: None, rows });
            }
        }
        due
    }
}
