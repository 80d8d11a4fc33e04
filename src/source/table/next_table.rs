//! Several tables on one sheet, one below the other. A line that looks like another header is set aside with what follows,
//! until enough is seen to tell whether it heads a table of the source.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{SheetPlace, Words};
use crate::plan::Source;
use crate::source::line::{Line, identity_within};
use crate::source::table::above::squeezed;
use crate::source::table::classify::LineKind;
use crate::source::table::header::hits;
use crate::source::table::judge::{LOOK_AT, Table, Verdict, judge};

/// So many lines without figures are kept in case a header follows: its title, its unit row and its parents.
const KEPT: usize = 6;

/// What tables further down are judged by.
pub(in crate::source) struct Further<'a> {
    pub source: &'a Source,
    /// The month that the file's name speaks of.
    pub named: Option<&'a str>,
}

/// Lines whose meaning hangs on what follows.
#[derive(Default)]
pub(in crate::source) struct Waiting {
    kept: VecDeque<(Line, LineKind)>,
    found: Option<Found>,
}

/// What may be another table.
pub(in crate::source) struct Found {
    /// The lines kept, the header line, and what follows.
    pub lines: Vec<Line>,
    /// Position of the line that looks like a header.
    pub header: usize,
    /// What the lines up to it are if no table follows.
    pub kinds: Vec<LineKind>,
}

/// What the lines set aside turn out to be.
pub(in crate::source) enum Next {
    /// A table; its first line, be it its title, stands at this position.
    Table(usize, Box<Table>),
    /// None, and why where it is a near miss.
    NoTable(Option<Words>),
}

impl Waiting {
    /// Whether a possible header was met and its table is being gathered.
    pub fn looks(&self) -> bool {
        self.found.is_some()
    }

    /// Keeps a line that may belong to a header; the first one kept comes back when there are too many.
    pub fn keep(&mut self, line: &Line, kind: LineKind) -> Option<(Line, LineKind)> {
        self.kept.push_back((line.clone(), kind));
        if self.kept.len() > KEPT { self.kept.pop_front() } else { None }
    }

    pub fn let_go(&mut self) -> Vec<(Line, LineKind)> {
        self.kept.drain(..).collect()
    }

    /// Begins to gather from a line that looks like a header.
    pub fn look(&mut self, line: &Line, kind: LineKind) {
        let (mut lines, mut kinds): (Vec<Line>, Vec<LineKind>) = self.let_go().into_iter().unzip();
        let header = lines.len();
        lines.push(line.clone());
        kinds.push(kind);
        self.found = Some(Found { lines, header, kinds });
    }

    /// Takes a line of what may be the table; true when enough was seen.
    pub fn gather(&mut self, line: &Line) -> bool {
        let Some(found) = &mut self.found else { return false };
        found.lines.push(line.clone());
        found.lines.len() - found.header >= LOOK_AT
    }

    pub fn settle(&mut self) -> Option<Found> {
        self.found.take()
    }
}

impl Further<'_> {
    /// Whether a line is made of header words of some schema of the source.
    pub fn may_be_header(&self, line: &Line) -> bool {
        let words = |schema| hits(line, schema);
        line.filled() >= 3
            && without_figures(line)
            && self.source.schemas.iter().any(|schema| {
                let words = words(schema);
                words >= 3 && words * 2 > line.filled()
            })
    }

    /// Judges the lines as those of a sheet of their own, after a table.
    pub fn judge(&self, found: &Found, before: &Table, place: &Arc<SheetPlace>) -> Next {
        let first = match judge(&found.lines, place, self.source, self.named) {
            Verdict::Table(table) => table,
            Verdict::Unfit(unfit) if unfit.schema.is_some() => return Next::NoTable(Some(unfit.reason)),
            _ => return Next::NoTable(None),
        };
        let header = found.lines[found.header].row;
        let rows = first.header.row..first.header.row.saturating_add(first.header.rows);
        if !rows.contains(&header) {
            return Next::NoTable(None);
        }
        let mut at = found.lines.iter().position(|line| line.row >= rows.start).unwrap_or(found.header);
        while at > 0 && is_title(&found.lines[at - 1]) {
            at -= 1;
        }
        // Judged anew without the rows of the table before, which are no titles of this one.
        let Verdict::Table(mut table) = judge(&found.lines[at..], place, self.source, self.named) else {
            return Next::NoTable(None);
        };
        // A table without a title of its own stands under the sheet's.
        if table.above.is_empty() {
            table.head.multiplier = before.head.multiplier;
            table.head.period.clone_from(&before.head.period);
        }
        Next::Table(at, Box::new(table))
    }
}

/// Whether a line may be the title, unit row or parent of a header that follows: it holds no figures beside words, and
/// nobody's number. A unit row (填报单位：) looks like a table's footing.
pub(in crate::source) fn may_lead(line: &Line, kind: LineKind) -> bool {
    match kind {
        LineKind::Row => is_title(line) || without_figures(line),
        LineKind::Footing => is_title(line),
        LineKind::Heading | LineKind::OtherHeader => false,
    }
}

fn without_figures(line: &Line) -> bool {
    !line.cells().any(|cell| cell.text.bytes().any(|byte| byte.is_ascii_digit()))
}

/// A list's title or unit row, as no row of people is written.
fn is_title(line: &Line) -> bool {
    const WORDS: [&str; 10] = ["名单", "名册", "花名册", "台账", "统计", "明细", "汇总", "一览", "情况表", "登记表"];
    const LABELS: [&str; 4] = ["单位:", "单位：", "日期:", "日期："];
    let Some(first) = line.cells().next().filter(|_| line.filled() <= 4) else { return false };
    let text = squeezed(first.text);
    let title = WORDS.iter().any(|word| text.contains(word)) || text.ends_with('表');
    ((title && text.chars().count() >= 4) || LABELS.iter().any(|label| text.contains(label)))
        && !line.cells().any(|cell| identity_within(cell.text))
}
