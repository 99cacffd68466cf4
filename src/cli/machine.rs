//! What the machine is: for settings that go by it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Memory for each child process that may be busy at once: what an ordinary job takes, several times over.
const CHILD_BYTES: u64 = 64 << 20;

/// Busy child processes for each processor. Most of what a job does is waiting.
const PER_PROCESSOR: usize = 8;

/// How many child processes run jobs before jobs share them.
pub(super) fn children_by_machine() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let by_memory = memory().map_or(usize::MAX, |bytes| usize::try_from(bytes / CHILD_BYTES).unwrap_or(usize::MAX));
    (processors * PER_PROCESSOR).min(by_memory).clamp(4, 64)
}

/// File descriptors that this process may have, after taking all that it is allowed: one for each client and each source.
pub(super) fn descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // What is not given stays as it was.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Bytes of memory, of the machine or of the container.
fn memory() -> Option<u64> {
    let of_group = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let of_machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    of_group.into_iter().chain(of_machine).min()
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1_024)
}

/// This very program, even if the file has been replaced meanwhile by an upgrade.
pub(super) fn own_program() -> io::Result<PathBuf> {
    // Tests put another program in the place of children.
    #[cfg(debug_assertions)]
    if let Some(program) = std::env::var_os("HEADWATER_DEBUG_WORKER") {
        return Ok(program.into());
    }
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_memory_and_processors() {
        assert_eq!(total("MemTotal:       24684052 kB\nMemFree: 1 kB\n"), Some(24_684_052 << 10));
        assert_eq!(total("nothing"), None);
        assert!((4..=64).contains(&children_by_machine()));
    }
}
