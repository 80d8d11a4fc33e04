//! What reading may cost on this machine.

use super::args::GlobalArguments;
use crate::source::{Limits, OwnProcess};

/// Less than this is not even enough for a small workbook.
const LEAST: u64 = 128 << 20;
/// Where the system does not tell how much memory there is.
const UNKNOWN: u64 = 4 << 30;

/// Every workbook is read by a process of its own. As many as there are threads share what `--memory` states, else half
/// of the machine's memory.
pub fn limits(global: &GlobalArguments) -> Limits {
    let memory = global.memory.unwrap_or_else(|| machine_memory().unwrap_or(UNKNOWN) / 2);
    let at_once = rayon::current_num_threads().max(1) as u64;
    let own_process =
        std::env::current_exe().ok().map(|program| OwnProcess { program, memory: (memory / at_once).max(LEAST) });
    Limits { own_process, ..Limits::default() }
}

/// Bytes of memory that the machine, or the container around the program, has.
fn machine_memory() -> Option<u64> {
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max");
    let container = container.ok().and_then(|text| text.trim().parse::<u64>().ok());
    let status = std::fs::read_to_string("/proc/meminfo").ok();
    let machine = status.as_deref().and_then(total);
    container.into_iter().chain(machine).min()
}

/// The total of `/proc/meminfo`.
fn total(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_told_in_bytes() {
        assert_eq!(total("MemFree: 1 kB\nMemTotal:       2048 kB\n"), Some(2 << 20));
        assert_eq!(total("MemTotal: much"), None);
    }
}
