//! The shipped schemas and code tables against what the registers' own export and the standards hold.

use std::path::Path;

use super::{PIPELINE, folder};
use crate::kernel::{header, text};
use crate::model::{Grain, Schema};
use crate::plan::{Plan, load, shipped};

/// What the exports call a person's identity number.
const NUMBERS: [&str; 8] =
    ["身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "证件号码", "证件号", "身份证", "居民身份证号"];

/// Columns of the households and of the people, with those that the list of 特困 adds.
const HOUSEHOLD: &str = "户主姓名 户主身份证号 户主身份证 家庭人口 家庭人口数 保障人口 保障人口数 家庭年总收入（元） \
    户月保障金额（元） 合计（元） 联系电话 家庭住址 所属省级 所属省(级) 所属市 所属区 所属区(县) 所属街 所属街(道) 所属社 所属社(区) \
    低保证号 最初享受月 最初享受月份 申请原因 救助金计算方式 分档类型 开户银行 银行账户名称 银行帐号 一卡通账号 拥有产权住房套数 \
    住房总面积（平方米） 金融资产总额（元） 家庭成员姓名 家庭成员身份证号";
const PERSON: &str = "姓名 与户主关系 性别 出生日期 年龄 民族 婚姻状况 文化程度 政治面貌 就业状况 年收入（元） 是否残疾 是否残疾(人) \
    残疾证号 残疾类别 残疾等级 患病病种 劳动能力 健康状况 参保类型 是否建档立卡 在读学校 在职单位 备注";
const SUPPORTED: &str =
    "供养方式 供养机构 户籍类型 基本生活标准（元） 照料护理费用（元） 照料人姓名 照料人身份证号 生活自理能力 特困证号";

fn plan() -> Plan {
    let pipeline = PIPELINE.replace("\"people\"", "\"minimum_living_allowance\"");
    load(&folder(&[("town.toml", &pipeline)]), Path::new("town.toml"), &shipped()).expect("sound")
}

fn field_of<'a>(schema: &'a Schema, title: &str) -> Option<&'a str> {
    schema.claimed_by(&header::normalise(title)).map(|field| schema.fields[field].name.as_str())
}

#[test]
fn every_schema_knows_an_identity_number_by_all_its_names() {
    for schema in plan().schemas.values() {
        let wanted = match schema.grain {
            Grain::Household if schema.field("id_number").is_none() => "head_id_number",
            _ => "id_number",
        };
        for title in NUMBERS {
            assert_eq!(field_of(schema, title), Some(wanted), "{} {title}", schema.name);
        }
    }
}

#[test]
fn no_column_of_the_registers_export_is_left_over() {
    let plan = plan();
    for (name, columns) in [
        ("minimum_living_allowance_household", vec![HOUSEHOLD]),
        ("minimum_living_allowance", vec![PERSON]),
        ("extreme_poverty_support_household", vec![HOUSEHOLD, SUPPORTED]),
        ("extreme_poverty_support", vec![PERSON, SUPPORTED]),
    ] {
        for title in columns.iter().flat_map(|titles| titles.split_whitespace()) {
            assert!(field_of(&plan.schemas[name], title).is_some(), "{name} {title}");
        }
    }
    for name in ["minimum_living_allowance_household", "extreme_poverty_support_household"] {
        assert_eq!(field_of(&plan.schemas[name], "户月保障金额（元）"), Some("monthly_amount"), "{name}");
    }
}

#[test]
fn words_and_numbers_mean_what_the_standards_say() {
    let plan = plan();
    let term = |table: &str, written: &str| {
        let table = &plan.codes[table];
        let term = &table.terms[*table.by_spelling.get(&text::spelling(written))?];
        Some((term.term.clone(), term.code.clone()))
    };
    let known = |term: &str, code: &str| Some((term.to_owned(), code.to_owned()));
    // One digit means one thing to the standard and another to the systems in use.
    for digit in ["0", "1", "2", "3", "8"] {
        assert_eq!(term("relation", digit), None, "{digit}");
    }
    for (table, written, wanted) in [
        ("relation", "戶主", known("户主", "02")),
        ("relation", "其他", known("其他", "97")),
        ("relation", "其他亲属", known("其他", "97")),
        ("relation", "非亲属", known("非亲属", "99")),
        ("ethnic_group", "漢族", known("汉族", "01")),
        ("marital_status", "喪偶", known("丧偶", "30")),
        ("education", "21", known("本科", "20")),
        ("education", "31", known("专科", "30")),
        ("education", "41", known("中专", "40")),
        ("education", "44", known("中专", "40")),
        ("education", "61", known("高中", "60")),
        ("education", "71", known("初中", "70")),
        ("education", "81", known("小学", "80")),
        ("education", "初中毕业", known("初中", "70")),
        ("education", "小学畢業", known("小学", "80")),
        ("occupation", "无业", None),
        ("id_kind", "身份证", known("居民身份证", "111")),
    ] {
        assert_eq!(term(table, written), wanted, "{table} {written}");
    }
}

#[test]
fn kinds_of_documents_are_terms() {
    for schema in plan().schemas.values() {
        if let Some(field) = schema.field("id_kind") {
            let codes = schema.fields[field].codes.as_ref();
            assert_eq!(codes.map(|codes| codes.name.as_str()), Some("id_kind"), "{}", schema.name);
        }
    }
}
