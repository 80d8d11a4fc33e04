//! Text for people in the two languages of the program.

/// One sentence in Chinese and in English. The kernel knows nothing of the program's language setting: the caller picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Simplified Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Words {
    /// The sentence in Chinese (`true`) or English (`false`).
    pub const fn pick(self, zh: bool) -> &'static str {
        if zh { self.zh } else { self.en }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_picks_the_language() {
        let words = Words { zh: "空", en: "blank" };
        assert_eq!((words.pick(true), words.pick(false)), ("空", "blank"));
    }
}
