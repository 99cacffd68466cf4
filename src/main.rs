//! The `headwater` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    headwater::cli::run()
}
