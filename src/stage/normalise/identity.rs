//! Identity numbers: the canonical number, what document it is of and how sound it is.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};

use crate::kernel::identity::{self, IdKind, Identity, RemarkCode, Severity};
use crate::kernel::{mask, text};
use crate::model::CellKind;

use super::super::fault_code::FaultCode;
use super::column::{Column, Doubts, Outcome};

/// How sound a number is, as stored in `status.NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Valid,
    /// The 15-digit form, completed.
    Valid15,
    Missing,
    Placeholder,
    Invalid,
    PrecisionLost,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Valid => "valid",
            Status::Valid15 => "valid_15",
            Status::Missing => "missing",
            Status::Placeholder => "placeholder",
            Status::Invalid => "invalid",
            Status::PrecisionLost => "precision_lost",
        }
    }
}

struct Reading {
    number: Option<String>,
    /// The number as written, or what a numeric cell left of it, where it is not sound: linking may find whose it is.
    written: Option<String>,
    kind: Option<&'static str>,
    status: Status,
}

/// Only a sound number is stored; what stands in the cell of another is told by the doubt.
pub fn read(column: &Column<'_>) -> Outcome {
    let count = column.len();
    let mut numbers = StringBuilder::with_capacity(count, count * 18);
    let mut kinds = StringBuilder::with_capacity(count, count * 11);
    let mut states = StringBuilder::with_capacity(count, count * 5);
    let mut written = StringBuilder::new();
    let doubts = column.read(
        |cell, kind, doubts| {
            if text::is_placeholder(cell) {
                let status =
                    if text::blank(cell) == Some(text::Blank::Empty) { Status::Missing } else { Status::Placeholder };
                return Some(Reading { number: None, written: None, kind: None, status });
            }
            Some(judge(identity::read(cell, kind == CellKind::Number, column.today), doubts))
        },
        |reading| {
            let reading =
                reading.unwrap_or(Reading { number: None, written: None, kind: None, status: Status::Missing });
            numbers.append_option(reading.number);
            kinds.append_option(reading.kind);
            states.append_value(reading.status.as_str());
            written.append_option(reading.written);
        },
    );
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(numbers.finish()),
        Arc::new(kinds.finish()),
        Arc::new(states.finish()),
        Arc::new(written.finish()),
    ];
    Outcome { arrays, doubts }
}

/// What the reading means for the table, with its faults told as doubts: the first error, or else every warning.
fn judge(identity: Identity, doubts: &mut Doubts) -> Reading {
    let kind = Some(identity.kind.as_str());
    if identity.valid && matches!(identity.kind, IdKind::OrganisationCode | IdKind::BankCard) {
        doubts.push(FaultCode::IdNotPersonal);
        return Reading { number: None, written: None, kind, status: Status::Invalid };
    }
    if identity.valid {
        for remark in identity.remarks.iter().filter(|remark| remark.severity >= Severity::Warning) {
            doubts.push(code(remark.code));
        }
        let status = if identity.kind == IdKind::ResidentId15 { Status::Valid15 } else { Status::Valid };
        return Reading { number: identity.number, written: None, kind, status };
    }
    let error = identity.remarks.iter().find(|remark| remark.severity == Severity::Error);
    let error = error.map_or(RemarkCode::UnknownForm, |remark| remark.code);
    match repair(&identity.candidates) {
        Some(suggestion) => doubts.push_with(code(error), suggestion),
        None => doubts.push(code(error)),
    }
    let status = match error {
        RemarkCode::Placeholder => Status::Placeholder,
        RemarkCode::PrecisionLost => Status::PrecisionLost,
        _ => Status::Invalid,
    };
    let written = identity.number.or(identity.prefix).filter(|_| status != Status::Placeholder);
    Reading { number: None, written, kind, status }
}

/// What the number may have been meant to be, masked.
fn repair(candidates: &[String]) -> Option<String> {
    const SHOWN: usize = 3;
    let shown: Vec<String> = candidates.iter().take(SHOWN).map(|number| mask::id_number_ends(number)).collect();
    match candidates.len() {
        0 => None,
        count if count > SHOWN => Some(format!("请核对身份证原件；可能是 {} 等 {count} 个号码之一", shown.join("、"))),
        _ => Some(format!("请核对身份证原件；可能是 {}", shown.join("、"))),
    }
}

/// The fault that an error or a warning is told as.
fn code(remark: RemarkCode) -> FaultCode {
    match remark {
        RemarkCode::Placeholder => FaultCode::IdPlaceholder,
        RemarkCode::StatedNone => FaultCode::IdStatedNone,
        RemarkCode::LookAlike => FaultCode::IdLookAlike,
        RemarkCode::Centenarian => FaultCode::IdCentenarian,
        RemarkCode::BadCheck => FaultCode::IdBadCheck,
        RemarkCode::BadDate => FaultCode::IdBadDate,
        RemarkCode::FutureDate => FaultCode::IdFutureDate,
        RemarkCode::OverAge => FaultCode::IdOverAge,
        RemarkCode::SequenceZero => FaultCode::IdSequenceZero,
        RemarkCode::BadCharacter => FaultCode::IdBadCharacter,
        RemarkCode::WrongLength => FaultCode::IdWrongLength,
        RemarkCode::RegionUnknown => FaultCode::IdRegionUnknown,
        RemarkCode::RegionRetired => FaultCode::IdRegionRetired,
        RemarkCode::PrecisionLost => FaultCode::IdPrecisionLost,
        RemarkCode::RoundedTail => FaultCode::IdRoundedTail,
        RemarkCode::SeveralNumbers => FaultCode::IdSeveralNumbers,
        RemarkCode::Masked => FaultCode::IdMasked,
        RemarkCode::AmbiguousKind => FaultCode::IdAmbiguousKind,
        RemarkCode::LooksLikePhone => FaultCode::IdLooksLikePhone,
        RemarkCode::LooksLikeDate => FaultCode::IdLooksLikeDate,
        RemarkCode::BadDisability => FaultCode::IdBadDisability,
        // Notes never get here; whatever is added to the remarks is at least told as this.
        _ => FaultCode::IdUnknownForm,
    }
}
