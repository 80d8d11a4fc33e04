//! The plan of the house, checked against the sources: which room may use which, which crate may be named where, and a
//! few habits. What it checks is described in docs/architecture.md.
#![allow(clippy::disallowed_methods, reason = "reads the sources of the program")]

#[path = "architecture/checker.rs"]
mod checker;
#[path = "architecture/made_up.rs"]
mod made_up;

use std::path::Path;

use checker::{Source, check};

#[test]
fn the_sources_keep_to_the_plan_of_the_house() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources);
    assert!(sources.len() > 10, "found only {} sources under {}", sources.len(), root.display());
    let faults = check(&sources);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder of src").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
            sources.push(Source::new(&name, &std::fs::read_to_string(&path).expect("a readable source")));
        }
    }
}
