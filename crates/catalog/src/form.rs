//! The version of the canonical form.

/// What every definition begins with. Another form is another number, and old definitions stay what they are until a sync reads
/// their tables again.
pub(crate) const OPENING: &str = "{\"v\":1,";

/// A definition as it is shown: without the version of its form, which is the business of whoever stores it. Definitions from before
/// there were versions are shown as they are.
pub fn shown(mut body: String) -> String {
    if body.starts_with(OPENING) {
        body.replace_range(1..OPENING.len(), "");
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_are_shown_alike() {
        let old = r#"{"schema":"s","table":"v","kind":"table","columns":[]}"#;
        assert_eq!(shown(old.to_owned()), old);
        assert_eq!(shown(old.replacen('{', OPENING, 1)), old);
    }
}
