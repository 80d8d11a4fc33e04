//! Identity numbers: what a cell holds, whether it is sound, and why not.
//!
//! GB 11643-1999 for residents, the permits and cards that borrow its form, and the other documents met in registers.

mod cell;
mod other;
mod remark;
mod resident;

use chrono::NaiveDate;

pub use remark::{Remark, RemarkCode, Severity};
pub use resident::{check_character, fifteen_to_eighteen};

/// The kind of document that a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdKind {
    /// 居民身份证, 18 characters.
    ResidentId,
    /// 居民身份证 of before 1999, 15 digits.
    ResidentId15,
    /// 港澳台居民居住证.
    ResidencePermit,
    /// 外国人永久居留身份证, old or new.
    ForeignCard,
    /// 港澳居民来往内地通行证.
    TravelPermit,
    /// 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// 护照.
    Passport,
    /// 军官证, 士兵证.
    OfficerCard,
    /// 出生医学证明.
    BirthCertificate,
    /// 残疾人证.
    DisabilityCertificate,
    /// 统一社会信用代码.
    OrganisationCode,
    /// 银行卡.
    BankCard,
    /// None of these.
    Unknown,
}

impl IdKind {
    /// The stable name: `resident_id`, `resident_id_15`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::ResidentId15 => "resident_id_15",
            Self::ResidencePermit => "residence_permit",
            Self::ForeignCard => "foreign_card",
            Self::TravelPermit => "travel_permit",
            Self::TaiwanPermit => "taiwan_permit",
            Self::Passport => "passport",
            Self::OfficerCard => "officer_card",
            Self::BirthCertificate => "birth_certificate",
            Self::DisabilityCertificate => "disability_certificate",
            Self::OrganisationCode => "organisation_code",
            Self::BankCard => "bank_card",
            Self::Unknown => "unknown",
        }
    }
}

/// Sex, as far as a number can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
}

impl Sex {
    /// `male`, `female`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    /// The term of GB/T 2261.1: 男, 女.
    pub fn term(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

/// What a disability certificate's number says beyond the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disability {
    /// 1 视力 2 听力 3 言语 4 肢体 5 智力 6 精神 7 多重.
    pub category: u8,
    /// 1 (severest) to 4.
    pub level: u8,
}

impl Disability {
    /// The category's term: 视力, 听力, …; `None` outside 1-7.
    pub fn category_term(self) -> Option<&'static str> {
        const TERMS: [&str; 7] = ["视力", "听力", "言语", "肢体", "智力", "精神", "多重"];
        TERMS.get(usize::from(self.category).checked_sub(1)?).copied()
    }

    /// The level's term: 一级 … 四级; `None` outside 1-4.
    pub fn level_term(self) -> Option<&'static str> {
        const TERMS: [&str; 4] = ["一级", "二级", "三级", "四级"];
        TERMS.get(usize::from(self.level).checked_sub(1)?).copied()
    }
}

/// What one cell says about a person's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The kind of document.
    pub kind: IdKind,
    /// The canonical form: half-width, upper case, a 15-digit number as 18 digits, a travel permit without its renewal count. `None` where
    /// nothing that could be compared was written; present for damaged numbers too: look at `valid`.
    pub number: Option<String>,
    /// Form, date and check character are right. The region does not count.
    pub valid: bool,
    /// From positions 7-14.
    pub birth_date: Option<NaiveDate>,
    /// From position 17.
    pub sex: Option<Sex>,
    /// The first six digits.
    pub region_code: Option<String>,
    /// Everything noticed.
    pub remarks: Vec<Remark>,
    /// Sound numbers that differ from a damaged one by a single slip; ascending. None is accepted without evidence from elsewhere.
    pub candidates: Vec<String>,
    /// The digits that can be trusted where a spreadsheet lost the rest (at most 15).
    pub prefix: Option<String>,
    /// Further numbers of the cell, as written.
    pub others: Vec<String>,
    /// Words beside the number.
    pub note: Option<String>,
}

impl Identity {
    fn new(kind: IdKind) -> Self {
        Self {
            kind,
            number: None,
            valid: false,
            birth_date: None,
            sex: None,
            region_code: None,
            remarks: Vec::new(),
            candidates: Vec::new(),
            prefix: None,
            others: Vec::new(),
            note: None,
        }
    }

    fn sound(kind: IdKind, number: &str) -> Self {
        Self { number: Some(number.to_owned()), valid: true, ..Self::new(kind) }
    }

    fn rejected(code: RemarkCode) -> Self {
        let mut id = Self::new(IdKind::Unknown);
        id.remark(code, None);
        id
    }

    fn remark(&mut self, code: RemarkCode, position: Option<usize>) {
        self.remarks.push(Remark { position, ..Remark::from(code) });
    }

    fn fail(&mut self, code: RemarkCode, position: Option<usize>) {
        self.valid = false;
        self.remark(code, position);
    }

    /// True when this was remarked.
    pub fn has(&self, code: RemarkCode) -> bool {
        self.remarks.iter().any(|r| r.code == code)
    }

    /// The resident's number: the number itself, or the one inside a disability certificate.
    pub fn resident_number(&self) -> Option<&str> {
        let number = self.number.as_deref()?;
        match self.kind {
            IdKind::ResidentId | IdKind::ResidentId15 | IdKind::ResidencePermit => Some(number),
            IdKind::DisabilityCertificate => number.get(..18),
            _ => None,
        }
    }

    /// The reading of the resident's number that a disability certificate begins with; any other reading as it is.
    pub fn into_resident(mut self) -> Self {
        if self.kind != IdKind::DisabilityCertificate {
            return self;
        }
        self.kind = IdKind::ResidentId;
        // Category and level are no part of the number.
        self.remarks.retain(|remark| remark.code != RemarkCode::BadDisability);
        self.valid = self.remarks.iter().all(|remark| remark.severity < Severity::Error);
        for number in self.number.iter_mut().chain(&mut self.candidates) {
            number.truncate(18);
        }
        self
    }

    /// Category and level of a disability certificate.
    pub fn disability(&self) -> Option<Disability> {
        if self.kind != IdKind::DisabilityCertificate {
            return None;
        }
        match self.number.as_deref()?.as_bytes().get(18..20)? {
            [category, level] => {
                Some(Disability { category: category.wrapping_sub(b'0'), level: level.wrapping_sub(b'0') })
            }
            _ => None,
        }
    }
}

/// Reads the number in a cell. `numeric_cell`: the spreadsheet stored a number, so that nothing beyond 15 digits is trusted. `today` bounds birth
/// dates and ages. Never fails: what is wrong is in the remarks.
pub fn read(text: &str, numeric_cell: bool, today: NaiveDate) -> Identity {
    let bytes = text.as_bytes();
    // Almost every cell is a clean number of a resident.
    if !numeric_cell
        && resident::has_form(bytes)
        && !matches!(bytes[0], b'8' | b'9')
        && resident::is_sound(bytes, today)
    {
        return resident::read(text, IdKind::ResidentId, today);
    }
    cell::read(text, numeric_cell, today)
}

#[cfg(test)]
mod tests;
