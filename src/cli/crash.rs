//! What happens when the program itself is at fault: a short message, never the data it was at.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

use super::exit::{Exit, Failure};

/// Where the latest panic came from.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Runs the program. A panic's own words may quote a cell, so they are never shown; panics that a reader or the SQL engine's
/// room catches leave no word at all.
///
/// # Errors
/// The work's own, and [`Exit::Failed`] when it panics.
pub fn guarded(work: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(|place| format!("{}:{}", short(place.file()), place.line()));
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        Err(Failure::new(
            Exit::Failed,
            format!("程序内部出错（{place}），已停止；已发布的快照不变。这是程序的缺陷，请把本行告诉维护人员"),
            format!(
                "the program itself failed ({place}) and has stopped; the published snapshot stays. This is a defect: \
                 please tell the maintainers this line"
            ),
        ))
    })
}

/// The last three parts of a source file's path, which tell a crate's file without the builder's own folders.
fn short(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    parts[parts.len().saturating_sub(3)..].join("/")
}

#[cfg(test)]
mod tests {
    use super::{guarded, short};
    use crate::cli::exit::Exit;

    #[test]
    fn a_panic_becomes_a_failure_without_its_words() {
        let failure = guarded(|| panic!("362401196503120012")).err();
        let _ = std::panic::take_hook();
        let Some(failure) = failure else { panic!("it went on") };
        assert_eq!(failure.exit, Exit::Failed);
        assert!(failure.words.zh.contains("src/cli/crash.rs:"), "{}", failure.words.zh);
        assert!(!failure.words.zh.contains("362401") && !failure.words.en.contains("362401"));
    }

    #[test]
    fn a_place_keeps_the_end_of_its_path() {
        assert_eq!(short("/home/a/registry/polars-0.55/src/lib.rs"), "polars-0.55/src/lib.rs");
        assert_eq!(short("src/main.rs"), "src/main.rs");
    }
}
