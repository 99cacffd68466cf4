//! Settings: every flag has an environment twin, every secret is a [`SecretString`].

mod files;
mod front;
mod listen;
mod secret;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use catalog::{Limits, SampleLimits};
use clap::{Args, ValueEnum};
use egress::{Host, Moved, OwnEndpoint, Policy, Profile, Rule, own_endpoints_of_listener};
use secrecy::SecretString;
use store::DatabaseAddress;

use self::secret::secret;
use crate::limit::{DAY, HOUR, INSTANT, between, within};

pub(crate) use files::FileLimits;
pub(crate) use front::{Front, MetricsSettings};
pub(crate) use listen::Listen;

/// Where the metadata is kept.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_field_names, reason = "a flag's name is its field's")]
pub(crate) struct Database {
    /// Metadata store: postgres://USER:PASSWORD@HOST:PORT/DATABASE or sqlite:PATH
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL", value_parser = secret)]
    pub(crate) database_url: Option<SecretString>,
    /// File that holds the metadata store's URL
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE")]
    pub(crate) database_url_file: Option<PathBuf>,
    /// Without a URL: folder of the embedded store and its key file
    #[arg(long, env = "HEADWATER_DATA_DIR", value_name = "FOLDER", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Most connections to the metadata store
    #[arg(long, env = "HEADWATER_DATABASE_CONNECTIONS", value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) database_connections: u32,
}

/// The keys that wrap the organisations' data keys.
#[derive(Debug, Clone, Args)]
pub(crate) struct Keys {
    /// Master keys as ID:KEY, newest first, separated by commas; `headwater keys generate` makes one
    #[arg(long, env = "HEADWATER_MASTER_KEYS", hide_env_values = true, value_name = "ID:KEY,…", value_parser = secret)]
    pub(crate) master_keys: Option<SecretString>,
    /// File that holds the master keys
    #[arg(long, env = "HEADWATER_MASTER_KEYS_FILE", value_name = "FILE")]
    pub(crate) master_keys_file: Option<PathBuf>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere
    Auto,
    /// One JSON object a line
    Json,
    /// For people
    Pretty,
}

/// The log.
#[derive(Debug, Clone, Args)]
pub(crate) struct Log {
    /// What is logged: error, warn, info, debug, trace, or a filter such as headwater=debug
    #[arg(long, env = "HEADWATER_LOG", value_name = "FILTER", default_value = "info")]
    pub(crate) log: String,
    /// How it is written (to standard error)
    #[arg(long, env = "HEADWATER_LOG_FORMAT", value_name = "FORMAT", default_value = "auto", value_enum)]
    pub(crate) log_format: LogFormat,
}

/// Limits of requests and jobs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Service {
    /// Time limit of a connection test
    #[arg(long, env = "HEADWATER_TEST_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = within(INSTANT, HOUR))]
    pub(crate) test_timeout: Duration,
    /// Time limit for reading a schema
    #[arg(long, env = "HEADWATER_READ_TIMEOUT", value_name = "DURATION", default_value = "5m", value_parser = within(INSTANT, DAY))]
    pub(crate) read_timeout: Duration,
    /// Time limit for a request to arrive whole
    #[arg(long, env = "HEADWATER_REQUEST_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = within(INSTANT, HOUR))]
    pub(crate) request_timeout: Duration,
    /// How long running requests may go on after a signal to stop
    #[arg(long, env = "HEADWATER_SHUTDOWN_GRACE", value_name = "DURATION", default_value = "30s", value_parser = within(Duration::ZERO, DAY))]
    pub(crate) shutdown_grace: Duration,
    /// Largest request body, in bytes
    #[arg(long, env = "HEADWATER_MAX_BODY", value_name = "BYTES", default_value_t = 1 << 20, value_parser = between(1 << 10, 1 << 30))]
    pub(crate) max_body: usize,
    /// Most connection tests at once; one organisation gets half of them at most, and one all the same where it has none
    #[arg(long, env = "HEADWATER_MAX_TESTS", value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(crate) max_tests: u32,
    /// Most schemas read at once; one organisation gets half of them at most, and one all the same where it has none
    #[arg(long, env = "HEADWATER_MAX_READS", value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) max_reads: u32,
    /// How long a job may wait for a place, in all; then it is refused as busy
    #[arg(long, env = "HEADWATER_QUEUE_TIMEOUT", value_name = "DURATION", default_value = "5m", value_parser = within(Duration::ZERO, DAY))]
    pub(crate) queue_timeout: Duration,
    /// Most tables of one schema cache; what lies beyond is left out and the cache marked partial
    #[arg(long, env = "HEADWATER_MAX_TABLES", value_name = "N", default_value_t = Limits::default().tables, value_parser = between(1, 10_000_000))]
    pub(crate) max_tables: usize,
    /// Most columns of one schema cache
    #[arg(long, env = "HEADWATER_MAX_COLUMNS", value_name = "N", default_value_t = Limits::default().columns, value_parser = between(1, 1_000_000_000))]
    pub(crate) max_columns: usize,
    /// Rows or documents of one table that are looked at where a source declares no schema
    #[arg(long, env = "HEADWATER_SAMPLE_ROWS", value_name = "N", default_value_t = SampleLimits::default().rows, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) sample_rows: u32,
    /// Most bytes of them
    #[arg(long, env = "HEADWATER_SAMPLE_BYTES", value_name = "BYTES", default_value_t = SampleLimits::default().bytes, value_parser = between(1 << 10, 1 << 30))]
    pub(crate) sample_bytes: usize,
    /// How long a source may take for them
    #[arg(long, env = "HEADWATER_SAMPLE_TIME", value_name = "DURATION", default_value = "2s", value_parser = within(INSTANT, HOUR))]
    pub(crate) sample_time: Duration,
    /// How long what a killed server wrote of an unfinished schema is kept
    // Long enough to be renewed in time, short enough that what is lost does go.
    #[arg(long, env = "HEADWATER_STAGING_LEASE", value_name = "DURATION", default_value = "2m", value_parser = within(Duration::from_secs(1), DAY))]
    pub(crate) staging_lease: Duration,
    /// Most bytes of unfinished schemas of one organisation at once, compressed
    #[arg(long, env = "HEADWATER_MAX_STAGED", value_name = "BYTES", default_value_t = 1 << 30, value_parser = clap::value_parser!(u64).range(1 << 16..=1 << 40))]
    pub(crate) max_staged: u64,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
    #[command(flatten)]
    pub(crate) front: Front,
    #[command(flatten)]
    pub(crate) files: FileLimits,
}

