//! From what a clerk typed to runs of letters and digits.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::super::text::{self, Blank};
use super::{IdKind, Identity, RemarkCode, other, resident};

/// Longer cells hold no number but prose.
const LONGEST: usize = 400;

/// Reads any cell.
pub(super) fn read(written: &str, numeric_cell: bool, today: NaiveDate) -> Identity {
    match text::blank(written) {
        Some(Blank::Empty) => return Identity::rejected(RemarkCode::Blank),
        Some(_) => return Identity::rejected(RemarkCode::StatedNone),
        None if written.len() > LONGEST => return Identity::rejected(RemarkCode::UnknownForm),
        None => {}
    }
    let even: String = written.nfkc().filter(|c| !text::is_invisible(*c)).map(even_out).collect();
    let even = even.trim_matches(|c| text::is_space(c) || matches!(c, '\'' | '`' | '‘' | '’' | '"' | '“' | '”'));
    let lossy = numeric_cell || even.contains('.');
    if lossy && let Some(id) = numeric(even, numeric_cell, today) {
        return id;
    }
    if even.contains('字')
        && (even.contains('第') || even.contains('号'))
        && even.contains(|c: char| c.is_ascii_digit())
    {
        return Identity::sound(IdKind::OfficerCard, &text::fold(even));
    }
    let runs = runs(even);
    let Some(first) = runs.first() else { return Identity::rejected(RemarkCode::UnknownForm) };
    if first.contains('*') {
        return masked(first);
    }
    let (repaired, changed) = repair(first);
    let mut id = other::read(&repaired, today);
    if changed {
        id.remark(RemarkCode::LookAlike, None);
    }
    let note: String =
        even.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).filter(|c| look_alike(*c).is_none()).collect();
    if !note.is_empty() {
        id.note = Some(note);
        id.remark(RemarkCode::NoteDropped, None);
    } else if runs.len() == 1 && !changed && !written.eq_ignore_ascii_case(first) {
        id.remark(RemarkCode::Cleaned, None);
    }
    if runs.len() > 1 {
        id.others = runs[1..].to_vec();
        id.remark(RemarkCode::SeveralNumbers, None);
    }
    id
}

/// Every dash as `-`; a lower-case l stays, since in capitals it would no longer resemble a 1.
fn even_out(c: char) -> char {
    match c {
        '—' | '–' | '―' | '‐' | '‑' | '−' => '-',
        '＊' | '●' | '•' | '※' => '*',
        'l' => 'l',
        c => c.to_ascii_uppercase(),
    }
}

/// The character that a look-alike stands for.
fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'O' | 'О' | 'о' | 'Ο' | 'ο' | '〇' | '○' => '0',
        'l' | 'I' | '|' | 'І' => '1',
        '×' | 'Х' | 'х' | 'Χ' | 'χ' | '✕' | '✖' | '╳' | '乂' => 'X',
        _ => return None,
    })
}

/// A run in capitals. Where it is an identity number but for look-alikes, these are replaced, and `true` is given back.
fn repair(run: &str) -> (String, bool) {
    let plain: String = run.chars().map(|c| c.to_ascii_uppercase()).collect();
    let length = run.chars().count();
    let odd = run.chars().filter(|c| !c.is_ascii_digit() && *c != 'X').count();
    let fits = matches!(length, 15 | 18 | 20) && (1..=4).contains(&odd);
    if !fits {
        return (
            if plain.is_ascii() { plain } else { run.chars().map(|c| look_alike(c).unwrap_or(c)).collect() },
            false,
        );
    }
    let fixed: String = run.chars().map(|c| look_alike(c).unwrap_or(c)).collect();
    let numeric = fixed.bytes().enumerate().all(|(at, b)| b.is_ascii_digit() || (at == 17 && b == b'X'));
    if numeric { (fixed, true) } else { (plain, false) }
}

/// The numbers of a cell. Spaces and dashes inside one number are closed up; a comma, a slash, a line break or words divide numbers.
fn runs(text: &str) -> Vec<String> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || c == '*' || look_alike(c).is_some();
    let mut runs = Vec::new();
    for piece in text.split(|c: char| !(belongs(c) || c == '-' || (text::is_space(c) && !matches!(c, '\n' | '\r')))) {
        let words: Vec<String> = piece
            .split(text::is_space)
            .map(|w| w.chars().filter(|c| *c != '-').collect::<String>())
            .filter(|w| !w.is_empty())
            .collect();
        let whole = words.concat();
        let complete = |w: &String| matches!(w.chars().count(), 15 | 18 | 20);
        if words.len() > 1 && words.iter().filter(|w| complete(w)).count() >= 1 && whole.chars().count() > 22 {
            runs.extend(words);
        } else if whole.len() == 36 && whole.is_ascii() {
            runs.extend([whole[..18].to_owned(), whole[18..].to_owned()]);
        } else if !whole.is_empty() {
            runs.push(whole);
        }
    }
    // A stray letter or the day of a note (生于1965) is no second number.
    let longest = runs.iter().map(|r| r.chars().count()).max().unwrap_or(0);
    if longest >= 8 {
        runs.retain(|r| r.chars().count() >= 8);
    }
    runs
}

/// A number that went through a spreadsheet's number: 3.62401E+17, or the digits of a numeric cell. `None` where no more than 15 digits were
/// needed, so that nothing is lost.
fn numeric(text: &str, numeric_cell: bool, today: NaiveDate) -> Option<Identity> {
    let folded = text::fold(text);
    let (mantissa, exponent) = folded.split_once('E').unwrap_or((&folded, ""));
    let scientific = !exponent.is_empty();
    let shift: usize = if scientific { exponent.trim_start_matches('+').parse().ok()? } else { 0 };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty()
        || !digits.bytes().all(|b| b.is_ascii_digit())
        || !(numeric_cell || scientific || fraction.bytes().all(|b| b == b'0'))
    {
        return None;
    }
    let size = if scientific { whole.len() + shift } else { whole.len() };
    if size <= 15 {
        // Exact: the fraction of a whole number is only zeros.
        let exact: String = digits.chars().chain(std::iter::repeat('0')).take(size).collect();
        return Some(other::read(&exact, today));
    }
    let known = digits.len().min(15).min(size);
    let prefix = digits[..known].to_owned();
    let mut id = Identity::new(if size == 18 { IdKind::ResidentId } else { IdKind::Unknown });
    if prefix.trim_start_matches('0').is_empty() {
        return Some(Identity::rejected(RemarkCode::Placeholder));
    }
    id.birth_date = resident::birth_of(prefix.as_bytes()).filter(|d| *d <= today);
    id.region_code = prefix.get(..6).map(str::to_owned);
    id.prefix = Some(prefix);
    id.fail(RemarkCode::PrecisionLost, Some(16));
    Some(id)
}

fn masked(run: &str) -> Identity {
    let kind = if run.chars().count() == 18 { IdKind::ResidentId } else { IdKind::Unknown };
    let mut id = Identity::new(kind);
    id.fail(RemarkCode::Masked, run.chars().position(|c| c == '*').map(|at| at + 1));
    id.region_code = run.get(..6).filter(|c| c.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned);
    id.birth_date = resident::birth_of(run.as_bytes());
    id
}
