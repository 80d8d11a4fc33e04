//! The people of the invented city: households, their members, and who is in which programme.

use chrono::NaiveDate;

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

impl City {
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
