//! What a server sends, looked at before the driver sees it: the length of every message, and what its login would cost us.

use egress::{Objection, Watch};

/// No answer is longer: it is one document of at most 16 MiB, and what it is wrapped in.
pub(super) const FRAME_BYTES: usize = 17 << 20;

/// The head of every message: its length, two numbers, and what it is.
const HEAD: usize = 16;

/// What is read of a server before it has let us in is short.
const GREETING_BYTES: usize = 64 << 10;

/// A server tells the price of its login in its first message (asked for early) or in its second: later ones name none to the driver.
const GREETINGS: u32 = 2;

/// Where nobody logs in, the second message has documents already.
const GREETINGS_WITHOUT_LOGIN: u32 = 1;

/// Rounds of hashing that a login may ask for. Servers have 10,000 and 15,000.
const ROUNDS: u64 = 100_000;

/// The messages of one connection.
pub(super) struct Frames {
    /// How many more messages are short.
    greetings: u32,
    /// What has come of a head, or of a whole greeting.
    held: Vec<u8>,
    /// What is still to come of a message whose head was read.
    left: usize,
}

impl Frames {
    fn new(greetings: u32) -> Self {
        Self { greetings, held: Vec::new(), left: 0 }
    }

    /// For the gateway of a job that logs in.
    pub(super) fn watch() -> Box<dyn Watch> {
        Box::new(Self::new(GREETINGS))
    }

    /// For that of a job that does not: nothing that comes is a login's price.
    pub(super) fn watch_without_login() -> Box<dyn Watch> {
        Box::new(Self::new(GREETINGS_WITHOUT_LOGIN))
    }

    fn greets(&self) -> bool {
        self.greetings > 0
    }

    fn begin(&mut self) -> Result<(), Objection> {
        let length = self.held.first_chunk().map_or(-1, |bytes| i32::from_le_bytes(*bytes));
        let length = usize::try_from(length).ok().filter(|length| *length >= HEAD).ok_or(Objection::Protocol)?;
        if length > FRAME_BYTES || (self.greets() && length > GREETING_BYTES) {
            return Err(Objection::TooLarge);
        }
        self.left = length - HEAD;
        Ok(())
    }

    fn end(&mut self) -> Result<(), Objection> {
        let costly = self.greets() && is_costly(&self.held);
        self.held.clear();
        self.greetings = self.greetings.saturating_sub(1);
        if costly { Err(Objection::TooCostly) } else { Ok(()) }
    }
}

impl Watch for Frames {
    fn see(&mut self, mut bytes: &[u8]) -> Result<(), Objection> {
        while !bytes.is_empty() {
            if self.left == 0 {
                let (head, rest) = bytes.split_at(bytes.len().min(HEAD - self.held.len()));
                self.held.extend(head);
                bytes = rest;
                if self.held.len() < HEAD {
                    break;
                }
                self.begin()?;
            } else {
                let (part, rest) = bytes.split_at(bytes.len().min(self.left));
                if self.greets() {
                    self.held.extend(part);
                }
                self.left -= part.len();
                bytes = rest;
            }
            if self.left == 0 {
                self.end()?;
            }
        }
        Ok(())
    }
}

/// Whether a message holds what SCRAM's first answer ends with (`r=…,s=…,i=…`), and the number is beyond reason.
fn is_costly(message: &[u8]) -> bool {
    message.windows(3).enumerate().filter(|(_, window)| *window == b",i=").any(|(at, _)| {
        let digits = message[at + 3..].iter().skip_while(|b| matches!(b, b'+' | b'0')).take_while(|b| b.is_ascii_digit());
        digits.fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))) > ROUNDS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &[u8]) -> Vec<u8> {
        let length = i32::try_from(HEAD + body.len()).expect("short");
        [&length.to_le_bytes()[..], &[0; 12], body].concat()
    }

    /// Threat R4: whatever the pieces that it comes in, a login that would cost minutes is never begun.
    #[test]
    fn r4_rounds() {
        for (payload, objection) in [
            (&b"r=abc,s=c2FsdA==,i=15000\0"[..], None),
            (b"r=abc,s=c2FsdA==,i=100000", None),
            (b"r=abc,s=c2FsdA==,i=100001", Some(Objection::TooCostly)),
            (b"r=abc,s=c2FsdA==,i=+000100001", Some(Objection::TooCostly)),
            (b"r=abc,s=c2FsdA==,i=99999999999999999999999999", Some(Objection::TooCostly)),
        ] {
            for before in [0, 1] {
                for piece in [1, 5, 1_000] {
                    let all = [message(b"hello").repeat(before), message(payload)].concat();
                    let mut frames = Frames::new(GREETINGS);
                    let result = all.chunks(piece).try_for_each(|bytes| frames.see(bytes));
                    assert_eq!(result.err(), objection, "{before} {piece} {payload:?}");
                }
            }
        }
    }

    /// Threat R4: lengths beyond reason are cut at the head.
    #[test]
    fn r4_lengths() {
        let see = |before: usize, length: i32| {
            let mut frames = Frames::new(GREETINGS);
            frames.see(&message(b"").repeat(before)).expect("nothing to object to");
            frames.see(&[&length.to_le_bytes()[..], &[0; 12]].concat()).err()
        };
        assert_eq!(see(0, 65_536), None);
        assert_eq!(see(0, 65_537), Some(Objection::TooLarge));
        assert_eq!(see(2, 16 << 20), None);
        assert_eq!(see(2, 48 << 20), Some(Objection::TooLarge));
        assert_eq!(see(2, i32::MAX), Some(Objection::TooLarge));
        assert_eq!((see(0, 15), see(2, -1)), (Some(Objection::Protocol), Some(Objection::Protocol)));
        // Documents come at once where nobody logs in, and whatever is in them.
        let mut open = Frames::new(GREETINGS_WITHOUT_LOGIN);
        let documents = [vec![b' '; 100_000], b"r=a,s=b,i=999999999".to_vec()].concat();
        assert_eq!([message(b"hello"), message(&documents)].iter().map(|bytes| open.see(bytes).err()).collect::<Vec<_>>(), [None, None]);
        // What is no MongoDB: "HTTP" is a length.
        assert_eq!(Frames::new(GREETINGS).see(b"HTTP/1.1 400 Bad Request").err(), Some(Objection::TooLarge));
    }
}
