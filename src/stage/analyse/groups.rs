//! The 12 groups: by the schemas whose rows declare them, by what the registration form says, and by declared rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::{Array, RecordBatch, StringArray};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::model::{Lang, Table, Words};
use crate::plan::{AnalysisPlan, GROUPS, Plan};
use crate::sql::{Sql, SqlError};
use crate::stage::lineage;

/// In several of the others at once.
pub(super) const SEVERAL: &str = "多重困难人员";

/// Which groups each person is in, and the rows that say so.
pub(super) struct Groups {
    /// Person id → positions in [`GROUPS`], each with its rows.
    members: HashMap<String, BTreeMap<usize, BTreeSet<String>>>,
}

impl Groups {
    /// The person's groups in the form's order, each with its rows, 多重困难人员 last where there are several.
    pub(super) fn of(&self, person_id: &str) -> Vec<(&str, Cow<'_, str>)> {
        let Some(groups) = self.members.get(person_id) else { return Vec::new() };
        let mut shown_by = Vec::new();
        for (at, rows) in groups {
            shown_by.extend(rows.iter().map(|row| (GROUPS[*at], Cow::Borrowed(row.as_str()))));
        }
        if groups.len() > 1 {
            shown_by.extend(groups.values().filter_map(|rows| Some((SEVERAL, Cow::Borrowed(rows.first()?.as_str())))));
        }
        shown_by
    }

    fn add(&mut self, person_id: &str, term: &str, row_id: &str) {
        if let Some(at) = GROUPS.iter().position(|known| *known == term && term != SEVERAL) {
            let rows = self.members.entry(person_id.to_owned()).or_default().entry(at).or_default();
            rows.insert(row_id.to_owned());
        }
    }
}

/// One declared rule.
#[derive(Deserialize)]
struct Rule {
    term: String,
    needs: Vec<String>,
    select: String,
    /// The column of the person's household that the rule rests on, where its statement yields no rows.
    rests_on: Option<String>,
}

#[derive(Deserialize)]
struct Rules {
    group: Vec<Rule>,
}

const RULES: &str = include_str!("../../../assets/groups.toml");

/// Sorts people into groups; the second part says which rules could not run and why.
pub(super) fn groups(tables: &[Table], plan: &Plan, today: NaiveDate) -> (Groups, Vec<Words>) {
    let by_name: BTreeMap<&str, &Table> = tables.iter().map(|table| (table.name.as_str(), table)).collect();
    let mut groups = Groups { members: HashMap::new() };
    let mut notes = Vec::new();
    for schema in plan.schemas.values() {
        let Some(table) = by_name.get(schema.name.as_str()) else { continue };
        for [id, row] in texts(table, ["person_id", "row_id"]) {
            schema.groups.iter().for_each(|term| groups.add(id, term, row));
        }
        declared_on_rows(table, &mut groups);
    }
    let rules: Rules = match toml::from_str(RULES) {
        Ok(rules) => rules,
        Err(error) => {
            return (groups, vec![both("人群分类规则无法读取：", "the rules of the groups cannot be read: ", &error)]);
        }
    };
    let mut sql = Sql::new();
    for rule in rules.group {
        if let Err(reason) = run(&rule, &by_name, &mut sql, &plan.analysis, today, &mut groups) {
            notes.push(Words::new(
                format!("人群“{}”未按规则认定：{}", rule.term, reason.zh),
                format!("the rule of the group {} did not run: {}", rule.term, reason.en),
            ));
        }
    }
    (groups, notes)
}

/// A column `low_income_groups` lists groups as people write them: 「困难党员、医疗困难人员」.
fn declared_on_rows(table: &Table, groups: &mut Groups) {
    for [id, stated, row] in texts(table, ["person_id", "low_income_groups", "row_id"]) {
        GROUPS.iter().filter(|term| stated.contains(**term)).for_each(|term| groups.add(id, term, row));
    }
}

