//! Keys in every form, made by OpenSSL: see `tests/keys/make`.

use super::*;

const PASSPHRASE: &str = "pass phrase é";

fn fixture(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn opens(text: &str, passphrase: Option<&str>) -> Result<usize, (K, String, Option<String>)> {
    let passphrase = passphrase.map(SecretString::from);
    read(&SecretString::from(text), passphrase.as_ref())
        .map(|key| key.public_modulus_len())
        .map_err(|e| (e.kind, e.remedy(), e.field().map(str::to_owned)))
}

#[test]
fn every_form_that_is_read() {
    let plain = fixture("plain.pem");
    let bare: String = plain.lines().filter(|line| !line.starts_with('-')).collect();
    for (case, text, passphrase) in [
        ("plain", plain.clone(), None),
        ("with a passphrase that is not needed", plain.clone(), Some(PASSPHRASE)),
        ("escaped newlines", plain.replace('\n', "\\n"), None),
        ("carriage returns", plain.replace('\n', "\r\n"), None),
        ("escaped carriage returns", plain.replace('\n', "\\r\\n"), None),
        ("on one line", plain.replace('\n', " "), None),
        ("on one line without blanks", plain.replace('\n', ""), None),
        ("in quotes", format!("\"{}\"", plain.replace('\n', "\\n")), None),
        ("bare base64", bare, None),
        ("PKCS#1", fixture("pkcs1.pem"), None),
        ("AES-256, SHA-256", fixture("aes256.pem"), Some(PASSPHRASE)),
        ("3DES, SHA-1", fixture("3des-sha1.pem"), Some(PASSPHRASE)),
        ("3DES, SHA-256", fixture("3des-sha256.pem"), Some(PASSPHRASE)),
        ("scrypt", fixture("scrypt.pem"), Some(PASSPHRASE)),
        ("encrypted, on one line", fixture("aes256.pem").replace('\n', "\\n"), Some(PASSPHRASE)),
        ("encrypted, bare base64", fixture("aes256.pem").lines().filter(|l| !l.starts_with('-')).collect(), Some(PASSPHRASE)),
    ] {
        assert_eq!(opens(&text, passphrase), Ok(256), "{case}");
    }
}

#[test]
fn what_is_wrong_with_others() {
    let passphrase = Some("passphrase".to_owned());
    let key = Some("privateKey".to_owned());
    let rsa = "give an RSA key of 2,048 bits or more, in PEM (PKCS#8), BEGIN and END lines included";
    let pem = "give the whole private key in PEM (PKCS#8), BEGIN and END lines included";
    for (text, given, remedy, field) in [
        (fixture("aes256.pem"), None, "the private key is encrypted: give its passphrase", &passphrase),
        (fixture("aes256.pem"), Some("wrong"), "the passphrase does not open the private key: check it", &passphrase),
        (fixture("pbe-sha1-3des.pem"), Some(PASSPHRASE), CONVERT, &key),
        (fixture("traditional.pem"), Some(PASSPHRASE), CONVERT, &key),
        (fixture("p12.base64"), Some(PASSPHRASE), CONVERT_P12, &key),
        (fixture("ec.pem"), None, rsa, &key),
        (fixture("small.pem"), None, rsa, &key),
        (
            fixture("costly.pem"),
            Some(PASSPHRASE),
            "the key asks for too much computation: encrypt it anew with openssl's default iterations",
            &key,
        ),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".to_owned(), None, pem, &key),
        ("-----BEGIN PRIVATE KEY-----\nAAAA".to_owned(), None, pem, &key),
        ("no key".to_owned(), None, pem, &key),
        ("/etc/passwd".to_owned(), None, pem, &key),
    ] {
        let (kind, said, at) = opens(&text, given).expect_err("no key");
        assert_eq!((kind, said.as_str(), &at), (K::PrivateKeyInvalid, remedy, field));
    }
}
