//! The lists about means: property, vehicles, firms, taxes, pay.

use chrono::Days;

use super::book::Form;
use super::city::{Relation, Work};
use super::clerk::{DateForm, Value, text};
use super::departments::{Dump, firm, last_month, some_day, years_after};
use super::guilt::Guilt;
use super::identity;
use super::portrait::{code, trait_of};

/// All of them.
pub const DUMPS: &[Dump] = &[
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
            "所有人证件号码",
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
            let paid = if city.guilt(subject) == Guilt::Wage { 36_000 } else { 5_200 };
            let income = 100 * i64::from(paid + trait_of(person, 72, 90) * 100);
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
];
