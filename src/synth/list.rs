//! A list being written: rows go to the file and, at the same time, into the truth.

use super::book::{Book, Cell, Form};
use super::city::{City, Person};
use super::clerk::{Clerk, Damage, Done, Style, Value};
use super::dice::Dice;
use super::faults::Faults;
use super::guilt::Docket;
use super::identity;
use super::names::Name;
use super::places::{self, COUNTIES};
use super::truth::{Fate, Line, Truth};
use super::{Output, SynthError};

/// Where somebody lives and how they are reached: what a list says of the household.
#[derive(Clone, Debug)]
pub struct Home {
    pub number: String,
    pub county: &'static str,
    pub county_code: u32,
    pub town: String,
    pub village: String,
    pub address: String,
    pub account: String,
    pub head_name: String,
    pub head_number: String,
    pub size: u8,
    /// The household's index; `None` for people found nowhere else.
    pub index: Option<u32>,
}

impl Home {
    /// The home of a household of the city.
    pub fn of(city: &City, household: u32) -> Home {
        let entry = &city.households[household as usize];
        let head = &city.people[entry.first as usize];
        let county = &COUNTIES[entry.county as usize];
        let [_, town, village] = city.place(household);
        Home {
            number: city.household_number(household),
            county: county.name,
            county_code: county.code,
            town,
            village,
            address: city.address(household),
            account: city.account(household),
            head_name: head.name.text(),
            head_number: head.number(),
            size: entry.size,
            index: Some(household),
        }
    }
}

impl Home {
    /// The home of somebody who is in no household of the city: a new estate of their own county.
    pub fn alone(person: &Person, index: u32) -> Home {
        let turn = (index % 13) as usize;
        let county = COUNTIES.iter().find(|county| county.code == person.region).unwrap_or(&COUNTIES[turn]);
        let place = COUNTIES.iter().position(|known| known.code == county.code).unwrap_or(0) as u8;
        let (town, village) = (places::town(place, 0), places::village(place, 0, 0));
        Home {
            number: format!("{}8{index:07}", county.code),
            county: county.name,
            county_code: county.code,
            address: format!("江西省吉安市{}{town}{village}安置区{index}号", county.name),
            town,
            village,
            account: identity::bank_account(5_000_000_000 + u64::from(index)),
            head_name: person.name.text(),
            head_number: person.number(),
            size: 1,
            index: None,
        }
    }
}

/// Somebody whom a row is about.
pub struct Subject<'a> {
    pub person: &'a Person,
    /// The person's index; `None` for people found nowhere else.
    pub index: Option<u32>,
    pub home: &'a Home,
    pub age: u32,
    pub phone: String,
}

impl<'a> Subject<'a> {
    /// A person of the city.
    pub fn of(city: &'a City, index: u32, home: &'a Home) -> Subject<'a> {
        let person = &city.people[index as usize];
        Subject { person, index: Some(index), home, age: person.age(city.as_of), phone: city.phone(index) }
    }
}

/// What does not change while files are written.
pub struct Office<'a> {
    pub city: &'a City,
    pub faults: &'a Faults,
    pub seed: u64,
    pub truth: Truth,
    pub docket: Docket,
    pub output: Output<'a>,
    /// Streams handed out so far: every file has its own.
    pub streams: u64,
    pub files: u32,
    pub bytes: u64,
}

impl<'a> Office<'a> {
    /// Begins the file `source/name`.
    pub fn list(&mut self, source: &'static str, name: &str, form: Form, style: Style) -> List<'_, 'a> {
        self.streams += 1;
        let dice = Dice::new(self.seed, 100 + self.streams);
        let style = Style { typed: form.is_workbook(), ..style };
        List {
            book: Book::new(form),
            dice,
            source,
            file: name.to_owned(),
            sheet: String::new(),
            prefix: format!("{source}/{}//", escaped(name)),
            row: 0,
            serial: 0,
            header: Vec::new(),
            since_header: 0,
            paged: false,
            superseded: false,
            of_everybody: false,
            style,
            strangers: 0,
            office: self,
        }
    }

    /// Hands a finished file to the caller.
    pub fn deliver(&mut self, path: &str, bytes: &[u8]) -> Result<(), SynthError> {
        self.files += 1;
        self.bytes += bytes.len() as u64;
        (self.output)(path, bytes).map_err(|source| SynthError::Write { path: path.to_owned(), source })
    }
}

/// A part of a row id: `%` and `/` escaped.
fn escaped(part: &str) -> String {
    part.replace('%', "%25").replace('/', "%2F")
}

/// A file being written, one row after the other.
pub struct List<'o, 'a> {
    pub office: &'o mut Office<'a>,
    pub dice: Dice,
    book: Book,
    source: &'static str,
    file: String,
    sheet: String,
    prefix: String,
    row: u32,
    serial: u32,
    header: Vec<Cell>,
    since_header: u32,
    /// The header is repeated as on printed pages.
    pub paged: bool,
    /// A newer file of the series replaces this one.
    pub superseded: bool,
    /// A department's list of everybody: being in it makes nobody a person of the database.
    pub of_everybody: bool,
    style: Style,
    strangers: u32,
}

