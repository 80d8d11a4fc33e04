//! What stood beside an identity number when its row was read.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, StringBuilder};
use chrono::NaiveDate;

use super::Beside;
use crate::kernel::identity;
use crate::model::Field;
use crate::stage::fault_code::FaultCode;
use crate::stage::normalise::{Soundness, reread};

/// Kind of document, soundness and the number as written, for each row. A number that was stored is sound; what stood in
/// place of another is told by the issue of its cell, and a cell without an issue was empty.
pub(super) fn columns<'a>(
    numbers: &ArrayRef,
    row_ids: impl Iterator<Item = &'a str>,
    field: &Field,
    beside: &Beside,
    today: NaiveDate,
) -> [ArrayRef; 3] {
    let numbers = numbers.as_any().downcast_ref::<StringArray>();
    let (mut kinds, mut states, mut written) = (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    for (row, row_id) in row_ids.enumerate() {
        let number = numbers.filter(|numbers| numbers.is_valid(row)).map(|numbers| numbers.value(row));
        let cells = beside.cells.get(&(row_id.to_owned(), field.name.clone())).map_or(&[][..], Vec::as_slice);
        match number {
            Some(number) => {
                kinds.append_value(kind(number, beside, today));
                states.append_value("valid");
                let certificate = |(code, _): &&(&'static str, String)| *code == FaultCode::IdIsCertificate.as_str();
                let cell = cells.iter().find(certificate);
                written.append_option(cell.and_then(|(_, cell)| identity::read(cell, false, today).number));
            }
            None => {
                let Soundness { kind, status, written: cut } = match cells.first() {
                    Some((code, cell)) => reread(cell, code, field, today),
                    None => Soundness { kind: None, status: "missing", written: None },
                };
                kinds.append_option(kind);
                states.append_value(status);
                written.append_option(cut);
            }
        }
    }
    [Arc::new(kinds.finish()), Arc::new(states.finish()), Arc::new(written.finish())]
}

fn kind(number: &str, beside: &Beside, today: NaiveDate) -> String {
    match beside.kinds.get(number) {
        Some(kind) => kind.clone(),
        None => identity::read(number, false, today).kind.as_str().to_owned(),
    }
}
