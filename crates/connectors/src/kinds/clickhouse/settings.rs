//! Settings that cut answers off or change how they are printed, and what is sent against them.
//!
//! A profile may say that an answer ends after so many rows, without a word (`result_overflow_mode = 'break'`). What a statement says
//! for itself comes before the profile; but a user with `readonly = 1` may say nothing, and then what came is counted.

use crate::error::ConnectError;

/// Known to every version.
const ALWAYS: &str = "max_result_rows = 0, max_result_bytes = 0, max_rows_to_read = 0, max_bytes_to_read = 0,
    result_overflow_mode = 'throw', read_overflow_mode = 'throw', timeout_overflow_mode = 'throw'";

/// Known since 2020: what is added to every statement, whatever it says itself.
const LATER: &str = ", limit = 0, offset = 0";

/// What may be sent to a version, most first. The last one is nothing.
pub(super) fn candidates(major: u32) -> Vec<Option<String>> {
    let always = Some(ALWAYS.to_owned());
    if major >= 21 { vec![Some(format!("{ALWAYS}{LATER}")), always, None] } else { vec![always, None] }
}

/// Whether the server refused the settings, and not what was asked.
pub(super) fn is_refusal(error: &ConnectError) -> bool {
    // SYNTAX_ERROR, UNKNOWN_SETTING, READONLY, SETTING_CONSTRAINT_VIOLATION
    matches!(error.server_code.as_deref(), Some("62" | "115" | "164" | "452"))
}
