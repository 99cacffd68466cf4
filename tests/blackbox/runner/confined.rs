//! What a child has, and what it has not.

use std::time::{Duration, Instant};

use serde_json::json;

use super::gate::Gate;
use super::{connected, start, testing};
use crate::support::diagnose::outcome;
use crate::support::{Client, Setup, Source};

/// No secret of the server's or of a job's is in the arguments or the environment of a process.
#[tokio::test]
async fn l1_no_secret_in_arguments_or_environment() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[]);
    let token = setup.token("acme");
    let client = server.client(&token);
    let gate = Gate::closed().await;
    let mut body = super::body("x", gate.port);
    body["credentials"]["password"] = json!("canary-password");
    let job = testing(&client, &body);
    connected(&server, gate.port, 1).await;
    for child in server.children() {
        let read = |what: &str| String::from_utf8_lossy(&std::fs::read(format!("/proc/{child}/{what}")).expect("readable")).into_owned();
        assert_eq!(read("environ"), "MALLOC_ARENA_MAX=2\0");
        assert_eq!(read("cmdline"), ["headwater", "work", "--memory", "536870912", ""].join("\0"));
        let limits = read("limits");
        let limit = |name: &str| {
            let line = limits.lines().find(|l| l.starts_with(name)).expect("a limit");
            line[name.len()..].split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(limit("Max core file size"), ["0", "0"]);
        assert_eq!(limit("Max data size"), ["536870912", "536870912"]);
        assert_eq!(read("oom_score_adj").trim(), "500");
    }
    job.abort();
}

/// The egress policy holds in the child, and what it dials is counted by the server.
#[tokio::test]
async fn policy_and_metrics() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_EGRESS_DENY", "127.9.0.0/16")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    assert_eq!(outcome(&client, &source.body("x")).await.0, "ok");
    assert_eq!(outcome(&client, &source.body_with("x", &json!({"host": "127.9.0.1"}))).await, ("policy".into(), "TARGET_DENIED".into()));
    let own: u16 = server.address().rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
    assert_eq!(outcome(&client, &source.body_with("x", &json!({"port": own}))).await, ("policy".into(), "TARGET_DENIED".into()));
    // The operator learns what was refused, and by what.
    for (target, rule) in
        [(format!("127.9.0.1:{}", source.port), "deny: 127.9.0.0/16"), (format!("127.0.0.1:{own}"), "an endpoint of this server's own")]
    {
        assert!(server.logged(&format!("\"egress.target\":\"{target}\",\"egress.rule\":\"{rule}\"")), "{}", server.log());
    }
    for line in [
        "headwater_egress_dials_total{outcome=\"connected\"} 1",
        "headwater_egress_dials_total{outcome=\"denied\"} 2",
        "headwater_probes_total{step=\"test\",kind=\"postgres\",outcome=\"TARGET_DENIED\"} 2",
        "headwater_probes_total{step=\"read\",kind=\"postgres\",outcome=\"ok\"} 1",
        "headwater_children ",
    ] {
        counted(&client, line).await;
    }
}

/// Waits for a line of the metrics: what a child counted arrives a moment after the answer that it belongs to.
async fn counted(client: &Client, line: &str) {
    let began = Instant::now();
    loop {
        let metrics = client.get("/metrics").await.text;
        if metrics.contains(line) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{line}: {metrics}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
