//! Schema files: one kind of row, one table of the database.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::codes::CodeBook;
use super::diagnostic::Desk;
use super::feeds::{self, RawMembers};
use super::field;
use super::names;
use super::reader::{Cursor, Found};
use crate::kernel::header::normalise;
use crate::model::{Field, Grain, Role, Schema, Words};

/// The 12 groups of low-income people.
pub const GROUPS: [&str; 12] = [
    "困难党员",
    "困难职工",
    "特困供养救助人员",
    "城乡低保人员",
    "支出型困难人员",
    "低收入边缘户",
    "医疗困难人员",
    "教育困难人员",
    "住房困难人员",
    "就业困难人员",
    "意外事故影响基本生活困难人员",
    "多重困难人员",
];

/// All schemas by name.
pub struct SchemaBook {
    pub schemas: BTreeMap<String, Arc<Schema>>,
    /// Those whose file is not sound TOML, so that a field that they do not have may have been lost.
    pub broken: Vec<String>,
    /// False: a file could not be read, so that a schema that is not here may be its.
    pub whole: bool,
}

/// A schema whose members still await the other schemas.
pub struct RawSchema<'a> {
    pub name: Found<&'a str>,
    pub schema: Schema,
    pub desk: Desk<'a>,
    members: Option<RawMembers<'a>>,
}

/// Reads one schema file. Code tables that its fields list on the spot are added to `codes`.
pub fn read<'a>(mut root: Cursor<'a>, stem: &'a str, codes: &mut CodeBook) -> RawSchema<'a> {
    let desk = root.desk;
    let name = root.need_text("name");
    if let Some(name) = &name {
        names::check_table(desk, name);
        check_stem(desk, name, stem);
    }
    let title = root.need_text("title").map_or("", |title| title.value);
    let grain = root.need_word("grain", &[("person", Grain::Person), ("household", Grain::Household)]);
    let role = root.need_word("role", &[("enrols", Role::Enrols), ("informs", Role::Informs)]);
    let key = root.texts("key");
    let groups = root.texts("groups");
    let candidate = root.text("candidate");
    let members = root.table("members");
    let assistance = root.table("assistance");
    let tables = root.need_tables("field");
    root.finish();

    let name = name.unwrap_or(Found { value: stem, span: 0..0 });
    let mut fields: Vec<Field> = Vec::new();
    let mut claims = Claims { desk, owners: HashMap::new() };
    for table in tables {
        let Some((field, spellings)) = field::read(table, name.value, codes) else { continue };
        if fields.iter().any(|other| other.name == field.name.value) {
            duplicate(desk, &field.name, ("字段", "field"));
        }
        let number = fields.len();
        for spelling in &spellings {
            claims.claim(spelling, field.name.value, number);
        }
        fields.push(field.finish(claims.of(number)));
    }
    let key: Vec<usize> = key.iter().filter_map(|name| feeds::position(desk, name, &fields)).collect();
    for group in &groups {
        check_group(desk, group);
    }
    if let (Some(candidate), Some(Role::Enrols)) = (&candidate, role) {
        refuse_candidate(desk, candidate);
    }
    if let (Some(members), Some(Grain::Person)) = (&members, grain) {
        refuse_members(members);
    }
    let members = members.and_then(|members| feeds::read_members(members, &fields));
    let assistance = assistance.and_then(|assistance| feeds::read_assistance(assistance, &fields));
    let schema = Schema {
        name: name.value.to_owned(),
        title: title.to_owned(),
        grain: grain.unwrap_or(Grain::Person),
        role: role.unwrap_or(Role::Informs),
        key,
        groups: groups.iter().map(|group| group.value.to_owned()).collect(),
        candidate: candidate.map(|candidate| candidate.value.to_owned()),
        members: None,
        assistance,
        fields,
        by_claim: claims.finish(),
    };
    RawSchema { name, schema, desk, members }
}

fn refuse_candidate(desk: Desk<'_>, candidate: &Found<&str>) {
    let message = Words::new(
        "`candidate` 只用于 role = \"informs\" 的表",
        "`candidate` belongs to a schema with role = \"informs\" only",
    );
    let hint = Words::new("每一行都会入库，不必挑选：删去此行", "all rows are enrolled anyway: remove the line");
    desk.fault("misplaced", candidate.span.clone(), message, Some(hint));
}

