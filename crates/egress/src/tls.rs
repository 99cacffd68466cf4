//! TLS over a dialed stream: rustls with aws-lc-rs, explicit about what is verified.

use std::io;
use std::sync::{Arc, LazyLock};

use rustls::client::WantsClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::version::TLS12;
use rustls::{CertificateError, ClientConfig, ConfigBuilder};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use secrecy::{ExposeSecret, SecretString};

use crate::deadline::{Deadline, Elapsed};
use crate::dialer::BoxStream;
use crate::target::Host;
use crate::verify::{Unverified, Verified, VersionOne};

/// An established TLS session over a dialed stream.
pub type TlsStream = tokio_rustls::client::TlsStream<BoxStream>;

/// What is checked of the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// Chain, dates and host name.
    #[default]
    Full,
    /// Chain and dates; any host name.
    Ca,
    /// Nothing: encrypted, but to whoever answers.
    None,
}

/// How TLS is to be made.
#[derive(Debug, Clone, Default)]
pub struct TlsOptions {
    /// What is checked.
    pub verify: Verify,
    /// Certificates (PEM) to trust in place of the public roots.
    pub ca: Option<String>,
    /// What to show to a server that wants to know who we are.
    pub identity: Option<Identity>,
    /// Whether TLS 1.3 is left out, for protocols that carry the handshake in messages of their own.
    pub only_tls12: bool,
}

/// A client's certificate and its private key.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate (PEM), with the chain up to what the server trusts.
    pub certificate: String,
    /// Its private key (PEM: PKCS#8, PKCS#1 or SEC1).
    pub key: SecretString,
}

/// Why there is no TLS session. The texts are safe to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// The own CA is not PEM, or holds no certificate.
    #[error("the CA is not a PEM certificate")]
    BadCa,
    /// The client's certificate or key is not PEM, or they do not belong together.
    #[error("the client certificate and its key cannot be used")]
    BadIdentity,
    /// Past its last day, or before its first.
    #[error("the server's certificate has expired or is not valid yet")]
    Expired,
    /// Made for another host.
    #[error("the server's certificate is for another host name")]
    WrongName,
    /// Self-signed, or signed by a CA that is not trusted.
    #[error("the server's certificate is not signed by a trusted authority")]
    UnknownIssuer,
    /// Self-signed, or signed by somebody else than the own CA.
    #[error("the server's certificate is not signed by the authority that was given")]
    OtherIssuer,
    /// Of the first version of X.509, which has no names of hosts in it.
    #[error("the server's certificate is of X.509 version 1, which cannot be verified")]
    VersionOne,
    /// Anything else about the certificate.
    #[error("the server's certificate is not acceptable")]
    BadCertificate,
    /// The two sides found no common ground, or what answered does not speak TLS.
    #[error("the TLS handshake failed")]
    Handshake,
    /// The deadline passed.
    #[error("the TLS handshake did not finish in time")]
    TimedOut,
}

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));

/// A client configuration for `options`; drivers that make their own handshake take it from here.
pub fn client_config(options: &TlsOptions) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(PROVIDER.clone());
    let builder =
        if options.only_tls12 { builder.with_protocol_versions(&[&TLS12]) } else { builder.with_safe_default_protocol_versions() };
    let builder = builder.map_err(|_| TlsError::Handshake)?;
    let own = options.ca.as_deref().map(certificates).transpose()?;
    let verifier: Arc<dyn ServerCertVerifier> = match (options.verify, own) {
        (Verify::None, _) => Arc::new(Unverified(PROVIDER.clone())),
        (verify, own) => Arc::new(Verified::new(own, verify == Verify::Full, &PROVIDER).map_err(|_| TlsError::BadCa)?),
    };
    identify(builder.dangerous().with_custom_certificate_verifier(verifier), options)
}

fn identify(builder: ConfigBuilder<ClientConfig, WantsClientCert>, options: &TlsOptions) -> Result<ClientConfig, TlsError> {
    let Some(identity) = &options.identity else { return Ok(builder.with_no_client_auth()) };
    let chain = certificates(&identity.certificate).map_err(|_| TlsError::BadIdentity)?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.expose_secret().as_bytes()).map_err(|_| TlsError::BadIdentity)?;
    builder.with_client_auth_cert(chain, key).map_err(|_| TlsError::BadIdentity)
}

/// The certificates in a PEM text; [`TlsError::BadCa`] if there is none.
pub fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(|_| TlsError::BadCa)?;
    if all.is_empty() { Err(TlsError::BadCa) } else { Ok(all) }
}

/// Makes TLS over `stream`, checking the certificate against the logical `host`, before `deadline`.
pub async fn connect_tls(stream: BoxStream, host: &Host, options: &TlsOptions, deadline: Deadline) -> Result<TlsStream, TlsError> {
    let config = client_config(options)?;
    let name = match host {
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|_| TlsError::WrongName)?,
        Host::Address(address) => ServerName::IpAddress((*address).into()),
    };
    let handshake = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream);
    let made = deadline.run(handshake).await.map_err(|_| TlsError::TimedOut)?.map_err(|e| TlsError::from(&e));
    made.map_err(|error| if error == TlsError::UnknownIssuer && options.ca.is_some() { TlsError::OtherIssuer } else { error })
}

impl From<Elapsed> for TlsError {
    fn from(_: Elapsed) -> Self {
        Self::TimedOut
    }
}

