//! Ranges of objects, by `GetObject`.

use std::ops::Range;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use bytes::Bytes;

use super::error::of_object;
use crate::error::ConnectErrorKind;
use crate::files::{FileError, FileSource, Object};
use crate::rest::aws::patient;

/// The objects of a bucket.
pub(super) struct Bucket {
    pub(super) client: Client,
    pub(super) name: String,
}

#[async_trait]
impl FileSource for Bucket {
    async fn read(&self, object: &Object, range: Range<u64>) -> Result<Bytes, FileError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let wanted = format!("bytes={}-{}", range.start, range.end - 1);
        let send = || self.client.get_object().bucket(&self.name).key(&object.key).range(&wanted).send();
        let answer = patient(send).await.map_err(|error| of_object(&error))?;
        // It was read whole before it came here.
        let body = answer.body.collect().await.map_err(|_| FileError::Failed(ConnectErrorKind::Protocol.into()))?;
        Ok(body.into_bytes())
    }
}
