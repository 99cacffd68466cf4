//! Where things are: spellings of addresses, servers over one folder, and errors that name the place once.

use std::os::unix::fs::PermissionsExt;

use crate::support::process::output;
use crate::support::{Server, Setup, headwater};

/// A name and a bare port are places to listen, and the health check finds them by the same spelling.
#[tokio::test]
async fn spellings_of_an_address() {
    let setup = Setup::sqlite().await;
    for (spelling, bound) in [(":0", "0.0.0.0:"), ("localhost:0", "127.0.0.1:"), ("*:0", "0.0.0.0:")] {
        let server = setup.start_with(&[("HEADWATER_LISTEN", spelling)]);
        assert!(server.address().starts_with(bound), "{spelling}: {}", server.address());
        let port = server.address().rsplit_once(':').expect("a port").1;
        assert_eq!(output(&["healthcheck", "--listen", &spelling.replace(":0", &format!(":{port}"))], &[]), "");
    }
    for spelling in ["3000", "localhost", "::1:3000", "http://localhost:3000"] {
        let text = String::from_utf8(headwater(&["serve", "--listen", spelling], &[]).stderr).expect("text");
        assert!(text.contains("ADDRESS:PORT, NAME:PORT or :PORT"), "{text}");
    }
}

/// Each error says the setting, the place and the cause, and each of them once.
#[tokio::test]
async fn errors_name_the_place_once() {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("url"), "postgres://u:canary@127.0.0.1:1/d").expect("written");
    std::fs::write(path("file"), "").expect("written");
    let inside = format!("{}/data", path("file"));
    let (none, url) = (format!("sqlite:{}/none/store.db", folder.path().display()), path("url"));
    for (arguments, setting, value, place) in [
        (&["org", "list"][..], "DATABASE_URL", "postgres://u:canary@127.0.0.1:1/d", "127.0.0.1:1"),
        (&["org", "list"], "DATABASE_URL_FILE", &url, "127.0.0.1:1"),
        (&["org", "list"], "DATABASE_URL", &none, &path("none")),
        (&["org", "list"], "DATABASE_URL", "mysql://u:canary@h/d", "sqlite:PATH"),
        (&["serve"], "HEADWATER_DATA_DIR", &inside, &inside),
        (&["dev"], "HEADWATER_DATA_DIR", &inside, &inside),
    ] {
        let out = headwater(arguments, &[(setting, value), ("HEADWATER_LISTEN", "127.0.0.1:0"), ("HEADWATER_LOG", "off")]);
        let text = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && !text.contains("canary"), "{text}");
        let last = text.lines().last().expect("a line");
        assert!(last.starts_with(&format!("headwater: {setting}: ")), "{text}");
        if place != "sqlite:PATH" {
            assert_eq!(last.matches(place).count(), 1, "{place}: {text}");
        }
        assert_eq!(last.matches(setting).count(), 1, "{text}");
    }
}

/// A second server over one folder is told that it is the second, that this is fine here, and where it would not be.
#[tokio::test]
async fn two_servers_over_one_folder() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data").display().to_string();
    let environment = [("HEADWATER_DATA_DIR", data.as_str()), ("HEADWATER_LISTEN", "127.0.0.1:0"), ("HEADWATER_LOG_FORMAT", "json")];
    let told = |server: &Server| server.log().contains("another server runs over this store: that is fine on one machine");
    let first = Server::spawn(&["serve"], &environment);
    assert!(!told(&first), "{}", first.log());
    assert!(first.logged("headwater org create"), "an empty store says what comes next");
    let second = Server::spawn(&["dev"], &environment);
    assert!(told(&second), "{}", second.log());
    first.kill();
    let third = Server::spawn(&["serve"], &environment);
    assert!(told(&third), "the second one is still there");
    second.kill();
    third.kill();
    let alone = Server::spawn(&["dev"], &environment);
    assert!(!told(&alone), "who was killed is not there any more");
    for entry in std::fs::read_dir(&data).expect("folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
}
