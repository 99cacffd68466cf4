//! Through a real sshd: keys of each form, TLS inside, the pinned host key.
//!
//! Peers: ssh, tls.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::cached;
use crate::support::peers::{text, variable};
use crate::support::{Setup, Source};

pub(crate) fn file(name: &str) -> String {
    text("ssh", name)
}

/// What sends a datasource through the sshd; `extra` adds to it or replaces.
pub(crate) fn tunnel(extra: &Value) -> Value {
    let port: u16 = variable("HEADWATER_TEST_SSH_PORT").parse().expect("port");
    let mut fields = json!({"sshTunnel": "enable", "sshHost": "127.0.0.1", "sshPort": port, "sshUsername": variable("HEADWATER_TEST_SSH_USER"), "sshPrivateKey": file("user")});
    for (key, value) in extra.as_object().expect("an object") {
        fields[key] = value.clone();
    }
    fields
}

/// An OpenSSH key file that asks for 2³² − 1 rounds of bcrypt: the count stands in the file, behind the word `bcrypt` and the salt.
fn costly_open_ssh() -> String {
    let text = file("user_encrypted");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let mut bytes = STANDARD.decode(body).expect("base64");
    let at = bytes.windows(6).position(|w| w == b"bcrypt").expect("encrypted") + 6 + 4 + 4 + 16;
    bytes[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    let body = STANDARD.encode(bytes);
    let lines: Vec<_> = body.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).expect("text")).collect();
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", lines.join("\n"))
}

#[tokio::test]
async fn keys_of_each_form() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    for (n, (extra, message)) in [
        (json!({}), ""),
        (json!({"sshPrivateKey": file("user_pkcs1")}), ""),
        (json!({"sshPrivateKey": file("user_pkcs8")}), ""),
        (json!({"sshPrivateKey": file("user_encrypted"), "sshPassphrase": "open sesame"}), ""),
        (json!({"sshPrivateKey": file("user_pkcs8_encrypted"), "passphrase": "open sesame"}), ""),
        (json!({"sshHost": "localhost", "sshHostKey": file("host.pub")}), ""),
        (json!({"sshPrivateKey": file("user_encrypted")}), "the SSH private key is encrypted; give its passphrase as sshPassphrase"),
        (json!({"sshPrivateKey": file("user_encrypted"), "sshPassphrase": "wrong"}), "the passphrase does not open the SSH private key; check sshPassphrase"),
        (json!({"sshPrivateKey": file("user_pkcs8_encrypted"), "sshPassphrase": "wrong"}), "the passphrase does not open the SSH private key; check sshPassphrase"),
        (
            json!({"sshPrivateKey": file("user_pkcs8_costly"), "sshPassphrase": "open sesame"}),
            "the SSH private key asks for too much computation to decrypt; encrypt it anew with ssh-keygen's default rounds",
        ),
        (
            json!({"sshPrivateKey": costly_open_ssh(), "sshPassphrase": "open sesame"}),
            "the SSH private key asks for too much computation to decrypt; encrypt it anew with ssh-keygen's default rounds",
        ),
        (
            json!({"sshPrivateKey": "no key"}),
            "the SSH private key cannot be read; paste the whole private key (OpenSSH, PKCS#1 or PKCS#8), BEGIN and END lines included",
        ),
        (
            json!({"sshPrivateKey": file("stranger")}),
            "the SSH server rejected the user or the key; check sshUsername, and that the public key is in the server's authorized_keys",
        ),
        (
            json!({"sshHostKey": file("other_host.pub")}),
            "the SSH server's host key has changed; make sure that it is your server, then update the datasource with its new key as sshHostKey",
        ),
        (
            json!({"sshHostKey": "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
            "the SSH server's host key has changed; make sure that it is your server, then update the datasource with its new key as sshHostKey",
        ),
        (json!({"sshHostKey": "nonsense"}), "sshHostKey is not a host key; give the line that ssh-keyscan prints, without the host: ssh-ed25519 AAAA…"),
        (json!({"sshPort": 1}), "SSH server: the connection was refused; check sshHost and sshPort, and that the server is running"),
        (json!({"sshPort": source.port}), "the handshake with the SSH server failed; check that sshPort speaks SSH 2"),
        (json!({"port": 1}), "the connection was refused; check host and port, and that the server is running"),
        (
            json!({"host": "10.1.2.3"}),
            "the SSH server does not allow forwarding to the host; set AllowTcpForwarding yes (and PermitOpen) in the server's sshd_config",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("x{n}");
        let answer = client.create(&source.body_with(&name, &tunnel(&extra))).await;
        assert_eq!(answer.message(), message, "{n}: {}", answer.text);
        if message.is_empty() {
            assert_eq!(cached(&setup, &name).await.len(), 1);
            client.sync_name(&name).await.ok();
        }
    }
}

/// TLS ends at the datasource, not at the SSH server, and is checked against the datasource's own name.
#[tokio::test]
async fn tls_inside() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let ca = text("tls", "ca.pem");
    let good = tunnel(&json!({"host": "localhost", "sslMode": true, "sslCa": ca}));
    client.create(&source.body_with("x", &good)).await.ok();
    client.sync_name("x").await.ok();
    let wrong = tunnel(&json!({"host": "127.0.0.1", "sslMode": true, "sslCa": ca}));
    let answer = client.create(&source.body_with("y", &wrong)).await;
    assert_eq!(
        answer.message(),
        "the server's certificate is for another host name; use the name in the certificate as host, or set sslVerify to ca"
    );
}

/// Threat S18: the policy holds for the SSH server; what lies behind it is the SSH server's to allow.
#[tokio::test]
async fn s18_policy_applies_to_the_ssh_server() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_EGRESS", "private")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let denied = "SSH server: this server's egress policy does not allow the host or port; ask the operator of this server to allow it";
    for host in ["127.0.0.1", "localhost", "169.254.169.254"] {
        let answer = client.create(&source.body_with("x", &tunnel(&json!({"sshHost": host})))).await;
        assert_eq!((answer.code(), answer.message()), ((400, "CREDENTIAL_TEST_FAILED"), denied), "{host}");
    }
}

