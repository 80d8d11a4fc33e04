//! The clerk: writes values into cells, each file in its own manner, and errs as often as [`Faults`] says.

use chrono::{Datelike, NaiveDate};

use super::book::Cell;
use super::dice::Dice;
use super::faults::Faults;
use super::{identity, names};

/// A value before a clerk has written it.
#[derive(Clone, Debug)]
pub enum Value {
    Empty,
    Text(String),
    /// The identity number of the row's person, the one that can be damaged.
    Number(String),
    /// Somebody else's number or a certificate: always legible.
    OtherNumber(String),
    /// The name of the row's person.
    Name(String),
    Date(NaiveDate),
    Month(NaiveDate),
    /// Fen.
    Money(i64),
    /// No amount where an amount could be.
    NoMoney,
    Count(i64),
    /// Hundredths: 90.25 m² is 9,025.
    Hundredths(i64),
    /// A term of a standard and its number there.
    Code(&'static str, &'static str),
    /// The running number of the row in its list.
    Serial,
}

/// A text value.
pub fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// How a file writes dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    Iso,
    Compact,
    Slash,
    Dot,
    Han,
    /// A real date cell; text files write it as [`DateForm::Iso`].
    Cell,
}

/// The manner of a file.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub dates: DateForm,
    /// Cells have types: amounts and counts become numbers.
    pub typed: bool,
    /// Amounts are in 万元.
    pub wan: bool,
}

/// How far the number of a row may be spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The row is as it should be, dull and exact.
    Clean,
    /// Other ways to write it, all of which mean the same number.
    Harmless,
    /// As `Harmless`, and the name is right: the row by which a damaged one elsewhere is made good.
    Witness,
    /// Also a damage that other cells of the row make good.
    Repairable,
    /// As `Repairable`, or the number may be missing altogether.
    Losable,
    /// Surely damaged.
    Ruined,
}

/// What the clerk did to a row, joined by `+` in the truth.
#[derive(Default)]
pub struct Done {
    pub faults: String,
    /// The number is no longer sound.
    pub unsound: bool,
}

impl Done {
    fn add(&mut self, fault: &str) {
        if !self.faults.split('+').any(|known| known == fault) {
            if !self.faults.is_empty() {
                self.faults.push('+');
            }
            self.faults.push_str(fault);
        }
    }
}

/// Writes the values of one row.
pub struct Clerk<'a> {
    pub faults: &'a Faults,
    pub style: Style,
}

