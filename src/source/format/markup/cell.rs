//! What a cell of a web page is: the text shown, or the value that Excel writes beside it.

use crate::model::CellKind;

use super::format::{Shown, StyleSheet};
use super::tag::Tag;
use super::written::{Days, push_number};
use crate::source::line::{Line, is_void};

/// What stands in a cell besides the text shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The text shown, or this one if it is not void.
    Text(Option<String>),
    /// A number, in full where it is not shown in full.
    Number {
        written: Option<String>,
        days: Days,
    },
    Boolean,
    Error,
}

impl Meaning {
    /// By the attributes that Excel (`x:num`, `x:str`, `x:bool`, `x:err`) and LibreOffice (`sdval`) write, and by the
    /// cell's number format: what is formatted as text is text.
    pub fn of(tag: &Tag, style: &StyleSheet, from_1904: bool) -> Meaning {
        let value = |text: &str| if is_void(text) { None } else { Some(text.to_owned()) };
        if let Some(text) = tag.get("x:str") {
            return Meaning::Text(value(text));
        }
        if tag.get("x:bool").is_some() {
            return Meaning::Boolean;
        }
        if tag.get("x:err").is_some() {
            return Meaning::Error;
        }
        let Some(number) = tag.get("x:num").or_else(|| tag.get("sdval")) else { return Meaning::Text(None) };
        match style.shown(tag.get("style"), tag.get("class")) {
            Some(Shown::Text) => Meaning::Text(None),
            shown => {
                let written = value(number);
                // What is shown of a date is a date; only the number beside it counts days.
                let is_date = shown == Some(Shown::Date) && written.is_some();
                Meaning::Number { written, days: Days { is_date, from_1904 } }
            }
        }
    }

    /// Appends the cell, which shows this text, to its line.
    pub fn push(&self, line: &mut Line, column: u32, shown: &str) {
        match self {
            Meaning::Text(text) => line.push(column, text.as_deref().unwrap_or(shown), CellKind::Text),
            Meaning::Number { written, days } => {
                push_number(line, column, written.as_deref().unwrap_or(shown), *days);
            }
            Meaning::Boolean => line.push(column, &shown.to_ascii_uppercase(), CellKind::Boolean),
            Meaning::Error => line.push(column, shown, CellKind::Error),
        }
    }
}
