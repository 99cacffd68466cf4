//! The command line, from outside.
//!
//! Peers: postgres, store.

mod limits;
mod lists;
mod places;

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::support::process::output;
use crate::support::{Client, Server, Setup, Source, headwater};

#[test]
fn help() {
    let mut all = String::new();
    for command in [
        "",
        "serve",
        "dev",
        "org",
        "org create",
        "org list",
        "org rename",
        "org delete",
        "token",
        "token create",
        "token list",
        "token revoke",
        "keys",
        "keys generate",
        "keys rewrap",
        "migrate",
        "kinds",
        "openapi",
        "completions",
        "healthcheck",
    ] {
        let arguments: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let _ = write!(all, "$ headwater {command} --help\n{}\n\n", output(&arguments, &[]));
    }
    insta::assert_snapshot!("help", all);
}

/// A secret in the environment does not show in the help.
#[test]
fn l1_help_hides_secrets() {
    let text = output(&["serve", "--help"], &[("DATABASE_URL", "postgres://u:canary@h/d"), ("HEADWATER_MASTER_KEYS", "k:canary")]);
    assert!(!text.contains("canary"));
}

#[tokio::test]
async fn organisations_and_tokens() {
    let setup = Setup::sqlite().await;
    assert!(setup.run(&["org", "create", "Acme \"1\""]).ends_with("\tAcme \"1\""));
    assert_eq!(setup.run(&["org", "list"]).lines().count(), 2, "a head and one organisation");
    let token = setup.run(&["token", "create", "--org", "Acme \"1\"", "--name", "ci", "--expires-in", "30d", "--scope", "read"]);
    assert!(token.starts_with("dbn_live_") && token.lines().count() == 1);
    let listed = setup.run(&["token", "list"]);
    let fields: Vec<_> = listed.lines().nth(1).expect("a token").split("  ").map(str::trim).filter(|field| !field.is_empty()).collect();
    assert_eq!((fields[1], fields[2], fields[3], fields[7]), ("Acme \"1\"", "read", "active", "ci"));
    setup.run(&["token", "revoke", fields[0]]);
    assert!(setup.run(&["token", "list"]).contains("  revoked  "));
    setup.run(&["migrate"]);
}

/// Each mistake gets one line that says what to do, and exit code 1 or 2.
#[tokio::test]
async fn mistakes() {
    let setup = Setup::sqlite().await;
    setup.run(&["org", "create", "acme"]);
    let url = ("DATABASE_URL", setup.database_url.as_str());
    for (arguments, environment, wanted) in [
        (&["org", "create", "acme"][..], &[url][..], "there is an organisation `acme` already"),
        (&["org", "create", " "], &[url], "1 to 255 characters"),
        (&["token", "create", "--org", "nope"], &[url], "there is no organisation `nope`"),
        (&["token", "create", "--org", "acme", "--scope", "admin"], &[url], "`admin` is not a scope"),
        (&["token", "create", "--org", "acme", "--expires-in", "soon"], &[url], "invalid value 'soon'"),
        (&["token", "revoke", "ba8e6e45-d864-4d00-a07a-008507828114"], &[url], "there is no token"),
        (&["org", "list"], &[], "set DATABASE_URL"),
        (&["org", "list"], &[("DATABASE_URL", "mysql://u:canary@h/d")], "DATABASE_URL: it must start with postgres:// or sqlite:"),
        (&["org", "list"], &[("DATABASE_URL", "postgres://u:can/ary@h:x/d")], "percent-encoded"),
        (&["serve"], &[url], "HEADWATER_MASTER_KEYS: no key is given"),
        (&["serve"], &[url, ("HEADWATER_MASTER_KEYS", "k1:c2hvcnQ=")], "key `k1` is not 32 random bytes"),
        (&["serve"], &[url, ("HEADWATER_EGRESS", "all")], "`all` is not an egress profile"),
        (&["serve"], &[url, ("HEADWATER_EGRESS_DENY", "10.0.0.0/99")], "is not an egress rule"),
        (&["serve"], &[url, ("HEADWATER_EGRESS_ENDPOINTS", "a.example=file:///x")], "must be HOST=URL"),
        (&["serve"], &[url, ("HEADWATER_TEST_TIMEOUT", "ten")], "invalid value 'ten'"),
        (&["healthcheck", "--listen", "127.0.0.1:1"], &[], "the connection was refused"),
    ] {
        let out = headwater(arguments, environment);
        let text = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && text.contains(wanted), "{arguments:?}: {text}");
        assert!(!text.contains("canary") && !text.contains("panicked"), "{text}");
        assert!(out.stdout.is_empty());
    }
}

/// Wrong or missing master keys: the server does not start, and says what to set.
#[tokio::test]
async fn l9_wrong_master_keys() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let source = Source::new().await;
    client.create(&source.body("x")).await.ok();
    server.kill();
    let url = ("DATABASE_URL", setup.database_url.as_str());
    let (wrong, other) = (output(&["keys", "generate", "--id", "test"], &[]), output(&["keys", "generate", "--id", "other"], &[]));
    for (keys, wanted) in [
        (&wrong, "HEADWATER_MASTER_KEYS: the key `test` is not the one"),
        (&other, "HEADWATER_MASTER_KEYS: the key `test`, which wraps stored credentials, is not among"),
    ] {
        let out = headwater(&["serve", "--listen", "127.0.0.1:0"], &[url, ("HEADWATER_MASTER_KEYS", keys)]);
        let text = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && text.contains(wanted), "{text}");
    }
    // Rotation: the new key in front, rewrap, the old one out.
    let both = format!("{other},{}", setup.master_keys);
    assert_eq!(output(&["keys", "rewrap"], &[url, ("HEADWATER_MASTER_KEYS", &both)]), "1 data keys rewrapped");
    let server = setup.start_with(&[("HEADWATER_MASTER_KEYS", &other)]);
    server.client(&setup.token("acme")).sync_name("x").await.ok();
}

