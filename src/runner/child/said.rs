//! What a child says on standard error: a driver may print anything there, so only what is known to hold no secret goes on.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// As much of it is listened to.
const BYTES: u64 = 16 << 10;

/// Puts what is known into the log, and throws the rest away.
pub(super) async fn listen(pid: u32, stderr: impl AsyncRead + Unpin) {
    let mut stderr = BufReader::new(stderr);
    let mut lines = (&mut stderr).take(BYTES).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(known) = known(&line) {
            tracing::warn!(child.pid = pid, said = known, "a child process speaks");
        }
    }
    // A pipe that nobody reads would stop the child.
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
}

/// The part of a line that is the run-time's own words, or ours.
fn known(line: &str) -> Option<&str> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let place = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-:".contains(&b));
    if line.strip_prefix("memory allocation of ").and_then(|rest| rest.strip_suffix(" bytes failed")).is_some_and(number)
        || line.strip_prefix("panicked at ").is_some_and(place)
    {
        Some(line)
    } else if line.contains("has overflowed its stack") {
        Some("a thread has overflowed its stack")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l1_only_words_that_hold_no_secret() {
        for line in ["memory allocation of 4096 bytes failed", "panicked at crates/connectors/src/a.rs:7"] {
            assert_eq!(known(line), Some(line));
        }
        assert_eq!(known("thread 'job' (7) has overflowed its stack"), Some("a thread has overflowed its stack"));
        for line in ["", "password", "panicked at a.rs:7: secret", "memory allocation of secret bytes failed", "fatal: secret"] {
            assert_eq!(known(line), None, "{line}");
        }
    }
}
