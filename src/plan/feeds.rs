//! What a schema's rows feed besides their own table: the people of a household, and `assistance`.

use std::collections::HashMap;

use toml::de::DeValue;

use super::diagnostic::Desk;
use super::reader::{self, Cursor, Found, unknown_name};
use super::schema::RawSchema;
use crate::model::{AmountBasis, Assistance, Field, FieldType, Grain, Members, RecordKind, Unpaid, ValueSource, Words};

const AMOUNT_BASES: [&str; 6] =
    ["month_household", "month_person", "once_household", "once_person", "year_household", "year_person"];

/// `[members]` before the schema of its people is known.
pub struct RawMembers<'a> {
    schema: Found<&'a str>,
    fields: Vec<(Found<&'a str>, usize)>,
}

pub fn read_members<'a>(mut table: Cursor<'a>, own: &[Field]) -> Option<RawMembers<'a>> {
    let schema = table.need_text("schema");
    let fields = table.table("fields");
    let fields = table.need("fields", fields).map_or_else(Vec::new, |fields| {
        let desk = fields.desk;
        fields
            .entries()
            .into_iter()
            .filter_map(|(member, value)| Some((member, position(desk, &reader::text(desk, value)?, own)?)))
            .collect()
    });
    table.finish();
    Some(RawMembers { schema: schema?, fields })
}

impl RawMembers<'_> {
    /// `whole`: all schemas are here, so that one that is not is a fault.
    pub fn resolve(&self, desk: Desk<'_>, schemas: &HashMap<&str, &RawSchema<'_>>, whole: bool) -> Option<Members> {
        let Some(raw) = schemas.get(self.schema.value) else {
            if whole {
                unknown_name(desk, &self.schema, ("数据表", "schema"), schemas.keys().copied());
            }
            return None;
        };
        if raw.desk.is_broken() {
            return None;
        }
        if raw.schema.grain != Grain::Person {
            let message = Words::new(
                format!("`{}` 不是人员表", self.schema.value),
                format!("`{}` is not a schema of people", self.schema.value),
            );
            let people = schemas.values().filter(|raw| raw.schema.grain == Grain::Person);
            let hint = super::nearest::suggestion(self.schema.value, people.map(|raw| raw.name.value));
            desk.fault("misplaced", self.schema.span.clone(), message, hint);
            return None;
        }
        for (member, _) in &self.fields {
            position(desk, member, &raw.schema.fields);
        }
        Some(Members {
            schema: self.schema.value.to_owned(),
            fields: self.fields.iter().map(|(member, field)| (member.value.to_owned(), *field)).collect(),
        })
    }
}

pub fn read_assistance(mut table: Cursor<'_>, own: &[Field]) -> Option<Assistance> {
    let record_kind =
        table.need_word("record_kind", &[("entitlement", RecordKind::Entitlement), ("payment", RecordKind::Payment)]);
    let programme = value_source(&mut table, "programme", own);
    let programme = table.need("programme", programme);
    let subprogramme = value_source(&mut table, "subprogramme", own);
    let cause = value_source(&mut table, "cause", own);
    let day = [FieldType::Date, FieldType::Month];
    let starts_on = field_of(&mut table, "starts_on", own, &day);
    let ends_on = field_of(&mut table, "ends_on", own, &day);
    let paid_month = field_of(&mut table, "paid_month", own, &day);
    let amount = field_of(&mut table, "amount", own, &[FieldType::Money]);
    let amount_basis = table.need_word("amount_basis", &AMOUNT_BASES.map(|basis| (basis, basis)));
    let insured_count = field_of(&mut table, "insured_count", own, &[FieldType::Integer]);
    let unpaid = table.table("unpaid").and_then(|unpaid| read_unpaid(unpaid, own));
    table.finish();
    Some(Assistance {
        record_kind: record_kind?,
        programme: programme?,
        subprogramme,
        cause,
        starts_on,
        ends_on,
        paid_month,
        amount,
        amount_basis: AmountBasis(amount_basis?.to_owned()),
        insured_count,
        unpaid,
    })
}

/// `{ field = "…", terms = ["…"] }`; of a field with a code table the terms are those that it stores.
fn read_unpaid(mut table: Cursor<'_>, own: &[Field]) -> Option<Unpaid> {
    let field = table.need_text("field");
    let terms = table.need_texts("terms");
    let desk = table.desk;
    table.finish();
    let at = position(desk, &field?, own)?;
    if let Some(codes) = &own[at].codes {
        let known = || codes.terms.iter().map(|term| term.term.as_str());
        for term in terms.iter().filter(|term| !known().any(|known| known == term.value)) {
            unknown_name(desk, term, ("标准用语", "term"), known());
        }
    }
    Some(Unpaid { field: at, terms: terms.iter().map(|term| term.value.to_owned()).collect() })
}

/// A literal text or `{ field = "…" }`.
fn value_source(table: &mut Cursor<'_>, key: &'static str, own: &[Field]) -> Option<ValueSource> {
    let value = table.value(key)?;
    match value.get_ref() {
        DeValue::Table(_) => named_field(reader::table(table.desk, value)?, own).map(|(_, at)| ValueSource::Field(at)),
        _ => reader::text(table.desk, value).map(|text| ValueSource::Literal(text.value.to_owned())),
    }
}

/// `{ field = "…" }` with a field of one of these types.
fn field_of(table: &mut Cursor<'_>, key: &'static str, own: &[Field], kinds: &[FieldType]) -> Option<usize> {
    let value = table.value(key)?;
    if let DeValue::String(_) = value.get_ref() {
        let written = &table.desk.document.text[value.span()];
        let hint = Words::new(format!("写成 `{{ field = {written} }}`"), format!("write `{{ field = {written} }}`"));
        reader::wrong_type_with(table.desk, value, reader::Wanted::Table, Some(hint));
        return None;
    }
    let (found, at) = named_field(reader::table(table.desk, value)?, own)?;
    let kind = own[at].kind;
    if !kinds.contains(&kind) {
        let wanted = kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>();
        table.desk.fault(
            "wrong_field_type",
            found.span,
            Words::new(
                format!("字段 `{}` 的类型是 {}，此处应为 {}", found.value, kind.as_str(), wanted.join("、")),
                format!("the field `{}` is of type {}, not {}", found.value, kind.as_str(), wanted.join(" or ")),
            ),
            None,
        );
        return None;
    }
    Some(at)
}

fn named_field<'a>(mut table: Cursor<'a>, own: &[Field]) -> Option<(Found<&'a str>, usize)> {
    let name = table.need_text("field");
    let desk = table.desk;
    table.finish();
    let name = name?;
    let at = position(desk, &name, own)?;
    Some((name, at))
}

/// The field of this name; that there is none is written down.
pub fn position(desk: Desk<'_>, name: &Found<&str>, fields: &[Field]) -> Option<usize> {
    let position = fields.iter().position(|field| field.name == name.value);
    // A schema whose fields are all lost has its fault already.
    if position.is_none() && !fields.is_empty() {
        unknown_name(desk, name, ("字段", "field"), fields.iter().map(|field| field.name.as_str()));
    }
    position
}
