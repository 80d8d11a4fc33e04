//! A household's people: listed in one cell of its row, or line by line below its head.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, RecordBatch, StringBuilder, UInt8Array, UInt32Builder,
};
use arrow::buffer::Buffer;

use crate::kernel::name::fold;
use crate::model::{CellKind, Fault, FieldType, MappedTable, Members, Schema, ShapeError};

use super::super::fault_code::FaultCode;
use super::super::sheet_cells::{MemberField, member_fields, text_at};
use super::extra::ExtraBuilder;
use super::list::paired;
use super::{Columns, HASH};

/// How the lines of a household sheet belong together.
pub struct Split {
    /// For each line the line of its household's head; `None` for a line that is a household's own.
    heads: Vec<Option<usize>>,
    /// For each line the entries of each list, in the order of [`Members::fields`], paired by place. A list that does
    /// not fit the people in number is empty: to give by place what may be somebody else's would mix people up.
    people: Vec<Vec<Vec<Text>>>,
    /// Lists of one row that differ in length: of a household's own line, and of a line below its head.
    pub own_doubts: Vec<Fault>,
    pub block_doubts: Vec<Fault>,
    /// By line: the lists whose entries nobody can be given, told whole in `extra` where the line is no row of its own.
    unpaired: Vec<Vec<usize>>,
}

/// An entry of a list and what kind of cell it stood in.
#[derive(Clone, Debug)]
struct Text {
    text: String,
    kind: u8,
}

impl Split {
    pub fn head_of(&self, row: usize) -> Option<usize> {
        self.heads.get(row).copied().flatten()
    }

    pub fn has_blocks(&self) -> bool {
        self.heads.iter().any(Option::is_some)
    }

    /// True for the lines that are rows of the household's schema.
    pub fn own_rows(&self) -> BooleanArray {
        self.heads.iter().map(|head| Some(head.is_none())).collect()
    }
}

/// Finds the heads and the people of each line.
pub fn split(columns: &Columns, members: &Members, member: &Schema) -> Split {
    let anchors = columns.head.household_fields();
    let lists: Vec<usize> = members.fields.iter().map(|(_, field)| *field).collect();
    let kinds: Vec<_> = members
        .fields
        .iter()
        .map(|(name, from)| match member.field(name) {
            Some(field) => member.fields[field].kind,
            None => columns.head.schema.fields[*from].kind,
        })
        .collect();
    let names = kinds.iter().position(|kind| *kind == FieldType::PersonName);
    let list_columns: Vec<usize> = (0..columns.cells.len())
        .filter(|column| columns.head.columns[*column].field.is_some_and(|field| lists.contains(&field)))
        .collect();

    let lines = columns.rows.len();
    let mut split = Split {
        heads: Vec::with_capacity(lines),
        people: Vec::with_capacity(lines),
        own_doubts: Vec::new(),
        block_doubts: Vec::new(),
        unpaired: Vec::with_capacity(lines),
    };
    let mut head: Option<usize> = None;
    for row in 0..lines {
        let texts = lists.iter().map(|field| text_at(&columns.fields[*field].0, row).unwrap_or_default());
        let found = paired(texts.zip(kinds.iter().copied()).collect());
        let mut people: Vec<Vec<Text>> = Vec::with_capacity(lists.len());
        for (field, entries) in lists.iter().zip(found) {
            // Only a cell with one entry is still the cell that the file held.
            let kind = if entries.len() == 1 { columns.fields[*field].1.value(row) } else { CellKind::Text as u8 };
            people.push(entries.into_iter().map(|text| Text { text: Cow::into_owned(text), kind }).collect());
        }
        let continues = head.filter(|head| {
            people.iter().any(|list| !list.is_empty())
                && (anchors.iter().all(|field| text_at(&columns.fields[*field].0, row).is_none())
                    || repeats(columns, &list_columns, *head, row))
        });
        if continues.is_none() {
            head = Some(row);
        }
        let numbers = kinds.iter().position(|kind| *kind == FieldType::IdentityNumber);
        let listed = names.zip(numbers);
        let of_head = listed.and_then(|(names, numbers)| {
            Some((numbers, head_s_number(columns, continues.unwrap_or(row), &people[names], &people[numbers])?))
        });
        let unpaired = drop_unpaired(&mut people, names);
        if let Some((numbers, own)) = of_head.filter(|(numbers, _)| unpaired.contains(numbers)) {
            people[numbers] = own;
        }
        if let Some(list) = unpaired.first() {
            let (name, from) = &members.fields[*list];
            let place = &columns.head.place;
            let raw = text_at(&columns.fields[*from].0, row).unwrap_or_default();
            let fault =
                |field| FaultCode::MemberCountDiffers.fault(place, (columns.rows.value(row), None), field, None, raw);
            match member.field(name).filter(|_| continues.is_some()) {
                // The line is no row of the household's: its first person bears the doubt.
                Some(field) => split.block_doubts.push(fault(&member.fields[field])),
                None => split.own_doubts.push(fault(&columns.head.schema.fields[*from])),
            }
        }
        split.unpaired.push(unpaired);
        split.heads.push(continues);
        split.people.push(people);
    }
    split
}

