//! What a schema is made of.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// What kind of relation a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableKind {
    /// A table that holds rows (a partitioned one included).
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A table of another server, seen through this one.
    ForeignTable,
    /// A table over files outside the database.
    ExternalTable,
    /// A table that stands for its parts on several servers.
    Distributed,
    /// Keys and values held for look-ups.
    Dictionary,
}

impl TableKind {
    /// The word in definitions and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::ForeignTable => "foreign_table",
            Self::ExternalTable => "external_table",
            Self::Distributed => "distributed",
            Self::Dictionary => "dictionary",
        }
    }
}

/// The head of a table, before its columns.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// The schema it is in.
    pub schema: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: TableKind,
    /// Its comment.
    pub comment: Option<&'a str>,
    /// The source's guess at its rows; no part of its identity.
    pub row_estimate: Option<i64>,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// The type in the source's own words.
    pub native_type: &'a str,
    /// The type in words that are the same for all sources.
    pub data_type: &'static str,
    /// Whether it may be null.
    pub nullable: bool,
    /// The expression of its default.
    pub default: Option<&'a str>,
    /// How its value comes about, if not by writing: `identity`, `stored` or `virtual`.
    pub generated: Option<&'static str>,
    /// Its comment.
    pub comment: Option<&'a str>,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ForeignKey<'a> {
    /// The columns here.
    pub columns: Vec<&'a str>,
    /// The schema it points into.
    pub schema: &'a str,
    /// The table it points to.
    pub table: &'a str,
    /// The columns there, in the same order.
    pub references: Vec<&'a str>,
}

/// A finished table: what travels down the prober's stream. Nobody above parses the body again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDefinition {
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
}

/// What is known when all tables have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Catalog {
    /// All visible schemas, empty ones too, sorted.
    pub schemas: Vec<String>,
    /// How many tables were sent.
    pub tables: u64,
    /// How many columns they have.
    pub columns: u64,
    /// Which caps left something out, sorted: `tables`, `columns`, `columns_per_table`, `table_bytes`, `catalog_bytes`, `text`, `names`.
    #[serde(deserialize_with = "reasons")]
    pub partial: Vec<&'static str>,
}

/// Every reason for which something is left out.
const REASONS: [&str; 10] =
    ["tables", "columns", "columns_per_table", "table_bytes", "catalog_bytes", "text", "names", "schemas", "databases", "comments"];

fn reasons<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<&'static str>, D::Error> {
    let known = |word: String| REASONS.into_iter().find(|reason| *reason == word).ok_or_else(|| D::Error::custom("not a reason"));
    Vec::<String>::deserialize(deserializer)?.into_iter().map(known).collect()
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
        let body = r#"{"schema":"s","table":"t \"é\"","columns":[1.0,1e2]}"#.to_owned();
        let (schema, name) = ("s".to_owned(), "t".to_owned());
        let table = TableDefinition { schema, name, kind: TableKind::View, hash: [7; 32], body, columns: 2, row_estimate: Some(-1) };
        let text = serde_json::to_string(&table).expect("json");
        assert!(text.contains(&format!("\"body\":{}", table.body)), "{text}");
        assert_eq!(serde_json::from_str::<TableDefinition>(&text).expect("a table"), table);
        assert!(serde_json::from_str::<TableDefinition>(&text.replace("1e2]", "1e2")).is_err());
    }

    #[test]
    fn reasons_are_words_of_ours() {
        let catalog = Catalog { partial: REASONS.to_vec(), ..Catalog::default() };
        let text = serde_json::to_string(&catalog).expect("json");
        assert_eq!(serde_json::from_str::<Catalog>(&text).expect("a catalog"), catalog);
        assert!(serde_json::from_str::<Catalog>(&text.replace("names", "<b>")).is_err());
    }
}
