//! Why a datasource cannot be used: one flat list for all kinds, every text written by us.

use egress::{DialError, TlsError};

/// What went wrong. Each has a stable code, a sentence that is safe to show, and a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectErrorKind {
    /// Policy refused the target.
    Denied,
    /// The name has no address.
    Unresolved,
    /// Nothing listens there.
    Refused,
    /// No route.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// The server closed the connection.
    Closed,
    /// TLS was asked for and the server has none.
    TlsUnsupported,
    /// The server insists on TLS.
    TlsRequired,
    /// The certificate is past its date.
    CertificateExpired,
    /// The certificate is for another name.
    CertificateName,
    /// Nobody trusted vouches for the certificate.
    CertificateUntrusted,
    /// The handshake failed.
    TlsFailed,
    /// The own CA cannot be read.
    CaInvalid,
    /// User name or password are wrong.
    Rejected,
    /// The server does not let this user in from here.
    NotAdmitted,
    /// The server wanted the password in a form that this connection does not protect.
    PasswordExposed,
    /// The server wants a way of logging in that we do not have.
    AuthenticationUnsupported,
    /// There is no such database.
    DatabaseNotFound,
    /// There is no such schema.
    SchemaNotFound,
    /// A privilege is missing.
    NoPrivilege,
    /// The server has no connection left.
    TooManyConnections,
    /// The server is starting up or shutting down.
    NotReady,
    /// What answered does not keep to the protocol.
    Protocol,
    /// The server answered with an error that has no kind of its own.
    Server,
    /// The credentials ask for an SSH tunnel.
    TunnelUnavailable,
    /// A fault of our own.
    Internal,
}

impl ConnectErrorKind {
    /// The stable code: for programs, metrics and logs.
    pub fn code(self) -> &'static str {
        self.texts().0
    }

    /// Code, sentence, remedy.
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Denied => (
                "TARGET_DENIED",
                "this server's egress policy does not allow the host or port",
                "ask the operator of this server to allow it",
            ),
            Self::Unresolved => ("HOST_NOT_FOUND", "the host name cannot be resolved", "check the spelling of the host"),
            Self::Refused => ("CONNECTION_REFUSED", "the connection was refused", "check host and port, and that the server is running"),
            Self::Unreachable => ("HOST_UNREACHABLE", "the host cannot be reached", "check the host and the network between"),
            Self::TimedOut => ("TIMED_OUT", "the server did not answer in time", "check host, port and firewalls between"),
            Self::Closed => ("CONNECTION_CLOSED", "the server closed the connection", "check the port, and what the server logs about it"),
            Self::TlsUnsupported => ("TLS_UNSUPPORTED", "the server does not support TLS", "turn TLS on at the server, or sslMode off"),
            Self::TlsRequired => ("TLS_REQUIRED", "the server accepts only TLS connections", "set sslMode to true"),
            Self::CertificateExpired => {
                ("CERTIFICATE_EXPIRED", "the server's certificate has expired or is not valid yet", "renew the certificate")
            }
            Self::CertificateName => (
                "CERTIFICATE_NAME",
                "the server's certificate is for another host name",
                "use the name in the certificate as host, or set sslVerify to ca",
            ),
            Self::CertificateUntrusted => (
                "CERTIFICATE_UNTRUSTED",
                "the server's certificate is not signed by a trusted authority",
                "give the authority's certificate (PEM) as sslCa",
            ),
            Self::TlsFailed => ("TLS_FAILED", "the TLS handshake failed", "check that the port speaks TLS 1.2 or later"),
            Self::CaInvalid => {
                ("CA_INVALID", "sslCa is not a PEM certificate", "paste the whole certificate, BEGIN and END lines included")
            }
            Self::Rejected => (
                "AUTHENTICATION_FAILED",
                "authentication failed: the server rejected the username or the password",
                "check username and password",
            ),
            Self::NotAdmitted => (
                "NOT_ADMITTED",
                "authentication failed: the server does not admit this user, database and client address",
                "add a rule for it to the server's access list (pg_hba.conf)",
            ),
            Self::PasswordExposed => (
                "PASSWORD_EXPOSED",
                "the server asked for the password in a form that this connection does not protect",
                "turn on sslMode with verification, or SCRAM authentication at the server",
            ),
            Self::AuthenticationUnsupported => (
                "AUTHENTICATION_UNSUPPORTED",
                "the server asked for a way of authentication that is not supported",
                "allow password authentication (SCRAM) for this user",
            ),
            Self::DatabaseNotFound => ("DATABASE_NOT_FOUND", "the database does not exist", "check database"),
            Self::SchemaNotFound => ("SCHEMA_NOT_FOUND", "the schema does not exist in this database", "check schema"),
            Self::NoPrivilege => {
                ("NO_PRIVILEGE", "the user lacks a privilege", "grant CONNECT on the database and USAGE on the schema to the user")
            }
            Self::TooManyConnections => (
                "TOO_MANY_CONNECTIONS",
                "the server has no connection left",
                "raise the server's or the user's connection limit, or try again later",
            ),
            Self::NotReady => ("NOT_READY", "the server is starting up or shutting down", "try again later"),
            Self::Protocol => {
                ("PROTOCOL_ERROR", "what answers there does not speak the expected protocol", "check port and datasourceType")
            }
            Self::Server => ("SERVER_ERROR", "the server answered with an error", "look into the server's log"),
            Self::TunnelUnavailable => ("TUNNEL_UNAVAILABLE", "SSH tunnels are not available in this version", "connect without sshTunnel"),
            Self::Internal => ("INTERNAL", "an internal fault occurred", "report it with the request id"),
        }
    }
}

