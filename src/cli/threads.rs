//! `--threads N`: both pools that work is spread over, ours and the SQL engine's, get N threads.

use std::ffi::OsString;

use super::exit::{Exit, Failure};

/// The engine reads its number of threads from here when its pool starts.
const ENGINE_THREADS: &str = "POLARS_MAX_THREADS";

/// Bounds the threads. The engine listens to its variable alone, and a program may not safely set a variable for itself:
/// where it differs, the program starts itself once more in its own place, under the same process id.
///
/// # Errors
/// When the program cannot start itself again or the pool stands already.
pub fn bound(threads: u16, typed: &[OsString], variable: impl Fn(&str) -> Option<String>) -> Result<(), Failure> {
    if variable(ENGINE_THREADS).as_deref() != Some(threads.to_string().as_str()) {
        start_again(threads, typed)?;
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .map_err(|error| failure(threads).because(&error))
}

/// Comes back only when it fails.
#[cfg(unix)]
fn start_again(threads: u16, typed: &[OsString]) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;
    let program = std::env::current_exe().map_err(|error| failure(threads).because(&error))?;
    let mut command = std::process::Command::new(program);
    if let Some(name) = typed.first() {
        command.arg0(name);
    }
    let error = command.args(typed.iter().skip(1)).env(ENGINE_THREADS, threads.to_string()).exec();
    Err(failure(threads).because(&error))
}

#[cfg(not(unix))]
fn start_again(threads: u16, _typed: &[OsString]) -> Result<(), Failure> {
    Err(Failure::new(
        Exit::Usage,
        format!("在此系统上使用 --threads 之前，请先设置环境变量 {ENGINE_THREADS}={threads}"),
        format!("on this system set the environment variable {ENGINE_THREADS}={threads} before using --threads"),
    ))
}

fn failure(threads: u16) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("无法把线程数限制为 {threads}"),
        format!("the threads cannot be bounded to {threads}"),
    )
}
