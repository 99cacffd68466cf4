//! A failure that is nobody's but ours.

use std::error::Error;

use store::{CipherError, StoreError};

/// A failure of ours; the text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Cipher(#[from] CipherError),
    #[error("stored credentials do not fit their kind any more")]
    Unreadable,
}

/// Whether a failure is the store's, and may be over in a moment.
pub(crate) fn is_outage(cause: &(dyn Error + 'static)) -> bool {
    let of_store = |error: &StoreError| error.is_outage();
    let of_cipher = |error: &CipherError| matches!(error, CipherError::Store(error) if error.is_outage());
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return match failure {
            Failure::Store(error) => of_store(error),
            Failure::Cipher(error) => of_cipher(error),
            Failure::Unreadable => false,
        };
    }
    cause.downcast_ref().is_some_and(of_store) || cause.downcast_ref().is_some_and(of_cipher)
}

#[cfg(test)]
mod tests {
    use store::Silence;

    use super::*;

    #[test]
    fn an_outage_is_seen_through_whatever_carries_it() {
        let silent = || StoreError::from(Silence::Answer);
        let carried: [Box<dyn Error>; 5] = [
            Box::new(silent()),
            Box::new(StoreError::TenancyUpdate(Box::new(silent()))),
            Box::new(CipherError::from(silent())),
            Box::new(Failure::from(silent())),
            Box::new(Failure::from(CipherError::from(silent()))),
        ];
        for error in &carried {
            assert!(is_outage(error.as_ref()), "{error}");
        }
        let others: [Box<dyn Error>; 4] = [
            Box::new(StoreError::NameTaken),
            Box::new(CipherError::Damaged),
            Box::new(Failure::Unreadable),
            Box::new(std::io::Error::other("something else")),
        ];
        for error in &others {
            assert!(!is_outage(error.as_ref()), "{error}");
        }
    }
}
