//! What two cells of a row say of each other.

use arrow::array::{Array, Date32Array, Int64Array, StringArray};
use chrono::{Datelike, Days, Months, NaiveDate};

use crate::model::{FieldType, Grain, NormalTable};

use super::super::fault_code::FaultCode;
use super::super::sheet_cells::{arrow_days, text_at, value_at};
use super::values::Values;
use super::{Found, Weight, cell_fault};

/// Years by which a stated age may miss the one that the number tells: the list can be older than its period says.
const AGE_TOLERANCE: i64 = 1;

/// Words of a field's name that mark a beginning, and those that mark the end that belongs to it.
const SPANS: [(&str, &str); 4] = [("start_", "end_"), ("starts_", "ends_"), ("_from", "_until"), ("begins_", "ends_")];

/// Finds the contradictions within a row.
pub fn check(table: &NormalTable, today: NaiveDate, found: &mut Vec<Found>) {
    if table.schema().grain == Grain::Person {
        against_number(table, today, found);
    }
    if let Some(died) = death_field(table)
        && let Some(born) = table.schema().field("birth_date")
    {
        in_order(table, born, died, FaultCode::DeathBeforeBirth, found);
    }
    for (start, field) in table.schema().fields.iter().enumerate() {
        for (from, to) in SPANS {
            if let Some((before, after)) = field.name.split_once(from)
                && let Some(end) = table.schema().field(&format!("{before}{to}{after}"))
            {
                in_order(table, start, end, FaultCode::EndBeforeStart, found);
            }
        }
    }
}

/// The field with the day of a person's death.
fn death_field(table: &NormalTable) -> Option<usize> {
    table.schema().field("died_on").or_else(|| table.schema().field("death_date"))
}

/// Both fields are dates, or both are months, and the second may not lie before the first.
fn in_order(table: &NormalTable, first: usize, second: usize, code: FaultCode, found: &mut Vec<Found>) {
    let fields = &table.schema().fields;
    if fields[first].kind != fields[second].kind {
        return;
    }
    let mut fail = |row| {
        found.push(Found {
            row,
            field: Some(second),
            weight: Weight::Issue,
            fault: cell_fault(table, row, second, code),
        });
    };
    match (Values::of(table.values(first)), Values::of(table.values(second))) {
        (Some(Values::Date(first)), Some(Values::Date(second))) => {
            for (row, pair) in first.iter().zip(second).enumerate() {
                if matches!(pair, (Some(first), Some(second)) if second < first) {
                    fail(row);
                }
            }
        }
        (Some(Values::Text(starts)), Some(Values::Text(ends))) if fields[first].kind == FieldType::Month => {
            for (row, pair) in starts.iter().zip(ends).enumerate() {
                if matches!(pair, (Some(first), Some(second)) if second < first) {
                    fail(row);
                }
            }
        }
        _ => {}
    }
}

/// What a sound number of a resident or a permit says of its holder.
struct Holder {
    born: NaiveDate,
    male: bool,
}

fn holder(number: &str) -> Option<Holder> {
    let digits = number.get(..17).filter(|digits| number.len() == 18 && digits.bytes().all(|b| b.is_ascii_digit()))?;
    let born = NaiveDate::from_ymd_opt(
        digits[6..10].parse().ok()?,
        digits[10..12].parse().ok()?,
        digits[12..14].parse().ok()?,
    )?;
    Some(Holder { born, male: digits.as_bytes()[16] % 2 == 1 })
}

fn against_number(table: &NormalTable, today: NaiveDate, found: &mut Vec<Found>) {
    let schema = table.schema();
    let of_kind =
        |name: &str, kinds: &[FieldType]| schema.field(name).filter(|at| kinds.contains(&schema.fields[*at].kind));
    let Some(number) = of_kind("id_number", &[FieldType::IdentityNumber]) else { return };
    let Some((kinds, _)) = table.identity_columns(number) else { return };
    let sex = of_kind("sex", &[FieldType::Code, FieldType::Text]);
    let birth = of_kind("birth_date", &[FieldType::Date]);
    let age = of_kind("stated_age", &[FieldType::Integer]);
    let certificate = of_kind("disability_certificate", &[FieldType::IdentityNumber]);
    if [sex, birth, age, certificate].iter().all(Option::is_none) {
        return;
    }
    let numbers: Option<&StringArray> = table.values(number).as_any().downcast_ref();
    let Some(numbers) = numbers else { return };
    let sexes: Option<&StringArray> = sex.and_then(|field| table.values(field).as_any().downcast_ref());
    let births: Option<&Date32Array> = birth.and_then(|field| table.values(field).as_any().downcast_ref());
    let ages: Option<&Int64Array> = age.and_then(|field| table.values(field).as_any().downcast_ref());
    let certificates: Option<&StringArray> = certificate.and_then(|field| table.values(field).as_any().downcast_ref());
    let certificate_kinds = certificate.and_then(|field| table.identity_columns(field)).map(|(kinds, _)| kinds);
    let deaths: Option<&Date32Array> = death_field(table).and_then(|field| table.values(field).as_any().downcast_ref());
    let day = table.head().period.as_deref().and_then(last_day).map_or(today, |day| day.min(today));

    // Neither message nor suggestion repeats what the number tells: birth date and sex are the person's.
    let mut contradict = |row: usize, field: Option<usize>, code: FaultCode| {
        let Some(field) = field else { return };
        let fault = cell_fault(table, row, field, code);
        found.push(Found { row, field: Some(field), weight: Weight::Issue, fault });
    };
    for row in 0..numbers.len() {
        if !text_at(kinds, row).is_some_and(tells_birth) {
            continue;
        }
        let Some(number) = text_at(numbers, row) else { continue };
        let Some(Holder { born, male }) = holder(number) else { continue };
        if let Some(stated) = sexes.and_then(|sexes| text_at(sexes, row))
            && matches!(stated, "男" | "女")
            && (stated == "男") != male
        {
            contradict(row, sex, FaultCode::SexContradictsNumber);
        }
        if let Some(stated) = births.and_then(|births| value_at(births, row))
            && stated != arrow_days(born)
        {
            contradict(row, birth, FaultCode::BirthContradictsNumber);
        }
        // Of the dead the age at death is stated.
        let died = deaths.filter(|deaths| deaths.is_valid(row)).and_then(|deaths| deaths.value_as_date(row));
        if let Some(stated) = ages.and_then(|ages| value_at(ages, row)) {
            let told = died.unwrap_or(day).years_since(born).map_or(0, i64::from);
            if (stated - told).abs() > AGE_TOLERANCE {
                contradict(row, age, FaultCode::AgeContradictsNumber);
            }
        }
        if let Some(stated) = certificates.and_then(|certificates| text_at(certificates, row))
            && certificate_kinds.and_then(|kinds| text_at(kinds, row)).is_some_and(tells_birth)
            && !stated.starts_with(number)
        {
            contradict(row, certificate, FaultCode::CertificateContradictsNumber);
        }
    }
}

/// Kinds of documents whose number holds a birth date and a sex.
fn tells_birth(kind: &str) -> bool {
    matches!(kind, "resident_id" | "resident_id_15" | "residence_permit" | "foreign_card" | "disability_certificate")
}

/// The last day of a month written `YYYY-MM`.
fn last_day(month: &str) -> Option<NaiveDate> {
    let (year, month) = month.split_once('-')?;
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
    first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1)).filter(|day| day.year() > 0)
}
