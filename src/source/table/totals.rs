//! Totals are checked: a line 合计, 小计 or 共25人 that does not agree with the rows it sums up tells that rows were lost or
//! figures changed after it was written.
//!
//! A total may sum up the rows since any total before it or since the table's beginning, and may count sub-totals among
//! them twice, as careless formulas do. Where totals stand above what they sum up (the first one has no row above it),
//! the rows below it may be meant as well. Only what agrees with none of these is told. Sums are exact.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use crate::kernel::number::{NumberFault, Unit, read_decimal, read_money};
use crate::kernel::text::fold;
use crate::model::{CellKind, Fault, Field, FieldType, Grain, SheetHead, SheetPlace};
use crate::source::line::{CellRef, Line};
use crate::source::table::above::squeezed;
use crate::source::table::batch::Households;
use crate::source::table::classify::is_total;

/// Figures are summed up in millionths: cells have fewer decimals.
const SCALE: u32 = 6;
/// So many totals back a total may begin.
const REACH: usize = 64;
/// People are told apart up to this number.
const DISTINCT: usize = 200_000;

/// Sums up the rows of one table and compares its totals with them.
pub(in crate::source) struct Totals {
    figures: Vec<Figure>,
    /// The sums of each figure, and of the rows or households last: so far, of the rows and of the totals among them.
    sums: Vec<i128>,
    stated: Vec<i128>,
    /// The same at the totals before, the latest last.
    before: VecDeque<(Vec<i128>, Vec<i128>)>,
    rows: u64,
    /// What one of the last sum counts.
    counts: Option<Counted>,
    households: Option<Households>,
    /// Columns that tell people apart.
    people: Vec<u32>,
    distinct: HashSet<u64>,
    hasher: RandomState,
    /// The first total stands above all rows.
    leads: bool,
    /// Totals of such a table that nothing above agrees with: they may sum up what is below.
    waiting: VecDeque<Waiting>,
}

/// A column of figures.
struct Figure {
    column: u32,
    field: String,
    title: String,
    multiplier: u32,
    /// A cell of it could not be read, so that nothing can be said of its sum.
    torn: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    People,
    Households,
}

/// A stated figure that agrees with nothing yet.
struct Waiting {
    claim: Claim,
    sums: Vec<i128>,
    stated: Vec<i128>,
}

/// What a line states.
#[derive(Clone)]
struct Claim {
    row: u32,
    /// Position among the sums.
    of: usize,
    value: i128,
    raw: String,
    /// Of a part of the table only.
    part: bool,
}

impl Totals {
    pub fn new(head: &SheetHead) -> Totals {
        let figures: Vec<Figure> = head
            .columns
            .iter()
            .filter_map(|column| {
                let field = &head.schema.fields[column.field?];
                let of_sheet = head.multiplier.filter(|_| field.kind == FieldType::Money);
                adds_up(field).then(|| Figure {
                    column: u32::try_from(column.position).unwrap_or(u32::MAX),
                    field: field.name.clone(),
                    title: field.title.clone(),
                    multiplier: column.multiplier.or(of_sheet).unwrap_or(field.multiplier),
                    torn: false,
                })
            })
            .collect();
        let counts = match head.schema.grain {
            Grain::Person => Counted::People,
            Grain::Household => Counted::Households,
        };
        let of_type = |kind| head.schema.first_of_type(kind).map(|field| head.positions(&[field]));
        let people = [FieldType::IdentityNumber, FieldType::PersonName]
            .into_iter()
            .find_map(|kind| of_type(kind).filter(|positions| !positions.is_empty()));
        let zero = vec![0; figures.len() + 1];
        Totals {
            sums: zero.clone(),
            stated: zero.clone(),
            before: VecDeque::from([(zero.clone(), zero)]),
            figures,
            rows: 0,
            counts: Some(counts),
            households: Households::of(head),
            people: people.unwrap_or_default(),
            distinct: HashSet::new(),
            hasher: RandomState::new(),
            leads: false,
            waiting: VecDeque::new(),
        }
    }

    /// Takes a row, as it stands in the file: a figure merged over several rows counts once.
    pub fn row(&mut self, line: &Line) {
        self.rows += 1;
        for (figure, sum) in self.figures.iter_mut().zip(&mut self.sums) {
            match line.get(figure.column).map(|cell| figure.read(&cell)) {
                Some(Ok(value)) => *sum += value,
                Some(Err(fault)) if !fault.is_absent() => figure.torn = true,
                _ => {}
            }
        }
        let begins = self.households.as_mut().is_none_or(|households| households.begins(line));
        if let Some(count) = self.sums.last_mut() {
            *count += i128::from(begins);
        }
        if self.distinct.len() < DISTINCT {
            let somebody = self.people.iter().find_map(|column| line.get(*column));
            self.distinct.extend(somebody.map(|cell| self.hasher.hash_one(cell.text)));
        }
    }

