//! What can go wrong: stable codes, sentences and remedies, all in our own words.

use serde::{Deserialize, Serialize};

/// Declares the enumeration together with the list of all its variants.
macro_rules! listed {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident,)+ }) => {
        $(#[$about])*
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every one there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }
    };
}

listed! {
/// What went wrong. Each has a stable code, a sentence that is safe to show, and a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConnectErrorKind {
    /// Policy refused the target.
    Denied,
    /// The name has no address.
    Unresolved,
    /// No answer to the question for its address.
    ResolveTimedOut,
    /// What DNS has for the name cannot be used.
    RecordsUnusable,
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
    /// The client certificate or its key cannot be used.
    ClientCertificateInvalid,
    /// User name or password are wrong.
    Rejected,
    /// The server does not let this user in from here.
    NotAdmitted,
    /// The server wanted the password in a form that this connection does not protect.
    PasswordExposed,
    /// The server wants a way of logging in that we do not have.
    AuthenticationUnsupported,
    /// Logging in would take more computation than a server has any reason to ask for.
    LoginCostly,
    /// There is no such database.
    DatabaseNotFound,
    /// There is no such schema.
    SchemaNotFound,
    /// There is no such role, or the user may not take it.
    RoleNotFound,
    /// There is no such warehouse, or it may not be used.
    WarehouseNotFound,
    /// The vendor has no such account.
    AccountNotFound,
    /// There is no such engine, or it may not be used.
    EngineNotFound,
    /// What computes for the database is stopped, and is not started by us.
    Stopped,
    /// What was found is in another location of the vendor's.
    WrongLocation,
    /// The private key that proves who we are cannot be used.
    PrivateKeyInvalid,
    /// A privilege is missing.
    NoPrivilege,
    /// The server has no connection left.
    TooManyConnections,
    /// A connection pooler could not log in at the server behind it, or that server is down.
    Pooler,
    /// A connection pooler does not allow what a read needs.
    PoolerMode,
    /// The server is starting up or shutting down.
    NotReady,
    /// The database is there, and not open: offline, restoring, a replica that is not read.
    DatabaseUnavailable,
    /// The password has to be changed before anything else.
    PasswordExpired,
    /// The account is locked or disabled.
    AccountLocked,
    /// The server takes only connections that mean to read, or only ones that mean to write.
    ReadOnly,
    /// A limit on memory, time or quota was reached.
    Exhausted,
    /// The workgroup is not there, or is disabled.
    WorkGroupUnusable,
    /// Results cannot be written where they should be.
    OutputUnusable,
    /// There is no such bucket.
    BucketNotFound,
    /// The bucket is in another region.
    WrongRegion,
    /// The server sent us to another address.
    Redirected,
    /// The server sent more than is taken.
    TooMuch,
    /// What answered is another product, or an older version, than the kind of datasource reads.
    OtherProduct,
    /// What answered does not keep to the protocol.
    Protocol,
    /// The server answered with an error that has no kind of its own.
    Server,
    /// What answers does not speak SSH.
    SshFailed,
    /// The SSH server has another key than the known one.
    HostKeyChanged,
    /// The known host key is none.
    HostKeyUnreadable,
    /// The private key is none.
    SshKeyUnreadable,
    /// The private key is encrypted.
    SshKeyEncrypted,
    /// The passphrase is wrong.
    SshPassphrase,
    /// The private key's file asks for too much computation.
    SshKeyCostly,
    /// User or key are not accepted.
    SshRejected,
    /// The SSH server does not forward there.
    ForwardingProhibited,
    /// The kind of datasource has no such job.
    NotSupported,
    /// The driver broke down: it panicked, or the process it was in ended.
    DriverFailed,
    /// No place for the job became free in time.
    Busy,
    /// We have no descriptor or memory left.
    OwnExhausted,
    /// The file store of this service cannot be read.
    FilesUnavailable,
    /// A fault of our own.
    Internal,
}
}

