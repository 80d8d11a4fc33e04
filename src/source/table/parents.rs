//! The lines next to a header that belong to it: parents over known columns, which change nothing that is known, and those
//! that do.

use crate::model::Schema;
use crate::plan::Source;

use crate::source::line::Line;
use crate::source::table::above::squeezed;
use crate::source::table::classify::SIGNATURES;
use crate::source::table::header::{Candidate, columns_of, hits, keys_of};

/// Words that a group of columns ends with and a list's title does not.
const GROUPS: [&str; 4] = ["信息", "情况", "内容", "数据"];
/// A title over all columns is longer.
const LONGEST_GROUP: usize = 8;
/// What offices and the labels before them end with.
const OFFICES: [&str; 19] = [
    "局",
    "厅",
    "委",
    "办",
    "队",
    "馆",
    "院",
    "部",
    "中心",
    "政府",
    "委员会",
    "办公室",
    "办事处",
    "残联",
    "联合会",
    "小学",
    "中学",
    "公司",
    "单位",
];

/// The reading, or a taller one that ends with it and knows the same columns: a line above that only titles columns
/// nobody knows (序号, merged over both lines), or parents over known ones, belongs to the header all the same. Titles of
/// the list and labels (填报单位：) do not.
pub(in crate::source) fn with_lines_above(
    chosen: Candidate,
    whole: &[Candidate],
    lines: &[Line],
    schema: &Schema,
) -> Candidate {
    let mut reading = chosen;
    loop {
        let taller = whole
            .iter()
            .filter(|taller| taller.start < reading.start && is_same(taller, &reading))
            .filter(|taller| {
                let above = &lines[taller.start..reading.start];
                !above.iter().any(is_label)
                    && (titles_more(taller, &reading, lines)
                        || above.iter().all(|line| is_parents(line, &reading, schema)))
            })
            .max_by_key(|taller| taller.start);
        match taller {
            Some(taller) => reading = taller.clone(),
            None => return reading,
        }
    }
}

/// Whether both end at the same line and know the same columns.
fn is_same(taller: &Candidate, reading: &Candidate) -> bool {
    let known = |reading: &Candidate| -> Vec<(u32, usize)> {
        reading.columns.iter().filter_map(|column| Some((column.position, column.field?))).collect()
    };
    taller.start + taller.rows == reading.start + reading.rows
        && taller.schema == reading.schema
        && known(taller) == known(reading)
}

fn is_label(line: &Line) -> bool {
    line.cells().any(|cell| cell.text.contains([':', '：']))
}

/// Whether the taller reading gives a title to a filled column that the other has none for.
fn titles_more(taller: &Candidate, reading: &Candidate, lines: &[Line]) -> bool {
    let above = &lines[taller.start..reading.start];
    let filled = |position: u32| lines[reading.start + reading.rows..].iter().any(|line| line.get(position).is_some());
    let titled = |position: u32| reading.columns.iter().any(|column| column.position == position);
    above.iter().all(|line| line.filled() >= 2)
        && taller.columns.iter().any(|column| !titled(column.position) && filled(column.position))
}

/// Whether a line consists of words over the columns of the header below it, the first column's among them. A single
/// word must name a group of columns: a title stands over all of them too. A line that is mostly words of the schema is a
/// header of its own, perhaps that of a worn example.
fn is_parents(line: &Line, reading: &Candidate, schema: &Schema) -> bool {
    let columns = || reading.columns.iter().map(|column| column.position);
    let inside = line.cells().all(|cell| columns().any(|position| position == cell.column));
    let begins = line.cells().next().map(|cell| cell.column) == columns().min();
    let group =
        |text: &str| text.chars().count() <= LONGEST_GROUP && GROUPS.iter().any(|word| text.trim_end().ends_with(word));
    inside
        && begins
        && hits(line, schema) * 2 <= line.filled()
        && line.cells().all(|cell| is_parent(cell.text))
        && (line.filled() >= 2 || (columns().count() >= 2 && line.cells().all(|cell| group(cell.text))))
}

/// Whether a text may stand over columns: no day, page, office or seal, which stand above a list.
fn is_parent(text: &str) -> bool {
    let bracketed = text.trim_start().starts_with(['（', '(']);
    let office = OFFICES.iter().any(|word| text.trim_end().ends_with(word));
    let label = SIGNATURES.contains(&squeezed(text).as_str());
    !bracketed && !office && !label && !text.contains(|c: char| c.is_ascii_digit())
}

/// Whether the line above or below gives a known column another meaning together with it: 户主 above 姓名 is no 姓名, and
/// 户主 above 身份证号 is no 户主.
pub(in crate::source) fn contradict(reading: &Candidate, lines: &[Line], source: &Source) -> bool {
    if source.header.is_some() {
        return false;
    }
    let end = reading.start + reading.rows;
    let adjoining = |at: usize| lines.get(at).zip(lines.get(at + 1)).is_some_and(|(a, b)| a.row + 1 == b.row);
    let above = reading.start.checked_sub(1).filter(|above| adjoining(*above)).map(|above| &lines[above..end]);
    let below = lines.get(reading.start..=end).filter(|_| adjoining(end - 1));
    above.is_some_and(|lines| gives_another_meaning(reading, lines, 1, source))
        || below.is_some_and(|lines| gives_another_meaning(reading, lines, usize::MAX, source))
}

/// Whether the header of these lines says of a known column that it is another, by its whole or by what is left of it
/// without so many of its upper parts.
fn gives_another_meaning(reading: &Candidate, lines: &[Line], most: usize, source: &Source) -> bool {
    let schema = &source.schemas[reading.schema];
    columns_of(lines).iter().any(|(position, parts)| {
        let field = reading.columns.iter().find(|column| column.position == *position).and_then(|column| column.field);
        // The lowest part alone is no whole.
        let wholes = (0..parts.len().saturating_sub(1)).take(most).map(|from| &parts[from..]);
        let together = wholes
            .filter_map(|parts| keys_of(parts, source).into_iter().find(|key| key.whole))
            .find_map(|key| schema.claimed_by(&key.text));
        field.is_some() && together.is_some() && field != together
    })
}
