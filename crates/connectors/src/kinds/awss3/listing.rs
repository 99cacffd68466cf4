//! The keys of a bucket, page by page.

use aws_sdk_s3::types::EncodingType;
use catalog::{CatalogWriter, ENTRY_BYTES, Note, NoteCode, Partial};
use percent_encoding::percent_decode_str;

use super::connection::S3Connection;
use super::error::of_call;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::files::{Object, is_data};
use crate::rest::aws::patient;

/// The objects with data whose keys begin with the prefix, in the order of the keys.
pub(super) async fn objects(connection: &S3Connection, out: &mut CatalogWriter) -> Result<Vec<Object>, ConnectError> {
    let S3Connection { client, bucket, prefix, .. } = connection;
    let held = out.hold();
    let (mut found, mut next) = (Vec::new(), None::<String>);
    loop {
        // Keys may hold characters that XML cannot.
        let send = || {
            let list = client.list_objects_v2().bucket(bucket).encoding_type(EncodingType::Url);
            list.set_prefix(Some(prefix.clone()).filter(|p| !p.is_empty())).set_continuation_token(next.clone()).send()
        };
        let page = patient(send).await.map_err(|error| of_call("s3:ListBucket", &error))?;
        let encoded = page.encoding_type() == Some(&EncodingType::Url);
        for object in page.contents() {
            let key = object.key().unwrap_or_default();
            let Some(key) = (if encoded { decoded(key) } else { Some(key.to_owned()) }) else {
                out.left_out(Partial::Names);
                out.note(Note::new(NoteCode::TextReplaced, key, "its key is no UTF-8, and it was passed over"));
                continue;
            };
            let object = Object { key, size: object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or(0) };
            // A server that does not keep to the prefix is not believed about the rest either.
            if !object.key.starts_with(prefix.as_str()) {
                return Err(ConnectErrorKind::Protocol.into());
            }
            if !is_data(&object, prefix) {
                continue;
            }
            if !held.takes(ENTRY_BYTES + object.key.len()) {
                out.left_out(Partial::CatalogBytes);
                return Ok(found);
            }
            found.push(object);
        }
        match page.next_continuation_token.filter(|token| !token.is_empty() && page.is_truncated == Some(true)) {
            None => break,
            Some(token) if next.as_ref() == Some(&token) => return Err(ConnectErrorKind::Protocol.into()),
            token => next = token,
        }
    }
    found.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    // A bucket that changes while it is listed may name an object twice.
    found.dedup_by(|one, other| one.key == other.key);
    Ok(found)
}

/// A key as S3 encodes it in a list: a plus is a blank.
fn decoded(key: &str) -> Option<String> {
    let blanks = key.replace('+', " ");
    percent_decode_str(&blanks).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for (encoded, key) in [("a%2Bb+c", "a+b c"), ("a/b%0A", "a/b\n"), ("%E6%97%A5", "日"), ("100%25", "100%")] {
            assert_eq!(decoded(encoded).as_deref(), Some(key), "{encoded}");
        }
        assert_eq!(decoded("%FF"), None);
    }
}
