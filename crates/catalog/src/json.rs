//! Writing canonical JSON straight into a string: members in a fixed order, no white space.

/// Appends `text` as a JSON string.
pub(crate) fn string(out: &mut String, text: &str) {
    // Names and types are nearly always plain: one scan, one copy.
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.reserve(text.len() + 2);
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Appends `,"key":` and the text, if there is one.
pub(crate) fn member(out: &mut String, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        out.push_str(key);
        string(out, text);
    }
}

/// Appends an array of strings.
pub(crate) fn strings(out: &mut String, all: &[&str]) {
    out.push('[');
    for (n, text) in all.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        string(out, text);
    }
    out.push(']');
}
