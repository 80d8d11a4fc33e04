//! The people of the invented city: households, their members, and who is in which programme.

use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate};

use super::dice::Dice;
use super::guilt::{self, Guilt};
use super::identity;
use super::list::Subject;
use super::names::Name;
use super::places::{self, COUNTIES};

/// How a member stands to the head of the household (terms of GB/T 4761).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    Head,
    Spouse,
    Son,
    Daughter,
    Parent,
}

impl Relation {
    /// Term and standard number.
    pub fn term(self, male: bool) -> (&'static str, &'static str) {
        match (self, male) {
            (Relation::Head, _) => ("户主", "02"),
            (Relation::Spouse, _) => ("配偶", "10"),
            (Relation::Son, _) => ("子", "20"),
            (Relation::Daughter, _) => ("女", "30"),
            (Relation::Parent, true) => ("父亲", "51"),
            (Relation::Parent, false) => ("母亲", "52"),
        }
    }
}

/// What a person lives on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// Too young, too old or unable.
    None,
    Pupil,
    Farm,
    OddJobs,
    Firm,
    Public,
    Owner,
    Retired,
}

/// The programme that a household is in; at most one, but for planted cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Programme {
    None,
    Dibao,
    Tekun,
    Linshi,
    /// Low-income edge household: the registration form alone.
    Edge,
    Worker,
    Party,
}

impl Programme {
    /// The name used in `truth/households.csv`.
    pub fn title(self) -> &'static str {
        match self {
            Programme::None => "",
            Programme::Dibao => "低保",
            Programme::Tekun => "特困",
            Programme::Linshi => "临时救助",
            Programme::Edge => "低收入边缘",
            Programme::Worker => "困难职工",
            Programme::Party => "困难党员",
        }
    }
}

/// A person, kept small: 500,000 of them are in memory at once.
#[derive(Clone, Copy)]
pub struct Person {
    pub household: u32,
    pub name: Name,
    pub birth: NaiveDate,
    pub region: u32,
    pub sequence: u16,
    pub male: bool,
    pub relation: Relation,
    pub work: Work,
    /// Ten times the category (1-7) plus the level (1-4) of GB/T 26341; 0 for none.
    pub disability: u8,
}

impl Person {
    /// The identity number.
    pub fn number(&self) -> String {
        identity::number(self.region, self.birth, self.sequence)
    }

    /// Completed years on a day.
    pub fn age(&self, day: NaiveDate) -> u32 {
        day.years_since(self.birth).unwrap_or(0)
    }

    /// Term and number of the sex (GB/T 2261.1).
    pub fn sex(&self) -> (&'static str, &'static str) {
        if self.male { ("男", "1") } else { ("女", "2") }
    }
}

/// A household; its members are `first .. first + size` of the people.
#[derive(Clone, Copy)]
pub struct Household {
    pub first: u32,
    pub size: u8,
    pub county: u8,
    pub town: u8,
    pub village: u8,
    pub urban: bool,
    pub programme: Programme,
    /// Also watched against falling into poverty (防止返贫监测).
    pub monitored: bool,
    /// Its members filled in the registration form.
    pub registered: bool,
    /// The month of the run in which it first appears in its register, 0 for the first.
    pub joined: u8,
    /// What the rules must find in it.
    pub guilt: Guilt,
    /// The other household of a case that concerns two or more; itself otherwise.
    pub partner: u32,
}

