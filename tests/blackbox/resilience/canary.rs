//! Threat L1: a password, whatever is in it, works and appears nowhere.
//!
//! Peers: mariadb, clickhouse, postgres, moto, tls.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::fakes::tls::authority;
use crate::fakes::{http, mongodb, s3, tds, trino};
use crate::support::diagnose::{diagnose, with};
use crate::support::mariadb::MariaDb;
use crate::support::peers::variable;
use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source};

#[tokio::test]
async fn l1_passwords_work_and_appear_nowhere() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let server = setup.start_with(&[("HEADWATER_LOG", "trace")]);
        let client = server.client(&setup.token("acme"));
        let canary = format!("canary{}", uuid::Uuid::new_v4().simple());
        let mut answers = String::new();
        for (n, special) in
            [r#"q^G$F/@:?#% "\"#, "'; drop --", "ünï 名前 👩‍👩‍👧", "%41%00", "\t\n\u{1}", "postgres://u:p@h/d?x=y#z"].into_iter().enumerate()
        {
            let source = Source::with_password(&format!("{canary}{special}")).await;
            source.sql("create table t (id int)").await;
            let name = format!("x{n}");
            let worked = client.create(&source.body(&name)).await;
            assert_eq!(worked.status, 200, "{special}: {}", worked.text);
            answers += &client.update(&source.body(&name)).await.text;
            answers += &client.sync_name(&name).await.text;
            for wrong in [
                json!({"port": 1}),
                json!({"host": "no-such-host.invalid"}),
                json!({"database": "nope"}),
                json!({"username": "nobody"}),
                json!({"sslMode": true}),
                json!({"schema": "nope"}),
                json!({"port": 70_000}),
                json!({"host": "a b"}),
                json!({"sslCa": canary, "sslMode": true}),
                json!({"sshPrivateKey": canary, "sshTunnel": "enable"}),
                json!({"sshTunnel": canary}),
                json!({"host": source.password}),
                json!({"port": source.password}),
            ] {
                let mut failed = source.body_with(&name, &wrong);
                answers += &client.update(&failed).await.text;
                failed["credentials"]["name"] = json!(format!("{name} new"));
                answers += &client.create(&failed).await.text;
            }
            let half = source.body(&name).to_string();
            let request = client
                .request(reqwest::Method::POST, "/api/v2/datasource")
                .header("content-type", "application/json")
                .body(half[..half.len() - 3].to_owned());
            answers += &client.send(request).await.text;
            answers += &client.progress(&name).await.text;
        }
        answers += &client.get("/api/v2/datasource").await.text;
        let metrics = client.get("/metrics").await.text;
        for (place, text) in [("answers", &answers), ("metrics", &metrics), ("log", &server.log()), ("store", &setup.dump().await)] {
            assert!(text.len() > 100, "{place} is not empty");
            let hex = canary.bytes().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            assert!(!text.contains(&hex), "the password is in the {place}, in hex");
            assert!(!text.contains(&canary), "the password is in the {place}: …{}…", excerpt(text, &canary));
        }
    }
}

