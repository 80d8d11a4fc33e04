//! The register of 低保, and how far its rows and those of the form may be damaged.

use chrono::{Datelike, NaiveDate};

use super::SynthError;
use super::aid;
use super::book::Form;
use super::city::{City, Household, Programme};
use super::clerk::{Damage, DateForm, Style, Value, text};
use super::dice::Dice;
use super::guilt::Guilt;
use super::list::{Home, List, Office, Subject};
use super::portrait::{self, code};
use super::truth::Fate;

const EXACT: Style = Style { dates: DateForm::Iso, typed: true, wan: false };

/// Which list a row is in, for the choice of where a number may be damaged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    Register,
    Form,
}

/// How far a number may be damaged in a list that makes people of the database. Only people of 低保 and 特困 who also
/// filled in the form are in two such lists; half of them have the damage in the one, half in the other, so that the
/// other row always tells who it is.
pub fn damage(city: &City, person: u32, desk: Desk) -> Damage {
    let household = city.household_of(person);
    if household.guilt != Guilt::None {
        return Damage::Clean;
    }
    let twice = household.registered && matches!(household.programme, Programme::Dibao | Programme::Tekun);
    let turn = if person.is_multiple_of(2) { Desk::Register } else { Desk::Form };
    if twice && turn == desk { Damage::Losable } else { Damage::Witness }
}

/// As [`damage`] for a row listed under a household: a guest among them is as exact as at home.
fn damage_of(city: &City, household: u32, person: u32) -> Damage {
    let guilty = city.households[household as usize].guilt != Guilt::None;
    if guilty { Damage::Clean } else { damage(city, person, Desk::Register) }
}

/// All registers, every month of the run.
pub fn write(office: &mut Office) -> Result<(), SynthError> {
    let months = office.city.months.clone();
    for (index, month) in months.iter().enumerate() {
        dibao(office, *month, index as u8, index + 1 < months.len())?;
    }
    for (index, month) in months.iter().enumerate() {
        aid::tekun(office, *month, index as u8, index + 1 < months.len())?;
    }
    aid::linshi(office)
}

/// A month as titles write it.
pub fn month_title(month: NaiveDate) -> String {
    format!("{}年{}月", month.year(), month.month())
}

/// The households of a programme that are in its list in the given month.
fn chosen(city: &City, programme: Programme, month: u8) -> impl Iterator<Item = (u32, &Household)> {
    (0_u32..)
        .zip(city.households.iter())
        .filter(move |(_, household)| household.programme == programme && household.joined <= month)
}

fn allowance_kind(urban: bool) -> Value {
    Value::Code(if urban { "城市低保" } else { "农村低保" }, "")
}

const DIBAO_PERSONS: [&[&str]; 31] = [
    &["序号"],
    &["户主信息", "户主姓名"],
    &["户主信息", "户主身份证号"],
    &["家庭成员信息", "姓名"],
    &["家庭成员信息", "身份证号码"],
    &["家庭成员信息", "与户主关系"],
    &["家庭成员信息", "性别"],
    &["家庭成员信息", "出生日期"],
    &["家庭成员信息", "年龄"],
    &["家庭成员信息", "民族"],
    &["家庭成员信息", "婚姻状况"],
    &["家庭成员信息", "文化程度"],
    &["家庭成员信息", "就业状况"],
    &["家庭成员信息", "劳动能力"],
    &["家庭成员信息", "健康状况"],
    &["残疾情况", "残疾证号"],
    &["残疾情况", "残疾类别"],
    &["残疾情况", "残疾等级"],
    &["低保类别"],
    &["致困原因"],
    &["个人月保障金额"],
    &["最初享受月"],
    &["停止享受月"],
    &["户号"],
    &["低保证号"],
    &["县区"],
    &["乡镇街道"],
    &["村社区"],
    &["家庭住址"],
    &["联系电话"],
    &["录入批次号"],
];

