//! Lists in both forms, and what changes organisations and their tokens.
//!
//! Peers: postgres, store.

use serde_json::Value;

use crate::support::process::{BOTH_STORES, output};
use crate::support::{Setup, Source, headwater};

fn json(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("a list")
}

/// A name that would paint a terminal, begin a line or turn it round is printed as what it is.
#[tokio::test]
async fn tables_and_json() {
    let setup = Setup::sqlite().await;
    let name = "a\u{1b}[31m\nb\u{202e}";
    setup.run(&["org", "create", name]);
    setup.run(&["token", "create", "--org", name, "--name", name]);
    for (list, columns) in [("org", "ID  CREATED AT"), ("token", "ID   ")] {
        let table = setup.run(&[list, "list"]);
        assert!(table.starts_with(columns), "{table}");
        assert_eq!(table.lines().count(), 2, "{table}");
        assert!(table.contains("a\\u{1b}[31m\\nb\\u{202e}") && !table.contains('\u{1b}') && !table.contains('\u{202e}'), "{table}");
        assert_eq!(table, setup.run(&[list, "list", "--output", "table"]));
        let all = json(&setup.run(&[list, "list", "--output", "json"]));
        assert_eq!((all.len(), &all[0]["name"]), (1, &Value::from(name)));
    }
    let token = &json(&setup.run(&["token", "list", "--output", "json"]))[0];
    assert_eq!((&token["scope"], &token["state"], &token["expiresAt"]), (&"write".into(), &"active".into(), &Value::Null));
    let kinds = json(&output(&["kinds", "--output", "json"], &[]));
    assert_eq!(output(&["kinds"], &[]).lines().count(), kinds.len() + 1);
    assert!(kinds.iter().any(|kind| kind["name"] == "postgres"));
    assert_eq!(headwater(&["org", "list", "--output", "xml"], &[]).status.code(), Some(2));
}

/// A renamed organisation keeps what it has; a deleted one leaves nothing, and its tokens open nothing.
#[tokio::test]
async fn organisations_are_renamed_and_deleted() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        let other = server.client(&setup.token("other"));
        let source = Source::new().await;
        client.create(&source.body("x")).await.ok();
        other.create(&source.body("y")).await.ok();
        setup.run(&["org", "rename", "acme", "renamed"]);
        assert_eq!(client.names().await, ["x"]);
        let url = ("DATABASE_URL", setup.database_url.as_str());
        for (arguments, wanted) in [
            (&["org", "rename", "acme", "z"][..], "there is no organisation `acme`"),
            (&["org", "rename", "renamed", "other"], "there is an organisation `other` already"),
            (&["org", "delete", "acme", "--yes"], "there is no organisation `acme`"),
            (&["org", "delete", "renamed"], "nothing was deleted"),
            (&["token", "revoke"], "required"),
            (&["token", "revoke", "--org", "acme"], "there is no organisation `acme`"),
        ] {
            let out = headwater(arguments, &[url]);
            let text = String::from_utf8_lossy(&out.stderr);
            assert!(!out.status.success() && text.contains(wanted), "{arguments:?}: {text}");
        }
        assert_eq!(client.names().await, ["x"], "nothing of that changed anything");
        assert_eq!(setup.run(&["org", "delete", "renamed", "--yes"]), "deleted `renamed` with 1 datasources");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(client.get("/api/v2/datasource").await.code(), (401, "AUTHENTICATION_ERROR"));
        assert_eq!(other.names().await, ["y"]);
        assert!(!setup.run(&["token", "list"]).contains("renamed") && !setup.run(&["org", "list"]).contains("renamed"));
        assert_eq!(setup.number("select count(*) from datasource").await, 1);
    }
}

/// All tokens of an organisation go at once, and those of no other.
#[tokio::test]
async fn all_tokens_of_an_organisation() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let second = server.client(&setup.token("acme"));
    let other = server.client(&setup.token("other"));
    setup.run(&["token", "revoke", "--org", "acme"]);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    for revoked in [&client, &second] {
        assert_eq!(revoked.get("/api/v2/datasource").await.code(), (401, "AUTHENTICATION_ERROR"));
    }
    assert_eq!(other.names().await, [""; 0]);
    let states: Vec<_> = json(&setup.run(&["token", "list", "--output", "json"])).iter().map(|t| t["state"].to_string()).collect();
    assert_eq!(states.iter().filter(|state| *state == "\"revoked\"").count(), 2);
}

/// What a shell reads names every command.
#[test]
fn completions() {
    for (shell, sign) in [("bash", "complete -F"), ("zsh", "#compdef headwater"), ("fish", "complete -c headwater")] {
        let script = output(&["completions", shell], &[]);
        assert!(script.contains(sign), "{shell}");
        for word in ["serve", "rename", "revoke", "completions", "max-tables"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let script = output(&["completions", "bash"], &[]);
    let checked = std::process::Command::new("bash").args(["-n", "-c", &script]).status().expect("a shell");
    assert!(checked.success(), "bash reads it");
    assert_eq!(headwater(&["completions", "powershell"], &[]).status.code(), Some(2));
}
