//! Hostile servers that speak MySQL's protocol.

use serde_json::{Value, json};

use super::login::empty_catalog;
use crate::fakes::mysql::{Answer, Fake, Plugin};
use crate::fakes::tls::authority;
use crate::support::Setup;

fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "mysql", "credentials": {"name": "x", "host": "localhost", "port": port, "username": "app", "password": "canary-pw", "database": "shop"}});
    crate::support::diagnose::with(&base, changes)
}

const PROTOCOL: &str = "what answers there does not speak the expected protocol; check port and datasourceType";

/// Threat R1: a server that asks for a file gets none, whenever it asks: in place of the greeting, after the login, to any statement.
#[tokio::test]
async fn r1_local_infile_at_every_moment() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let fake = || Fake { password: "canary-pw", answers: empty_catalog(), ..Fake::default() };
    for file in ["/etc/passwd", "/proc/self/environ"] {
        let request = [b"\xfb", file.as_bytes()].concat();
        let asking = |needle| Fake { answers: [vec![(needle, Answer::Raw(request.clone()))], empty_catalog()].concat(), ..fake() };
        for (moment, rogue) in [
            ("greeting", Fake { greeting: Some(request.clone()), ..fake() }),
            ("login", Fake { verdict: vec![request.clone()], ..fake() }),
            ("first statement", asking("show variables")),
            ("SET NAMES", asking("set names")),
            ("session settings", asking("set session")),
            ("catalog", asking("from information_schema.columns")),
        ] {
            let running = rogue.start().await;
            let answer = client.create(&body(running.port, &json!({}))).await;
            assert_eq!(answer.message().trim_start_matches("Schema caching failed: "), PROTOCOL, "{moment}: {}", answer.text);
            let heard = running.heard();
            // What a file of that name begins with here.
            let content = std::fs::read(file).expect("readable");
            assert!(!heard.windows(8).any(|w| content.windows(8).take(64).any(|c| c == w)), "{moment}: bytes of {file} went out");
            assert_eq!(client.names().await, [""; 0], "{moment}: the server lives");
        }
    }
    assert!(!server.log().contains("panicked"));
}

/// Threat R2: a switch to the plug-in for clear text, before TLS and after TLS with somebody unproved; a key on request is not asked for.
#[tokio::test]
async fn r2_cleartext_switch() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let without = "the server asked for the password in a form that this connection does not protect; set sslMode to true: over TLS with a verified certificate the password may be sent";
    let unproved = "the server asked for the password in a form that this connection does not protect; give the authority's certificate (PEM) as sslCa and leave sslVerify at full: only then the password may be sent";
    for (case, verdict, changes, message) in [
        ("clear", &b"\xfemysql_clear_password\0"[..], json!({}), without),
        ("sha256", b"\xfesha256_password\0abcdefghij0123456789\0", json!({}), without),
        ("full authentication", b"\xfecaching_sha2_password\0abcdefghij0123456789\0", json!({}), without),
        ("clear over TLS", b"\xfemysql_clear_password\0", json!({"sslMode": true, "sslVerify": "none"}), unproved),
        (
            "clear over TLS with any name",
            b"\xfemysql_clear_password\0",
            json!({"sslMode": true, "sslVerify": "ca", "sslCa": authority()}),
            "",
        ),
    ] {
        let fake = Fake { verdict: vec![verdict.to_vec(), b"\x01\x04".to_vec()], tls: true, password: "canary-pw", ..Fake::default() };
        let running = fake.start().await;
        let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "2s")]);
        let answer = server.client(&setup.token("acme")).create(&body(running.port, &changes)).await;
        let heard = running.heard();
        let bare = heard.windows(9).any(|w| w == b"canary-pw");
        // With an authority of the user's own, a certificate of any name of theirs is proof enough.
        assert_eq!(bare, message.is_empty(), "{case}");
        if !message.is_empty() {
            assert_eq!(answer.message(), message, "{case}");
        }
        assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"), "{case}");
    }
    // A key of whoever is in the middle: the byte that asks for one is never sent.
    let running = Fake { plugin: Plugin::CachingSha2(true), password: "canary-pw", ..Fake::default() }.start().await;
    assert_eq!(client.create(&body(running.port, &json!({}))).await.message(), without);
    assert!(!running.packets().iter().any(|packet| packet == b"\x02"), "a key was asked for");
}

