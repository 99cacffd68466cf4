//! Jobs in child processes: what a driver does to its process costs its own job, and nothing else.
//!
//! Peers: postgres.

mod cancel;
mod confined;
mod crowd;
mod failures;
mod gate;
mod rerun;
mod sharing;
mod tasks;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Client, Server, Setup};

/// A server whose jobs run in children, whatever the other tests do.
fn start(setup: &Setup, environment: &[(&str, &str)]) -> Server {
    let all: Vec<_> = [("HEADWATER_RUNNER", "child"), ("HEADWATER_LOG", "info")].iter().chain(environment).copied().collect();
    setup.start_with(&all)
}

/// A PostgreSQL source at a port of this machine.
fn body(name: &str, port: u16) -> Value {
    let credentials =
        json!({"name": name, "host": "127.0.0.1", "port": port, "username": "u", "password": "p", "database": "d", "schema": "s"});
    json!({"datasourceType": "postgres", "credentials": credentials})
}

/// A test that runs until its answer is asked for.
fn testing(client: &Client, body: &Value) -> tokio::task::JoinHandle<Value> {
    let (client, body) = (client.clone(), body.clone());
    tokio::spawn(async move { crate::support::diagnose::diagnose(&client, &body).await })
}

/// Sends a signal to a process.
fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().expect("kill").success(), "{process}");
}

/// How many connections each child of `server` has to a port.
fn connections(server: &Server, port: u16) -> BTreeMap<u32, usize> {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("connections");
    let to = format!(":{port:04X}");
    let sockets: Vec<_> = table
        .lines()
        .filter_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            // Established, and from us to the port.
            (fields.get(2)?.ends_with(&to) && *fields.get(3)? == "01").then(|| format!("socket:[{}]", fields[9]))
        })
        .collect();
    let mut found = BTreeMap::new();
    for child in server.children() {
        let Ok(files) = std::fs::read_dir(format!("/proc/{child}/fd")) else { continue };
        let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
        let number = links.filter(|link| sockets.iter().any(|socket| link.as_os_str() == socket.as_str())).count();
        if number > 0 {
            found.insert(child, number);
        }
    }
    found
}

/// Waits for something to become true; what it was at the end.
async fn until<T>(what: &str, mut look: impl FnMut() -> T, holds: impl Fn(&T) -> bool) -> T
where
    T: std::fmt::Debug,
{
    let began = Instant::now();
    loop {
        let seen = look();
        if holds(&seen) {
            return seen;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{what}: {seen:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the children have so many connections to a port, in all.
async fn connected(server: &Server, port: u16, number: usize) -> BTreeMap<u32, usize> {
    until("connections", || connections(server, port), |seen| seen.values().sum::<usize>() == number).await
}

/// Whether a process is there. One that nobody waited for yet is gone.
fn alive(process: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}

/// The code of the step that failed.
#[track_caller]
fn failures_code(data: &Value) -> &str {
    crate::support::diagnose::failed(data)["code"].as_str().expect("a code")
}
