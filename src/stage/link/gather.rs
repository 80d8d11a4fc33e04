//! Gathers what linking needs of every row into one compact array.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{Array, Date32Array, StringArray};

use crate::kernel::name;
use crate::model::{Grain, Role, RowRef, ValidTable};

/// Texts by number; 0 stands for none.
#[derive(Default)]
pub(super) struct Texts {
    ids: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Texts {
    pub(super) fn id(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        let id = self.texts.len() as u32;
        self.ids.insert(text, id);
        id
    }

    pub(super) fn text(&self, id: u32) -> &str {
        match id {
            0 => "",
            id => &self.texts[id as usize - 1],
        }
    }
}

/// How far a row's own number can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Form, date and check character are right, and nothing on the row contradicts it.
    Trusted,
    /// Sound in form, but it is somebody else's.
    Contested,
    /// Sound in form, but so many people bear it that it is nobody's.
    Placeholder,
    /// Sound by chance, what a spreadsheet has left of another.
    Rounded,
    /// Missing, damaged or cut short.
    Unsound,
}

/// One row as linking sees it. Numbers of texts are 0 where the row is silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub at: RowRef,
    pub source: u32,
    /// The list that the row stands in: one source's rows of one schema and period.
    pub list: u32,
    pub enrols: bool,
    pub household_grain: bool,
    pub standing: Standing,
    /// The name is quite another than the number's usual one, though nothing else speaks against the number.
    pub other_name: bool,
    /// The sound number, trusted or not.
    pub number: u32,
    /// The number as written, where it is not sound; `truncated` says that a numeric cell cost its tail.
    pub written: u32,
    pub truncated: bool,
    /// The folded name, and its sound.
    pub name: u32,
    pub sound: u32,
    /// Birth and sex as stated by the row's own columns.
    pub stated_birth: Option<i32>,
    pub stated_sex: u8,
    /// Birth and sex to link by: the number's where it is trusted.
    pub birth: Option<i32>,
    pub sex: u8,
    pub county: u32,
    pub town: u32,
    pub village: u32,
    pub phone: u32,
    pub account: u32,
    pub household_number: u32,
    pub head_number: u32,
    pub head_name: u32,
    pub is_head: bool,
}

impl Record {
    /// All that comparing two records looks at, besides the sound number.
    pub(super) fn compared(&self) -> impl Hash + Eq + use<> {
        let person = (self.written, self.truncated, self.name, self.birth, self.sex);
        let home = (self.county, self.town, self.village, self.phone, self.account, self.household_number);
        (person, home)
    }
}

/// All records in row order, with the texts their numbers stand for.
pub(super) struct Gathered {
    pub records: Vec<Record>,
    pub texts: Texts,
}

/// Reads the linking columns of every row that is no duplicate. `skip` is sorted.
pub(super) fn gather(tables: &[ValidTable], skip: &[RowRef]) -> Gathered {
    let mut texts = Texts::default();
    let mut names = Names::default();
    let mut records = Vec::with_capacity(tables.iter().map(ValidTable::len).sum());
    for (index, table) in tables.iter().enumerate() {
        let columns = Columns::of(table);
        let source = texts.id(&table.place().source);
        let schema = table.schema();
        let period = at_row(table.text("period"), 0);
        let list = texts.id(&format!("{}\n{}\n{period}", table.place().source, schema.name));
        for row in 0..table.len() {
            let at = RowRef { table: index as u32, row: row as u32 };
            if skip.binary_search(&at).is_ok() {
                continue;
            }
            let (name, sound) = names.of(at_row(columns.name, row), &mut texts);
            let (head_name, _) = names.of(at_row(columns.head_name, row), &mut texts);
            let relation = at_row(columns.relation, row);
            let status = at_row(columns.status, row);
            let number = at_row(columns.number, row);
            let stated_birth = columns.birth.filter(|dates| dates.is_valid(row)).map(|dates| dates.value(row));
            let stated_sex = sex_number(at_row(columns.sex, row));
            let (birth, sex) = match facts_of(number) {
                Some((birth, sex)) => (Some(birth), sex),
                None => (stated_birth, stated_sex),
            };
            records.push(Record {
                at,
                source,
                list,
                enrols: schema.role == Role::Enrols,
                household_grain: schema.grain == Grain::Household,
                standing: if number.is_empty() { Standing::Unsound } else { Standing::Trusted },
                other_name: false,
                number: texts.id(number),
                written: texts.id(at_row(columns.written, row)),
                truncated: status == "precision_lost",
                name,
                sound,
                stated_birth,
                stated_sex,
                birth,
                sex,
                county: texts.id(at_row(columns.county, row)),
                town: texts.id(at_row(columns.town, row)),
                village: texts.id(at_row(columns.village, row)),
                phone: texts.id(at_row(columns.phone, row)),
                account: texts.id(at_row(columns.account, row)),
                household_number: texts.id(at_row(columns.household_number, row)),
                head_number: texts.id(at_row(columns.head_number, row)),
                head_name,
                is_head: schema.grain == Grain::Household || relation == "户主",
            });
        }
    }
    Gathered { records, texts }
}

