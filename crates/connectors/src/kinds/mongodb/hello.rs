//! The first word with a server, on a stream of our own: who it is, and which other members it names.

use egress::{BoxStream, Target};
use mongodb::bson::{RawDocument, rawdoc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::credentials::Seeds;
use crate::error::{ConnectError, ConnectErrorKind};

/// A greeting names a few dozen members at most.
const BYTES: usize = 64 << 10;

/// `OP_MSG`: head, four bytes of flags, one for the kind of section, a document.
const MESSAGE: u32 = 2013;
const BEFORE: usize = 21;

/// The protocol of MongoDB 4.2, below which the driver speaks to nobody.
const OLDEST: i32 = 8;

/// What a server says of itself to anybody.
pub(super) struct Hello {
    /// Whether it holds data and lets it be read.
    pub(super) readable: bool,
    /// The replica set that it is in.
    pub(super) set: Option<String>,
    /// The members that it names.
    pub(super) members: Vec<Target>,
}

/// Asks. A server behind a load balancer answers only to whom that is no news.
pub(super) async fn hello(mut stream: BoxStream, load_balanced: bool) -> Result<Hello, ConnectError> {
    let question = if load_balanced {
        rawdoc! {"isMaster": 1, "helloOk": true, "loadBalanced": true, "$db": "admin"}
    } else {
        rawdoc! {"isMaster": 1, "helloOk": true, "$db": "admin"}
    };
    let question = question.as_bytes();
    let length = u32::try_from(BEFORE + question.len()).unwrap_or(u32::MAX);
    let mut message = Vec::with_capacity(BEFORE + question.len());
    for number in [length, 1, 0, MESSAGE, 0] {
        message.extend(number.to_le_bytes());
    }
    message.push(0);
    message.extend(question);
    let closed = |_| ConnectError::from(ConnectErrorKind::Closed);
    stream.write_all(&message).await.map_err(closed)?;
    let length = stream.read_u32_le().await.map_err(closed)?;
    let length = usize::try_from(length).ok().filter(|length| (BEFORE..=BYTES).contains(length)).ok_or(ConnectErrorKind::Protocol)?;
    let mut rest = vec![0; length - 4];
    stream.read_exact(&mut rest).await.map_err(closed)?;
    read(&rest).ok_or(ConnectErrorKind::Protocol)?
}

fn read(answer: &[u8]) -> Option<Result<Hello, ConnectError>> {
    let is_message = answer.get(8..12)? == MESSAGE.to_le_bytes() && answer.get(16) == Some(&0);
    let document = RawDocument::from_bytes(answer.get(BEFORE - 4..)?).ok().filter(|_| is_message)?;
    let says = |name: &str| document.get_bool(name).unwrap_or(false);
    let number = |name: &str| document.get(name).ok().flatten().and_then(super::types::whole);
    if number("ok")? != 1 {
        return None;
    }
    if number("maxWireVersion").is_some_and(|version| version < i64::from(OLDEST)) {
        let error = ConnectError::from(ConnectErrorKind::Protocol).with_remedy("MongoDB 4.2 or later is needed".to_owned());
        return Some(Err(error));
    }
    let set = document.get_str("setName").ok().map(|name| name.chars().take(256).collect());
    let mut members = Vec::new();
    for list in ["hosts", "passives"] {
        let names = document.get_array(list).ok().into_iter().flatten().flatten().filter_map(mongodb::bson::RawBsonRef::as_str);
        // A name that is no host (a socket file, say) is nobody.
        members.extend(names.take(50).filter_map(Seeds::member));
    }
    let readable = !says("arbiterOnly") && (says("ismaster") || says("isWritablePrimary") || says("secondary"));
    Some(Ok(Hello { readable, set, members }))
}
