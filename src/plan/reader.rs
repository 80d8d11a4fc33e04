//! A cursor over one TOML table. It remembers which keys were asked for, writes down every value that does not fit, and
//! says in the end which keys nobody knows. Reading goes on after a fault, so that all faults show at once.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::decimal::{self, NotDecimal};
use super::diagnostic::{Desk, Diagnostic, Document};
use super::nearest::suggestion;
use super::secret;
use crate::model::Words;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// The kinds of value a key can want, for messages.
#[derive(Clone, Copy)]
pub enum Wanted {
    Text,
    Integer,
    Decimal,
    Boolean,
    List,
    Table,
    Tables,
}

impl Wanted {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Wanted::Text => ("文本", "a text"),
            Wanted::Integer => ("整数", "an integer"),
            Wanted::Decimal => ("数值", "a number"),
            Wanted::Boolean => ("true 或 false", "true or false"),
            Wanted::List => ("列表 [ … ]", "a list [ … ]"),
            Wanted::Table => ("表 { … }", "a table { … }"),
            Wanted::Tables => ("表的列表 [[ … ]]", "a list of tables [[ … ]]"),
        }
    }
}

fn kind_of(value: &DeValue<'_>) -> (&'static str, &'static str) {
    match value {
        DeValue::String(_) => ("文本", "a text"),
        DeValue::Integer(_) => ("整数", "an integer"),
        DeValue::Float(_) => ("小数", "a decimal"),
        DeValue::Boolean(_) => ("真假值", "a boolean"),
        DeValue::Datetime(_) => ("日期时间", "a date or time"),
        DeValue::Array(_) => ("列表", "a list"),
        DeValue::Table(_) => ("表", "a table"),
    }
}

/// Parses a document; its syntax errors are written down and what can be read is read.
pub fn parse<'a>(document: &'a Document, faults: &'a RefCell<Vec<Diagnostic>>) -> (Desk<'a>, Spanned<DeTable<'a>>) {
    let mut desk = Desk::new(document, faults);
    let (table, errors) = DeTable::parse_recoverable(&document.text);
    let mut first = usize::MAX;
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        first = first.min(span.start);
        desk.syntax_error(span, error.message());
    }
    if !errors.is_empty() {
        desk = desk.broken_at(first);
    }
    (desk, table)
}

pub struct Cursor<'a> {
    pub desk: Desk<'a>,
    /// The table's header, or the inline table: where a missing key is shown.
    pub span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: Vec<&'static str>,
    /// Known, but of no effect yet.
    later: Vec<&'static str>,
}

impl<'a> Cursor<'a> {
    pub fn new(desk: Desk<'a>, table: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Cursor { desk, span, table, asked: Vec::new(), later: Vec::new() }
    }

    pub fn root(desk: Desk<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Cursor::new(desk, table.get_ref(), table.span())
    }

    /// The raw value of a key, which then counts as known.
    pub fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    /// Says that `key` is missing, unless there is a value.
    pub fn need<T>(&self, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.table.contains_key(key) {
            self.desk.fault(
                "missing_key",
                self.span.clone(),
                Words::new(format!("缺少 `{key}`"), format!("`{key}` is missing")),
                None,
            );
        }
        value
    }

    pub fn text(&mut self, key: &'static str) -> Option<Found<&'a str>> {
        let value = self.value(key)?;
        text(self.desk, value)
    }

    pub fn need_text(&mut self, key: &'static str) -> Option<Found<&'a str>> {
        let value = self.text(key);
        self.need(key, value)
    }

    /// A text that may be empty.
    pub fn text_or_empty(&mut self, key: &'static str) -> Option<Found<&'a str>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Found { value: text.as_ref(), span: value.span() }),
            _ => wrong_type(self.desk, value, Wanted::Text),
        }
    }

