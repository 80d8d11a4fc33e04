//! The header: one line, or two or three with parents merged over their children.

use ronghe::model::Schema;

use super::dice::Dice;
use super::dump::{Layout, Planned, meaning};
use super::grid::{Cell, Fate, Grid};

/// A header that was written.
pub struct Head {
    pub layout: Layout,
    /// Its first line from 0, and its number of lines.
    pub row: u32,
    pub rows: u32,
    /// A line of column numbers stands below it.
    numbers: Option<Vec<(u32, Cell)>>,
    /// The title that is repeated with it.
    title: Option<Vec<(u32, Cell)>>,
}

impl Head {
    /// The header as it stands on each printed page.
    pub fn again(&self, dice: &mut Dice, grid: &mut Grid) {
        if dice.percent(30) {
            let page = format!("第{}页 共{}页", dice.between(1, 4), dice.between(4, 6));
            grid.texts(Fate::Aside, &[(self.layout.first, &page)]);
        }
        if let Some(title) = self.title.as_ref().filter(|_| dice.percent(40)) {
            grid.push(Fate::Heading, title.clone());
        }
        // A page may repeat the lower line of a header only.
        let from = if self.rows > 1 && dice.percent(15) { self.row + self.rows - 1 } else { self.row };
        for line in from..self.row + self.rows {
            let cells = grid.lines[line as usize].cells.clone();
            grid.push(Fate::Heading, cells);
        }
        if let Some(numbers) = &self.numbers {
            grid.push(Fate::Heading, numbers.clone());
        }
    }
}

/// Writes the header.
pub fn header(
    dice: &mut Dice,
    grid: &mut Grid,
    mut layout: Layout,
    schema: &Schema,
    traits: &mut Vec<&'static str>,
) -> Head {
    let runs = runs(&layout.columns);
    let needs_parent = layout.columns.iter().any(|planned| planned.parent.is_some());
    let grouped = runs.iter().any(|run| run.parent.is_some() && run.last > run.first);
    let rows = match dice.between(1, 100) {
        _ if !needs_parent && !grouped => 1,
        1..=55 if !needs_parent => 1,
        1..=90 => 2,
        _ => 3,
    };
    traits.push(["header of one line", "header of two lines", "header of three lines"][rows - 1]);
    let title = grid.lines.iter().find(|line| line.cells.len() == 1).map(|line| line.cells.clone());
    let row = grid.next();
    let mut lines: Vec<Vec<(u32, Cell)>> = vec![Vec::new(); rows];
    // What stands in one line only is merged over all of them: its text stands at the top.
    let mut alone = |grid: &mut Grid, column: u32, text: String| {
        lines[0].push((column, Cell::Text(text)));
        if rows > 1 {
            grid.merges.push((row, row + rows as u32 - 1, column, column));
        }
    };
    if let Some(serial) = layout.serial {
        alone(grid, serial, dice.pick(&["序号", "序号", "序号", "序 号", "编号"]).to_owned());
    }
    let mut written: Vec<(usize, Option<String>)> = Vec::new();
    for run in &runs {
        for at in run.first..=run.last {
            let decorated = decorate(dice, &layout.columns[at]);
            let parent = run.parent.clone().filter(|_| rows > 1 && (run.last > run.first || needs(&layout, at)));
            let column = layout.columns[at].position;
            match &parent {
                None => alone(grid, column, decorated),
                Some(_) => written.push((at, Some(decorated))),
            }
            layout.columns[at].parent = parent;
        }
    }
    for run in &runs {
        let (from, to) = (layout.columns[run.first].position, layout.columns[run.last].position);
        let Some(parent) = layout.columns[run.first].parent.clone() else { continue };
        let top = usize::from(rows == 3);
        lines[top].push((from, Cell::Text(parent)));
        if to > from {
            grid.merges.push((row + top as u32, row + top as u32, from, to));
        }
    }
    for (at, decorated) in written {
        let cell = Cell::Text(decorated.unwrap_or_default());
        lines[rows - 1].push((layout.columns[at].position, cell));
    }
    if rows == 3 {
        over_all(dice, grid, &mut lines[0], &layout, &runs, row);
    }
    for planned in &mut layout.columns {
        planned.known = meaning(schema, planned.parent.as_deref(), &planned.title).is_some();
    }
    for line in lines {
        grid.push(Fate::Heading, line);
    }
    let numbers = dice.percent(8).then(|| column_numbers(dice, &layout));
    if let Some(numbers) = &numbers {
        traits.push("column numbers");
        grid.push(Fate::Heading, numbers.clone());
    }
    Head { layout, row, rows: rows as u32, numbers, title }
}

