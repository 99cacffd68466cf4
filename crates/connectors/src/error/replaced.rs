//! Words in a sentence, replaced by others.

/// `text` with `to` wherever `from` stands as words of its own: a port is no part of a report.
pub(super) fn replaced(text: &str, from: &str, to: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once(from) {
        let inside = before.ends_with(char::is_alphanumeric) || behind.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if inside { from } else { to });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words() {
        for (text, wanted) in [
            ("check host and port", "check host and url"),
            ("port, report and ports; the port", "url, report and ports; the url"),
            ("", ""),
            ("Export porté port", "Export porté url"),
        ] {
            assert_eq!(replaced(text, "port", "url"), wanted);
        }
    }
}
