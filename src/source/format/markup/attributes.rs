//! The attributes of SpreadsheetML that are looked at.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

/// What an element states of itself. Rows and columns are counted from 1.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub id: Option<String>,
    pub name: Option<String>,
    pub index: Option<u32>,
    /// Further rows or columns for which it holds.
    pub span: u32,
    pub across: u32,
    pub down: u32,
    pub hidden: bool,
    pub style: Option<String>,
    pub format: Option<String>,
    pub kind: Option<String>,
}

/// The attributes cannot be read, so where the cell stands is not known.
#[derive(Debug)]
pub(super) struct Unreadable;

impl Attributes {
    pub fn of(start: &BytesStart<'_>) -> Result<Attributes, Unreadable> {
        let mut found = Attributes::default();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Unreadable)?;
            let value = || match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => value.into_owned(),
                Err(_) => attribute.value.to_string(),
            };
            // A number too large for rows and columns is none of a spreadsheet's.
            let number = || value().trim().parse::<u32>().map_err(|_| Unreadable);
            match attribute.key.local_name().as_ref() {
                "ID" => found.id = Some(value()),
                "Name" => found.name = Some(value()),
                "Index" => found.index = Some(number()?),
                "Span" => found.span = number()?,
                "MergeAcross" => found.across = number()?,
                "MergeDown" => found.down = number()?,
                "Hidden" => found.hidden = matches!(value().trim(), "1" | "true" | "True"),
                "StyleID" => found.style = Some(value()),
                "Format" => found.format = Some(value()),
                "Type" => found.kind = Some(value()),
                _ => {}
            }
        }
        Ok(found)
    }
}
