//! Who a server has to be: the verifiers of its certificate.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_cert::der::Decode;
use x509_cert::{Certificate, Version};

/// The certificate is of X.509 version 1: it names no host by any rule of today, and no library verifies it.
#[derive(Debug)]
pub(crate) struct VersionOne;

impl fmt::Display for VersionOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a certificate of X.509 version 1")
    }
}

impl std::error::Error for VersionOne {}

/// Chain and dates, and the name if it matters.
#[derive(Debug)]
pub(crate) struct Verified {
    inner: Arc<WebPkiServerVerifier>,
    /// The certificates that the user trusts. One of them may be the server's own: then it needs nobody to vouch for it, whatever
    /// it says of itself (`openssl req -x509` marks it as an authority's).
    own: Vec<CertificateDer<'static>>,
    name_matters: bool,
}

impl Verified {
    /// Trusts `own` certificates in place of the public roots.
    pub(crate) fn new(
        own: Option<Vec<CertificateDer<'static>>>,
        name_matters: bool,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        match &own {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(own) => own.iter().try_for_each(|certificate| roots.add(certificate.clone()))?,
        }
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
        let inner = inner.map_err(|e| rustls::Error::General(e.to_string()))?;
        Ok(Self { inner, own: own.unwrap_or_default(), name_matters })
    }

    /// Dates and name of a certificate that is trusted as it is.
    fn as_it_is(&self, end: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), rustls::Error> {
        let validity = Certificate::from_der(end).map_err(|_| CertificateError::BadEncoding)?.tbs_certificate.validity;
        let now = now.as_secs();
        if now < validity.not_before.to_unix_duration().as_secs() {
            return Err(CertificateError::NotValidYet.into());
        }
        if now > validity.not_after.to_unix_duration().as_secs() {
            return Err(CertificateError::Expired.into());
        }
        if self.name_matters { verify_server_name(&ParsedCertificate::try_from(end)?, name) } else { Ok(()) }
    }
}

impl ServerCertVerifier for Verified {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if Certificate::from_der(end).is_ok_and(|c| c.tbs_certificate.version == Version::V1) {
            return Err(CertificateError::Other(OtherError(Arc::new(VersionOne))).into());
        }
        if self.own.iter().any(|own| own == end) {
            return self.as_it_is(end, name, now).map(|()| ServerCertVerified::assertion());
        }
        match self.inner.verify_server_cert(end, chain, name, ocsp, now) {
            // The name is looked at last: by then the chain has been accepted.
            Err(rustls::Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }))
                if !self.name_matters =>
            {
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Any certificate.
#[derive(Debug)]
pub(crate) struct Unverified(pub(crate) Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    // A signature by nobody proves nothing, and to check it the certificate would have to be one that we can read: those that
    // SQL Server makes for itself are of X.509's first version.
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::pem::PemObject;

    use super::*;

    /// Made by `openssl x509 -req` without extensions; good until 2126.
    const VERSION_ONE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBIDCBxwIULaxC9g8L8uw/vHE9XHzIwEvrpQkwCgYIKoZIzj0EAwIwEjEQMA4G\n\
A1UEAwwHZGIudGVzdDAgFw0yNjExMjUxNzE3NDFaGA8yMTI2MTEwMTE3MTc0MVow\n\
EjEQMA4GA1UEAwwHZGIudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIYC\n\
31fjE+aezVg4slxXKBvI4AMp+GH4HaBHIU4RGyy0zWmyMHsAqdICBog/Vip4Nw22\n\
ZbjCzVoXznn+JwyK420wCgYIKoZIzj0EAwIDSAAwRQIhANIPml1wHPXRjV/yzkOJ\n\
FVArnZJ2c1+r1jT+FDACOE/4AiAQ7yhreEbIze8GqzLRL2hHcPFu0q4T4fm+tfAR\n\
ZCkwXA==\n\
-----END CERTIFICATE-----";

    /// It is told apart whether or not the user trusts it: it names no host, so even its own copy proves nothing about one.
    #[test]
    fn r8_version_one_is_told() {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let end = CertificateDer::from_pem_slice(VERSION_ONE.as_bytes()).expect("PEM");
        let name = ServerName::try_from("db.test").expect("name");
        for own in [None, Some(vec![end.clone()])] {
            let verifier = Verified::new(own, true, &provider).expect("verifier");
            let now = UnixTime::since_unix_epoch(std::time::Duration::from_hours(500_000));
            match verifier.verify_server_cert(&end, &[], &name, &[], now) {
                Err(rustls::Error::InvalidCertificate(CertificateError::Other(reason))) => assert!(reason.0.is::<VersionOne>()),
                other => panic!("{other:?}"),
            }
        }
    }
}
