//! `[[source]]`: what a provider supplies, where its files lie and how far they are trusted.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::diagnostic::Desk;
use super::reader::{self, Cursor, Found, unknown_name, word};
use super::schema::SchemaBook;
use super::{Gate, HeaderPlace, Missing, PeriodFrom, PeriodPlace, Source, Supply, Trust, schema, value};
use crate::kernel::header::normalise;
use crate::kernel::text;
use crate::model::{CodeTable, Schema, Words};

/// Trust in a source of which nothing is said.
const MIDDLE_TRUST: u8 = 50;

/// `whole_codes`: all code tables are here, so that a term that is in none of them is a fault.
pub fn read_all(tables: Vec<Cursor<'_>>, book: &SchemaBook, whole_codes: bool) -> Vec<Source> {
    let mut seen: Vec<&str> = Vec::new();
    let mut sources = Vec::new();
    for mut table in tables {
        let id = table.need_text("id");
        if let Some(id) = &id {
            check_id(table.desk, id);
            if seen.contains(&id.value) {
                schema::duplicate(table.desk, id, ("来源", "source"));
            }
            seen.push(id.value);
        }
        sources.push(read(table, id.map_or("", |id| id.value), book, whole_codes));
    }
    sources
}

fn read(mut table: Cursor<'_>, id: &str, book: &SchemaBook, whole_codes: bool) -> Source {
    let desk = table.desk;
    let names = table.need_texts("schemas");
    let (schemas, all_found) = find_schemas(desk, &names, book);
    let fields = Fields::of(&schemas, book, all_found && whole_codes);
    let provider = table.need_text("provider");
    let files = table.need_texts("files");
    let trust = table.value("trust").and_then(|value| read_trust(desk, value, &fields));
    let supply =
        table.word("supply", &[("full", Supply::Full), ("append", Supply::Append), ("latest", Supply::Latest)]);
    let period = table.table("period").and_then(read_period);
    let sheets = table.text("sheets").and_then(|sheets| value::glob(desk, &sheets));
    let header = table.table("header").and_then(read_header);
    let encoding = table.text("encoding").and_then(|label| check_encoding(desk, &label));
    let password = value::secret(&mut table, "password", &["env", "file"]);
    let columns = table.table("columns").map(|columns| read_columns(columns, &fields)).unwrap_or_default();
    let values = table.table("values").map(|values| read_values(values, &fields)).unwrap_or_default();
    let gate = table.table("gate").map(read_gate).unwrap_or_default();
    table.finish();
    Source {
        id: id.to_owned(),
        schemas,
        provider: provider.map_or_else(String::new, |provider| provider.value.to_owned()),
        files: files.iter().filter_map(|file| value::glob(desk, file)).collect(),
        trust: trust.unwrap_or(Trust { default: MIDDLE_TRUST, by_field: BTreeMap::new() }),
        supply: supply.unwrap_or_default(),
        period,
        sheets,
        header,
        encoding,
        password,
        columns,
        values,
        gate,
    }
}

/// An id starts every row id and names a folder, so that it holds no slash, space or mark.
fn check_id(desk: Desk<'_>, id: &Found<&str>) {
    if !id.value.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        let message = Words::new(
            format!("`{}` 不能作来源编号", id.value),
            format!("`{}` cannot be the id of a source", id.value),
        );
        let hint = Words::new("只用字母、数字、`_` 和 `-`", "use letters, digits, `_` and `-`");
        desk.fault("bad_name", id.span.clone(), message, Some(hint));
    }
}

/// The schemas, and whether every name was found.
fn find_schemas(desk: Desk<'_>, names: &[Found<&str>], book: &SchemaBook) -> (Vec<Arc<Schema>>, bool) {
    let mut schemas: Vec<Arc<Schema>> = Vec::new();
    let mut all_found = true;
    for name in names {
        match book.schemas.get(name.value) {
            Some(schema) if schemas.iter().any(|other| other.name == schema.name) => {
                schema::duplicate(desk, name, ("数据表", "schema"));
            }
            Some(schema) => schemas.push(schema.clone()),
            None => {
                all_found = false;
                if book.whole {
                    unknown_name(desk, name, ("数据表", "schema"), book.schemas.keys().map(String::as_str));
                }
            }
        }
    }
    (schemas, all_found)
}

