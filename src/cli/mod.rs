//! The command line: one binary, one file a command.

mod company;
mod completions;
mod dev;
mod embedded;
mod environment;
mod error;
mod healthcheck;
mod keys;
mod kinds;
mod machine;
mod metadata;
mod metrics;
mod migrate;
mod openapi;
mod org;
mod output;
mod run;
mod serve;
mod token;
mod work;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::error::CliError;
use self::output::{complain, say};

/// Datasource connections: typed credentials in, tested connection and cached schema out
#[derive(Debug, Parser)]
#[command(name = "headwater", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(Box<serve::Serve>),
    /// Run a server for development: embedded store, key file and first token made at the first start
    Dev(Box<dev::Dev>),
    /// Organisations
    #[command(subcommand)]
    Org(org::Org),
    /// Service tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Master keys
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Bring the metadata store to this version's form (the server does so at its start, too)
    Migrate(migrate::Migrate),
    /// List the kinds of datasource
    Kinds(kinds::Kinds),
    /// Print the OpenAPI document
    Openapi,
    /// Print what a shell needs to complete this command line
    Completions(completions::Completions),
    /// Ask a running server whether it is ready; exit code 0 if so
    Healthcheck(healthcheck::Healthcheck),
    /// Run jobs for a server, which starts this by itself
    #[command(hide = true)]
    Work(work::Work),
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let matches = environment::without_empty(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match execute(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<(), CliError> {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| CliError::Text(format!("cannot start threads: {e}")))
    };
    match command {
        Command::Serve(serve) => runtime()?.block_on(serve.run()),
        Command::Dev(dev) => runtime()?.block_on(dev.run()),
        Command::Org(org) => runtime()?.block_on(org.run()),
        Command::Token(token) => runtime()?.block_on(token.run()),
        Command::Keys(keys) => runtime()?.block_on(keys.run()),
        Command::Migrate(migrate) => runtime()?.block_on(migrate.run()),
        Command::Kinds(kinds) => {
            kinds.run();
            Ok(())
        }
        Command::Openapi => openapi::run(),
        Command::Completions(completions) => {
            completions.run(Cli::command());
            Ok(())
        }
        Command::Healthcheck(check) => runtime()?.block_on(check.run()),
        Command::Work(work) => work.run(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Every flag of the server has an environment twin, and every flag has a help text.
    #[test]
    fn every_flag_has_a_twin_and_a_text() {
        fn walk(command: &clap::Command, path: &str) {
            for arg in command.get_arguments().filter(|a| !["help", "version"].contains(&a.get_id().as_str())) {
                assert!(arg.get_help().is_some(), "{path} {} has no help", arg.get_id());
                if path.ends_with("serve") {
                    assert!(arg.get_env().is_some(), "{path} {} has no environment twin", arg.get_id());
                }
            }
            for sub in command.get_subcommands() {
                walk(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        walk(&Cli::command(), "headwater");
    }
}
