//! `headwater openapi`

use super::{CliError, say};
use crate::routes::document;

/// Prints the document that the server has at `/openapi.json`.
#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
pub(super) fn run() -> Result<(), CliError> {
    say(&format!("{:#}", document()));
    Ok(())
}
