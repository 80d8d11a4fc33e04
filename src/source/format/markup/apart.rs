//! Elements of a web page whose content is no text of the page: style sheets, scripts, what Excel says of a workbook,
//! and choices, of which only one is shown.

use super::format::StyleSheet;
use super::survey::Walked;
use super::tag::Tag;
use super::{MAX_NAME, name_of};

/// An open element whose content is taken apart from the page's text.
#[derive(Debug)]
pub(super) enum Apart {
    /// Nobody sees it.
    Unseen(&'static str),
    Style,
    /// An island of XML in which Excel describes the workbook.
    Island(Island),
    Choice(Choice),
}

/// Where the island is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Island {
    Outside,
    /// A worksheet whose name is still to come.
    Worksheet,
    Name,
}

/// Of a list of choices the chosen one is shown, or the first.
#[derive(Debug, Default)]
pub(super) struct Choice {
    first: String,
    chosen: String,
    options: u32,
    in_chosen: bool,
}

impl Apart {
    /// The element of this name, if its content is to be taken apart.
    pub fn begun_by(name: &str) -> Option<Apart> {
        const UNSEEN: [&str; 9] =
            ["script", "title", "template", "iframe", "noembed", "noframes", "datalist", "object", "svg"];
        match name {
            "style" => Some(Apart::Style),
            "xml" => Some(Apart::Island(Island::Outside)),
            "select" => Some(Apart::Choice(Choice::default())),
            _ => UNSEEN.into_iter().find(|unseen| *unseen == name).map(Apart::Unseen),
        }
    }

    pub fn is_ended_by(&self, name: &str) -> bool {
        match self {
            Apart::Unseen(own) => name == *own,
            Apart::Style => matches!(name, "style" | "script"),
            Apart::Island(_) => name == "xml",
            // A cell ends before a list that was never closed could go on.
            Apart::Choice(_) => matches!(name, "select" | "td" | "tr" | "table"),
        }
    }

    /// Whether a tag says that the element should have ended before.
    pub fn gives_way_to(&self, name: &str) -> bool {
        matches!(self, Apart::Style)
            && matches!(name, "body" | "div" | "table" | "tr" | "td" | "th" | "form" | "script")
    }

    pub fn start(&mut self, tag: &Tag, walked: &mut Walked) {
        match self {
            Apart::Island(island) => match tag.name() {
                "x:excelworksheet" => *island = Island::Worksheet,
                "x:name" if *island == Island::Worksheet => *island = Island::Name,
                "x:date1904" => walked.from_1904 = true,
                "x:worksheetsource" => walked.sheets_elsewhere = true,
                _ => {}
            },
            Apart::Choice(choice) if tag.name() == "option" => {
                choice.options = choice.options.saturating_add(1);
                choice.in_chosen = tag.get("selected").is_some();
            }
            _ => {}
        }
    }

    pub fn text(&mut self, text: &str, style: &mut StyleSheet, walked: &mut Walked) {
        match self {
            Apart::Unseen(_) => {}
            Apart::Style => style.read(text),
            Apart::Island(island) if *island == Island::Name => {
                walked.list(text);
                *island = Island::Outside;
            }
            Apart::Island(_) => {}
            Apart::Choice(choice) => {
                if choice.in_chosen {
                    add(&mut choice.chosen, text);
                }
                if choice.options <= 1 {
                    add(&mut choice.first, text);
                }
            }
        }
    }

    /// What is shown of it after all.
    pub fn shown(&self) -> &str {
        match self {
            Apart::Choice(choice) if choice.chosen.is_empty() => &choice.first,
            Apart::Choice(choice) => &choice.chosen,
            _ => "",
        }
    }
}

/// Appends text as far as it may be shown.
fn add(shown: &mut String, text: &str) {
    if shown.len() < MAX_NAME {
        shown.push_str(name_of(text));
    }
}

/// The names of the worksheets that a comment of Excel lists; `lower` is the comment in lower case.
pub(super) fn worksheet_names(text: &str, lower: &str) -> Vec<String> {
    const BEGIN: &str = "<x:excelworksheet>";
    let mut names = Vec::new();
    let mut from = 0;
    while let Some(at) = lower[from..].find(BEGIN) {
        from += at + BEGIN.len();
        let end = lower[from..].find(BEGIN).map_or(lower.len(), |next| from + next);
        let part = &lower[from..end];
        let Some(start) = part.find("<x:name>").map(|at| at + "<x:name>".len()) else { continue };
        let Some(length) = part[start..].find("</x:name>") else { continue };
        names.push(unescaped(&text[from + start..from + start + length]));
    }
    names
}

/// The five references that XML knows without a declaration.
fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |plain| plain.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_worksheets_are_told_from_other_names() {
        let text = "<x:ExcelWorksheets><x:ExcelWorksheet><x:Name>低保&amp;五保</x:Name></x:ExcelWorksheet>\
            <x:ExcelWorksheet>\n<x:Name>表二</x:Name></x:ExcelWorksheet></x:ExcelWorksheets>\
            <x:ExcelName><x:Name>Print_Area</x:Name></x:ExcelName>";
        assert_eq!(worksheet_names(text, &text.to_ascii_lowercase()), ["低保&五保", "表二"]);
        assert!(worksheet_names("<x:ExcelWorksheet><x:Name>x", "<x:excelworksheet><x:name>x").is_empty());
    }
}