fn dibao_person(city: &City, urban: bool, subject: &Subject, month: NaiveDate) -> Vec<Value> {
    let (person, home, age) = (subject.person, subject.home, subject.age);
    let household = home.index.map_or(&city.households[0], |index| &city.households[index as usize]);
    let [category, level] = portrait::disability(person);
    vec![
        Value::Serial,
        text(&*home.head_name),
        Value::OtherNumber(home.head_number.clone()),
        Value::Name(person.name.text()),
        Value::Number(person.number()),
        code(person.relation.term(person.male)),
        code(person.sex()),
        Value::Date(person.birth),
        Value::Count(i64::from(subject.age)),
        code(portrait::ethnic(person)),
        code(portrait::marital(city, subject)),
        code(portrait::education(person, age)),
        text(portrait::employment(person)),
        text(portrait::ability(person, age)),
        code(portrait::health(person)),
        portrait::certificate(person, subject.index.is_some()),
        code(category),
        code(level),
        allowance_kind(urban),
        code(portrait::cause(household)),
        Value::Money(portrait::allowance_per_head(household)),
        Value::Month(portrait::since(city, household)),
        portrait::exit(city, household),
        text(&*home.number),
        text(format!("DB{}", home.number)),
        text(home.county),
        text(&*home.town),
        text(&*home.village),
        text(&*home.address),
        text(&*subject.phone),
        text(format!("PC{}{:02}", month.year(), month.month())),
    ]
}

const DIBAO_HOUSEHOLDS: [&[&str]; 27] = [
    &["序号"],
    &["户主姓名"],
    &["户主身份证号"],
    &["户号"],
    &["低保证号"],
    &["家庭人口"],
    &["保障人口"],
    &["家庭年总收入（元）"],
    &["户月保障金额（元）"],
    &["合计（元）"],
    &["低保类别"],
    &["申请原因"],
    &["最初享受月份"],
    &["停止享受月"],
    &["发放信息", "开户银行"],
    &["发放信息", "银行账户名称"],
    &["发放信息", "银行帐号"],
    &["成员信息", "家庭成员姓名"],
    &["成员信息", "家庭成员身份证号"],
    &["住房总面积（平方米）"],
    &["金融资产总额（元）"],
    &["联系电话"],
    &["所属区(县)"],
    &["所属街(道)"],
    &["所属社(区)"],
    &["家庭住址"],
    &["备注2"],
];

fn dibao_household(city: &City, index: u32, household: &Household, home: &Home, urban: bool) -> Vec<Value> {
    let listed = city.listed(index);
    let others: Vec<_> = listed.iter().skip(1).map(|member| &city.people[*member as usize]).collect();
    let names: Vec<String> = others.iter().map(|person| person.name.text()).collect();
    let numbers: Vec<String> = others.iter().map(|person| person.number()).collect();
    let size = listed.len() as i64;
    let month = portrait::allowance_per_head(household) * size;
    // A family-size case states more people than there are rows.
    let stated = if household.guilt == Guilt::FamilySize { size + 2 } else { size };
    vec![
        Value::Serial,
        text(&*home.head_name),
        Value::OtherNumber(home.head_number.clone()),
        text(&*home.number),
        text(format!("DB{}", home.number)),
        Value::Count(stated),
        Value::Count(stated),
        Value::Money(portrait::income_per_head(household) * size),
        Value::Money(month),
        Value::Money(month),
        allowance_kind(urban),
        code(portrait::cause(household)),
        Value::Month(portrait::since(city, household)),
        portrait::exit(city, household),
        text("江西农商银行"),
        text(&*home.head_name),
        text(city.paid_to(index)),
        text(names.join("、")),
        text(numbers.join("、")),
        Value::Hundredths(portrait::floor_space(household)),
        Value::Money(portrait::savings(household)),
        text(city.phone(household.first)),
        text(home.county),
        text(&*home.town),
        text(&*home.village),
        text(&*home.address),
        if index.is_multiple_of(7) { text("动态管理") } else { Value::Empty },
    ]
}