/// Threat R7: the first key seen is kept; another one fails a sync and an update until it is given by name.
#[tokio::test]
async fn r7_the_host_key_is_pinned() {
    use crate::support::bastion::Bastion;
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let mut bastion = Bastion::start(1, source.port).await;
    let through = tunnel(&json!({"sshPort": bastion.port}));
    client.create(&source.body_with("x", &through)).await.ok();
    client.sync_name("x").await.ok();
    bastion.change_key(2).await;
    let changed = "the SSH server's host key has changed; make sure that it is your server, then update the datasource with its new key as sshHostKey";
    assert_eq!(client.sync_name("x").await.message(), format!("Sync failed: {changed}"));
    assert_eq!(client.update(&source.body_with("x", &through)).await.message(), changed, "an update does not forget the key");
    let mut with_key = through.clone();
    with_key["sshHostKey"] = json!(Bastion::public_key(2));
    client.update(&source.body_with("x", &with_key)).await.ok();
    client.sync_name("x").await.ok();
}

/// Threat R7: no way of not speaking of the key, and no other spelling of the same server, makes an update forget it.
#[tokio::test]
async fn r7_no_spelling_loses_the_pin() {
    use crate::support::bastion::Bastion;
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let mut bastion = Bastion::start(1, source.port).await;
    let address = tunnel(&json!({"sshPort": bastion.port}));
    let named = tunnel(&json!({"sshPort": bastion.port, "sshHost": "localhost"}));
    client.create(&source.body_with("address", &address)).await.ok();
    client.create(&source.body_with("named", &named)).await.ok();
    bastion.change_key(2).await;
    let changed = "the SSH server's host key has changed; make sure that it is your server, then update the datasource with its new key as sshHostKey";
    for (name, through, changes) in [
        ("address", &address, json!({"sshHostKey": null})),
        ("address", &address, json!({"sshHostKey": ""})),
        ("address", &address, json!({"sshHost": "127.1"})),
        ("address", &address, json!({"sshHost": "0x7f000001", "sshHostKey": null})),
        ("address", &address, json!({"sshHost": " 127.0.0.1 "})),
        ("named", &named, json!({"sshHost": "LOCALHOST"})),
        ("named", &named, json!({"sshHost": "localhost.", "sshHostKey": ""})),
    ] {
        let mut body = source.body_with(name, through);
        for (key, value) in changes.as_object().expect("an object") {
            body["credentials"][key] = value.clone();
        }
        assert_eq!(client.update(&body).await.message(), changed, "{changes}");
        assert_eq!(client.sync_name(name).await.message(), format!("Sync failed: {changed}"), "{changes}");
    }
}

/// SSH servers that refuse, stall, or drop: each ends within the deadline with a text of its own.
#[tokio::test]
async fn hostile_ssh_servers() {
    use crate::support::bastion::{Bastion, Mood};
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "2s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    for (mood, message) in [
        (
            Mood::RefuseKey,
            "the SSH server rejected the user or the key; check sshUsername, and that the public key is in the server's authorized_keys",
        ),
        (Mood::DropChannels, "the server closed the connection; check the port, and what the server logs about it"),
        (Mood::StallAuth, "SSH server: the server did not answer in time; check sshHost, sshPort and firewalls between"),
    ] {
        let bastion = Bastion::in_mood(1, source.port, mood).await;
        let answer = client.create(&source.body_with("x", &tunnel(&json!({"sshPort": bastion.port})))).await;
        assert_eq!((answer.code(), answer.message()), ((400, "CREDENTIAL_TEST_FAILED"), message), "{mood:?}");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let answer = client.create(&source.body_with("x", &tunnel(&json!({"sshPort": port})))).await;
    assert_eq!(answer.message(), "SSH server: the server did not answer in time; check sshHost, sshPort and firewalls between");
    assert_eq!(client.names().await, [""; 0]);
}
