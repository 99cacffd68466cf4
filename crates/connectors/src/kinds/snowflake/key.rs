//! Private keys as users paste them, decrypted at a bounded cost.

use aws_lc_rs::rsa::KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use egress::is_bearable;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Decode;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::{ConnectError, ConnectErrorKind as K};

/// `pkcs-12PbeIds`, as DER has it: ciphers of PKCS#12, in files of that kind or inside of PKCS#8.
const PKCS12_CIPHERS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];

/// `pkcs-7-data`, as DER has it: what a file of PKCS#12 begins with.
const PKCS7_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

/// How a key in an older form becomes one that is read.
const CONVERT: &str = "convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out new.p8";
const CONVERT_P12: &str = "convert it: openssl pkcs12 -in key.p12 -nocerts -nodes | openssl pkcs8 -topk8 -v2 aes-256-cbc -out new.p8";

fn unreadable(remedy: &str) -> ConnectError {
    ConnectError::from(K::PrivateKeyInvalid).with_remedy(remedy.to_owned())
}

fn of_passphrase(remedy: &str) -> ConnectError {
    unreadable(remedy).with_field("passphrase")
}

/// Reads an RSA private key.
pub(super) fn read(text: &SecretString, passphrase: Option<&SecretString>) -> Result<KeyPair, ConnectError> {
    let (label, der) = decode(text.expose_secret())?;
    match label.as_str() {
        "" | "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" | "RSA PRIVATE KEY" => {}
        "OPENSSH PRIVATE KEY" => return Err(unreadable("give the key in PKCS#8: ssh-keygen -p -m PKCS8 -f key rewrites it")),
        "EC PRIVATE KEY" | "DSA PRIVATE KEY" => return Err(unreadable("give an RSA key: the vendor takes no other")),
        _ => return Err(ConnectError::from(K::PrivateKeyInvalid)),
    }
    if let Ok(info) = EncryptedPrivateKeyInfoRef::from_der(&der) {
        if !is_bearable(&info.encryption_algorithm).ok_or_else(|| unreadable(CONVERT))? {
            return Err(unreadable("the key asks for too much computation: encrypt it anew with openssl's default iterations"));
        }
        let passphrase = passphrase.map(ExposeSecret::expose_secret).filter(|text| !text.is_empty());
        let passphrase = passphrase.ok_or_else(|| of_passphrase("the private key is encrypted: give its passphrase"))?;
        let plain = info.decrypt(passphrase).map_err(|_| of_passphrase("the passphrase does not open the private key: check it"))?;
        // What a wrong passphrase makes of a key may look like padding and all, and is none.
        return KeyPair::from_pkcs8(plain.as_bytes())
            .map_err(|_| of_passphrase("check the passphrase, and that the key is an RSA key of 2,048 bits or more"));
    }
    let has = |identifier: &[u8]| der.windows(identifier.len()).any(|part| part == identifier);
    if label.is_empty() && has(PKCS7_DATA) {
        return Err(unreadable(CONVERT_P12));
    }
    if has(PKCS12_CIPHERS) || label == "ENCRYPTED PRIVATE KEY" {
        return Err(unreadable(CONVERT));
    }
    KeyPair::from_pkcs8(&der)
        .or_else(|_| KeyPair::from_der(&der))
        .map_err(|_| unreadable("give an RSA key of 2,048 bits or more, in PEM (PKCS#8), BEGIN and END lines included"))
}

/// What stands between BEGIN and END, and its label; of bare base64, the whole.
fn decode(text: &str) -> Result<(String, Zeroizing<Vec<u8>>), ConnectError> {
    // Escaped newlines come from JSON in JSON, and from environment files.
    let text = Zeroizing::new(text.trim().trim_matches('"').replace("\\r", "\n").replace("\\n", "\n"));
    let (label, body) = match text.split_once("-----BEGIN ") {
        None => ("", text.as_str()),
        Some((_, rest)) => {
            let (label, rest) = rest.split_once("-----").ok_or(K::PrivateKeyInvalid)?;
            let (body, _) = rest.split_once("-----END ").ok_or(K::PrivateKeyInvalid)?;
            (label, body)
        }
    };
    // The traditional form has headers of its own, and a cipher without iterations.
    if body.contains("Proc-Type:") {
        return Err(unreadable(CONVERT));
    }
    let bare = Zeroizing::new(body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>());
    let der = STANDARD.decode(&*bare).map_err(|_| K::PrivateKeyInvalid)?;
    Ok((label.to_owned(), Zeroizing::new(der)))
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
