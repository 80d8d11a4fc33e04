//! What the lines above a table, a header's brackets and a sheet's name say about the whole table.

use crate::kernel::header::unit_in;
use crate::kernel::number::Unit;
use crate::kernel::region::{self, Level};
use crate::model::{Field, FieldType, Schema};
use crate::source::line::Line;

const UNITS: [(&str, u32); 5] = [("亿元", 100_000_000), ("万元", 10_000), ("千元", 1_000), ("百元", 100), ("元", 1)];

/// The multiplier of a unit row: 单位：万元 → 10,000. The last one above the table wins.
pub(in crate::source) fn stated_multiplier(lines: &[Line]) -> Option<u32> {
    lines
        .iter()
        .rev()
        .flat_map(Line::cells)
        .find_map(|cell| {
            let text = squeezed(cell.text);
            text.match_indices("单位")
                .find_map(|(at, word)| {
                    let rest = &text[at + word.len()..];
                    unit_at_start(rest.strip_prefix([':', '：'])?)
                })
                .or_else(|| bracketed(&text).find_map(whole_unit))
        })
        .or_else(|| lines.iter().rev().find_map(split_unit))
}

/// A unit row whose word and unit stand in neighbouring cells.
fn split_unit(line: &Line) -> Option<u32> {
    let texts: Vec<String> = line.cells().map(|cell| squeezed(cell.text)).collect();
    texts.windows(2).find_map(|pair| {
        pair[0].trim_end_matches([':', '：']).ends_with("单位").then(|| whole_unit(&pair[1])).flatten()
    })
}

/// The multiplier that a header states: 金额（万元）, 医疗费用万元, 收入/万元. The leaf speaks before its parents.
pub(in crate::source) fn header_multiplier(parts: &[String]) -> Option<u32> {
    parts.iter().rev().find_map(|part| {
        let text = squeezed(part);
        let in_brackets = bracketed(&text)
            .find_map(|inner| unit_at_start(inner.trim_start_matches("单位:").trim_start_matches("单位：")));
        in_brackets
            .or_else(|| text.rsplit_once(['/', ':', '：', '_', '-']).and_then(|(_, unit)| whole_unit(unit)))
            .or_else(|| UNITS[..4].iter().find(|(unit, _)| text.ends_with(unit)).map(|(_, times)| *times))
    })
}

/// Whether a header states another kind of unit than its field is counted in: 住房总面积（亩） for square metres. Units of
/// money differ by a multiplier only.
pub(in crate::source) fn counts_otherwise(parts: &[String], field: &Field) -> bool {
    let wanted = match field.kind {
        FieldType::Money => Some(Unit::Yuan),
        FieldType::Decimal | FieldType::Integer => field.unit.as_deref().and_then(Unit::from_name),
        _ => None,
    };
    let money = |unit: Unit| unit.money_power().is_some();
    // 月 and 人 beside an amount say what it is for, not what it counts.
    let measures =
        |unit: &Unit| money(*unit) || matches!(unit, Unit::SquareMetre | Unit::Mu | Unit::Hectare | Unit::Percent);
    let stated = parts.iter().rev().find_map(|part| unit_in(part)).filter(measures);
    stated.zip(wanted).is_some_and(|(stated, wanted)| stated != wanted && !(money(stated) && money(wanted)))
}

fn unit_at_start(text: &str) -> Option<u32> {
    let text = text.trim_start_matches("人民币");
    UNITS.iter().find(|(unit, _)| text.starts_with(unit)).map(|(_, times)| *times)
}

/// 万元, 元, but also 元/月, which speaks of the same money.
fn whole_unit(text: &str) -> Option<u32> {
    let money = text.split(['/', '、', ',', '，']).next().unwrap_or(text);
    UNITS.iter().find(|(unit, _)| *unit == money).map(|(_, times)| *times)
}

fn bracketed(text: &str) -> impl Iterator<Item = &str> {
    text.split(['(', '（', '[', '【']).skip(1).filter_map(|rest| rest.split([')', '）', ']', '】']).next())
}

