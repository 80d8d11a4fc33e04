//! The shorter lists: services, mishaps and sanctions that concern few.

use chrono::Days;

use super::book::Form;
use super::city::{Relation, Work};
use super::clerk::{DateForm, Value, text};
use super::departments::{Dump, firm, some_day, summer};
use super::guilt::Guilt;
use super::portrait::{self, code, trait_of};

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
            let ill = person.relation == Relation::Head && city.guilt(subject) == Guilt::MedicalCost;
            let dear = if ill { 260_000 } else { 0 };
            let total = 100 * i64::from(900 + trait_of(person, 87, 60) * 50 + dear);
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
