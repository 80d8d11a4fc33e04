//! Panics of the libraries are part of the game: the readers catch them and tell that the file is torn. Only one that
//! comes through ends the fuzzing, so libFuzzer's own hook, which ends it at any panic, is replaced.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::abort;
use std::sync::Once;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs a check; ends the program with the words of a panic that comes through.
pub fn guarded(check: impl FnOnce()) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| set_hook(Box::new(|panic| LAST.with(|last| *last.borrow_mut() = panic.to_string()))));
    if catch_unwind(AssertUnwindSafe(check)).is_err() {
        eprintln!("{}", LAST.with(|last| last.borrow().clone()));
        abort();
    }
}
