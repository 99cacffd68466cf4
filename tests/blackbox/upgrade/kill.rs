//! SIGKILL in the middle of the move, and two servers that begin it at once.
//! Peers: store.

use std::time::Duration;

use store::{Page, Tables};

use super::fixture::{Recorded, answers_the_same, left, opened, restored};
use crate::support::process::BOTH_STORES;
use crate::support::{Setup, StoreKind};

/// Tables that are added to one datasource of the fixture: enough for a kill to hit the middle.
const TABLES: usize = 4_000;

/// The fixture, one datasource of it grown, still in the form of 0.1.0.
async fn grown(kind: StoreKind) -> (Setup, Recorded) {
    let (setup, recorded) = restored(kind).await;
    let (numbers, hash) = match kind {
        StoreKind::Sqlite => (
            format!(
                "(with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {TABLES}) select n from numbers) g"
            ),
            "unhex(printf('%064x', n))",
        ),
        StoreKind::Postgres => (format!("generate_series(1, {TABLES}) g (n)"), "decode(lpad(to_hex(n), 64, '0'), 'hex')"),
    };
    setup
        .sql(&format!(
            "insert into definition (datasource, hash, org_id, body, staged_at)
             select d.uuid, {hash}, d.org_id, '{{\"schema\":\"big\",\"table\":\"t' || n || '\",\"kind\":\"table\",\"columns\":[]}}', 0
             from datasource d, {numbers} where d.name = 'partial';
             insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns)
             select d.snapshot, 'big ' || (n % 7), 't' || n, 'table', {hash}, 0 from datasource d, {numbers} where d.name = 'partial'"
        ))
        .await;
    (setup, recorded)
}

async fn all_tables_are_there(setup: &Setup) {
    let store = opened(setup).await;
    let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
    let uuid = store.datasource(tenant, "partial").await.expect("look-up").expect("there").uuid;
    let all = store.cached_tables(tenant, uuid, Tables::default(), Page { limit: 100_000, offset: 0 }).await.expect("tables");
    assert_eq!(all.len(), TABLES + 2);
    assert_eq!(store.definition_hashes(tenant, uuid).await.expect("hashes").len(), TABLES + 2);
}

#[tokio::test]
async fn killed_in_the_middle_of_the_move() {
    for kind in BOTH_STORES {
        let (setup, recorded) = grown(kind).await;
        let mut kills = 0;
        for delay in (0..).map(|n| n * 15) {
            let server = setup.start();
            tokio::time::sleep(Duration::from_millis(delay)).await;
            server.kill();
            all_tables_are_there(&setup).await;
            if left(&setup).await == 0 {
                break;
            }
            kills += 1;
        }
        println!("{kind:?}: {kills} kills in the middle");
        assert!(kills > 0, "the move was over before the first kill");
        let server = setup.start();
        answers_the_same(&server, &recorded, &["/schema?datasourceName=partial"]).await;
    }
}

#[tokio::test]
async fn two_servers_begin_at_once() {
    for kind in BOTH_STORES {
        let (setup, recorded) = grown(kind).await;
        let (one, two) = std::thread::scope(|scope| {
            let (one, two) = (scope.spawn(|| setup.start()), scope.spawn(|| setup.start()));
            (one.join().expect("started"), two.join().expect("started"))
        });
        for server in [&one, &two] {
            answers_the_same(server, &recorded, &["/schema?datasourceName=partial"]).await;
        }
        for server in [&one, &two] {
            assert!(server.logged("this version's form"), "{}", server.log());
            // That there are two over one SQLite file is told, as it should be.
            let log = server.log();
            let worse = |line: &str| line.contains("\"WARN\"") && !line.contains("another server runs over this store");
            assert!(!log.lines().any(worse), "{log}");
        }
        all_tables_are_there(&setup).await;
        assert_eq!(left(&setup).await, 0);
        for server in [&one, &two] {
            answers_the_same(server, &recorded, &["/schema?datasourceName=partial"]).await;
        }
    }
}
