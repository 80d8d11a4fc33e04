//! How the program ends.

use std::process::ExitCode;

use crate::model::Words;

/// The exit codes that scripts rely on; docs/exit-codes.md explains them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    /// Failed; the snapshot before is intact.
    Failed = 1,
    /// What was typed or configured is wrong.
    Usage = 2,
    /// Published, but something wants a look.
    Attention = 3,
    /// The quality gate refused to publish.
    Refused = 4,
    NoDatabase = 10,
    Locked = 11,
    Damaged = 12,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command ends early. Carries no data of anybody.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub words: Words,
    /// The chain of causes, outermost first.
    pub causes: Vec<String>,
}

impl Failure {
    pub fn new(exit: Exit, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Failure { exit, words: Words::new(zh, en), causes: Vec::new() }
    }

    /// The same with the error that brought it about, and the errors behind that one.
    pub fn because(mut self, error: &dyn std::error::Error) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let text = error.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }
}