fn refuse_members(members: &Cursor<'_>) {
    let message = Words::new(
        "`[members]` 只用于 grain = \"household\" 的表",
        "`[members]` belongs to a schema with grain = \"household\" only",
    );
    let hint = Words::new("改 grain，或删去 `[members]`", "change the grain or remove `[members]`");
    members.desk.fault("misplaced", members.span.clone(), message, Some(hint));
}

/// Ties the members of household schemas to the schemas of people.
pub fn resolve(schemas: Vec<RawSchema<'_>>, whole: bool) -> BTreeMap<String, Arc<Schema>> {
    let mut seen: HashMap<&str, &RawSchema<'_>> = HashMap::new();
    for raw in &schemas {
        if seen.insert(raw.name.value, raw).is_some() {
            duplicate(raw.desk, &raw.name, ("数据表", "schema"));
        }
    }
    let members: Vec<_> = schemas
        .iter()
        .map(|raw| raw.members.as_ref().and_then(|members| members.resolve(raw.desk, &seen, whole)))
        .collect();
    schemas
        .into_iter()
        .zip(members)
        .map(|(raw, members)| (raw.schema.name.clone(), Arc::new(Schema { members, ..raw.schema })))
        .collect()
}

fn check_stem(desk: Desk<'_>, name: &Found<&str>, stem: &str) {
    if name.value != stem {
        desk.fault(
            "file_name",
            name.span.clone(),
            Words::new(
                format!("名称 `{}` 与文件名 `{stem}.toml` 不一致", name.value),
                format!("the name `{}` is not that of the file `{stem}.toml`", name.value),
            ),
            Some(Words::new(
                format!("写 `{stem}`，或把文件改名为 `{}.toml`", name.value),
                format!("write `{stem}` or rename the file to `{}.toml`", name.value),
            )),
        );
    }
}

fn check_group(desk: Desk<'_>, group: &Found<&str>) {
    super::reader::word(desk, group, &GROUPS.map(|group| (group, ())));
}

pub fn duplicate(desk: Desk<'_>, name: &Found<&str>, kind: (&str, &str)) {
    desk.fault(
        "duplicate",
        name.span.clone(),
        Words::new(
            format!("已有名为 `{}` 的{}", name.value, kind.0),
            format!("there is another {} named `{}`", kind.1, name.value),
        ),
        Some(Words::new("换一个名称，或删去其中一个", "choose another name or remove one of them")),
    );
}

/// Which field a normalised header text names.
struct Claims<'a> {
    desk: Desk<'a>,
    owners: HashMap<String, (usize, String, Range<usize>)>,
}

impl Claims<'_> {
    fn claim(&mut self, spelling: &Found<&str>, field: &str, number: usize) {
        let header = normalise(spelling.value);
        if header.is_empty() {
            // It would claim every column without a header.
            let message = Words::new("表头里没有文字", "nothing is left of this header");
            self.desk.fault("empty", spelling.span.clone(), message, None);
            return;
        }
        match self.owners.entry(header) {
            Entry::Vacant(free) => {
                free.insert((number, field.to_owned(), spelling.span.clone()));
            }
            Entry::Occupied(taken) if taken.get().0 != number => {
                let (_, other, place) = taken.get();
                let line = self.desk.document.position(place.start).0;
                self.desk.fault(
                    "claimed_twice",
                    spelling.span.clone(),
                    Words::new(
                        format!("表头 `{}` 同时属于字段 `{other}` 和 `{field}`", spelling.value),
                        format!("the header `{}` belongs to both `{other}` and `{field}`", spelling.value),
                    ),
                    Some(Words::new(
                        format!("`{other}` 在第 {line} 行已占用：只留一处"),
                        format!("`{other}` claims it in line {line}: keep it in one place"),
                    )),
                );
            }
            Entry::Occupied(_) => {}
        }
    }

    /// The normalised texts that a field claims, in the order of the file.
    fn of(&self, number: usize) -> Vec<String> {
        let mut claims: Vec<(usize, &String)> = self
            .owners
            .iter()
            .filter(|(_, (owner, ..))| *owner == number)
            .map(|(claim, (_, _, place))| (place.start, claim))
            .collect();
        claims.sort();
        claims.into_iter().map(|(_, claim)| claim.clone()).collect()
    }

    fn finish(self) -> HashMap<String, usize> {
        self.owners.into_iter().map(|(claim, (number, ..))| (claim, number)).collect()
    }
}
