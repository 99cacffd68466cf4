//! Why a datasource cannot be used: one flat list for all kinds, every text written by us.

mod from;
mod kind;
mod replaced;

use std::borrow::Cow;

use egress::Step;
use serde::{Deserialize, Serialize};

pub use kind::ConnectErrorKind;
use replaced::replaced;

/// Words of a kind's own credentials for the usual ones: `("host", "server")`.
pub(crate) type Renamed = &'static [(&'static str, &'static str)];

/// The longest code of a server: clouds have words for theirs (`METASTORE_DOES_NOT_EXIST`).
const CODE_BYTES: usize = 64;

/// A failure of a connector, ready to be shown: it holds no text of the remote server's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectError {
    /// What went wrong.
    pub kind: ConnectErrorKind,
    /// The server's own code for it, if it is one by its looks (five letters or digits for SQLSTATE).
    pub server_code: Option<String>,
    /// A remedy that fits better than the kind's, made from the user's own words (for example the exact `GRANT`).
    remedy: Option<String>,
    /// The credential at fault, where it is not the one that the kind names.
    field: Option<Cow<'static, str>>,
    /// The step that it belongs to, where that is another one than was being taken.
    at: Option<Step>,
    /// Whether it happened on the way to the SSH server.
    bastion: bool,
    /// The kind's own words. They do not travel: whoever reads the error knows the kind.
    #[serde(skip)]
    renamed: Renamed,
}

impl ConnectError {
    /// A failure with the server's own code, which is dropped unless it looks like one.
    pub fn with_code(kind: ConnectErrorKind, code: &str) -> Self {
        let sound = (1..=CODE_BYTES).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        Self { server_code: sound.then(|| code.to_owned()), ..kind.into() }
    }

    /// The same failure with a remedy of its own.
    #[must_use]
    pub fn with_remedy(self, remedy: String) -> Self {
        Self { remedy: Some(remedy), ..self }
    }

    /// The same failure with this remedy, unless it has one of its own already.
    #[must_use]
    pub(crate) fn or_remedy(self, remedy: &str) -> Self {
        Self { remedy: self.remedy.or_else(|| Some(remedy.to_owned())), ..self }
    }