    /// One of a fixed set of words.
    pub fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let found = self.text(key)?;
        word(self.desk, &found, words)
    }

    pub fn need_word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let value = self.word(key, words);
        self.need(key, value)
    }

    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => wrong_type(self.desk, value, Wanted::Boolean),
        }
    }

    /// A whole number from `range`.
    pub fn integer(&mut self, key: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<Found<i64>> {
        let value = self.value(key)?;
        integer(self.desk, value, range)
    }

    /// A number with at most `scale` decimals, written as integer, float or text, in units of 10^-`scale`.
    pub fn decimal(&mut self, key: &'static str, scale: u32) -> Option<Found<i128>> {
        let value = self.value(key)?;
        decimal(self.desk, value, scale)
    }

    pub fn texts(&mut self, key: &'static str) -> Vec<Found<&'a str>> {
        let desk = self.desk;
        self.list(key).into_iter().filter_map(|value| text(desk, value)).collect()
    }

    /// A list of texts that must be there and hold something.
    pub fn need_texts(&mut self, key: &'static str) -> Vec<Found<&'a str>> {
        let present = self.value(key);
        self.need(key, present);
        self.refuse_empty(key, present);
        self.texts(key)
    }

    pub fn decimals(&mut self, key: &'static str, scale: u32) -> Vec<Found<i128>> {
        let desk = self.desk;
        self.list(key).into_iter().filter_map(|value| decimal(desk, value, scale)).collect()
    }

    fn list(&mut self, key: &'static str) -> Vec<&'a Spanned<DeValue<'a>>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(list) => list.iter().collect(),
            DeValue::String(_) => {
                let written = &self.desk.document.text[value.span()];
                let hint = Words::new(format!("写成 `[{written}]`"), format!("write `[{written}]`"));
                wrong_type_with(self.desk, value, Wanted::List, Some(hint));
                Vec::new()
            }
            _ => {
                wrong_type::<()>(self.desk, value, Wanted::List);
                Vec::new()
            }
        }
    }

    pub fn table(&mut self, key: &'static str) -> Option<Cursor<'a>> {
        let value = self.value(key)?;
        table(self.desk, value)
    }

    /// The tables of `[[key]]`, in their order.
    pub fn tables(&mut self, key: &'static str) -> Vec<Cursor<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(list) => list.iter().filter_map(|item| table(self.desk, item)).collect(),
            DeValue::Table(_) => {
                let hint = Words::new(format!("写成 `[[{key}]]`"), format!("write `[[{key}]]`"));
                wrong_type_with(self.desk, value, Wanted::Tables, Some(hint));
                Vec::new()
            }
            _ => {
                wrong_type::<()>(self.desk, value, Wanted::Tables);
                Vec::new()
            }
        }
    }

    /// The tables of `[[key]]`, of which there must be one at least.
    pub fn need_tables(&mut self, key: &'static str) -> Vec<Cursor<'a>> {
        let present = self.value(key);
        self.need(key, present);
        self.refuse_empty(key, present);
        self.tables(key)
    }

    fn refuse_empty(&self, key: &str, value: Option<&Spanned<DeValue<'_>>>) {
        if let Some(value) = value
            && matches!(value.get_ref(), DeValue::Array(list) if list.is_empty())
        {
            let message = Words::new(format!("`{key}` 不能为空"), format!("`{key}` is empty"));
            self.desk.fault("empty", value.span(), message, None);
        }
    }

    /// All keys with their values, in the order of the text, for a table whose keys are the office's own words.
    pub fn entries(&self) -> Vec<(Found<&'a str>, &'a Spanned<DeValue<'a>>)> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| (Found { value: key.get_ref().as_ref(), span: key.span() }, value))
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    /// The keys that were not asked for, for a table that has fixed keys and the office's own ones.
    pub fn other_entries(&self) -> Vec<(Found<&'a str>, &'a Spanned<DeValue<'a>>)> {
        let mut entries = self.entries();
        entries.retain(|(key, _)| !self.asked.contains(&key.value) && !self.later.contains(&key.value));
        entries
    }

    /// Writes down every key that was never asked for.
    pub fn finish(self) {
        for (key, value) in self.other_entries() {
            let message = Words::new(format!("不认识的键 `{}`", key.value), format!("unknown key `{}`", key.value));
            let hint = suggestion(key.value, self.asked.iter().copied());
            if secret::is_likely(key.value) {
                self.desk.secret_fault("unknown_key", key.span, value.span(), message, hint);
            } else {
                self.desk.fault("unknown_key", key.span, message, hint);
            }
        }
    }

    /// The raw value of a key that a later version will know: no fault, and nothing to suggest.
    pub fn later(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.later.push(key);
        self.table.get(key)
    }

    /// Takes keys that a later version will know: each that is there is a warning.
    pub fn not_supported(&mut self, keys: &[&'static str]) {
        self.later.extend(keys);
        for (key, _) in self.entries().into_iter().filter(|(key, _)| keys.contains(&key.value)) {
            self.desk.not_supported(key.value, key.span);
        }
    }
}

/// A text that says something.
pub fn text<'a>(desk: Desk<'a>, value: &'a Spanned<DeValue<'a>>) -> Option<Found<&'a str>> {
    match value.get_ref() {
        DeValue::String(text) if text.trim().is_empty() => {
            desk.fault("empty", value.span(), Words::new("不能为空", "must not be empty"), None);
            None
        }
        DeValue::String(text) => Some(Found { value: text.as_ref(), span: value.span() }),
        _ => wrong_type(desk, value, Wanted::Text),
    }
}

pub fn word<T: Copy>(desk: Desk<'_>, found: &Found<&str>, words: &[(&str, T)]) -> Option<T> {
    let hit = words.iter().find(|(word, _)| *word == found.value).map(|(_, value)| *value);
    if hit.is_none() {
        desk.fault(
            "unknown_word",
            found.span.clone(),
            Words::new(format!("这里不能写 `{}`", found.value), format!("`{}` is not allowed here", found.value)),
            suggestion(found.value, words.iter().map(|(word, _)| *word)),
        );
    }
    hit
}

pub fn table<'a>(desk: Desk<'a>, value: &'a Spanned<DeValue<'a>>) -> Option<Cursor<'a>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(Cursor::new(desk, table, value.span())),
        _ => wrong_type(desk, value, Wanted::Table),
    }
}