    /// Takes a line below the header that is no row; what it states and the rows deny.
    pub fn footing(&mut self, line: &Line, place: &Arc<SheetPlace>) -> Vec<Fault> {
        let lead: Vec<String> = line.cells().take(3).map(|cell| squeezed(cell.text)).collect();
        let Some(label) = lead.iter().find(|text| is_total(text)) else { return Vec::new() };
        self.leads |= self.rows == 0;
        let part = label.contains("小计") || label.contains("本页");
        let claims = self.claims(line, part);
        self.settle_waiting();
        let mut faults = Vec::new();
        let begun = (self.sums.clone(), self.stated.clone());
        for claim in claims {
            self.stated[claim.of] += claim.value;
            if self.agrees(&claim) {
                continue;
            }
            match self.leads {
                true if self.waiting.len() < REACH => {
                    let (sums, stated) = begun.clone();
                    self.waiting.push_back(Waiting { claim, sums, stated });
                }
                true => {}
                false => faults.push(self.fault(&claim, self.counted(&claim), place)),
            }
        }
        self.before.push_back((self.sums.clone(), self.stated.clone()));
        if self.before.len() > REACH {
            // The table's beginning stays: a grand total goes back to it.
            self.before.remove(1);
        }
        faults
    }

    /// The table is over: totals above their rows that agree with nothing.
    pub fn end(&mut self, place: &Arc<SheetPlace>) -> Vec<Fault> {
        self.settle_waiting();
        let left = std::mem::take(&mut self.waiting);
        left.into_iter()
            .map(|waiting| {
                self.fault(&waiting.claim, self.sums[waiting.claim.of] - waiting.sums[waiting.claim.of], place)
            })
            .collect()
    }

    fn claims(&self, line: &Line, part: bool) -> Vec<Claim> {
        let mut claims = Vec::new();
        for cell in line.cells() {
            let at = self.figures.iter().position(|figure| figure.column == cell.column);
            match at {
                Some(of) if !self.figures[of].torn => {
                    if let Ok(value) = self.figures[of].read(&cell) {
                        claims.push(Claim { row: line.row, of, value, raw: cell.text.to_owned(), part });
                    }
                }
                Some(_) => {}
                None => {
                    let of = self.figures.len();
                    let heads = heads(cell.text).into_iter().filter(|(_, counted)| self.counts == Some(*counted));
                    claims.extend(heads.map(|(value, _)| Claim {
                        row: line.row,
                        of,
                        value,
                        raw: cell.text.to_owned(),
                        part,
                    }));
                }
            }
        }
        claims
    }

    fn agrees(&self, claim: &Claim) -> bool {
        let (of, value) = (claim.of, claim.value);
        let now = (self.sums[of], self.stated[of] - value);
        let people = of == self.figures.len() && self.counts == Some(Counted::People);
        let distinct = people && self.distinct.len() < DISTINCT && value == self.distinct.len() as i128;
        distinct || self.before.iter().any(|(sums, stated)| spans((sums[of], stated[of]), now, claim))
    }

    /// Lets go of the totals whose rows end here.
    fn settle_waiting(&mut self) {
        let (sums, stated) = (&self.sums, &self.stated);
        self.waiting.retain(|waiting| {
            let (of, value) = (waiting.claim.of, waiting.claim.value);
            let begun = (waiting.sums[of], waiting.stated[of] + value);
            !spans(begun, (sums[of], stated[of]), &waiting.claim)
        });
    }

    /// The sum that a reader expects: a sub-total's since the total before, any other's since the beginning.
    fn counted(&self, claim: &Claim) -> i128 {
        let from = if claim.part { self.before.back() } else { self.before.front() };
        self.sums[claim.of] - from.map_or(0, |(sums, _)| sums[claim.of])
    }

