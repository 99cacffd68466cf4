//! Frames on a pipe: four bytes of length, then JSON.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The longest frame. A longer one is garbage: a table has a few megabytes at most, a list of schemas some dozen.
const FRAME_BYTES: usize = 64 << 20;

/// Room for what is usual, so that a frame with secrets does not grow and leave copies behind.
const ROOM: usize = 8 << 10;

/// The length that stands before a frame.
pub(super) const HEAD: usize = 4;

/// A message as a frame. `room` is how much is expected beyond the usual.
pub(super) fn encode(message: &impl Serialize, room: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut frame = Zeroizing::new(Vec::with_capacity(ROOM + room));
    frame.extend_from_slice(&[0; HEAD]);
    serde_json::to_writer(&mut *frame, message)?;
    let length = frame.len() - HEAD;
    let head = u32::try_from(length).ok().filter(|_| length <= FRAME_BYTES);
    let head = head.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a frame is too long"))?;
    frame[..HEAD].copy_from_slice(&head.to_be_bytes());
    Ok(frame)
}

/// The length that a head says, if a frame can have it.
pub(super) fn length(head: [u8; HEAD]) -> io::Result<u64> {
    let length = u32::from_be_bytes(head);
    let sound = (1..=FRAME_BYTES).contains(&usize::try_from(length).unwrap_or(usize::MAX));
    if sound { Ok(length.into()) } else { Err(io::Error::new(io::ErrorKind::InvalidData, "not the length of a frame")) }
}

/// The message of a frame, without its head.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    // serde's own text may hold what it could not read: it goes nowhere.
    serde_json::from_slice(body).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not a message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let frame = encode(&vec!["a", "é"], 0).expect("a frame");
        let head: [u8; HEAD] = frame[..HEAD].try_into().expect("four bytes");
        assert_eq!(length(head).expect("a length"), (frame.len() - HEAD) as u64);
        assert_eq!(decode::<Vec<String>>(&frame[HEAD..]).expect("a message"), ["a", "é"]);
    }

    #[test]
    fn garbage() {
        assert!(length([0; HEAD]).is_err() && length(*b"garb").is_err() && length([0xff; HEAD]).is_err());
        for body in [&b""[..], b"{}", b"[\"a\"", b"[\xff]"] {
            assert!(decode::<Vec<String>>(body).is_err());
        }
        assert!(encode(&"x".repeat(FRAME_BYTES), FRAME_BYTES).is_err());
    }
}
