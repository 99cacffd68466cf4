//! What every kind must do, without any server: one suite over the whole registry.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use connectors::{ConnectErrorKind, Kind, Registry, Rule, Violation};
use egress::{BoxStream, Deadline, DialError, Dialer, Direct, Policy, Profile, Session, SystemResolver, Target, TargetError, Trace};
use serde_json::{Map, Value, json};

fn example(entry: &Kind) -> Map<String, Value> {
    serde_json::from_str(entry.example).expect("the example is an object")
}

fn broken(entry: &Kind, credentials: &Map<String, Value>) -> Option<Violation> {
    entry.parse(credentials).err()
}

fn violation(field: &str, rule: Rule) -> Violation {
    Violation { field: vec![field.to_owned()], rule, ignored: Vec::new() }
}

fn with(entry: &Kind, field: &str, value: Value) -> Map<String, Value> {
    let mut credentials = example(entry);
    // Some fields come in pairs only, or with a switch.
    for other in entry.schema()["dependentRequired"][field].as_array().into_iter().flatten().filter_map(Value::as_str) {
        credentials.insert(other.to_owned(), value_for(other, &Value::Null));
    }
    let property = |name: &str| &entry.schema()["properties"][name];
    if property(field)["x-blank"] == "absent" && field.starts_with("ssl") && !property("sslMode").is_null() {
        credentials.insert("sslMode".to_owned(), json!(true));
    }
    if property(field)["x-blank"] == "absent" && field.starts_with("ssh") {
        credentials.insert("sshTunnel".to_owned(), json!("enable"));
        for other in tunnel(entry).unwrap_or_default() {
            credentials.insert(other.to_owned(), value_for(other, property(other)));
        }
    }
    // Some stand in place of others.
    for other in strings(&property(field)["x-instead-of"]) {
        credentials.remove(other);
    }
    credentials.insert(field.to_owned(), value);
    credentials
}

/// A certificate and its key.
static PEM: LazyLock<(String, String)> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(vec!["db.example.com".to_owned()]).expect("a certificate");
    (made.cert.pem(), made.signing_key.serialize_pem())
});

fn properties(entry: &Kind) -> Vec<(&str, &Value)> {
    entry.schema()["properties"].as_object().expect("properties").iter().map(|(k, v)| (k.as_str(), v)).collect()
}

/// The fields of an SSH tunnel, in their order, for a kind that can have one: by the condition in its schema.
fn tunnel(entry: &Kind) -> Option<Vec<&str>> {
    let schema = entry.schema();
    (schema["if"]["required"] == json!(["sshTunnel"])).then(|| strings(&schema["then"]["required"]))
}

/// The field that names the server, for a kind whose user names one.
fn host(entry: &Kind) -> Option<&str> {
    let bastion = tunnel(entry).unwrap_or_default();
    properties(entry).into_iter().find(|(name, p)| p["format"] == "x-host" && !bastion.contains(name)).map(|(name, _)| name)
}

/// Every entry whose user names a server: it is known where it would connect to.
fn with_a_host() -> impl Iterator<Item = &'static Kind> {
    Registry.kinds().iter().copied().filter(|entry| host(entry).is_some())
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The fields that must be there, for a kind that takes a connection string in their place: without one.
fn required(entry: &Kind) -> Vec<&str> {
    let schema = entry.schema();
    let always = strings(&schema["required"]);
    if always.is_empty() { strings(&schema["allOf"][0]["else"]["required"]) } else { always }
}

/// Something that a field takes, by its schema.
fn value_for(name: &str, property: &Value) -> Value {
    match property {
        _ if ["sslCa", "sslCert"].contains(&name) => json!(PEM.0),
        _ if name == "sslKey" => json!(PEM.1),
        // `search.example.com$a` in base64.
        p if p["format"] == "x-cloud-id" => json!("name:c2VhcmNoLmV4YW1wbGUuY29tJGE="),
        p if !p["examples"].is_null() => p["examples"][0].clone(),
        p if !p["enum"].is_null() => p["enum"][0].clone(),
        p if is(p, "boolean") => json!(true),
        p if is(p, "integer") => json!(1),
        _ => json!("x"),
    }
}

/// The example with its tunnel switched on and filled in.
fn tunnelled(entry: &Kind, fields: &[&str]) -> Map<String, Value> {
    let mut credentials = with(entry, "sshTunnel", json!("enable"));
    for field in fields {
        credentials.insert((*field).to_owned(), value_for(field, &entry.schema()["properties"][field]));
    }
    credentials
}

