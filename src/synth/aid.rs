//! The registers of 特困 and 临时救助.

use chrono::{Datelike, NaiveDate};

use super::SynthError;
use super::book::Form;
use super::city::{City, Household, Person, Programme};
use super::clerk::{Damage, DateForm, Style, Value, text};
use super::dice::Dice;
use super::guilt::Guilt;
use super::list::{Home, Office, Subject};
use super::portrait::{self, code};
use super::registers::{Desk, damage, footer, month_title};
use super::truth::Fate;
use super::xls;

const TEKUN: [&[&str]; 24] = [
    &["序号"],
    &["姓名"],
    &["公民身份号码"],
    &["性别"],
    &["出生年月日"],
    &["民族"],
    &["婚姻状况"],
    &["供养情况", "供养方式"],
    &["供养情况", "供养机构"],
    &["供养情况", "户籍类型"],
    &["供养情况", "基本生活标准（元）"],
    &["供养情况", "照料护理费用（元）"],
    &["供养情况", "月供养金额"],
    &["供养情况", "生活自理能力"],
    &["残疾类别"],
    &["残疾等级"],
    &["最初享受月"],
    &["户号"],
    &["所属区(县)"],
    &["乡镇街道"],
    &["村社区"],
    &["家庭住址"],
    &["联系电话"],
    &["银行账号"],
];

fn tekun_person(city: &City, subject: &Subject) -> Vec<Value> {
    let (person, home) = (subject.person, subject.home);
    let household = home.index.map_or(&city.households[0], |index| &city.households[index as usize]);
    let [category, level] = portrait::disability(person);
    let (kind, amount) = support(person);
    let institution = kind == "集中供养";
    let care = if institution { Value::Money(38_000) } else { Value::NoMoney };
    vec![
        Value::Serial,
        Value::Name(person.name.text()),
        Value::Number(person.number()),
        code(person.sex()),
        Value::Date(person.birth),
        code(portrait::ethnic(person)),
        code(("未婚", "10")),
        text(kind),
        text(if institution { format!("{}敬老院", home.town) } else { String::new() }),
        text("农业"),
        Value::Money(93_000),
        care,
        Value::Money(amount),
        text(if portrait::trait_of(person, 22, 3) == 0 { "部分自理" } else { "能自理" }),
        code(category),
        code(level),
        Value::Month(portrait::since(city, household)),
        text(&*home.number),
        text(home.county),
        text(&*home.town),
        text(&*home.village),
        text(&*home.address),
        text(&*subject.phone),
        text(home.index.map_or(home.account.clone(), |index| city.paid_to(index))),
    ]
}

const TEKUN_HOUSEHOLDS: [&[&str]; 13] = [
    &["序号"],
    &["户主姓名"],
    &["户主身份证号"],
    &["户号"],
    &["家庭人口"],
    &["供养人数"],
    &["供养方式"],
    &["月供养金额（元）"],
    &["最初享受月"],
    &["银行账号"],
    &["县区"],
    &["乡镇街道"],
    &["家庭住址"],
];

fn tekun_household(city: &City, index: u32, home: &Home) -> Vec<Value> {
    let household = &city.households[index as usize];
    let head = &city.people[household.first as usize];
    let (kind, amount) = support(head);
    vec![
        Value::Serial,
        text(&*home.head_name),
        Value::OtherNumber(home.head_number.clone()),
        text(&*home.number),
        Value::Count(1),
        Value::Count(1),
        text(kind),
        Value::Money(amount),
        Value::Month(portrait::since(city, household)),
        text(city.paid_to(index)),
        text(home.county),
        text(&*home.town),
        text(&*home.address),
    ]
}

/// How a person is supported, and with how much a month, in fen.
pub fn support(person: &Person) -> (&'static str, i64) {
    if portrait::trait_of(person, 21, 4) == 0 { ("集中供养", 131_000) } else { ("分散供养", 93_000) }
}

