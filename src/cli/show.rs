//! `ronghe show`: a person's or household's portrait.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arrow::array::{Array, ArrayRef, AsArray};
use chrono::NaiveDate;

use super::args::ShowArguments;
use super::database::{holders, open, record};
use super::exit::{Exit, Failure};
use super::output::print;
use super::render::Console;
use super::terms::spoken;
use crate::kernel::identity;
use crate::model::Lang;
use crate::query::{self, Reveal};
use crate::report::{aligned, cell};
use crate::store::{Snapshot, StoreError};

/// Whom a portrait is of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    Person(String),
    Household(String),
}

pub fn run(of: &ShowArguments, console: &Console, today: NaiveDate) -> Result<Exit, Failure> {
    let (store, snapshot) = open(&of.database, of.snapshot.as_deref())?;
    let who = find(&snapshot, &of.who, today)?.ok_or_else(|| {
        Failure::new(
            Exit::Failed,
            "库中没有这个人员编号、家庭编号或证件号码",
            "no person id, household id or identity number of this database is like that",
        )
    })?;
    if of.reveal {
        let (Who::Person(id) | Who::Household(id)) = &who;
        record(&store, &snapshot, "show --reveal", id)?;
    }
    let portrait =
        Portrait { snapshot: &snapshot, lang: console.lang, reveal: if of.reveal { Reveal::Yes } else { Reveal::No } };
    let text = match &who {
        Who::Person(id) => portrait.of_person(id)?,
        Who::Household(id) => portrait.of_household(id)?,
    };
    print(text.as_bytes())?;
    Ok(Exit::Done)
}

/// Numbers are looked for as they are, whatever is shown of them afterwards.
fn find(snapshot: &Snapshot, who: &str, today: NaiveDate) -> Result<Option<Who>, StoreError> {
    let who = who.trim();
    let holds = |table: &str, column: &str, value: &str, wanted: &str| -> Result<Option<String>, StoreError> {
        if !snapshot.has_table(table) {
            return Ok(None);
        }
        let (_, batches) = snapshot.read_columns(table, &[column, wanted])?;
        Ok(batches.iter().find_map(|batch| {
            let row = (0..batch.num_rows()).find(|row| cell::text(batch.column(0), *row).as_deref() == Some(value))?;
            cell::text(batch.column(1), row)
        }))
    };
    if let Some(id) = holds("person", "person_id", who, "person_id")? {
        return Ok(Some(Who::Person(id)));
    }
    if let Some(id) = holds("household", "household_id", who, "household_id")? {
        return Ok(Some(Who::Household(id)));
    }
    let Some(number) = identity::read(who, false, today).into_resident().number else { return Ok(None) };
    Ok(holders(snapshot, |known| known == number)?.remove(&number).map(Who::Person))
}

struct Portrait<'a> {
    snapshot: &'a Snapshot,
    lang: Lang,
    reveal: Reveal,
}

