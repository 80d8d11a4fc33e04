//! Decides from a sheet's first lines what the sheet is: a table of a known kind, a table nobody knows, or no table.

use std::collections::HashSet;
use std::sync::Arc;

use crate::kernel::header::normalise;
use crate::model::{ColumnHead, Schema, SheetHead, SheetPlace, Words};
use crate::plan::{HeaderPlace, PeriodPlace, Source};
use crate::source::line::{Line, letters};
use crate::source::period::{Period, by_habit, by_pattern};
use crate::source::table::above::{counts_otherwise, header_multiplier, stated_multiplier, stated_places};
use crate::source::table::contradiction;
use crate::source::table::evidence::THRESHOLD;
use crate::source::table::header::{Candidate, Column, guess, readings};
use crate::source::table::named;
use crate::source::table::people::{beside_people, tell_of_people};
use crate::source::table::side_by_side;

/// The number of filled lines that a sheet is judged by.
pub(in crate::source) const LOOK_AT: usize = 60;

/// What a sheet is.
#[derive(Clone, Debug)]
pub(in crate::source) enum Verdict {
    Empty,
    /// Text but no table.
    NoTable(Words),
    Table(Table),
    Unfit(Unfit),
}

/// A table of a known kind.
#[derive(Clone, Debug)]
pub(in crate::source) struct Table {
    pub head: SheetHead,
    pub header: HeaderPlace,
    /// The header's lines, by which repeated headers are known.
    pub header_lines: Vec<Line>,
    /// Text of the lines above, by which repeated titles are known.
    pub above: Vec<String>,
    /// Rows above the header that make up another table, of whomever.
    pub other_table: HashSet<u32>,
    /// Fields whose column counts in another unit and is therefore kept beside them, by position in the schema.
    pub wrong_units: Vec<usize>,
    /// How far the reading is to be trusted, in [0, 1].
    pub confidence: f64,
    /// Columns whose values disprove their header, though the table as a whole is believed: field, and what is seen.
    pub contradicted: Vec<(usize, Words)>,
    /// Columns whose header is misspelt: title, and the field they are taken for.
    pub misspelt: Vec<(String, usize)>,
}

/// A table that cannot be read as any schema of the source.
#[derive(Clone, Debug)]
pub(in crate::source) struct Unfit {
    /// The schema it comes closest to.
    pub schema: Option<Arc<Schema>>,
    pub header: Option<HeaderPlace>,
    pub columns: Vec<ColumnHead>,
    /// How far the reading with `schema` is to be trusted, in [0, 1].
    pub confidence: Option<f64>,
    pub code: &'static str,
    pub reason: Words,
    pub suggestion: Words,
    /// It tells of nobody: beside a real table in the same workbook it is a list of choices or a set of instructions.
    pub beside_the_point: bool,
}

/// Judges the first filled lines of a sheet. `named` is the month that the file's name speaks of.
pub(in crate::source) fn judge(
    lines: &[Line],
    place: &Arc<SheetPlace>,
    source: &Source,
    named: Option<&str>,
) -> Verdict {
    if lines.is_empty() {
        return Verdict::Empty;
    }
    let found = readings(lines, source);
    let candidate = match (found.whole, found.best) {
        (Some(whole), _) if whole.evidence.confidence() < THRESHOLD => {
            return Verdict::Unfit(contradicted(&whole, lines, source));
        }
        (Some(whole), _) => return Verdict::Table(table(whole, lines, place, source, named)),
        (None, best) => best,
    };
    let people = tell_of_people(lines, source);
    let table_like = lines.iter().filter(|line| line.filled() >= 3).count();
    let named = named::rows(lines).is_some();
    let close = candidate.filter(|candidate| candidate.matched >= 2 || source.header.is_some() || named);
    if close.is_none() && !named && table_like < 2 && !people {
        return Verdict::NoTable(Words::new(
            "只有文字；确为数据的，请提供单位改报 .xlsx 或 .csv",
            "only text; if it is meant as data, have it sent as .xlsx or .csv",
        ));
    }
    let mut unfit = match close {
        Some(candidate) => near_miss(&candidate, lines, source),
        None => unknown(lines, source),
    };
    unfit.beside_the_point &= !people && beside_people(lines, source);
    Verdict::Unfit(unfit)
}

