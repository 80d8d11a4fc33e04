//! Reads Rust sources as text, which is enough for `use crate::room` and `crate_name::`; comments and strings are taken
//! out first.

use std::collections::{BTreeMap, BTreeSet};

/// Rooms from the cellar up. A room may use those before it; rooms that share a floor may not form a circle.
const FLOORS: [&[&str]; 7] = [
    &["model"],
    &["kernel"],
    &["sql", "plan"],
    &["stage"],
    &["source", "store", "report", "query", "synth"],
    &["pipeline"],
    &["cli", "lib", "main"],
];

/// Who may name a crate (or a part of `std`) that is a door to the outside or a matter of one room.
const DOORS: [(&str, &[&str]); 23] = [
    ("calamine", &["source"]),
    ("ZipArchive", &["source"]),
    ("flate2", &["source"]),
    ("quick_xml", &["source"]),
    ("html5gum", &["source"]),
    ("office_crypto", &["source"]),
    ("rlimit", &["source", "cli"]),
    ("cfb", &["source", "synth"]),
    ("chardetng", &["source"]),
    ("encoding_rs_io", &["source"]),
    ("glob", &["source", "plan"]),
    ("csv", &["source", "synth", "report", "cli"]),
    ("parquet", &["source", "store"]),
    ("polars", &["sql", "query"]),
    ("rust_xlsxwriter", &["report", "synth"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("comfy_table", &["cli"]),
    ("signal_hook", &["cli", "store"]),
    ("std::fs", &["source", "store", "cli"]),
    ("std::env", &["source", "store", "cli"]),
];

const LONGEST_FILE: usize = 500;
const LONG_BECAUSE: &str = "// Long because: ";
const VAGUE_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "prelude", "stuff"];
const UNFINISHED: [&str; 3] = ["TODO", "FIXME", "XXX"];

/// One file under `src/`.
pub struct Source {
    /// Relative to `src/`, with slashes: `stage/link/block.rs`.
    path: String,
    text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Source { path: path.into(), text: text.into() }
    }

    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

/// Every breach, each as `path:line: what is wrong`.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        let room = source.room();
        let code = strip(&source.text);
        let tests_from = tests_begin(source, &code);
        check_habits(source, &code, tests_from, &mut faults);
        for (line, used) in rooms_used(source, &code, tests_from) {
            if used == room {
                continue;
            }
            uses.entry(room).or_default().insert(used.clone());
            if let Some(fault) = floor_fault(room, &used) {
                faults.push(format!("{}:{line}: {fault}", source.path));
            }
        }
        for (name, rooms) in DOORS {
            if !rooms.contains(&room)
                && let Some(line) = names(&code, name, tests_from)
            {
                faults.push(format!("{}:{line}: only {} may name {name}", source.path, rooms.join(", ")));
            }
        }
        if floor(room).is_none() {
            faults.push(format!("{}:1: the room {room} is on no floor of the plan", source.path));
        }
    }
    faults.extend(circles(&uses));
    faults
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn floor_fault(room: &str, used: &str) -> Option<String> {
    let (own, other) = (floor(room)?, floor(used)?);
    match room {
        "main" if used == "cli" => None,
        "lib" => None,
        "kernel" | "model" => Some(format!("{room} uses nothing of ours, but here uses {used}")),
        _ if other > own => Some(format!("{room} (floor {}) may not use {used} (floor {})", own + 1, other + 1)),
        _ => None,
    }
}

/// A circle of rooms that use each other, found by taking away rooms that use none of the rest.
fn circles(uses: &BTreeMap<&str, BTreeSet<String>>) -> Option<String> {
    let mut left: BTreeMap<&str, BTreeSet<&str>> =
        uses.iter().map(|(room, used)| (*room, used.iter().map(String::as_str).collect())).collect();
    loop {
        let open: BTreeSet<&str> = left.keys().copied().collect();
        let free: Vec<&str> = left.iter().filter(|(_, used)| used.is_disjoint(&open)).map(|(room, _)| *room).collect();
        if free.is_empty() {
            break;
        }
        for room in free {
            left.remove(room);
        }
    }
    if left.is_empty() {
        return None;
    }
    Some(format!("rooms use each other in a circle: {}", left.into_keys().collect::<Vec<_>>().join(", ")))
}

fn check_habits(source: &Source, code: &str, tests_from: usize, faults: &mut Vec<String>) {
    let path = &source.path;
    let length = source.text.lines().count();
    if length > LONGEST_FILE && !source.text.starts_with(LONG_BECAUSE) {
        faults.push(format!("{path}:1: {length} lines; split it, or say why on the first line: {LONG_BECAUSE}…"));
    }
    for part in path.split('/') {
        let stem = part.strip_suffix(".rs").unwrap_or(part);
        if VAGUE_NAMES.contains(&stem) {
            faults.push(format!("{path}:1: {stem} says nothing about what is in it"));
        }
    }
    for (at, line) in code.lines().enumerate() {
        let use_line: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if at + 1 < tests_from && use_line.contains("use super::*") {
            faults.push(format!("{path}:{}: `use super::*` hides what is used", at + 1));
        }
    }
    for (at, line) in source.text.lines().enumerate() {
        if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
            faults.push(format!("{path}:{}: {word}: finish it or leave it out", at + 1));
        }
        if names_an_issue(line) {
            faults.push(format!("{path}:{}: say the reason itself, not the number of an issue", at + 1));
        }
    }
}

