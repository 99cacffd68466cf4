//! Where a command's words go.

use super::error::CliError;

/// Prints why a command failed.
#[expect(clippy::print_stderr, reason = "a command line speaks on standard error")]
pub(super) fn complain(error: &CliError) {
    eprintln!("headwater: {error}");
}

/// Prints a line of a command's result.
#[expect(clippy::print_stdout, reason = "the result of a command")]
pub(super) fn say(line: &str) {
    println!("{line}");
}
