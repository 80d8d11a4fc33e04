//! The shorter lists of departments: services and sanctions that concern few.

use chrono::{Days, Months, NaiveDate};

use super::book::Form;
use super::city::{City, Person, Relation, Work};
use super::clerk::{DateForm, Value, text};
use super::departments::{Dump, firm, last_month, some_day, years_after};
use super::identity;
use super::portrait::{self, code, trait_of};

/// A day in August, September or October before the run: long enough ago for payments of the month to be wrong.
fn summer(city: &City, person: &Person) -> NaiveDate {
    let months = Months::new(2 + city.months.len() as u32);
    let first = city.as_of.checked_sub_months(months).unwrap_or(city.as_of);
    first.checked_sub_days(Days::new(u64::from(trait_of(person, 80, 40)))).unwrap_or(first)
}

/// All of them.
pub const DUMPS: &[Dump] = &[
    Dump {
        source: "employment",
        file: "就业失业登记.xlsx",
        form: Form::Xlsx,
        dates: DateForm::Iso,
        wan: false,
        title: "就业失业登记信息",
        headers: &[
            "姓名",
            "证件号码",
            "性别",
            "出生日期",
            "县区",
            "联系电话",
            "就业状态",
            "就业单位",
            "登记日期",
            "月工资",
            "录入人",
        ],
        paged: false,
        telling: true,
        member: |city, index, person, dice| {
            let able = matches!(person.work, Work::Farm | Work::OddJobs | Work::Firm);
            able && dice.chance(if city.enrolled(index) { 0.2 } else { 4_000.0 / city.people.len().max(20_000) as f64 })
        },
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let employed = person.work == Work::Firm;
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                Value::Date(person.birth),
                text(home.county),
                text(&*subject.phone),
                text(portrait::employment(person)),
                text(if employed { firm(home, person) } else { String::new() }),
                Value::Date(some_day(city, person, 81, 3)),
                if employed {
                    Value::Money(100 * i64::from(3_000 + trait_of(person, 82, 20) * 100))
                } else {
                    Value::NoMoney
                },
                text(["张某", "王某", "何某"][trait_of(person, 83, 3) as usize]),
            ]
        },
    },
    Dump {
        source: "disability",
        file: "持证残疾人.csv",
        form: Form::Gb18030,
        dates: DateForm::Iso,
        wan: false,
        title: "",
        headers: &[
            "姓名",
            "性别",
            "出生日期",
            "身份证号码",
            "残疾人证号",
            "残疾类别",
            "残疾等级",
            "发证日期",
            "证件状态",
            "户号",
            "县区",
            "乡镇",
            "村",
            "家庭住址",
            "联系电话",
        ],
        paged: true,
        telling: true,
        member: |_, _, person, _| person.disability > 0,
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let [category, level] = portrait::disability(person);
            vec![
                Value::Name(person.name.text()),
                code(person.sex()),
                Value::Date(person.birth),
                Value::Number(person.number()),
                portrait::certificate(person, subject.index.is_some()),
                code(category),
                code(level),
                Value::Date(some_day(city, person, 84, 8)),
                text("正常"),
                text(&*home.number),
                text(home.county),
                text(&*home.town),
                text(&*home.village),
                text(&*home.address),
                text(&*subject.phone),
            ]
        },
    },
    Dump {
        source: "death",
        file: "死亡人员.csv",
        form: Form::Gb18030,
        dates: DateForm::Han,
        wan: false,
        title: "",
        headers: &[
            "姓名",
            "身份证号",
            "性别",
            "出生日期",
            "死亡日期",
            "火化日期",
            "死亡原因",
            "所属区(县)",
            "住址",
            "备注",
        ],
        paged: false,
        telling: false,
        member: |_, _, _, _| false,
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let died = match home.index {
                Some(_) => summer(city, person),
                None => portrait::day_of_year(city, person, 85),
            };
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                Value::Date(person.birth),
                Value::Date(died),
                Value::Date(died.checked_add_days(Days::new(3)).unwrap_or(died)),
                text(["心脏病", "脑血管病", "肿瘤", "呼吸系统疾病"][trait_of(person, 86, 4) as usize]),
                text(home.county),
                text(&*home.address),
                Value::Empty,
            ]
        },
    },
    Dump {
        source: "medical_expense",
        file: "医疗费用结算.csv",
        form: Form::Utf8,
        dates: DateForm::Iso,
        wan: false,
        title: "",
        headers: &[
            "患者姓名",
            "证件号码",
            "性别",
            "医院名称",
            "疾病名称",
            "就诊类型",
            "入院日期",
            "结算日期",
            "结算单号",
            "医疗总费用",
            "基本医保支付",
            "大病保险支付",
            "医疗救助支付",
            "个人自付",
        ],
        paged: false,
        telling: false,
        member: |city, index, _, dice| dice.chance(if city.enrolled(index) { 0.06 } else { 0.015 }),
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let total = 100 * i64::from(900 + trait_of(person, 87, 60) * 50);
            let settled = portrait::day_of_year(city, person, 88);
            let aid = if trait_of(person, 89, 2) == 0 { total / 10 } else { 0 };
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                text(format!("{}人民医院", home.county)),
                text(["肺炎", "骨折", "高血压", "糖尿病", "胃炎"][trait_of(person, 90, 5) as usize]),
                text("住院"),
                Value::Date(settled.checked_sub_days(Days::new(6)).unwrap_or(settled)),
                Value::Date(settled),
                text(format!("ZY{}{:06}", settled.format("%Y%m%d"), subject.index.unwrap_or(0) % 1_000_000)),
                Value::Money(total),
                Value::Money(total * 7 / 10),
                Value::NoMoney,
                if aid > 0 { Value::Money(aid) } else { Value::NoMoney },
                Value::Money(total - total * 7 / 10 - aid),
            ]
        },
    },
    Dump {
        source: "housing_aid",
        file: "危房改造.xlsx",
        form: Form::Xlsx,
        dates: DateForm::Dot,
        wan: false,
        title: "农村危房改造花名册",
        headers: &[
            "户主姓名",
            "身份证号",
            "户号",
            "县区",
            "乡镇",
            "村",
            "保障类型",
            "危房等级",
            "住房面积",
            "家庭人口",
            "批准日期",
            "补助金额（元）",
        ],
        paged: true,
        telling: false,
        member: |city, index, person, dice| {
            let household = city.household_of(index);
            person.relation == Relation::Head
                && !household.urban
                && dice.chance(if city.enrolled(index) { 0.04 } else { 0.004 })
        },
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let grade = [("C级", "C"), ("D级", "D")][trait_of(person, 91, 2) as usize];
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                text(&*home.number),
                text(home.county),
                text(&*home.town),
                text(&*home.village),
                text("危房改造"),
                Value::Code(grade.0, ""),
                Value::Hundredths(5_000 + i64::from(trait_of(person, 92, 50)) * 100),
                Value::Count(i64::from(home.size)),
                Value::Date(some_day(city, person, 93, 4)),
                Value::Money(100 * i64::from(9_000 + trait_of(person, 94, 20) * 1_000)),
            ]
        },
    },
    Dump {
        source: "enterprise",
        file: "市场主体.csv",
        form: Form::Utf8,
        dates: DateForm::Iso,
        wan: true,
        title: "市场主体及人员",
        headers: &[
            "企业名称",
            "统一社会信用代码",
            "主体类型",
            "法定代表人",
            "身份证号码",
            "人员身份",
            "注册资本",
            "成立日期",
            "登记状态",
        ],
        paged: false,
        telling: false,
        member: |_, _, person, dice| person.work == Work::Owner && dice.chance(0.6),
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let serial = u64::from(subject.index.unwrap_or(999_999));
            vec![
                text(firm(home, person)),
                text(identity::credit_code(home.county_code, serial)),
                text("有限责任公司"),
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                text("法定代表人"),
                Value::Money(100 * 10_000 * i64::from(10 + trait_of(person, 95, 50) * 10)),
                Value::Date(some_day(city, person, 96, 9)),
                text("存续"),
            ]
        },
    },
    Dump {
        source: "public_payroll",
        file: "财政供养人员.xlsx",
        form: Form::Xlsx,
        dates: DateForm::Compact,
        wan: false,
        title: "财政统发工资人员信息表",
        headers: &[
            "单位名称",
            "职工姓名",
            "身份证号",
            "性别",
            "人员类别",
            "在职状态",
            "月工资",
            "发放月份",
            "参加工作日期",
        ],
        paged: false,
        telling: false,
        member: |city, index, person, dice| person.work == Work::Public && !city.enrolled(index) && dice.chance(0.6),
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            vec![
                text(format!(
                    "{}{}",
                    home.county,
                    ["财政局", "教育局", "人民医院", "中学"][trait_of(person, 97, 4) as usize]
                )),
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                text(["公务员", "事业编制", "教师"][trait_of(person, 98, 3) as usize]),
                text("在职"),
                Value::Money(100 * i64::from(4_200 + trait_of(person, 99, 40) * 100)),
                Value::Month(last_month(city)),
                Value::Date(years_after(person.birth, 22).min(city.as_of)),
            ]
        },
    },
    Dump {
        source: "accident",
        file: "意外事故.csv",
        form: Form::Utf8,
        dates: DateForm::Slash,
        wan: false,
        title: "",
        headers: &[
            "当事人姓名",
            "身份证号码",
            "性别",
            "联系电话",
            "家庭住址",
            "事故类型",
            "发生日期",
            "伤害程度",
            "损失金额",
            "赔偿金额",
        ],
        paged: false,
        telling: false,
        member: |_, _, _, dice| dice.chance(0.002),
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            let kinds = ["交通事故", "火灾", "工伤事故", "自然灾害"];
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                text(&*subject.phone),
                text(&*home.address),
                text(kinds[trait_of(person, 100, 4) as usize]),
                Value::Date(portrait::day_of_year(city, person, 101)),
                text("轻伤"),
                Value::Money(100 * i64::from(trait_of(person, 102, 90) * 100 + 500)),
                Value::NoMoney,
            ]
        },
    },
    Dump {
        source: "prison",
        file: "服刑人员.csv",
        form: Form::Gb18030,
        dates: DateForm::Compact,
        wan: false,
        title: "",
        headers: &["姓名", "身份证号", "性别", "县区", "服刑单位", "服刑类型", "入监日期", "刑期"],
        paged: false,
        telling: false,
        member: |city, index, person, dice| {
            let age = person.age(city.as_of);
            person.male && !city.enrolled(index) && (20..60).contains(&age) && dice.chance(0.003)
        },
        row: |city, subject, _| {
            let (person, home) = (subject.person, subject.home);
            vec![
                Value::Name(person.name.text()),
                Value::Number(person.number()),
                code(person.sex()),
                text(home.county),
                text("江西省吉安监狱"),
                text("监狱服刑"),
                Value::Date(summer(city, person)),
                text(format!("{}年", 3 + trait_of(person, 103, 8))),
            ]
        },
    },
];