/// Birth (days since 1970-01-01) and sex (1 male, 2 female) that a canonical 18-character number states.
fn facts_of(number: &str) -> Option<(i32, u8)> {
    let digits = number.get(6..17).filter(|_| number.len() == 18)?;
    let date = chrono::NaiveDate::parse_from_str(digits.get(..8)?, "%Y%m%d").ok()?;
    let sequence = digits.as_bytes().last()?;
    Some((days(date), if sequence.is_ascii_digit() && sequence % 2 == 1 { 1 } else { 2 }))
}

fn days(date: chrono::NaiveDate) -> i32 {
    (date - chrono::NaiveDate::default()).num_days() as i32
}

fn sex_number(term: &str) -> u8 {
    match term {
        "男" => 1,
        "女" => 2,
        _ => 0,
    }
}

fn at_row(column: Option<&StringArray>, row: usize) -> &str {
    match column {
        Some(column) if row < column.len() && column.is_valid(row) => column.value(row),
        _ => "",
    }
}

/// The linking columns of one table. A household row speaks of its head.
struct Columns<'a> {
    number: Option<&'a StringArray>,
    status: Option<&'a StringArray>,
    written: Option<&'a StringArray>,
    name: Option<&'a StringArray>,
    sex: Option<&'a StringArray>,
    birth: Option<&'a Date32Array>,
    county: Option<&'a StringArray>,
    town: Option<&'a StringArray>,
    village: Option<&'a StringArray>,
    phone: Option<&'a StringArray>,
    account: Option<&'a StringArray>,
    household_number: Option<&'a StringArray>,
    head_number: Option<&'a StringArray>,
    head_name: Option<&'a StringArray>,
    relation: Option<&'a StringArray>,
}

impl<'a> Columns<'a> {
    fn of(table: &'a ValidTable) -> Self {
        let (number, name) = identity_fields(table);
        Columns {
            number: table.text(number),
            status: table.text(&format!("status.{number}")),
            written: table.text(&format!("written.{number}")),
            name: table.text(name),
            sex: table.text("sex"),
            birth: table.batch().column_by_name("birth_date").and_then(|array| array.as_any().downcast_ref()),
            county: table.text("county"),
            town: table.text("town"),
            village: table.text("village"),
            phone: table.text("phone"),
            account: table.text("bank_account"),
            household_number: table.text("household_number"),
            head_number: table.text("head_id_number"),
            head_name: table.text("head_name"),
            relation: table.text("relation"),
        }
    }
}

/// The fields that say whom a row speaks of.
pub(super) fn identity_fields(table: &ValidTable) -> (&'static str, &'static str) {
    match table.schema().grain {
        Grain::Household if table.schema().field("id_number").is_none() => ("head_id_number", "head_name"),
        _ => ("id_number", "name"),
    }
}

/// Remembers how each written name folds and sounds: reckoned once for each of them.
#[derive(Default)]
struct Names {
    known: HashMap<Box<str>, (u32, u32)>,
}

impl Names {
    fn of(&mut self, written: &str, texts: &mut Texts) -> (u32, u32) {
        if written.is_empty() {
            return (0, 0);
        }
        if let Some(known) = self.known.get(written) {
            return *known;
        }
        let folded = name::fold(written);
        let sound = name::sound(&folded);
        let found = (texts.id(&folded), texts.id(&sound));
        self.known.insert(written.into(), found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::facts_of;

    #[test]
    fn a_number_states_birth_and_sex() {
        assert_eq!(facts_of("110105194912310021"), Some((-7306, 2)));
        assert_eq!(facts_of("110101199003078670"), Some((7370, 1)));
        assert_eq!(facts_of("H12345678"), None);
        assert_eq!(facts_of(""), None);
    }
}
