//! Which language to speak: `--lang`, else the pipeline's, else the locale's, else Chinese.

use std::ffi::OsString;

use super::args::LangWord;
use crate::model::Lang;

impl From<LangWord> for Lang {
    fn from(word: LangWord) -> Lang {
        match word {
            LangWord::Zh => Lang::Zh,
            LangWord::En => Lang::En,
        }
    }
}

/// The language before anything is parsed, so that help and usage errors speak it too.
pub fn from_surroundings(arguments: &[OsString], variable: impl Fn(&str) -> Option<String>) -> Lang {
    typed(arguments).unwrap_or_else(|| locale(variable))
}

/// `--lang en` or `--lang=en`, wherever it stands before a `--`.
fn typed(arguments: &[OsString]) -> Option<Lang> {
    let words: Vec<&str> =
        arguments.iter().map(|a| a.to_str().unwrap_or_default()).take_while(|word| *word != "--").collect();
    let value = words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--lang=") {
        Some(value) => Some(value),
        None if *word == "--lang" => words.get(at + 1).copied(),
        None => None,
    })?;
    match value {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The first of the three variables that says anything decides, as POSIX has it. `C` names no language.
pub fn locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| variable(name).filter(|v| !v.is_empty()));
    match said.as_deref().and_then(|value| value.split(['.', '@']).next()) {
        None | Some("C" | "POSIX") => Lang::Zh,
        Some(value) if value.starts_with("zh") => Lang::Zh,
        Some(_) => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::from_surroundings;
    use crate::model::Lang;

    fn lang(arguments: &[&str], variables: &[(&str, &str)]) -> Lang {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        from_surroundings(&arguments, |name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_typed_goes_before_the_locale() {
        assert_eq!(lang(&["run", "--lang", "en"], &[("LANG", "zh_CN.UTF-8")]), Lang::En);
        assert_eq!(lang(&["--lang=zh"], &[("LANG", "en_US.UTF-8")]), Lang::Zh);
        assert_eq!(lang(&["id", "--", "--lang", "en"], &[]), Lang::Zh);
    }

    #[test]
    fn the_locale_is_read_in_its_order_and_chinese_is_the_rest() {
        assert_eq!(lang(&[], &[("LC_ALL", ""), ("LC_MESSAGES", "en_GB"), ("LANG", "zh_CN")]), Lang::En);
        assert_eq!(lang(&[], &[("LC_ALL", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")]), Lang::Zh);
        assert_eq!(lang(&[], &[("LANG", "C.UTF-8")]), Lang::Zh);
        assert_eq!(lang(&[], &[]), Lang::Zh);
    }
}