/// The fields that rows of a source can have: those of its schemas and of their members.
struct Fields {
    schemas: Vec<Arc<Schema>>,
    /// False where a schema or code table could not be read, so that what is not here may be theirs.
    sure: bool,
}

impl Fields {
    fn of(schemas: &[Arc<Schema>], book: &SchemaBook, sure: bool) -> Self {
        let members = schemas.iter().filter_map(|schema| book.schemas.get(&schema.members.as_ref()?.schema)).cloned();
        let schemas: Vec<_> = schemas.iter().cloned().chain(members).collect();
        let lost = |schema: &Arc<Schema>| schema.fields.is_empty() || book.broken.contains(&schema.name);
        let sure = sure && !schemas.is_empty() && !schemas.iter().any(lost);
        Fields { schemas, sure }
    }

    fn check(&self, desk: Desk<'_>, name: &Found<&str>) -> bool {
        let known = self.schemas.iter().any(|schema| schema.field(name.value).is_some());
        if !known && self.sure {
            let fields = self.schemas.iter().flat_map(|schema| &schema.fields);
            unknown_name(desk, name, ("字段", "field"), fields.map(|field| field.name.as_str()));
        }
        known
    }

    fn code_tables(&self, name: &str) -> Vec<&Arc<CodeTable>> {
        let field = |schema: &'_ Arc<Schema>| schema.field(name);
        self.schemas.iter().filter_map(|schema| schema.fields[field(schema)?].codes.as_ref()).collect()
    }
}

fn read_trust(desk: Desk<'_>, value: &Spanned<DeValue<'_>>, fields: &Fields) -> Option<Trust> {
    let level = |value: &Spanned<DeValue<'_>>| {
        reader::integer(desk, value, 0..=100).and_then(|level| u8::try_from(level.value).ok())
    };
    let DeValue::Table(_) = value.get_ref() else {
        return level(value).map(|default| Trust { default, by_field: BTreeMap::new() });
    };
    let mut table = reader::table(desk, value)?;
    let default = table.value("default").and_then(level);
    let mut by_field = BTreeMap::new();
    for (name, value) in table.other_entries() {
        fields.check(desk, &name);
        if let Some(level) = level(value) {
            by_field.insert(name.value.to_owned(), level);
        }
    }
    Some(Trust { default: default.unwrap_or(MIDDLE_TRUST), by_field })
}

fn read_period(mut table: Cursor<'_>) -> Option<PeriodFrom> {
    let desk = table.desk;
    let place = table.need_word("from", &[("file_name", PeriodPlace::FileName), ("title", PeriodPlace::Title)]);
    let pattern = table.need_text("pattern");
    table.finish();
    let pattern = pattern?;
    check_period(desk, &pattern);
    Some(PeriodFrom { place: place?, pattern: pattern.value.to_owned() })
}

fn check_period(desk: Desk<'_>, pattern: &Found<&str>) {
    let parts = ["year", "month", "day"];
    let mut rest = pattern.value;
    while let Some(start) = rest.find('{') {
        let inner = &rest[start + 1..];
        let end = inner.find('}').unwrap_or(inner.len());
        let name = &inner[..end];
        if !parts.contains(&name) {
            let written = &rest[start..(start + end + 2).min(rest.len())];
            let span = value::within(desk, &pattern.span, written);
            word::<()>(desk, &Found { value: name, span }, &parts.map(|part| (part, ())));
        }
        rest = &inner[end..];
    }
    let hint = Words::new("如 `{year}{month}` 或 `{year}年{month}月`", "as `{year}{month}` or `{year}年{month}月`");
    if !pattern.value.contains("{year}") {
        let message = Words::new("样式里没有 `{year}`", "the pattern has no `{year}`");
        desk.fault("bad_period", pattern.span.clone(), message, Some(hint));
    } else if pattern.value.contains("{day}") && !pattern.value.contains("{month}") {
        let message = Words::new("有 `{day}` 就要有 `{month}`", "a pattern with `{day}` needs `{month}`");
        desk.fault("bad_period", pattern.span.clone(), message, Some(hint));
    }
}

