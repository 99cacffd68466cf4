//! `headwater completions`: what a shell needs to complete this command line.

use clap::{Args, Command, ValueEnum};
use clap_complete::{Shell, generate};

use super::say;

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum For {
    Bash,
    Zsh,
    Fish,
}

/// Print a script for a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Which shell: for bash, `source <(headwater completions bash)`
    #[arg(value_enum)]
    shell: For,
}

impl Completions {
    pub(super) fn run(&self, mut command: Command) {
        let shell = match self.shell {
            For::Bash => Shell::Bash,
            For::Zsh => Shell::Zsh,
            For::Fish => Shell::Fish,
        };
        let mut script = Vec::new();
        generate(shell, &mut command, "headwater", &mut script);
        say(String::from_utf8_lossy(&script).trim_end());
    }
}
