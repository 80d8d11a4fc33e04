//! The departments' lists of everybody: most of their rows concern nobody of the database.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::SynthError;
use super::book::Form;
use super::city::{City, Person, Relation, Work};
use super::clerk::{Damage, DateForm, Style, Value, text};
use super::dice::Dice;
use super::guilt::{self, Guilt};
use super::identity;
use super::list::{Home, Office, Subject};
use super::portrait::{self, code, trait_of};
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
            for turn in 0..household.guilt.times(dump.source) {
                let values = |subject: &Subject, _: &mut Dice| (dump.row)(city, subject, turn);
                list.person(&subject, damage, fate, &values)?;
            }
            if household.guilt == Guilt::SharedNumber && dump.source == "medical_insurance" && subject.is_head() {
                let person = guilt::impostor(person);
                let other = Subject { person: &person, phone: subject.phone.clone(), ..subject };
                list.person(&other, damage, fate, &|subject: &Subject, _: &mut Dice| (dump.row)(city, subject, 1))?;
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

/// All lists, the largest first.
pub const DUMPS: &[Dump] = &[
    Dump {
        source: "household_register",
        file: "常住人口登记.csv",
        form: Form::Utf8Mark,
        dates: DateForm::Iso,
        wan: false,
        title: "",
        headers: &[
            "户号",
            "与户主关系",
            "姓名",
            "性别",
            "民族",
            "出生日期",
            "公民身份号码",
            "婚姻状况",
            "文化程度",
            "户口性质",
            "户籍状态",
            "县区",
            "乡镇",
            "村",
            "住址",
            "联系电话",
        ],
        paged: false,
        telling: true,
        member: |_, _, _, _| true,
        row: |_, subject, _| {
            let (person, home, age) = (subject.person, subject.home, subject.age);
            vec![
                text(&*home.number),
                code(person.relation.term(person.male)),
                Value::Name(person.name.text()),
                code(person.sex()),
                code(portrait::ethnic(person)),
                Value::Date(person.birth),
                Value::Number(person.number()),
                code(portrait::marital(person, age)),
                code(portrait::education(person, age)),
                text(if home.town.ends_with("街道") { "居民户口" } else { "农业" }),
                text("正常"),
                text(home.county),
                text(&*home.town),
                text(&*home.village),
                text(&*home.address),
                text(&*subject.phone),
            ]
        },
    },
    Dump {
        source: "medical_insurance",
        file: "城乡居民医保参保.csv",
        form: Form::Gb18030,
        dates: DateForm::Compact,
        wan: false,
        title: "",
        headers: &[
            "姓名",
            "证件号码",
            "性别",
            "出生日期",
            "参保险种",
            "参保状态",
            "参保年度",
            "参保地",
            "个人缴费金额",
            "联系电话",
            "备注",
        ],
        paged: false,
        telling: true,
        member: |city, index, _, dice| city.enrolled(index) || dice.chance(0.12),
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let employed = matches!(person.work, Work::Firm | Work::Public);
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                Value::Date(person.birth),
                if employed {
                    code(("职工基本医疗保险", "310"))
                } else {
                    code(("城乡居民基本医疗保险", "390"))
                },
                text("正常参保"),
                Value::Count(i64::from(city.as_of.year())),
                text(home.county),
                if employed { Value::NoMoney } else { Value::Money(40_000) },
                text(&*subject.phone),
                Value::Empty,
            ]
        },
    },
    Dump {
        source: "social_insurance",
        file: "社保缴费.csv",
        form: Form::Utf16,
        dates: DateForm::Iso,
        wan: false,
        title: "",
        headers: &[
            "姓名",
            "社会保障号码",
            "性别",
            "出生日期",
            "县区",
            "险种",
            "参保状态",
            "单位名称",
            "最近缴费月份",
            "缴费基数",
            "个人缴费",
            "累计缴费月数",
        ],
        paged: false,
        telling: false,
        member: |city, index, person, dice| match person.work {
            Work::Firm | Work::Public if !city.enrolled(index) => dice.chance(0.45),
            Work::Farm | Work::OddJobs => dice.chance(0.12),
            _ => false,
        },
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let employed = matches!(person.work, Work::Firm | Work::Public);
            let base = 100 * i64::from(3_500 + trait_of(person, 62, 60) * 100);
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                Value::Date(person.birth),
                text(home.county),
                text(match person.work {
                    Work::Public => "机关事业单位养老保险",
                    Work::Firm => "企业职工基本养老保险",
                    _ => "城乡居民基本养老保险",
                }),
                text("正常参保"),
                text(if employed { firm(home, person) } else { String::new() }),
                Value::Month(last_month(city)),
                if employed { Value::Money(base) } else { Value::NoMoney },
                Value::Money(if employed { base * 8 / 100 } else { 30_000 }),
                Value::Count(i64::from(trait_of(person, 63, 200)) + 6),
            ]
        },
    },
    Dump {
        source: "pension",
        file: "养老金发放.csv",
        form: Form::Utf8,
        dates: DateForm::Compact,
        wan: false,
        title: "",
        headers: &[
            "领取人姓名",
            "身份证号码",
            "性别",
            "出生日期",
            "县区",
            "养老保险类型",
            "月养老金（元）",
            "发放月份",
            "待遇状态",
            "原工作单位",
            "银行账号",
        ],
        paged: false,
        telling: false,
        member: |city, index, person, dice| person.age(city.as_of) >= 60 && !city.enrolled(index) && dice.chance(0.5),
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let retired = person.work == Work::Retired;
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                Value::Date(person.birth),
                text(home.county),
                text(if retired { "企业职工养老金" } else { "城乡居民养老金" }),
                Value::Money(
                    100 * i64::from(if retired {
                        2_100 + trait_of(person, 64, 20) * 100
                    } else {
                        180 + trait_of(person, 64, 20)
                    }),
                ),
                Value::Month(last_month(city)),
                text("正常发放"),
                text(if retired { firm(home, person) } else { String::new() }),
                text(identity::bank_account(3_000_000_000 + subject.index.map_or(4_000_000, u64::from))),
            ]
        },
    },
    Dump {
        source: "student",
        file: "在校学生.csv",
        form: Form::Gb18030,
        dates: DateForm::Compact,
        wan: false,
        title: "",
        headers: &[
            "姓名",
            "性别",
            "出生日期",
            "身份证件号",
            "学籍号",
            "学校名称",
            "学段",
            "学籍状态",
            "是否寄宿",
            "监护人姓名",
            "联系电话",
            "家庭地址",
            "特殊儿童类别",
        ],
        paged: false,
        telling: true,
        member: |city, index, person, dice| person.work == Work::Pupil && (city.enrolled(index) || dice.chance(0.35)),
        row: |_, subject, _| {
            let (person, home, age) = (subject.person, subject.home, subject.age);
            let stage = match age {
                ..12 => "小学",
                12..15 => "初中",
                15..18 => "普通高中",
                _ => "大学本科",
            };
            vec![
                Value::Name(person.name.text()),
                code(person.sex()),
                Value::Date(person.birth),
                Value::Number(person.number()),
                text(format!(
                    "G{:08}{:03}{:05}",
                    person.birth.num_days_from_ce(),
                    person.sequence,
                    trait_of(person, 65, 99_999)
                )),
                text(format!("{}{}", home.town, if age < 15 { "中心学校" } else { "中学" })),
                text(stage),
                text("在读"),
                text(if trait_of(person, 66, 3) == 0 { "是" } else { "否" }),
                text(&*home.head_name),
                text(&*subject.phone),
                text(&*home.address),
                text(if subject.home.index.is_none() && subject.index.is_some() { "孤儿" } else { "无" }),
            ]
        },
    },
    Dump {
        source: "real_estate",
        file: "不动产登记信息.csv",
        form: Form::Utf8,
        dates: DateForm::Slash,
        wan: true,
        title: "不动产登记查询结果",
        headers: &[
            "权利人",
            "证件号",
            "不动产权证号",
            "坐落",
            "县区",
            "房屋用途",
            "建筑面积（㎡）",
            "共有方式",
            "登记时间",
            "登记状态",
            "成交金额",
        ],
        paged: false,
        telling: false,
        member: |city, index, person, dice| {
            person.relation == Relation::Head && dice.chance(if city.enrolled(index) { 0.08 } else { 0.25 })
        },
        row: |city, subject, turn| {
            let (person, home) = (subject.person, subject.home);
            let serial = subject.index.unwrap_or(999_999) + turn * 1_000_000;
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                text(format!("赣（{}）{}不动产权第{serial:07}号", 2016 + serial % 9, home.county)),
                text(&*home.address),
                text(home.county),
                text("住宅"),
                Value::Hundredths(7_000 + i64::from(trait_of(person, 67, 70)) * 100),
                text("单独所有"),
                Value::Date(some_day(city, person, 68, 8)),
                text("现势"),
                Value::Money(100 * 1_000 * i64::from(120 + trait_of(person, 69, 500))),
            ]
        },
    },
    Dump {
        source: "vehicle",
        file: "机动车登记.csv",
        form: Form::Gb18030,
        dates: DateForm::Iso,
        wan: false,
        title: "",
        headers: &[
            "机动车所有人",
            "身份证明号码",
            "号牌号码",
            "车辆类型",
            "车辆品牌",
            "使用性质",
            "初次登记日期",
            "机动车状态",
            "联系电话",
        ],
        paged: false,
        telling: false,
        member: |city, index, person, dice| !city.enrolled(index) && person.age(city.as_of) >= 20 && dice.chance(0.1),
        row: |city, subject, _| {
            let person = subject.person;
            let serial = subject.index.unwrap_or(999_999);
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                text(format!("赣D{:05X}", 0x10000 + serial)),
                text("小型轿车"),
                text(["五菱", "比亚迪", "吉利", "大众", "长安"][trait_of(person, 70, 5) as usize]),
                code(("非营运", "A")),
                Value::Date(some_day(city, person, 71, 9)),
                code(("正常", "A")),
                text(&*subject.phone),
            ]
        },
    },
    Dump {
        source: "tax",
        file: "个人所得税申报.csv",
        form: Form::Utf8,
        dates: DateForm::Iso,
        wan: false,
        title: "",
        headers: &[
            "纳税人姓名",
            "纳税人识别号",
            "税款所属期",
            "所得项目",
            "扣缴义务人",
            "收入额",
            "应纳税额",
            "申报日期",
        ],
        paged: false,
        telling: false,
        member: |city, index, person, dice| {
            !city.enrolled(index) && matches!(person.work, Work::Firm | Work::Public | Work::Owner) && dice.chance(0.2)
        },
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let income = 100 * i64::from(5_200 + trait_of(person, 72, 90) * 100);
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                Value::Month(last_month(city)),
                text("工资薪金所得"),
                text(firm(home, person)),
                Value::Money(income),
                Value::Money((income - 500_000).max(0) * 3 / 100),
                Value::Date(last_month(city).checked_add_days(Days::new(9)).unwrap_or(city.as_of)),
            ]
        },
    },
    Dump {
        source: "provident_fund",
        file: "公积金缴存.csv",
        form: Form::Utf8,
        dates: DateForm::Compact,
        wan: false,
        title: "",
        headers: &[
            "职工姓名",
            "证件号码",
            "公积金账号",
            "单位名称",
            "账户状态",
            "缴存基数",
            "月缴存额",
            "账户余额",
            "最近缴存月份",
        ],
        paged: false,
        telling: false,
        member: |city, index, person, dice| {
            !city.enrolled(index) && matches!(person.work, Work::Firm | Work::Public) && dice.chance(0.22)
        },
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let base = 100 * i64::from(3_000 + trait_of(person, 73, 60) * 100);
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                text(format!("36{:010}", subject.index.unwrap_or(9_000_000))),
                text(firm(home, person)),
                text("正常"),
                Value::Money(base),
                Value::Money(base * 20 / 100),
                Value::Money(base * i64::from(trait_of(person, 74, 90)) / 10),
                Value::Month(last_month(city)),
            ]
        },
    },
];
