//! Names in addresses, the same for every kind that speaks HTTP.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A name as a part of a path or a query: whatever is in it, it separates nothing.
pub(crate) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}
