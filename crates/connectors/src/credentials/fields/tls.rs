//! What is verified of a server's certificate, the same for every kind that has TLS. Additions to the contract.

use egress::{Identity, TlsOptions, Verify};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

// Not documented one by one: then the schema is a plain list, and the message names its words.
/// What is checked of the server's certificate: chain, dates and host name; all but the name; nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum SslVerify {
    Full,
    Ca,
    None,
}

impl From<SslVerify> for Verify {
    fn from(verify: SslVerify) -> Self {
        match verify {
            SslVerify::Full => Self::Full,
            SslVerify::Ca => Self::Ca,
            SslVerify::None => Self::None,
        }
    }
}

/// Whom to trust; flattened into a kind's credentials.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrustFields {
    /// What is checked of the server's certificate: everything, all but the name, nothing.
    #[schemars(extend("x-blank" = "absent"))]
    ssl_verify: Option<SslVerify>,
    /// Certificates (PEM) to trust in place of the public authorities.
    #[schemars(length(min = 1), extend("x-blank" = "absent"))]
    ssl_ca: Option<String>,
}

impl TrustFields {
    /// How TLS is to be made, with a client certificate if the kind has one.
    pub(crate) fn options(&self, identity: Option<&IdentityFields>) -> TlsOptions {
        let verify = self.ssl_verify.map_or(Verify::Full, Verify::from);
        TlsOptions { verify, ca: self.ssl_ca.clone(), identity: identity.and_then(IdentityFields::identity), only_tls12: false }
    }

    /// Whether a session made with these tells who the server is, so that it may be handed a password.
    pub(crate) fn verified(&self) -> bool {
        // Any holder of a public certificate passes for "ca" without an own CA.
        match self.ssl_verify {
            None | Some(SslVerify::Full) => true,
            Some(SslVerify::Ca) => self.ssl_ca.is_some(),
            Some(SslVerify::None) => false,
        }
    }
}

/// A client's certificate; flattened into a kind's credentials.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("dependentRequired" = {"sslCert": ["sslKey"], "sslKey": ["sslCert"]}))]
pub(crate) struct IdentityFields {
    /// Certificate (PEM) to show to a server that asks for one.
    #[schemars(length(min = 1), extend("x-blank" = "absent"))]
    ssl_cert: Option<String>,
    /// The private key (PEM) that belongs to it.
    #[schemars(with = "Option<String>", extend("x-blank" = "absent", "format" = "password", "writeOnly" = true))]
    ssl_key: Option<SecretString>,
}

impl IdentityFields {
    fn identity(&self) -> Option<Identity> {
        self.ssl_cert.clone().zip(self.ssl_key.clone()).map(|(certificate, key)| Identity { certificate, key })
    }
}

/// TLS behind a switch, as the kinds have it whose protocol knows both; flattened into a kind's credentials.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SwitchedTlsFields {
    /// Connect with TLS, and not at all if the server has none.
    #[schemars(extend("x-aliases" = ["ssl", "enableSsl", "isSsl", "sslmode", "enableSSLMode"]))]
    ssl_mode: Option<bool>,
    /// Whom to trust.
    #[serde(flatten)]
    trust: TrustFields,
    /// How to prove who we are.
    #[serde(flatten)]
    identity: IdentityFields,
}

impl SwitchedTlsFields {
    /// How TLS is to be made, if it is.
    pub(crate) fn options(&self) -> Option<TlsOptions> {
        (self.ssl_mode == Some(true)).then(|| self.trust.options(Some(&self.identity)))
    }

    /// The same, where something else speaks for TLS or against it as long as the switch is not touched.
    pub(crate) fn options_unless_said(&self, unsaid: bool) -> Option<TlsOptions> {
        self.ssl_mode.unwrap_or(unsaid).then(|| self.trust.options(Some(&self.identity)))
    }

    /// As [`TrustFields::verified`].
    pub(crate) fn verified(&self) -> bool {
        self.trust.verified()
    }
}
