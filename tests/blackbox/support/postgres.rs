//! The real PostgreSQL server that plays the source.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::peers::variable;

/// A database of its own on the source server, with its owner.
pub(crate) struct Source {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: String,
    pub(crate) user: String,
    pub(crate) password: String,
    admin: String,
}

impl Source {
    /// An empty database, owned by a fresh user with this password.
    pub(crate) async fn with_password(password: &str) -> Self {
        Self::with_options(password, "").await
    }

    /// A database that keeps its texts in another encoding.
    pub(crate) async fn encoded(encoding: &str) -> Self {
        Self::with_options("pw", &format!("encoding '{encoding}' template template0 lc_collate 'C' lc_ctype 'C'")).await
    }

    /// On the server whose certificate is its own.
    pub(crate) async fn on_own_certificate() -> Self {
        Self::on(variable("HEADWATER_TEST_OWN_CERTIFICATE_URL"), "pw", "").await
    }

    async fn with_options(password: &str, options: &str) -> Self {
        Self::on(variable("HEADWATER_TEST_SOURCE_URL"), password, options).await
    }

    async fn on(admin: String, password: &str, options: &str) -> Self {
        let name = format!("src_{}", uuid::Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&admin).await.expect("the source server answers");
        let quoted = password.replace('\'', "''");
        for sql in [format!("create role {name} login password '{quoted}'"), format!("create database {name} owner {name} {options}")] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("made");
        }
        let (server, _) = admin.rsplit_once('/').expect("a database in the URL");
        let (_, place) = server.rsplit_once('@').expect("a host in the URL");
        let (host, port) = place.split_once(':').expect("a port in the URL");
        let (host, port) = (host.to_owned(), port.parse().expect("port"));
        Self { host, port, database: name.clone(), user: name.clone(), password: password.to_owned(), admin: format!("{server}/{name}") }
    }

    pub(crate) async fn new() -> Self {
        Self::with_password("pw").await
    }

    /// Runs statements as the owner of the database.
    pub(crate) async fn sql(&self, statements: &str) {
        self.admin_sql(&format!("set role {}; {statements}", self.user)).await;
    }

    /// Runs statements as the server's superuser, in this database.
    pub(crate) async fn admin_sql(&self, statements: &str) {
        let mut connection = self.connection().await;
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.expect("statements");
    }

    /// A superuser's connection to this database.
    pub(crate) async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.admin).await.expect("the source server answers")
    }

    /// Credentials under a name.
    pub(crate) fn credentials(&self, name: &str) -> Value {
        json!({"name": name, "host": self.host, "port": self.port, "username": self.user, "password": self.password, "database": self.database, "schema": "public"})
    }

    /// A whole body for create or update.
    pub(crate) fn body(&self, name: &str) -> Value {
        json!({"datasourceType": "postgres", "credentials": self.credentials(name)})
    }

    /// A body with some credentials replaced.
    pub(crate) fn body_with(&self, name: &str, changes: &Value) -> Value {
        super::diagnose::with(&self.body(name), changes)
    }
}
