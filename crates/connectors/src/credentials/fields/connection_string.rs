//! MongoDB's connection string: read by us and never by a driver, which would take files, sockets, proxies and identities from it.

use std::fmt;

use egress::{Host, Target};
use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use super::form::{Form, form};
use super::seeds::Seeds;
use super::srv::Srv;

/// What a connection string stands in place of: fields of this form are refused beside it.
pub(crate) const INSTEAD: Form = ("x-instead", |_| Err("must not be given beside connectionString"));

/// How a password is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scram {
    /// `SCRAM-SHA-1`
    Sha1,
    /// `SCRAM-SHA-256`
    Sha256,
}

/// What a connection string says.
#[derive(Clone)]
pub(crate) struct ConnectionString {
    /// The hosts.
    pub(crate) seeds: Seeds,
    /// Whether the hosts are asked of DNS: then there is one seed, a name without a port.
    pub(crate) srv: Option<Srv>,
    /// User and password.
    pub(crate) login: Option<(String, SecretString)>,
    /// The database in its path.
    pub(crate) database: Option<String>,
    /// Where the user is kept.
    pub(crate) auth_source: Option<String>,
    /// The name of the replica set.
    pub(crate) replica_set: Option<String>,
    /// How the password is proved.
    pub(crate) mechanism: Option<Scram>,
    /// Whether it says that there is TLS, or that there is none.
    pub(crate) tls: Option<bool>,
    /// Whether it says that a load balancer stands before the servers, or that none does.
    pub(crate) load_balanced: Option<bool>,
}

form!(ConnectionString, "x-mongodb", ConnectionString::parse);

impl fmt::Debug for ConnectionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectionString")
    }
}

/// Options of drivers that make no difference to us.
const UNUSED: [&str; 24] = [
    "appname",
    "compressors",
    "connecttimeoutms",
    "directconnection",
    "heartbeatfrequencyms",
    "journal",
    "localthresholdms",
    "maxconnecting",
    "maxidletimems",
    "maxpoolsize",
    "maxstalenessseconds",
    "minpoolsize",
    "readconcernlevel",
    "readpreference",
    "retryreads",
    "retrywrites",
    "servermonitoringmode",
    "serverselectiontimeoutms",
    "sockettimeoutms",
    "timeoutms",
    "uuidrepresentation",
    "w",
    "waitqueuetimeoutms",
    "wtimeoutms",
];

/// Options that reach for files, proxies or identities of this machine, or turn off what protects: each is refused by its name.
const REFUSED: [(&str, &str); 14] = [
    ("tlscafile", "must not have the option tlsCAFile: give the certificate (PEM) as sslCa"),
    ("sslcertificateauthorityfile", "must not have the option sslCertificateAuthorityFile: give the certificate (PEM) as sslCa"),
    ("tlscertificatekeyfile", "must not have the option tlsCertificateKeyFile: give certificate and key (PEM) as sslCert and sslKey"),
    (
        "sslclientcertificatekeyfile",
        "must not have the option sslClientCertificateKeyFile: give certificate and key (PEM) as sslCert and sslKey",
    ),
    (
        "tlscertificatekeyfilepassword",
        "must not have the option tlsCertificateKeyFilePassword: give the key without a passphrase as sslKey",
    ),
    ("tlscrlfile", "must not have the option tlsCRLFile: files of this server are not read"),
    ("tlsinsecure", "must not have the option tlsInsecure: set sslVerify to none"),
    ("tlsallowinvalidcertificates", "must not have the option tlsAllowInvalidCertificates: set sslVerify to none"),
    ("tlsallowinvalidhostnames", "must not have the option tlsAllowInvalidHostnames: set sslVerify to ca"),
    ("authmechanismproperties", "must not have the option authMechanismProperties: only SCRAM with a password is supported"),
    ("proxyhost", "must not have the option proxyHost: an SSH tunnel is what leads through (sshTunnel)"),
    ("proxyport", "must not have the option proxyPort: an SSH tunnel is what leads through (sshTunnel)"),
    ("proxyusername", "must not have the option proxyUsername: an SSH tunnel is what leads through (sshTunnel)"),
    ("proxypassword", "must not have the option proxyPassword: an SSH tunnel is what leads through (sshTunnel)"),
];