impl List<'_, '_> {
    /// Begins a sheet of a workbook; a text file has none.
    pub fn sheet(&mut self, name: &str) -> Result<(), SynthError> {
        if !self.style.typed {
            return Ok(());
        }
        self.book.sheet(name)?;
        name.clone_into(&mut self.sheet);
        self.prefix = format!("{}/{}/{}/", self.source, escaped(&self.file), escaped(name));
        (self.row, self.serial, self.since_header) = (0, 0, 0);
        Ok(())
    }

    /// The id of the row written last.
    pub fn row_id(&self) -> String {
        format!("{}{}", self.prefix, self.row)
    }

    fn put(
        &mut self,
        cells: &[Cell],
        fate: Fate,
        person: Option<u32>,
        household: Option<u32>,
        faults: &str,
    ) -> Result<(), SynthError> {
        self.book.row(cells)?;
        self.row += 1;
        let fate = if self.superseded && matches!(fate, Fate::Accepted | Fate::Quarantined | Fate::Duplicate) {
            Fate::Superseded
        } else {
            fate
        };
        let row_id = self.row_id();
        let line =
            Line { row_id: &row_id, source: self.source, file: &self.file, sheet: &self.sheet, number: self.row };
        self.office.truth.line(&line, fate, person, household, faults);
        if !self.superseded {
            self.office.docket.row(self.office.city, self.source, person, household, &row_id);
        }
        Ok(())
    }

    /// A line above the table: a title, a unit, a date.
    pub fn heading(&mut self, cells: &[&str]) -> Result<(), SynthError> {
        let cells: Vec<Cell> = cells.iter().map(|cell| Cell::text(*cell)).collect();
        self.put(&cells, Fate::Heading, None, None, "")
    }

    /// A title over `width` merged columns.
    pub fn title(&mut self, title: &str, width: u16) -> Result<(), SynthError> {
        self.book.merge(self.row, 0, self.row, width.saturating_sub(1), Cell::text(title));
        self.heading(&[title])
    }

    /// The header, on one line.
    pub fn header(&mut self, titles: &[&str]) -> Result<(), SynthError> {
        self.header = titles.iter().map(|title| Cell::text(*title)).collect();
        self.heading(titles)
    }

    /// A header over `depth` lines. Each column is its path of groups down to its own title; neighbours of one group
    /// are merged, and a title is merged downward where its path is short.
    pub fn grouped_header(&mut self, columns: &[&[&str]], depth: usize) -> Result<(), SynthError> {
        let top = self.row;
        for level in 0..depth {
            let mut cells = vec![""; columns.len()];
            let mut start = 0;
            while start < columns.len() {
                let path = columns[start];
                let mut end = start;
                if level + 1 < path.len() {
                    let group =
                        |column: usize| columns[column].get(..=level).filter(|_| level + 1 < columns[column].len());
                    while end + 1 < columns.len() && group(end + 1) == group(start) {
                        end += 1;
                    }
                    cells[start] = path[level];
                    let row = top + level as u32;
                    self.book.merge(row, start as u16, row, end as u16, Cell::text(path[level]));
                } else if level + 1 == path.len() {
                    cells[start] = path[level];
                    let (row, bottom) = (top + level as u32, top + depth as u32 - 1);
                    self.book.merge(row, start as u16, bottom, start as u16, Cell::text(path[level]));
                }
                start = end + 1;
            }
            self.heading(&cells)?;
        }
        Ok(())
    }

    /// A line below or between the rows: a total, a sub-total, a signature, a note.
    pub fn footing(&mut self, cells: Vec<Cell>) -> Result<(), SynthError> {
        self.put(&cells, Fate::Footing, None, None, "")
    }

    /// A line of a sheet that holds no table.
    pub fn instruction(&mut self, text: &str) -> Result<(), SynthError> {
        self.put(&[Cell::text(text)], Fate::Heading, None, None, "")
    }

    /// Merges the first columns given of the last `rows` lines, top to bottom.
    pub fn merge_down(&mut self, rows: u32, column: u16, cell: Cell) {
        self.book.merge(self.row - rows, column, self.row - 1, column, cell);
    }

    /// The clerk of this file at work on one row, outside the usual path of [`List::person`].
    pub fn write(&mut self, values: Vec<Value>, damage: Damage) -> (Vec<Cell>, Done) {
        let clerk = Clerk { faults: self.office.faults, style: self.style };
        clerk.row(&mut self.dice, values, damage, self.serial)
    }