/// A merged cell filled down: everything but the lists equals the head's line, and the lists do not.
fn repeats(columns: &Columns, list_columns: &[usize], head: usize, row: usize) -> bool {
    let cell = |column: usize, row: usize| text_at(&columns.cells[column].0, row);
    let (lists, own): (Vec<usize>, Vec<usize>) =
        (0..columns.cells.len()).partition(|column| list_columns.contains(column));
    own.iter().any(|column| cell(*column, row).is_some())
        && own.iter().all(|column| cell(*column, row) == cell(*column, head))
        && lists.iter().any(|column| cell(*column, row) != cell(*column, head))
}

/// The list of numbers with nothing in it but the head's, at the head's place among the names: the household's own cells
/// say whose it is. `None` where they do not.
fn head_s_number(columns: &Columns, head: usize, names: &[Text], numbers: &[Text]) -> Option<Vec<Text>> {
    let own = |field: &str| text_at(&columns.fields[columns.head.schema.field(field)?].0, head);
    let (name, number) = (fold(own("head_name")?), own("head_id_number")?.trim());
    let found = numbers.iter().find(|entry| entry.text == number)?;
    let is_head: Vec<bool> = names.iter().map(|entry| fold(&entry.text) == name).collect();
    let nobody = Text { text: String::new(), kind: CellKind::Empty as u8 };
    let once = is_head.iter().filter(|is_head| **is_head).count() == 1;
    once.then(|| is_head.iter().map(|is_head| if *is_head { found.clone() } else { nobody.clone() }).collect())
}

/// Empties the lists that do not fit the people in number, and says which, the fewest entries first. The people are
/// those that are named, or where nobody is, the most that a list counts.
fn drop_unpaired(people: &mut [Vec<Text>], names: Option<usize>) -> Vec<usize> {
    let named = names.map(|names| people[names].len()).filter(|count| *count > 0);
    let count = named.or_else(|| people.iter().map(Vec::len).max()).unwrap_or(0);
    let mut unpaired: Vec<usize> =
        (0..people.len()).filter(|list| !people[*list].is_empty() && people[*list].len() != count).collect();
    unpaired.sort_by_key(|list| people[*list].len());
    unpaired.iter().for_each(|list| people[*list].clear());
    unpaired
}

