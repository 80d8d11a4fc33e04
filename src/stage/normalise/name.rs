//! Names of people.

use std::sync::Arc;

use arrow::array::StringBuilder;

use crate::kernel::comparison::is_damage_mark;
use crate::kernel::name::{self, NameNote};
use crate::kernel::text;

use super::super::fault_code::FaultCode;
use super::column::{Column, Outcome};

/// What stands for the name of a child that has none yet.
const UNNAMED: [&str; 6] = ["未取名", "未起名", "未命名", "待取名", "新生儿", "婴儿"];

/// The name without the notes beside it. A note that says more than who is the head or of which sex the person is, is told as a
/// doubt, so that it is not lost.
pub fn read(column: &Column<'_>) -> Outcome {
    let mut values = StringBuilder::with_capacity(column.len(), column.texts.value_data().len());
    let doubts = column.read(
        |cell, _, doubts| {
            if text::is_placeholder(cell) {
                return None;
            }
            let name = name::read(cell);
            for note in &name.notes {
                match note {
                    NameNote::Deceased => doubts.push(FaultCode::NameSaysDeceased),
                    NameNote::Other(_) => doubts.push(FaultCode::NameWithNote),
                    NameNote::Head | NameNote::Sex(_) => {}
                }
            }
            if !name.core.chars().any(char::is_alphabetic) {
                return doubts.unreadable(FaultCode::NameUnreadable);
            }
            if name.placeholder || UNNAMED.contains(&name.core.as_str()) {
                return doubts.unreadable(FaultCode::NamePlaceholder);
            }
            if name.organisation {
                doubts.push(FaultCode::NameIsOrganisation);
            }
            let core = settled(name.core);
            if core.contains(is_damage) {
                doubts.push(FaultCode::NameDamaged);
            }
            Some(core)
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// The name as it stays however often it is read: what a mark hid (王伟1·) may be a mark again.
fn settled(mut core: String) -> String {
    if core.chars().all(char::is_alphabetic) {
        return core;
    }
    loop {
        let next = name::read(&core).core;
        // Each reading only takes away, so this ends.
        if next.len() >= core.len() || next.is_empty() {
            return core;
        }
        core = next;
    }
}

/// Marks in place of a character, and digits, which no name holds.
fn is_damage(c: char) -> bool {
    c.is_ascii_digit() || is_damage_mark(c)
}
