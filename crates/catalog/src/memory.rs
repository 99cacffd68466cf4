//! What tables were the last time they were read: for sources that declare no schema, where the next sample may miss a field.

use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

use crate::error::Error;

/// Asks for the definition that a table had.
#[derive(Debug)]
pub struct Recall {
    /// Its schema's name.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Where the definition goes: an empty one if there was none, and none if nobody can say.
    pub answer: oneshot::Sender<Option<String>>,
}

/// A column, or a field inside of one, that a table had.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownField {
    /// Its name.
    pub name: String,
    /// The names that lead to it, its own last; empty for a column of the table.
    #[serde(default)]
    pub path: Vec<String>,
    /// Its type in the source's own words.
    pub native_type: String,
    /// Whether it could be null.
    pub nullable: bool,
}

#[derive(Deserialize)]
struct Body {
    columns: Vec<KnownField>,
}

/// Whoever knows the definitions from before, if anybody does.
#[derive(Debug, Clone, Default)]
pub struct Memory(Option<mpsc::Sender<Recall>>);

impl Memory {
    /// One that is asked through `asked`.
    pub fn new(asked: mpsc::Sender<Recall>) -> Self {
        Self(Some(asked))
    }

    /// The fields that a table had, outer ones before inner ones.
    pub async fn fields(&self, schema: &str, table: &str) -> Result<Vec<KnownField>, Error> {
        let Some(asked) = &self.0 else { return Ok(Vec::new()) };
        let (answer, answered) = oneshot::channel();
        let recall = Recall { schema: schema.to_owned(), table: table.to_owned(), answer };
        asked.send(recall).await.map_err(|_| Error::Gone)?;
        let body = answered.await.ok().flatten().ok_or(Error::Gone)?;
        // A definition in another form tells nothing.
        Ok(serde_json::from_str::<Body>(&body).map(|body| body.columns).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_known_and_what_cannot_be_told() {
        assert_eq!(Memory::default().fields("s", "t").await, Ok(Vec::new()));
        let (asked, mut recalls) = mpsc::channel(1);
        let memory = Memory::new(asked);
        let body =
            r#"{"v":1,"schema":"s","table":"t","columns":[{"name":"a","position":1,"nativeType":"int","type":"integer","nullable":true}]}"#;
        tokio::spawn(async move {
            for answer in [Some(body), Some(""), Some("{}"), None] {
                let recall: Recall = recalls.recv().await.expect("asked");
                assert_eq!((recall.schema.as_str(), recall.table.as_str()), ("s", "t"));
                let _ = recall.answer.send(answer.map(str::to_owned));
            }
        });
        let known = KnownField { name: "a".to_owned(), path: Vec::new(), native_type: "int".to_owned(), nullable: true };
        assert_eq!(memory.fields("s", "t").await, Ok(vec![known]));
        for _ in 0..2 {
            assert_eq!(memory.fields("s", "t").await, Ok(Vec::new()));
        }
        // Not to be taken for a table that had no fields: its definition would become another one.
        assert_eq!(memory.fields("s", "t").await, Err(Error::Gone));
    }
}