pub(in crate::source) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The values that the sheet's name states for the schema's place fields: a sheet named after its township (永阳镇,
/// 吉安县永阳镇) or county. A county must be known; a township may not be a word that only ends like one.
pub(in crate::source) fn stated_places(sheet: &str, schema: &Schema) -> Vec<(usize, String)> {
    let name = place_name(sheet);
    let county = region::by_name(&name, None)
        .filter(|region| region.level == Level::County && name.starts_with(region.name))
        .map(|region| region.name)
        .filter(|county| !COMMON.contains(county));
    let below = county.and_then(|county| name.strip_prefix(county));
    let stated = match (county, below) {
        (Some(county), Some("")) => vec![("county", county)],
        (Some(county), Some(town)) if is_town(town) => vec![("county", county), ("town", town)],
        _ if is_town(&name) => vec![("town", name.as_str())],
        _ => Vec::new(),
    };
    stated.into_iter().filter_map(|(field, value)| Some((schema.field(field)?, value.to_owned()))).collect()
}

/// Words that end as places do, and county-level names that are common words.
const COMMON: [&str; 25] = [
    "城区",
    "郊区",
    "矿区",
    "城镇",
    "城乡",
    "乡镇",
    "集镇",
    "家乡",
    "老乡",
    "同乡",
    "返乡",
    "下乡",
    "异乡",
    "现场",
    "市场",
    "广场",
    "会场",
    "操场",
    "商场",
    "牧场",
    "立场",
    "到场",
    "离场",
    "镇街道",
    "乡镇街道",
];

/// A name that ends as townships' do and does not speak of all or any of them (全镇, 各乡镇, 本乡).
fn is_town(name: &str) -> bool {
    const ENDINGS: [&str; 8] = ["镇", "乡", "街道", "街道办", "街道办事处", "场", "垦殖场", "管委会"];
    const ANY: [char; 12] = ['全', '各', '本', '其', '所', '分', '按', '非', '跨', '外', '该', '每'];
    let ends = ENDINGS.iter().any(|ending| name.strip_suffix(ending).is_some_and(|stem| !stem.is_empty()));
    ends && !name.starts_with(ANY) && !COMMON.iter().any(|word| name.ends_with(word))
}

/// A sheet's name without numbering and remarks: 1.永阳镇（32人） → 永阳镇.
fn place_name(sheet: &str) -> String {
    let squeezed = squeezed(sheet);
    let head = squeezed.split(['(', '（', '[', '【']).next().unwrap_or("");
    let mark = |c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | '-' | '_' | '．');
    head.trim_matches(mark).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellKind;

    fn line(cells: &[&str]) -> Line {
        let mut line = Line::default();
        line.begin(1);
        for (column, text) in (0..).zip(cells) {
            line.push(column, text, CellKind::Text);
        }
        line
    }

    #[test]
    fn a_unit_row_changes_the_meaning_of_amounts() {
        let unit = |cells: &[&str]| stated_multiplier(&[line(cells)]);
        assert_eq!(unit(&["", "", "单位：万元"]), Some(10_000));
        assert_eq!(unit(&["金额单位: 元、人"]), Some(1));
        assert_eq!(unit(&["填报单位：吉安县民政局", "单 位：万 元"]), Some(10_000));
        assert_eq!(unit(&["填报单位：吉安县民政局"]), None);
        assert_eq!(unit(&["单位", "万元"]), Some(10_000));
        assert_eq!(unit(&["2024年医疗费用明细表（万元）"]), Some(10_000));
    }

    #[test]
    fn a_header_may_state_its_own_unit() {
        let unit = |parts: &[&str]| header_multiplier(&parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
        assert_eq!(unit(&["金额（万元）"]), Some(10_000));
        assert_eq!(unit(&["收入（万元）", "工资"]), Some(10_000));
        assert_eq!(unit(&["月保障金额(元/月)"]), Some(1));
        assert_eq!(unit(&["医疗费用万元"]), Some(10_000));
        assert_eq!(unit(&["单元"]), None);
        assert_eq!(unit(&["住房总面积（平方米）"]), None);
    }

    #[test]
    fn a_header_in_another_unit_is_told_from_one_that_says_what_an_amount_is_for() {
        let field = |kind, unit: Option<&str>| Field {
            name: "f".into(),
            title: "f".into(),
            kind,
            claims: Vec::new(),
            required: false,
            codes: None,
            unit: unit.map(str::to_owned),
            multiplier: 1,
            sensitivity: crate::model::Sensitivity::Internal,
            check: crate::model::Check::default(),
        };
        let area = field(FieldType::Decimal, Some("平方米"));
        let money = field(FieldType::Money, Some("元"));
        let otherwise = |title: &str, field: &Field| counts_otherwise(&[title.to_owned()], field);
        assert!(
            otherwise("住房总面积（亩）", &area) && otherwise("金额（亩）", &money) && otherwise("面积（万元）", &area)
        );
        for (title, field) in [("住房总面积（㎡）", &area), ("住房总面积", &area), ("面积（必填）", &area)]
        {
            assert!(!otherwise(title, field), "{title}");
        }
        for title in ["金额（万元）", "保障金（元/月）", "保障金（月）", "金额（人）"] {
            assert!(!otherwise(title, &money), "{title}");
        }
    }

    #[test]
    fn numbering_and_remarks_are_no_part_of_a_place() {
        assert_eq!(place_name("1.永阳镇（32人）"), "永阳镇");
        assert_eq!(place_name("03 敦厚镇"), "敦厚镇");
    }
}