/// The same for the other engines: where it works, and where it is refused.
#[tokio::test]
async fn l1_of_every_engine() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_LOG", "trace")]);
    let client = server.client(&setup.token("acme"));
    let canary = format!("canary{}", uuid::Uuid::new_v4().simple());
    let maria = MariaDb::new();
    maria.admin_sql(&format!("alter user {}@'127.0.0.1' identified by '{canary}@/:?#%é'", maria.user));
    let (tds, trino) =
        (tds::Fake::default().start().await, trino::Fake { password: Some("other"), ..trino::Fake::default() }.start().await);
    let mongo = mongodb::Fake::default().start().await;
    let clickhouse: u16 = variable("HEADWATER_TEST_CLICKHOUSE_PORT").parse().expect("port");
    let web = http::serve(|_, _| http::Reply::Whole(500, vec![], "Code: 1. DB::Exception: x".to_owned())).await;
    let password = format!("{canary}@/:?#%é");
    let base = |kind: &str| {
        let rest = json!({"password": password, "database": maria.database, "catalog": "c", "schema": "s"});
        let own = if kind == "mssql" {
            json!({"server": "localhost", "user": "app", "sslCa": authority()})
        } else {
            json!({"host": "localhost", "username": "app"})
        };
        with(&json!({"datasourceType": kind, "credentials": rest}), &own)
    };
    let ca = authority();
    let mut answers = String::new();
    for (n, (kind, port, changes)) in [
        ("mysql", maria.port, json!({"username": maria.user, "host": "127.0.0.1"})),
        ("mysql", maria.port, json!({})),
        ("singlestore", maria.port, json!({"sslMode": true, "sslCa": ca})),
        ("mssql", tds.port, json!({})),
        ("mssql", trino.port, json!({})),
        ("clickhouse", clickhouse, json!({})),
        ("clickhouse", web.port, json!({})),
        ("trino", trino.port, json!({"sslCa": ca})),
        ("trino", trino.port, json!({"sslMode": false})),
        ("trino", web.port, json!({"sslCa": ca})),
        ("mongodb", mongo.port, json!({})),
        ("mongodb", web.port, json!({})),
        ("mongodb", maria.port, json!({"sslMode": true})),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = base(kind);
        body["credentials"]["name"] = json!(format!("x{n}"));
        body["credentials"]["port"] = json!(port);
        let body = with(&body, &changes);
        let answer = client.create(&body).await;
        assert_eq!(answer.status == 200, n == 0, "{n}: {}", answer.text);
        answers += &answer.text;
        answers += &diagnose(&client, &body).await.to_string();
    }
    let (bodies, _fake) = of_a_bucket(&password, web.port).await;
    for (n, mut body) in bodies.into_iter().enumerate() {
        body["credentials"]["name"] = json!(format!("bucket {n}"));
        let answer = client.create(&body).await;
        assert_eq!(answer.status == 200, n == 0, "{n}: {}", answer.text);
        answers += &answer.text;
        let request = client.request(reqwest::Method::POST, "/api/v2/datasource/test").json(&body);
        answers += &client.send(request).await.text;
    }
    for name in ["x0", "bucket 0"] {
        answers += &client.sync_name(name).await.ok().to_string();
        answers += &client.progress(name).await.text;
    }
    let metrics = client.get("/metrics").await.text;
    for (place, text) in [("answers", &answers), ("metrics", &metrics), ("log", &server.log()), ("store", &setup.dump().await)] {
        assert!(text.len() > 100, "{place} is not empty");
        assert!(!text.contains(&canary), "the password is in the {place}: …{}…", excerpt(text, &canary));
    }
}

/// A key of S3: one that works, and then the ways in which it does not.
async fn of_a_bucket(secret: &str, nonsense: u16) -> (Vec<Value>, http::Running) {
    let emulator: u16 = variable("HEADWATER_TEST_S3_PORT").parse().expect("port");
    let bucket = format!("canary-{}", uuid::Uuid::new_v4().simple());
    for (path, content) in [("", ""), ("/a.csv", "id\n1\n")] {
        // Nobody in particular: a token that is none is more than the emulator takes.
        #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
        let put = reqwest::Client::new().put(format!("http://127.0.0.1:{emulator}/{bucket}{path}")).body(content);
        assert_eq!(put.send().await.expect("an answer").status(), 200, "{path}");
    }
    let fake = s3::Fake::default().start().await;
    let at = |port: u16| json!({"endpoint": format!("http://127.0.0.1:{port}")});
    let bodies = [
        at(emulator),
        json!({"endpoint": format!("http://127.0.0.1:{emulator}"), "bucket": "nothing-there"}),
        // Another key, and the right key with another secret.
        at(fake.port),
        json!({"endpoint": format!("http://127.0.0.1:{}", fake.port), "accessKeyId": s3::KEY.0}),
        at(nonsense),
        at(1),
        json!({"endpoint": secret}),
        json!({"region": secret}),
        json!({"bucket": secret}),
        json!({"path": [secret]}),
    ];
    let base = json!({"datasourceType": "awss3", "credentials": {"bucket": bucket, "region": "us-east-1", "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "secretAccessKey": secret}});
    (bodies.iter().map(|changes| with(&base, changes)).collect(), fake)
}

fn excerpt(text: &str, canary: &str) -> String {
    let at = text.find(canary).unwrap_or_default();
    text.chars().skip(at.saturating_sub(200)).take(400).collect()
}