fn table(found: Candidate, lines: &[Line], place: &Arc<SheetPlace>, source: &Source, named: Option<&str>) -> Table {
    let schema = source.schemas[found.schema].clone();
    let above = &lines[..found.start];
    let header_lines = lines[found.start..found.start + found.rows].to_vec();
    let mut columns = heads(&found.columns);
    let mut wrong_units = Vec::new();
    for (head, column) in columns.iter_mut().zip(&found.columns) {
        if let Some(field) = head.field.filter(|field| counts_otherwise(&column.parts, &schema.fields[*field])) {
            wrong_units.push(field);
            head.field = None;
        }
    }
    columns.extend(named::rest(lines, &columns));
    // Filled columns without a header are columns all the same.
    for cell in lines[found.start + found.rows..].iter().flat_map(Line::cells) {
        if columns.len() < LOOK_AT * 64 && !columns.iter().any(|column| column.position == cell.column as usize) {
            columns.push(untitled(cell.column));
        }
    }
    columns.sort_by_key(|column| column.position);
    let mut stated = stated_places(&place.sheet, &schema);
    stated.retain(|(field, _)| !columns.iter().any(|column| column.field == Some(*field)));
    let head = SheetHead {
        place: place.clone(),
        schema,
        columns,
        multiplier: stated_multiplier(above),
        period: period(above, place, source, named),
        from_1904: false,
        stated,
    };
    // Where the office says that the header is, it has seen what stands above.
    let other_table =
        if source.header.is_some() || named::rows(lines).is_some() { HashSet::new() } else { table_rows(above) };
    let header = header_place(&header_lines);
    let title = |field: usize| head.schema.fields[field].title.as_str();
    let contradicted = found
        .evidence
        .contradicted()
        .filter(|column| !wrong_units.contains(&column.field))
        .map(|column| (column.field, contradiction::in_words(column, title(column.field), &head.schema)))
        .collect();
    let written = |position: u32| found.columns.iter().find(|column| column.position == position).map(Column::shown);
    let misspelt = found.misspelt.iter().filter_map(|(position, field)| Some((written(*position)?, *field))).collect();
    Table {
        misspelt,
        header,
        header_lines,
        above: above.iter().map(Line::joined).collect(),
        other_table,
        wrong_units,
        confidence: found.evidence.confidence(),
        contradicted,
        head,
    }
}

/// A table whose header names all that is required, but whose cells disprove it.
fn contradicted(found: &Candidate, lines: &[Line], source: &Source) -> Unfit {
    let schema = &source.schemas[found.schema];
    let body = found.start + found.rows;
    let header = header_place(&lines[found.start..body]);
    let quotable = found.is_surely_header(lines, schema);
    let (reason, suggestion) = contradiction::told(found, &lines[body..], quotable, schema, source, header);
    Unfit {
        schema: Some(schema.clone()),
        header: Some(header),
        columns: heads(&found.columns),
        confidence: Some(found.evidence.confidence()),
        code: "header_contradicted",
        reason,
        suggestion,
        beside_the_point: false,
    }
}

/// The rows of lines that fill the same three or more columns one after the other, as no title does. Lines of labels
/// (填报单位：) are titles however many there are.
fn table_rows(lines: &[Line]) -> HashSet<u32> {
    let shape = |line: &Line| -> Vec<u32> { line.cells().map(|cell| cell.column).collect() };
    let label = |line: &Line| line.cells().any(|cell| cell.text.contains([':', '：']));
    let alike = |pair: &&[Line]| {
        pair[0].filled() >= 3 && shape(&pair[0]) == shape(&pair[1]) && !label(&pair[0]) && !label(&pair[1])
    };
    lines.windows(2).filter(alike).flat_map(|pair| [pair[0].row, pair[1].row]).collect()
}

/// The month: from where the pipeline says, else from the title, the sheet's name and the file's name.
fn period(above: &[Line], place: &SheetPlace, source: &Source, named: Option<&str>) -> Option<String> {
    let titles = || above.iter().flat_map(Line::cells).map(|cell| cell.text).chain([place.sheet.as_str()]);
    let in_title = |find: &dyn Fn(&str) -> Option<Period>| titles().filter_map(find).find_map(Period::month_text);
    // The day a list was filled in or printed is not the month it speaks of.
    let by_habit = |text: &str| if text.contains("日期") || text.contains("时间") { None } else { by_habit(text) };
    match &source.period {
        Some(from) if from.place == PeriodPlace::FileName => named.map(str::to_owned).or_else(|| in_title(&by_habit)),
        Some(from) => in_title(&|text| by_pattern(text, &from.pattern)).or_else(|| named.map(str::to_owned)),
        None => in_title(&by_habit).or_else(|| named.map(str::to_owned)),
    }
}

fn heads(columns: &[Column]) -> Vec<ColumnHead> {
    columns
        .iter()
        .map(|column| ColumnHead {
            position: column.position as usize,
            title: column.title(),
            field: column.field,
            multiplier: header_multiplier(&column.parts),
        })
        .collect()
}

