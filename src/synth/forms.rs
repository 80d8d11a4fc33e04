//! Lists that others than the civil affairs bureau keep of the poor: the registration form, hardship workers and party
//! members, monitored households; and what goes with the registers: payments and authorisations.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::SynthError;
use super::aid;
use super::book::{Cell, Form};
use super::city::{City, Household, Person, Programme, Relation};
use super::clerk::{Damage, DateForm, Style, Value, text};
use super::dice::Dice;
use super::guilt::Guilt;
use super::identity;
use super::list::{Home, Office, Subject};
use super::portrait::{self, code};
use super::registers::{self, Desk};
use super::truth::Fate;

/// All of them.
pub fn write(office: &mut Office) -> Result<(), SynthError> {
    registration(office)?;
    hardship(office, Programme::Worker)?;
    hardship(office, Programme::Party)?;
    monitored(office)?;
    authorisation(office)?;
    let months = office.city.months.clone();
    for month in months {
        payment(office, month)?;
    }
    Ok(())
}

fn households(city: &City) -> impl Iterator<Item = (u32, &Household)> {
    (0_u32..).zip(city.households.iter())
}

fn home_of<'a>(city: &'a City, subject: &Subject) -> &'a Household {
    &city.households[subject.home.index.unwrap_or(0) as usize]
}

const REGISTRATION: [&[&str]; 34] = [
    &["序号"],
    &["个人身份", "基本信息", "姓名"],
    &["个人身份", "基本信息", "性别"],
    &["个人身份", "基本信息", "出生日期"],
    &["个人身份", "基本信息", "身份证号"],
    &["个人身份", "基本信息", "民族"],
    &["个人身份", "基本信息", "婚姻状况"],
    &["个人身份", "基本信息", "文化程度"],
    &["个人身份", "居住信息", "县(市、区)"],
    &["个人身份", "居住信息", "乡镇(街道)"],
    &["个人身份", "居住信息", "村(社区)"],
    &["个人身份", "居住信息", "家庭住址"],
    &["个人身份", "联系电话"],
    &["政治面貌"],
    &["家庭", "户号"],
    &["家庭", "户主姓名"],
    &["家庭", "户主身份证号"],
    &["家庭", "与户主关系"],
    &["家庭", "家庭人口"],
    &["家庭成员", "就业状况"],
    &["家庭成员", "劳动能力"],
    &["家庭成员", "健康状况"],
    &["致困情况", "致困原因"],
    &["致困情况", "困难程度"],
    &["致困情况", "致困时间"],
    &["致困情况", "申请救助时间"],
    &["住房", "住房类型"],
    &["住房", "住房面积（平方米）"],
    &["收支", "家庭年收入（元）"],
    &["收支", "家庭人均年收入（元）"],
    &["收支", "年刚性支出（元）"],
    &["登记渠道"],
    &["审核状态"],
    &["网格员意见"],
];

fn registration_person(city: &City, subject: &Subject) -> Vec<Value> {
    let (person, home, age) = (subject.person, subject.home, subject.age);
    let household = home_of(city, subject);
    let per_head = portrait::income_per_head(household);
    let since = portrait::since(city, household);
    let size = i64::from(home.size);
    let channel = ["自主申报", "乡镇采集", "乡镇采集", "第三方采集"][portrait::trait_of(person, 41, 4) as usize];
    let degree = ["特别困难", "比较困难", "一般困难"][household.first as usize % 3];
    vec![
        Value::Serial,
        Value::Name(person.name.text()),
        code(person.sex()),
        Value::Date(person.birth),
        Value::Number(person.number()),
        code(portrait::ethnic(person)),
        code(portrait::marital(city, subject)),
        code(portrait::education(person, age)),
        text(home.county),
        text(&*home.town),
        text(&*home.village),
        text(&*home.address),
        text(&*subject.phone),
        code(portrait::politics(person, age, household.programme == Programme::Party)),
        text(&*home.number),
        text(&*home.head_name),
        Value::OtherNumber(home.head_number.clone()),
        code(person.relation.term(person.male)),
        Value::Count(size),
        text(portrait::employment(person)),
        text(portrait::ability(person, age)),
        code(portrait::health(person)),
        code(portrait::cause(household)),
        text(degree),
        Value::Date(since.checked_sub_days(Days::new(40)).unwrap_or(since)),
        Value::Date(since.checked_sub_days(Days::new(12)).unwrap_or(since)),
        text(if household.urban { "租房" } else { "自建" }),
        Value::Hundredths(portrait::floor_space(household)),
        Value::Money(per_head * size),
        Value::Money(per_head),
        if household.first.is_multiple_of(5) { Value::NoMoney } else { Value::Money(per_head * size / 400 * 100) },
        text(channel),
        text("审核通过"),
        if portrait::trait_of(person, 42, 9) == 0 { text("情况属实") } else { Value::Empty },
    ]
}

/// The households whose head's number somebody else goes by, each with that somebody.
fn shared_numbers(city: &City) -> impl Iterator<Item = (&Household, (&Person, u32))> {
    let cases = city.households.iter().filter(|household| household.guilt == Guilt::SharedNumber);
    cases.filter_map(|household| Some((household, city.impostors().nth(household.partner as usize)?)))
}