/// The register of 特困 for a month: persons and households, on as many sheets as the old format needs.
pub fn tekun(office: &mut Office, month: NaiveDate, turn: u8, superseded: bool) -> Result<(), SynthError> {
    let city = office.city;
    let style = Style { dates: DateForm::Compact, typed: true, wan: false };
    let name = format!("特困人员_{}{:02}.xls", month.year(), month.month());
    let mut list = office.list("tekun", &name, Form::Xls, style);
    list.superseded = superseded;
    let listed: Vec<u32> = (0_u32..)
        .zip(city.households.iter())
        .filter(|(_, household)| household.joined <= turn)
        .filter(|(_, household)| household.programme == Programme::Tekun || household.guilt == Guilt::TwoProgrammes)
        .map(|(index, _)| index)
        .collect();
    // Headings, footings, rows entered twice and strangers need room below the limit of the format.
    let room = (xls::MAX_ROWS as usize) * 9 / 10;
    let parts: Vec<&[u32]> = if listed.is_empty() { vec![&[]] } else { listed.chunks(room).collect() };
    for (part, households) in parts.into_iter().enumerate() {
        let number = if part == 0 { String::new() } else { (part + 1).to_string() };
        list.sheet(&format!("特困人员{number}"))?;
        list.title(&format!("特困人员救助供养名册（{}）", month_title(month)), TEKUN.len() as u16)?;
        list.grouped_header(&TEKUN, 2)?;
        for index in households {
            let home = Home::of(city, *index);
            let first = city.households[*index as usize].first;
            let subject = Subject::of(city, first, &home);
            let values = |subject: &Subject, _: &mut Dice| tekun_person(city, subject);
            list.person(&subject, damage(city, first, Desk::Register), Fate::Accepted, &values)?;
        }
        footer(&mut list, &format!("合计：{}人", households.len()), "")?;

        list.sheet(&format!("供养家庭{number}"))?;
        list.title(&format!("特困供养家庭台账（{}）", month_title(month)), TEKUN_HOUSEHOLDS.len() as u16)?;
        list.grouped_header(&TEKUN_HOUSEHOLDS, 1)?;
        for index in households {
            let (home, household) = (Home::of(city, *index), &city.households[*index as usize]);
            let damage = if household.guilt == Guilt::None { Damage::Harmless } else { Damage::Clean };
            let values = tekun_household(city, *index, &home);
            list.plain_row(values, damage, Fate::Accepted, Some(household.first), Some(*index))?;
        }
        footer(&mut list, &format!("合计：{}户", households.len()), "")?;
    }
    list.finish()
}

const LINSHI: [&str; 17] = [
    "序号",
    "姓名",
    "身份证号",
    "性别",
    "出生日期",
    "户号",
    "家庭人口",
    "村（居）",
    "联系电话",
    "救助类型",
    "救助原因",
    "申请日期",
    "救助日期",
    "救助金额（元）",
    "救助人数",
    "银行账号",
    "备注",
];

/// One sheet per township, named by county and town: the rows do not repeat them. The first sheet is of instructions.
pub fn linshi(office: &mut Office) -> Result<(), SynthError> {
    let city = office.city;
    let style = Style { dates: DateForm::Slash, typed: true, wan: false };
    let mut list = office.list("linshi", "临时救助台账.xlsx", Form::Xlsx, style);
    list.sheet("填表说明")?;
    for line in
        ["填表说明", "1. 每个乡镇（街道）一个工作表。", "2. 金额单位为元，日期写到日。", "3. 一事一报，不得重复。"]
    {
        list.instruction(line)?;
    }
    let mut town = None;
    for (index, household) in (0_u32..).zip(city.households.iter()) {
        if household.programme != Programme::Linshi {
            continue;
        }
        let home = Home::of(city, index);
        if town != Some((household.county, household.town)) {
            town = Some((household.county, household.town));
            list.sheet(&format!("{}{}", home.county, home.town))?;
            list.title(&format!("{}临时救助发放台账", home.town), LINSHI.len() as u16)?;
            list.header(&LINSHI)?;
        }
        let turns = if household.guilt == Guilt::RepeatedAid { 2 } else { 1 };
        for turn in 0..turns {
            let subject = Subject::of(city, household.first, &home);
            let values = |subject: &Subject, _: &mut Dice| linshi_person(city, household, subject, turn);
            list.person(&subject, damage(city, household.first, Desk::Register), Fate::Accepted, &values)?;
        }
    }
    list.finish()
}

fn linshi_person(city: &City, household: &Household, subject: &Subject, turn: u64) -> Vec<Value> {
    let (person, home) = (subject.person, subject.home);
    let helped = portrait::day_of_year(city, person, 31);
    let helped = helped.checked_add_days(chrono::Days::new(turn * 11)).unwrap_or(helped);
    let asked = helped.checked_sub_days(chrono::Days::new(9)).unwrap_or(helped);
    let urgent = portrait::trait_of(person, 33, 3) == 0;
    vec![
        Value::Serial,
        Value::Name(person.name.text()),
        Value::Number(person.number()),
        code(person.sex()),
        Value::Date(person.birth),
        text(&*home.number),
        Value::Count(i64::from(home.size)),
        text(&*home.village),
        text(&*subject.phone),
        text(if urgent { "急难型救助" } else { "支出型救助" }),
        code(portrait::cause(household)),
        Value::Date(asked),
        Value::Date(helped),
        Value::Money(100 * i64::from(600 + portrait::trait_of(person, 34, 30) * 100)),
        Value::Count(i64::from(home.size)),
        text(&*home.account),
        Value::Empty,
    ]
}
