//! Where a sheet's table is and what its columns mean.

use std::collections::HashMap;

use crate::kernel::header::normalise;
use crate::model::{CellKind, FieldType, Schema};
use crate::plan::Source;
use crate::source::line::{Line, is_void, letters, looks_like_identity};
use crate::source::table::evidence::Evidence;
use crate::source::table::misspelt;
use crate::source::table::named;
use crate::source::table::parents;

/// A header has at most so many rows.
const MAX_ROWS: usize = 3;
/// Columns beyond this are not looked at for a header.
const MAX_COLUMNS: usize = 1024;

/// How a column came to its field; the smaller the stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// The pipeline says so.
    Stated,
    /// The whole header is the field's title.
    Title,
    /// The whole header is one of its synonyms.
    Synonym,
    /// Only the lower part of the header is its title or a synonym; the parent above it is unknown.
    Leaf,
    /// The header is none of its own, but one of them misspelt.
    Misspelt,
}

/// A column of a header window.
#[derive(Clone, Debug)]
pub(in crate::source) struct Column {
    pub position: u32,
    /// The parts from parent to leaf, as written.
    pub parts: Vec<String>,
    pub field: Option<usize>,
    strength: Option<Strength>,
}

impl Column {
    pub fn title(&self) -> String {
        if self.parts.is_empty() { self.place() } else { self.parts.join("/") }
    }

    /// Takes a header that is misspelt for the field's.
    pub fn take_for(&mut self, field: usize) {
        (self.field, self.strength) = (Some(field), Some(Strength::Misspelt));
    }

    /// Whether the office said what it means.
    pub fn is_stated(&self) -> bool {
        self.strength == Some(Strength::Stated)
    }

    /// Whether a known column has a header word in this line too.
    fn repeats(&self, line: &Line, schema: &Schema) -> bool {
        self.field.is_some() && line.get(self.position).is_some_and(|cell| claimed(cell.text, schema))
    }

    fn ends_with(&self, text: &str) -> bool {
        self.parts.iter().any(|part| *part == tidy(text))
    }

    /// The title as it may stand in a log: a text with a long number is no title but somebody's.
    pub fn shown(&self) -> String {
        if self.parts.iter().any(|part| holds_number(part)) { self.place() } else { self.title() }
    }

    fn place(&self) -> String {
        format!("{}列", letters(self.position))
    }
}

/// A header window read with one schema.
#[derive(Clone, Debug)]
pub(in crate::source) struct Candidate {
    /// Position of the first header line among the lines looked at, and the number of lines.
    pub start: usize,
    pub rows: usize,
    /// Position among the source's schemas.
    pub schema: usize,
    pub columns: Vec<Column>,
    /// Required fields that no column names.
    pub missing: Vec<usize>,
    /// Two columns that claim one field equally well: field, first and second title.
    pub clash: Option<(usize, String, String)>,
    /// Distinct fields that columns name.
    pub matched: usize,
    /// Columns whose header is misspelt, and the field they are taken for.
    pub misspelt: Vec<(u32, usize)>,
    /// What the first lines below say of it; nothing where the office says that the header is here.
    pub evidence: Evidence,
    score: i64,
}

impl Candidate {
    /// Whether its unknown cells are titles too, and no cells of somebody's row (户主, 李四, …): only then may a reason
    /// quote them, for reasons go to logs. Most of its words are known, none is a number, and the line below it, if it
    /// is one of `lines`, does not have the same words.
    pub fn is_surely_header(&self, lines: &[Line], schema: &Schema) -> bool {
        let below = lines.get(self.start + self.rows);
        let again = below.is_some_and(|line| self.columns.iter().any(|column| column.repeats(line, schema)));
        let titles = self.columns.iter().all(|column| !column.parts.iter().any(|part| holds_number(part)));
        self.matched >= 2 && self.matched * 2 > self.columns.len() && titles && !again
    }

    /// Whether a line below says what a printed page's header does: most of its cells are titles of their columns.
    pub fn is_repeated_by(&self, line: &Line) -> bool {
        let same = |column: &&Column| line.get(column.position).is_some_and(|cell| column.ends_with(cell.text));
        self.columns.iter().filter(same).count() * 3 >= line.filled() * 2
    }

    /// Whether a column tells who a row is about.
    pub fn knows_whom(&self, schema: &Schema) -> bool {
        self.columns.iter().filter_map(|column| column.field).any(|field| {
            matches!(
                schema.fields[field].kind,
                FieldType::PersonName | FieldType::IdentityNumber | FieldType::OrganisationCode
            )
        })
    }
}

