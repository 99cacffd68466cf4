//! Secrets among the settings.

use secrecy::SecretString;

#[expect(clippy::unnecessary_wraps, reason = "the signature clap wants")]
pub(super) fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text))
}
