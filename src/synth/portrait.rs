//! What lists say of a person beyond name and number, always the same for the same person: schooling, health, income.

use chrono::{Datelike, Months, NaiveDate};

use super::city::{City, Household, Person, Programme, Relation, Work};
use super::clerk::Value;
use super::guilt::Guilt;
use super::list::Subject;

/// A term and its number as a value.
pub fn code(pair: (&'static str, &'static str)) -> Value {
    Value::Code(pair.0, pair.1)
}

/// A number below `below` that is always the same for the person and the salt.
pub fn trait_of(person: &Person, salt: u32, below: u32) -> u32 {
    let mut mixed = u32::from(person.sequence)
        .wrapping_mul(7_919)
        .wrapping_add((person.birth.num_days_from_ce() as u32).wrapping_mul(104_729))
        .wrapping_add(salt.wrapping_mul(2_654_435_761));
    mixed = (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519);
    ((u64::from(mixed ^ (mixed >> 13)) * u64::from(below)) >> 32) as u32
}

/// Marital status (GB/T 2261.2): whoever lives with a spouse is married.
pub fn marital(city: &City, subject: &Subject) -> (&'static str, &'static str) {
    let household = subject.home.index.map(|index| &city.households[index as usize]);
    let paired = household.filter(|household| household.size > 1).is_some_and(|household| {
        subject.index == Some(household.first) && city.people[household.first as usize + 1].relation == Relation::Spouse
    });
    match (subject.person.relation, subject.age) {
        (Relation::Spouse, _) => ("已婚", "20"),
        _ if paired => ("已婚", "20"),
        (Relation::Parent, _) => ("丧偶", "30"),
        (Relation::Son | Relation::Daughter, _) | (_, ..30) => ("未婚", "10"),
        _ => [("未婚", "10"), ("丧偶", "30"), ("离婚", "40")][trait_of(subject.person, 1, 3) as usize],
    }
}

/// Education (GB/T 4658).
pub fn education(person: &Person, age: u32) -> (&'static str, &'static str) {
    match age {
        ..6 => ("其他", "90"),
        6..13 => ("小学", "80"),
        13..16 => ("初中", "70"),
        16..19 => ("高中", "60"),
        19..45 => [("初中", "70"), ("初中", "70"), ("高中", "60"), ("专科", "30"), ("本科", "20")]
            [trait_of(person, 2, 5) as usize],
        _ => [("小学", "80"), ("小学", "80"), ("初中", "70"), ("文盲", "")][trait_of(person, 2, 4) as usize],
    }
}

/// Ethnic group (GB/T 3304): almost everybody is Han; the She live in the hills of Ji'an.
pub fn ethnic(person: &Person) -> (&'static str, &'static str) {
    if person.name.text().contains('·') {
        ("维吾尔族", "05")
    } else if trait_of(person, 3, 200) == 0 {
        ("畲族", "22")
    } else {
        ("汉族", "01")
    }
}

/// Political status (GB/T 4762).
pub fn politics(person: &Person, age: u32, party: bool) -> (&'static str, &'static str) {
    match age {
        _ if party && person.relation == Relation::Head => ("中共党员", "01"),
        14..28 if trait_of(person, 4, 3) == 0 => ("共青团员", "03"),
        _ => ("群众", "13"),
    }
}

/// Employment.
pub fn employment(person: &Person) -> &'static str {
    match person.work {
        Work::None => "无劳动能力",
        Work::Pupil => "在校学生",
        Work::Farm => "务农",
        Work::OddJobs => "灵活就业",
        Work::Firm | Work::Public => "单位就业",
        Work::Owner => "自主经营",
        Work::Retired => "退休",
    }
}

/// Ability to work.
pub fn ability(person: &Person, age: u32) -> &'static str {
    match (person.disability % 10, age) {
        (1 | 2, _) => "完全丧失",
        (3 | 4, 16..60) => "部分丧失",
        (_, 16..60) => "有",
        _ => "无",
    }
}