impl ConnectionString {
    /// Reads `mongodb://user:password@a:1,b:2/database?option=value`.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (srv, rest) = match text.strip_prefix("mongodb+srv://") {
            Some(rest) => (Some(Srv::default()), rest),
            None => (None, text.strip_prefix("mongodb://").ok_or("must begin with mongodb:// or mongodb+srv://")?),
        };
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        let login = login.map(|login| {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            Ok::<_, &str>((decoded(user)?, SecretString::from(decoded(password)?)))
        });
        let seeds = Seeds::parse(hosts)
            .map_err(|_| "must name hosts, each alone or with a port, after mongodb:// and user:password@ (percent-encoded)")?;
        if srv.is_some() && !matches!(seeds.targets(0).as_slice(), [Target { host: Host::Name(_), port: 0 }]) {
            return Err("must name one host after mongodb+srv://, by a name and without a port: DNS has the others and their ports");
        }
        let database = Some(decoded(path)?).filter(|name| !name.is_empty());
        let (auth_source, replica_set, mechanism, tls, load_balanced) = (None, None, None, None, None);
        let login = login.transpose()?;
        let mut this = Self { seeds, srv, login, database, auth_source, replica_set, mechanism, tls, load_balanced };
        for option in options.split(['&', ';']).filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').ok_or("must have options of the form name=value")?;
            this.option(&name.to_ascii_lowercase(), decoded(value)?)?;
        }
        if this.login.as_ref().is_some_and(|(user, _)| user.is_empty()) {
            return Err("must have a user before the password");
        }
        if this.srv.as_ref().is_some_and(|srv| srv.most > 0) && (this.replica_set.is_some() || this.load_balanced == Some(true)) {
            return Err("must not have srvMaxHosts beside replicaSet or loadBalanced");
        }
        if this.load_balanced == Some(true) && (this.replica_set.is_some() || this.seeds.targets(0).len() > 1) {
            return Err("must name one host and no replicaSet beside loadBalanced");
        }
        Ok(this)
    }

    fn option(&mut self, name: &str, value: String) -> Result<(), &'static str> {
        match name {
            "authsource" if value == "$external" => {
                return Err("must not have the authSource $external: only SCRAM with a password is supported");
            }
            "authsource" => self.auth_source = Some(value),
            "replicaset" => self.replica_set = Some(value),
            "tls" | "ssl" => match value.as_str() {
                "true" if self.tls != Some(false) => self.tls = Some(true),
                "false" if self.tls != Some(true) => self.tls = Some(false),
                _ => return Err("must say tls=true or tls=false, once"),
            },
            "loadbalanced" => self.load_balanced = Some(value.parse().map_err(|_| "must say loadBalanced=true or loadBalanced=false")?),
            "srvmaxhosts" | "srvservicename" => {
                self.srv.as_mut().ok_or("must begin with mongodb+srv:// to have srvMaxHosts or srvServiceName")?.option(name, &value)?;
            }
            "authmechanism" => {
                self.mechanism = Some(match value.as_str() {
                    "SCRAM-SHA-1" => Scram::Sha1,
                    "SCRAM-SHA-256" => Scram::Sha256,
                    _ => return Err("must have authMechanism SCRAM-SHA-256 or SCRAM-SHA-1, or none"),
                });
            }
            _ => match REFUSED.iter().find(|(refused, _)| *refused == name) {
                Some((_, why)) => return Err(why),
                None if UNUSED.contains(&name) || name == "readpreferencetags" => {}
                None => {
                    return Err(
                        "must have no options but authSource, authMechanism, replicaSet, loadBalanced, tls and those that tune a driver",
                    );
                }
            },
        }
        Ok(())
    }
}

