//! What holds of every certificate and key file that somebody may paste.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostile::{changed, changed_text, changes, config, measured};
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Encode;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, ScryptParams};
use proptest::collection::vec;
use proptest::prelude::*;
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use secrecy::SecretString;

use crate::ssh_key::{SshKeyError, read};
use crate::tls::{Identity, TlsError, TlsOptions, certificates, client_config};

/// Two certificates with their keys (PEM): making them takes a while.
static MADE: LazyLock<[(String, String); 2]> = LazyLock::new(|| {
    [0, 1].map(|n| {
        let made = rcgen::generate_simple_self_signed(vec![format!("db{n}.test")]).expect("a certificate");
        (made.cert.pem(), made.signing_key.serialize_pem())
    })
});

fn ssh_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

/// The key in the forms that we read: OpenSSH, PKCS#8, and PKCS#8 behind the passphrase "pw".
static FORMS: LazyLock<[(String, bool); 3]> = LazyLock::new(|| {
    let (mut plain, mut locked) = (Vec::new(), Vec::new());
    russh::keys::encode_pkcs8_pem(&ssh_key(), &mut plain).expect("written");
    russh::keys::encode_pkcs8_pem_encrypted(&ssh_key(), b"pw", 10, &mut locked).expect("written");
    let text = |bytes| String::from_utf8(bytes).expect("ASCII");
    [(ssh_key().to_openssh(LineEnding::LF).expect("written").to_string(), false), (text(plain), false), (text(locked), true)]
});

fn block(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// What a key file costs to open: more than anybody may ask for.
fn costly() -> impl Strategy<Value = Kdf> {
    prop_oneof![
        (2_000_001..100_000_000_u32).prop_map(|rounds| Kdf::Pbkdf2(Pbkdf2Params::hmac_sha256(rounds, b"saltsalt").expect("parameters"))),
        (17..40_u32, 8..1_000_u16).prop_map(|(log, r)| {
            let salt = b"saltsalt"[..].try_into().expect("a salt");
            Kdf::Scrypt(ScryptParams { salt, cost_parameter: 1 << log, block_size: r, parallelization: 1, key_length: None })
        }),
    ]
}

proptest! {
    #![proptest_config(config())]

    /// Certificates are found whatever stands around them.
    #[test]
    fn certificates_are_read_as_they_were_meant(order in vec(0..2_usize, 1..5), between in "[ a-zA-Z0-9=#\n]{0,80}", returns: bool) {
        let text = order.iter().flat_map(|n| [&between, "\n", &MADE[*n].0]).collect::<String>();
        let text = if returns { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text };
        let wanted: Vec<_> = order.iter().flat_map(|n| certificates(&MADE[*n].0).expect("one")).collect();
        prop_assert_eq!(certificates(&text), Ok(wanted));
    }

    /// Threat R4: what is broken is refused by the name of what is broken, and costs no more than it is long.
    #[test]
    fn r4_certificates_and_their_keys(ca: bool, changes in changes(), of_key: bool) {
        let (certificate, key) = MADE[0].clone();
        let options = if ca {
            TlsOptions { ca: Some(changed_text(&certificate, &changes)), ..TlsOptions::default() }
        } else {
            let (certificate, key) = if of_key { (certificate, changed_text(&key, &changes)) } else { (changed_text(&certificate, &changes), key) };
            TlsOptions { identity: Some(Identity { certificate, key: key.into() }), ..TlsOptions::default() }
        };
        let (outcome, cost) = measured(|| client_config(&options).map(drop));
        let wanted = if ca { TlsError::BadCa } else { TlsError::BadIdentity };
        prop_assert!(outcome.is_ok() || outcome == Err(wanted), "{outcome:?}");
        prop_assert!(cost <= 1 << 20, "{cost} bytes");
    }

    /// A key is read in each of its forms, whatever stands around it.
    #[test]
    fn keys_are_read_as_they_were_meant(form in 0..3_usize, before in "[ a-zA-Z0-9=#\n]{0,80}", indent in 0..4_usize) {
        let (text, locked) = &FORMS[form];
        let margin = " ".repeat(indent);
        let text: String = text.lines().flat_map(|line| [&margin, line, "\r\n"]).collect();
        let text = SecretString::from(format!("{before}\n{text}{before}"));
        let passphrase = SecretString::from("pw");
        let key = read(&text, Some(&passphrase)).expect("a key");
        let wanted = ssh_key();
        prop_assert_eq!(key.public_key().key_data(), wanted.public_key().key_data());
        prop_assert_eq!(read(&text, None).err(), locked.then_some(SshKeyError::Encrypted));
    }

    /// Threat R4: broken texts and broken keys in sound texts.
    #[test]
    fn r4_keys(form in 0..3_usize, changes in changes(), inside: bool) {
        let (text, _) = &FORMS[form];
        let text = if inside {
            let label = text.lines().next().and_then(|l| l.strip_prefix("-----BEGIN ")?.strip_suffix("-----")).expect("a label").to_owned();
            let lines: String = text.lines().filter(|line| !line.starts_with('-')).collect();
            block(&label, &changed(STANDARD.decode(lines).expect("base64"), &changes))
        } else {
            changed_text(text, &changes)
        };
        // Nothing is decrypted, so that no case takes long.
        let (outcome, cost) = measured(|| read(&text.clone().into(), None).map(drop));
        let known = matches!(outcome, Ok(()) | Err(SshKeyError::Unreadable | SshKeyError::Encrypted | SshKeyError::TooCostly));
        prop_assert!(known, "{outcome:?}");
        prop_assert!(cost <= 1 << 20, "{cost} bytes");
    }

    /// Threat R7: what costs too much is not begun, by whatever name it goes and whatever stands around it.
    #[test]
    fn r7_costly_keys(kdf in costly(), label in prop::sample::select(vec!["ENCRYPTED PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]),
        before in prop::sample::select(vec!["", "ENCRYPTED\n", "PuTTY-User-Key-File-3: x\n", "-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----\n"]),
        header in prop::sample::select(vec!["", "Proc-Type: 4,ENCRYPTED\n", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n"])) {
        let encryption = EncryptionScheme::Aes256Cbc { iv: [0; 16] };
        let parameters = Parameters { kdf, encryption };
        let data = [0; 64];
        let info = EncryptedPrivateKeyInfoRef { encryption_algorithm: parameters.into(), encrypted_data: OctetStringRef::new(&data).expect("short") };
        let text = block(label, &info.to_der().expect("DER")).replacen("-----\n", &format!("-----\n{header}"), 1);
        let (outcome, cost) = measured(|| read(&format!("{before}{text}").into(), Some(&"pw".into())).map(drop));
        prop_assert!(matches!(outcome, Err(SshKeyError::Unreadable | SshKeyError::TooCostly)), "{outcome:?}");
        prop_assert!(label != "ENCRYPTED PRIVATE KEY" || !header.is_empty() || outcome == Err(SshKeyError::TooCostly), "{outcome:?}");
        prop_assert!(cost <= 1 << 20, "{cost} bytes");
    }
}
