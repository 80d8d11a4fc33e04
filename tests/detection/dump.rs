//! One departmental dump: a plan of its columns, then its lines from the title to the last signature.

use std::ops::Add;

use ronghe::kernel::header::normalise;
use ronghe::model::Schema;

use super::around::{above, bare_words, below, subtotal};
use super::departments::{Column, Department, Departments};
use super::dice::Dice;
use super::grid::{Cell, Fate, Grid};
use super::header::{Head, header};
use super::values::{Habit, name, town, village};

/// A dump and the truth about it.
pub struct Dump {
    pub grid: Grid,
    /// The schema that a human takes it for.
    pub schema: String,
    /// Another schema that the source reads too.
    pub beside: Option<String>,
    /// First row from 1 and number of rows.
    pub header: (u32, u32),
    pub columns: Vec<Planned>,
    /// What the unit row multiplies amounts by.
    pub multiplier: Option<u32>,
    /// The odd things in it, by which failures are counted.
    pub traits: Vec<&'static str>,
}

/// A column as a human sees it.
#[derive(Clone, Debug)]
pub struct Planned {
    pub position: u32,
    pub column: Column,
    pub parent: Option<String>,
    pub title: String,
    /// Whether the schema has the word, with or without its parent.
    pub known: bool,
}

impl Planned {
    pub fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.column.kind.as_str())
    }
}

/// Where things stand on the sheet.
pub struct Layout {
    pub first: u32,
    pub last: u32,
    pub serial: Option<u32>,
    pub columns: Vec<Planned>,
}

impl Layout {
    pub fn at(&self, kinds: &[&str]) -> Option<u32> {
        self.columns.iter().find(|planned| planned.is(kinds)).map(|planned| planned.position)
    }
}

/// How schemas read a header: `claimed_by` of the shipped ones.
pub fn meaning(schema: &Schema, parent: Option<&str>, title: &str) -> Option<String> {
    let whole = parent.and_then(|parent| schema.claimed_by(&normalise(&format!("{parent}{title}"))));
    let field = whole.or_else(|| schema.claimed_by(&normalise(title)))?;
    Some(schema.fields[field].name.clone())
}

/// Invents a dump. `schemas` are the shipped ones; `more` decides on what was thought of later, so that a seed's other
/// files stay what they were.
pub fn dump(dice: &mut Dice, more: &mut Dice, lists: &Departments, schemas: &[&Schema]) -> Dump {
    let mut traits = Vec::new();
    let departments = lists.departments();
    let department = &departments[dice.index(departments.len())];
    let schema = schemas.iter().find(|schema| schema.name == department.schema).expect("a shipped schema");
    let mut columns = choose(dice, department, lists, &mut traits);
    if dice.percent(3) {
        traits.push("strange header");
        make_strange(dice, &mut columns, schema);
    }
    let layout = lay_out(dice, columns, schema, &mut traits);
    let mut grid = Grid::default();
    let multiplier = above(dice, &mut grid, lists, department, &layout, &mut traits);
    if more.percent(6) {
        traits.push("bare words above");
        bare_words(more, &mut grid, department, &layout);
    }
    let head = header(dice, &mut grid, layout, schema, &mut traits);
    body(dice, &mut grid, &head, &mut traits);
    below(dice, &mut grid, &head.layout, &mut traits);
    // What another schema takes a list for whose words nobody knows, nobody can say.
    let strange = traits.contains(&"strange header");
    let beside = beside(dice, schemas, schema, &head.layout.columns).filter(|_| !strange);
    Dump {
        grid,
        schema: department.schema.clone(),
        beside,
        header: (head.row + 1, head.rows),
        columns: head.layout.columns,
        multiplier,
        traits,
    }
}

fn choose(
    dice: &mut Dice,
    department: &Department,
    lists: &Departments,
    traits: &mut Vec<&'static str>,
) -> Vec<Column> {
    let mut columns: Vec<Column> = department
        .columns
        .iter()
        .filter(|column| column.always || dice.percent(if column.kind == "id" { 92 } else { 60 }))
        .cloned()
        .collect();
    if dice.percent(10) {
        traits.push("columns in another order");
        let (from, to) = (dice.index(columns.len()), dice.index(columns.len()));
        let column = columns.remove(from);
        columns.insert(to.min(columns.len()), column);
    }
    if dice.percent(20) {
        traits.push("unknown columns");
        let strangers = lists.strangers();
        for _ in 0..dice.between(1, 2) {
            let stranger = strangers[dice.index(strangers.len())].clone();
            let at = dice.between(1, columns.len() as u32) as usize;
            columns.insert(at, stranger);
        }
    }
    columns
}

/// Words that nobody knows in the place of a required one, or codes of a system in the place of all.
fn make_strange(dice: &mut Dice, columns: &mut [Column], schema: &Schema) {
    const WORDS: [&str; 6] = ["被采集方", "人头", "第一责任主体", "XM", "F03", "全称甲"];
    const CODES: [&str; 10] = ["XM", "SFZH", "XB", "CSRQ", "DZ", "LXDH", "BZ", "JE", "ZT", "FFYF"];
    let all = dice.percent(25);
    let required = |column: &Column| schema.fields.iter().any(|f| f.required && Some(&f.name) == column.field.as_ref());
    for (at, column) in columns.iter_mut().enumerate() {
        if all {
            let code = CODES.get(at).map_or_else(|| format!("ZD{at}"), |code| (*code).to_owned());
            column.spellings = vec![(None, code)];
        } else if required(column) && column.kind == "name" || required(column) && dice.percent(30) {
            column.spellings = vec![(None, dice.pick(&WORDS).to_owned())];
        }
    }
}