fn decoded(text: &str) -> Result<String, &'static str> {
    percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| "must be percent-encoded UTF-8")
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn what_it_says() {
        let read = ConnectionString::parse(
            "mongodb://re%40der:p%3A%2F@a:1,b/shop?authSource=x&replicaSet=rs&TLS=true&authMechanism=SCRAM-SHA-1&w=majority",
        )
        .expect("reads");
        let (user, password) = read.login.expect("login");
        assert_eq!((user.as_str(), password.expose_secret()), ("re@der", "p:/"));
        assert_eq!(
            (read.database.as_deref(), read.auth_source.as_deref(), read.replica_set.as_deref()),
            (Some("shop"), Some("x"), Some("rs"))
        );
        assert_eq!((read.mechanism, read.tls, read.seeds.targets(2).len()), (Some(Scram::Sha1), Some(true), 2));
        let srv = |text: &str| ConnectionString::parse(text).expect("reads");
        assert_eq!(srv("mongodb+srv://u:p@c.example.com/d").srv, Some(Srv::default()));
        let named = srv("mongodb+srv://c.example.com/?srvServiceName=custom-1&srvMaxHosts=2").srv;
        assert_eq!(named, Some(Srv { service: "custom-1".to_owned(), most: 2 }));
        let bare = ConnectionString::parse("mongodb://a").expect("reads");
        assert!(bare.login.is_none() && bare.database.is_none() && bare.tls.is_none());
    }

    /// Threat S3: nothing that reads a file, opens a socket, sets a proxy or uses the machine's identity.
    #[test]
    fn s3_what_it_may_not_say() {
        for (text, word) in [
            ("postgres://a", "mongodb://"),
            ("mongodb+srv://c.example.com:27017", "without a port"),
            ("mongodb+srv://a.example.com,b.example.com", "one host"),
            ("mongodb+srv://127.0.0.1", "by a name"),
            ("mongodb+srv://c.example.com/?srvServiceName=a._tcp.evil", "service name"),
            ("mongodb+srv://c.example.com/?srvServiceName=a--b", "service name"),
            ("mongodb+srv://c.example.com/?srvServiceName=12", "service name"),
            ("mongodb+srv://c.example.com/?srvMaxHosts=-1", "srvMaxHosts"),
            ("mongodb+srv://c.example.com/?srvMaxHosts=1&replicaSet=x", "srvMaxHosts"),
            ("mongodb://a/?srvServiceName=x", "mongodb+srv"),
            ("mongodb://a,b/?loadBalanced=true", "loadBalanced"),
            ("mongodb://a/?loadBalanced=x", "loadBalanced"),
            ("mongodb://%2Ftmp%2Fmongodb.sock/x", "hosts"),
            ("mongodb:///tmp/mongodb.sock", "hosts"),
            ("mongodb://a?tlsCAFile=/etc/passwd", "tlsCAFile"),
            ("mongodb://a/?tlsCertificateKeyFile=/x", "tlsCertificateKeyFile"),
            ("mongodb://a/?proxyHost=169.254.169.254", "proxyHost"),
            ("mongodb://a/?authMechanism=MONGODB-AWS", "authMechanism"),
            ("mongodb://a/?authMechanism=MONGODB-X509", "authMechanism"),
            ("mongodb://a/?authMechanism=GSSAPI", "authMechanism"),
            ("mongodb://a/?authMechanismProperties=ENVIRONMENT:gcp", "authMechanismProperties"),
            ("mongodb://a/?authSource=$external", "$external"),
            ("mongodb://a/?tlsInsecure=true", "sslVerify"),
            ("mongodb://a/?tls=true&ssl=false", "once"),
            ("mongodb://a/?socketFactory=x", "no options"),
            ("mongodb://:p@a", "user"),
            ("mongodb://a/?x", "name=value"),
        ] {
            let why = ConnectionString::parse(text).expect_err(text);
            assert!(why.contains(word), "{text}: {why}");
        }
    }
}
