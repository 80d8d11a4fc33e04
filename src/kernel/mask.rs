//! What is shown in place of a value. Damaged values are masked like sound ones.

/// Keeps the first `head` and last `tail` characters where at least half stays hidden, else hides all.
fn keep_ends(value: &str, head: usize, tail: usize) -> String {
    let count = value.chars().count();
    if count < (head + tail) + (head + tail) / 2 {
        return "*".repeat(count);
    }
    let hidden = count - head - tail;
    value.chars().take(head).chain(std::iter::repeat_n('*', hidden)).chain(value.chars().skip(count - tail)).collect()
}

/// An identity number: the first 6 characters of 15 or more; anything else keeps at most its first two. No tail: what
/// stands between the region and the sequence is the birth date, which tables have in a column of its own.
pub fn id_number(number: &str) -> String {
    match number.chars().count() {
        15.. => keep_ends(number, 6, 0),
        5.. => keep_ends(number, 2, 0),
        count => "*".repeat(count),
    }
}

/// An identity number with its tail, 6 + 4 of 18 and 6 + 3 of 15, where numbers that begin alike must be told apart and
/// no birth date stands beside them.
pub fn id_number_ends(number: &str) -> String {
    match number.chars().count() {
        18.. => keep_ends(number, 6, 4),
        15..18 => keep_ends(number, 6, 3),
        _ => id_number(number),
    }
}

/// A text with every run of digits in it that holds a resident's number masked as one; other numbers stay.
///
/// A run holds one where 18 characters, or 15 of a run no longer than that, have a day where a number has its birth date.
pub fn id_numbers_in(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        shown.push_str(&rest[..start]);
        rest = &rest[start..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let end = digits + usize::from(rest[digits..].starts_with(['X', 'x']));
        let (run, after) = rest.split_at(end);
        if holds_resident_number(run.as_bytes()) {
            shown.push_str(&id_number(run))
        } else {
            shown.push_str(run)
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn holds_resident_number(run: &[u8]) -> bool {
    let two = |at: &[u8]| (at[0] - b'0') * 10 + (at[1] - b'0');
    let is_day = |at: &[u8]| (1..=12).contains(&two(at)) && (1..=31).contains(&two(&at[2..]));
    match run.len() {
        15 => run[..14].iter().all(u8::is_ascii_digit) && is_day(&run[8..12]),
        _ => run.windows(18).any(|number| matches!(two(&number[6..8]), 18..=20) && is_day(&number[10..14])),
    }
}

/// A telephone number: 3 + 4; a resident's number that stands in its place is masked as one.
pub fn phone(number: &str) -> String {
    if id_numbers_in(number) != number {
        id_number(number)
    } else if number.chars().count() >= 11 {
        keep_ends(number, 3, 4)
    } else {
        keep_ends(number, 0, 3)
    }
}

/// A bank account: 4 + 4; one that holds a resident's number is masked as that.
pub fn account(number: &str) -> String {
    if id_numbers_in(number) != number { id_number(number) } else { keep_ends(number, 4, 4) }
}

/// A name: the surname only; a name of one character is hidden.
pub fn name(name: &str) -> String {
    let count = name.chars().count();
    let keep = super::name::surname_len(name).min(count.saturating_sub(1));
    name.chars().take(keep).chain(std::iter::repeat_n('*', count - keep)).collect()
}

/// An address: down to the county or, where none is named, its first six characters; the rest is hidden.
pub fn address(address: &str) -> String {
    let chars: Vec<char> = address.chars().collect();
    let named = chars.iter().take(14).rposition(|c| matches!(c, '县' | '区' | '市' | '省')).map(|at| at + 1);
    let keep = named.unwrap_or(6).min(chars.len() / 2 + usize::from(named.is_some())).min(chars.len());
    chars[..keep].iter().copied().chain(std::iter::repeat_n('*', chars.len() - keep)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_has_its_mask() {
        assert_eq!(id_number("362401196503120012"), "362401************");
        assert_eq!(id_number("632123820927051"), "632123*********");
        assert_eq!(id_number_ends("362401196503120012"), "362401********0012");
        assert_eq!(id_number_ends("632123820927051"), "632123******051");
        assert_eq!(id_number_ends("H12345678"), "H1*******");
        assert_eq!(id_number("H12345678"), "H1*******");
        assert_eq!(id_number("123"), "***");
        assert_eq!(phone("13879612345"), "138****2345");
        assert_eq!(account("4539148803436467"), "4539********6467");
        assert_eq!(account("362401196503120012"), "362401************");
        assert_eq!(phone("362401196503120012"), "362401************");
        assert_eq!(name("张三"), "张*");
        assert_eq!(name("欧阳修"), "欧阳*");
        assert_eq!(name("张"), "*");
        assert_eq!(name(""), "");
        assert_eq!(address("吉安县敦厚镇某某村1号"), "吉安县********");
    }

    #[test]
    fn a_resident_s_number_within_a_text_is_masked_and_other_numbers_stay() {
        assert_eq!(id_numbers_in("G362401196503120012"), "G362401************");
        assert_eq!(id_numbers_in("学籍 11010519491231002X。"), "学籍 110105************。");
        assert_eq!(id_numbers_in("36240119650312001243B1"), "362401**************B1");
        assert_eq!(id_numbers_in("G632123820927051"), "G632123*********");
        for number in ["360802000012", "202506000123", "360802001001000123", "甲第12号", ""] {
            assert_eq!(id_numbers_in(number), number);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_searched_for_numbers(text in "\\PC{0,40}|[0-9Xx]{14,22}") {
            prop_assert_eq!(id_numbers_in(&text).chars().count(), text.chars().count());
        }

        #[test]
        fn something_is_always_hidden(value in "\\PC{1,40}") {
            for masked in [id_number(&value), id_number_ends(&value), phone(&value), account(&value), name(&value)] {
                prop_assert!(masked.contains('*'));
            }
            prop_assert_eq!(address(&value).chars().count(), value.chars().count());
        }
    }
}