impl Clerk<'_> {
    /// The cells of a row; `serial` is its running number.
    pub fn row(&self, dice: &mut Dice, values: Vec<Value>, damage: Damage, serial: u32) -> (Vec<Cell>, Done) {
        let mut done = Done::default();
        // A row that may be damaged in its number keeps its name and dates as they are: they must make good.
        let damaged_number = self.damaged(dice, damage);
        let calm = damage == Damage::Clean || damaged_number.is_some();
        let cells = values
            .into_iter()
            .map(|value| match value {
                Value::Empty => Cell::Empty,
                Value::Text(text) => Cell::text(text),
                Value::OtherNumber(number) => Cell::text(number),
                Value::Number(number) => match damaged_number {
                    Some(kind) => self.ruin(dice, &number, kind, damage == Damage::Ruined, &mut done),
                    None if calm => Cell::text(number),
                    None => self.number(dice, number, &mut done),
                },
                Value::Name(name) if calm => Cell::text(name),
                Value::Name(name) => Cell::text(self.name(dice, name, damage, &mut done)),
                Value::Date(day) => self.date(dice, day, calm, &mut done),
                Value::Month(day) => Cell::text(self.month(day)),
                Value::Money(fen) => self.money(dice, fen, calm, &mut done),
                Value::NoMoney if !calm && dice.chance(self.faults.amount_dash) => {
                    done.add("amount_dash");
                    Cell::text(*dice.pick(&["-", "/", "—"]))
                }
                Value::NoMoney => Cell::Empty,
                Value::Count(count) => self.plain(count as f64),
                Value::Hundredths(hundredths) => self.plain(hundredths as f64 / 100.0),
                Value::Code(_, code) if !calm && !code.is_empty() && dice.chance(self.faults.code_number) => {
                    done.add("code_number");
                    Cell::text(code)
                }
                Value::Code(term, _) => Cell::text(term),
                Value::Serial => self.plain(f64::from(serial)),
            })
            .collect();
        (cells, done)
    }

    fn plain(&self, value: f64) -> Cell {
        if self.style.typed { Cell::Number(value) } else { Cell::Text(value.to_string()) }
    }

    /// Which damage the number of this row suffers, if any: 0 numeric, 1 wrong digit, 2 swapped, 3 placeholder,
    /// 4 missing.
    fn damaged(&self, dice: &mut Dice, damage: Damage) -> Option<usize> {
        let faults = self.faults;
        let numeric = if self.style.typed { faults.id_numeric } else { 0.0 };
        let rates = [numeric, faults.id_wrong_digit, faults.id_swapped, faults.id_placeholder, faults.id_missing];
        match damage {
            Damage::Clean | Damage::Harmless | Damage::Witness => None,
            Damage::Repairable => (0..3).find(|kind| dice.chance(rates[*kind])),
            Damage::Losable => (0..5).find(|kind| dice.chance(rates[*kind])),
            Damage::Ruined => Some(dice.weighted(rates.iter().map(|rate| (rate * 1e6) as u32 + 1))),
        }
    }

    /// Damages a number. Unless it is to be ruined, what is left says nothing against the row's sex and birth date:
    /// whoever looks at the damaged number alone must not find a contradiction that is not there.
    fn ruin(&self, dice: &mut Dice, number: &str, kind: usize, ruined: bool, done: &mut Done) -> Cell {
        done.unsound = true;
        let female = number.get(16..17).is_some_and(|digit| "02468".contains(digit));
        let double = identity::as_double(number).filter(|_| self.style.typed && (ruined || female));
        let places = if ruined { 6..16 } else { 14..15 };
        match (kind, double) {
            (0, Some(value)) => {
                done.add("id_numeric");
                Cell::Number(value)
            }
            (0 | 1, _) => {
                done.add("id_wrong_digit");
                Cell::Text(identity::wrong_digit(number, places, dice))
            }
            (2, _) => {
                done.add("id_swapped");
                Cell::Text(identity::swapped(number, places, dice))
            }
            (3, _) => {
                done.add("id_placeholder");
                Cell::text(*dice.pick(&identity::PLACEHOLDERS[..if ruined { 5 } else { 3 }]))
            }
            _ => {
                done.add("id_missing");
                Cell::Empty
            }
        }
    }

    fn number(&self, dice: &mut Dice, number: String, done: &mut Done) -> Cell {
        let faults = self.faults;
        let mut number = number;
        // In the 15-digit form the last sequence numbers stand for people born before 1900.
        let old = number.get(6..10).is_some_and(|year| ("1900".."1970").contains(&year));
        let usual = number.get(14..17).is_some_and(|sequence| sequence < "996");
        if old && usual && dice.chance(faults.id_fifteen) {
            done.add("id_fifteen");
            return Cell::Text(identity::fifteen(&number));
        }
        if number.ends_with('X') && dice.chance(faults.id_lower_x) {
            done.add("id_lower_x");
            number = number.to_lowercase();
        }
        if dice.chance(faults.id_full_width) {
            done.add("id_full_width");
            number = identity::full_width(&number);
        } else if dice.chance(faults.id_spaced) {
            done.add("id_spaced");
            number = identity::spaced(&number);
        } else if dice.chance(faults.id_apostrophe) {
            done.add("id_apostrophe");
            number.insert(0, '\'');
        }
        Cell::Text(number)
    }

    fn name(&self, dice: &mut Dice, name: String, damage: Damage, done: &mut Done) -> String {
        let faults = self.faults;
        let other = if name.contains('·') {
            names::separated(&name, dice).map(|name| ("name_separator", name))
        } else if dice.chance(faults.name_spaced) {
            names::spaced(&name).map(|name| ("name_spaced", name))
        } else if dice.chance(faults.name_traditional) {
            names::traditional(&name).map(|name| ("name_traditional", name))
        } else if damage != Damage::Witness && dice.chance(faults.name_homophone) {
            names::homophone(&name, dice).map(|name| ("name_homophone", name))
        } else if dice.chance(faults.name_note) {
            Some(("name_note", format!("{name}{}", dice.pick(&["（本人）", "(户口在外)", "（曾用名不详）"]))))
        } else {
            None
        };
        let Some((fault, written)) = other else { return name };
        done.add(fault);
        written
    }

    fn date(&self, dice: &mut Dice, day: NaiveDate, calm: bool, done: &mut Done) -> Cell {
        use DateForm::{Compact, Dot, Han, Iso, Slash};
        let mut form = self.style.dates;
        if !calm && dice.chance(self.faults.date_form) {
            let other = *dice.pick(&[Iso, Compact, Slash, Dot, Han]);
            if other != form {
                done.add("date_form");
                form = other;
            } else {
                done.add("date_han_digits");
                return Cell::Text(han_date(day));
            }
        }
        let (year, month, date) = (day.year(), day.month(), day.day());
        Cell::Text(match form {
            DateForm::Cell if self.style.typed => return Cell::Day(day),
            Iso | DateForm::Cell => day.to_string(),
            Compact => format!("{year}{month:02}{date:02}"),
            Slash => format!("{year}/{month}/{date}"),
            Dot => format!("{year}.{month}.{date}"),
            Han => format!("{year}年{month}月{date}日"),
        })
    }

    fn month(&self, day: NaiveDate) -> String {
        let (year, month) = (day.year(), day.month());
        match self.style.dates {
            DateForm::Compact => format!("{year}{month:02}"),
            DateForm::Han => format!("{year}年{month}月"),
            DateForm::Slash => format!("{year}/{month:02}"),
            _ => format!("{year}-{month:02}"),
        }
    }

    fn money(&self, dice: &mut Dice, fen: i64, calm: bool, done: &mut Done) -> Cell {
        if self.style.wan {
            return self.plain(fen as f64 / 1_000_000.0);
        }
        if calm || !dice.chance(self.faults.amount_form) {
            return self.plain(fen as f64 / 100.0);
        }
        done.add("amount_form");
        let (sign, fen) = (if fen < 0 { "-" } else { "" }, fen.abs());
        Cell::Text(match dice.below(4) {
            0 if fen % 100 == 0 => format!("{sign}{}元", fen / 100),
            1 if fen % 100 == 0 => format!("{sign}{}", identity::full_width(&(fen / 100).to_string())),
            2 => format!("¥{sign}{}.{:02}", fen / 100, fen % 100),
            _ => format!("{sign}{}.{:02}", thousands(fen / 100), fen % 100),
        })
    }
}