fn registration(office: &mut Office) -> Result<(), SynthError> {
    let city = office.city;
    let style = Style { dates: DateForm::Cell, typed: true, wan: false };
    let mut list = office.list("registration", "低收入人口登记表.xlsx", Form::Xlsx, style);
    list.sheet("登记表")?;
    list.title("低收入人群经济状况登记表", REGISTRATION.len() as u16)?;
    list.grouped_header(&REGISTRATION, 3)?;
    for (index, household) in households(city).filter(|(_, household)| household.registered) {
        let home = Home::of(city, index);
        for member in city.members(household) {
            let subject = Subject::of(city, member, &home);
            let values = |subject: &Subject, _: &mut Dice| registration_person(city, subject);
            list.person(&subject, registers::damage(city, member, Desk::Form), Fate::Accepted, &values)?;
        }
    }
    for (household, (impostor, person)) in shared_numbers(city) {
        let holder = &city.people[household.first as usize];
        let entered = Person { name: impostor.name, household: u32::MAX, relation: Relation::Head, ..*holder };
        let home = Home { head_number: String::new(), ..Home::alone(impostor, person) };
        let phone = identity::phone(u64::from(person));
        let subject =
            Subject { person: &entered, index: Some(person), home: &home, age: holder.age(city.as_of), phone };
        let values = registration_person(city, &subject);
        list.planted_row(values, person, "number_of_another")?;
    }
    list.footing(vec![Cell::text("注：本表由乡镇（街道）填报，县级审核。")])?;
    list.finish()
}

/// Hardship workers and party members: the head alone is in the list, the rest of the household in the form.
fn hardship(office: &mut Office, programme: Programme) -> Result<(), SynthError> {
    const WORKER: [&str; 12] = [
        "姓名",
        "性别",
        "出生日期",
        "公民身份号码",
        "工作单位",
        "困难职工类别",
        "致困原因",
        "家庭年收入",
        "户编号",
        "建档日期",
        "联系方式",
        "县区",
    ];
    const PARTY: [&str; 12] = [
        "姓名",
        "性别",
        "出生年月",
        "身份证号码",
        "所在党支部",
        "政治面貌",
        "致困原因",
        "家庭年收入",
        "户编号",
        "入党日期",
        "手机号码",
        "县区",
    ];
    let city = office.city;
    let worker = programme == Programme::Worker;
    let (source, name, headers) =
        if worker { ("worker", "困难职工档案.csv", WORKER) } else { ("party", "困难党员名单.csv", PARTY) };
    let style = Style { dates: if worker { DateForm::Iso } else { DateForm::Han }, typed: false, wan: false };
    let mut list = office.list(source, name, Form::Utf8, style);
    list.header(&headers)?;
    for (index, household) in households(city).filter(|(_, household)| household.programme == programme) {
        let home = Home::of(city, index);
        let subject = Subject::of(city, household.first, &home);
        let values = |subject: &Subject, _: &mut Dice| {
            let (person, home) = (subject.person, subject.home);
            let entered = portrait::since(city, household);
            let joined = person.birth.checked_add_months(Months::new(12 * 22 + 3)).unwrap_or(person.birth);
            vec![
                Value::Name(person.name.text()),
                code(person.sex()),
                Value::Date(person.birth),
                Value::Number(person.number()),
                text(if worker {
                    format!("吉安市{}第{}厂", home.county, household.town + 1)
                } else {
                    format!("{}党支部", home.village)
                }),
                text(if worker {
                    ["深度困难职工", "相对困难职工"][household.first as usize % 2]
                } else {
                    "中共党员"
                }),
                code(portrait::cause(household)),
                Value::Money(portrait::income_per_head(household) * i64::from(home.size)),
                text(&*home.number),
                Value::Date(if worker { entered } else { joined.min(city.as_of) }),
                text(&*subject.phone),
                text(home.county),
            ]
        };
        list.person(&subject, registers::damage(city, household.first, Desk::Register), Fate::Accepted, &values)?;
    }
    list.finish()
}

