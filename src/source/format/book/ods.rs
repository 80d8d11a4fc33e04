//! What an OpenDocument sheet says of itself besides its cells, which the library does not tell.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::source::format::book::xlsx::{attribute, joined};
use crate::source::format::sheets::Layout;
use crate::source::format::sheets::MergedCell;

/// Rows and columns that any spreadsheet has.
const MOST: u32 = 1 << 20;

/// Goes through `content.xml` for the layout of every sheet, in order.
pub(in crate::source) fn layouts(content: impl BufRead) -> Result<Vec<Layout>, quick_xml::Error> {
    let mut reader = Reader::from_reader(content);
    let mut buffer = Vec::new();
    let mut layouts: Vec<Layout> = Vec::new();
    let mut at = Place::default();
    loop {
        let event = reader.read_event_into(&mut buffer)?;
        match &event {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "table" => {
                    layouts.push(Layout::default());
                    at = Place::default();
                }
                "table-column" => {
                    let last = at.columns.saturating_add(times(tag, "number-columns-repeated"));
                    if let Some(layout) = layouts.last_mut().filter(|_| is_hidden(tag)) {
                        layout.hidden_columns.push((at.columns, last - 1));
                    }
                    at.columns = last;
                }
                "table-row" => {
                    at.row = at.next_row;
                    at.next_row = at.row.saturating_add(times(tag, "number-rows-repeated"));
                    at.column = 0;
                    if let Some(layout) = layouts.last_mut().filter(|_| is_hidden(tag)) {
                        layout.hidden_rows.push((at.row + 1, at.next_row));
                    }
                }
                "table-cell" | "covered-table-cell" => {
                    let rows = times(tag, "number-rows-spanned");
                    if let Some(layout) = layouts.last_mut().filter(|_| rows > 1) {
                        let (first, last) = (at.row + 1, at.row.saturating_add(rows));
                        layout.merged.push(MergedCell { first, last, column: at.column });
                    }
                    at.column = at.column.saturating_add(times(tag, "number-columns-repeated"));
                }
                _ => {}
            },
            _ => {}
        }
        buffer.clear();
    }
    for layout in &mut layouts {
        layout.hidden_rows = joined(std::mem::take(&mut layout.hidden_rows));
        layout.hidden_columns = joined(std::mem::take(&mut layout.hidden_columns));
    }
    Ok(layouts)
}

/// Where on a sheet the next thing stands; everything from 0.
#[derive(Default)]
struct Place {
    row: u32,
    next_row: u32,
    column: u32,
    columns: u32,
}

/// How many times something is repeated, or how far it reaches: at least once.
fn times(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name).and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, MOST)
}

fn is_hidden(tag: &BytesStart<'_>) -> bool {
    attribute(tag, "visibility").is_some_and(|text| text == "collapse" || text == "filter")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_rows_and_columns_are_counted() {
        let content = r#"<x><table:table><table:table-column table:number-columns-repeated="2"/>
            <table:table-column table:visibility="collapse" table:number-columns-repeated="3"/>
            <table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>
            <table:table-row table:visibility="filter"><table:table-cell table:number-columns-repeated="2"/>
            <table:table-cell table:number-rows-spanned="3" table:number-columns-spanned="1"><text:p>a</text:p></table:table-cell></table:table-row>
            </table:table><table:table/></x>"#;
        let found = layouts(content.as_bytes()).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].hidden_columns, [(2, 4)]);
        assert_eq!(found[0].hidden_rows, [(5, 5)]);
        assert_eq!(found[0].merged, [MergedCell { first: 5, last: 7, column: 2 }]);
        assert_eq!(found[1], Layout::default());
    }
}
