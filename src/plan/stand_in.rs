//! Stands in for `kernel::text::fold` and `kernel::header::normalise` until they are here.

pub fn fold(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

pub fn normalise(header: &str) -> String {
    fold(header)
}
