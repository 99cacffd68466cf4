//! The conformance suite on PostgreSQL.

use std::sync::Arc;

async fn postgres() -> (String, ()) {
    let url = std::env::var("HEADWATER_TEST_STORE_URL")
        .expect("the peer `store` runs: start it by `source <(tests/peers/up store)`, or run ./test, which starts all");
    let mut admin: tokio_postgres::Config = url.parse().expect("url");
    let target = egress::Target::new("127.0.0.1".parse().expect("host"), admin.get_ports()[0]);
    let policy = egress::Policy { profile: egress::Profile::Dev, ..egress::Policy::default() };
    let dialer = egress::Direct::new(Arc::new(policy), Arc::new(egress::SystemResolver));
    let deadline = egress::Deadline::after(std::time::Duration::from_secs(10));
    let stream = egress::Dialer::dial(&dialer, &target, deadline, &egress::Trace::default()).await.expect("server");
    admin.ssl_mode(tokio_postgres::config::SslMode::Disable);
    let (client, connection) = admin.connect_raw(stream, tokio_postgres::NoTls).await.expect("server");
    tokio::spawn(connection);
    let name = format!("suite_{}", uuid::Uuid::new_v4().simple());
    client.batch_execute(&format!("create database {name}")).await.expect("database");
    let (server, _) = url.rsplit_once('/').expect("a database in the URL");
    (format!("{server}/{name}"), ())
}

store::store_suite!(postgres);
