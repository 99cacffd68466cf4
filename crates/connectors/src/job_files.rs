//! The files of a job, as its connector sees them: names, sizes, and bytes on request. Where they lie is nobody's business here.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::sync::{mpsc, oneshot};

use crate::error::ConnectErrorKind;
use crate::files::{FileError, FileSource, Object};
use crate::job::{FileRange, JobFile};

/// Bytes that are asked for, and where they go.
pub(crate) struct Asked {
    pub(crate) want: FileRange,
    pub(crate) answer: oneshot::Sender<Option<Bytes>>,
}

/// The files of a job.
#[derive(Clone)]
pub struct JobFiles {
    objects: Arc<[Object]>,
    /// Where each stands in the list, by its name: no two have the same.
    places: Arc<HashMap<String, usize>>,
    asked: mpsc::Sender<Asked>,
}

impl JobFiles {
    /// Files, and what is asked for of them.
    pub(crate) fn new(list: Vec<JobFile>) -> (Self, mpsc::Receiver<Asked>) {
        let (asked, asked_for) = mpsc::channel(1);
        let places = list.iter().enumerate().map(|(n, file)| (file.name.clone(), n)).collect();
        let objects = list.into_iter().map(|JobFile { name, size }| Object { key: name, size }).collect();
        (Self { objects, places: Arc::new(places), asked }, asked_for)
    }

    /// The files in their order.
    pub(crate) fn objects(&self) -> &[Object] {
        &self.objects
    }
}

#[async_trait]
impl FileSource for JobFiles {
    async fn read(&self, object: &Object, range: Range<u64>) -> Result<Bytes, FileError> {
        let unavailable = || FileError::Failed(ConnectErrorKind::FilesUnavailable.into());
        let file = *self.places.get(&object.key).ok_or_else(unavailable)?;
        let end = range.end.min(object.size);
        let mut read = BytesMut::new();
        let mut from = range.start;
        while from < end {
            let bytes = usize::try_from(end - from).unwrap_or(FileRange::MOST).min(FileRange::MOST);
            let (answer, answered) = oneshot::channel();
            let asked = self.asked.send(Asked { want: FileRange { file, from, bytes }, answer }).await;
            asked.map_err(|_| unavailable())?;
            // What was taken in never changes: a file that is shorter now is not there whole, and nothing can be said of it.
            let piece = answered.await.ok().flatten().filter(|piece| piece.len() == bytes).ok_or_else(unavailable)?;
            read.extend_from_slice(&piece);
            from += bytes as u64;
        }
        Ok(read.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A range of any size comes in pieces that one message holds, and ends where the file does.
    #[tokio::test]
    async fn in_pieces() {
        let content: Vec<u8> = (0..=250).cycle().take(FileRange::MOST * 2 + 10).collect();
        let (files, mut asked) = JobFiles::new(vec![JobFile { name: "f".to_owned(), size: content.len() as u64 }]);
        let all = content.clone();
        tokio::spawn(async move {
            while let Some(Asked { want: FileRange { file, from, bytes }, answer }) = asked.recv().await {
                assert!(file == 0 && bytes <= FileRange::MOST);
                let from = usize::try_from(from).expect("small").min(all.len());
                let _ = answer.send(Some(Bytes::copy_from_slice(&all[from..(from + bytes).min(all.len())])));
            }
        });
        let object = &files.objects()[0];
        for range in [0..content.len(), 0..0, 5..6, 1..FileRange::MOST + 1, FileRange::MOST..content.len(), 10..content.len()] {
            let read = files.read(object, range.start as u64..range.end as u64).await.expect("bytes");
            assert!(read == content[range.clone()], "{range:?}");
        }
        let beyond = files.read(object, 3..content.len() as u64 * 2).await.expect("bytes");
        assert!(beyond == content[3..]);
    }

    /// Bytes that cannot be had, fewer than there were, a file of somebody else: each fails the job, and none is an empty file.
    #[tokio::test]
    async fn bytes_that_cannot_be_had_fail_the_job() {
        let (files, mut asked) = JobFiles::new(vec![JobFile { name: "f".to_owned(), size: 4 }]);
        tokio::spawn(async move {
            for piece in [None, Some(Bytes::from_static(b"abc")), Some(Bytes::new())] {
                let _ = asked.recv().await.expect("asked").answer.send(piece);
            }
        });
        let failed = FileError::Failed(ConnectErrorKind::FilesUnavailable.into());
        for _ in 0..4 {
            assert_eq!(files.read(&files.objects()[0], 0..4).await, Err(failed.clone()));
        }
        let other = Object { key: "g".to_owned(), size: 4 };
        assert_eq!(files.read(&other, 0..4).await, Err(failed));
    }
}
