//! Identity numbers: the canonical number, what document it is of and how sound it is.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use chrono::NaiveDate;

use crate::kernel::identity::{self, IdKind, Identity, RemarkCode, Severity};
use crate::kernel::{mask, text};
use crate::model::{CellKind, Field};

use super::super::fault_code::FaultCode;
use super::column::{Column, Doubts, Outcome};

/// How sound a number is, as stored in `status.NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Valid,
    /// The 15-digit form, completed.
    Valid15,
    /// It ends in 000, as rounded numbers do, and passes its check all the same: one in eleven of them does by chance.
    ValidRounded,
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
            Status::ValidRounded => "valid_rounded",
            Status::Missing => "missing",
            Status::Placeholder => "placeholder",
            Status::Invalid => "invalid",
            Status::PrecisionLost => "precision_lost",
        }
    }
}

struct Reading {
    number: Option<String>,
    /// The number as written, or the digits that a spreadsheet's number left of it, where it is not sound: linking may find
    /// whose it is. Beside a sound number, the certificate that it was taken from.
    written: Option<String>,
    kind: Option<&'static str>,
    status: Status,
}

/// A field whose name ends so keeps the certificate. In any other a disability certificate gives the number of its holder.
const CERTIFICATE: &str = "certificate";

/// Only a sound number is stored; what stands in the cell of another is told by the doubt.
pub fn read(column: &Column<'_>) -> Outcome {
    let count = column.len();
    let mut numbers = StringBuilder::with_capacity(count, count * 18);
    let mut kinds = StringBuilder::with_capacity(count, count * 11);
    let mut states = StringBuilder::with_capacity(count, count * 5);
    let mut written = StringBuilder::new();
    let keeps_certificate = column.field.name.ends_with(CERTIFICATE);
    let doubts = column.read(
        |cell, kind, doubts| Some(read_cell(cell, kind == CellKind::Number, keeps_certificate, column.today, doubts)),
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

fn read_cell(cell: &str, is_numeric: bool, keeps_certificate: bool, today: NaiveDate, doubts: &mut Doubts) -> Reading {
    if text::is_placeholder(cell) {
        let status = if text::blank(cell) == Some(text::Blank::Empty) { Status::Missing } else { Status::Placeholder };
        return Reading { number: None, written: None, kind: None, status };
    }
    let identity = identity::read(cell, is_numeric, today);
    match identity.kind {
        IdKind::DisabilityCertificate if !keeps_certificate => holder(identity, doubts),
        _ => judge(identity, doubts),
    }
}

/// What is known of a number besides the number itself, as stored beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soundness {
    pub kind: Option<&'static str>,
    pub status: &'static str,
    pub written: Option<String>,
}

/// Reads the cell of an identity number again of which only its text and the code of its fault are known, not whether
/// it was a numeric cell: whichever reading gives the fault again is the right one.
pub fn reread(cell: &str, code: &str, field: &Field, today: NaiveDate) -> Soundness {
    let read = |is_numeric: bool| {
        let mut doubts = Doubts::default();
        let reading = read_cell(cell, is_numeric, field.name.ends_with(CERTIFICATE), today, &mut doubts);
        (doubts.tell(code), Soundness { kind: reading.kind, status: reading.status.as_str(), written: reading.written })
    };
    let ((as_text, text), (as_number, number)) = (read(false), read(true));
    if as_number && !as_text { number } else { text }
}

/// The holder of a disability certificate that stands in place of a number.
fn holder(certificate: Identity, doubts: &mut Doubts) -> Reading {
    let written = certificate.number.clone();
    let reading = judge(certificate.into_resident(), doubts);
    doubts.push(FaultCode::IdIsCertificate);
    if reading.number.is_some() { Reading { written, ..reading } } else { reading }
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
        let status = match identity.kind {
            IdKind::ResidentId15 => Status::Valid15,
            _ if identity.has(RemarkCode::RoundedTail) => Status::ValidRounded,
            _ => Status::Valid,
        };
        return Reading { number: identity.number, written: None, kind, status };
    }
    let errors = || identity.remarks.iter().filter(|remark| remark.severity == Severity::Error);
    let of_the_tail = || errors().all(|error| matches!(error.code, RemarkCode::BadCheck | RemarkCode::SequenceZero));
    let error = if identity.has(RemarkCode::RoundedTail) && of_the_tail() {
        // A number was rounded on its way into the text, so that only its first digits speak of the person.
        RemarkCode::RoundedTail
    } else {
        errors().next().map_or(RemarkCode::UnknownForm, |error| error.code)
    };
    match repair(&identity.candidates) {
        Some(suggestion) => doubts.push_with(code(error), suggestion),
        None => doubts.push(code(error)),
    }
    let status = match error {
        RemarkCode::Placeholder => Status::Placeholder,
        RemarkCode::PrecisionLost | RemarkCode::RoundedTail => Status::PrecisionLost,
        _ => Status::Invalid,
    };
    let written = match status {
        Status::Placeholder => None,
        Status::PrecisionLost => identity.prefix,
        _ => identity.number.or(identity.prefix),
    };
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