fn is(property: &Value, wanted: &str) -> bool {
    property["type"] == wanted || property["type"].as_array().is_some_and(|all| all.iter().any(|t| t == wanted))
}

#[test]
fn a_kind_is_found_by_its_exact_name() {
    for entry in Registry.kinds() {
        assert!(std::ptr::eq(Registry.find(entry.name).expect("found"), *entry));
    }
    assert!(Registry.find("Postgres").is_none() && Registry.find("h2").is_none());
}

#[test]
fn every_example_parses_and_binds() {
    for entry in Registry.kinds() {
        let parsed = entry.parse(&example(entry)).unwrap_or_else(|e| panic!("{}: {e:?}", entry.name));
        assert_eq!(parsed.ignored, [""; 0], "{}", entry.name);
        entry.bind(parsed.canonical).unwrap_or_else(|e| panic!("{}: {e:?}", entry.name));
    }
}

/// Threat L2: whatever holds a secret by its name is marked so, and is never anything else than a string.
#[test]
fn l2_every_secret_is_write_only() {
    for entry in Registry.kinds() {
        let bastion = tunnel(entry).unwrap_or_default();
        let (mut secrets, mut logs_in) = (0, false);
        for (name, property) in properties(entry) {
            let lower = name.to_lowercase();
            let secret = ["credentialsjson", "password", "secret", "privatekey", "sslkey", "token", "passphrase", "connectionstring"]
                .iter()
                .any(|word| lower.contains(word));
            assert_eq!(property["writeOnly"] == true, secret, "{}.{name}", entry.name);
            assert!(
                !secret || (is(property, "string") && (property["format"] == "password" || lower == "connectionstring")),
                "{}.{name}",
                entry.name
            );
            // The tunnel's secrets prove nothing about those of the kind.
            secrets += usize::from(secret && !lower.starts_with("ssh"));
            logs_in |= lower.contains("user") && !bastion.contains(&name);
        }
        assert!(secrets > 0 || !logs_in, "{} has a user and no secret", entry.name);
    }
}

#[test]
fn each_missing_field_is_named() {
    for entry in Registry.kinds() {
        let required = required(entry);
        for required in &required {
            let mut credentials = example(entry);
            credentials.remove(*required);
            assert_eq!(broken(entry, &credentials), Some(violation(required, Rule::Required)));
        }
        // A kind may ask for nothing.
        let Some(first) = required.first() else { continue };
        assert_eq!(broken(entry, &Map::new()), Some(violation(first, Rule::Required)), "the first in the order of the fields");
    }
}

#[test]
fn each_wrong_type_and_limit_is_a_rule() {
    for entry in Registry.kinds() {
        for (name, property) in properties(entry) {
            if is(property, "string") && property["enum"].is_null() && property["x-json"].is_null() {
                assert_eq!(broken(entry, &with(entry, name, json!({"a": 1}))), Some(violation(name, Rule::NotString)));
                assert_eq!(broken(entry, &with(entry, name, json!("a\0b"))), Some(violation(name, Rule::Nul)));
            }
            if property["minLength"] == 1 && property["x-blank"].is_null() {
                assert_eq!(broken(entry, &with(entry, name, json!(""))), Some(violation(name, Rule::Empty)));
            }
            if is(property, "integer") {
                assert_eq!(broken(entry, &with(entry, name, json!("x"))), Some(violation(name, Rule::NotNumber)));
                assert_eq!(broken(entry, &with(entry, name, json!("5432.5"))), Some(violation(name, Rule::NotNumber)));
                if let Some(max) = property["maximum"].as_i64() {
                    assert_eq!(broken(entry, &with(entry, name, json!(max + 1))), Some(violation(name, Rule::Maximum(max.into()))));
                    assert_eq!(broken(entry, &with(entry, name, json!(0))), Some(violation(name, Rule::Minimum(1.into()))));
                    assert_eq!(broken(entry, &with(entry, name, json!(max.to_string()))), None);
                }
            }
            if is(property, "boolean") {
                assert_eq!(broken(entry, &with(entry, name, json!("maybe"))), Some(violation(name, Rule::NotBoolean)));
                assert_eq!(broken(entry, &with(entry, name, json!("true"))), None);
            }
            if let Some(options) = property["enum"].as_array() {
                let words: Vec<_> = options.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                for wrong in [json!("no such"), json!(true), json!({"a": 1})] {
                    assert_eq!(broken(entry, &with(entry, name, wrong)), Some(violation(name, Rule::OneOf(words.clone()))));
                }
            }
        }
    }
}

