//! A corner of a source costs that corner, and what is read does not depend on how the server is set.

use serde_json::{Value, json};

use crate::fakes::mysql::{Answer, Fake};
use crate::support::Setup;
use crate::support::cache::{cached, named, summary};
use crate::support::mariadb::MariaDb;

/// Put back what a test has set for the whole server, however it ends.
struct Restored<'a>(&'a MariaDb, String);

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        self.0.admin_sql(&self.1);
    }
}

/// A table of a dead foreign server, which MariaDB opens for its keys and cannot: its own keys are missing, and told.
#[tokio::test]
async fn a_dead_foreign_table() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = MariaDb::new();
    let (database, user, port) = (&source.database, &source.user, source.port);
    source.admin_sql("install plugin if not exists federated soname 'ha_federatedx'");
    source.sql(&format!(
        "create table gone (id int primary key); create table ok1 (id int primary key, up int references ok1 (id));
         create table ok2 (a int, b int, primary key (b, a), foreign key (a) references ok1 (id));
         create table fed (id int primary key) engine = federated connection = 'mysql://{user}:pw@127.0.0.1:{port}/{database}/gone';
         create database {database}_2; create table {database}_2.other (id int primary key); grant all on {database}_2.* to {user}@'127.0.0.1'"
    ));
    let _restored = Restored(&source, format!("drop database {database}; drop database {database}_2"));
    source.sql("drop table gone; flush tables fed");
    client.create(&source.body("x")).await.ok();
    let tables = cached(&setup, "x").await;
    let keys = |name: &str| (named(&tables, name)["primaryKey"].clone(), named(&tables, name)["foreignKeys"].clone());
    let to_ok1 = |column: &str| json!([{"columns": [column], "references": {"schema": database, "table": "ok1", "columns": ["id"]}}]);
    assert_eq!(keys("ok1"), (json!(["id"]), to_ok1("up")));
    assert_eq!(keys("ok2"), (json!(["b", "a"]), to_ok1("a")));
    assert_eq!(keys("other"), (json!(["id"]), Value::Null));
    assert_eq!(keys("fed"), (Value::Null, Value::Null));
    assert_eq!(named(&tables, "fed")["kind"], "foreign_table");
    assert_eq!(named(&tables, "fed")["columns"][0]["name"], "id");
    // The server's own answer: what it can open.
    let own = source.admin_sql(&format!("select column_name from information_schema.key_column_usage where table_schema = '{database}' and table_name = 'ok2' and constraint_name = 'PRIMARY' order by ordinal_position"));
    assert_eq!(own, "b\na\n");
    let summary = summary(&setup, "x").await;
    assert_eq!(summary["partial"], json!(["keys"]));
    assert_eq!(
        (&summary["notes"][0]["code"], &summary["notes"][0]["object"]),
        (&json!("KEYS_UNREADABLE"), &json!(format!("{database}.fed")))
    );
    assert_eq!(summary["notesTotal"], 1);
}

/// How a server is set changes nothing of what is cached.
#[tokio::test]
async fn what_is_printed_does_not_depend_on_settings() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let source = MariaDb::new();
    source.sql(
        "create table t (a int primary key, `select` int as (a * 2) virtual, c char(3) default 'a', d varchar(40) default 'C:\\\\temp', e timestamp not null default '2020-07-01 12:00:00', check (a > 1))",
    );
    client.create(&source.body("x")).await.ok();
    let before = cached(&setup, "x").await;
    // The value that the server makes of what is cached is the one that it makes of its own default.
    let default = before[0]["columns"][3]["default"].as_str().expect("a default").to_owned();
    source.sql("insert into t (a) values (2)");
    assert_eq!(source.admin_sql(&format!("select d = {default}, d from {}.t", source.database)), "1\tC:\\\\temp\n");
    let was = source
        .admin_sql("select concat('set global sql_mode = ''', @@global.sql_mode, ''', global time_zone = ''', @@global.time_zone, '''')");
    let _restored = Restored(&source, was);
    for setting in ["sql_mode = 'ANSI,PAD_CHAR_TO_FULL_LENGTH'", "sql_mode = 'NO_BACKSLASH_ESCAPES'", "time_zone = '+05:45'"] {
        source.admin_sql(&format!("set global {setting}"));
        client.sync_name("x").await.ok();
        assert_eq!(cached(&setup, "x").await, before, "{setting}");
    }
    assert!(!server.logged("\"schema_changed\":true"));
}

/// The test runs under the settings of the read: all of them are made before anything is asked.
#[tokio::test]
async fn settings_come_first() {
    let running = Fake { answers: super::login::empty_catalog(), ..Fake::default() }.start().await;
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let body = json!({"datasourceType": "mysql", "credentials": {"name": "x", "host": "127.0.0.1", "port": running.port, "username": "app", "password": "pw", "database": "shop"}});
    client.create(&body).await.ok();
    let statements = running.statements();
    let first = statements.iter().position(|sql| !sql.starts_with("set ")).expect("a question");
    let before = statements[..first].join("; ");
    for setting in ["names utf8mb4", "sql_mode = ''", "sql_select_limit = ", "sql_big_selects = 1"] {
        assert!(before.contains(setting), "{setting}: {before}");
    }
}

/// A folder among the data that is no database.
#[tokio::test]
async fn a_folder_is_no_schema() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = MariaDb::new();
    source.sql("create table t (id int)");
    let data = source.admin_sql("select @@datadir");
    let folder = std::path::Path::new(data.trim()).join(format!("lost+{}", source.database));
    std::fs::create_dir(&folder).expect("a folder");
    let listed = source.admin_sql("show databases");
    let mut body = source.body("x");
    body["credentials"]["username"] = json!("admin");
    let answer = client.create(&body).await;
    std::fs::remove_dir(&folder).expect("gone again");
    answer.ok();
    assert!(listed.contains(&format!("#mysql50#lost+{}", source.database)), "{listed}");
    let schemas = summary(&setup, "x").await["schemas"].to_string();
    assert!(schemas.contains(&source.database) && !schemas.contains("#mysql50#"), "{schemas}");
}

/// Where so many tables cannot be opened that each would cost a statement, the number of statements ends.
#[tokio::test]
async fn statements_for_corners_end() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let own = |values: &[&str]| values.iter().map(|v| Some((*v).to_owned())).collect::<Vec<_>>();
    let mut answers = vec![("key_column_usage", Answer::Error(1_146))];
    let tables = (0..3_000).map(|n| own(&["shop", &format!("t{n:04}"), "BASE TABLE", "InnoDB", "", "1"])).collect();
    answers.push(("from information_schema.tables where table_schema not", Answer::Rows(&["s", "t", "k", "e", "c", "r"], tables)));
    answers.extend(super::login::empty_catalog());
    let running = Fake { answers, ..Fake::default() }.start().await;
    let body = json!({"datasourceType": "mysql", "credentials": {"name": "x", "host": "127.0.0.1", "port": running.port, "username": "app", "password": "pw", "database": "shop"}});
    client.create(&body).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(3_000), &json!(["keys"])));
    assert_eq!((summary["notes"].as_array().map(Vec::len), &summary["notesTotal"]), (Some(100), &json!(3_000)));
    let asked = running.statements().iter().filter(|sql| sql.contains("key_column_usage")).count();
    assert!(asked <= 2_002, "{asked}");
}