fn read_header(mut table: Cursor<'_>) -> Option<HeaderPlace> {
    let row = table.integer("row", 1..=1_048_576);
    let row = table.need("row", row);
    let rows = table.integer("rows", 1..=20);
    table.finish();
    Some(HeaderPlace {
        row: u32::try_from(row?.value).ok()?,
        rows: rows.map_or(Some(1), |rows| u32::try_from(rows.value).ok())?,
    })
}

fn check_encoding(desk: Desk<'_>, label: &Found<&str>) -> Option<String> {
    if encoding_rs::Encoding::for_label(label.value.as_bytes()).is_none() {
        let usual = ["utf-8", "gb18030", "gbk", "gb2312", "big5", "utf-16le", "utf-16be"];
        unknown_name(desk, label, ("字符编码", "character encoding"), usual);
        return None;
    }
    Some(label.value.to_owned())
}

/// Keys are headers as the file writes them; the plan keeps them normalised, as headers are compared.
fn read_columns(table: Cursor<'_>, fields: &Fields) -> BTreeMap<String, String> {
    let desk = table.desk;
    let mut columns = BTreeMap::new();
    for (header, value) in table.entries() {
        let Some(field) = reader::text(desk, value) else { continue };
        fields.check(desk, &field);
        if columns.insert(normalise(header.value), field.value.to_owned()).is_some() {
            schema::duplicate(desk, &header, ("表头（规范化后）", "header, once normalised,"));
        }
    }
    columns
}

fn read_values(table: Cursor<'_>, fields: &Fields) -> BTreeMap<String, BTreeMap<String, String>> {
    let desk = table.desk;
    let mut values = BTreeMap::new();
    for (name, value) in table.entries() {
        let known = fields.check(desk, &name);
        let code_tables = fields.code_tables(name.value);
        let Some(spellings) = reader::table(desk, value) else { continue };
        let mut map = BTreeMap::new();
        for (spelling, term) in spellings.entries() {
            let Some(term) = reader::text(desk, term) else { continue };
            let stored = if known && fields.sure && !code_tables.is_empty() {
                find_term(desk, &term, &code_tables)
            } else {
                Some(term.value)
            };
            if let Some(stored) = stored {
                map.insert(spelling.value.to_owned(), stored.to_owned());
            }
        }
        values.insert(name.value.to_owned(), map);
    }
    values
}

/// The stored term that `term`, itself or as one of its synonyms, stands for.
fn find_term<'t>(desk: Desk<'_>, term: &Found<&str>, tables: &[&'t Arc<CodeTable>]) -> Option<&'t str> {
    let spelling = text::spelling(term.value);
    let stored = tables.iter().find_map(|table| Some(table.terms[*table.by_spelling.get(&spelling)?].term.as_str()));
    if stored.is_none() {
        let terms = tables.iter().flat_map(|table| &table.terms);
        let words: Vec<_> = terms.map(|term| (term.term.as_str(), ())).collect();
        word(desk, term, &words);
    }
    stored
}

fn read_gate(mut table: Cursor<'_>) -> Gate {
    let gate = Gate {
        max_quarantined: value::percentage(&mut table, "max_quarantined"),
        min_rows: table.integer("min_rows", 0..=i64::MAX).and_then(|rows| u64::try_from(rows.value).ok()),
        max_drop: value::percentage(&mut table, "max_drop"),
        every_days: value::days(&mut table, "every"),
        missing: table
            .word(
                "missing",
                &[("carry_over", Missing::CarryOver), ("warn", Missing::Warn), ("refuse", Missing::Refuse)],
            )
            .unwrap_or_default(),
    };
    table.finish();
    gate
}
