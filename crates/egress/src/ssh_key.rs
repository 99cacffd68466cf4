//! Private keys as users paste them, decrypted at a bounded cost.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Decode;
use russh::keys::PrivateKey;
use russh::keys::ssh_key::Kdf;
use secrecy::{ExposeSecret, SecretString};

use crate::key_cost::is_bearable;

/// Bytes of a key's text: an RSA key of 16,384 bits has 13 KB, and the work for a longer one grows with its third power.
const KEY_BYTES: usize = 16 << 10;

/// Rounds of bcrypt-pbkdf (OpenSSH's default is 24; each costs milliseconds).
const BCRYPT_ROUNDS: u32 = 256;

/// Why a private key cannot be used. No text of the key's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SshKeyError {
    /// Neither OpenSSH, PKCS#1 nor PKCS#8.
    #[error("the SSH private key cannot be read")]
    Unreadable,
    /// Encrypted, and no passphrase was given.
    #[error("the SSH private key is encrypted and no passphrase was given")]
    Encrypted,
    /// The passphrase does not open it.
    #[error("the passphrase does not open the SSH private key")]
    Passphrase,
    /// The key file asks for more computation than any honest one.
    #[error("the SSH private key asks for too much computation to decrypt")]
    TooCostly,
}

const OPENSSH: &str = "OPENSSH PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const LABELS: [&str; 5] = [OPENSSH, ENCRYPTED, "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/// The one key in a text. What is decoded is this and nothing around it: if the text itself went on to a decoder, that could
/// take another part of it for the key than the one whose cost was judged.
struct Block<'a> {
    label: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Block<'a> {
    fn first(text: &'a str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        let label =
            lines.find_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----").filter(|label| LABELS.contains(label)))?;
        let mut inside = Vec::new();
        for line in lines {
            if line.starts_with("-----") {
                let end = line.strip_prefix("-----END ")?.strip_suffix("-----")?;
                return (end == label).then_some(Self { label, lines: inside });
            }
            inside.push(line);
        }
        None
    }

    fn text(&self) -> SecretString {
        format!("-----BEGIN {0}-----\n{1}\n-----END {0}-----\n", self.label, self.lines.join("\n")).into()
    }

    /// What says how a key of the older form is encrypted (RFC 1421).
    fn cipher(&self) -> Option<&'a str> {
        self.lines.iter().find_map(|line| line.strip_prefix("DEK-Info:")).map(str::trim)
    }
}

/// Reads a private key. Threat R7: the file says how many rounds its decryption takes, so that is looked at first.
pub(crate) fn read(text: &SecretString, passphrase: Option<&SecretString>) -> Result<PrivateKey, SshKeyError> {
    let text = text.expose_secret();
    if text.len() > KEY_BYTES {
        return Err(SshKeyError::Unreadable);
    }
    let passphrase = passphrase.map(ExposeSecret::expose_secret).filter(|p| !p.is_empty());
    let block = Block::first(text).ok_or(SshKeyError::Unreadable)?;
    let text = block.text();
    match (block.label, block.cipher()) {
        (OPENSSH, _) => open_ssh(text.expose_secret(), passphrase),
        (ENCRYPTED, _) => encrypted_pkcs8(&block, passphrase),
        // Without a passphrase nothing is decrypted.
        (_, None) => russh::keys::decode_secret_key(text.expose_secret(), None).map_err(|_| SshKeyError::Unreadable),
        // The one cipher of the older form that there is a decoder for; its key is one round of MD5.
        (_, Some(cipher)) if cipher.starts_with("AES-128-CBC,") => {
            let passphrase = passphrase.ok_or(SshKeyError::Encrypted)?;
            russh::keys::decode_secret_key(text.expose_secret(), Some(passphrase)).map_err(|_| SshKeyError::Passphrase)
        }
        _ => Err(SshKeyError::Unreadable),
    }
}

fn open_ssh(text: &str, passphrase: Option<&str>) -> Result<PrivateKey, SshKeyError> {
    let key = PrivateKey::from_openssh(text).map_err(|_| SshKeyError::Unreadable)?;
    if !key.is_encrypted() {
        return Ok(key);
    }
    match key.kdf() {
        Kdf::Bcrypt { rounds, .. } if *rounds > BCRYPT_ROUNDS => return Err(SshKeyError::TooCostly),
        _ => {}
    }
    key.decrypt(passphrase.ok_or(SshKeyError::Encrypted)?).map_err(|_| SshKeyError::Passphrase)
}

fn encrypted_pkcs8(block: &Block<'_>, passphrase: Option<&str>) -> Result<PrivateKey, SshKeyError> {
    let der = STANDARD.decode(block.lines.concat()).map_err(|_| SshKeyError::Unreadable)?;
    let info = EncryptedPrivateKeyInfoRef::from_der(&der).map_err(|_| SshKeyError::Unreadable)?;
    if !is_bearable(&info.encryption_algorithm).ok_or(SshKeyError::Unreadable)? {
        return Err(SshKeyError::TooCostly);
    }
    let passphrase = passphrase.ok_or(SshKeyError::Encrypted)?;
    // The very bytes that were judged.
    russh::keys::pkcs8::decode_pkcs8(&der, Some(passphrase.as_bytes())).map_err(|_| SshKeyError::Passphrase)
}
