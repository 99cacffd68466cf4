//! Private keys as users paste them, decrypted at a bounded cost.

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::{Decode, SecretDocument};
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf as Pbes2Kdf;
use russh::keys::PrivateKey;
use russh::keys::ssh_key::Kdf;
use secrecy::{ExposeSecret, SecretString};

/// Rounds of bcrypt-pbkdf (OpenSSH's default is 24; each costs milliseconds).
const BCRYPT_ROUNDS: u32 = 256;

/// Iterations of PBKDF2 (OpenSSL's default is 2,048).
const PBKDF2_ITERATIONS: u32 = 2_000_000;

/// Memory of scrypt in bytes: 128 × N × r.
const SCRYPT_BYTES: u64 = 64 << 20;

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

/// Reads a private key. Threat R7: the file says how many rounds its decryption takes, so that is looked at first.
pub(crate) fn read(text: &SecretString, passphrase: Option<&SecretString>) -> Result<PrivateKey, SshKeyError> {
    let text = text.expose_secret().trim();
    let passphrase = passphrase.map(ExposeSecret::expose_secret).filter(|p| !p.is_empty());
    if text.contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
        return open_ssh(text, passphrase);
    }
    if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        bounded_pkcs8(text)?;
    } else if !text.contains("-----BEGIN ") {
        return Err(SshKeyError::Unreadable);
    }
    let encrypted = text.contains("ENCRYPTED");
    match (encrypted, passphrase) {
        (true, None) => Err(SshKeyError::Encrypted),
        (true, Some(_)) => russh::keys::decode_secret_key(text, passphrase).map_err(|_| SshKeyError::Passphrase),
        (false, _) => russh::keys::decode_secret_key(text, None).map_err(|_| SshKeyError::Unreadable),
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

fn bounded_pkcs8(text: &str) -> Result<(), SshKeyError> {
    let (_, document) = SecretDocument::from_pem(text).map_err(|_| SshKeyError::Unreadable)?;
    let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).map_err(|_| SshKeyError::Unreadable)?;
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else { return Err(SshKeyError::Unreadable) };
    let sound = match &parameters.kdf {
        Pbes2Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= PBKDF2_ITERATIONS,
        Pbes2Kdf::Scrypt(scrypt) => {
            u64::from(scrypt.block_size) * scrypt.cost_parameter.saturating_mul(128) <= SCRYPT_BYTES && scrypt.parallelization <= 16
        }
        _ => false,
    };
    if sound { Ok(()) } else { Err(SshKeyError::TooCostly) }
}