/// Whether a text holds six digits in a row, as every number of a person does and no title.
fn holds_number(text: &str) -> bool {
    text.split(|c: char| !c.is_numeric()).any(|run| run.chars().count() >= 6)
}

/// The best readings of the lines: the best one that lacks nothing, and the best one of all.
pub(in crate::source) struct Readings {
    pub whole: Option<Candidate>,
    pub best: Option<Candidate>,
}

/// Reads every window of one to three lines with every schema of the source.
pub(in crate::source) fn readings(lines: &[Line], source: &Source) -> Readings {
    let mut whole: Vec<Candidate> = Vec::new();
    let mut best: Option<Candidate> = None;
    let named = named::rows(lines).is_some();
    for (start, rows) in windows(lines, source) {
        let columns = columns_of(&lines[start..start + rows]);
        let keys: Vec<Vec<Key>> = columns.iter().map(|parts| keys_of(&parts.1, source)).collect();
        if keys.iter().all(Vec::is_empty) {
            continue;
        }
        // A line with a word in its first column alone, or left of it where the header's lower line begins further
        // right, parts the rows (一、永阳镇) and is neither header nor row.
        let begins = columns.first().map(|(position, _)| *position);
        let parts = |line: &Line| {
            let word = |text: &str| source.schemas.iter().any(|schema| claimed(text, schema));
            line.filled() == 1 && line.cells().all(|cell| Some(cell.column) <= begins && !word(cell.text))
        };
        let below = lines[start + rows..].iter().find(|line| !parts(line));
        for (position, schema) in source.schemas.iter().enumerate() {
            let mut candidate = read(&columns, &keys, schema);
            if candidate.matched == 0 {
                continue;
            }
            (candidate.start, candidate.rows, candidate.schema) = (start, rows, position);
            // A line of which hardly a word is known is no header with a wrong character in it.
            if candidate.matched * 3 >= candidate.columns.len() {
                let below = lines.get(start + rows..).unwrap_or_default();
                candidate.misspelt = misspelt::recognise(&mut candidate, below, schema);
                candidate.matched += candidate.misspelt.len();
                candidate.score += candidate.misspelt.len() as i64 * 1000;
            }
            candidate.missing = schema
                .fields
                .iter()
                .enumerate()
                .filter(|(i, field)| field.required && !candidate.columns.iter().any(|column| column.field == Some(*i)))
                .map(|(i, _)| i)
                .collect();
            if candidate.missing.is_empty() && parents::contradict(&candidate, lines, source) {
                continue;
            }
            candidate.score -= rows as i64 * 10;
            if below.is_some_and(|line| looks_like_data(line, schema, &candidate)) {
                candidate.score += 500;
            }
            if candidate.missing.is_empty() && candidate.clash.is_none() {
                whole.push(candidate.clone());
            }
            if best.as_ref().is_none_or(|best| candidate.score > best.score) {
                best = Some(candidate);
            }
        }
    }
    // A reading that lacks nothing but explains far less than another is that other's accident.
    if let Some(best) = &best {
        whole.retain(|whole| {
            let enough = whole.matched >= 2 || whole.columns.len() == 1 || source.header.is_some() || named;
            enough && whole.score * 10 >= best.score * 6
        });
    }
    // Of two readings of the same lines the one that the cells bear out.
    let below = |found: &Candidate| lines.get(found.start + found.rows..).unwrap_or_default();
    for found in whole.iter_mut().chain(&mut best).filter(|_| source.header.is_none()) {
        found.evidence = Evidence::of(found, below(found), &source.schemas[found.schema]);
        found.score = (found.score as f64 * found.evidence.confidence()) as i64;
    }
    let chosen = first_table(whole.clone()).map(|chosen| {
        let schema = &source.schemas[chosen.schema];
        parents::with_lines_above(chosen, &whole, lines, schema)
    });
    Readings { whole: chosen, best }
}

/// The best reading; but of two tables on one sheet the upper one, or its rows would pass for a heading of the lower.
fn first_table(mut whole: Vec<Candidate>) -> Option<Candidate> {
    loop {
        let mut best = 0;
        for i in 1..whole.len() {
            if whole[i].score > whole[best].score {
                best = i;
            }
        }
        let chosen = whole.get(best)?.clone();
        whole.retain(|other| other.start + other.rows < chosen.start);
        if whole.is_empty() {
            return Some(chosen);
        }
    }
}