fn dibao(office: &mut Office, month: NaiveDate, turn: u8, superseded: bool) -> Result<(), SynthError> {
    let city = office.city;
    let name = format!("低保_{}{:02}.xlsx", month.year(), month.month());
    let mut list = office.list("dibao", &name, Form::Xlsx, EXACT);
    list.superseded = superseded;
    list.sheet("人员")?;
    list.title(&format!("吉安市城乡低保对象花名册（{}）", month_title(month)), DIBAO_PERSONS.len() as u16)?;
    list.heading(&["填报单位：市民政局", "", "", "", "单位：元"])?;
    list.grouped_header(&DIBAO_PERSONS, 2)?;
    let mut people = 0;
    for (index, household) in chosen(city, Programme::Dibao, turn) {
        let home = Home::of(city, index);
        if household.guilt == Guilt::HeadWithoutMembers {
            continue;
        }
        for member in city.listed(index) {
            let subject = Subject::of(city, member, &home);
            let values = |subject: &Subject, _: &mut Dice| dibao_person(city, household.urban, subject, month);
            list.person(&subject, damage_of(city, index, member), Fate::Accepted, &values)?;
            people += 1;
        }
        let again = household.guilt == Guilt::UrbanAndRural;
        for member in city.members(household).filter(|_| again) {
            let subject = Subject::of(city, member, &home);
            let values = |subject: &Subject, _: &mut Dice| dibao_person(city, !household.urban, subject, month);
            list.person(&subject, Damage::Clean, Fate::Accepted, &values)?;
            people += 1;
        }
    }
    footer(&mut list, &format!("合计：{people}人"), "")?;

    list.sheet("家庭")?;
    list.title(&format!("吉安市城乡低保家庭台账（{}）", month_title(month)), DIBAO_HOUSEHOLDS.len() as u16)?;
    list.heading(&["填报单位：市民政局", "", "", "", "单位：元"])?;
    list.grouped_header(&DIBAO_HOUSEHOLDS, 2)?;
    let mut town: Option<(u8, u8, String)> = None;
    let mut counted = (0_i64, 0_i64);
    let mut total = 0;
    for (index, household) in chosen(city, Programme::Dibao, turn) {
        let home = Home::of(city, index);
        if household.guilt == Guilt::MembersWithoutHead {
            continue;
        }
        if let Some((_, _, name)) = town.as_ref().filter(|town| (town.0, town.1) != (household.county, household.town))
        {
            subtotal(&mut list, name, counted)?;
            counted = (0, 0);
        }
        town = Some((household.county, household.town, home.town.clone()));
        let size = city.listed(index).len() as i64;
        counted = (counted.0 + size, counted.1 + portrait::allowance_per_head(household) * size);
        total += portrait::allowance_per_head(household) * size;
        let damage = if household.guilt == Guilt::None { Damage::Harmless } else { Damage::Clean };
        let values = dibao_household(city, index, household, &home, household.urban);
        list.plain_row(values, damage, Fate::Accepted, Some(household.first), Some(index))?;
        if household.guilt == Guilt::UrbanAndRural {
            let values = dibao_household(city, index, household, &home, !household.urban);
            list.plain_row(values, damage, Fate::Accepted, Some(household.first), Some(index))?;
        }
    }
    if let Some((_, _, name)) = town {
        subtotal(&mut list, &name, counted)?;
    }
    footer(&mut list, "合计", &(total / 100).to_string())?;
    list.finish()
}

fn subtotal(list: &mut List, town: &str, (people, fen): (i64, i64)) -> Result<(), SynthError> {
    use super::book::Cell;
    let mut cells = vec![Cell::Empty; 9];
    cells[1] = Cell::text(format!("{town}小计"));
    cells[5] = Cell::Number(people as f64);
    cells[8] = Cell::Number(fen as f64 / 100.0);
    list.footing(cells)
}

/// The lines below a table: the total, then who signed.
pub fn footer(list: &mut List, total: &str, amount: &str) -> Result<(), SynthError> {
    use super::book::Cell;
    let mut cells = vec![Cell::text(total)];
    if !amount.is_empty() {
        cells.resize(8, Cell::Empty);
        cells.push(Cell::text(amount));
    }
    list.footing(cells)?;
    list.footing(vec![
        Cell::text("填表人：李某"),
        Cell::Empty,
        Cell::text("审核人：王某"),
        Cell::Empty,
        Cell::text("负责人：刘某"),
    ])
}
