//! Pages, from 1.

use super::error::ApiError;
use crate::http::Query;

/// How many pages lie before the one asked for; checked whether or not there is paging.
pub(super) fn page_number(query: &Query) -> Result<i64, ApiError> {
    let number = query.get("pageNumber")?.unwrap_or("1");
    if number.starts_with('0') || number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ApiError::invalid("\"pageNumber\" must be a number of 1 or more"));
    }
    // A number beyond 64 bits is a page past the end like any other.
    Ok(number.parse::<i64>().map_or(i64::MAX, |n| n - 1))
}
