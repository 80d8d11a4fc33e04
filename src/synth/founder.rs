//! How the city is founded: households of several kinds, their members, and who comes into which programme.

use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate};

use super::city::{City, Household, Person, Programme, Relation, Work};
use super::dice::Dice;
use super::guilt::{self, Guilt};
use super::identity;
use super::names::Name;
use super::places::{self, COUNTIES};

/// Kinds of household: share in a hundred, ages of the adults, number of children and of grandparents.
const KINDS: [(u32, Kind); 9] = [
    (6, Kind::OldSingle),
    (6, Kind::Single),
    (9, Kind::OldCouple),
    (8, Kind::Family { children: 0, parents: 0 }),
    (19, Kind::Family { children: 1, parents: 0 }),
    (22, Kind::Family { children: 2, parents: 0 }),
    (8, Kind::Family { children: 3, parents: 0 }),
    (18, Kind::Family { children: 2, parents: 1 }),
    (4, Kind::OneParent),
];

#[derive(Clone, Copy)]
enum Kind {
    OldSingle,
    Single,
    OldCouple,
    Family { children: u32, parents: u32 },
    OneParent,
}

struct Founder<'a> {
    dice: Dice,
    as_of: NaiveDate,
    taken: HashSet<(u32, NaiveDate, u16)>,
    namesakes: HashSet<(Name, NaiveDate)>,
    people: &'a mut Vec<Person>,
}

impl Founder<'_> {
    /// Adds a person, with a number nobody has and a name that nobody born on that day has.
    fn person(&mut self, place: (u32, u8), relation: Relation, male: bool, age: i64, family: Option<Name>) -> Name {
        let (household, county) = place;
        let days = age * 365 + age / 4 + self.dice.between(1, 364);
        let birth = self.as_of.checked_sub_days(Days::new(days as u64)).unwrap_or(self.as_of);
        let county = if self.dice.chance(0.05) { self.dice.below(13) as u8 } else { county };
        let region = identity::card_region(COUNTIES[county as usize].code, birth, &mut self.dice);
        let mut sequence = self.dice.below(499) as u16 * 2 + if male { 1 } else { 2 };
        while !self.taken.insert((region, birth, sequence)) {
            sequence = (sequence + 1) % 996 + 1;
        }
        let name = loop {
            let name = Name::draw(&mut self.dice, male, birth.year(), family);
            if self.namesakes.insert((name, birth)) {
                break name;
            }
        };
        let work = self.work(age);
        let (region, disability) = (region, 0);
        self.people.push(Person { household, name, birth, region, sequence, male, relation, work, disability });
        name
    }

    fn work(&mut self, age: i64) -> Work {
        match age {
            ..6 => Work::None,
            6..18 => Work::Pupil,
            18..22 if self.dice.chance(0.5) => Work::Pupil,
            18..60 => {
                let shares = [30, 26, 34, 4, 2, 4];
                let kinds = [Work::Farm, Work::OddJobs, Work::Firm, Work::Public, Work::Owner, Work::None];
                kinds[self.dice.weighted(shares.into_iter())]
            }
            _ if self.dice.chance(0.3) => Work::Retired,
            _ => Work::None,
        }
    }

    fn household(&mut self, place: (u32, u8), kind: Kind) {
        let male = self.dice.chance(0.8);
        match kind {
            Kind::OldSingle => {
                let (age, male) = (self.dice.between(62, 92), self.dice.chance(0.6));
                self.person(place, Relation::Head, male, age, None);
            }
            Kind::Single => {
                let age = self.dice.between(22, 58);
                self.person(place, Relation::Head, male, age, None);
            }
            Kind::OldCouple => {
                let age = self.dice.between(60, 88);
                self.person(place, Relation::Head, true, age, None);
                let younger = self.dice.between(0, 4);
                self.person(place, Relation::Spouse, false, (age - younger).max(58), None);
            }
            Kind::Family { children, parents } => {
                let age = self.dice.between(25, 55);
                let head = self.person(place, Relation::Head, male, age, None);
                let partner_age = (age + self.dice.between(-4, 3)).max(22);
                let partner = self.person(place, Relation::Spouse, !male, partner_age, None);
                let family = if male { head } else { partner };
                for _ in 0..children {
                    self.child(place, age.min(partner_age), family);
                }
                for turn in 0..parents + u32::from(parents > 0 && self.dice.chance(0.5)) {
                    let old = age + self.dice.between(21, 30);
                    self.person(place, Relation::Parent, turn == 0, old, (turn == 0).then_some(head));
                }
            }
            Kind::OneParent => {
                let (age, male) = (self.dice.between(26, 52), self.dice.chance(0.4));
                let head = self.person(place, Relation::Head, male, age, None);
                self.child(place, age, head);
            }
        }
    }

    fn child(&mut self, place: (u32, u8), parent_age: i64, family: Name) {
        let age = (parent_age - self.dice.between(21, 32)).clamp(0, 30);
        let male = self.dice.chance(0.53);
        self.person(place, if male { Relation::Son } else { Relation::Daughter }, male, age, Some(family));
    }
}