fn thousands(value: i64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// 一九五〇年一月三十一日.
fn han_date(day: NaiveDate) -> String {
    const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let counted = |value: u32| {
        let tens = match value / 10 {
            0 => String::new(),
            1 => "十".to_owned(),
            tens => format!("{}十", DIGITS[tens as usize]),
        };
        let ones = if value.is_multiple_of(10) { "" } else { DIGITS[(value % 10) as usize] };
        format!("{tens}{ones}")
    };
    let year: String =
        day.year().to_string().chars().filter_map(|digit| digit.to_digit(10)).map(|d| DIGITS[d as usize]).collect();
    format!("{year}年{}月{}日", counted(day.month()), counted(day.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_dates_and_thousands_are_written_in_full() {
        let day = NaiveDate::from_ymd_opt(1950, 10, 31).unwrap();
        assert_eq!(han_date(day), "一九五〇年十月三十一日");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(999), "999");
    }

    #[test]
    fn a_ruined_row_has_no_sound_number_and_a_clean_one_no_fault() {
        let faults = Faults::default();
        for typed in [true, false] {
            let clerk = Clerk { faults: &faults, style: Style { dates: DateForm::Iso, typed, wan: false } };
            let mut dice = Dice::new(5, 5);
            for _ in 0..300 {
                let values = || vec![Value::Number("362401196503120012".into()), Value::Name("刘国华".into())];
                let (cells, done) = clerk.row(&mut dice, values(), Damage::Ruined, 1);
                assert!(done.unsound && !done.faults.is_empty());
                assert!(!matches!(&cells[0], Cell::Text(text) if identity::is_sound(text)));
                let (cells, done) = clerk.row(&mut dice, values(), Damage::Clean, 1);
                assert!(done.faults.is_empty());
                assert_eq!(cells, [Cell::text("362401196503120012"), Cell::text("刘国华")]);
            }
        }
    }
}
