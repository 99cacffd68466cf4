//! Credentials of a MongoDB datasource.

use egress::{Target, TlsOptions};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{ConnectionString, Scram, Seeds, Srv, SshFields, SwitchedTlsFields};
use crate::route::Route;

/// The port of a server that says none.
const PORT: u16 = 27017;

/// Where users are kept if nobody says otherwise.
const ADMIN: &str = "admin";

/// Credentials of a MongoDB datasource: field by field, or as a connection string.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("allOf" = [{
    "if": {"required": ["connectionString"]},
    "then": {"properties": {
        "host": {"format": "x-instead"}, "port": false, "username": {"format": "x-instead"}, "password": {"format": "x-instead"}
    }},
    "else": {"required": ["host", "username", "password", "database"]}
}]))]
pub(super) struct MongoCredentials {
    /// Hostname or IP address; several members of a replica set with commas: `a:27017,b:27017`.
    #[schemars(extend("x-aliases" = ["server", "hostname"]))]
    host: Option<Seeds>,
    /// Port, for hosts that say none: 27017 if not given.
    #[schemars(range(min = 1, max = 65535))]
    port: Option<u16>,
    /// Database username.
    #[schemars(length(min = 1), extend("x-aliases" = ["user"]))]
    username: Option<String>,
    /// Database password; may be empty.
    #[schemars(with = "Option<String>", extend("format" = "password", "writeOnly" = true))]
    password: Option<SecretString>,
    /// The database: the only one that is read.
    #[schemars(length(min = 1))]
    database: Option<String>,
    /// All of it as `mongodb://user:password@host/database?options`, of which authSource, authMechanism, replicaSet, loadBalanced and tls count; or `mongodb+srv://…`.
    #[schemars(extend("writeOnly" = true, "x-aliases" = ["uri", "mongodb_uri"], "x-instead-of" = ["host", "port", "username", "password"], "examples" = ["mongodb://h/d"]))]
    connection_string: Option<ConnectionString>,
    /// The database that the user is kept in: `admin`, else the database, if not given.
    #[schemars(length(min = 1), extend("x-blank" = "absent", "x-aliases" = ["authenticationDatabase", "authDatabase"]))]
    auth_source: Option<String>,
    /// TLS.
    #[serde(flatten)]
    tls: SwitchedTlsFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    ssh: SshFields,
}

impl MongoCredentials {
    /// Where they lead first.
    pub(super) fn route(&self) -> Route {
        // The schema wants a host or a connection string, and both have one at least.
        let target = self.targets().into_iter().next().unwrap_or_else(|| Target::new(egress::Host::Name(String::new()), PORT));
        Route { target, tls: self.tls(), tunnel: self.ssh.tunnel() }
    }

    /// All servers, in the order in which they are tried; or the name that DNS has them for.
    pub(super) fn targets(&self) -> Vec<Target> {
        let port = self.port.unwrap_or(PORT);
        let seeds = self.connection_string.as_ref().map(|string| &string.seeds).or(self.host.as_ref());
        seeds.map(|seeds| seeds.targets(port)).unwrap_or_default()
    }

    fn tls(&self) -> Option<TlsOptions> {
        let string = self.connection_string.as_ref();
        self.tls.options_unless_said(string.is_some_and(|string| string.tls.unwrap_or(string.srv.is_some())))
    }

    /// Which records of DNS have the servers, if the connection string leaves them to it.
    pub(super) fn srv(&self) -> Option<&Srv> {
        self.connection_string.as_ref()?.srv.as_ref()
    }

    /// Whether a load balancer stands before the servers, if that is said.
    pub(super) fn load_balanced(&self) -> Option<bool> {
        self.connection_string.as_ref()?.load_balanced
    }

    /// User and password, if there is a user.
    pub(super) fn login(&self) -> Option<(&str, &SecretString)> {
        match &self.connection_string {
            Some(string) => string.login.as_ref().map(|(user, password)| (user.as_str(), password)),
            None => self.username.as_deref().zip(self.password.as_ref()),
        }
    }

    /// The database.
    pub(super) fn database(&self) -> Option<&str> {
        self.database.as_deref().or_else(|| self.connection_string.as_ref()?.database.as_deref())
    }

    /// Where the user may be kept, in the order in which that is tried.
    /// What DNS says of it counts only where nothing else does.
    pub(super) fn sources<'a>(&'a self, dns: Option<&'a str>) -> Vec<&'a str> {
        let said = self.auth_source.as_deref().or_else(|| self.connection_string.as_ref()?.auth_source.as_deref()).or(dns);
        match (said, self.database()) {
            (Some(said), _) => vec![said],
            (None, Some(database)) if database != ADMIN => vec![ADMIN, database],
            _ => vec![ADMIN],
        }
    }

    /// How the password is to be proved, if that is said.
    pub(super) fn mechanism(&self) -> Option<Scram> {
        self.connection_string.as_ref()?.mechanism
    }

    /// The name that the replica set must have, if one is said.
    pub(super) fn replica_set(&self) -> Option<&str> {
        self.connection_string.as_ref()?.replica_set.as_deref()
    }
}