    /// A blank line or a repeated header, now and then, before a row.
    fn interrupt(&mut self) -> Result<(), SynthError> {
        let faults = self.office.faults;
        self.since_header += 1;
        if self.paged && faults.page_rows > 0 && self.since_header > faults.page_rows {
            self.since_header = 1;
            let header = self.header.clone();
            self.put(&header, Fate::Heading, None, None, "page_header")?;
        } else if self.dice.chance(faults.blank_row) && !self.header.is_empty() {
            let blank = vec![Cell::Empty; self.header.len()];
            self.put(&blank, Fate::Blank, None, None, "blank_row")?;
        }
        Ok(())
    }

    /// A row about a person of the city, and perhaps one entered twice or one about a stranger after it.
    ///
    /// `values` makes the row; `fate` is what becomes of it.
    pub fn person(
        &mut self,
        subject: &Subject,
        damage: Damage,
        fate: Fate,
        values: &dyn Fn(&Subject, &mut Dice) -> Vec<Value>,
    ) -> Result<(), SynthError> {
        self.interrupt()?;
        self.serial += 1;
        let row = values(subject, &mut self.dice);
        let (cells, done) = self.write(row, damage);
        let household = subject.home.index;
        self.put(&cells, fate, subject.index, household, &done.faults)?;
        let rate = self.office.faults.duplicate;
        if fate == Fate::Accepted && damage != Damage::Clean && !done.unsound && self.dice.chance(rate) {
            self.put(&cells, Fate::Duplicate, subject.index, household, "duplicate")?;
        }
        if damage != Damage::Clean && self.dice.chance(self.office.faults.stranger) {
            self.stranger(subject, values)?;
        }
        Ok(())
    }

    /// A row whose number is damaged, of somebody who is in no other list: where that enrols, the row must be corrected
    /// before it gets in, elsewhere it concerns nobody.
    fn stranger(
        &mut self,
        near: &Subject,
        values: &dyn Fn(&Subject, &mut Dice) -> Vec<Value>,
    ) -> Result<(), SynthError> {
        const ELSEWHERE: [u32; 8] = [360103, 360402, 362201, 362502, 430223, 430281, 440306, 330327];
        self.strangers += 1;
        let serial = self.office.streams * 100_000 + u64::from(self.strangers);
        let mut person = *near.person;
        let shift = chrono::Days::new(u64::from(self.dice.below(300)) + 7);
        person.birth = near.person.birth.checked_sub_days(shift).unwrap_or(near.person.birth);
        person.region = *self.dice.pick(&ELSEWHERE);
        person.sequence = self.dice.below(498) as u16 * 2 + if person.male { 1 } else { 2 };
        person.disability = person.disability.min(1) * 34;
        person.name = Name::draw(&mut self.dice, person.male, 1980, None);
        person.household = u32::MAX;
        let phone = identity::phone(50_000_000 + serial);
        let home = Home {
            number: format!("{}9{serial:08}", near.home.county_code),
            address: format!("江西省吉安市{}{}{}新区{serial}号", near.home.county, near.home.town, near.home.village),
            account: identity::bank_account(2_000_000_000 + serial),
            head_name: person.name.text(),
            head_number: String::new(),
            size: 1,
            index: None,
            ..near.home.clone()
        };
        let subject = Subject { person: &person, index: None, home: &home, age: near.age, phone };
        self.serial += 1;
        let row = values(&subject, &mut self.dice);
        let (cells, done) = self.write(row, Damage::Ruined);
        let fate = if self.of_everybody { Fate::Unrelated } else { Fate::Quarantined };
        self.put(&cells, fate, None, None, &format!("stranger+{}", done.faults))
    }

    /// A row about a household or of an unusual shape: legible and exact but for dates and amounts.
    pub fn plain_row(
        &mut self,
        values: Vec<Value>,
        damage: Damage,
        fate: Fate,
        person: Option<u32>,
        household: Option<u32>,
    ) -> Result<Vec<Cell>, SynthError> {
        self.interrupt()?;
        self.serial += 1;
        let (cells, done) = self.write(values, damage);
        self.put(&cells, fate, person, household, &done.faults)?;
        Ok(cells)
    }

    /// A planted row that stays as it is, with the name of what is wrong with it.
    pub fn planted_row(&mut self, values: Vec<Value>, person: u32, fault: &str) -> Result<(), SynthError> {
        self.serial += 1;
        let (cells, _) = self.write(values, Damage::Clean);
        self.put(&cells, Fate::Accepted, Some(person), None, fault)
    }

    /// A row of a household's block: nothing may come between it and the row before.
    pub fn block_row(
        &mut self,
        values: Vec<Value>,
        damage: Damage,
        person: u32,
        household: u32,
    ) -> Result<(), SynthError> {
        let (cells, done) = self.write(values, damage);
        self.put(&cells, Fate::Accepted, Some(person), Some(household), &done.faults)
    }

    /// Ends the file and hands it over.
    pub fn finish(self) -> Result<(), SynthError> {
        let path = format!("{}/{}", self.source, self.file);
        let bytes = self.book.finish()?;
        self.office.deliver(&path, &bytes)
    }
}
