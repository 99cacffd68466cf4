//! Rotating master keys: the order of the README under two servers, a rewrap that is killed, and what `keys verify` says.
//!
//! Peers: postgres, store.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use secrecy::ExposeSecret;
use store::{Binding, Cipher, MasterKeys, Timestamp, generate_master_key};
use uuid::Uuid;

use crate::support::process::{BOTH_STORES, headwater};
use crate::support::{Server, Setup, Source};

fn key(id: &str) -> String {
    generate_master_key(id).expose_secret().to_owned()
}

fn keys(setup: &Setup, arguments: &[&str], master_keys: &str) -> Output {
    headwater(&[&["keys"], arguments].concat(), &[("DATABASE_URL", &setup.database_url), ("HEADWATER_MASTER_KEYS", master_keys)])
}

#[track_caller]
fn opens(setup: &Setup, master_keys: &str) {
    let out = keys(setup, &["verify", "--all"], master_keys);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

/// What would be lost, a line each.
#[track_caller]
fn lost(setup: &Setup, arguments: &[&str], master_keys: &str) -> Vec<String> {
    let out = keys(setup, arguments, master_keys);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("not everything that is sealed opens"));
    let said = String::from_utf8(out.stdout).expect("text");
    said.lines().filter(|line| line.starts_with("lost: ")).map(str::to_owned).collect()
}

/// Organisations with a datasource each, asked of every server after every step.
struct Rolling<'a> {
    setup: &'a Setup,
    source: &'a Source,
    tokens: Vec<String>,
}

impl Rolling<'_> {
    fn start(&self, master_keys: &str) -> Server {
        self.setup.start_with(&[("HEADWATER_MASTER_KEYS", master_keys)])
    }

    /// Makes an organisation by way of each server, and reads everything there is by way of all of them.
    async fn works(&mut self, servers: &[&Server]) {
        for server in servers {
            let token = self.setup.token(&format!("org {}", self.tokens.len()));
            server.client(&token).create(&self.source.body("x")).await.ok();
            self.tokens.push(token);
        }
        for server in servers {
            for token in &self.tokens {
                server.client(token).sync_name("x").await.ok();
            }
        }
    }
}

/// New key behind, restart all; to the front, restart all; rewrap; restart without the old one. No request fails in between,
/// not even one for an organisation that has no data key yet.
#[tokio::test]
async fn the_order_of_the_readme() {
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (old, new) = (key("old"), key("new"));
        let mut rolling = Rolling { setup: &setup, source: &source, tokens: Vec::new() };
        let (mut one, mut two) = (rolling.start(&old), rolling.start(&old));
        rolling.works(&[&one, &two]).await;
        let both = [format!("{old},{new}"), format!("{new},{old}")];
        for master_keys in &both {
            one.kill();
            rolling.works(&[&two]).await;
            one = rolling.start(master_keys);
            rolling.works(&[&one, &two]).await;
            two.kill();
            rolling.works(&[&one]).await;
            two = rolling.start(master_keys);
            rolling.works(&[&one, &two]).await;
        }
        assert_eq!(lost(&setup, &["verify"], &new).len() + lost(&setup, &["verify"], &old).len(), rolling.tokens.len(), "under either key");
        let out = keys(&setup, &["rewrap"], &both[1]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        rolling.works(&[&one, &two]).await;
        opens(&setup, &new);
        one.kill();
        one = rolling.start(&new);
        rolling.works(&[&one, &two]).await;
        two.kill();
        two = rolling.start(&new);
        rolling.works(&[&one, &two]).await;
    }
}

/// An order that is not the README's: a server wraps with a key that another one does not have.
#[tokio::test]
async fn another_order_fails() {
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    let setup = Setup::sqlite().await;
    let (old, new) = (key("old"), key("new"));
    let mut rolling = Rolling { setup: &setup, source: &source, tokens: Vec::new() };
    let (one, two) = (rolling.start(&format!("{new},{old}")), rolling.start(&old));
    rolling.works(&[&one]).await;
    assert_eq!(two.client(&rolling.tokens[0]).sync_name("x").await.status, 500);
}

