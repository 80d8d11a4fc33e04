//! Which document a run of letters and digits is.

use chrono::NaiveDate;

use super::super::account::luhn;
use super::super::organisation;
use super::{IdKind, Identity, RemarkCode, resident};

/// Reads one run of ASCII digits and capital letters.
pub(super) fn read(run: &str, today: NaiveDate) -> Identity {
    let bytes = run.as_bytes();
    let letters = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let digits_after = bytes[letters..].iter().all(u8::is_ascii_digit);
    if is_filler(bytes) {
        return Identity::rejected(RemarkCode::Placeholder);
    }
    match (bytes.len(), letters) {
        (18, _) => eighteen(run, today),
        (20.., 0) if resident::has_form(&bytes[..18]) && is_certificate(bytes) => certificate(run, today),
        (15, 0) if digits_after => fifteen(run, today),
        (15, 3) if digits_after => Identity::sound(IdKind::ForeignCard, run),
        (11, 1) if digits_after && matches!(bytes[0], b'H' | b'M') => {
            let mut id = Identity::sound(IdKind::TravelPermit, &run[..9]);
            id.remark(RemarkCode::RenewalDropped, None);
            id
        }
        (9, 1) if digits_after && matches!(bytes[0], b'H' | b'M') => {
            // Some passports of the two regions have this form as well.
            let mut id = Identity::sound(IdKind::TravelPermit, run);
            id.remark(RemarkCode::AmbiguousKind, None);
            id
        }
        (10, 1) if digits_after => Identity::sound(IdKind::BirthCertificate, run),
        (8..=10, 1..=2) if digits_after && (7..=8).contains(&(bytes.len() - letters)) => {
            Identity::sound(IdKind::Passport, run)
        }
        (8, 0) if digits_after => {
            let dated = [b"000000".as_slice(), bytes].concat();
            if resident::birth_of(&dated).is_some_and(|d| d <= today) {
                Identity::rejected(RemarkCode::LooksLikeDate)
            } else {
                Identity::sound(IdKind::TaiwanPermit, run)
            }
        }
        (11, 0) if digits_after && bytes[0] == b'1' && bytes[1] >= b'3' => {
            Identity::rejected(RemarkCode::LooksLikePhone)
        }
        (16..=19, 0) if digits_after => long_digits(run),
        (14..=22, 0) if resident::birth_of(bytes).is_some() => wrong_length(run),
        _ => {
            let mut id = Identity::rejected(RemarkCode::UnknownForm);
            id.number = Some(run.to_owned());
            id
        }
    }
}

/// 18 characters: a person's number, a firm's code, or a foreigner's card.
fn eighteen(run: &str, today: NaiveDate) -> Identity {
    let bytes = run.as_bytes();
    let firm = organisation::is_valid(run);
    if !resident::has_form(bytes) {
        let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
        if firm {
            return Identity::sound(IdKind::OrganisationCode, run);
        }
        if digits == 17 && resident::birth_of(bytes).is_some() {
            let mut id = resident::read(run, IdKind::ResidentId, today);
            id.remarks.clear();
            let at = bytes.iter().position(|b| !b.is_ascii_digit()).map(|at| at + 1);
            id.fail(RemarkCode::BadCharacter, at);
            id.candidates = resident::candidates(bytes, IdKind::ResidentId, today);
            return id;
        }
        let mut id =
            Identity::sound(if organisation::has_form(run) { IdKind::OrganisationCode } else { IdKind::Unknown }, run);
        id.fail(if id.kind == IdKind::Unknown { RemarkCode::UnknownForm } else { RemarkCode::BadCheck }, None);
        return id;
    }
    let person = resident::is_sound(bytes, today);
    let kind = match bytes {
        [b'8', b'1'..=b'3', b'0', b'0', b'0', b'0', ..] => IdKind::ResidencePermit,
        [b'9', ..] => IdKind::ForeignCard,
        _ => IdKind::ResidentId,
    };
    if firm && !person && (kind == IdKind::ForeignCard || resident::birth_of(bytes).is_none()) {
        return Identity::sound(IdKind::OrganisationCode, run);
    }
    if kind == IdKind::ForeignCard && !person && resident::birth_of(bytes).is_none() {
        let mut id = Identity::sound(IdKind::OrganisationCode, run);
        id.fail(RemarkCode::BadCheck, Some(18));
        return id;
    }
    let mut id = resident::read(run, kind, today);
    if firm && kind == IdKind::ForeignCard {
        id.remark(RemarkCode::AmbiguousKind, None);
    }
    id
}