impl Service {
    /// The caps for one job.
    pub(crate) fn limits(&self) -> Limits {
        let sample = SampleLimits { rows: self.sample_rows, bytes: self.sample_bytes, time: self.sample_time };
        Limits { tables: self.max_tables, columns: self.max_columns, sample, ..Limits::default() }
    }
}

/// Where drivers run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunnerKind {
    /// In the server's own process
    InProcess,
    /// In child processes
    Child,
}

/// How jobs are run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Jobs {
    /// Where drivers run [default: child for serve, in-process for dev]
    #[arg(long, env = "HEADWATER_RUNNER", value_name = "RUNNER", value_enum)]
    pub(crate) runner: Option<RunnerKind>,
    /// Child processes before jobs of one organisation share them [default: by memory and processors]
    #[arg(long, env = "HEADWATER_MAX_CHILDREN", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) max_children: Option<u32>,
    /// Most memory of a child process, in bytes
    #[arg(long, env = "HEADWATER_CHILD_MEMORY", value_name = "BYTES", default_value_t = 512 << 20, value_parser = clap::value_parser!(u64).range(32 << 20..=1 << 40))]
    pub(crate) child_memory: u64,
}

/// What connectors may reach beside the profile.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct EgressLists {
    /// Networks to allow beside the profile's; host suffixes (.example.com) and ports (port:5432) to narrow it to
    #[arg(long, env = "HEADWATER_EGRESS_ALLOW", value_name = "RULE,…", value_delimiter = ',')]
    pub(crate) egress_allow: Vec<Rule>,
    /// Networks, host suffixes and ports that are always refused
    #[arg(long, env = "HEADWATER_EGRESS_DENY", value_name = "RULE,…", value_delimiter = ',')]
    pub(crate) egress_deny: Vec<Rule>,
    /// Hosts of vendors that are reached somewhere else: a private endpoint, an emulator
    #[arg(long, env = "HEADWATER_EGRESS_ENDPOINTS", value_name = "HOST=URL,…", value_delimiter = ',')]
    pub(crate) egress_endpoints: Vec<Moved>,
    /// Name servers that jobs ask in place of those of /etc/resolv.conf
    #[arg(long, env = "HEADWATER_DNS_SERVERS", value_name = "ADDRESS[:PORT],…", value_delimiter = ',', value_parser = name_server)]
    pub(crate) dns_servers: Vec<SocketAddr>,
}

/// An address, with a port or without.
fn name_server(text: &str) -> Result<SocketAddr, &'static str> {
    let alone = |text: &str| text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53));
    text.parse().or_else(|_| alone(text)).map_err(|_| "must be the address of a name server, with its port or without")
}

impl EgressLists {
    /// The policy of a server that listens on `listen` and keeps its metadata at `database`.
    pub(crate) fn policy(&self, profile: Profile, listen: &[SocketAddr], database: Vec<DatabaseAddress>) -> Policy {
        let mut own: Vec<_> = listen.iter().copied().flat_map(own_endpoints_of_listener).collect();
        own.extend(database.into_iter().map(|address| match address {
            // A name outside the grammar is some local alias at most.
            DatabaseAddress::Tcp(host, port) => {
                host.parse::<Host>().map_or(OwnEndpoint::AnyLocal(port), |host| OwnEndpoint::new(host, port))
            }
            DatabaseAddress::Socket(port) => OwnEndpoint::AnyLocal(port),
        }));
        Policy {
            profile,
            allow: self.egress_allow.clone(),
            deny: self.egress_deny.clone(),
            own,
            moved: self.egress_endpoints.clone(),
            dns: self.dns_servers.clone(),
        }
    }
}