/// Health (GB/T 2261.3).
pub fn health(person: &Person) -> (&'static str, &'static str) {
    if person.disability > 0 {
        return ("残疾", "60");
    }
    [("健康或良好", "10"), ("健康或良好", "10"), ("一般或较弱", "20"), ("有慢性病", "30")]
        [trait_of(person, 5, 4) as usize]
}

/// Category and level of disability (GB/T 26341); empty for none.
pub fn disability(person: &Person) -> [(&'static str, &'static str); 2] {
    const CATEGORIES: [(&str, &str); 7] = [
        ("视力残疾", "1"),
        ("听力残疾", "2"),
        ("言语残疾", "3"),
        ("肢体残疾", "4"),
        ("智力残疾", "5"),
        ("精神残疾", "6"),
        ("多重残疾", "7"),
    ];
    const LEVELS: [(&str, &str); 4] = [("一级", "1"), ("二级", "2"), ("三级", "3"), ("四级", "4")];
    match (person.disability / 10, person.disability % 10) {
        (category @ 1..=7, level @ 1..=4) => [CATEGORIES[category as usize - 1], LEVELS[level as usize - 1]],
        _ => [("", ""); 2],
    }
}

/// The number of the disability certificate: identity number, category, level. Empty for strangers, whose number must
/// be found nowhere, and for those without a disability.
pub fn certificate(person: &Person, known: bool) -> Value {
    if person.disability == 0 || !known {
        return Value::Empty;
    }
    Value::OtherNumber(format!("{}{}", person.number(), person.disability))
}

/// The cause of poverty of a household.
pub fn cause(household: &Household) -> (&'static str, &'static str) {
    const CAUSES: [&str; 8] = ["疾病", "残疾", "缺乏劳动力", "因学", "失业", "缺技术", "灾害", "意外事故"];
    (CAUSES[(household.first as usize * 31 + household.town as usize) % 8], "")
}

/// A year's income per head in fen.
pub fn income_per_head(household: &Household) -> i64 {
    let step = i64::from(household.first % 97);
    100 * match household.programme {
        Programme::Tekun => 1_200 + step * 10,
        Programme::Dibao if household.urban => 3_600 + step * 40,
        Programme::Dibao => 2_400 + step * 30,
        Programme::Linshi | Programme::Edge => 8_200 + step * 45,
        Programme::Worker | Programme::Party => 9_000 + step * 60,
        Programme::None => 18_000 + step * 350,
    }
}

/// What a household in 低保 gets a month for each member, in fen.
pub fn allowance_per_head(household: &Household) -> i64 {
    let base = if household.urban { 460 } else { 330 };
    100 * (base + i64::from(household.first % 13) * 15)
}

/// The first month of a benefit.
pub fn since(city: &City, household: &Household) -> NaiveDate {
    match city.months.get(household.joined as usize) {
        Some(month) if household.joined > 0 => *month,
        _ => {
            let back = Months::new(6 + household.first % 90);
            city.months.first().and_then(|month| month.checked_sub_months(back)).unwrap_or(city.as_of)
        }
    }
}

/// A day of this year before the run, always the same for the same person and salt.
pub fn day_of_year(city: &City, person: &Person, salt: u32) -> NaiveDate {
    let days = u64::from(trait_of(person, salt, 300)) + 20;
    city.as_of.checked_sub_days(chrono::Days::new(days)).unwrap_or(city.as_of)
}

/// Floor space of a household's dwelling in hundredths of a square metre.
pub fn floor_space(household: &Household) -> i64 {
    4_500 + i64::from(household.first % 61) * 125
}

/// Savings of a household in fen, small but for the case that a rule must find.
pub fn savings(household: &Household) -> i64 {
    let yuan = if household.guilt == Guilt::Assets { 180_000 } else { 500 + i64::from(household.first % 71) * 100 };
    100 * yuan
}

/// The month in which a household left its register, though it is still paid: a case that a rule must find.
pub fn exit(city: &City, household: &Household) -> Value {
    let months = Months::new(city.months.len() as u32 + 1);
    let month = city.months.last().and_then(|month| month.checked_sub_months(months));
    month.filter(|_| household.guilt == Guilt::PaidAfterExit).map_or(Value::Empty, Value::Month)
}