/// A column that has no header.
pub(in crate::source) fn untitled(position: u32) -> ColumnHead {
    ColumnHead {
        position: position as usize, title: format!("{}列", letters(position)), field: None, multiplier: None
    }
}

fn header_place(lines: &[Line]) -> HeaderPlace {
    let first = lines.first().map_or(0, |line| line.row);
    let last = lines.last().map_or(0, |line| line.row);
    HeaderPlace { row: first, rows: last - first + 1 }
}

/// A table whose headers are known but for a required one, or claim one field twice.
fn near_miss(found: &Candidate, lines: &[Line], source: &Source) -> Unfit {
    let schema = &source.schemas[found.schema];
    let header = header_place(&lines[found.start..found.start + found.rows]);
    let quotable: Vec<&Column> =
        if found.is_surely_header(lines, schema) { found.columns.iter().collect() } else { Vec::new() };
    let blocks = found.clash.as_ref().and_then(|_| side_by_side::blocks(&found.columns));
    let (code, reason, suggestion) = if let Some(blocks) = blocks {
        let (reason, suggestion) = side_by_side::told(&blocks);
        ("tables_side_by_side", reason, suggestion)
    } else if let Some((field, first, second)) = &found.clash {
        let field = &schema.fields[*field];
        (
            "column_twice",
            Words::new(
                format!("两列都表示“{}”：{first} 与 {second}", field.title),
                format!("two columns mean {} ({}): {first} and {second}", field.name, field.title),
            ),
            which_of_two(&source.id, first.split('（').next().unwrap_or(first), &field.name),
        )
    } else if !found.missing.is_empty() {
        missing(found, &quotable, schema, source, header)
    } else {
        // The fields' own titles: what stands above a known word may be anything.
        let known: Vec<&str> =
            found.columns.iter().filter_map(|column| Some(schema.fields[column.field?].title.as_str())).collect();
        (
            "header_unknown",
            Words::new(
                format!("表头只认出 {} 列（{}），不足以确定是“{}”", known.len(), known.join("、"), schema.title),
                format!(
                    "only {} columns are known ({}): too few to tell that it is {}",
                    known.len(),
                    known.join("、"),
                    schema.name
                ),
            ),
            header_hint(source, Some(header), quotable.into_iter()),
        )
    };
    Unfit {
        schema: Some(schema.clone()),
        header: Some(header),
        columns: heads(&found.columns),
        confidence: Some(found.evidence.confidence()),
        code,
        reason,
        suggestion,
        beside_the_point: !found.knows_whom(schema),
    }
}

/// `quotable` are the columns whose titles may be told.
fn missing(
    found: &Candidate,
    quotable: &[&Column],
    schema: &Schema,
    source: &Source,
    header: HeaderPlace,
) -> (&'static str, Words, Words) {
    let strangers = || found.columns.iter().filter(|column| column.field.is_none());
    let free: Vec<String> =
        quotable.iter().filter(|column| column.field.is_none()).map(|column| column.title()).collect();
    let titles: Vec<&str> = found.missing.iter().map(|field| schema.fields[*field].title.as_str()).collect();
    let pairs: Vec<String> = found
        .missing
        .iter()
        .map(|field| {
            let field = &schema.fields[*field];
            let near = free
                .iter()
                .map(|title| {
                    let key = normalise(title);
                    let likeness =
                        field.claims.iter().map(|claim| strsim::jaro_winkler(claim, &key)).fold(0.0, f64::max);
                    (likeness, title)
                })
                .filter(|(likeness, _)| *likeness > 0.55)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            format!("\"{}\" = \"{}\"", near.map_or("表中的列名", |(_, title)| title.as_str()), field.name)
        })
        .collect();
    let seen = match strangers().count() {
        0 => Words::new("表头的列都已有归属", "all columns of the header are taken"),
        count if free.is_empty() => {
            Words::new(format!("未认出的列有 {count} 个"), format!("{count} columns are not known"))
        }
        _ => {
            let free = some_of(&free);
            Words::new(format!("未认出的列：{free}"), format!("columns not known: {free}"))
        }
    };
    let (id, pairs, HeaderPlace { row, rows }) = (&source.id, pairs.join(", "), header);
    if named::is_named(header) {
        return (
            "column_missing",
            Words::new(
                format!("按“{}”读取（列名由文件自带），缺少必填列：{}；{}", schema.title, titles.join("、"), seen.zh),
                format!(
                    "read as {} (the file names its columns), it lacks required columns: {}; {}",
                    schema.name,
                    titles.join("、"),
                    seen.en
                ),
            ),
            Words::new(
                format!(
                    "列名不同时，请在流水线文件的来源 {id} 中写 columns = {{ {pairs} }}；确实没有该列时请提供单位补充"
                ),
                format!(
                    "If a column has another name, write columns = {{ {pairs} }} in the source {id} of the pipeline file; if \
                     there is no such column, ask the provider"
                ),
            ),
        );
    }
    (
        "column_missing",
        Words::new(
            format!("按“{}”读取（表头第 {row} 行），缺少必填列：{}；{}", schema.title, titles.join("、"), seen.zh),
            format!(
                "read as {} (header in row {row}), it lacks required columns: {}; {}",
                schema.name,
                titles.join("、"),
                seen.en
            ),
        ),
        Words::new(
            format!(
                "列名不同时，请在流水线文件的来源 {id} 中写 columns = {{ {pairs} }}；表头位置认错时写 header = {{ row = {row}, rows = {rows} }}；确实没有该列时请提供单位补充"
            ),
            format!(
                "If a column has another name, write columns = {{ {pairs} }} in the source {id} of the pipeline file; if the \
                 header is another row, header = {{ row = {row}, rows = {rows} }}; if there is no such column, ask the provider"
            ),
        ),
    )
}

