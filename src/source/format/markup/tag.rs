//! A start tag of a web page, as far as tables need it.

/// Attributes that are looked at. Excel's own begin with `x:`, those of LibreOffice with `sd`.
const WANTED: [&str; 14] = [
    "colspan", "rowspan", "span", "style", "class", "hidden", "type", "value", "selected", "x:num", "x:str", "x:bool",
    "x:err", "sdval",
];

/// The tag at hand; its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Tag {
    name: String,
    /// Names by their position in [`WANTED`].
    attributes: Vec<(usize, String)>,
    /// The last attribute is one that is looked at and still has no value.
    waiting: bool,
}

impl Tag {
    pub fn begin(&mut self, name: &[u8]) {
        self.name.clear();
        self.name.push_str(std::str::from_utf8(name).unwrap_or(""));
        self.attributes.clear();
        self.waiting = false;
    }

    pub fn attribute(&mut self, name: &[u8]) {
        let wanted = WANTED.iter().position(|wanted| wanted.as_bytes() == name);
        // Of two with one name the first counts.
        let wanted = wanted.filter(|wanted| self.attributes.iter().all(|(other, _)| other != wanted));
        self.waiting = wanted.is_some();
        self.attributes.extend(wanted.map(|wanted| (wanted, String::new())));
    }

    pub fn value(&mut self, value: &[u8]) {
        if let Some((_, last)) = self.attributes.last_mut().filter(|_| self.waiting) {
            last.push_str(&String::from_utf8_lossy(value));
        }
        self.waiting = false;
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of an attribute; empty where it has none.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(wanted, _)| WANTED[*wanted] == name)?;
        Some(value)
    }

    /// A whole number, within bounds.
    pub fn number(&self, name: &str, default: u32, bounds: (u32, u32)) -> u32 {
        let Some(text) = self.get(name).map(str::trim) else { return default };
        let digits = &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())];
        match digits.parse::<u32>() {
            Ok(number) => number.clamp(bounds.0, bounds.1),
            // More digits than a number holds.
            Err(_) if !digits.is_empty() => bounds.1,
            Err(_) => default,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_numbers_are_bounded_and_the_first_of_two_counts() {
        let mut tag = Tag::default();
        tag.begin(b"td");
        for (name, value) in
            [("colspan", "100000000"), ("colspan", "2"), ("rowspan", "99999999999999999999"), ("q", "1")]
        {
            tag.attribute(name.as_bytes());
            tag.value(value.as_bytes());
        }
        tag.attribute(b"x:num");
        assert_eq!(tag.number("colspan", 1, (1, 1000)), 1000);
        assert_eq!(tag.number("rowspan", 1, (0, 65_534)), 65_534);
        assert_eq!(tag.number("span", 1, (1, 1000)), 1);
        assert_eq!((tag.get("x:num"), tag.get("q")), (Some(""), None));
    }
}