/// The line (from 1) at which the tests begin; files that are tests as a whole begin at 0.
fn tests_begin(source: &Source, code: &str) -> usize {
    let stem = source.path.rsplit('/').next().unwrap_or_default();
    if stem == "tests.rs" || source.path.contains("/tests/") {
        return 0;
    }
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    lines
        .iter()
        .enumerate()
        .position(|(at, line)| {
            *line == "#[cfg(test)]"
                && lines[at + 1..].iter().find(|l| !l.starts_with("#[")).is_some_and(|l| opens_module(l))
        })
        .map_or(usize::MAX, |at| at + 1)
}

fn opens_module(line: &str) -> bool {
    line.strip_prefix("pub ").unwrap_or(line).starts_with("mod ") && line.ends_with('{')
}

/// `(line, room)` for every `crate::room`, and every room in `use crate::{…}`, outside tests.
fn rooms_used(source: &Source, code: &str, tests_from: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let path = &source.path;
    let is_door = !path.contains('/') || (path.ends_with("/mod.rs") && path.matches('/').count() == 1);
    // In the first file of a room `super` is the crate.
    let roots: &[&str] = if is_door { &["crate::", "ronghe::", "super::"] } else { &["crate::", "ronghe::"] };
    for root in roots {
        for at in occurrences(code, root) {
            let line = line_of(code, at);
            if line >= tests_from {
                continue;
            }
            let rest = code[at + root.len()..].trim_start();
            match rest.strip_prefix('{') {
                Some(list) => found.extend(first_names(list).into_iter().map(|name| (line, name))),
                None => found.push((line, leading_name(rest))),
            }
        }
    }
    found.retain(|(_, name)| floor(name).is_some());
    found
}

/// The first name of each entry of a use list, up to its closing brace.
fn first_names(list: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0usize, true, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && depth == 0 && !c.is_whitespace() => {
                names.push(leading_name(&list[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn leading_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first line outside tests that names a crate: `name::`, `use name;`, `use name as`, or for `std::fs` also
/// `use std::{fs, …}`.
fn names(code: &str, name: &str, tests_from: usize) -> Option<usize> {
    let hit = |at: usize| {
        let line = line_of(code, at);
        (line < tests_from).then_some(line)
    };
    if let Some((root, leaf)) = name.split_once("::") {
        let direct =
            occurrences(code, name).into_iter().filter(|at| !continues(&code[at + name.len()..])).find_map(hit);
        let listed = occurrences(code, &format!("{root}::{{"))
            .into_iter()
            .filter(|at| first_names(&code[at + root.len() + 3..]).iter().any(|n| n == leaf))
            .find_map(hit);
        return direct.or(listed);
    }
    occurrences(code, name)
        .into_iter()
        .filter(|at| {
            let rest = &code[at + name.len()..];
            let imported = code[..*at].trim_end().ends_with("use");
            rest.starts_with("::") || (imported && !continues(rest))
        })
        .filter(|at| {
            !code[..*at].ends_with("crate::") && !code[..*at].ends_with("self::") && !code[..*at].ends_with("super::")
        })
        .find_map(hit)
}

fn continues(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Where `needle` begins a path: not within a longer name.
fn occurrences(code: &str, needle: &str) -> Vec<usize> {
    code.match_indices(needle)
        .map(|(at, _)| at)
        .filter(|at| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .collect()
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next())
    })
}

/// `#123` after a word that points to a tracker, or such a word with a number: row ids (`…/5#2`) and raw strings are not.
fn names_an_issue(line: &str) -> bool {
    let lower = line.to_lowercase();
    ["issue", "issues", "bug", "ticket", "pr", "gh", "pull request"].iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let before = lower[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
            let rest = lower[at + word.len()..].trim_start_matches([' ', '-']);
            let marked = rest.strip_prefix('#').or_else(|| rest.strip_prefix("/ #"));
            before && marked.is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
        })
    })
}

/// The code with comments, strings and characters blanked out; line breaks stay.
pub fn strip(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let blank = |from: usize, to: usize, out: &mut String| {
        out.extend(chars[from..to].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    };
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_end(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => comment_end(&chars, at),
            '"' => quoted_end(&chars, at),
            'r' if !word_before(&chars, at) => raw_end(&chars, at).unwrap_or(at),
            '\'' => character_end(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end > at {
            blank(at, end, &mut out);
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Whether the letter at `at` goes on a name. `br"…"` is a raw string too; any other letter before makes it a name.
fn word_before(chars: &[char], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    match chars[before] {
        'b' => word_before(chars, before),
        c => c.is_alphanumeric() || c == '_',
    }
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |n| at + n)
}

fn comment_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (0, at);
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn quoted_end(chars: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let close =
        |i: &usize| chars[*i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    Some((open + 1..chars.len()).find(close).map_or(chars.len(), |i| i + 1 + hashes))
}

/// A character literal, and not a lifetime.
fn character_end(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars[at + 3..].iter().position(|c| *c == '\'')?;
        return Some(at + 3 + close + 1);
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}