/// Monitored households as blocks: the cells of the household are merged down over its members.
fn monitored(office: &mut Office) -> Result<(), SynthError> {
    const HEADERS: [&str; 16] = [
        "户号",
        "县区",
        "乡镇",
        "行政村",
        "家庭住址",
        "姓名",
        "证件号码",
        "与户主关系",
        "出生日期",
        "健康状况",
        "劳动能力",
        "监测对象类别",
        "返贫致贫风险",
        "认定日期",
        "风险是否消除",
        "家庭人均纯收入（元）",
    ];
    let city = office.city;
    let style = Style { dates: DateForm::Dot, typed: true, wan: false };
    let mut list = office.list("monitored", "防返贫监测对象.xlsx", Form::Xlsx, style);
    list.sheet("监测对象")?;
    list.title("防止返贫监测对象家庭成员信息表", HEADERS.len() as u16)?;
    list.header(&HEADERS)?;
    for (index, household) in households(city).filter(|(_, household)| household.monitored) {
        let home = Home::of(city, index);
        for member in city.members(household) {
            let subject = Subject::of(city, member, &home);
            let (person, first) = (subject.person, member == household.first);
            let once = |value: &str| if first { text(value) } else { Value::Empty };
            let values = vec![
                once(&home.number),
                once(home.county),
                once(&home.town),
                once(&home.village),
                once(&home.address),
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.relation.term(person.male)),
                Value::Date(person.birth),
                code(portrait::health(person)),
                text(portrait::ability(person, subject.age)),
                text("边缘易致贫户"),
                code(portrait::cause(household)),
                Value::Date(portrait::since(city, household)),
                text("未消除"),
                Value::Money(portrait::income_per_head(household)),
            ];
            list.block_row(values, Damage::Witness, member, index)?;
        }
        for (column, cell) in (0_u16..).zip([&*home.number, home.county, &*home.town, &*home.village, &*home.address]) {
            list.merge_down(u32::from(household.size), column, Cell::text(cell));
        }
    }
    list.finish()
}

/// What every household of the registers agreed to: two years from some day of this year or the last.
fn authorisation(office: &mut Office) -> Result<(), SynthError> {
    const HEADERS: [&str; 11] = [
        "户主身份证号",
        "户主姓名",
        "户号",
        "县区",
        "乡镇",
        "村",
        "授权范围",
        "授权日期",
        "有效期至",
        "授权书编号",
        "授权用途",
    ];
    let city = office.city;
    let style = Style { dates: DateForm::Iso, typed: false, wan: false };
    let mut list = office.list("authorisation", "核对授权书.csv", Form::Utf8, style);
    list.header(&HEADERS)?;
    for (index, household) in households(city) {
        if !matches!(household.programme, Programme::Dibao | Programme::Tekun | Programme::Edge) {
            continue;
        }
        let home = Home::of(city, index);
        let head = &city.people[household.first as usize];
        let signed = portrait::day_of_year(city, head, 51);
        let values = vec![
            Value::OtherNumber(home.head_number.clone()),
            text(&*home.head_name),
            text(&*home.number),
            text(home.county),
            text(&*home.town),
            text(&*home.village),
            text("全部"),
            Value::Date(signed),
            Value::Date(signed.checked_add_months(Months::new(24)).unwrap_or(signed)),
            text(format!("SQ{:08}", index + 1)),
            text(if household.programme == Programme::Edge { "低收入核对" } else { "低保核对" }),
        ];
        let damage = if household.guilt == Guilt::None { Damage::Harmless } else { Damage::Clean };
        list.plain_row(values, damage, Fate::Accepted, Some(household.first), Some(index))?;
    }
    list.finish()
}

/// The payments of a month: one row for each household of 低保 and each person of 特困.
fn payment(office: &mut Office, month: NaiveDate) -> Result<(), SynthError> {
    const HEADERS: [&str; 15] = [
        "发放批次",
        "发放对象姓名",
        "发放对象身份证号",
        "出生日期",
        "户号",
        "县区",
        "乡镇",
        "村",
        "项目名称",
        "救助类别",
        "发放月份",
        "发放金额（元）",
        "保障人数",
        "银行账号",
        "发放状态",
    ];
    let city = office.city;
    let style = Style { dates: DateForm::Iso, typed: false, wan: false };
    let name = format!("发放明细_{}{:02}.csv", month.year(), month.month());
    let turn = city.months.iter().position(|known| *known == month).unwrap_or(0) as u8;
    let mut list = office.list("payment", &name, Form::Utf8Mark, style);
    list.header(&HEADERS)?;
    for (index, household) in households(city).filter(|(_, household)| household.joined <= turn) {
        let tekun = household.programme == Programme::Tekun;
        let outside = household.guilt == Guilt::PaidOutside;
        if !tekun && !outside && household.programme != Programme::Dibao {
            continue;
        }
        let home = Home::of(city, index);
        let head = &city.people[household.first as usize];
        let size = if tekun { 1 } else { i64::from(household.size) };
        let (support, support_amount) = aid::support(head);
        let amount = if tekun { support_amount } else { portrait::allowance_per_head(household) * size };
        let kind = match (tekun, household.urban) {
            (true, _) => support,
            (_, true) => "城市低保",
            _ => "农村低保",
        };
        let values = vec![
            text(format!("{}{:02}-01", month.year(), month.month())),
            Value::Name(head.name.text()),
            Value::Number(head.number()),
            Value::Date(head.birth),
            text(&*home.number),
            text(home.county),
            text(&*home.town),
            text(&*home.village),
            text(if tekun { "特困" } else { "低保" }),
            text(kind),
            Value::Month(month),
            Value::Money(amount),
            Value::Count(size),
            text(city.paid_to(index)),
            text("成功"),
        ];
        let damage = if household.guilt == Guilt::None { Damage::Harmless } else { Damage::Clean };
        list.plain_row(values, damage, Fate::Accepted, Some(household.first), Some(index))?;
    }
    list.finish()
}
