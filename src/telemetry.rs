//! Logs and metrics. Neither ever holds a host (but for one that was refused), a name, or anything a source sent.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use connectors::ConnectError;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// Crates whose lines hold what servers say, or (the AWS SDK's, at `trace`) requests with their signatures.
const TALKATIVE: [&str; 2] = ["tiberius", "aws_"];

/// Starts the log; the error is a filter that cannot be read.
pub(crate) fn start_log(log: &Log) -> Result<(), String> {
    let filter: EnvFilter = log.log.parse().map_err(|e| format!("`{}` is not a log filter: {e}", log.log))?;
    let terminal = std::io::stderr().is_terminal();
    let json = match log.log_format {
        LogFormat::Auto => !terminal,
        LogFormat::Json => true,
        LogFormat::Pretty => false,
    };
    let layer = Layer::new().with_writer(std::io::stderr).with_ansi(terminal).with_target(false);
    // A driver that logs what servers say to it has no voice here, whatever the filter.
    let own = filter_fn(|metadata| !TALKATIVE.iter().any(|name| metadata.target().starts_with(name)));
    let registry = tracing_subscriber::registry().with(filter).with(own);
    let started = if json {
        registry.with(layer.json().flatten_event(true).with_span_list(false)).try_init()
    } else {
        registry.with(layer).try_init()
    };
    started.map_err(|e| e.to_string())
}

/// Starts the metrics.
pub(crate) fn start_metrics() -> Result<PrometheusHandle, String> {
    let seconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds).map_err(|e| e.to_string())?;
    let handle = builder.install_recorder().map_err(|e| e.to_string())?;
    metrics::describe_counter!("headwater_http_requests_total", "Requests answered");
    metrics::describe_histogram!("headwater_http_request_seconds", "Time to answer");
    metrics::describe_counter!("headwater_probes_total", "Connection tests and schema reads, by outcome");
    metrics::describe_histogram!("headwater_probe_seconds", "Time of connection tests and schema reads");
    metrics::describe_counter!("headwater_egress_dials_total", "Connections opened or refused");
    metrics::describe_counter!("headwater_limited_total", "What a limit of this server's refused or cut off, by limit");
    metrics::describe_gauge!("headwater_children", "Child processes that run jobs or wait for them");
    metrics::describe_counter!(
        "headwater_children_lost_total",
        "Child processes that ended with jobs, by themselves or for talking garbage"
    );
    metrics::describe_gauge!("headwater_store_up", "1 if the metadata store could be written when that was last tried, else 0");
    metrics::describe_counter!("headwater_store_outages_total", "Requests refused because the metadata store was away");
    metrics::gauge!("headwater_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

/// Counts a connection test or a read, and logs how it ended.
pub(crate) fn job_ended(step: &'static str, kind: &'static str, error: Option<&ConnectError>, took: Duration) {
    let outcome = error.map_or("ok", |e| e.kind.code());
    metrics::counter!("headwater_probes_total", "step" => step, "kind" => kind, "outcome" => outcome).increment(1);
    metrics::histogram!("headwater_probe_seconds", "step" => step, "kind" => kind).record(took.as_secs_f64());
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(datasource.kind = kind, step, outcome, duration_ms = millis, "probe ended");
}

/// A request could not be done because the metadata store is away.
pub(crate) fn store_is_away(cause: &dyn Display) {
    metrics::counter!("headwater_store_outages_total").increment(1);
    tracing::error!(%cause, "request refused: the metadata store is away");
}

/// Whether the metadata store can be written; a change goes to the log, with its cause.
pub(crate) fn store_is(up: Result<(), &dyn Display>, before: Option<bool>) {
    metrics::gauge!("headwater_store_up").set(if up.is_ok() { 1.0 } else { 0.0 });
    match up {
        Err(cause) if before != Some(false) => tracing::error!(%cause, "not ready: the metadata store cannot be written"),
        Ok(()) if before == Some(false) => tracing::info!("ready again: the metadata store can be written"),
        _ => {}
    }
}

/// Tells the operator which target was refused, and by what.
pub(crate) fn refused(kind: &'static str, target: &str, rule: &str) {
    // It may come from a child, which is believed as far as a host and a rule go.
    let sound = |text: &str| text.len() <= 300 && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if sound(target) && sound(rule) {
        tracing::warn!(datasource.kind = kind, egress.target = target, egress.rule = rule, "a target was refused");
    }
}

/// Counters that children may tell of.
const COUNTERS: [&str; 1] = ["headwater_egress_dials_total"];

/// Series that children may begin: what a label can say is counted on the fingers.
const SERIES: usize = 256;

/// Adds to a counter what happened in a child. What is no counter of ours, or no word, is not counted.
pub(crate) fn count_of_child(name: &str, labels: &[(String, String)], by: u64) {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let word = |text: &String| (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let Some(name) = COUNTERS.into_iter().find(|known| *known == name) else { return };
    if labels.len() > 2 || !labels.iter().all(|(key, value)| word(key) && word(value)) {
        return;
    }
    let series = format!("{name} {labels:?}");
    let mut seen = SEEN.lock().expect("no panic under this lock");
    if seen.contains(&series) || (seen.len() < SERIES && seen.insert(series)) {
        metrics::counter!(name, labels).increment(by);
    }
}
