//! `mongodb+srv`: where the servers are is asked of a name server of the test's own.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{database, mongo};
use crate::fakes::dns::Dns;
use crate::support::Setup;
use crate::support::diagnose::{diagnose, failed, outcome};
use crate::support::peers::variable;
use crate::support::python::python_of;

const NAME: &str = "cluster.mongo.test";

fn of(rest: &str) -> Value {
    json!({"datasourceType": "mongodb", "credentials": {"name": "x", "connectionString": format!("mongodb+srv://admin:pw@{NAME}/{rest}")}})
}

fn port() -> u16 {
    variable("HEADWATER_TEST_MONGODB_PORT").parse().expect("port")
}

/// The official client finds its way by the fake, and so do we.
#[tokio::test]
async fn by_the_records() {
    let (setup, name) = (Setup::sqlite().await, database());
    mongo(&name, "d.c.insert_one({'x': 1})\nprint('null')").await;
    let hosts = Dns::default().srv(NAME, "a.mongo.test", port()).txt(NAME, "authSource=admin").a("a.mongo.test", [127, 0, 0, 1]);
    let dns = hosts.start().await;
    let script = "import pymongo.uri_parser, dns.resolver
r = dns.resolver.Resolver(configure=False)
r.nameservers, r.port = ['127.0.0.1'], args['port']
dns.resolver.default_resolver = r
found = pymongo.uri_parser.parse_uri('mongodb+srv://admin:pw@cluster.mongo.test/x')
print(json.dumps([sorted(map(list, found['nodelist'])), found['options'].get('authSource'), found['options'].get('tls')]))
";
    let said = python_of("HEADWATER_TEST_MONGODB_PYTHON", script, &json!({"port": dns.port()})).await;
    assert_eq!(said, Ok(json!([[["a.mongo.test", port()]], "admin", true])));
    let server = setup.start_with(&[("HEADWATER_DNS_SERVERS", &dns.to_string())]);
    let client = server.client(&setup.token("acme"));
    assert_eq!(outcome(&client, &of(&format!("{name}?tls=false"))).await.0, "ok");
    // TLS unless it is said that there is none: the peer has none.
    assert_eq!(outcome(&client, &of(&name)).await.0, "tls");
    // What the string says goes before what DNS says.
    assert_eq!(outcome(&client, &of(&format!("{name}?tls=false&replicaSet=rs0"))).await.0, "authenticate");
    let other = of(&format!("{name}?tls=false&srvServiceName=other"));
    assert_eq!(outcome(&client, &other).await, (json!("resolve"), json!("HOST_NOT_FOUND")));
}

/// Threat S16: hosts that DNS names are nobody whom we would not dial anyway.
#[tokio::test]
async fn s16_hosts_that_dns_names() {
    let setup = Setup::sqlite().await;
    let victim = TcpListener::bind("127.0.0.2:0").await.expect("listener");
    let there = victim.local_addr().expect("address").port();
    let good = Dns::default().a("a.mongo.test", [127, 0, 0, 1]).a("v.mongo.test", [127, 0, 0, 2]).a("m.mongo.test", [169, 254, 169, 254]);
    let one = good.clone().srv(NAME, "a.mongo.test", port());
    let many = (0..1_000).fold(good.clone(), |dns, n| dns.srv(NAME, &format!("h{n}.mongo.test"), 27017));
    for (case, dns, step, code) in [
        ("outside", good.clone().srv(NAME, "a.mongo.test", port()).srv(NAME, "a.evil.test", 1), "resolve", "DNS_RECORDS_UNUSABLE"),
        ("an address", good.clone().srv(NAME, "127.0.0.2", there), "resolve", "DNS_RECORDS_UNUSABLE"),
        ("a denied network", good.clone().srv(NAME, "v.mongo.test", there), "policy", "TARGET_DENIED"),
        ("a metadata service", good.clone().srv(NAME, "m.mongo.test", 80), "policy", "TARGET_DENIED"),
        ("a thousand", many, "resolve", "DNS_RECORDS_UNUSABLE"),
        ("none", good.clone(), "resolve", "HOST_NOT_FOUND"),
        ("a forbidden option", one.clone().txt(NAME, "tls=false"), "resolve", "DNS_RECORDS_UNUSABLE"),
        ("two texts", one.txt(NAME, "authSource=a").txt(NAME, "replicaSet=b"), "resolve", "DNS_RECORDS_UNUSABLE"),
    ] {
        let dns = dns.start().await;
        let server = setup.start_with(&[("HEADWATER_DNS_SERVERS", &dns.to_string()), ("HEADWATER_EGRESS_DENY", "127.0.0.2/32")]);
        let client = server.client(&setup.token("acme"));
        let data = diagnose(&client, &of("x?tls=false")).await;
        assert_eq!((failed(&data)["step"].as_str(), failed(&data)["code"].as_str()), (Some(step), Some(code)), "{case}: {data}");
    }
    assert!(tokio::time::timeout(Duration::from_millis(200), victim.accept()).await.is_err(), "a packet left");
}