impl ConnectErrorKind {
    /// The stable code: for programs, metrics and logs.
    pub fn code(self) -> &'static str {
        self.texts().0
    }

    /// Whether it is for want of something on our side, which says nothing of the datasource and passes by itself.
    pub fn is_ours_and_passes(self) -> bool {
        matches!(self, Self::Busy | Self::OwnExhausted)
    }

    /// Code, sentence, remedy.
    pub(super) fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Denied => (
                "TARGET_DENIED",
                "this server's egress policy does not allow the host or port",
                "ask the operator of this server to allow it",
            ),
            Self::Unresolved => ("HOST_NOT_FOUND", "the host name cannot be resolved", "check the spelling of the host"),
            Self::ResolveTimedOut => (
                "RESOLVE_TIMED_OUT",
                "the host name could not be resolved in time: no name server (DNS) answered",
                "try again, give an address instead of the name, or ask the operator of this server to check its DNS",
            ),
            Self::RecordsUnusable => (
                "DNS_RECORDS_UNUSABLE",
                "the records that DNS has for the name do not keep to the rules",
                "mend the SRV records of the name (50 at most) and its TXT record",
            ),
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
            Self::ClientCertificateInvalid => (
                "CLIENT_CERTIFICATE_INVALID",
                "sslCert and sslKey cannot be used",
                "give a PEM certificate and the PEM private key that belongs to it",
            ),
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
            Self::LoginCostly => (
                "LOGIN_COSTLY",
                "the server asks for too much computation to log in",
                "set the password again at the server with at most 100,000 rounds (scramIterationCount), or check that host is the right one",
            ),
            Self::DatabaseNotFound => ("DATABASE_NOT_FOUND", "the database does not exist", "check database"),
            Self::SchemaNotFound => ("SCHEMA_NOT_FOUND", "the schema does not exist in this database", "check schema"),
            Self::RoleNotFound => ("ROLE_NOT_FOUND", "the role does not exist, or is not granted to the user", "check role"),
            Self::WarehouseNotFound => (
                "WAREHOUSE_NOT_FOUND",
                "the warehouse does not exist, or the user may not use it",
                "check the warehouse, and grant its use to the user",
            ),
            Self::AccountNotFound => ("ACCOUNT_NOT_FOUND", "the account does not exist", "check the account's identifier"),
            Self::EngineNotFound => (
                "ENGINE_NOT_FOUND",
                "the engine does not exist, or the user may not use it",
                "check engine, and grant USAGE on it to the user",
            ),
            Self::Stopped => (
                "COMPUTE_STOPPED",
                "what computes for this database is stopped",
                "start it, or let it start by itself; this server never does",
            ),
            Self::WrongLocation => ("WRONG_LOCATION", "the data is in another location", "check the location"),
            Self::PrivateKeyInvalid => (
                "PRIVATE_KEY_INVALID",
                "the private key cannot be read",
                "give the whole private key in PEM (PKCS#8), BEGIN and END lines included",
            ),
            Self::NoPrivilege => {
                ("NO_PRIVILEGE", "the user lacks a privilege", "grant CONNECT on the database and USAGE on the schema to the user")
            }
            Self::TooManyConnections => (
                "TOO_MANY_CONNECTIONS",
                "the server has no connection left",
                "raise the server's or the user's connection limit, or try again later",
            ),
            Self::Pooler => (
                "POOLER_FAILED",
                "the connection pooler could not hand us on to the server behind it",
                "check database and username, and look into the pooler's log: the server behind it is down, or does not let it in",
            ),
            Self::PoolerMode => (
                "POOLER_MODE",
                "the connection pooler does not allow transactions",
                "set pool_mode to transaction or session for this database: a schema is read in one transaction",
            ),
            Self::NotReady => ("NOT_READY", "the server is starting up or shutting down", "try again later"),
            Self::DatabaseUnavailable => {
                ("DATABASE_UNAVAILABLE", "the database is not open", "bring it online or connect to another replica, or try again later")
            }
            Self::PasswordExpired => ("PASSWORD_EXPIRED", "the password has expired", "set a new password at the server"),
            Self::AccountLocked => ("ACCOUNT_LOCKED", "the account is locked or disabled", "unlock the account at the server"),
            Self::ReadOnly => (
                "READ_ONLY",
                "the server does not take this connection in the state it is in, because it is read-only",
                "connect to a server that is open to this user",
            ),
            Self::Exhausted => (
                "RESOURCES_EXHAUSTED",
                "a limit of the server's on memory, time or quota was reached",
                "raise the limit for this user, or try again later",
            ),
            Self::WorkGroupUnusable => {
                ("WORKGROUP_UNUSABLE", "the workgroup does not exist or is disabled", "check workGroup, or enable the workgroup")
            }
            Self::OutputUnusable => (
                "OUTPUT_UNUSABLE",
                "the results of a query cannot be written to the output bucket",
                "check that s3OutputBucket is there, is in the region, and that the key may write to it",
            ),
            Self::BucketNotFound => ("BUCKET_NOT_FOUND", "the bucket does not exist", "check bucket"),
            Self::WrongRegion => ("WRONG_REGION", "the bucket is in another region", "set region to the bucket's own"),
            Self::Redirected => {
                ("REDIRECTED", "the server sent us to another address, which is not followed", "give the final host and port")
            }
            Self::TooMuch => ("ANSWER_TOO_LARGE", "the server sent more than is taken", "check that host and port are the right ones"),
            Self::OtherProduct => (
                "OTHER_PRODUCT",
                "the server is another product, or an older version of it, than this kind of datasource reads",
                "check datasourceType, and the version of the server",
            ),
            Self::Protocol => {
                ("PROTOCOL_ERROR", "what answers there does not speak the expected protocol", "check port and datasourceType")
            }
            Self::Server => ("SERVER_ERROR", "the server answered with an error", "look into the server's log"),
            Self::SshFailed => ("SSH_FAILED", "the handshake with the SSH server failed", "check that sshPort speaks SSH 2"),
            Self::HostKeyChanged => (
                "HOST_KEY_CHANGED",
                "the SSH server's host key has changed",
                "make sure that it is your server, then update the datasource with its new key as sshHostKey",
            ),
            Self::HostKeyUnreadable => (
                "HOST_KEY_INVALID",
                "sshHostKey is not a host key",
                "give the line that ssh-keyscan prints, without the host: ssh-ed25519 AAAA…",
            ),
            Self::SshKeyUnreadable => (
                "SSH_KEY_INVALID",
                "the SSH private key cannot be read",
                "paste the whole private key (OpenSSH, PKCS#1 or PKCS#8), BEGIN and END lines included",
            ),
            Self::SshKeyEncrypted => ("SSH_KEY_ENCRYPTED", "the SSH private key is encrypted", "give its passphrase as sshPassphrase"),
            Self::SshPassphrase => ("SSH_PASSPHRASE", "the passphrase does not open the SSH private key", "check sshPassphrase"),
            Self::SshKeyCostly => (
                "SSH_KEY_COSTLY",
                "the SSH private key asks for too much computation to decrypt",
                "encrypt it anew with ssh-keygen's default rounds",
            ),
            Self::SshRejected => (
                "SSH_REJECTED",
                "the SSH server rejected the user or the key",
                "check sshUsername, and that the public key is in the server's authorized_keys",
            ),
            Self::ForwardingProhibited => (
                "FORWARDING_PROHIBITED",
                "the SSH server does not allow forwarding to the host",
                "set AllowTcpForwarding yes (and PermitOpen) in the server's sshd_config",
            ),
            Self::NotSupported => (
                "NOT_SUPPORTED",
                "this kind of datasource cannot be asked a statement",
                "use a datasource of another kind, or the source's own client",
            ),
            Self::DriverFailed => (
                "DRIVER_FAILED",
                "the driver broke down while it talked to the server",
                "try again; if it happens again, report it with the request id",
            ),
            Self::Busy => (
                "BUSY",
                "this service is busy with other jobs, and had no place for this one in time",
                "try again later, or run fewer jobs at once",
            ),
            Self::OwnExhausted => (
                "OWN_RESOURCES_EXHAUSTED",
                "this service itself has no file descriptor or memory left for a connection",
                "try again later; its operator can raise its limits (ulimit -n)",
            ),
            Self::FilesUnavailable => (
                "FILES_UNAVAILABLE",
                "this service cannot read the uploaded files at the moment",
                "try again; if it happens again, its operator has to check its file store (HEADWATER_DATA_DIR)",
            ),
            Self::Internal => ("INTERNAL", "an internal fault occurred", "report it with the request id"),
        }
    }
}