/// Reads the verdict that rustls put inside an I/O error.
impl From<&io::Error> for TlsError {
    fn from(error: &io::Error) -> Self {
        use CertificateError as C;
        let Some(rustls::Error::InvalidCertificate(verdict)) = error.get_ref().and_then(|e| e.downcast_ref()) else {
            return Self::Handshake;
        };
        match verdict {
            C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. } => Self::Expired,
            C::NotValidForName | C::NotValidForNameContext { .. } => Self::WrongName,
            C::Other(reason) if reason.0.is::<VersionOne>() => Self::VersionOne,
            // A bad signature is a strange CA of a trusted one's name; "other" a self-signed certificate marked as an authority.
            C::UnknownIssuer | C::BadSignature | C::Other(_) => Self::UnknownIssuer,
            _ => Self::BadCertificate,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
    use rustls::ServerConfig;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    fn authority() -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::new(vec![]).expect("params");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("key")).expect("authority")
    }

    /// A TLS server on an in-memory stream with a certificate for `name`, good until `year`.
    fn server(issuer: Option<&CertifiedIssuer<'static, KeyPair>>, name: &str, year: i32) -> BoxStream {
        let key = KeyPair::generate().expect("key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("params");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = match issuer {
            Some(issuer) => params.signed_by(&key, issuer),
            None => params.self_signed(&key),
        };
        serve(vec![certificate.expect("certificate").der().clone()], &key)
    }

    fn serve(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> BoxStream {
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("key");
        let config = ServerConfig::builder_with_provider(PROVIDER.clone())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("config");
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move { TlsAcceptor::from(Arc::new(config)).accept(theirs).await.map(drop) });
        Box::new(ours)
    }

    /// A server with a self-signed certificate, and that certificate (PEM): marked as an authority's, as `openssl req -x509` does.
    fn self_signed(name: &str, year: i32) -> (BoxStream, String) {
        let key = KeyPair::generate().expect("key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("params");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(year, 1, 1));
        let certificate = params.self_signed(&key).expect("certificate");
        (serve(vec![certificate.der().clone()], &key), certificate.pem())
    }

    /// The server's own certificate as `sslCa` is trusted as it is; its name and dates still count.
    #[tokio::test]
    async fn r8_the_servers_own_certificate() {
        let host = "db.test".parse().expect("host");
        for (name, year, full, any_name) in [
            ("db.test", 2090, Ok(()), Ok(())),
            ("other.test", 2090, Err(TlsError::WrongName), Ok(())),
            ("db.test", 2021, Err(TlsError::Expired), Err(TlsError::Expired)),
        ] {
            for (verify, wanted) in [(Verify::Full, full), (Verify::Ca, any_name)] {
                let (stream, pem) = self_signed(name, year);
                let options = TlsOptions { verify, ca: Some(pem), ..TlsOptions::default() };
                let result = connect_tls(stream, &host, &options, Deadline::after(Duration::from_secs(5))).await;
                assert_eq!(result.map(drop), wanted, "{name} {year} {verify:?}");
            }
        }
        // Another certificate of the same name is another certificate.
        let ((stream, _), (_, other)) = (self_signed("db.test", 2090), self_signed("db.test", 2090));
        let options = TlsOptions { ca: Some(other), ..TlsOptions::default() };
        let result = connect_tls(stream, &host, &options, Deadline::after(Duration::from_secs(5))).await;
        assert_eq!(result.map(drop), Err(TlsError::OtherIssuer));
    }

    /// Threat R8: the verdict of every mode on every kind of certificate.
    #[tokio::test]
    async fn r8_verdicts() {
        let ca = authority();
        let other = authority();
        let (own, strange) = (Some(ca.pem()), Some(other.pem()));
        let good = 2090;
        for (case, issuer, name, year, trust, full, any_name) in [
            ("own CA", Some(&ca), "db.test", good, &own, Ok(()), Ok(())),
            ("wrong name", Some(&ca), "other.test", good, &own, Err(TlsError::WrongName), Ok(())),
            ("expired", Some(&ca), "db.test", 2021, &own, Err(TlsError::Expired), Err(TlsError::Expired)),
            ("another CA", Some(&ca), "db.test", good, &strange, Err(TlsError::OtherIssuer), Err(TlsError::OtherIssuer)),
            ("public roots", Some(&ca), "db.test", good, &None, Err(TlsError::UnknownIssuer), Err(TlsError::UnknownIssuer)),
            ("self-signed", None, "db.test", good, &None, Err(TlsError::UnknownIssuer), Err(TlsError::UnknownIssuer)),
        ] {
            for (verify, wanted) in [(Verify::Full, full), (Verify::Ca, any_name), (Verify::None, Ok(()))] {
                let options = TlsOptions { verify, ca: trust.clone(), ..TlsOptions::default() };
                let host = "db.test".parse().expect("host");
                let result = connect_tls(server(issuer, name, year), &host, &options, Deadline::after(Duration::from_secs(5))).await;
                assert_eq!(result.map(drop), wanted, "{case}, {verify:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_tls_ends() {
        let host = "db.test".parse().expect("host");
        let (ours, _theirs) = tokio::io::duplex(64);
        let silent = connect_tls(Box::new(ours), &host, &TlsOptions::default(), Deadline::after(Duration::from_millis(50))).await;
        assert_eq!(silent.map(drop), Err(TlsError::TimedOut));
        let identity = Some(Identity { certificate: authority().pem(), key: "no pem".into() });
        let bad = TlsOptions { identity, ..TlsOptions::default() };
        assert_eq!(client_config(&bad).map(drop), Err(TlsError::BadIdentity));
        let bad = TlsOptions { ca: Some("no pem".into()), ..TlsOptions::default() };
        assert_eq!(client_config(&bad).map(drop), Err(TlsError::BadCa));
    }
}
