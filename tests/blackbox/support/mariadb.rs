//! The real MariaDB server.

use std::process::Command;

use serde_json::{Value, json};

use super::peers::variable;

/// A database of its own, with a user who may do everything in it and see nothing else.
pub(crate) struct MariaDb {
    pub(crate) port: u16,
    pub(crate) database: String,
    pub(crate) user: String,
}

impl MariaDb {
    pub(crate) fn new() -> Self {
        let name = format!("src_{}", &uuid::Uuid::new_v4().simple().to_string()[..20]);
        let port = variable("HEADWATER_TEST_MARIADB_PORT").parse().expect("port");
        let this = Self { port, database: name.clone(), user: name };
        let (database, user) = (&this.database, &this.user);
        this.admin_sql(&format!(
            "create database {database} character set utf8mb4; create user {user}@'127.0.0.1' identified by 'pw';
            grant all on {database}.* to {user}@'127.0.0.1'"
        ));
        this
    }

    /// Runs statements as the administrator; what they print, tab-separated.
    #[track_caller]
    pub(crate) fn admin_sql(&self, statements: &str) -> String {
        let port = self.port.to_string();
        let arguments = [
            "--no-defaults",
            "--protocol=tcp",
            "-h127.0.0.1",
            "-P",
            &port,
            "-uadmin",
            "-ppw",
            "-N",
            "-B",
            "--default-character-set=utf8mb4",
            "-e",
        ];
        let out = Command::new("mariadb").args(arguments).arg(statements).output().expect("the mariadb client runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    /// Runs statements in the database.
    #[track_caller]
    pub(crate) fn sql(&self, statements: &str) {
        self.admin_sql(&format!("use {}; {statements}", self.database));
    }

    /// A whole body for create.
    pub(crate) fn body(&self, name: &str) -> Value {
        json!({"datasourceType": "mysql", "credentials": {"name": name, "host": "127.0.0.1", "port": self.port, "username": self.user,
            "password": "pw", "database": self.database}})
    }
}
