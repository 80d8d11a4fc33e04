//! Text as a web page shows it: white space runs together, tags break lines.

/// Gathers a cell's text.
#[derive(Debug, Default)]
pub(super) struct Flow {
    text: String,
    /// White space was met that shows only if more text follows on the line.
    space: bool,
}

impl Flow {
    pub fn clear(&mut self) {
        self.text.clear();
        self.space = false;
    }

    /// The number of bytes gathered.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Appends text; `verbatim` where the page keeps its line breaks. A space that may not break is a space.
    pub fn push(&mut self, text: &str, verbatim: bool) {
        for c in text.chars() {
            match c {
                '\n' if verbatim => self.break_line(),
                ' ' | '\t' | '\n' | '\r' | '\u{C}' => self.space = true,
                c => {
                    if std::mem::take(&mut self.space) && !self.at_start() {
                        self.text.push(' ');
                    }
                    self.text.push(if c == '\u{A0}' { ' ' } else { c });
                }
            }
        }
    }

    /// A line break, as `<br>` makes one.
    pub fn break_line(&mut self) {
        self.space = false;
        self.text.push('\n');
    }

    /// What follows begins a line, as a paragraph does.
    pub fn begin_line(&mut self) {
        if !self.at_start() {
            self.break_line();
        }
    }

    /// What follows is apart, as the next cell of a table within is.
    pub fn apart(&mut self) {
        self.space = true;
    }

    /// The text without white space around it.
    pub fn shown(&self) -> &str {
        self.text.trim_matches(|c: char| matches!(c, ' ' | '\n'))
    }

    fn at_start(&self) -> bool {
        self.text.is_empty() || self.text.ends_with('\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_runs_together_and_breaks_break() {
        let mut flow = Flow::default();
        flow.push("\n  王\n\t五 ", false);
        flow.break_line();
        flow.push("  二\u{A0}\u{A0}组", false);
        flow.begin_line();
        flow.begin_line();
        flow.push("x", false);
        flow.apart();
        flow.push("y\n", false);
        assert_eq!(flow.shown(), "王 五\n二  组\nx y");
    }

    #[test]
    fn preformatted_text_keeps_its_lines() {
        let mut flow = Flow::default();
        flow.push("一\r\n二", true);
        assert_eq!(flow.shown(), "一\n二");
    }
}
