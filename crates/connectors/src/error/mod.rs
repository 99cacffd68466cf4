//! Why a datasource cannot be used: one flat list for all kinds, every text written by us.

mod from;
mod kind;

use egress::Step;

pub use kind::ConnectErrorKind;

/// A failure of a connector, ready to be shown: it holds no text of the remote server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    /// What went wrong.
    pub kind: ConnectErrorKind,
    /// The server's own code for it, if it is one by its looks (five letters or digits for SQLSTATE).
    pub server_code: Option<String>,
    /// A remedy that fits better than the kind's, made from the user's own words (for example the exact `GRANT`).
    remedy: Option<String>,
    /// The credential at fault, where it is not the one that the kind names.
    field: Option<&'static str>,
    /// Whether it happened on the way to the SSH server.
    bastion: bool,
    /// Words of the kind's own credentials for the usual ones: `("host", "server")`.
    renamed: &'static [(&'static str, &'static str)],
}

impl ConnectError {
    /// A failure with the server's own code, which is dropped unless it looks like one.
    pub fn with_code(kind: ConnectErrorKind, code: &str) -> Self {
        let sound = (1..=16).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        Self { server_code: sound.then(|| code.to_owned()), ..kind.into() }
    }

    /// The same failure with a remedy of its own.
    #[must_use]
    pub fn with_remedy(self, remedy: String) -> Self {
        Self { remedy: Some(remedy), ..self }
    }

    /// The same failure with another credential at fault.
    #[must_use]
    pub fn with_field(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// The same failure in the words of a kind that has other names for the usual credentials.
    #[must_use]
    pub(crate) fn renamed(self, renamed: &'static [(&'static str, &'static str)]) -> Self {
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
            None if matches!(self.step(), Some(Step::SshConnect | Step::SshHostKey | Step::SshAuth)) => general.to_owned(),
            None => self.renamed.iter().fold(general.to_owned(), |text, (usual, own)| text.replace(usual, own)),
        }
    }

    /// The step it belongs to, where the kind alone tells; otherwise it is the step that was being taken.
    pub fn step(&self) -> Option<Step> {
        use ConnectErrorKind as K;
        match self.kind {
            K::Denied => Some(Step::Policy),
            K::Unresolved => Some(Step::Resolve),
            K::Refused | K::Unreachable if self.bastion => Some(Step::SshConnect),
            K::Refused | K::Unreachable | K::ForwardingProhibited => Some(Step::Connect),
            K::TlsUnsupported
            | K::TlsRequired
            | K::CertificateExpired
            | K::CertificateName
            | K::CertificateUntrusted
            | K::TlsFailed
            | K::CaInvalid
            | K::ClientCertificateInvalid => Some(Step::Tls),
            K::Rejected | K::NotAdmitted | K::PasswordExposed | K::AuthenticationUnsupported | K::PasswordExpired | K::AccountLocked => {
                Some(Step::Authenticate)
            }
            K::DatabaseNotFound => Some(Step::Database),
            K::SchemaNotFound => Some(Step::List),
            K::SshFailed => Some(Step::SshConnect),
            K::HostKeyChanged | K::HostKeyUnreadable => Some(Step::SshHostKey),
            K::SshKeyUnreadable | K::SshKeyEncrypted | K::SshPassphrase | K::SshKeyCostly | K::SshRejected => Some(Step::SshAuth),
            K::TimedOut
            | K::Closed
            | K::NoPrivilege
            | K::TooManyConnections
            | K::NotReady
            | K::DatabaseUnavailable
            | K::ReadOnly
            | K::Exhausted
            | K::Redirected
            | K::TooMuch
            | K::Protocol
            | K::Server
            | K::Internal => None,
        }
    }

    /// The credential at fault, if it is one.
    pub fn field(&self) -> Option<&'static str> {
        let usual = self.field.or_else(|| self.usual_field())?;
        Some(self.renamed.iter().find(|(word, _)| *word == usual).map_or(usual, |(_, own)| own))
    }

    fn usual_field(&self) -> Option<&'static str> {
        use ConnectErrorKind as K;
        Some(match self.kind {
            K::Denied | K::Unresolved | K::Unreachable if self.bastion => "sshHost",
            K::Denied | K::Unresolved | K::Unreachable | K::ForwardingProhibited | K::CertificateName | K::Redirected => "host",
            K::Refused | K::TimedOut | K::SshFailed if self.bastion || self.kind == K::SshFailed => "sshPort",
            K::Refused | K::Protocol | K::TlsFailed => "port",
            K::TlsUnsupported | K::TlsRequired | K::PasswordExposed => "sslMode",
            K::CertificateUntrusted | K::CaInvalid => "sslCa",
            K::ClientCertificateInvalid => "sslCert",
            K::Rejected | K::PasswordExpired => "password",
            K::AccountLocked | K::NotAdmitted | K::NoPrivilege | K::AuthenticationUnsupported => "username",
            K::DatabaseNotFound | K::DatabaseUnavailable => "database",
            K::SchemaNotFound => "schema",
            K::HostKeyChanged | K::HostKeyUnreadable => "sshHostKey",
            K::SshKeyUnreadable | K::SshKeyCostly => "sshPrivateKey",
            K::SshKeyEncrypted | K::SshPassphrase => "sshPassphrase",
            K::SshRejected => "sshUsername",
            K::CertificateExpired
            | K::TimedOut
            | K::Closed
            | K::TooManyConnections
            | K::NotReady
            | K::ReadOnly
            | K::Exhausted
            | K::TooMuch
            | K::Server
            | K::Internal
            | K::SshFailed => return None,
        })
    }
}

impl From<ConnectErrorKind> for ConnectError {
    fn from(kind: ConnectErrorKind) -> Self {
        Self { kind, server_code: None, remedy: None, field: None, bastion: false, renamed: &[] }
    }
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.sentence(), self.remedy())
    }
}

impl std::error::Error for ConnectError {}