#[test]
fn aliases_and_spellings_reach_their_field() {
    for entry in Registry.kinds() {
        for (name, property) in properties(entry) {
            // What the example does not have is made up by its type.
            let value = example(entry).get(name).cloned().unwrap_or_else(|| value_for(name, property));
            let aliases = property["x-aliases"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            let spellings = [name.to_uppercase(), format!("_{}-", name.to_lowercase())].into_iter().chain(aliases);
            for spelling in spellings {
                // Some fields want others beside them.
                let mut credentials = match tunnel(entry) {
                    Some(fields) if name == "sshTunnel" => tunnelled(entry, &fields),
                    _ => with(entry, name, value.clone()),
                };
                credentials.remove(name);
                credentials.insert(spelling.clone(), value.clone());
                let parsed = entry.parse(&credentials).unwrap_or_else(|e| panic!("{} {spelling}: {e:?}", entry.name));
                assert_eq!(parsed.canonical[name], value, "{} {spelling}", entry.name);
            }
        }
    }
}

/// The contract's own list, so that an alias cannot be lost.
#[test]
fn the_contracts_aliases() {
    for (kinds, field, aliases) in [
        (&["postgres", "redshift", "cockroachdb", "mysql", "clickhouse", "singlestore", "trino"][..], "username", &["user"][..]),
        (&["mysql", "clickhouse", "singlestore"], "host", &["server", "hostname"]),
        (&["postgres", "mysql", "clickhouse", "singlestore"], "sslMode", &["ssl", "enableSsl", "isSsl", "sslmode", "enableSSLMode"]),
        (&["postgres", "mysql", "clickhouse", "singlestore", "mssql", "trino"], "sshHost", &["tunnelHost", "ssh_hostname"]),
        (&["postgres", "mysql", "clickhouse", "singlestore", "mssql", "trino"], "sshPort", &["tunnelPort"]),
        (&["postgres", "mysql", "clickhouse", "singlestore", "mssql", "trino"], "sshUsername", &["sshUser", "tunnelUser"]),
        (&["postgres", "mysql", "clickhouse", "singlestore", "mssql", "trino"], "sshPrivateKey", &["privateKey", "sshKey"]),
        (&["mssql"], "disableDatabase", &["isDisableDatabase", "disableDatabaseSelection"]),
        (&["mssql"], "readOnlyIntent", &["applicationIntent", "readOnly", "isReadOnly"]),
        (&["trino"], "catalog", &["catalogName"]),
        (&["athena"], "s3OutputBucket", &["outputBucket", "s3_output", "outputLocation", "s3OutputLocation"]),
        (&["athena", "awss3"], "accessKeyId", &["accessKey", "awsAccessKeyId"]),
        (&["athena", "awss3"], "secretAccessKey", &["secretKey", "awsSecretAccessKey"]),
        (&["athena", "awss3"], "region", &["awsRegion"]),
        (&["awss3"], "bucket", &["bucketName", "s3BucketName"]),
        (&["awss3"], "path", &["bucketPath", "s3BucketPath", "prefix"]),
        (&["awss3"], "region", &["s3BucketRegion"]),
        (&["athena"], "datasourceId", &["catalog"]),
        (&["elasticsearch", "opensearch"], "serverUrl", &["url", "node", "host"]),
        (&["elasticsearch", "opensearch"], "username", &["user"]),
        (&["elasticsearch", "opensearch"], "ignoreCertificate", &["ignoreCertificateVerification"]),
    ] {
        for kind in kinds {
            let schema = Registry.find(kind).expect("ready").schema();
            let known = schema["properties"][field]["x-aliases"].as_array().cloned().unwrap_or_default();
            for alias in aliases {
                assert!(known.contains(&json!(alias)), "{kind}.{field}: {alias}");
            }
        }
    }
}

/// Threats S1 and S3: what a driver would take from a connection string never reaches it.
#[test]
fn s1_s3_unknown_keys_are_named_and_dropped() {
    for entry in Registry.kinds() {
        let mut credentials = example(entry);
        let tricks = [
            "classname",
            "subprotocol",
            "subname",
            "options",
            "jdbc",
            "__proto__",
            "hostaddr",
            "service",
            "passfile",
            "sslrootcert",
            "socketFactory",
        ];
        for trick in tricks {
            credentials.insert(trick.to_owned(), json!("169.254.169.254"));
        }
        let parsed = entry.parse(&credentials).expect("parses");
        assert_eq!(parsed.ignored, tricks, "{}", entry.name);
        assert!(!parsed.canonical.to_string().contains("169.254"), "{}", entry.name);
    }
}

/// Threats S3, S7, L7: paths, lists and URLs are no hosts.
#[test]
fn s3_s7_l7_hosts_have_a_grammar() {
    for entry in Registry.kinds() {
        for (name, _) in properties(entry).into_iter().filter(|(_, p)| p["format"] == "x-host") {
            for (host, why) in [
                ("/var/run/postgresql", TargetError::Path),
                ("a.example,b.example", TargetError::List),
                ("postgres://db", TargetError::Grammar),
                ("db.example.com:22/x", TargetError::Grammar),
                ("..", TargetError::Path),
            ] {
                assert_eq!(broken(entry, &with(entry, name, json!(host))), Some(violation(name, Rule::Host(why))));
            }
        }
    }
}

#[test]
fn a_tunnel_asks_for_its_fields() {
    for entry in Registry.kinds() {
        let Some(fields) = tunnel(entry) else {
            assert!(properties(entry).iter().all(|(name, _)| !name.starts_with("ssh")), "{}: half a tunnel", entry.name);
            continue;
        };
        // The contract's own four, in its order.
        assert_eq!(fields, ["sshHost", "sshPort", "sshUsername", "sshPrivateKey"], "{}", entry.name);
        for present in 0..fields.len() {
            let credentials = tunnelled(entry, &fields[..present]);
            assert_eq!(broken(entry, &credentials), Some(violation(fields[present], Rule::Required)));
        }
        assert_eq!(broken(entry, &tunnelled(entry, &fields)), None);
        assert_eq!(broken(entry, &with(entry, "sshTunnel", json!("disable"))), None);
    }
}

/// Denies everything, and counts how often it was asked.
#[derive(Debug, Default)]
struct DenyAll(AtomicUsize);

#[async_trait]
impl Dialer for DenyAll {
    async fn dial(&self, _: &Target, _: Deadline, _: &Trace) -> Result<BoxStream, DialError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(DialError::Denied)
    }
}