    /// The same failure, known to be of another kind by what was being done.
    #[must_use]
    pub(crate) fn of_kind(self, kind: ConnectErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// The same failure with another credential at fault.
    #[must_use]
    pub fn with_field(self, field: &'static str) -> Self {
        Self { field: Some(Cow::Borrowed(field)), ..self }
    }

    /// The same failure, as one of another step than was being taken: a login may be where a server says that a database is not there.
    #[must_use]
    pub fn at(self, step: Step) -> Self {
        Self { at: Some(step), ..self }
    }

    /// The same failure while a schema is read. Whoever was let in is not refused again: what looks like a failure of logging in is
    /// one of a server behind the server (a foreign table's, for example), and says nothing about our credentials.
    #[must_use]
    pub(crate) fn of_read(self) -> Self {
        use ConnectErrorKind as K;
        match self.kind {
            K::Rejected
            | K::NotAdmitted
            | K::PasswordExpired
            | K::AccountLocked
            | K::AuthenticationUnsupported
            | K::LoginCostly
            | K::TlsRequired
            | K::DatabaseNotFound
            | K::SchemaNotFound => Self {
                server_code: self.server_code,
                ..Self::from(K::Server).with_remedy(
                    "look into the server's log: an object of the schema, or a server that it refers to, cannot be read".to_owned(),
                )
            },
            _ => self,
        }
    }

    /// The same failure in the words of a kind that has other names for the usual credentials.
    #[must_use]
    pub(crate) fn renamed(self, renamed: Renamed) -> Self {
        Self { renamed, ..self }
    }

    /// What happened, in one sentence without a full stop.
    pub fn sentence(&self) -> String {
        let (_, sentence, _) = self.kind.texts();
        let place = if self.bastion { "SSH server: " } else { "" };
        match &self.server_code {
            Some(code) if self.kind == ConnectErrorKind::Server => format!("{place}{sentence} ({code})"),
            _ => format!("{place}{sentence}"),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        let (_, _, general) = self.kind.texts();
        match &self.remedy {
            // Made for the kind, in its own words.
            Some(remedy) => remedy.clone(),
            None if self.bastion => general
                .replace("host and port", "sshHost and sshPort")
                .replace("the host", "sshHost")
                .replace("check host, port", "check sshHost, sshPort"),
            // What is said of SSH has words of its own.
            None if self.of_ssh() => general.to_owned(),
            None => self
                .renamed
                .iter()
                .filter(|(_, own)| !own.is_empty())
                .fold(general.to_owned(), |text, (usual, own)| replaced(&text, usual, own)),
        }
    }

    /// The step that it belongs to, where the failure itself tells; otherwise it is the step that was being taken.
    pub(crate) fn step(&self) -> Option<Step> {
        use ConnectErrorKind as K;
        if self.at.is_some() {
            return self.at.clone();
        }
        match self.kind {
            // Before a place there is nothing but the credentials' own rules.
            K::Denied | K::Busy => Some(Step::POLICY),
            K::Unresolved | K::ResolveTimedOut | K::RecordsUnusable => Some(Step::RESOLVE),
            // Some servers say it at login only.
            K::TlsRequired => Some(Step::TLS),
            // Some servers let in who may then do nothing but set a new one.
            K::PasswordExpired => Some(Step::AUTHENTICATE),
            K::PrivateKeyInvalid => Some(Step::VALIDATE),
            K::SshFailed => Some(Step::SSH_CONNECT),
            K::HostKeyChanged | K::HostKeyUnreadable => Some(Step::SSH_HOST_KEY),
            K::SshKeyUnreadable | K::SshKeyEncrypted | K::SshPassphrase | K::SshKeyCostly | K::SshRejected => Some(Step::SSH_AUTH),
            _ => None,
        }
    }

    /// Whether it is of the way through an SSH server, which has words of its own.
    fn of_ssh(&self) -> bool {
        use ConnectErrorKind as K;
        matches!(self.kind, K::SshFailed | K::HostKeyChanged | K::HostKeyUnreadable)
            || matches!(self.kind, K::SshKeyUnreadable | K::SshKeyEncrypted | K::SshPassphrase | K::SshKeyCostly | K::SshRejected)
    }

    /// The credential at fault, if it is one.
    pub fn field(&self) -> Option<&str> {
        let usual = self.field.as_deref().or_else(|| self.usual_field())?;
        let own = self.renamed.iter().find(|(word, _)| *word == usual).map_or(usual, |(_, own)| own);
        // Not every kind has what others have.
        Some(own).filter(|own| !own.is_empty())
    }

    fn usual_field(&self) -> Option<&'static str> {
        use ConnectErrorKind as K;
        Some(match self.kind {
            K::Denied | K::Unresolved | K::ResolveTimedOut | K::Unreachable if self.bastion => "sshHost",
            K::Denied
            | K::Unresolved
            | K::ResolveTimedOut
            | K::Unreachable
            | K::ForwardingProhibited
            | K::RecordsUnusable
            | K::CertificateName
            | K::LoginCostly
            | K::Redirected => "host",
            K::Refused | K::TimedOut | K::SshFailed if self.bastion || self.kind == K::SshFailed => "sshPort",
            K::Refused | K::Protocol | K::TlsFailed => "port",
            K::TlsUnsupported | K::TlsRequired | K::PasswordExposed => "sslMode",
            K::CertificateUntrusted | K::CaInvalid => "sslCa",
            K::ClientCertificateInvalid => "sslCert",
            K::Rejected | K::PasswordExpired => "password",
            K::AccountLocked | K::NotAdmitted | K::NoPrivilege | K::AuthenticationUnsupported => "username",
            K::DatabaseNotFound | K::DatabaseUnavailable | K::Pooler => "database",
            K::SchemaNotFound => "schema",
            K::WrongLocation => "datasetLocation",
            K::PrivateKeyInvalid => "privateKey",
            K::WorkGroupUnusable => "workGroup",
            K::OutputUnusable => "s3OutputBucket",
            K::BucketNotFound => "bucket",
            K::WrongRegion => "region",
            K::RoleNotFound => "role",
            K::WarehouseNotFound => "warehouse",
            K::AccountNotFound => "account",
            K::EngineNotFound | K::Stopped => "engine",
            K::HostKeyChanged | K::HostKeyUnreadable => "sshHostKey",
            K::SshKeyUnreadable | K::SshKeyCostly => "sshPrivateKey",
            K::SshKeyEncrypted | K::SshPassphrase => "sshPassphrase",
            K::SshRejected => "sshUsername",
            K::CertificateExpired
            | K::TimedOut
            | K::Closed
            | K::TooManyConnections
            | K::PoolerMode
            | K::NotReady
            | K::ReadOnly
            | K::Exhausted
            | K::TooMuch
            | K::OtherProduct
            | K::Server
            | K::NotSupported
            | K::DriverFailed
            | K::Internal
            | K::SshFailed
            | K::FilesUnavailable
            | K::Busy
            | K::OwnExhausted => return None,
        })
    }
}

impl From<ConnectErrorKind> for ConnectError {
    fn from(kind: ConnectErrorKind) -> Self {
        Self { kind, server_code: None, remedy: None, field: None, at: None, bastion: false, renamed: &[] }
    }
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.sentence(), self.remedy())
    }
}

impl std::error::Error for ConnectError {}