/// A table whose headers nobody knows.
fn unknown(lines: &[Line], source: &Source) -> Unfit {
    let (header, columns) = match guess(lines) {
        Some((at, columns)) => (Some(header_place(&lines[at..=at])), columns),
        None => (None, Vec::new()),
    };
    // Where no word is known the line may as well be a person's: its cells are told in `raw`, never in a reason.
    let seen = match header {
        Some(header) if named::is_named(header) => Words::new(
            format!("列名由文件自带（{} 列）", columns.len()),
            format!("the file itself names its columns ({})", columns.len()),
        ),
        Some(header) => Words::new(
            format!("第 {} 行像表头（{} 列）", header.row, columns.len()),
            format!("row {} looks like a header ({} columns)", header.row, columns.len()),
        ),
        None => Words::new("没有像表头的行", "no row looks like a header"),
    };
    let kinds: Vec<&str> = source.schemas.iter().map(|schema| schema.title.as_str()).collect();
    Unfit {
        schema: None,
        header,
        columns: heads(&columns),
        confidence: None,
        code: "header_unknown",
        reason: Words::new(
            format!("表头不符合该来源的任何数据表（{}）；{}", kinds.join("、"), seen.zh),
            format!("its header fits no schema of the source ({}); {}", kinds.join("、"), seen.en),
        ),
        suggestion: header_hint(source, header, [].iter()),
        beside_the_point: true,
    }
}

/// `titles` are columns that may be quoted.
fn header_hint<'c>(
    source: &Source,
    header: Option<HeaderPlace>,
    mut titles: impl Iterator<Item = &'c Column>,
) -> Words {
    let HeaderPlace { row, rows } = header.unwrap_or(HeaderPlace { row: 1, rows: 1 });
    let example = titles.find(|column| column.field.is_none()).map_or("列名".to_owned(), Column::title);
    let id = &source.id;
    if row == 0 {
        return Words::new(
            format!(
                "请在流水线文件的来源 {id} 中用 columns = {{ \"{example}\" = \"字段名\" }} 指明各列；若属另一种数据，请在 schemas 中加上它"
            ),
            format!(
                "Write columns = {{ \"{example}\" = \"field\" }} in the source {id} of the pipeline file; if it is another \
                 kind of data, add its schema to schemas"
            ),
        );
    }
    Words::new(
        format!(
            "请在流水线文件的来源 {id} 中写 header = {{ row = {row}, rows = {rows} }}，并用 columns = {{ \"{example}\" = \"字段名\" }} 指明各列；若属另一种数据，请在 schemas 中加上它"
        ),
        format!(
            "Write header = {{ row = {row}, rows = {rows} }} and columns = {{ \"{example}\" = \"field\" }} in the source {id} of \
             the pipeline file; if it is another kind of data, add its schema to schemas"
        ),
    )
}

fn which_of_two(source: &str, column: &str, field: &str) -> Words {
    Words::new(
        format!(
            "请在流水线文件的来源 {source} 中指明用哪一列，例如 columns = {{ \"{column}\" = \"{field}\" }}；两列标题完全相同时请提供单位改正标题"
        ),
        format!(
            "Say in the source {source} of the pipeline file which one counts, for instance columns = {{ \"{column}\" = \
             \"{field}\" }}; if both have the same title, have it corrected"
        ),
    )
}

fn some_of(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|name| name.chars().take(20).collect()).collect();
    let more = if names.len() > shown.len() { "…" } else { "" };
    format!("{}{more}", shown.join("、"))
}