async fn open(entry: &Kind, credentials: &Map<String, Value>, dialer: Arc<dyn Dialer>, limit: Duration) -> ConnectErrorKind {
    let source = entry.bind(entry.parse(credentials).expect("parses").canonical).expect("binds");
    let result = source.open(&Session::new(dialer, Deadline::after(limit), Trace::new(source.plan(), limit))).await;
    result.err().expect("no server, no connection").kind
}

fn local(entry: &Kind, port: u16) -> Map<String, Value> {
    let mut credentials = with(entry, host(entry).expect("a host"), json!("127.0.0.1"));
    credentials.insert("port".to_owned(), json!(port));
    credentials
}

fn dev() -> Arc<dyn Dialer> {
    Arc::new(Direct::new(Arc::new(Policy { profile: Profile::Dev, ..Policy::default() }), Arc::new(SystemResolver)))
}

#[tokio::test]
async fn a_denying_dialer_is_the_only_way_out() {
    // Uploaded files are here: nothing is opened for them.
    for entry in Registry.kinds().iter().filter(|entry| !entry.takes_files) {
        let dialer = Arc::new(DenyAll::default());
        let kind = open(entry, &example(entry), dialer.clone(), Duration::from_secs(5)).await;
        // Some kinds go nowhere; those whose user names a server do.
        let asked = dialer.0.load(Ordering::Relaxed) > 0;
        assert!(asked || host(entry).is_none(), "{} did not ask its dialer", entry.name);
        assert_eq!(kind == ConnectErrorKind::Denied, asked, "{}", entry.name);
    }
}

/// Threat R6: a server that accepts and says nothing costs the deadline, no more.
#[tokio::test]
async fn r6_a_silent_server_ends_at_the_deadline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    for entry in with_a_host() {
        let began = Instant::now();
        let kind = open(entry, &local(entry, port), dev(), Duration::from_millis(300)).await;
        assert_eq!(kind, ConnectErrorKind::TimedOut, "{}", entry.name);
        assert!(began.elapsed() < Duration::from_secs(3), "{}", entry.name);
    }
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    drop(listener);
    for entry in with_a_host() {
        assert_eq!(open(entry, &local(entry, port), dev(), Duration::from_secs(5)).await, ConnectErrorKind::Refused, "{}", entry.name);
    }
}