/// `headwater dev`: one line on standard output at the first start, none later; files that nobody else can read.
#[tokio::test]
async fn dev() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let data = data.to_str().expect("path");
    let start = || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_headwater"));
        let mut child = child
            .args(["dev", "--listen", "127.0.0.1:0", "--data-dir", data])
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines().map_while(Result::ok);
        let address = lines
            .find_map(|l| serde_json::from_str::<serde_json::Value>(&l).ok()?["address"].as_str().map(str::to_owned))
            .expect("listens");
        std::thread::spawn(move || lines.for_each(drop));
        (child, address)
    };
    let (mut child, address) = start();
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    stdout.read_line(&mut first).expect("a line");
    let token = first.trim_end().strip_prefix("service token: ").expect("the one line").to_owned();
    let client = Client::new(&format!("http://{address}"), &token);
    assert_eq!(client.names().await, [""; 0]);
    assert_eq!(output(&["healthcheck", "--listen", &address], &[]), "");
    let second = output(&["token", "create", "--org", "dev"], &[("DATABASE_URL", &format!("sqlite:{data}/headwater.db"))]);
    assert_eq!(client.with_token(&second).names().await, [""; 0]);
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(stdout.lines().count(), 0, "exactly one line");

    let mode = |name: &str| std::fs::metadata(format!("{data}/{name}")).expect(name).permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("master.key")), (0o700, 0o600));
    let (mut child, address) = start();
    assert_eq!(Client::new(&format!("http://{address}"), &token).names().await, [""; 0], "the token still works");
    child.kill().expect("killed");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().expect("piped"), &mut rest).expect("text");
    assert_eq!(rest, "", "no token at later starts");
    child.wait().expect("ended");

    std::fs::set_permissions(format!("{data}/master.key"), std::fs::Permissions::from_mode(0o644)).expect("mode");
    let out = headwater(&["dev", "--listen", "127.0.0.1:0", "--data-dir", data], &[]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("others can read this key"));
}

/// `headwater serve` with nothing set: everything is in its folder, it says so, and the other commands find it.
#[tokio::test]
async fn serve_by_itself() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    // Compose files pass variables on that nobody set.
    let environment = [
        ("HEADWATER_DATA_DIR", data.to_str().expect("path")),
        ("DATABASE_URL", ""),
        ("HEADWATER_MASTER_KEYS", ""),
        ("HEADWATER_TEST_TIMEOUT", ""),
        ("HEADWATER_LISTEN", "127.0.0.1:0"),
        ("HEADWATER_LOG_FORMAT", "json"),
    ];
    let missing = headwater(&["org", "create", "acme"], &environment);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("there is no store at") && !data.exists());
    let server = Server::spawn(&["serve"], &environment);
    assert!(server.logged("no DATABASE_URL") && server.logged("headwater org create"), "{}", server.log());
    output(&["org", "create", "acme"], &environment);
    let client = server.client(&output(&["token", "create", "--org", "acme"], &environment));
    assert_eq!(client.names().await, [""; 0]);
    assert_eq!(std::fs::metadata(data.join("master.key")).expect("a key").permissions().mode() & 0o777, 0o600);
    assert!(output(&["keys", "rewrap"], &environment).ends_with("rewrapped"));
    server.kill();
    let again = Server::spawn(&["serve"], &environment);
    assert_eq!(again.client(&output(&["token", "create", "--org", "acme"], &environment)).names().await, [""; 0]);
    assert!(!again.log().contains("headwater org create"), "{}", again.log());
}

/// Secrets as files, as orchestrators mount them.
#[tokio::test]
async fn secrets_by_file() {
    let setup = Setup::sqlite().await;
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("path").to_owned()
    };
    let (url, keys, empty) =
        (file("url", &format!("{}\n", setup.database_url)), file("keys", &format!("{}\n", setup.master_keys)), file("empty", "\n"));
    let environment = [
        ("DATABASE_URL_FILE", url.as_str()),
        ("HEADWATER_MASTER_KEYS_FILE", &keys),
        ("HEADWATER_LISTEN", "127.0.0.1:0"),
        ("HEADWATER_LOG_FORMAT", "json"),
    ];
    let server = Server::spawn(&["serve"], &environment);
    output(&["org", "create", "acme"], &environment);
    assert_eq!(server.client(&setup.run(&["token", "create", "--org", "acme"])).names().await, [""; 0]);
    for (arguments, environment, wanted) in [
        (&["serve"][..], &[environment[0]][..], "HEADWATER_MASTER_KEYS: no key is given"),
        (&["org", "list"], &[environment[0], ("DATABASE_URL", "sqlite:canary")], "DATABASE_URL and DATABASE_URL_FILE are both set"),
        (&["org", "list"], &[("DATABASE_URL_FILE", "/no/such/file")], "DATABASE_URL_FILE: /no/such/file"),
        (&["org", "list"], &[("DATABASE_URL_FILE", &empty)], "is empty"),
    ] {
        let out = headwater(arguments, environment);
        let text = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && text.contains(wanted) && !text.contains("canary"), "{text}");
    }
}

/// Two servers cannot have one port, and the second says so.
#[tokio::test]
async fn a_taken_port() {
    let setup = Setup::sqlite().await;
    let server: Server = setup.start();
    let url = ("DATABASE_URL", setup.database_url.as_str());
    let out = headwater(&["serve", "--listen", server.address()], &[url, ("HEADWATER_MASTER_KEYS", &setup.master_keys)]);
    assert!(String::from_utf8_lossy(&out.stderr).contains(&format!("cannot listen on {}", server.address())));
}
