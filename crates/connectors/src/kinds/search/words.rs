//! Failures in the words of the credentials: there is no host, no port and no `sslMode` among them.

use super::product::Product;
use crate::error::{ConnectError, ConnectErrorKind as K};

/// What the words depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) product: Product,
    /// Whether a Cloud ID leads to the cluster, or else a URL.
    pub(super) cloud: bool,
    /// Whether TLS is made.
    pub(super) tls: bool,
}

impl Words {
    /// The credential that leads to the cluster.
    fn place(self) -> &'static str {
        if self.cloud { "cloudId" } else { "serverUrl" }
    }

    /// A failure with this credential at fault where another kind has its host or port, and with a remedy that is one here.
    pub(super) fn worded(self, error: ConnectError) -> ConnectError {
        let place = self.place();
        let error = match error.field().map(str::to_owned).as_deref() {
            Some("host" | "port" | "sslMode") => error.with_field(place),
            // The way through an SSH server has words of its own.
            Some(field) if field.starts_with("ssh") => return error,
            _ => error,
        };
        match self.remedy(&error) {
            Some(remedy) => error.or_remedy(&remedy),
            None => error,
        }
    }

    fn remedy(self, error: &ConnectError) -> Option<String> {
        let place = self.place();
        Some(match error.kind {
            K::Refused => format!("check {place}, and that the server is running"),
            K::TimedOut => format!("check {place} and firewalls between"),
            K::Unreachable => format!("check {place} and the network between"),
            K::Unresolved if self.cloud => "check cloudId: copy it again from the console of the cloud".to_owned(),
            K::Unresolved => "check the spelling of the host in serverUrl".to_owned(),
            K::TooMuch => format!("check that {place} is the right one"),
            K::Redirected if self.cloud => "check cloudId: what answers there is no cluster".to_owned(),
            K::Redirected => "give the final URL as serverUrl".to_owned(),
            // Either side may speak TLS alone.
            K::TlsRequired => format!("give {place} as https://…"),
            K::Protocol | K::Closed if !self.tls => {
                format!("check {place} and datasourceType; if the server speaks TLS give serverUrl as https://…")
            }
            K::Protocol | K::Closed => format!("check {place} and datasourceType"),
            K::TlsFailed | K::TlsUnsupported if self.cloud => format!("check {place}"),
            K::TlsFailed | K::TlsUnsupported => format!("check {place}; if the server speaks no TLS give serverUrl as http://…"),
            K::CertificateName => format!("give {place} with the name in the certificate, or set sslVerify to ca"),
            K::NoPrivilege => self.product.privileges().to_owned(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever fails: nothing is said of credentials that the kind does not have.
    #[test]
    fn no_word_of_another_kind() {
        for kind in K::ALL {
            for (cloud, tls) in [(false, false), (false, true), (true, true)] {
                let words = Words { product: Product::OpenSearch, cloud, tls };
                let error = words.worded(ConnectError::from(*kind)).renamed(super::super::RENAMED);
                let (field, remedy) = (error.field().unwrap_or_default().to_owned(), error.remedy());
                assert!(!matches!(&*field, "host" | "port" | "sslMode"), "{kind:?}: {field}");
                let wrong = ["sslMode", "check host", "the port", "host and port"].into_iter().find(|wrong| remedy.contains(wrong));
                let elsewhere = remedy.contains("serverUrl") && cloud || remedy.contains("cloudId") && !cloud;
                // What never comes of HTTP keeps the words of those that it comes of.
                let never =
                    matches!(kind, K::PasswordExposed | K::SshFailed | K::TlsRequired | K::AuthenticationUnsupported | K::LoginCostly);
                assert!(never || wrong.is_none() && !elsewhere, "{kind:?}: {remedy}");
            }
        }
    }
}
