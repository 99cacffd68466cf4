//! One field, several spellings of its key.

use serde_json::Value;

/// A key without what spellings differ in: case, `_` and `-`.
pub fn fold(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// Two spellings of one field that say different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction<'a>(pub &'a str, pub &'a str);

/// Of a field's spellings, best first, the one that counts: the first with something in it, or else the first.
/// The others may repeat it or be blank, but not contradict it. `read` is what becomes of a value.
pub fn choose<'a>(
    spellings: &[(&'a str, &'a Value)],
    read: impl Fn(&Value) -> Value,
) -> Result<Option<(&'a str, &'a Value)>, Contradiction<'a>> {
    let blank = |value: &Value| value.is_null() || value.as_str().is_some_and(str::is_empty);
    let mut filled = spellings.iter().filter(|(_, value)| !blank(value));
    let Some((key, value)) = filled.next() else { return Ok(spellings.first().copied()) };
    let meant = read(value);
    match filled.find(|(_, other)| read(other) != meant) {
        Some((other, _)) => Err(Contradiction(key, other)),
        None => Ok(Some((key, value))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chosen<'a>(spellings: &[(&'a str, &'a Value)]) -> Result<Option<&'a str>, Contradiction<'a>> {
        choose(spellings, Value::clone).map(|found| found.map(|(key, _)| key))
    }

    #[test]
    fn the_first_that_says_something() {
        let (a, b, null, empty) = (json!("a"), json!("b"), Value::Null, json!(""));
        assert_eq!(chosen(&[]), Ok(None));
        assert_eq!(chosen(&[("x", &null), ("y", &empty)]), Ok(Some("x")));
        assert_eq!(chosen(&[("x", &null), ("y", &empty), ("z", &a)]), Ok(Some("z")));
        assert_eq!(chosen(&[("x", &a), ("y", &null), ("z", &a)]), Ok(Some("x")));
        assert_eq!(chosen(&[("x", &a), ("y", &a), ("z", &b)]), Err(Contradiction("x", "z")));
        assert!(choose(&[("x", &a), ("y", &b)], |_| Value::Null).is_ok(), "what becomes of them is the same");
    }
}
