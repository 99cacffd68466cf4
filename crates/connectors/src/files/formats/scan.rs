//! JSON, read without building it: what is met is told to a [`Shape`]. Never deeper than the limit, so never past the stack.

use super::super::inferred::FileLimits;
use super::shape::Shape;

/// Why a value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The text ends within it.
    Ends,
    /// It is no JSON.
    Wrong,
    /// It lies too deep.
    Deep,
    /// It has too many fields.
    Wide,
}

/// A place in a text.
pub(super) struct Scan<'a> {
    text: &'a str,
    pub(super) at: usize,
    limits: &'a FileLimits,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str, limits: &'a FileLimits) -> Self {
        Self { text, at: 0, limits }
    }

    /// The next byte that is no white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|b| b" \t\r\n".contains(b)).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes a byte if it is next.
    pub(super) fn takes(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Goes to the beginning of the next line; false if there is none.
    pub(super) fn next_line(&mut self) -> bool {
        let found = self.text[self.at..].find('\n');
        self.at = found.map_or(self.text.len(), |n| self.at + n + 1);
        found.is_some()
    }

    /// Reads a value into a shape.
    pub(super) fn value(&mut self, into: &mut Shape, depth: usize) -> Result<(), Broken> {
        if depth > self.limits.depth {
            return Err(Broken::Deep);
        }
        match self.peek().ok_or(Broken::Ends)? {
            b'{' => {
                self.at += 1;
                into.object();
                let mut position = 0;
                if self.takes(b'}') {
                    return Ok(());
                }
                loop {
                    if self.peek().ok_or(Broken::Ends)? != b'"' {
                        return Err(Broken::Wrong);
                    }
                    let key = self.string()?;
                    self.expect(b':')?;
                    let keys = if depth == 0 { self.limits.columns } else { self.limits.keys };
                    let member = into.member(&key, position, keys, depth == 0).ok_or(Broken::Wide)?;
                    self.value(member, depth + 1)?;
                    position += 1;
                    if self.takes(b'}') {
                        return Ok(());
                    }
                    self.expect(b',')?;
                }
            }
            b'[' => {
                self.at += 1;
                into.array();
                if self.takes(b']') {
                    return Ok(());
                }
                loop {
                    self.value(into.item(), depth + 1)?;
                    if self.takes(b']') {
                        return Ok(());
                    }
                    self.expect(b',')?;
                }
            }
            b'"' => {
                let text = self.string()?;
                into.scalar.quoted(&text);
                Ok(())
            }
            b't' => self.word("true").map(|()| into.scalar.boolean()),
            b'f' => self.word("false").map(|()| into.scalar.boolean()),
            b'n' => self.word("null").map(|()| into.scalar.null()),
            b'-' | b'0'..=b'9' => {
                let rest = &self.text[self.at..];
                let length = rest.bytes().take_while(|b| b.is_ascii_digit() || b"+-.eE".contains(b)).count();
                if length == rest.len() && depth > 0 {
                    return Err(Broken::Ends);
                }
                into.scalar.number(&rest[..length]);
                self.at += length;
                Ok(())
            }
            _ => Err(Broken::Wrong),
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        match self.peek() {
            None => Err(Broken::Ends),
            Some(there) if there == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(Broken::Wrong),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Broken> {
        let rest = &self.text[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(())
        } else if word.starts_with(rest) {
            Err(Broken::Ends)
        } else {
            Err(Broken::Wrong)
        }
    }

    fn string(&mut self) -> Result<String, Broken> {
        let rest = &self.text.as_bytes()[self.at..];
        let mut end = 1;
        loop {
            match rest.get(end).ok_or(Broken::Ends)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let raw = &self.text[self.at..=self.at + end];
        self.at += end + 1;
        if raw.contains('\\') { serde_json::from_str(raw).map_err(|_| Broken::Wrong) } else { Ok(raw[1..raw.len() - 1].to_owned()) }
    }
}
