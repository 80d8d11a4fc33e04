//! Addresses.

use super::{numeral, text};

/// The matching form: folded, simplified, Chinese numerals as digits, province and city cut off.
pub fn fold(address: &str) -> String {
    let folded = text::fold(address);
    let simplified = numeral::to_digits(&text::simplify(&folded));
    let mut rest = simplified.as_str();
    for end in ["省", "市"] {
        // A district's own 市 (井冈山市) comes after the city's; only a short head is cut off.
        if let Some(at) = rest.find(end).filter(|at| *at <= 3 * 4) {
            let after = &rest[at + end.len()..];
            if end == "省" || after.contains(['县', '区', '市']) {
                rest = after;
            }
        }
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn one_address_written_in_several_ways() {
        assert_eq!(fold("江西省吉安市吉安县敦厚镇三組１号"), "吉安县敦厚镇3组1号");
        assert_eq!(fold("吉安县敦厚镇3组1号"), "吉安县敦厚镇3组1号");
        assert_eq!(fold("江西省吉安市井冈山市厦坪镇"), "井冈山市厦坪镇");
        assert_eq!(fold(""), "");
    }
}