/// Columns side by side under one parent, by position in the list.
struct Run {
    first: usize,
    last: usize,
    parent: Option<String>,
}

fn needs(layout: &Layout, at: usize) -> bool {
    layout.columns[at].parent.is_some()
}

fn runs(columns: &[Planned]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, planned) in columns.iter().enumerate() {
        let parent = planned.parent.clone().or_else(|| planned.column.group.clone());
        let adjoins = at > 0 && columns[at - 1].position + 1 == planned.position;
        match runs.last_mut() {
            Some(run) if adjoins && parent.is_some() && run.parent == parent => run.last = at,
            _ => runs.push(Run { first: at, last: at, parent }),
        }
    }
    runs
}

/// The uppermost of three lines: a parent over neighbouring groups.
fn over_all(dice: &mut Dice, grid: &mut Grid, line: &mut Vec<(u32, Cell)>, layout: &Layout, runs: &[Run], row: u32) {
    let with_parent = |run: &&Run| layout.columns[run.first].parent.is_some();
    let mut groups = runs.iter().filter(with_parent);
    let Some(first) = groups.next() else { return };
    let from = layout.columns[first.first].position;
    let mut end = first;
    for run in groups {
        if layout.columns[run.first].position != layout.columns[end.last].position + 1 {
            // Groups apart from the first ones stand under a parent of their own.
            line.push((layout.columns[run.first].position, Cell::Text("其他信息".into())));
            let to = layout.columns[run.last].position;
            if to > layout.columns[run.first].position {
                grid.merges.push((row, row, layout.columns[run.first].position, to));
            }
            continue;
        }
        if end.last + 1 == run.first {
            end = run;
        }
    }
    line.push((from, Cell::Text(dice.pick(&["对象信息", "基本信息", "业务数据", "上报内容"]).to_owned())));
    let to = layout.columns[end.last].position;
    if to > from {
        grid.merges.push((row, row, from, to));
    }
}

/// A header's word as it is written: units, marks, blanks and line breaks within.
fn decorate(dice: &mut Dice, planned: &Planned) -> String {
    let title = planned.title.clone();
    let count = title.chars().count();
    let half: String = title.chars().take(count / 2).collect();
    let rest: String = title.chars().skip(count / 2).collect();
    match dice.between(1, 100) {
        1..=35 if planned.is(&["money"]) => {
            format!("{title}{}", dice.pick(&["（元）", "(元)", "\n（元）", "（元/月）"]))
        }
        1..=20 if planned.is(&["area"]) => format!("{title}（平方米）"),
        40..=43 => format!("*{title}"),
        44..=47 if count >= 4 => format!("{half}\n{rest}"),
        48..=52 if count == 2 => format!("{half}  {rest}"),
        53..=54 => format!("{title}（必填）"),
        55..=56 => format!("{title}:"),
        57..=58 => format!(" {title} "),
        _ => title,
    }
}

fn column_numbers(dice: &mut Dice, layout: &Layout) -> Vec<(u32, Cell)> {
    let columns = layout.serial.into_iter().chain(layout.columns.iter().map(|planned| planned.position));
    let columns: Vec<u32> = columns.collect();
    let words = ["甲", "乙", "丙"];
    let lead = if dice.percent(40) { dice.between(1, 2) as usize } else { 0 };
    let text = dice.percent(50);
    let mut cells = Vec::new();
    for (at, column) in columns.into_iter().enumerate() {
        let cell = if at < lead {
            Cell::Text(words[at].to_owned())
        } else if text {
            Cell::Text((at - lead + 1).to_string())
        } else {
            Cell::Number((at - lead + 1) as f64)
        };
        cells.push((column, cell));
    }
    cells
}
