//! Which keys hold secrets, so that nobody reads a password off a fault.

use super::nearest::nearest;

/// True of a key that is called like a password, slips of typing included.
fn is_password(key: &str) -> bool {
    const WORDS: [&str; 7] = ["pass", "pwd", "secret", "token", "密码", "密钥", "口令"];
    let key = key.to_lowercase();
    WORDS.iter().any(|word| key.contains(word)) || nearest(&key, ["password"]).is_some()
}

/// True of a key that nobody knows and that may have been meant for a secret.
pub fn is_likely(key: &str) -> bool {
    is_password(key) || nearest(key, ["key"]).is_some()
}

/// Where on a line that is no TOML a secret begins: behind the sign of equality of its key. The `key` of a schema is a list.
pub fn in_line(line: &str) -> Option<usize> {
    line.match_indices('=').map(|(at, _)| at).find_map(|at| {
        let before = line[..at].trim_end().trim_end_matches(['"', '\'']);
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').map_or(0, |at| at + 1);
        let key = before.get(start..)?;
        let is_list = line[at + 1..].trim_start().starts_with('[');
        (is_password(key) || (key == "key" && !is_list)).then_some(at + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::{in_line, is_likely};

    #[test]
    fn secrets_are_known_by_their_keys() {
        assert!(["password", "pasword", "passwd", "kye", "keys", "密码"].iter().all(|key| is_likely(key)));
        assert!(!["files", "every", "schemas"].iter().any(|key| is_likely(key)));
        assert_eq!(in_line("password = hunter2"), Some(10));
        assert_eq!(in_line("gate = { x = 1 }, \"pasword\" = hunter2"), Some(29));
        assert_eq!(in_line("key = hunter2"), Some(5));
        assert_eq!(in_line("key = [\"id_number\""), None);
        assert_eq!(in_line("文 = 1"), None);
    }
}