fn run(
    rule: &Rule,
    tables: &BTreeMap<&str, &Table>,
    sql: &mut Sql,
    figures: &AnalysisPlan,
    today: NaiveDate,
    groups: &mut Groups,
) -> Result<(), Words> {
    let mut statement = rule
        .select
        .replace("{{as_of}}", &format!("DATE('{today}')"))
        .replace("{{as_of_month}}", &format!("'{}'", today.format("%Y-%m")));
    let lines = [("medical_line", figures.medical_line, 2), ("housing_line", figures.housing_line, 4)];
    for (name, figure, scale) in lines {
        let mark = format!("{{{{{name}}}}}");
        if statement.contains(&mark) {
            let figure = figure.ok_or_else(|| both("[analysis] 未给出当地标准 ", "[analysis] gives no ", &name))?;
            let unit = 10i128.pow(scale);
            let literal = format!("{}.{:0width$}", figure / unit, figure % unit, width = scale as usize);
            statement = statement.replace(&mark, &literal);
        }
    }
    for name in &rule.needs {
        let table = tables.get(name.as_str()).ok_or_else(|| no_table(name))?;
        if !sql.has_table(name) {
            sql.register_table(table).map_err(|error| refused(&error))?;
        }
    }
    let (_, batches) = sql.run(&statement).map_err(|error| refused(&error))?;
    let found = |row: usize, column: usize, batch: &RecordBatch| -> Option<String> {
        let texts = batch.columns().get(column)?.as_any().downcast_ref::<StringArray>()?;
        texts.is_valid(row).then(|| texts.value(row).to_owned())
    };
    let of_home = rule.rests_on.as_deref().map(|field| rows_of_homes(tables, field)).transpose()?;
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let Some(person) = found(row, 0, batch) else { continue };
            let shown_by = match &of_home {
                Some(rows) => rows.get(person.as_str()).map(|row| (*row).to_owned()),
                None => found(row, 1, batch),
            };
            // A membership that no row shows would be one that nobody can check.
            let shown_by =
                shown_by.ok_or_else(|| both("规则没有给出依据行：", "the rule names no row for ", &person))?;
            groups.add(&person, &rule.term, &shown_by);
        }
    }
    Ok(())
}

fn both(zh: &str, en: &str, what: &dyn std::fmt::Display) -> Words {
    Words::new(format!("{zh}{what}"), format!("{en}{what}"))
}

fn no_table(name: &str) -> Words {
    both("没有数据表 ", "there is no table ", &name)
}

fn refused(error: &SqlError) -> Words {
    Words::new(error.message(Lang::Zh), error.message(Lang::En))
}

/// Person → the row that a value of their household rests on.
fn rows_of_homes<'a>(tables: &BTreeMap<&str, &'a Table>, field: &str) -> Result<HashMap<&'a str, &'a str>, Words> {
    let find = |name: &str| tables.get(name).copied().ok_or_else(|| no_table(name));
    let rows = lineage::rows_of(find("lineage")?, field).map_err(|error| both("", "", &error))?;
    let people = texts(find("person")?, ["person_id", "household_id"]);
    Ok(people.filter_map(|[person, home]| Some((person, *rows.get(home)?))).collect())
}

/// The rows of a table in which all of some text columns have a value; none where it lacks one of them.
pub(super) fn texts<'a, const N: usize>(
    table: &'a Table,
    columns: [&'static str; N],
) -> impl Iterator<Item = [&'a str; N]> {
    let of = move |batch: &'a RecordBatch| {
        let column = |name: &str| batch.column_by_name(name)?.as_any().downcast_ref::<StringArray>();
        let arrays: Vec<&StringArray> = columns.iter().filter_map(|name| column(name)).collect();
        <[&StringArray; N]>::try_from(arrays).ok()
    };
    table.batches.iter().filter_map(of).flat_map(|arrays| {
        let rows = arrays.first().map_or(0, |array| array.len());
        (0..rows)
            .filter(move |row| arrays.iter().all(|array| array.is_valid(*row)))
            .map(move |row| arrays.map(|array| array.value(row)))
    })
}