/// A failure of a connector, ready to be shown: it holds no text of the remote server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    /// What went wrong.
    pub kind: ConnectErrorKind,
    /// The server's own code for it, if it is one by its looks (five letters or digits for SQLSTATE).
    pub server_code: Option<String>,
}

impl ConnectError {
    /// A failure with the server's own code, which is dropped unless it looks like one.
    pub fn with_code(kind: ConnectErrorKind, code: &str) -> Self {
        let sound = (1..=16).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        Self { kind, server_code: sound.then(|| code.to_owned()) }
    }
}

impl From<ConnectErrorKind> for ConnectError {
    fn from(kind: ConnectErrorKind) -> Self {
        Self { kind, server_code: None }
    }
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (_, sentence, remedy) = self.kind.texts();
        match &self.server_code {
            Some(code) if self.kind == ConnectErrorKind::Server => write!(f, "{sentence} ({code}); {remedy}"),
            _ => write!(f, "{sentence}; {remedy}"),
        }
    }
}

impl std::error::Error for ConnectError {}

impl From<DialError> for ConnectError {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Denied => ConnectErrorKind::Denied,
            DialError::Unresolved => ConnectErrorKind::Unresolved,
            DialError::Refused => ConnectErrorKind::Refused,
            DialError::Unreachable => ConnectErrorKind::Unreachable,
            DialError::TimedOut => ConnectErrorKind::TimedOut,
            DialError::Closed => ConnectErrorKind::Closed,
        }
        .into()
    }
}

impl From<TlsError> for ConnectError {
    fn from(error: TlsError) -> Self {
        match error {
            TlsError::BadCa => ConnectErrorKind::CaInvalid,
            TlsError::Expired => ConnectErrorKind::CertificateExpired,
            TlsError::WrongName => ConnectErrorKind::CertificateName,
            TlsError::UnknownIssuer | TlsError::BadCertificate => ConnectErrorKind::CertificateUntrusted,
            TlsError::Handshake => ConnectErrorKind::TlsFailed,
            TlsError::TimedOut => ConnectErrorKind::TimedOut,
        }
        .into()
    }
}

impl From<egress::Elapsed> for ConnectError {
    fn from(_: egress::Elapsed) -> Self {
        ConnectErrorKind::TimedOut.into()
    }
}