impl City {
    /// Founds a city of exactly `people` people.
    pub fn found(people: u32, seed: u64, as_of: NaiveDate, months: u32) -> City {
        let mut everybody = Vec::with_capacity(people as usize + 8);
        let mut dice = Dice::new(seed, 1);
        let mut founder = Founder {
            dice: Dice::new(seed, 2),
            as_of,
            taken: HashSet::new(),
            namesakes: HashSet::new(),
            people: &mut everybody,
        };
        // Villages are of about the same size, so households fill them in order; about 3.38 people to a household, and the
        // last village takes what is left.
        let expected = (f64::from(people) / 3.38).ceil().max(1.0) as u64;
        let villages: Vec<(u8, u8, u8)> = (0..13_u8)
            .flat_map(|county| (0..COUNTIES[county as usize].towns as u8).map(move |town| (county, town)))
            .flat_map(|(county, town)| (0..places::villages(county, town) as u8).map(move |v| (county, town, v)))
            .collect();
        let mut households: Vec<Household> = Vec::new();
        while (founder.people.len() as u32) < people {
            let (index, first) = (households.len() as u32, founder.people.len() as u32);
            let turn = (u64::from(index) * villages.len() as u64 / expected).min(villages.len() as u64 - 1);
            let (county, town, village) = villages[turn as usize];
            let kind = KINDS[dice.weighted(KINDS.iter().map(|kind| kind.0))].1;
            founder.household((index, county), kind);
            founder.people.truncate(people as usize);
            let size = (founder.people.len() as u32 - first) as u8;
            let urban = places::is_urban(county, town);
            let mut household = Household {
                first,
                size,
                county,
                town,
                village,
                urban,
                programme: Programme::None,
                monitored: false,
                registered: false,
                joined: 0,
                guilt: Guilt::None,
                partner: index,
            };
            enrol(&mut household, kind, &mut founder.people[first as usize..], &mut dice, months);
            households.push(household);
        }
        let living = founder.people.len();
        let dead = people / 180;
        for _ in 0..dead {
            let county = founder.dice.below(13) as u8;
            let (age, male) = (founder.dice.between(55, 96), founder.dice.chance(0.5));
            founder.person((u32::MAX, county), Relation::Head, male, age, None);
        }
        let cases = guilt::cases(people);
        for turn in 0..cases * 3 {
            let county = founder.dice.below(13) as u8;
            let (low, high) = if turn / cases == 1 { (7, 13) } else { (25, 58) };
            let (age, male) = (founder.dice.between(low, high), founder.dice.chance(0.5));
            founder.person((u32::MAX, county), Relation::Head, male, age, None);
        }
        let mut departed = everybody.split_off(living);
        for person in &mut departed[dead as usize..][..cases as usize] {
            person.disability = 41;
        }
        let first = as_of.with_day(1).unwrap_or(as_of);
        let months = (0..months).rev().filter_map(|back| first.checked_sub_months(chrono::Months::new(back))).collect();
        City { people: everybody, households, as_of, months, departed, dead }
    }
}

/// Puts a household into a programme, or leaves it outside, and makes its members fit: the poor of this city own no
/// firm, draw no public salary and so on, so that only planted cases are guilty of anything.
fn enrol(household: &mut Household, kind: Kind, members: &mut [Person], dice: &mut Dice, months: u32) {
    use Programme::{Dibao, Edge, Linshi, None, Party, Tekun, Worker};
    household.programme = match kind {
        Kind::OldSingle if dice.chance(0.12) => Tekun,
        _ => {
            let shares = [4_800, 900, 1_900, 350, 250, 91_800];
            [Dibao, Linshi, Edge, Worker, Party, None][dice.weighted(shares.into_iter())]
        }
    };
    let adult_head = members.first().is_some_and(|head| head.work != Work::Pupil && head.work != Work::None);
    if household.programme == Worker && !adult_head {
        household.programme = Edge;
    }
    let programme = household.programme;
    household.registered = match programme {
        None => false,
        Dibao | Tekun => dice.chance(0.4),
        _ => true,
    };
    household.monitored = programme == Dibao && !household.urban && dice.chance(0.15);
    if months > 1 && matches!(programme, Dibao | Tekun) && dice.chance(0.03) {
        household.joined = dice.between(1, i64::from(months) - 1) as u8;
    }
    for member in members {
        let outside = programme == None;
        if !outside && matches!(member.work, Work::Public | Work::Owner | Work::Retired | Work::Firm) {
            let worker = programme == Worker && member.relation == Relation::Head;
            member.work = match member.work {
                Work::Retired => Work::None,
                _ if worker => Work::Firm,
                _ => Work::OddJobs,
            };
        }
        member.disability = if outside {
            // Outside the registers nobody is severely disabled, nor mentally or intellectually at level 3.
            if dice.chance(0.02) { (dice.below(4) * 10 + 13 + dice.below(2)) as u8 } else { 0 }
        } else if matches!(programme, Dibao | Tekun) && dice.chance(0.12) {
            (dice.below(7) * 10 + 11 + dice.below(4)) as u8
        } else {
            0
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_about_a_tenth_is_enrolled() {
        let as_of = NaiveDate::from_ymd_opt(2025, 12, 15).unwrap();
        let city = City::found(20_000, 7, as_of, 1);
        assert_eq!(city.people.len(), 20_000);
        let numbers: HashSet<_> = city.people.iter().chain(&city.departed).map(Person::number).collect();
        assert_eq!(numbers.len(), 20_000 + city.departed.len());
        assert!(numbers.iter().all(|number| identity::is_sound(number)));
        let enrolled = (0..20_000).filter(|person| city.enrolled(*person)).count();
        assert!((1_500..2_100).contains(&enrolled), "{enrolled}");
        for (index, person) in city.people.iter().enumerate() {
            assert_eq!(person.sequence % 2 == 1, person.male);
            assert!(city.members(city.household_of(index as u32)).contains(&(index as u32)));
        }
    }
}
