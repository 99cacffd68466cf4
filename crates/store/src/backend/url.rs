//! What a `DATABASE_URL` of PostgreSQL says.

use egress::{TlsOptions, Verify};
use url::form_urlencoded;

use super::limits::{ACKNOWLEDGED, HOST, KEEPALIVE};
use crate::error::OpenError;

/// Whether a URL is one of PostgreSQL's.
pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The driver's configuration, and what libpq's `sslmode` and `sslrootcert` ask for.
pub(crate) fn parse(url: &str) -> Result<(tokio_postgres::Config, TlsOptions), OpenError> {
    // Only the query is taken apart: several hosts, which the driver knows, are no URL to other parsers.
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let mut tls = TlsOptions { verify: Verify::None, ..TlsOptions::default() };
    let mut rest = Vec::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*key, &*value) {
            ("sslmode", "verify-ca") => tls.verify = Verify::Ca,
            ("sslmode", "verify-full") => tls.verify = Verify::Full,
            ("sslmode", "allow") => {}
            ("sslrootcert", path) => tls.ca = Some(std::fs::read_to_string(path).map_err(|_| OpenError::RootCertificate)?),
            _ => rest.push((key.into_owned(), value.into_owned())),
        }
    }
    if tls.verify != Verify::None {
        rest.push(("sslmode".to_owned(), "require".to_owned()));
    } else if tls.ca.is_some() {
        tls.verify = Verify::Ca;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&rest).finish();
    let mut config: tokio_postgres::Config = format!("{place}?{query}").parse().map_err(|_| OpenError::Url)?;
    config.application_name("headwater");
    let given = |key: &str| rest.iter().any(|(given, _)| given == key);
    let (idle, interval, retries) = KEEPALIVE;
    if !given("connect_timeout") {
        config.connect_timeout(HOST);
    }
    if !given("tcp_user_timeout") {
        config.tcp_user_timeout(ACKNOWLEDGED);
    }
    if !given("keepalives_idle") {
        config.keepalives_idle(idle);
    }
    if !given("keepalives_interval") {
        config.keepalives_interval(interval);
    }
    if !given("keepalives_retries") {
        config.keepalives_retries(retries);
    }
    if config.get_hosts().is_empty() { Err(OpenError::Url) } else { Ok((config, tls)) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_postgres::config::SslMode;

    use super::*;

    /// A connection that leads nowhere is found out; who has other wishes writes them into the URL.
    #[test]
    fn connections_that_lead_nowhere() {
        let (config, _) = parse("postgres://u:p@h/d").expect("a URL");
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(10)));
        assert_eq!((config.get_keepalives(), config.get_keepalives_idle()), (true, Duration::from_secs(10)));
        assert_eq!((config.get_keepalives_interval(), config.get_keepalives_retries()), (Some(Duration::from_secs(3)), Some(3)));
        let (config, _) = parse("postgres://u:p@h/d?connect_timeout=7&tcp_user_timeout=9&keepalives_idle=60").expect("a URL");
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(9)));
        assert_eq!(config.get_keepalives_idle(), Duration::from_mins(1));
    }

    #[test]
    fn tls_as_libpq_has_it() {
        for (query, mode, verify) in [
            ("", SslMode::Prefer, Verify::None),
            ("?sslmode=disable", SslMode::Disable, Verify::None),
            ("?sslmode=allow", SslMode::Prefer, Verify::None),
            ("?sslmode=require", SslMode::Require, Verify::None),
            ("?sslmode=verify-ca", SslMode::Require, Verify::Ca),
            ("?sslmode=verify-full&connect_timeout=3", SslMode::Require, Verify::Full),
        ] {
            let (config, tls) = parse(&format!("postgres://u:p@h/d{query}")).expect(query);
            assert_eq!((config.get_ssl_mode(), tls.verify), (mode, verify), "{query}");
        }
        assert!(matches!(parse("postgres://u:p@h/d?sslrootcert=/no/such/file"), Err(OpenError::RootCertificate)));
        assert!(matches!(parse("postgres://u:p@h/d?sslmode=nonsense"), Err(OpenError::Url)));
    }
}
