//! What request bodies are judged by beside their schema: options that would be taken and never used, and PEM that is none.
//!
//! These rules are younger than some stored credentials. Those go on working as they did; what is wrong with them is a warning.

use egress::{TlsError, TlsOptions, certificates, client_config};
use serde_json::Value;

use super::violation::{Rule, Violation};

/// Options of TLS that are additions of ours. Without TLS they would look like protection, and be none.
const OF_TLS: [&str; 4] = ["sslVerify", "sslCa", "sslCert", "sslKey"];

/// What is said of an SSH server; without the switch nobody would go through it.
const OF_TUNNEL: [&str; 6] = ["sshHost", "sshPort", "sshUsername", "sshPrivateKey", "sshPassphrase", "sshHostKey"];

/// Everything that is wrong with credentials in canonical form which fit their schema; `tls` is how TLS will be made, if it will, and
/// `switch` the credential that says so.
pub(crate) fn judge(canonical: &Value, tls: Option<&TlsOptions>, switch: &'static str) -> Vec<Violation> {
    let given = |fields: &[&'static str]| fields.iter().copied().filter(|field| !is_blank(&canonical[*field])).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    match tls {
        None => wrong.extend(given(&OF_TLS).into_iter().map(|field| Violation::of(field, Rule::NeedsTls(switch)))),
        Some(options) => wrong.extend(of_pem(options)),
    }
    if is_blank(&canonical["sshTunnel"]) {
        wrong.extend(given(&OF_TUNNEL).into_iter().map(|field| Violation::of(field, Rule::NeedsTunnel)));
    }
    wrong
}

/// Takes out what is said of a tunnel that is switched off, and names it: it is not used, so it is not kept.
pub(crate) fn unused(canonical: &mut Value) -> Vec<String> {
    let Some(fields) = canonical.as_object_mut() else { return Vec::new() };
    if fields.get("sshTunnel").is_none_or(|switch| switch != "disable") {
        return Vec::new();
    }
    OF_TUNNEL.iter().filter(|field| fields.shift_remove(**field).is_some_and(|value| !is_blank(&value))).map(|f| (*f).to_owned()).collect()
}

/// Null and nothing but white space count as absent.
pub(super) fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn of_pem(options: &TlsOptions) -> Option<Violation> {
    match client_config(options) {
        Err(TlsError::BadCa) => Some(Violation::of("sslCa", Rule::Certificate)),
        Err(TlsError::BadIdentity) if options.identity.as_ref().is_some_and(|i| certificates(&i.certificate).is_err()) => {
            Some(Violation::of("sslCert", Rule::Certificate))
        }
        Err(TlsError::BadIdentity) => Some(Violation::of("sslKey", Rule::PrivateKey)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(canonical: &Value, tls: Option<&TlsOptions>) -> Vec<(String, Rule)> {
        judge(canonical, tls, "sslMode").into_iter().map(|v| (v.field.concat(), v.rule)).collect()
    }

    #[test]
    fn what_would_never_be_used_is_refused() {
        let tls = TlsOptions::default();
        assert_eq!(fields(&json!({"sslVerify": "full"}), Some(&tls)), []);
        assert_eq!(fields(&json!({"sslVerify": null, "sslCa": " ", "sshHost": "", "sshTunnel": null}), None), []);
        assert_eq!(
            fields(&json!({"sslVerify": "none", "sslKey": "k"}), None),
            [("sslVerify".to_owned(), Rule::NeedsTls("sslMode")), ("sslKey".to_owned(), Rule::NeedsTls("sslMode"))]
        );
        assert_eq!(fields(&json!({"sshPort": 22}), None), [("sshPort".to_owned(), Rule::NeedsTunnel)]);
        for switch in ["enable", "disable"] {
            assert_eq!(fields(&json!({"sshPort": 22, "sshTunnel": switch}), None), [], "{switch}");
        }
    }

    #[test]
    fn a_path_is_no_certificate() {
        for ca in ["/etc/passwd", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let tls = TlsOptions { ca: Some(ca.to_owned()), ..TlsOptions::default() };
            assert_eq!(fields(&json!({"sslCa": ca}), Some(&tls)), [("sslCa".to_owned(), Rule::Certificate)]);
        }
    }

    #[test]
    fn a_tunnel_that_is_off_is_forgotten() {
        let mut canonical = json!({"host": "h", "sshTunnel": "disable", "sshHost": "b", "sshPrivateKey": "k", "sshHostKey": ""});
        assert_eq!(unused(&mut canonical), ["sshHost", "sshPrivateKey"]);
        assert_eq!(canonical, json!({"host": "h", "sshTunnel": "disable"}));
        let mut on = json!({"sshTunnel": "enable", "sshHost": "b"});
        assert_eq!(unused(&mut on), [""; 0]);
        assert_eq!(on["sshHost"], "b");
    }
}
