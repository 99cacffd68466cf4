//! Threat R7: an encrypted key says how many rounds its decryption takes, so that is looked at first.

use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;

/// Iterations of PBKDF2 (OpenSSL's default is 2,048).
const PBKDF2_ITERATIONS: u32 = 2_000_000;

/// Memory of scrypt in bytes: 128 × N × r.
const SCRYPT_BYTES: u64 = 64 << 20;

/// Whether a key in PKCS#8 asks for no more computation than an honest one; none if its scheme is not of PBES2 (RFC 8018), which
/// nobody here decrypts.
pub fn is_bearable(scheme: &EncryptionScheme) -> Option<bool> {
    let EncryptionScheme::Pbes2(parameters) = scheme else { return None };
    Some(match &parameters.kdf {
        Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= PBKDF2_ITERATIONS,
        Kdf::Scrypt(scrypt) => {
            u64::from(scrypt.block_size).saturating_mul(scrypt.cost_parameter).saturating_mul(128) <= SCRYPT_BYTES
                && scrypt.parallelization <= 16
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use pkcs8::pkcs5::pbes2::{Parameters, ScryptParams};

    use super::*;

    fn scrypt(cost_parameter: u64, block_size: u16) -> EncryptionScheme {
        let salt = b"saltsalt".as_slice().try_into().expect("a salt");
        let kdf = Kdf::from(ScryptParams { salt, cost_parameter, block_size, parallelization: 1, key_length: None });
        let encryption = pkcs8::pkcs5::pbes2::EncryptionScheme::Aes256Cbc { iv: [0; 16] };
        Parameters { kdf, encryption }.into()
    }

    #[test]
    fn r7_memory_is_bounded_however_it_is_said() {
        assert_eq!(is_bearable(&scrypt(1 << 14, 8)), Some(true));
        assert_eq!(is_bearable(&scrypt(1 << 20, 8)), Some(false));
        // A product that would go round and round, and come out small.
        for (cost, block) in [(u64::MAX, u16::MAX), (1 << 63, 2), (1 << 57, 8), (1 << 50, 1 << 14)] {
            assert_eq!(is_bearable(&scrypt(cost, block)), Some(false), "{cost} {block}");
        }
    }
}