/// Which organisations and datasources hang on a key that is not given, on another one of its id, or on nothing any more.
#[tokio::test]
async fn verify_says_what_would_be_lost() {
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let server = setup.start();
        let client = server.client(&setup.token("acme\u{1b}[2J"));
        for n in 0..12 {
            client.create(&source.body(&format!("d{n}"))).await.ok();
        }
        server.client(&setup.token("other")).create(&source.body("x")).await.ok();
        opens(&setup, &setup.master_keys);
        let sample = keys(&setup, &["verify"], &setup.master_keys);
        assert_eq!(String::from_utf8_lossy(&sample.stdout), "2 data keys open, and the credentials of 7 datasources of 13\n");
        let all = |why: &str| {
            [("acme\\u{1b}[2J", 12), ("other", 1)].map(|(organisation, datasources)| {
                format!("lost: organisation \"{organisation}\": its data key 1 is wrapped by the master key \"test\", {why}: credentials of {datasources} datasources")
            })
        };
        assert_eq!(lost(&setup, &["verify"], &key("k")), all("which is not given"));
        assert_eq!(lost(&setup, &["verify"], &key("test")), all("of which another one is given, or whose bytes were changed"));
        // A place that was written over by hand opens no more.
        setup.sql("update datasource set profile = '{\"host\":\"elsewhere\"}' where name = 'd11'").await;
        let damaged = "lost: organisation \"acme\\u{1b}[2J\": credentials of the datasource \"d11\": ";
        for arguments in [&["verify"][..], &["verify", "--all"]] {
            let lines = lost(&setup, arguments, &setup.master_keys);
            assert!(lines.len() == 1 && lines[0].starts_with(damaged), "{lines:?}");
        }
    }
}

/// Killed at any moment, a rewrap leaves every data key under the one master key or the other; the next one ends it.
#[tokio::test]
async fn a_killed_rewrap_is_finished_by_the_next() {
    const ORGANISATIONS: i64 = 400;
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (old, new) = (key("old"), key("new"));
        let both = format!("{new},{old}");
        let store = store::open(&setup.database_url.as_str().into(), 2).await.expect("store");
        store.migrate().await.expect("migrate");
        let cipher = Cipher::new(MasterKeys::parse(&old.as_str().into()).expect("a key"), store.clone());
        for n in 0..ORGANISATIONS {
            let tenant = store.create_organisation(&format!("org {n}"), Timestamp(0)).await.expect("organisation").tenant;
            let binding = Binding { tenant, datasource: Uuid::new_v4(), purpose: "test" };
            cipher.seal(binding, &[0; 32], b"x", Timestamp(0)).await.expect("sealed");
        }
        let mut middle = 0;
        for delay in (0..).map(|n| n * 7) {
            let mut rewrap = Command::new(env!("CARGO_BIN_EXE_headwater"))
                .args(["keys", "rewrap"])
                .env_clear()
                .envs([("DATABASE_URL", &setup.database_url), ("HEADWATER_MASTER_KEYS", &both)])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary runs");
            tokio::time::sleep(Duration::from_millis(delay)).await;
            rewrap.kill().expect("killed");
            rewrap.wait().expect("ended");
            opens(&setup, &both);
            let left = setup.number("select count(*) from data_key where master_id = 'old'").await;
            middle += usize::from((1..ORGANISATIONS).contains(&left));
            if left == 0 {
                break;
            }
        }
        println!("{kind:?}: {middle} kills in the middle");
        assert!(middle > 0, "the rewrap was over before the first kill");
        opens(&setup, &new);
        assert_eq!(lost(&setup, &["verify"], &old).len(), 400);
        assert!(keys(&setup, &["rewrap"], &both).status.success());
    }
}
