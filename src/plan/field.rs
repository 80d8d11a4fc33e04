//! `[[field]]`: one column of a schema.

use std::sync::Arc;

use toml::de::DeValue;

use super::codes::{self, CodeBook};
use super::diagnostic::Desk;
use super::names;
use super::reader::{self, Cursor, Found, unknown_name};
use crate::model::{Check, CodeTable, Field, FieldType, Sensitivity, Words};

/// Units of money and how many yuan each is.
const MONEY_UNITS: [(&str, u32); 4] = [("元", 1), ("千元", 1_000), ("万元", 10_000), ("亿元", 100_000_000)];

/// A field that does not know yet which header texts it may claim.
pub struct RawField<'a> {
    pub name: Found<&'a str>,
    field: Field,
}

impl RawField<'_> {
    pub fn finish(self, claims: Vec<String>) -> Field {
        Field { claims, ..self.field }
    }
}

/// The field, and the header texts it wants: its title and synonyms.
pub fn read<'a>(
    mut table: Cursor<'a>,
    schema: &str,
    codes: &mut CodeBook,
) -> Option<(RawField<'a>, Vec<Found<&'a str>>)> {
    let desk = table.desk;
    let name = table.need_text("name");
    if let Some(name) = &name {
        names::check_field(desk, name);
    }
    let title = table.need_text("title");
    let kind = table.need_word("type", &FieldType::ALL.map(|kind| (kind.as_str(), kind)));
    let spellings: Vec<_> = title.clone().into_iter().chain(table.texts("synonyms")).collect();
    let required = table.boolean("required").unwrap_or(false);
    let sensitivity = table.word(
        "sensitivity",
        &[
            ("open", Sensitivity::Open),
            ("internal", Sensitivity::Internal),
            ("personal", Sensitivity::Personal),
            ("sensitive", Sensitivity::Sensitive),
        ],
    );
    let title = title.map_or("", |title| title.value);
    let own_table = format!("{schema}.{}", name.as_ref().map_or("", |name| name.value));
    let code_table = read_codes(&mut table, kind, own_table, title, codes);
    let unit = table.text("unit");
    let multiplier = unit.as_ref().map_or(1, |unit| multiplier(desk, unit, kind));
    let check = table.table("check").map(|check| read_check(check, kind)).unwrap_or_default();
    table.finish();
    let name = name?;
    let field = Field {
        name: name.value.to_owned(),
        title: title.to_owned(),
        kind: kind.unwrap_or(FieldType::Text),
        claims: Vec::new(),
        required,
        codes: code_table,
        unit: unit.map(|unit| unit.value.to_owned()),
        multiplier,
        sensitivity: sensitivity.unwrap_or_default(),
        check,
    };
    Some((RawField { name, field }, spellings))
}

fn read_codes(
    table: &mut Cursor<'_>,
    kind: Option<FieldType>,
    own_name: String,
    title: &str,
    codes: &mut CodeBook,
) -> Option<Arc<CodeTable>> {
    let desk = table.desk;
    let value = table.value("codes");
    match (kind, value) {
        (Some(FieldType::Code), None) => {
            table.need("codes", None::<()>);
            return None;
        }
        (Some(kind), Some(value)) if !matches!(kind, FieldType::Code | FieldType::DocumentKind) => {
            misplaced(desk, value.span(), ("codes", "code, document_kind"), kind);
            return None;
        }
        _ => {}
    }
    let value = value?;
    if let DeValue::Array(_) = value.get_ref() {
        let terms = table.need_texts("codes");
        let made = Arc::new(codes::on_the_spot(desk, own_name.clone(), title, &terms));
        codes.tables.insert(own_name, made.clone());
        return Some(made);
    }
    let name = reader::text(desk, value)?;
    let known = codes.tables.get(name.value).cloned();
    if known.is_none() && codes.whole {
        unknown_name(desk, &name, ("代码表", "code table"), codes.tables.keys().map(String::as_str));
    }
    known
}

fn multiplier(desk: Desk<'_>, unit: &Found<&str>, kind: Option<FieldType>) -> u32 {
    match kind {
        Some(FieldType::Money) => reader::word(desk, unit, &MONEY_UNITS).unwrap_or(1),
        Some(FieldType::Decimal | FieldType::Integer) | None => 1,
        Some(kind) => {
            misplaced(desk, unit.span.clone(), ("unit", "money, decimal, integer"), kind);
            1
        }
    }
}

fn read_check(mut table: Cursor<'_>, kind: Option<FieldType>) -> Check {
    let desk = table.desk;
    let min = table.decimal("min", 4);
    let max = table.decimal("max", 4);
    let not_future = table.boolean("not_future").unwrap_or(false);
    let pattern = table.text("pattern");
    let place = |table: &mut Cursor<'_>, key: &'static str| table.value(key).map(toml::Spanned::span);
    if let Some(kind) = kind {
        let number = matches!(kind, FieldType::Money | FieldType::Decimal | FieldType::Integer);
        let day = matches!(kind, FieldType::Date | FieldType::Month);
        let checks: [(&'static str, bool, &'static str); 4] = [
            ("min", number, "money, decimal, integer"),
            ("max", number, "money, decimal, integer"),
            ("not_future", day, "date, month"),
            ("pattern", !number && !day && kind != FieldType::Boolean, "text"),
        ];
        for (key, fits, wanted) in checks {
            if let (false, Some(span)) = (fits, place(&mut table, key)) {
                misplaced(desk, span, (key, wanted), kind);
            }
        }
    }
    if let (Some(min), Some(max)) = (&min, &max)
        && min.value > max.value
    {
        let message = Words::new("`min` 大于 `max`", "`min` is larger than `max`");
        desk.fault("out_of_range", min.span.clone(), message, None);
    }
    if let Some(pattern) = &pattern
        && let Err(error) = regex::Regex::new(pattern.value)
    {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or("").trim_start_matches("error: ");
        let message = Words::new(format!("正则表达式有误：{reason}"), format!("not a regular expression: {reason}"));
        desk.fault("bad_pattern", pattern.span.clone(), message, None);
    }
    table.finish();
    Check {
        min: min.map(|min| min.value),
        max: max.map(|max| max.value),
        not_future,
        pattern: pattern.map(|pattern| pattern.value.to_owned()),
    }
}

fn misplaced(desk: Desk<'_>, span: std::ops::Range<usize>, (key, wanted): (&str, &str), kind: FieldType) {
    desk.fault(
        "misplaced",
        span,
        Words::new(
            format!("`{key}` 不能用于 {} 类型的字段", kind.as_str()),
            format!("`{key}` does not fit a field of type {}", kind.as_str()),
        ),
        Some(Words::new(format!("只用于：{wanted}"), format!("it is for: {wanted}"))),
    );
}
