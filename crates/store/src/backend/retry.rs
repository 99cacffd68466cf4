//! Transactions that lost to others.

use std::future::Future;

use crate::error::StoreError;

/// Runs a transaction again, twice at most, when it lost to another one.
pub(crate) async fn retry<T, F: Future<Output = Result<T, StoreError>>>(mut work: impl FnMut() -> F) -> Result<T, StoreError> {
    for _ in 0..2 {
        match work().await {
            Err(error) if error.is_retryable() => {}
            other => return other,
        }
    }
    work().await
}