/// Everybody.
pub struct City {
    pub people: Vec<Person>,
    pub households: Vec<Household>,
    pub as_of: NaiveDate,
    /// The first days of the months that monthly lists are written for, the oldest first.
    pub months: Vec<NaiveDate>,
    /// People in no household: those who died in the year, then those whom rules must find missed: disabled, then
    /// orphans; and those who go by another's number.
    pub departed: Vec<Person>,
    /// How many of `departed` died; the rest is alive and unseen.
    pub dead: u32,
}

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

    /// The household of a person.
    pub fn household_of(&self, person: u32) -> &Household {
        &self.households[self.people[person as usize].household as usize]
    }

    /// The members of a household, the head first.
    pub fn members(&self, household: &Household) -> std::ops::Range<u32> {
        household.first..household.first + u32::from(household.size)
    }

    /// Whether a person is in a list that makes people of the database.
    pub fn enrolled(&self, person: u32) -> bool {
        let household = self.household_of(person);
        household.programme != Programme::None || household.monitored
    }

    /// The people in no household who are in a list, with their indexes, which follow on those of the others.
    pub fn loners(&self, source: &str) -> impl Iterator<Item = (&Person, u32)> {
        let wanted: fn(&City, u32) -> bool = match source {
            "death" => |city, turn| turn < city.dead,
            "disability" => |city, turn| turn >= city.dead && city.departed[turn as usize].disability > 0,
            "student" => |city, turn| {
                turn >= city.dead + guilt::cases(city.people.len() as u32)
                    && turn < city.dead + 2 * guilt::cases(city.people.len() as u32)
            },
            "registration" => |city, turn| turn >= city.dead + 2 * guilt::cases(city.people.len() as u32),
            _ => |_, _| false,
        };
        let first = self.people.len() as u32;
        (0_u32..)
            .zip(&self.departed)
            .filter(move |(turn, _)| wanted(self, *turn))
            .map(move |(turn, p)| (p, first + turn))
    }

    /// Those who go by another's number, in the order of the cases.
    pub fn impostors(&self) -> impl Iterator<Item = (&Person, u32)> {
        self.loners("registration")
    }

    /// Whether an index is that of somebody whom a rule must find missed.
    pub fn is_unseen(&self, index: u32) -> bool {
        index >= self.people.len() as u32 + self.dead
    }

    /// The household's number in every list: county code and a serial.
    pub fn household_number(&self, household: u32) -> String {
        format!("{}{household:07}", COUNTIES[self.households[household as usize].county as usize].code)
    }

    /// County, town and village by name.
    pub fn place(&self, household: u32) -> [String; 3] {
        let home = &self.households[household as usize];
        [
            COUNTIES[home.county as usize].name.to_owned(),
            places::town(home.county, home.town),
            places::village(home.county, home.town, home.village),
        ]
    }

    /// The full address.
    pub fn address(&self, household: u32) -> String {
        let [county, town, village] = self.place(household);
        format!("江西省吉安市{county}{town}{village}{}组{}号", household % 9 + 1, household % 187 + 1)
    }

    /// The telephone number of a person; children and the very old are reached through the head.
    pub fn phone(&self, person: u32) -> String {
        let age = self.people[person as usize].age(self.as_of);
        let owner = if (16..80).contains(&age) { person } else { self.household_of(person).first };
        identity::phone(u64::from(owner))
    }

    /// What the household of a row's subject is guilty of.
    pub fn guilt(&self, subject: &Subject) -> Guilt {
        subject.home.index.map_or(Guilt::None, |index| self.households[index as usize].guilt)
    }

    /// The member of another household who is also listed in this one.
    pub fn guest_of(&self, household: u32) -> Option<u32> {
        let host = &self.households[household as usize];
        let home = &self.households[host.partner as usize];
        match (host.guilt, home.guilt) {
            (Guilt::Host, Guilt::Split) => Some(home.first + 1),
            (Guilt::Host, _) => Some(home.first + u32::from(home.size) - 1),
            _ => None,
        }
    }

    /// The people whom the register lists under a household: its members, but for the planted cases.
    pub fn listed(&self, household: u32) -> Vec<u32> {
        let entry = &self.households[household as usize];
        let split = |member: &u32| entry.guilt != Guilt::Split || *member != entry.first + 1;
        self.members(entry).filter(split).chain(self.guest_of(household)).collect()
    }

    /// The household's own account.
    pub fn account(&self, household: u32) -> String {
        identity::bank_account(u64::from(household))
    }

    /// The account that a household's aid is paid to: its own, but in the cases where several share one.
    pub fn paid_to(&self, household: u32) -> String {
        let entry = &self.households[household as usize];
        self.account(if entry.guilt == Guilt::SharedAccount { entry.partner } else { household })
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
