//! A child that aborts, is killed, eats its memory or talks garbage: `DRIVER_FAILED` for its job, and nothing for anybody else.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use super::gate::Gate;
use super::{body, connected, signal, start, testing};
use crate::support::diagnose::{diagnose, failed, outcome};
use crate::support::{Setup, Source};

#[track_caller]
fn driver_failed(data: &Value, step: &str) {
    let failed = failed(data);
    assert_eq!((failed["step"].as_str(), failed["code"].as_str()), (Some(step), Some("DRIVER_FAILED")), "{data}");
    assert_eq!(failed["message"], "the driver broke down while it talked to the server");
    assert_eq!(failed["remedy"], "try again; if it happens again, report it with the request id");
    let before = data["steps"].as_array().expect("steps").iter().take_while(|s| s["step"] != step);
    assert!(before.clone().all(|s| s["status"] == "ok"), "{data}");
}

/// Whatever ends a child costs the one job in it; a job in another child goes on, and the server works.
#[tokio::test]
async fn aborted_and_killed() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_TEST_TIMEOUT", "30s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let bystander = Gate::before(source.port).await;
    let beside = testing(&client, &source.body_with("x", &json!({"port": bystander.port})));
    connected(&server, bystander.port, 1).await;
    for name in ["-ABRT", "-KILL", "-TERM"] {
        let gate = Gate::closed().await;
        let job = testing(&client, &body("x", gate.port));
        let child = *connected(&server, gate.port, 1).await.first_key_value().expect("a child").0;
        signal(name, child);
        driver_failed(&job.await.expect("joined"), "authenticate");
        assert!(server.logged("a child process is lost"));
        assert_eq!(outcome(&client, &source.body("x")).await, ("ok".into(), Value::Null), "{name}");
        // Create says the same.
        let (sender, wanted) = (client.clone(), body("x", gate.port));
        let create = tokio::spawn(async move { sender.create(&wanted).await });
        let child = *connected(&server, gate.port, 1).await.first_key_value().expect("a child").0;
        signal(name, child);
        let answer = create.await.expect("joined");
        assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"), "{name}: {}", answer.text);
        assert_eq!(gate.came(), 2, "{name}: what broke down alone is not tried again");
    }
    bystander.open();
    assert_eq!(beside.await.expect("joined")["success"], true);
    assert_eq!(client.names().await, [""; 0]);
    assert!(client.get("/metrics").await.text.contains("headwater_children_lost_total{end=\"ended\"} 6"));
}

/// A read that takes more memory than a child may have. With more, the same source is read.
#[tokio::test]
async fn out_of_memory() {
    let setup = Setup::sqlite().await;
    let source = Source::new().await;
    source.sql("create table t (a int, b int, c int, d int)").await;
    for column in ["a", "b", "c", "d"] {
        source.sql(&format!("do $$ begin execute format('comment on column t.{column} is %L', repeat('x', 15000000)); end $$")).await;
    }
    let server = start(&setup, &[("HEADWATER_CHILD_MEMORY", "33554432")]);
    let client = server.client(&setup.token("acme"));
    let data = diagnose(&client, &source.body("x")).await;
    driver_failed(&data, "read");
    assert!(server.logged("memory allocation of "), "{}", server.log());
    let answer = client.create(&source.body("x")).await;
    assert_eq!(answer.code(), (500, "SCHEMA_CACHE_FAILED"), "{}", answer.text);
    assert_eq!(client.names().await, [""; 0]);
    let other = Source::new().await;
    assert_eq!(outcome(&client, &other.body("y")).await, ("ok".into(), Value::Null));
    drop(server);
    let server = start(&setup, &[]);
    server.client(&setup.token("acme")).create(&source.body("x")).await.ok();
}

/// Programs in the place of children: each talks another sort of garbage.
#[tokio::test]
async fn garbage() {
    let folder = tempfile::tempdir().expect("folder");
    // A length, and what it is the length of.
    let frame = |text: &str| format!(r"\0\0\0\{:03o}{}", text.len(), text.replace('"', "\\\""));
    let plan = frame(r#"{"Event":[1,{"Plan":[]}]}"#);
    for (case, said) in [
        ("text", "Segmentation fault\\n".to_owned()),
        ("a length of 4 GiB", r"\377\377\377\377".to_owned()),
        ("no JSON", frame("{")),
        ("no message", frame(r#"{"Other":1}"#)),
        ("a step that is none", frame(r#"{"Event":[1,{"Step":{"Began":"<b>"}}]}"#)),
        ("garbage after sense", format!("{plan}garbage")),
        ("nothing, and an end", String::new()),
    ] {
        let program = folder.path().join("worker");
        let end = if said.is_empty() { "exit 0" } else { "exec /bin/sleep 60" };
        write(&program, &format!("#!/bin/sh\n/usr/bin/head -c 4 > /dev/null\nprintf \"{said}\"\n{end}\n"));
        let setup = Setup::sqlite().await;
        let server = start(&setup, &[("HEADWATER_DEBUG_WORKER", program.to_str().expect("a path")), ("HEADWATER_TEST_TIMEOUT", "3s")]);
        let client = server.client(&setup.token("acme"));
        let data = diagnose(&client, &body("x", 1)).await;
        assert_eq!(failed(&data)["code"], "DRIVER_FAILED", "{case}: {data}");
        assert_eq!(client.names().await, [""; 0], "{case}: the server lives");
    }
}

fn write(program: &Path, text: &str) {
    std::fs::write(program, text).expect("written");
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).expect("mode");
}