/// The line that looks most like a header whose words nobody knows, and its columns: what to show a person.
pub(in crate::source) fn guess(lines: &[Line]) -> Option<(usize, Vec<Column>)> {
    // What a format names its columns is the header, whatever it looks like.
    if let Some(rows) = named::rows(lines) {
        return Some((0, unknown_columns(&lines[..rows])));
    }
    let words = |line: &Line| {
        line.cells()
            .filter(|cell| cell.kind == CellKind::Text && !is_figure(cell.text) && cell.text.chars().count() < 30)
            .count()
    };
    let at = (0..lines.len())
        .filter(|&i| lines[i].filled() >= 2 && words(&lines[i]) == lines[i].filled())
        .max_by_key(|&i| (lines[i].filled(), std::cmp::Reverse(i)))?;
    Some((at, unknown_columns(&lines[at..=at])))
}

/// The columns of a header whose words nobody knows.
fn unknown_columns(header: &[Line]) -> Vec<Column> {
    let columns = columns_of(header);
    columns.into_iter().map(|(position, parts)| Column { position, parts, field: None, strength: None }).collect()
}

/// How many cells of a line are header words of the schema.
pub(in crate::source) fn hits(line: &Line, schema: &Schema) -> usize {
    // Spelling out every cell of every row would cost more than reading it: a header has some plain word.
    if !line.cells().any(|cell| schema.claimed_by(cell.text).is_some()) {
        return 0;
    }
    line.cells().filter(|cell| cell.kind == CellKind::Text && claimed(cell.text, schema)).count()
}

pub(in crate::source) fn claimed(text: &str, schema: &Schema) -> bool {
    text.len() <= 120 && schema.claimed_by(&normalise(text)).is_some()
}

/// First line and number of lines of every window that may be a header.
fn windows(lines: &[Line], source: &Source) -> Vec<(usize, usize)> {
    if let Some(named) = named::rows(lines) {
        return vec![(0, named)];
    }
    if let Some(stated) = source.header {
        let inside = |line: &Line| (stated.row..stated.row.saturating_add(stated.rows.max(1))).contains(&line.row);
        let start = lines.iter().position(inside);
        return start
            .map(|start| (start, lines[start..].iter().take_while(|line| inside(line)).count()))
            .into_iter()
            .collect();
    }
    let mut windows = Vec::new();
    for start in 0..lines.len() {
        for rows in 1..=MAX_ROWS.min(lines.len() - start) {
            let last = &lines[start + rows - 1];
            let adjoining = last.row == lines[start].row + (rows as u32 - 1);
            if !adjoining || last.cells().any(|cell| looks_like_identity(cell.text)) {
                break;
            }
            windows.push((start, rows));
        }
    }
    windows
}

/// The header parts of every column, from parent to leaf. A parent merged over several columns stands at the left only:
/// a blank cell right of it belongs to it where a line below is filled.
pub(in crate::source) fn columns_of(lines: &[Line]) -> Vec<(u32, Vec<String>)> {
    let mut positions: Vec<u32> =
        lines.iter().flat_map(|line| line.cells().take(MAX_COLUMNS).map(|cell| cell.column)).collect();
    positions.sort_unstable();
    positions.dedup();
    let mut columns: Vec<(u32, Vec<String>)> = positions.iter().map(|position| (*position, Vec::new())).collect();
    for (level, line) in lines.iter().enumerate() {
        let below = &lines[level + 1..];
        let mut parent: Option<(String, Vec<String>)> = None;
        for (position, parts) in &mut columns {
            match line.get(*position) {
                Some(cell) => {
                    parent = Some((tidy(cell.text), parts.clone()));
                    parts.push(tidy(cell.text));
                }
                None if below.iter().any(|line| line.get(*position).is_some()) => match &parent {
                    // Only under the same parents of its own: another group's child is no neighbour's.
                    Some((text, above)) if above == parts => parts.push(text.clone()),
                    _ => parent = None,
                },
                None => parent = None,
            }
        }
    }
    for (_, parts) in &mut columns {
        parts.dedup();
    }
    columns
}

/// A header's text on one line.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("")
}

/// A spelling under which a column may be known.
pub(in crate::source) struct Key {
    pub text: String,
    /// It is the header's whole, not only its lower part.
    pub whole: bool,
    /// The field that the pipeline states for it.
    stated: Option<String>,
}