fn fifteen(run: &str, today: NaiveDate) -> Identity {
    let Some(long) = resident::fifteen_to_eighteen(run) else { return Identity::rejected(RemarkCode::UnknownForm) };
    let mut id = resident::read(&long, IdKind::ResidentId, today);
    id.kind = IdKind::ResidentId15;
    // Nothing was typed that a check character or lost digits could speak of.
    id.remarks.retain(|r| r.code != RemarkCode::RoundedTail);
    id.prefix = None;
    id.candidates.clear();
    id.remark(RemarkCode::FifteenDigits, None);
    if resident::is_centenarian(run.as_bytes()) {
        id.remark(RemarkCode::Centenarian, Some(13));
    }
    id
}

fn is_certificate(bytes: &[u8]) -> bool {
    matches!(&bytes[18..], [c, l] if c.is_ascii_digit() && l.is_ascii_digit())
        || matches!(&bytes[18..], [c, l, b'B', rest @ ..] if c.is_ascii_digit() && l.is_ascii_digit() && rest.len() <= 2 && rest.iter().all(u8::is_ascii_digit))
}

fn certificate(run: &str, today: NaiveDate) -> Identity {
    let mut id = resident::read(&run[..18], IdKind::ResidentId, today);
    id.kind = IdKind::DisabilityCertificate;
    id.number = Some(run.to_owned());
    for candidate in &mut id.candidates {
        candidate.push_str(&run[18..]);
    }
    if !id.disability().is_some_and(|d| d.category_term().is_some() && d.level_term().is_some()) {
        id.fail(RemarkCode::BadDisability, Some(19));
    }
    id
}

fn long_digits(run: &str) -> Identity {
    if luhn(run) && (run.starts_with("62") || resident::birth_of(run.as_bytes()).is_none()) {
        Identity::sound(IdKind::BankCard, run)
    } else {
        wrong_length(run)
    }
}

/// Digits that read like a person's number but for their count.
fn wrong_length(run: &str) -> Identity {
    let dated = resident::birth_of(run.as_bytes()).is_some();
    let mut id = Identity::new(if dated { IdKind::ResidentId } else { IdKind::Unknown });
    id.number = Some(run.to_owned());
    id.fail(RemarkCode::WrongLength, None);
    if dated {
        id.birth_date = resident::birth_of(run.as_bytes());
        id.region_code = run.get(..6).map(str::to_owned);
        if run.len() == 17 {
            id.candidates.extend(resident::check_character(run).map(|c| format!("{run}{c}")));
        }
    }
    id
}

/// One character repeated, digits counted up, a region code followed by zeros only.
fn is_filler(bytes: &[u8]) -> bool {
    let same = bytes.windows(2).all(|p| p[0] == p[1]);
    let body = bytes.strip_suffix(b"X").unwrap_or(bytes);
    let counted =
        body.len() >= 6 && body.windows(2).all(|p| p[1] == if p[0] == b'9' { b'0' } else { p[0].wrapping_add(1) });
    let zeros = bytes.len() >= 12 && bytes[6..].iter().all(|b| *b == b'0');
    let crossed = bytes.len() >= 8 && bytes.iter().filter(|b| **b == b'X').count() > bytes.len() / 2;
    same || counted || zeros || crossed
}