pub fn integer(
    desk: Desk<'_>,
    value: &Spanned<DeValue<'_>>,
    range: std::ops::RangeInclusive<i64>,
) -> Option<Found<i64>> {
    let DeValue::Integer(written) = value.get_ref() else { return wrong_type(desk, value, Wanted::Integer) };
    match i64::from_str_radix(written.as_str(), written.radix()) {
        Ok(number) if range.contains(&number) => Some(Found { value: number, span: value.span() }),
        _ => {
            let (low, high) = (range.start(), range.end());
            let message = if *high == i64::MAX {
                Words::new(format!("不得小于 {low}"), format!("must be at least {low}"))
            } else {
                Words::new(format!("应在 {low} 至 {high} 之间"), format!("must lie between {low} and {high}"))
            };
            desk.fault("out_of_range", value.span(), message, None);
            None
        }
    }
}

pub fn decimal(desk: Desk<'_>, value: &Spanned<DeValue<'_>>, scale: u32) -> Option<Found<i128>> {
    let number = match value.get_ref() {
        DeValue::Integer(written) if written.radix() == 10 => decimal::parse(written.as_str(), scale),
        DeValue::Float(written) => decimal::parse(written.as_str(), scale),
        DeValue::String(text) => decimal::parse(text.trim(), scale),
        _ => return wrong_type(desk, value, Wanted::Decimal),
    };
    match number {
        Ok(number) => Some(Found { value: number, span: value.span() }),
        Err(NotDecimal::Malformed) => {
            let hint = Words::new("写成 8256 或 \"8256.50\"", "write 8256 or \"8256.50\"");
            desk.fault("bad_number", value.span(), Words::new("不是数值", "not a number"), Some(hint));
            None
        }
        Err(NotDecimal::TooFine) => {
            let message = Words::new(format!("最多 {scale} 位小数"), format!("at most {scale} decimals are kept"));
            desk.fault("bad_number", value.span(), message, None);
            None
        }
    }
}

pub fn wrong_type<T>(desk: Desk<'_>, value: &Spanned<DeValue<'_>>, wanted: Wanted) -> Option<T> {
    wrong_type_with(desk, value, wanted, None);
    None
}

pub fn wrong_type_with(desk: Desk<'_>, value: &Spanned<DeValue<'_>>, wanted: Wanted, hint: Option<Words>) {
    let (wanted, found) = (wanted.words(), kind_of(value.get_ref()));
    let message =
        Words::new(format!("应为{}，却是{}", wanted.0, found.0), format!("expected {}, found {}", wanted.1, found.1));
    desk.fault("wrong_type", value.span(), message, hint);
}

/// Says that a name is not among the known ones of its kind (`("字段", "field")`).
pub fn unknown_name<'k>(
    desk: Desk<'_>,
    found: &Found<&str>,
    kind: (&str, &str),
    known: impl IntoIterator<Item = &'k str>,
) {
    desk.fault(
        "unknown_name",
        found.span.clone(),
        Words::new(
            format!("没有名为 `{}` 的{}", found.value, kind.0),
            format!("there is no {} named `{}`", kind.1, found.value),
        ),
        suggestion(found.value, known),
    );
}
