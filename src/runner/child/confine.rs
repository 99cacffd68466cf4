//! What a child does to itself before it does anything else.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};

/// How much sooner than the server the kernel ends a child when the machine has no memory left (-1000 to 1000).
const OOM_SCORE: &str = "500";

/// How much a child gives way to the server.
const NICE: i32 = 2;

/// Takes from this process the memory beyond `bytes`, its core dumps, and its place before the server.
pub(super) fn confine(bytes: u64) -> io::Result<()> {
    let limit = |resource, n: u64| {
        // The operator's own limit may be lower.
        let n = Some(getrlimit(resource).maximum.map_or(n, |maximum| maximum.min(n)));
        setrlimit(resource, Rlimit { current: n, maximum: n })
    };
    // Memory that is written to: the heap, stacks, and every private mapping. Address space that is only reserved is not counted.
    limit(Resource::Data, bytes)?;
    // A core would have the secrets of its jobs.
    limit(Resource::Core, 0)?;
    // Neither is worth failing for: without them a child is as important as the server.
    let _ = nice(NICE);
    let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE);
    Ok(())
}
