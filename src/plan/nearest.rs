//! The known word that somebody most likely meant.

use crate::model::Words;

/// The candidate with the fewest typing errors between it and `word`, if they are few enough to be a slip.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    known
        .into_iter()
        .filter_map(|candidate| {
            let errors = strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase());
            let longest = wanted.chars().count().max(candidate.chars().count());
            (errors <= (longest / 3).max(1) && errors < longest).then_some((errors, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// "Did you mean …" when one is near, else the list of all that are known. `None` when nothing is known.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Words> {
    let mut known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(word, known.iter().copied()) {
        return Some(Words::new(format!("是否想写 `{near}`？"), format!("did you mean `{near}`?")));
    }
    known.sort_unstable();
    known.dedup();
    if known.is_empty() {
        return None;
    }
    Some(Words::new(format!("可用的有：{}", known.join("、")), format!("known are: {}", known.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::{nearest, suggestion};

    #[test]
    fn a_slip_finds_the_word_and_a_stranger_finds_the_list() {
        assert_eq!(nearest("suply", ["supply", "sheets"]), Some("supply"));
        assert_eq!(nearest("Supply", ["supply"]), Some("supply"));
        assert_eq!(nearest("残疾等及", ["残疾等级", "残疾类别"]), Some("残疾等级"));
        assert_eq!(nearest("x", ["a"]), None);
        assert_eq!(suggestion("zzz", ["full", "append"]).map(|w| w.en), Some("known are: append, full".into()));
        assert_eq!(suggestion("zzz", []), None);
    }
}