fn lay_out(dice: &mut Dice, columns: Vec<Column>, schema: &Schema, traits: &mut Vec<&'static str>) -> Layout {
    let first = if dice.percent(8) {
        traits.push("blank columns at the left");
        dice.between(1, 2)
    } else {
        0
    };
    let serial = dice.percent(70).then_some(first);
    let mut position = first + u32::from(serial.is_some());
    let mut planned: Vec<Planned> = Vec::new();
    for column in columns {
        if dice.percent(1) && !planned.is_empty() {
            traits.push("a blank column between");
            position += 1;
        }
        let (parent, title) = column.spellings[dice.index(column.spellings.len())].clone();
        // The same word twice would be a fault of the generator's.
        let title = if planned.iter().any(|other| other.title == title && other.parent == parent) {
            continue;
        } else {
            title
        };
        let known = meaning(schema, parent.as_deref(), &title).is_some();
        planned.push(Planned { position, column, parent, title, known });
        position += 1;
    }
    Layout { first, last: position - 1, serial, columns: planned }
}

/// A second schema of the source, if by its words the list could not be meant.
fn beside(dice: &mut Dice, schemas: &[&Schema], schema: &Schema, columns: &[Planned]) -> Option<String> {
    if !dice.percent(25) {
        return None;
    }
    let other = schemas[dice.index(schemas.len())];
    let known = |schema: &Schema| {
        let mut fields: Vec<String> =
            columns.iter().filter_map(|planned| meaning(schema, planned.parent.as_deref(), &planned.title)).collect();
        fields.sort();
        fields.dedup();
        fields.len()
    };
    (other.name != schema.name && known(schema) >= known(other) + 2).then(|| other.name.clone())
}

fn body(dice: &mut Dice, grid: &mut Grid, head: &Head, traits: &mut Vec<&'static str>) {
    let layout = &head.layout;
    let rows = match dice.between(1, 100) {
        1..=4 => 1,
        5..=14 => dice.between(2, 5),
        15..=64 => dice.between(6, 25),
        _ => dice.between(26, 90),
    };
    let habit = Habit::new(dice);
    let village_column = layout.at(&["village"]);
    let mut switch = |chance: u32, name: &'static str| {
        let on = dice.percent(chance);
        if on {
            traits.push(name);
        }
        on
    };
    let by_village = village_column.is_some() && switch(14, "sub-totals by village");
    let merged_down = by_village && switch(30, "village merged down");
    let pages = rows > 12 && switch(12, "page headers");
    let blanks = switch(6, "blank lines between rows");
    let sections = !merged_down && switch(4, "a line for each township");
    let odd = switch(15, "rows of a name only");
    let page = dice.between(8, 25);
    let mut here = village(dice);
    let (mut since, mut group_start, mut first_of_group) = (0, grid.next(), true);
    for row in 1..=rows {
        if pages && row % page == 0 && row < rows {
            head.again(dice, grid);
            first_of_group = true;
        }
        if blanks && dice.percent(8) {
            grid.blank();
        }
        if sections && (row == 1 || dice.percent(8)) {
            let place = town(dice);
            grid.texts(
                Fate::Aside,
                &[(
                    layout.first,
                    &dice
                        .pick(if layout.serial.is_some() {
                            &["一、", "（二）", ""]
                        } else {
                            &["一、", "（二）"]
                        })
                        .to_owned()
                        .add(&place),
                )],
            );
            first_of_group = true;
        }
        let mut cells: Vec<(u32, Cell)> = Vec::new();
        if let Some(serial) = layout.serial.filter(|_| !dice.percent(1)) {
            cells.push((serial, Cell::Number(f64::from(row))));
        }
        let bare = odd && dice.percent(12);
        let paid = dice.percent(50);
        for planned in &layout.columns {
            let who = planned.is(&["name"]);
            if bare && !who && !(paid && planned.is(&["money"])) {
                continue;
            }
            let cell = match planned.column.kind.as_str() {
                "village" if by_village && merged_down && !first_of_group => None,
                "village" if by_village => Some(Cell::Text(here.clone())),
                kind => habit.cell(kind, dice),
            };
            cells.extend(cell.map(|cell| (planned.position, cell)));
        }
        if bare && dice.percent(50) {
            cells.retain(|(column, _)| Some(*column) != layout.serial);
        }
        grid.push(Fate::Row, cells);
        first_of_group = false;
        since += 1;
        if by_village && (row == rows || dice.percent(15)) {
            if let Some(column) = village_column.filter(|_| merged_down && since > 1 && !pages) {
                grid.merges.push((group_start, grid.next() - 1, column, column));
            }
            subtotal(dice, grid, layout, &here, since);
            (here, since, group_start, first_of_group) = (village(dice), 0, grid.next(), true);
        }
    }
}

/// Somebody's signature, or where somebody is from.
pub fn signer(dice: &mut Dice) -> String {
    if dice.percent(5) { town(dice) } else { name(dice) }
}
