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

/// An identity number: 6 + 4 of 18, or the first 6 of 15 and its last 3; anything else keeps at most its first two characters.
pub fn id_number(number: &str) -> String {
    match number.chars().count() {
        18.. => keep_ends(number, 6, 4),
        15..18 => keep_ends(number, 6, 3),
        5.. => keep_ends(number, 2, 0),
        count => "*".repeat(count),
    }
}

/// A telephone number: 3 + 4.
pub fn phone(number: &str) -> String {
    if number.chars().count() >= 11 { keep_ends(number, 3, 4) } else { keep_ends(number, 0, 3) }
}

/// A bank account: 4 + 4.
pub fn account(number: &str) -> String {
    keep_ends(number, 4, 4)
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
        assert_eq!(id_number("362401196503120012"), "362401********0012");
        assert_eq!(id_number("632123820927051"), "632123******051");
        assert_eq!(id_number("H12345678"), "H1*******");
        assert_eq!(id_number("123"), "***");
        assert_eq!(phone("13879612345"), "138****2345");
        assert_eq!(account("4539148803436467"), "4539********6467");
        assert_eq!(name("张三"), "张*");
        assert_eq!(name("欧阳修"), "欧阳*");
        assert_eq!(name("张"), "*");
        assert_eq!(name(""), "");
        assert_eq!(address("吉安县敦厚镇某某村1号"), "吉安县********");
    }

    proptest! {
        #[test]
        fn something_is_always_hidden(value in "\\PC{1,40}") {
            for masked in [id_number(&value), phone(&value), account(&value), name(&value)] {
                prop_assert!(masked.contains('*'));
            }
            prop_assert_eq!(address(&value).chars().count(), value.chars().count());
        }
    }
}
