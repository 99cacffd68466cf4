//! Records of a text and fields of a record (RFC 4180, and what is written in its place).

use std::borrow::Cow;

/// The records of a text. Lines end with LF, CRLF or CR; a quoted field may hold any of them.
pub(super) struct Records<'a> {
    rest: &'a str,
    delimiter: u8,
    /// Whether the text goes on after its end, so that the last record may be no whole one.
    open: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8, open: bool) -> Self {
        Self { rest: text, delimiter, open }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let (record, rest) = match end(self.rest.as_bytes(), self.delimiter) {
                Some((end, next)) => (&self.rest[..end], &self.rest[next..]),
                None if self.open => return None,
                None => (self.rest, ""),
            };
            self.rest = rest;
            if !record.trim().is_empty() {
                return Some(record);
            }
        }
    }
}

/// Where a record ends, and where the next one begins.
fn end(text: &[u8], delimiter: u8) -> Option<(usize, usize)> {
    let (mut quoted, mut begins) = (false, true);
    let mut first_line = None;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'"' if quoted => quoted = false,
            // A quote within a bare field is a character. One right after a quote goes on with the quoted field.
            b'"' if begins || (at > 0 && text[at - 1] == b'"') => quoted = true,
            b'\n' | b'\r' => {
                let found = (at, at + 1 + usize::from(*byte == b'\r' && text.get(at + 1) == Some(&b'\n')));
                if !quoted {
                    return Some(found);
                }
                first_line.get_or_insert(found);
            }
            _ => {}
        }
        begins = *byte == delimiter;
    }
    // A quote that never ends was none: else one would swallow all lines after it.
    if quoted { first_line } else { None }
}

/// The fields of a record, without their quotes.
pub(super) fn fields_of(record: &str, delimiter: u8) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = Some(record);
    std::iter::from_fn(move || {
        let text = rest?;
        let bytes = text.as_bytes();
        if bytes.first() == Some(&b'"') {
            let mut at = 1;
            while let Some(quote) = bytes[at..].iter().position(|b| *b == b'"').map(|n| n + at) {
                if bytes.get(quote + 1) == Some(&b'"') {
                    at = quote + 2;
                    continue;
                }
                let after = bytes[quote + 1..].iter().position(|b| *b == delimiter).map(|n| n + quote + 1);
                let value = text[1..quote].replace("\"\"", "\"");
                // What stands between the quote and the delimiter belongs to nobody's idea of a field: it is kept as it is.
                let tail = &text[quote + 1..after.unwrap_or(text.len())];
                rest = after.map(|n| &text[n + 1..]);
                return Some(if tail.trim().is_empty() { Cow::Owned(value) } else { Cow::Owned(value + tail) });
            }
        }
        let end = bytes.iter().position(|b| *b == delimiter);
        rest = end.map(|n| &text[n + 1..]);
        Some(Cow::Borrowed(&text[..end.unwrap_or(text.len())]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_ends_of_lines() {
        let text = "a,\"b\nc\",d\r\ne,\"x\"\"y\",\rf\n\n,g";
        let all: Vec<Vec<String>> = Records::new(text, b',', false).map(|r| fields_of(r, b',').map(Cow::into_owned).collect()).collect();
        assert_eq!(all, [vec!["a", "b\nc", "d"], vec!["e", "x\"y", ""], vec!["f"], vec!["", "g"]]);
        assert_eq!(Records::new("a\nb", b',', true).collect::<Vec<_>>(), ["a"]);
        assert_eq!(Records::new("a,\"b\nc\nd", b',', false).collect::<Vec<_>>(), ["a,\"b", "c", "d"]);
        assert_eq!(fields_of("5\" pipe,x", b',').collect::<Vec<_>>(), ["5\" pipe", "x"]);
    }
}
