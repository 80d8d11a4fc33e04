//! The 12 groups: by the schemas whose rows declare them, by what the registration form says, and by declared rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::{Array, StringArray};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::model::Table;
use crate::plan::{AnalysisPlan, GROUPS, Plan};
use crate::sql::Sql;

/// In several of the others at once.
pub(super) const SEVERAL: &str = "多重困难人员";

/// Which groups each person is in.
pub(super) struct Groups {
    /// Person id → positions in [`GROUPS`].
    members: HashMap<String, BTreeSet<usize>>,
}

impl Groups {
    /// The person's groups in the form's order, 多重困难人员 last where there are several.
    pub(super) fn of(&self, person_id: &str) -> Vec<String> {
        let Some(positions) = self.members.get(person_id) else { return Vec::new() };
        let mut terms: Vec<String> = positions.iter().map(|at| GROUPS[*at].to_owned()).collect();
        if positions.len() > 1 {
            terms.push(SEVERAL.to_owned());
        }
        terms
    }

    fn add(&mut self, person_id: &str, term: &str) {
        if let Some(at) = GROUPS.iter().position(|known| *known == term && term != SEVERAL) {
            self.members.entry(person_id.to_owned()).or_default().insert(at);
        }
    }
}

/// One declared rule.
#[derive(Deserialize)]
struct Rule {
    term: String,
    needs: Vec<String>,
    select: String,
}

#[derive(Deserialize)]
struct Rules {
    group: Vec<Rule>,
}

const RULES: &str = include_str!("../../../assets/groups.toml");

/// Sorts people into groups; the second part says which rules could not run and why.
pub(super) fn groups(tables: &[Table], plan: &Plan, today: NaiveDate) -> (Groups, Vec<String>) {
    let by_name: BTreeMap<&str, &Table> = tables.iter().map(|table| (table.name.as_str(), table)).collect();
    let mut groups = Groups { members: HashMap::new() };
    let mut notes = Vec::new();
    for schema in plan.schemas.values() {
        let Some(table) = by_name.get(schema.name.as_str()) else { continue };
        for id in texts(table, "person_id") {
            schema.groups.iter().for_each(|term| groups.add(id, term));
        }
        declared_on_rows(table, &mut groups);
    }
    let rules: Rules = match toml::from_str(RULES) {
        Ok(rules) => rules,
        Err(error) => return (groups, vec![format!("人群分类规则无法读取：{error}")]),
    };
    let mut sql = Sql::new();
    for rule in rules.group {
        if let Err(reason) = run(&rule, &by_name, &mut sql, &plan.analysis, today, &mut groups) {
            notes.push(format!("人群“{}”未按规则认定：{reason}", rule.term));
        }
    }
    (groups, notes)
}

/// A column `low_income_groups` lists groups as people write them: 「困难党员、医疗困难人员」.
fn declared_on_rows(table: &Table, groups: &mut Groups) {
    for batch in &table.batches {
        let text =
            |name: &str| batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref::<StringArray>());
        let (Some(ids), Some(stated)) = (text("person_id"), text("low_income_groups")) else { continue };
        for (id, stated) in ids.iter().zip(stated).filter_map(|(id, stated)| Some((id?, stated?))) {
            GROUPS.iter().filter(|term| stated.contains(**term)).for_each(|term| groups.add(id, term));
        }
    }
}

fn run(
    rule: &Rule,
    tables: &BTreeMap<&str, &Table>,
    sql: &mut Sql,
    figures: &AnalysisPlan,
    today: NaiveDate,
    groups: &mut Groups,
) -> Result<(), String> {
    let mut statement = rule.select.replace("{{as_of}}", &format!("DATE('{today}')"));
    let lines = [("medical_line", figures.medical_line, 2), ("housing_line", figures.housing_line, 4)];
    for (name, figure, scale) in lines {
        let mark = format!("{{{{{name}}}}}");
        if statement.contains(&mark) {
            let figure = figure.ok_or_else(|| format!("[analysis] 未给出当地标准 {name}"))?;
            let unit = 10i128.pow(scale);
            let literal = format!("{}.{:0width$}", figure / unit, figure % unit, width = scale as usize);
            statement = statement.replace(&mark, &literal);
        }
    }
    for name in &rule.needs {
        let table = tables.get(name.as_str()).ok_or_else(|| format!("没有数据表 {name}"))?;
        if !sql.has_table(name) {
            sql.register_table(table).map_err(|error| error.to_string())?;
        }
    }
    let (_, batches) = sql.run(&statement).map_err(|error| error.to_string())?;
    for batch in &batches {
        if let Some(ids) = batch.column(0).as_any().downcast_ref::<StringArray>() {
            ids.iter().flatten().for_each(|id| groups.add(id, &rule.term));
        }
    }
    Ok(())
}

fn texts<'a>(table: &'a Table, column: &str) -> impl Iterator<Item = &'a str> {
    table
        .batches
        .iter()
        .filter_map(move |batch| batch.column_by_name(column)?.as_any().downcast_ref::<StringArray>())
        .flat_map(|array| (0..array.len()).filter(|row| array.is_valid(*row)).map(|row| array.value(row)))
}
