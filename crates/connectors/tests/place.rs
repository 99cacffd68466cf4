//! The place that secrets are bound to, over the whole registry: what is sealed today has to open tomorrow.

use std::fmt::Write as _;

use connectors::{Kind, Registry};
use serde_json::{Map, Value, json};

/// Every field of a kind in canonical form, made up by its type; a tunnel is on.
fn everything(kind: &Kind) -> Map<String, Value> {
    let mut all: Map<String, Value> = serde_json::from_str(kind.example).expect("the example is an object");
    for (name, property) in kind.schema()["properties"].as_object().expect("properties") {
        let kind_of = property["type"].as_array().map_or(&property["type"], |types| &types[0]);
        let value = match (property["enum"].as_array(), kind_of.as_str()) {
            (Some(words), _) => words[0].clone(),
            (None, Some("integer")) => json!(22),
            (None, Some("boolean")) => json!(true),
            _ => json!("x"),
        };
        all.entry(name.clone()).or_insert(value);
    }
    all
}

/// Threat S14: of every kind, each readable field but a handful is part of the place, and no secret is.
#[test]
fn s14_every_readable_field_is_bound_unless_it_is_exempt() {
    let within = ["database", "schema", "catalog", "disableDatabase", "readOnlyIntent", "sslCert", "sshHostKey"];
    for kind in Registry.kinds() {
        let all = everything(kind);
        let place = kind.place(&all);
        let (profile, secrets) = kind.split(all.clone());
        assert_eq!(kind.place(&profile), place, "{}: the profile names the whole place", kind.name);
        // Uploaded files are behind no login.
        assert_eq!(secrets.is_empty(), kind.takes_files, "{}", kind.name);
        for name in all.keys() {
            let mut changed = all.clone();
            changed.remove(name);
            let exempt = within.contains(&name.as_str()) || kind.schema()["properties"][name]["x-place"] == false;
            let bound = profile.contains_key(name) && !exempt && name != "sslVerify";
            assert_eq!(kind.place(&changed) != place, bound, "{}: {name}", kind.name);
        }
    }
}

/// The form of the hash is stored in effect: whoever has to change these lines has made sealed secrets unreadable.
#[test]
fn the_place_is_what_it_was() {
    for (name, credentials, plain, secured) in GOLDEN {
        let kind = Registry.find(name).expect("a kind");
        let mut credentials: Map<String, Value> = serde_json::from_str(credentials).expect("an object");
        assert_eq!(hex(kind.place(&credentials)), plain, "{name}");
        credentials.extend([
            ("sslVerify".to_owned(), json!("ca")),
            ("sslCa".to_owned(), json!("PEM")),
            ("sshTunnel".to_owned(), json!("enable")),
            ("sshHost".to_owned(), json!("Bastion.example.com.")),
            ("sshPort".to_owned(), json!(22)),
            ("sshUsername".to_owned(), json!("tunnel")),
        ]);
        assert_eq!(hex(kind.place(&credentials)), secured, "{name}");
    }
}

fn hex(hash: [u8; 32]) -> String {
    hash.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

const GOLDEN: [(&str, &str, &str, &str); 4] = [
    (
        "postgres",
        r#"{"host":"db.example.com","port":5432,"username":"reader","password":"secret","database":"analytics","sslMode":true}"#,
        "f68f131e64a16357665582786623ba0091dd9d604d55bc1955e8335976ed29c6",
        "ebe8d7e2a0571b5ae35a7fde72e86a5a5e4ecc2c422045faf1d95e54b93e96a9",
    ),
    (
        "clickhouse",
        r#"{"host":"https://x.region.aws.clickhouse.cloud","port":8443,"username":"reader","password":"secret"}"#,
        "1df1918f4107b4d78b8788a40c10074f4f38099c27383128fa96996af6bfb23e",
        "a05131b5f04fd0844732c458f511df56e1d07db808a093ed3ea2fbc8cf5b7df0",
    ),
    (
        "mssql",
        r#"{"server":"db.example.com","port":1433,"user":"reader","password":"secret","database":"shop"}"#,
        "c76a0e6d947d949759b92dd7760c54570d4195afde573fc52a90debe55b47e1f",
        "87872b90c6765d0b44ae989c68c4f42e500a0767a36a18c955d69551c0ceea73",
    ),
    (
        "trino",
        r#"{"host":"trino.example.com","port":443,"catalog":"hive","schema":"sales","username":"reader","password":"secret"}"#,
        "c36860f3d981effb31b00a0e997a8b6df8deb6351670f5889ec2d26a8ed3524a",
        "1b3e95186e4577f7fd872ade794351c47c0667d612bf399f512ca7ef3612361c",
    ),
];