    fn fault(&self, claim: &Claim, counted: i128, place: &Arc<SheetPlace>) -> Fault {
        let name = if claim.part { "小计" } else { "合计" };
        let (field, message) = match self.figures.get(claim.of) {
            Some(figure) => (
                figure.field.clone(),
                format!(
                    "「{}」的{name}为 {}，各行相加为 {}，相差 {}",
                    figure.title,
                    figure.shown(claim.value),
                    figure.shown(counted),
                    figure.shown(claim.value - counted)
                ),
            ),
            None => {
                let unit = if self.counts == Some(Counted::Households) { "户" } else { "人" };
                (String::new(), format!("{name}为 {} {unit}，表中为 {counted} {unit}", claim.value))
            }
        };
        Fault {
            place: place.clone(),
            row: claim.row,
            nth: None,
            field,
            code: "total_differs",
            message,
            suggestion: "可能漏报了行，或合计后又改动了数值；请提供单位核对后重新报送".into(),
            raw: claim.raw.clone(),
        }
    }
}

/// Whether a claim is the sum between two places: of the rows, and where it is no sub-total itself, of the totals among
/// them or of both.
fn spans(from: (i128, i128), to: (i128, i128), claim: &Claim) -> bool {
    let (rows, totals) = (to.0 - from.0, to.1 - from.1);
    claim.value == rows || (!claim.part && (claim.value == rows + totals || (totals != 0 && claim.value == totals)))
}

impl Figure {
    /// The cell's figure in millionths of the field's unit.
    fn read(&self, cell: &CellRef<'_>) -> Result<i128, NumberFault> {
        if cell.kind == CellKind::Error {
            return Err(NumberFault::Malformed);
        }
        if let Some(plain) = plain(cell.text) {
            return Ok(plain * i128::from(self.multiplier));
        }
        let own_unit = |fault: NumberFault| fault == NumberFault::WrongUnit;
        match read_decimal(cell.text, SCALE) {
            Ok(reading) if reading.unit.and_then(Unit::money_power).is_none() => {
                Ok(reading.value * i128::from(self.multiplier))
            }
            Err(fault) if !own_unit(fault) => Err(fault),
            // What the cell says of its unit counts before the header: in cents.
            _ => read_money(cell.text, Unit::Yuan).map(|reading| reading.value * 10_000),
        }
    }

    /// A figure as the sheet would write it.
    fn shown(&self, value: i128) -> String {
        let zeros = self.multiplier.checked_ilog10().filter(|zeros| 10_u32.pow(*zeros) == self.multiplier);
        let places = (SCALE + zeros.unwrap_or(0)) as usize;
        let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        let part = part.trim_end_matches('0');
        let (sign, point) = (if value < 0 { "-" } else { "" }, if part.is_empty() { "" } else { "." });
        format!("{sign}{whole}{point}{part}")
    }
}

/// Whether a column of this field can be summed up: ages, rates and standards cannot.
fn adds_up(field: &Field) -> bool {
    const EACH: [&str; 8] = ["年龄", "年份", "比例", "率", "标准", "单价", "人均", "月人均"];
    matches!(field.kind, FieldType::Money | FieldType::Decimal | FieldType::Integer)
        && !EACH.iter().any(|word| field.title.contains(word))
}

/// Digits with a point at most, as nearly all figures are written.
fn plain(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || part.len() > SCALE as usize || !digits(whole) || !digits(part) {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let fraction: i128 = if part.is_empty() { 0 } else { part.parse().ok()? };
    Some(whole * 1_000_000 + fraction * 10_i128.pow(SCALE - part.len() as u32))
}

/// The numbers of people and households that a text counts: 共12户25人.
fn heads(text: &str) -> Vec<(i128, Counted)> {
    let text = squeezed(&fold(text));
    let mut found = Vec::new();
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let counted = match c {
            '人' | '名' => Some(Counted::People),
            '户' => Some(Counted::Households),
            _ => None,
        };
        found.extend(digits.parse::<u32>().ok().zip(counted).map(|(value, counted)| (i128::from(value), counted)));
        digits.clear();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_households_are_counted_in_words() {
        let of = |text: &str| heads(text).into_iter().map(|(value, _)| value).collect::<Vec<_>>();
        assert_eq!(of("共 12 户，２５人"), [12, 25]);
        assert_eq!(of("合计：300"), Vec::<i128>::new());
        assert!(heads("25人")[0].1 == Counted::People && heads("合计25户")[0].1 == Counted::Households);
    }

    #[test]
    fn plain_figures_are_read_exactly() {
        assert_eq!(plain("0.1"), Some(100_000));
        assert_eq!(plain("12345.678901"), Some(12_345_678_901));
        for other in ["", "-1", "1,200", "1.2.3", "三", "0.1234567", "."] {
            assert_eq!(plain(other), None, "{other}");
        }
    }
}
