//! Cross-match rules: SQL with typed parameters, and what the office sets for them.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::diagnostic::Desk;
use super::nearest::nearest;
use super::reader::{self, Cursor, Found, unknown_name};
use super::schema::SchemaBook;
use super::{Rule, RuleScope, RuleSeverity, decimal, names, schema, value};
use crate::model::Words;

/// Placeholders that the run itself fills in: its day as a date and its month as the text `YYYY-MM`.
pub const GIVEN: [&str; 2] = ["as_of", "as_of_month"];

/// What a parameter's value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParameterKind {
    Money,
    Decimal,
    Integer,
    Date,
    Text,
}

const KINDS: [(&str, ParameterKind); 5] = [
    ("money", ParameterKind::Money),
    ("decimal", ParameterKind::Decimal),
    ("integer", ParameterKind::Integer),
    ("date", ParameterKind::Date),
    ("text", ParameterKind::Text),
];

/// A rule with the types of its parameters, before the office's own values are put in.
pub struct RawRule<'a> {
    pub rule: Rule,
    pub code: Option<Found<&'a str>>,
    pub desk: Desk<'a>,
    needs: Vec<Found<&'a str>>,
    kinds: BTreeMap<String, ParameterKind>,
}

pub fn read(mut root: Cursor<'_>) -> RawRule<'_> {
    let desk = root.desk;
    let code = root.need_text("code");
    let title = root.need_text("title");
    let title_en = root.need_text("title_en");
    let pack = root.need_text("pack");
    let severity = root.need_word(
        "severity",
        &[("high", RuleSeverity::High), ("medium", RuleSeverity::Medium), ("low", RuleSeverity::Low)],
    );
    let scope = read_scope(&mut root);
    let ground = root.need_text("ground");
    let needs = root.need_texts("needs");
    let select = root.need_text("select");
    let summary = root.table("summary");
    let summary = root.need("summary", summary).and_then(|mut summary| {
        let text = summary.need_text("text");
        summary.finish();
        text
    });
    let mut rule = Rule {
        code: owned(&code),
        title: owned(&title),
        title_en: owned(&title_en),
        pack: owned(&pack),
        severity: severity.unwrap_or(RuleSeverity::Low),
        scope: scope.unwrap_or(RuleScope::Person),
        ground: owned(&ground),
        needs: needs.iter().map(|table| table.value.to_owned()).collect(),
        parameters: BTreeMap::new(),
        summary: owned(&summary),
        select: owned(&select),
    };
    let mut kinds = BTreeMap::new();
    let mut places = Vec::new();
    for (name, value) in root.table("parameters").map(|table| table.entries()).unwrap_or_default() {
        let (kind, default) = read_parameter(desk, value);
        kinds.insert(name.value.to_owned(), kind);
        rule.parameters.insert(name.value.to_owned(), default);
        places.push(name);
    }
    root.finish();
    if let Some(select) = &select {
        check_placeholders(desk, select, &places);
        if let Some(summary) = &summary {
            check_summary(desk, summary, select.value);
        }
    }
    RawRule { rule, code, desk, needs, kinds }
}

fn owned(found: &Option<Found<&str>>) -> String {
    found.as_ref().map_or_else(String::new, |found| found.value.to_owned())
}

fn read_scope(root: &mut Cursor<'_>) -> Option<RuleScope> {
    let words = ["person", "household", "region", "key"];
    let scope = root.need_word("scope", &words.map(|word| (word, word)));
    let key = root.text("key");
    match (scope?, key) {
        ("person", None) => Some(RuleScope::Person),
        ("household", None) => Some(RuleScope::Household),
        ("region", None) => Some(RuleScope::Region),
        ("key", Some(key)) => Some(RuleScope::Key(key.value.to_owned())),
        ("key", None) => {
            root.need("key", None::<()>);
            None
        }
        (_, Some(key)) => {
            let message = Words::new("`key` 只用于 scope = \"key\"", "`key` belongs to scope = \"key\" only");
            root.desk.fault("misplaced", key.span, message, None);
            None
        }
        _ => None,
    }
}

/// A default value by itself, whose type is seen, or `{ type = "…", default = … }`, or, where only the office can say,
/// `{ type = "…", required = true }`.
fn read_parameter(desk: Desk<'_>, value: &Spanned<DeValue<'_>>) -> (ParameterKind, Option<String>) {
    if let DeValue::Table(table) = value.get_ref() {
        let mut table = Cursor::new(desk, table, value.span());
        let kind = table.need_word("type", &KINDS);
        // Words for people who set it.
        table.text("title");
        table.text("title_en");
        table.text("unit");
        let required = table.boolean("required").unwrap_or(false);
        let value = table.value("default");
        if let (true, Some(value)) = (required, value) {
            let message = Words::new("必填的参数没有缺省值", "a required parameter has no default");
            let hint = Words::new("删去 `required` 或 `default`", "remove `required` or `default`");
            desk.fault("misplaced", value.span(), message, Some(hint));
        } else if !required {
            table.need("default", value);
        }
        let default = value.and_then(|value| literal(desk, value, kind?));
        table.finish();
        return (kind.unwrap_or(ParameterKind::Text), default);
    }
    let kind = match value.get_ref() {
        DeValue::Integer(_) => ParameterKind::Integer,
        DeValue::Float(_) => ParameterKind::Decimal,
        DeValue::Datetime(_) => ParameterKind::Date,
        _ => ParameterKind::Text,
    };
    (kind, literal(desk, value, kind))
}

/// The value as an SQL literal, which holds nothing that SQL could take for more than one value.
fn literal(desk: Desk<'_>, value: &Spanned<DeValue<'_>>, kind: ParameterKind) -> Option<String> {
    // A literal with a point would be a binary float to the engine, and make one of the money that it meets.
    let number = |scale| {
        let written = decimal::written(reader::decimal(desk, value, scale)?.value, scale);
        Some(if written.contains('.') { format!("CAST('{written}' AS DECIMAL(18, {scale}))") } else { written })
    };
    match kind {
        ParameterKind::Money => number(2),
        ParameterKind::Decimal => number(4),
        ParameterKind::Integer => Some(reader::integer(desk, value, i64::MIN..=i64::MAX)?.value.to_string()),
        // The engine gives up comparing dates with text, and casting text to dates.
        ParameterKind::Date => Some(format!("DATE('{}')", value::date(desk, value)?.format("%Y-%m-%d"))),
        ParameterKind::Text => {
            let text = reader::text(desk, value)?;
            if text.value.chars().any(char::is_control) {
                let message = Words::new("不能含控制字符", "must not hold control characters");
                desk.fault("bad_text", text.span, message, None);
                return None;
            }
            Some(format!("'{}'", text.value.replace('\'', "''")))
        }
    }
}

/// Every `{{name}}` in the SQL has a parameter, and every parameter is used.
fn check_placeholders(desk: Desk<'_>, select: &Found<&str>, parameters: &[Found<&str>]) {
    let mut used = Vec::new();
    for piece in select.value.split("{{").skip(1) {
        let Some((name, _)) = piece.split_once("}}") else { continue };
        let known = parameters.iter().map(|parameter| parameter.value).chain(GIVEN);
        if !used.contains(&name) && !known.clone().any(|known| known == name) {
            let span = value::within(desk, &select.span, &format!("{{{{{name}}}}}"));
            unknown_name(desk, &Found { value: name, span }, ("参数", "parameter"), known);
        }
        used.push(name);
    }
    for parameter in parameters.iter().filter(|parameter| !used.contains(&parameter.value)) {
        desk.fault(
            "unused_parameter",
            parameter.span.clone(),
            Words::new(
                format!("SQL 里没有用到参数 `{}`", parameter.value),
                format!("the SQL does not use the parameter `{}`", parameter.value),
            ),
            Some(Words::new(
                format!("在 select 里写 `{{{{{}}}}}`，或删去此参数", parameter.value),
                format!("write `{{{{{}}}}}` in the select or remove the parameter", parameter.value),
            )),
        );
    }
}

/// Every `{column}` of the summary is at least a word of the SQL; whether it is a column shows when the rule runs.
fn check_summary(desk: Desk<'_>, summary: &Found<&str>, select: &str) {
    let words: Vec<&str> =
        select.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    for piece in summary.value.split('{').skip(1) {
        let Some((name, _)) = piece.split_once('}') else { continue };
        if !words.contains(&name) {
            let span = value::within(desk, &summary.span, &format!("{{{name}}}"));
            let near = nearest(name, words.iter().copied());
            let message = Words::new(format!("select 里没有列 `{name}`"), format!("the select has no column `{name}`"));
            let hint = near.map(|near| Words::new(format!("是否想写 `{near}`？"), format!("did you mean `{near}`?")));
            desk.fault("unknown_name", span, message, hint);
        }
    }
}

/// Rules that share a code, and tables that nobody makes.
pub fn check_all(rules: &[RawRule<'_>], schemas: &SchemaBook) {
    let mut seen: Vec<&str> = Vec::new();
    for raw in rules {
        if let Some(code) = &raw.code {
            if seen.contains(&code.value) {
                schema::duplicate(raw.desk, code, ("规则", "rule"));
            }
            seen.push(code.value);
        }
        let known = || names::TABLES.into_iter().chain(schemas.schemas.keys().map(String::as_str));
        for table in &raw.needs {
            if schemas.whole && !known().any(|known| known == table.value) {
                unknown_name(raw.desk, table, ("数据表", "table"), known());
            }
        }
    }
}

/// `[crossmatch]`, where `whole` says that all rules are here: which packs of rules run, which rules do not, and the local thresholds.
pub fn choose(mut rules: Vec<RawRule<'_>>, whole: bool, table: Option<Cursor<'_>>) -> Vec<Rule> {
    let Some(mut table) = table else { return rules.into_iter().map(|raw| raw.rule).collect() };
    let desk = table.desk;
    let packs = table.value("packs").map(|_| table.texts("packs"));
    for pack in packs.iter().flatten() {
        if whole && !rules.iter().any(|raw| raw.rule.pack == pack.value) {
            unknown_name(desk, pack, ("规则包", "rule pack"), rules.iter().map(|raw| raw.rule.pack.as_str()));
        }
    }
    let disabled = table.texts("disable");
    for code in &disabled {
        position(desk, code, &rules, whole);
    }
    for (code, value) in table.table("parameters").map(|table| table.entries()).unwrap_or_default() {
        let (Some(at), Some(values)) = (position(desk, &code, &rules, whole), reader::table(desk, value)) else {
            continue;
        };
        for (name, value) in values.entries() {
            set(desk, &mut rules[at], &name, value);
        }
    }
    table.finish();
    rules.retain(|raw| {
        let chosen = packs.as_ref().is_none_or(|packs| packs.iter().any(|pack| pack.value == raw.rule.pack));
        chosen && !disabled.iter().any(|code| code.value == raw.rule.code)
    });
    rules.into_iter().map(|raw| raw.rule).collect()
}

fn position(desk: Desk<'_>, code: &Found<&str>, rules: &[RawRule<'_>], whole: bool) -> Option<usize> {
    let position = rules.iter().position(|raw| raw.rule.code == code.value);
    if position.is_none() && whole {
        unknown_name(desk, code, ("规则", "rule"), rules.iter().map(|raw| raw.rule.code.as_str()));
    }
    position
}

fn set(desk: Desk<'_>, raw: &mut RawRule<'_>, name: &Found<&str>, value: &Spanned<DeValue<'_>>) {
    match raw.kinds.get(name.value) {
        Some(kind) => {
            if let Some(literal) = literal(desk, value, *kind) {
                raw.rule.parameters.insert(name.value.to_owned(), Some(literal));
            }
        }
        None if raw.desk.is_broken() => {}
        None => unknown_name(desk, name, ("参数", "parameter"), raw.kinds.keys().map(String::as_str)),
    }
}
