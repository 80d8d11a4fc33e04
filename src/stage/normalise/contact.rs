//! Telephones, accounts and organisation codes.

use std::sync::Arc;

use arrow::array::StringBuilder;

use crate::kernel::account::Account;
use crate::kernel::phone::{Phone, PhoneFault};
use crate::kernel::{account as accounts, organisation, phone as phones, text};
use crate::model::CellKind;

use super::super::fault_code::FaultCode;
use super::column::{Column, Outcome};

/// Significant digits that a numeric cell keeps.
const KEPT_DIGITS: usize = 15;

/// The first number of the cell in its canonical form.
pub fn phone(column: &Column<'_>) -> Outcome {
    let mut values = StringBuilder::with_capacity(column.len(), column.len() * 12);
    let doubts = column.read(
        |cell, _, doubts| {
            let fault = match phones::read_all(cell) {
                Ok(Phone { number, others, .. }) => {
                    if others.iter().any(|other| *other != number) {
                        doubts.push(FaultCode::PhoneSeveral);
                    }
                    return Some(number);
                }
                Err(fault) => fault,
            };
            match fault {
                PhoneFault::Empty | PhoneFault::StatedNone => None,
                PhoneFault::Placeholder => doubts.unreadable(FaultCode::PhonePlaceholder),
                PhoneFault::Malformed => doubts.unreadable(FaultCode::PhoneUnsound),
            }
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// The digits of an account. The check digit is asked of bank cards only, and its failure is no more than a doubt.
pub fn account(column: &Column<'_>) -> Outcome {
    let mut values = StringBuilder::with_capacity(column.len(), column.len() * 19);
    let doubts = column.read(
        |cell, kind, doubts| {
            if text::is_placeholder(cell) {
                return None;
            }
            let Some(Account { number, luhn }) = accounts::read(cell) else {
                return doubts.unreadable(FaultCode::AccountUnsound);
            };
            if kind == CellKind::Number && number.len() > KEPT_DIGITS {
                return doubts.unreadable(FaultCode::AccountPrecisionLost);
            }
            // The cards of Chinese banks begin with 62.
            if !luhn && number.starts_with("62") && (16..=19).contains(&number.len()) {
                doubts.push(FaultCode::AccountCheckDiffers);
            }
            Some(number)
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}

/// Unified social credit codes.
pub fn organisation_code(column: &Column<'_>) -> Outcome {
    let mut values = StringBuilder::with_capacity(column.len(), column.len() * 18);
    let doubts = column.read(
        |cell, _, doubts| {
            if text::is_placeholder(cell) {
                return None;
            }
            let code = text::fold(&text::clean(cell));
            if organisation::is_valid(&code) {
                Some(code)
            } else {
                doubts.unreadable(FaultCode::OrganisationCodeUnsound)
            }
        },
        |value| values.append_option(value),
    );
    Outcome { arrays: vec![Arc::new(values.finish())], doubts }
}