/// The people as rows of their own schema. `hashes` holds the `cells_hash` of every line of the sheet.
pub fn table(columns: &Columns, split: &Split, member: &Arc<Schema>, hashes: &[u8]) -> Result<MappedTable, ShapeError> {
    let household = &columns.head.schema;
    let sources = member_fields(household, member);
    let lists: Vec<usize> =
        household.members.iter().flat_map(|members| members.fields.iter().map(|(_, field)| *field)).collect();
    let count: usize = split.people.iter().map(|people| people.iter().map(Vec::len).max().unwrap_or(0)).sum();
    let mut rows = UInt32Builder::with_capacity(count);
    let mut nths = UInt32Builder::with_capacity(count);
    let mut own_hashes = Vec::with_capacity(count * HASH);
    let mut texts: Vec<StringBuilder> =
        sources.iter().map(|_| StringBuilder::with_capacity(count, count * 8)).collect();
    let mut kinds: Vec<Vec<u8>> = sources.iter().map(|_| Vec::with_capacity(count)).collect();
    let mut extra = ExtraBuilder::with_capacity(count);

    for (row, people) in split.people.iter().enumerate() {
        let block = split.head_of(row);
        let head = block.unwrap_or(row);
        for nth in 0..people.iter().map(Vec::len).max().unwrap_or(0) {
            rows.append_value(columns.rows.value(row));
            nths.append_option((block.is_none() || nth > 0).then_some(nth as u32 + 1));
            own_hashes.extend_from_slice(&hashes[row * HASH..(row + 1) * HASH]);
            for (field, source) in sources.iter().enumerate() {
                let cell = |from: usize, row: usize| {
                    let (cells, kinds) = &columns.fields[from];
                    text_at(cells, row).map(|text| (text, kinds.value(row)))
                };
                let found = match source {
                    MemberField::Listed(from) => lists
                        .iter()
                        .position(|list| list == from)
                        .and_then(|list| people[list].get(nth))
                        .map(|entry| (entry.text.as_str(), entry.kind)),
                    // A line below the head may fill a column of the household with the member's own value.
                    MemberField::Inherited(from) => cell(*from, row).or_else(|| cell(*from, head)),
                    MemberField::Absent if block.is_some() => {
                        household.field(&member.fields[field].name).and_then(|from| cell(from, row))
                    }
                    MemberField::Absent => None,
                };
                let (text, kind) = found.filter(|(text, _)| !text.is_empty()).unzip();
                texts[field].append_option(text);
                kinds[field].push(kind.unwrap_or(CellKind::Empty as u8));
            }
            if block.is_some() && nth == 0 {
                let unpaired: Vec<usize> = split.unpaired[row].iter().map(|list| lists[*list]).collect();
                for (column, text) in left_over(columns, &lists, &unpaired, member, head, row) {
                    extra.push(&columns.titles[column], text);
                }
            }
            extra.end_row();
        }
    }

    let mut arrays: Vec<ArrayRef> = vec![
        Arc::new(rows.finish()),
        Arc::new(nths.finish()),
        Arc::new(FixedSizeBinaryArray::try_new(HASH as i32, Buffer::from_vec(own_hashes), None)?),
    ];
    for (mut texts, kinds) in texts.into_iter().zip(kinds) {
        arrays.push(Arc::new(texts.finish()));
        arrays.push(Arc::new(UInt8Array::from(kinds)));
    }
    arrays.push(extra.finish()?);
    let batch = RecordBatch::try_new(MappedTable::schema_of(member), arrays)?;
    Ok(MappedTable::new(columns.head.clone(), member.clone(), batch)?.with_doubts(split.block_doubts.clone()))
}

/// Cells of a line below the head that no field of the member takes and that do not repeat the head's; `unpaired` are
/// lists whose entries nobody was given.
fn left_over<'a>(
    columns: &'a Columns,
    lists: &[usize],
    unpaired: &[usize],
    member: &Schema,
    head: usize,
    row: usize,
) -> impl Iterator<Item = (usize, &'a str)> {
    (0..columns.cells.len()).filter_map(move |column| {
        let cells = &columns.cells[column].0;
        let text = text_at(cells, row).filter(|text| text_at(cells, head) != Some(text))?;
        let taken = columns.head.columns[column].field.is_some_and(|field| {
            !columns.unclaimed.contains(&column)
                && !unpaired.contains(&field)
                && (lists.contains(&field) || member.field(&columns.head.schema.fields[field].name).is_some())
        });
        (!taken).then_some((column, text))
    })
}