/// The spellings of a header, the fullest first: parents and leaf together, then fewer parents.
pub(in crate::source) fn keys_of(parts: &[String], source: &Source) -> Vec<Key> {
    let mut keys = Vec::new();
    for from in 0..parts.len() {
        let joined: String = parts[from..].concat();
        if joined.len() > 400 || is_void(&joined) {
            continue;
        }
        // Marks and units may stand at each part's own end: 户主/*身份证号.
        let text = normalise(&parts[from..].iter().map(|part| normalise(part)).collect::<String>());
        if !text.is_empty() {
            // The office may copy a title as it is shown, with slashes between its parts.
            let shown = || source.columns.get(&normalise(&parts[from..].join("/")));
            let stated = source.columns.get(&text).or_else(shown).cloned();
            keys.push(Key { text, whole: from == 0, stated });
        }
    }
    keys
}

/// Reads a window's columns with one schema.
fn read(columns: &[(u32, Vec<String>)], keys: &[Vec<Key>], schema: &Schema) -> Candidate {
    let mut titles = HashMap::new();
    let mut read: Vec<Column> = columns
        .iter()
        .zip(keys)
        .map(|((position, parts), keys)| {
            let meaning = meaning(keys, schema, &mut titles);
            Column {
                position: *position,
                parts: parts.clone(),
                field: meaning.map(|(field, _)| field),
                strength: meaning.map(|(_, strength)| strength),
            }
        })
        .collect();
    let clash = settle_claims(&mut read, schema);
    let mut score = 0;
    let mut matched = 0;
    for column in &read {
        matched += usize::from(column.field.is_some());
        // Knowing one more column outweighs knowing all of them better.
        score += match column.strength {
            Some(Strength::Stated) => 1004,
            Some(Strength::Title | Strength::Synonym) => 1003,
            Some(Strength::Leaf | Strength::Misspelt) => 1000,
            None => 0,
        };
    }
    if clash.is_some() {
        score -= 1500;
    }
    Candidate {
        start: 0,
        rows: 0,
        schema: 0,
        columns: read,
        missing: Vec::new(),
        clash,
        matched,
        misspelt: Vec::new(),
        evidence: Evidence::default(),
        score,
    }
}

fn meaning(keys: &[Key], schema: &Schema, titles: &mut HashMap<usize, String>) -> Option<(usize, Strength)> {
    let stated = keys.iter().find_map(|key| schema.field(key.stated.as_deref()?));
    if let Some(field) = stated {
        return Some((field, Strength::Stated));
    }
    keys.iter().find_map(|key| {
        let field = schema.claimed_by(&key.text)?;
        let title = titles.entry(field).or_insert_with(|| normalise(&schema.fields[field].title));
        let strength = match (key.whole, *title == key.text) {
            (true, true) => Strength::Title,
            (true, false) => Strength::Synonym,
            (false, _) => Strength::Leaf,
        };
        Some((field, strength))
    })
}

/// Leaves each field to the column with the strongest claim. Of equally strong ones none wins and the clash is
/// reported, but for free text that nothing hangs on, where the first column takes it and the others stay extra.
fn settle_claims(columns: &mut [Column], schema: &Schema) -> Option<(usize, String, String)> {
    let mut clash = None;
    for field in 0..schema.fields.len() {
        let claims: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].field == Some(field)).collect();
        if claims.len() < 2 {
            continue;
        }
        let strongest = claims.iter().filter_map(|i| columns[*i].strength).min();
        let winners: Vec<usize> = claims.iter().copied().filter(|i| columns[*i].strength == strongest).collect();
        let harmless = schema.fields[field].kind == FieldType::Text
            && !schema.fields[field].required
            && !schema.key.contains(&field);
        if winners.len() > 1 && !harmless {
            let title = |i: usize| format!("{}（{}列）", columns[i].shown(), letters(columns[i].position));
            clash = clash.or(Some((field, title(winners[0]), title(winners[1]))));
        }
        for i in claims.into_iter().filter(|i| *i != winners[0]) {
            (columns[i].field, columns[i].strength) = (None, None);
        }
    }
    clash
}

/// Whether the line below a header is a row of its table: filled, and not itself made of header words.
fn looks_like_data(line: &Line, schema: &Schema, candidate: &Candidate) -> bool {
    let inside =
        line.cells().filter(|cell| candidate.columns.iter().any(|column| column.position == cell.column)).count();
    inside >= 2.min(candidate.columns.len()) && hits(line, schema) * 2 < line.filled()
}

pub(in crate::source) fn is_figure(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%' | '/' | ':' | ' '))
}