impl Portrait<'_> {
    fn of_person(&self, id: &str) -> Result<String, StoreError> {
        let mut text = format!("{} {id}\n", self.lang.pick("人员", "person"));
        self.values(&mut text, "person", "person_id", id)?;
        self.table(
            &mut text,
            ("所在家庭", "households"),
            "membership",
            ("person_id", id),
            &["household_id", "household_kind", "relation", "starts_on", "ends_on"],
        )?;
        self.help(&mut text, ("person_id", id))?;
        self.leads(&mut text, ("person_id", id))?;
        self.table(
            &mut text,
            ("依据的数据行", "rows it rests on"),
            "link",
            ("person_id", id),
            &["row_id", "method", "probability"],
        )?;
        Ok(text)
    }

    fn of_household(&self, id: &str) -> Result<String, StoreError> {
        let mut text = format!("{} {id}\n", self.lang.pick("家庭", "household"));
        self.values(&mut text, "household", "household_id", id)?;
        self.table(
            &mut text,
            ("成员", "members"),
            "person",
            ("household_id", id),
            &["person_id", "name", "sex", "age", "id_number", "programmes", "low_income_groups"],
        )?;
        self.table(
            &mut text,
            ("各口径成员", "members by kind of list"),
            "membership",
            ("household_id", id),
            &["person_id", "household_kind", "relation", "row_id"],
        )?;
        self.help(&mut text, ("household_id", id))?;
        self.leads(&mut text, ("household_id", id))?;
        Ok(text)
    }

    /// Every value, with the row that it came from and what spoke against it.
    fn values(&self, text: &mut String, table: &str, key: &str, id: &str) -> Result<(), StoreError> {
        let sources = self.sources(id)?;
        let (schema, batches) = query::read(self.snapshot, table, None, self.reveal)?;
        let mut lines = Vec::new();
        for batch in &batches {
            let Some(keys) = batch.column_by_name(key) else { continue };
            let Some(row) = (0..batch.num_rows()).find(|row| cell::text(keys, *row).as_deref() == Some(id)) else {
                continue;
            };
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                let Some(value) = cell::text(column, row).filter(|value| !value.is_empty()) else { continue };
                let source = sources.get(field.name()).cloned().unwrap_or_default();
                let value = spoken(field.name(), value, self.lang);
                lines.push(vec![format!("  {}", self.title(field)), value, source]);
            }
        }
        text.push_str(&aligned(&lines, false).join("\n"));
        text.push('\n');
        Ok(())
    }

    /// Field → the row its value came from, marked where sources disagree; of a reckoned value what it was reckoned from.
    fn sources(&self, id: &str) -> Result<BTreeMap<String, String>, StoreError> {
        let mut sources = BTreeMap::new();
        if !self.snapshot.has_table("lineage") {
            return Ok(sources);
        }
        let columns = ["entity_id", "field", "row_id", "contested", "reason", "basis"];
        // A snapshot of an earlier program may lack the last ones.
        let schema = self.snapshot.schema("lineage")?;
        let known: Vec<&str> = columns.into_iter().filter(|column| schema.index_of(column).is_ok()).collect();
        let (_, batches) = query::read(self.snapshot, "lineage", Some(&known), self.reveal)?;
        for batch in &batches {
            let of = |column: &str, row: usize| {
                batch.column_by_name(column).and_then(|texts| cell::text(texts, row)).unwrap_or_default()
            };
            for row in (0..batch.num_rows()).filter(|row| of("entity_id", *row) == id) {
                let source = match of("reason", row).as_str() {
                    "reckoned" => self.reckoned(batch.column_by_name("basis"), row, of("row_id", row)),
                    _ => of("row_id", row),
                };
                let contested = ["是", "true"].contains(&of("contested", row).as_str());
                let mark =
                    if contested { self.lang.pick("（各来源不一致）", " (sources disagree)") } else { "" };
                sources.insert(of("field", row), format!("← {source}{mark}"));
            }
        }
        Ok(sources)
    }

    /// What a value was reckoned from: the first thing, which decides, and how many more there are. Where the basis is
    /// masked, the row alone.
    fn reckoned(&self, basis: Option<&ArrayRef>, row: usize, row_id: String) -> String {
        let parts = basis.and_then(|basis| basis.as_list_opt::<i32>()).filter(|basis| basis.is_valid(row));
        let parts = parts.map(|basis| basis.value(row));
        let first = parts.as_ref().filter(|parts| !parts.is_empty()).and_then(|parts| cell::text(parts, 0));
        let more = match parts.map_or(0, |parts| parts.len()) {
            0 | 1 => String::new(),
            count => format!(" (+{})", count - 1),
        };
        format!("{}{}{more}", self.lang.pick("推算：", "reckoned from "), first.unwrap_or(row_id))
    }

    fn help(&self, text: &mut String, of: (&str, &str)) -> Result<(), StoreError> {
        let columns = [
            "record_kind",
            "programme",
            "subprogramme",
            "starts_on",
            "ends_on",
            "paid_month",
            "amount",
            "amount_basis",
        ];
        self.table(text, ("救助待遇", "help received"), "assistance", of, &columns)
    }

    fn leads(&self, text: &mut String, of: (&str, &str)) -> Result<(), StoreError> {
        let columns = ["severity", "rule", "summary", "status", "first_seen", "finding_id"];
        self.table(text, ("线索", "leads"), "finding", of, &columns)
    }

    /// The rows of a table whose column has a value; nothing where there are none.
    fn table(
        &self,
        text: &mut String,
        heading: (&str, &str),
        table: &str,
        (key, value): (&str, &str),
        columns: &[&str],
    ) -> Result<(), StoreError> {
        if !self.snapshot.has_table(table) {
            return Ok(());
        }
        let wanted: Vec<&str> = std::iter::once(key).chain(columns.iter().copied()).collect();
        let (schema, batches) = query::read(self.snapshot, table, Some(&wanted), self.reveal)?;
        let titles = schema.fields().iter().skip(1).map(|field| self.title(field)).collect::<Vec<_>>();
        let mut lines = vec![titles];
        for batch in &batches {
            let rows = (0..batch.num_rows()).filter(|row| cell::text(batch.column(0), *row).as_deref() == Some(value));
            lines.extend(rows.map(|row| {
                let value = |(column, name): (&ArrayRef, &&str)| {
                    spoken(name, cell::text(column, row).unwrap_or_default(), self.lang)
                };
                batch.columns()[1..].iter().zip(columns).map(value).collect()
            }));
        }
        if lines.len() > 1 {
            // Writing into a String cannot fail.
            let _ = write!(text, "\n{}\n", self.lang.pick(heading.0, heading.1));
            for line in aligned(&lines, false) {
                let _ = writeln!(text, "  {line}");
            }
        }
        Ok(())
    }

    /// The Chinese title where Chinese is spoken and there is one.
    fn title(&self, field: &arrow::datatypes::Field) -> String {
        let title = field.metadata().get("title").filter(|_| self.lang == Lang::Zh);
        title.unwrap_or_else(|| field.name()).clone()
    }
}
