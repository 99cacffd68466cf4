//! Keys of documents that are data and no names: days, numbers, identifiers.

/// So many keys of a kind are needed before an object is taken for a map.
pub(super) const MANY: usize = 10;

/// Whether a key looks like data: digits (with the signs of dates and numbers), a long hexadecimal number, a UUID, an address of mail.
pub(super) fn is_data(key: &str) -> bool {
    let digits = key.bytes().any(|b| b.is_ascii_digit());
    let numeric =
        digits && key.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'_' | b':' | b'/' | b'.' | b'T' | b'Z' | b'W' | b'Q'));
    let hexadecimal = key.len() >= 16 && key.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    numeric || hexadecimal || key.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for key in [
            "2024-05-01",
            "17",
            "2024_W12",
            "2024-05-01T10:00:00.000Z",
            "507f1f77bcf86cd799439011",
            "a@example.com",
            "c56a4180-65aa-42ec-a945-5fd21dec0538",
        ] {
            assert!(is_data(key), "{key}");
        }
        for key in ["", "name", "address1", "q1", "_id", "a.b", "$x", "deadbeef", "TZ"] {
            assert!(!is_data(key), "{key}");
        }
    }
}
