//! Environment variables that are set to nothing: compose files and manifests pass them on like that.

use clap::Command;

/// The same command line, to which an empty variable is one that is not set.
pub(super) fn without_empty(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let empty = arg.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
        if empty { arg.env(None::<&'static str>) } else { arg }
    });
    command.mut_subcommands(without_empty)
}
