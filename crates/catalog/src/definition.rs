//! A finished table: what travels to the store. Nobody above parses the body again.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::sample::Sample;
use crate::table::TableKind;

/// A table whole, under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDefinition {
    /// The level above its schema, where a source has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// The schema it is in.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// SHA-256 of `body`.
    pub hash: [u8; 32],
    /// Canonical JSON: fixed order of members, no white space. Travels as it is, byte for byte.
    #[serde(serialize_with = "as_it_is", deserialize_with = "as_it_was")]
    pub body: String,
    /// How many columns `body` has.
    pub columns: u32,
    /// The source's guess at its rows.
    pub row_estimate: Option<i64>,
    /// What it was sampled from, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

fn as_it_is<S: Serializer>(body: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(body).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

fn as_it_was<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Box::<str>::from(Box::<RawValue>::deserialize(deserializer)?).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody writes or parses a body again on its way through a pipe.
    #[test]
    fn bodies_travel_as_they_are() {
        let body = r#"{"v":1,"schema":"s","table":"t \"é\"","columns":[1.0,1e2]}"#.to_owned();
        let (catalog, schema, name) = (None, "s".to_owned(), "t".to_owned());
        let (kind, hash) = (TableKind::View, [7; 32]);
        let table = TableDefinition { catalog, schema, name, kind, hash, body, columns: 2, row_estimate: Some(-1), sample: None };
        let text = serde_json::to_string(&table).expect("json");
        assert!(text.contains(&format!("\"body\":{}", table.body)), "{text}");
        assert_eq!(serde_json::from_str::<TableDefinition>(&text).expect("a table"), table);
        assert!(serde_json::from_str::<TableDefinition>(&text.replace("1e2]", "1e2")).is_err());
    }
}
