//! What the head of a form, and of a part of it, says.

use percent_encoding::percent_decode_str;

/// What the head of a part says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name of the field.
    pub(crate) name: Option<String>,
    /// The name of the file, if it is one: whatever the client says, and never a path of ours.
    pub(crate) file: Option<String>,
}

/// The boundary that a content type names, if it is a form with files.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (essence, rest) = content_type.split_once(';')?;
    let parameters = parameters(rest);
    let boundary = parameters.into_iter().find(|(key, _)| key == "boundary").map(|(_, value)| value)?;
    let sound = (1..=70).contains(&boundary.len()) && boundary.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    (sound && essence.trim().eq_ignore_ascii_case("multipart/form-data")).then_some(boundary)
}

/// What the head of a part says; none if it is no head.
pub(super) fn part(head: &[u8]) -> Option<Part> {
    let head = std::str::from_utf8(head).ok()?;
    let mut part = None;
    // Behind a delimiter stands white space at most, up to the end of its line.
    let (padding, lines) = head.split_once("\r\n")?;
    if !padding.bytes().all(|b| b == b' ' || b == b'\t') {
        return None;
    }
    for line in lines.split("\r\n") {
        let (name, value) = line.split_once(':')?;
        if !name.eq_ignore_ascii_case("content-disposition") {
            continue;
        }
        let (_, rest) = value.split_once(';')?;
        let parameters = parameters(rest);
        let of = |wanted: &str| parameters.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.clone());
        let extended = of("filename*").and_then(|value| {
            let (charset, rest) = value.split_once('\'')?;
            let (_, encoded) = rest.split_once('\'')?;
            let text = percent_decode_str(encoded).decode_utf8().ok()?.into_owned();
            charset.eq_ignore_ascii_case("utf-8").then_some(text)
        });
        part = Some(Part { name: of("name"), file: extended.or_else(|| of("filename").map(|name| unescaped(&name))) });
    }
    part
}

/// Browsers write these three as `%XX`, and nothing else.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// `key=value` and `key="value"`, separated by semicolons.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_matches([' ', '\t', ';']).to_ascii_lowercase();
        let (value, after) = if let Some(quoted) = after.trim_start().strip_prefix('"') {
            unquoted(quoted)
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        found.push((key, value));
        rest = after;
    }
    found
}

/// What stands before the closing quote, and what stands behind it.
fn unquoted(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}
