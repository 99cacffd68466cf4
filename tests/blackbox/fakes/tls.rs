//! TLS for the fakes: the certificate of the peers, for `localhost`.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::support::peers::{path, text};

/// Accepts TLS 1.2 and 1.3 with the peers' certificate.
pub(crate) fn acceptor() -> TlsAcceptor {
    of_versions(rustls::DEFAULT_VERSIONS)
}

/// Accepts TLS 1.2, as SQL Server does under TDS 7.
pub(crate) fn acceptor_tls12() -> TlsAcceptor {
    of_versions(&[&rustls::version::TLS12])
}

fn of_versions(versions: &[&'static rustls::SupportedProtocolVersion]) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(path("tls", "server.pem")).expect("file").collect::<Result<_, _>>().expect("PEM");
    let key = PrivateKeyDer::from_pem_file(path("tls", "server.key")).expect("key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).expect("versions");
    TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(chain, key).expect("configuration")))
}

/// The authority that signed it (PEM).
pub(crate) fn authority() -> String {
    text("tls", "ca.pem")
}
