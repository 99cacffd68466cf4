//! A row of results as JSON. Only texts are kept: no statement of ours asks for anything else.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::scalar::Scalar;

/// More values than any row of ours has.
const VALUES: usize = 64;

/// A row of text.
pub(crate) struct Row(Vec<Option<Box<str>>>);

impl Row {
    /// A value, if it is text.
    pub(crate) fn get(&self, column: usize) -> Option<&str> {
        self.0.get(column)?.as_deref()
    }

    /// A value that is never null.
    pub(crate) fn text(&self, column: usize) -> &str {
        self.get(column).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Row;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a row")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Row, A::Error> {
                let mut values = Vec::new();
                while values.len() < VALUES {
                    let Some(value) = list.next_element::<Scalar>()? else { return Ok(Row(values)) };
                    values.push(value.into_text());
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Row(values))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_kept() {
        let rows: Vec<Row> = serde_json::from_str(r#"[["a", null, 1, -1, 1.5, true, [1, [2]], {"b": {}}, "c"], []]"#).expect("rows");
        let found: Vec<_> = (0..10).map(|n| rows[0].get(n)).collect();
        assert_eq!(found, [Some("a"), None, None, None, None, None, None, None, Some("c"), None]);
        assert_eq!(rows[1].text(0), "");
        let wide = format!("[{}]", vec!["1"; 1_000].join(","));
        assert_eq!(serde_json::from_str::<Row>(&wide).expect("a row").0.len(), VALUES);
        assert!(serde_json::from_str::<Row>("{}").is_err());
    }
}
