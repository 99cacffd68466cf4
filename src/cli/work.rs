//! `headwater work`: the server's own child, which runs jobs.

use clap::Args;

use super::CliError;
use crate::runner;

/// Run jobs that come on standard input.
#[derive(Debug, Args)]
pub(super) struct Work {
    /// Most memory, in bytes
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(32 << 20..=1 << 40))]
    memory: u64,
}

impl Work {
    pub(super) fn run(self) -> Result<(), CliError> {
        runner::work(self.memory).map_err(|e| CliError::Text(format!("cannot run jobs: {e}")))
    }
}
