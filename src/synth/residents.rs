//! The lists about residents: who lives where, is insured, draws a pension, goes to school, has died.

use chrono::{Datelike, Days};

use super::book::Form;
use super::city::Work;
use super::clerk::{DateForm, Value, text};
use super::departments::{Dump, firm, last_month, summer};
use super::guilt::Guilt;
use super::identity;
use super::portrait::{self, code, trait_of};

/// All of them.
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
        row: |city, subject, _| {
            let (person, home, age) = (subject.person, subject.home, subject.age);
            vec![
                text(&*home.number),
                code(person.relation.term(person.male)),
                Value::Name(person.name.text()),
                code(person.sex()),
                code(portrait::ethnic(person)),
                Value::Date(person.birth),
                Value::Number(person.number()),
                code(portrait::marital(city, subject)),
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
        row: |city, subject, turn| {
            let (person, home) = (subject.person, subject.home);
            let insured_twice = city.guilt(subject) == Guilt::InsuredTwice && turn > 0;
            let employed = matches!(person.work, Work::Firm | Work::Public) || insured_twice;
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
            "参保人身份证号",
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
            let retired = person.work == Work::Retired || city.guilt(subject) == Guilt::Pension;
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
            "学生身份证件号",
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
];
