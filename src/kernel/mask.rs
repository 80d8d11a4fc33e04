//! Masks: what may be shown of a value without showing the value. GB/T 37964 speaks of generalisation and suppression.

use super::name::surname_len;

/// First six and last four; whatever is not a whole number (damaged ones too) shows its first two at most.
pub fn id_number(number: &str) -> String {
    let count = number.chars().count();
    if count >= 15 { keep(number, 6, 4) } else { keep(number, count.min(8) / 4, 0) }
}

/// First three and last four.
pub fn phone(number: &str) -> String {
    if number.chars().count() >= 11 { keep(number, 3, 4) } else { keep(number, 0, 2) }
}

/// First four and last four.
pub fn account(number: &str) -> String {
    if number.chars().count() >= 12 { keep(number, 4, 4) } else { keep(number, 0, 2) }
}

/// The surname only; a name of one character is masked wholly.
pub fn name(name: &str) -> String {
    if name.chars().count() < 2 { keep(name, 0, 0) } else { keep(name, surname_len(name).min(name.chars().count() - 1), 0) }
}

/// Up to the village, that is nothing after the first 村, 社区, 镇, 乡 or 街道; at most nine characters.
pub fn address(address: &str) -> String {
    let cut = ["街道", "镇", "乡", "社区", "村"]
        .iter()
        .find_map(|word| address.find(word).map(|at| address[..at].chars().count() + word.chars().count()))
        .unwrap_or(3);
    keep(address, cut.min(9).min(address.chars().count().saturating_sub(1)), 0)
}

/// Everything masked.
pub fn all(value: &str) -> String {
    if value.is_empty() { String::new() } else { "***".to_owned() }
}

fn keep(value: &str, head: usize, tail: usize) -> String {
    let count = value.chars().count();
    value.chars().enumerate().map(|(at, c)| if at < head || at + tail >= count { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_what_they_may() {
        assert_eq!(id_number("362401196503120012"), "362401********0012");
        assert_eq!(id_number("3624"), "3***");
        assert_eq!(phone("13907961234"), "139****1234");
        assert_eq!(account("6228480000001234"), "6228********1234");
        assert_eq!((name("欧阳锋"), name("李四"), name("李")), ("欧阳*".into(), "李*".into(), "*".into()));
        assert_eq!(address("吉安县敦厚镇高塘村3组1号"), "吉安县敦厚镇*******".to_owned());
        assert_eq!((all("x"), all("")), ("***".to_owned(), String::new()));
    }
}
