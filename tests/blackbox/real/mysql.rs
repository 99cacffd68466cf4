//! A server that is not MySQL's and speaks as MySQL 8.0 does (go-mysql-server, the one inside of Dolt).
//!
//! Peers: gms, tls, ssh.

use std::process::Command;

use serde_json::{Value, json};

use crate::fakes::tls::authority;
use crate::postgres::ssh::tunnel;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{Broken, diagnose, with};
use crate::support::peers::variable;

fn port() -> u16 {
    variable("HEADWATER_TEST_GMS_PORT").parse().expect("port")
}

fn body(changes: &Value) -> Value {
    let base = json!({"datasourceType": "mysql", "credentials": {"name": "x", "host": "localhost", "port": port(), "username": "native",
        "password": "pw", "database": "app"}});
    with(&base, changes)
}

/// A database of its own, which the accounts may read and change.
fn database() -> String {
    let name = format!("src_{}", &uuid::Uuid::new_v4().simple().to_string()[..16]);
    sql("app", &format!("create database {name}; grant all on {name}.* to native@'%'; grant all on {name}.* to sha2@'%'"));
    name
}

/// Runs statements by MariaDB's client, as the administrator; what they print.
#[track_caller]
fn sql(database: &str, statements: &str) -> String {
    let port = port().to_string();
    let arguments = ["--no-defaults", "--protocol=tcp", "-h127.0.0.1", "-P", &port, "-uadmin", "-ppw", "-N", "-B", database, "-e"];
    let out = Command::new("mariadb").args(arguments).arg(statements).output().expect("the mariadb client runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Columns, keys and comments are the server's own; every way to log in reads the same.
#[tokio::test]
async fn the_catalog_is_the_servers() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let database = database();
    sql(
        &database,
        "create table people (id int primary key auto_increment, name varchar(40) not null comment 'as written', born date, pay decimal(10,2) default 1.5,
            doc json, at timestamp(6), kind enum('a','b''c')) comment 'who is there';
        create table visits (person int, day date, note text, primary key (person, day), foreign key (person) references people (id));
        create view names as select name from people;",
    );
    client.create(&body(&json!({"database": database}))).await.ok();
    let mut tables = cached(&setup, "x").await;
    // Those of other tests are read, too.
    tables.retain(|table| table["schema"] == *database);
    let rows = sql(
        &database,
        "select table_name, column_name, column_type from information_schema.columns where table_schema = database() \
        order by table_name, ordinal_position",
    );
    let mut found = Vec::new();
    for table in &tables {
        for column in table["columns"].as_array().expect("columns") {
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            found.push([&table["table"], &column["name"], &column["nativeType"]].map(text).join("\t"));
        }
    }
    assert_eq!(found, rows.lines().collect::<Vec<_>>());
    let visits = named(&tables, "visits");
    assert_eq!(visits["primaryKey"], json!(["person", "day"]));
    assert_eq!(
        (&visits["foreignKeys"][0]["columns"], &visits["foreignKeys"][0]["references"]["table"]),
        (&json!(["person"]), &json!("people"))
    );
    assert_eq!(named(&tables, "people")["columns"][1]["comment"], "as written");
    assert_eq!(named(&tables, "names")["kind"], "view");
    let types = ["integer", "string", "date", "decimal", "json", "timestamp_tz", "enum"];
    for (column, kind) in columns(named(&tables, "people")).iter().zip(types) {
        assert!(column.ends_with(&format!(" → {kind}")), "{column}: {kind}");
    }
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    let secure = json!({"sslMode": true, "sslCa": authority()});
    for changes in [
        secure.clone(),
        with(&json!({"credentials": secure}), &json!({"username": "sha2"}))["credentials"].clone(),
        json!({"host": "127.0.0.1"}),
        tunnel(&json!({})),
    ] {
        let data = diagnose(&client, &with(&body(&changes), &json!({"database": database}))).await;
        assert_eq!(data["success"], true, "{changes}: {data}");
    }
}

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let user = "check username and password, and whether the user may connect from here";
    let plain = "check username and password, and whether the user may connect from here; set sslMode to true if the user must use TLS";
    let tls = json!({"sslMode": true, "sslCa": authority()});
    let over_tls = |changes: Value| with(&json!({"credentials": tls}), &changes)["credentials"].clone();
    for (case, changes, code, field, remedy) in [
        ("password", json!({"password": "no"}), "AUTHENTICATION_FAILED", "password", plain),
        ("password over TLS", over_tls(json!({"password": "no"})), "AUTHENTICATION_FAILED", "password", user),
        ("user", json!({"username": "nobody"}), "AUTHENTICATION_FAILED", "password", plain),
        ("user over TLS", over_tls(json!({"username": "nobody"})), "AUTHENTICATION_FAILED", "password", user),
    ] {
        Broken { case, changes, step: "authenticate", code, field: Some(field), remedy }.check(&client, &body(&json!({}))).await;
    }
}