/// Threats R2 and R4: what makes other clients panic, or give the password away for a key of anybody's. Each ends in a code.
#[tokio::test]
async fn r2_r4_keys_and_nonces() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "2s")]);
    let client = server.client(&setup.token("acme"));
    let full = b"\x01\x04".as_slice();
    let pem = b"\x01-----BEGIN PUBLIC KEY-----\n!!! no base64 !!!\n-----END PUBLIC KEY-----\n".as_slice();
    let text = |name: &str| crate::support::peers::text("tls", name);
    // A key of our own proves who we are, and not who the server is.
    let own = json!({"sslMode": true, "sslVerify": "none", "sslCert": text("client.pem"), "sslKey": text("client.key")});
    let plain = json!({});
    for (case, verdict, changes, code) in [
        ("an empty packet for a key", &[full, b""][..], &plain, "PASSWORD_EXPOSED"),
        ("an empty packet", &[b""], &plain, "PROTOCOL_ERROR"),
        ("a key of no bytes", &[b"\x01"], &plain, "PROTOCOL_ERROR"),
        ("an empty nonce", &[b"\xfecaching_sha2_password\0", full], &plain, "PROTOCOL_ERROR"),
        ("an empty nonce for a native password", &[b"\xfemysql_native_password\0"], &plain, "PROTOCOL_ERROR"),
        ("a nonce that only ends", &[b"\xfecaching_sha2_password\0\0", full], &plain, "PROTOCOL_ERROR"),
        ("a key that is no base64", &[full, pem], &plain, "PASSWORD_EXPOSED"),
        ("a key that is no base64, unasked", &[pem], &plain, "PROTOCOL_ERROR"),
        ("full authentication with a key of our own", &[full], &own, "PASSWORD_EXPOSED"),
        ("a key for a key of our own", &[full, pem], &own, "PASSWORD_EXPOSED"),
    ] {
        let verdict = verdict.iter().map(|packet| packet.to_vec()).collect();
        let running =
            Fake { plugin: Plugin::CachingSha2(true), tls: true, verdict, password: "canary-pw", ..Fake::default() }.start().await;
        let (step, found) = crate::support::diagnose::outcome(&client, &body(running.port, changes)).await;
        assert_eq!((step, found), (json!("authenticate"), json!(code)), "{case}");
        assert!(!running.heard().windows(9).any(|w| w == b"canary-pw"), "{case}: the password");
        assert!(!running.packets().iter().any(|packet| packet == b"\x02"), "{case}: a key was asked for");
    }
    assert_eq!(client.names().await, [""; 0], "the server lives");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// Threats R4 and R5: broken and enormous packets at every point.
#[tokio::test]
async fn r4_r5_packets() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "2s"), ("HEADWATER_READ_TIMEOUT", "3s")]);
    let client = server.client(&setup.token("acme"));
    let fake = || Fake { password: "canary-pw", answers: empty_catalog(), ..Fake::default() };
    let answering = |needle, raw: &[u8]| Fake { answers: [vec![(needle, Answer::Raw(raw.to_vec()))], empty_catalog()].concat(), ..fake() };
    for (case, rogue) in [
        ("an empty greeting", Fake { greeting: Some(Vec::new()), ..fake() }),
        ("half a greeting", Fake { greeting: Some(b"\x0a8.0.36\0\x01".to_vec()), ..fake() }),
        (
            "a nonce of 135 bytes",
            Fake {
                greeting: Some([b"\x0a8.0.36\0\x07\0\0\0abcdefgh\0\x0d\xa2\x2d\x02\0\x3b\0\x87".as_slice(), &[0; 160]].concat()),
                ..fake()
            },
        ),
        ("a greeting of MySQL 3", Fake { greeting: Some(b"\x098.0.36\0\x01\0\0\0abcdefgh\0".to_vec()), ..fake() }),
        ("an empty verdict", Fake { verdict: vec![Vec::new()], ..fake() }),
        ("a switch to nothing", Fake { verdict: vec![b"\xfe\0".to_vec()], ..fake() }),
        ("a short nonce", Fake { verdict: vec![b"\xfecaching_sha2_password\0abc\0".to_vec()], ..fake() }),
        ("more data unasked", Fake { verdict: vec![b"\x01\x04\x04\x04".to_vec()], ..fake() }),
        ("251 columns", answering("show variables", b"\xfc\xfb\x00")),
        ("no end of columns", answering("show variables", b"\x02")),
        ("no result where there must be one", answering("show variables", b"\0\0\0\x02\0\0\0")),
        ("an empty answer", answering("show variables", b"")),
        ("a truncated error", answering("show variables", b"\xff")),
    ] {
        let running = rogue.start().await;
        let answer = client.create(&body(running.port, &json!({}))).await;
        assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"), "{case}: {}", answer.text);
        assert!(
            answer.message().starts_with("what answers there does not speak")
                || answer.message().starts_with("the server did not answer")
                || answer.message().starts_with("the server asked for a way"),
            "{case}: {}",
            answer.message()
        );
    }
    // A packet of 16 MiB, and one of the wrong number.
    for words in [&b"\xff\xff\xff\x00\x0a"[..], b"\x05\x00\x00\x07\x0a8.0\0"] {
        let port = crate::fakes::speaker(words).await;
        assert_eq!(client.create(&body(port, &json!({}))).await.message(), PROTOCOL);
    }
    assert_eq!(client.names().await, [""; 0]);
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// Threat R6: what stalls in the middle of a read ends with the read's deadline.
#[tokio::test]
async fn r6_stalled_reads() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_READ_TIMEOUT", "1s")]);
    let client = server.client(&setup.token("acme"));
    let answers = [vec![("from information_schema.columns where table_schema not", Answer::Silence)], empty_catalog()].concat();
    let running = Fake { password: "canary-pw", answers, ..Fake::default() }.start().await;
    let data = crate::support::diagnose::diagnose(&client, &body(running.port, &json!({}))).await;
    let step = crate::support::diagnose::failed(&data);
    assert_eq!((&step["step"], &step["code"]), (&json!("read"), &json!("TIMED_OUT")));
}

/// Threat L4: nothing that the server says in an error comes out.
#[tokio::test]
async fn l4_no_text_of_the_server() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let running = Fake { greeting: Some(b"\xff\x15\x04#28000<script>canary-pw\x1b[31m".to_vec()), ..Fake::default() }.start().await;
    let answer = client.create(&body(running.port, &json!({}))).await;
    assert!(answer.message().starts_with("authentication failed"), "{}", answer.text);
    assert!(!answer.text.contains("script") && !server.log().contains("canary-pw"));
}
