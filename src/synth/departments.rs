//! The departments' lists of everybody: most of their rows concern nobody of the database.

use chrono::{Days, Months, NaiveDate};

use super::SynthError;
use super::book::Form;
use super::city::{City, Person};
use super::clerk::{Damage, DateForm, Style, Value};
use super::dice::Dice;
use super::guilt::Guilt;
use super::identity;
use super::list::{Home, Office, Subject};
use super::portrait::trait_of;
use super::registers::{self, Desk};
use super::truth::Fate;

/// What a list says of one person.
///
/// The number tells apart the rows of somebody who is in the list more than once.
type Row = fn(&City, &Subject, u32) -> Vec<Value>;
/// Whether a person is in a list.
type Member = fn(&City, u32, &Person, &mut Dice) -> bool;

/// A department's list.
pub struct Dump {
    pub source: &'static str,
    pub file: &'static str,
    pub form: Form,
    pub dates: DateForm,
    /// Amounts are in 万元 and a line above the table says so.
    pub wan: bool,
    pub title: &'static str,
    pub headers: &'static [&'static str],
    /// The header is repeated on every printed page.
    pub paged: bool,
    /// Rows hold enough to tell who somebody is without the number.
    pub telling: bool,
    pub member: Member,
    pub row: Row,
}

/// Writes one list of everybody.
pub fn write(office: &mut Office, dump: &Dump) -> Result<(), SynthError> {
    let city = office.city;
    let style = Style { dates: dump.dates, typed: false, wan: dump.wan };
    let mut list = office.list(dump.source, dump.file, dump.form, style);
    list.sheet("Sheet1")?;
    if !dump.title.is_empty() {
        list.title(dump.title, dump.headers.len() as u16)?;
    }
    if dump.wan {
        list.heading(&["", "", "单位：万元"])?;
    }
    list.header(dump.headers)?;
    list.paged = dump.paged;
    list.of_everybody = true;
    for (index, household) in (0_u32..).zip(city.households.iter()) {
        let mut home = None;
        for member in city.members(household) {
            let person = &city.people[member as usize];
            let guilty = household.guilt.puts_into(dump.source, member - household.first);
            if !guilty && !(dump.member)(city, member, person, &mut list.dice) {
                continue;
            }
            let home = home.get_or_insert_with(|| Home::of(city, index));
            let subject = Subject::of(city, member, home);
            let enrolled = city.enrolled(member);
            let damage = match household.guilt {
                Guilt::None if !(dump.telling && enrolled) => Damage::Harmless,
                // Whose number may be damaged in a register or in the form keeps it whole in the departments' lists.
                Guilt::None
                    if registers::damage(city, member, Desk::Register) == Damage::Losable
                        || registers::damage(city, member, Desk::Form) == Damage::Losable =>
                {
                    Damage::Harmless
                }
                Guilt::None => Damage::Repairable,
                _ => Damage::Clean,
            };
            let fate = if enrolled { Fate::Accepted } else { Fate::Unrelated };
            for turn in 0..household.guilt.times(dump.source, member - household.first) {
                let values = |subject: &Subject, _: &mut Dice| (dump.row)(city, subject, turn);
                list.person(&subject, damage, fate, &values)?;
            }
        }
    }
    for (person, index) in city.loners(dump.source) {
        let home = Home::alone(person, index);
        let subject = Subject {
            person,
            index: Some(index),
            home: &home,
            age: person.age(city.as_of),
            phone: identity::phone(u64::from(index)),
        };
        let unseen = city.is_unseen(index);
        let (damage, fate) = if unseen { (Damage::Clean, Fate::Accepted) } else { (Damage::Harmless, Fate::Unrelated) };
        list.person(&subject, damage, fate, &|subject: &Subject, _: &mut Dice| (dump.row)(city, subject, 0))?;
    }
    list.finish()
}

pub fn years_after(day: NaiveDate, years: u32) -> NaiveDate {
    day.checked_add_months(Months::new(years * 12)).unwrap_or(day)
}

/// A day some years ago, the same for the same person and salt.
pub fn some_day(city: &City, person: &Person, salt: u32, years: u32) -> NaiveDate {
    let back = u64::from(trait_of(person, salt, years * 365)) + 30;
    city.as_of.checked_sub_days(Days::new(back)).unwrap_or(city.as_of).max(person.birth)
}

pub fn firm(home: &Home, person: &Person) -> String {
    const TRADES: [&str; 6] = ["电子", "建材", "粮油", "纺织", "医药", "物流"];
    format!("吉安{}{}有限公司", home.town.trim_end_matches("街道"), TRADES[trait_of(person, 61, 6) as usize])
}

pub fn last_month(city: &City) -> NaiveDate {
    city.months.last().copied().unwrap_or(city.as_of)
}

/// A day in August, September or October before the run: long enough ago for payments of the month to be wrong.
pub fn summer(city: &City, person: &Person) -> NaiveDate {
    let months = Months::new(2 + city.months.len() as u32);
    let first = city.as_of.checked_sub_months(months).unwrap_or(city.as_of);
    first.checked_sub_days(Days::new(u64::from(trait_of(person, 80, 40)))).unwrap_or(first)
}
