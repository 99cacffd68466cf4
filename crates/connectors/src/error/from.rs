//! From the failures of `egress` and `catalog`.

use catalog::Error as CatalogError;
use egress::{DialError, HttpError, RecordError, SshError, SshKeyError, TlsError};

use super::{ConnectError, ConnectErrorKind};

impl From<DialError> for ConnectError {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Denied => ConnectErrorKind::Denied,
            DialError::Unresolved => ConnectErrorKind::Unresolved,
            DialError::ResolveTimedOut => ConnectErrorKind::ResolveTimedOut,
            DialError::Refused => ConnectErrorKind::Refused,
            DialError::Unreachable => ConnectErrorKind::Unreachable,
            DialError::TimedOut => ConnectErrorKind::TimedOut,
            DialError::Closed => ConnectErrorKind::Closed,
            DialError::ForwardingProhibited => ConnectErrorKind::ForwardingProhibited,
            DialError::Exhausted => ConnectErrorKind::OwnExhausted,
        }
        .into()
    }
}

impl From<RecordError> for ConnectError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Denied => ConnectErrorKind::Denied,
            RecordError::Absent => ConnectErrorKind::Unresolved,
            RecordError::Unanswered => ConnectErrorKind::ResolveTimedOut,
            RecordError::Unusable => ConnectErrorKind::RecordsUnusable,
            RecordError::Exhausted => ConnectErrorKind::OwnExhausted,
        }
        .into()
    }
}

impl From<TlsError> for ConnectError {
    fn from(error: TlsError) -> Self {
        let kind = match error {
            TlsError::BadCa => ConnectErrorKind::CaInvalid,
            TlsError::BadIdentity => ConnectErrorKind::ClientCertificateInvalid,
            TlsError::Expired => ConnectErrorKind::CertificateExpired,
            TlsError::WrongName => ConnectErrorKind::CertificateName,
            TlsError::UnknownIssuer | TlsError::OtherIssuer | TlsError::VersionOne | TlsError::BadCertificate => {
                ConnectErrorKind::CertificateUntrusted
            }
            TlsError::Handshake => ConnectErrorKind::TlsFailed,
            TlsError::TimedOut => ConnectErrorKind::TimedOut,
        };
        // A remedy does not ask for what was given.
        let remedy = match error {
            TlsError::OtherIssuer => {
                "sslCa holds other certificates: give the one of the authority that signed the server's, or the server's own"
            }
            TlsError::VersionOne => {
                "the certificate is of X.509 version 1, which nobody can verify: give the server one of version 3 (openssl req -x509 makes such), or set sslVerify to none"
            }
            _ => return kind.into(),
        };
        Self::from(kind).with_remedy(remedy.to_owned())
    }
}

impl From<SshError> for ConnectError {
    fn from(error: SshError) -> Self {
        let kind = match error {
            SshError::Dial(error) => ConnectError::from(error).kind,
            SshError::Handshake => ConnectErrorKind::SshFailed,
            SshError::HostKeyChanged => ConnectErrorKind::HostKeyChanged,
            SshError::HostKeyUnreadable => ConnectErrorKind::HostKeyUnreadable,
            SshError::Key(SshKeyError::Unreadable) => ConnectErrorKind::SshKeyUnreadable,
            SshError::Key(SshKeyError::Encrypted) => ConnectErrorKind::SshKeyEncrypted,
            SshError::Key(SshKeyError::Passphrase) => ConnectErrorKind::SshPassphrase,
            SshError::Key(SshKeyError::TooCostly) => ConnectErrorKind::SshKeyCostly,
            SshError::Rejected => ConnectErrorKind::SshRejected,
        };
        Self { bastion: matches!(error, SshError::Dial(_)) && !kind.is_ours_and_passes(), ..kind.into() }
    }
}

impl From<HttpError> for ConnectError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Dial(error) => return error.into(),
            HttpError::Tls(error) => return error.into(),
            HttpError::OtherOrigin | HttpError::Redirect => ConnectErrorKind::Redirected,
            HttpError::TooLarge | HttpError::TooManyRequests => ConnectErrorKind::TooMuch,
            HttpError::TlsSpoken => ConnectErrorKind::TlsRequired,
            HttpError::Encoded | HttpError::Protocol => ConnectErrorKind::Protocol,
            HttpError::TimedOut => ConnectErrorKind::TimedOut,
        }
        .into()
    }
}

impl From<egress::Elapsed> for ConnectError {
    fn from(_: egress::Elapsed) -> Self {
        ConnectErrorKind::TimedOut.into()
    }
}

impl From<CatalogError> for ConnectError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Gone => ConnectErrorKind::Internal,
            CatalogError::Elapsed => ConnectErrorKind::TimedOut,
        }
        .into()
    }
}
