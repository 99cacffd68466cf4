//! Collects a schema under caps and sends each table, once finished, down the stream.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use egress::{Deadline, Limits};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::json::{member, string, strings};
use super::model::{Catalog, Column, ForeignKey, Table, TableDefinition, TableKind};
use crate::error::{ConnectError, ConnectErrorKind};

/// Names longer than this (bytes) are no names that any system gives.
pub(super) const NAME_BYTES: usize = 1_024;

struct Current {
    schema: String,
    name: String,
    kind: TableKind,
    row_estimate: Option<i64>,
    body: String,
    columns: u32,
    primary_key: String,
    foreign_keys: String,
}

/// Takes tables column by column; memory holds one table at a time.
pub struct CatalogBuilder {
    out: mpsc::Sender<TableDefinition>,
    deadline: Deadline,
    limits: Limits,
    schemas: BTreeSet<String>,
    partial: BTreeSet<&'static str>,
    tables: u64,
    columns: u64,
    bytes: usize,
    current: Option<Current>,
    /// The schemas to read; none for all.
    only: Option<BTreeSet<String>>,
}

impl CatalogBuilder {
    /// A builder that sends finished tables to `out`.
    pub fn new(out: mpsc::Sender<TableDefinition>, deadline: Deadline, limits: Limits) -> Self {
        Self {
            out,
            deadline,
            limits,
            schemas: BTreeSet::new(),
            partial: BTreeSet::new(),
            tables: 0,
            columns: 0,
            bytes: 0,
            current: None,
            only: None,
        }
    }

    /// The same for some schemas only: the others are passed over, and nothing is partial for it.
    #[must_use]
    pub fn only(self, schemas: BTreeSet<String>) -> Self {
        Self { only: Some(schemas), ..self }
    }

    /// By when the schema must have been read.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Notes a visible schema, whether or not it has tables.
    pub fn schema(&mut self, name: &str) {
        if self.out_of_scope(name) {
        } else if name.len() > NAME_BYTES {
            self.partial.insert("names");
        } else if self.schemas.len() >= self.limits.tables && !self.schemas.contains(name) {
            self.partial.insert("schemas");
        } else {
            self.schemas.insert(name.to_owned());
        }
    }

    /// Marks the catalog partial: the connector itself left something out.
    pub fn left_out(&mut self, reason: &'static str) {
        self.partial.insert(reason);
    }

    /// Sends the table before, and begins another; false if a cap leaves it out (its columns are then passed over).
    pub async fn table(&mut self, table: Table<'_>) -> Result<bool, ConnectError> {
        self.end_table().await?;
        if self.out_of_scope(table.schema) {
            return Ok(false);
        }
        let reason = if table.name.len() > NAME_BYTES || table.schema.len() > NAME_BYTES {
            Some("names")
        } else if self.tables >= self.limits.tables as u64 {
            Some("tables")
        } else if self.bytes >= self.limits.catalog_bytes {
            Some("catalog_bytes")
        } else if self.columns >= self.limits.columns as u64 {
            Some("columns")
        } else {
            None
        };
        if let Some(reason) = reason {
            self.partial.insert(reason);
            return Ok(false);
        }
        let mut body = String::with_capacity(2_048);
        member(&mut body, "{\"schema\":", Some(table.schema));
        member(&mut body, ",\"table\":", Some(table.name));
        member(&mut body, ",\"kind\":", Some(table.kind.as_str()));
        let comment = self.cut(table.comment);
        member(&mut body, ",\"comment\":", comment);
        body.push_str(",\"columns\":[");
        let (schema, name) = (table.schema.to_owned(), table.name.to_owned());
        self.current = Some(Current {
            schema,
            name,
            kind: table.kind,
            row_estimate: table.row_estimate,
            body,
            columns: 0,
            primary_key: String::new(),
            foreign_keys: String::new(),
        });
        Ok(true)
    }

    /// Adds a column to the table that was begun; positions count from 1.
    pub fn column(&mut self, column: Column<'_>) {
        let default = self.cut(column.default);
        let comment = self.cut(column.comment);
        let native_type = self.cut(Some(column.native_type)).unwrap_or_default();
        let Some(current) = &mut self.current else { return };
        let before = current.body.len();
        let reason = if column.name.len() > NAME_BYTES {
            Some("names")
        } else if current.columns as usize >= self.limits.columns_per_table {
            Some("columns_per_table")
        } else if self.columns >= self.limits.columns as u64 {
            Some("columns")
        } else {
            let body = &mut current.body;
            if current.columns > 0 {
                body.push(',');
            }
            member(body, "{\"name\":", Some(column.name));
            // Writing to a string cannot fail.
            let _ = write!(body, ",\"position\":{}", current.columns + 1);
            member(body, ",\"nativeType\":", Some(native_type));
            member(body, ",\"type\":", Some(column.data_type));
            body.push_str(if column.nullable { ",\"nullable\":true" } else { ",\"nullable\":false" });
            member(body, ",\"default\":", default);
            member(body, ",\"generated\":", column.generated);
            member(body, ",\"comment\":", comment);
            body.push('}');
            (body.len() > self.limits.table_bytes).then_some("table_bytes")
        };
        if let Some(reason) = reason {
            current.body.truncate(before);
            self.partial.insert(reason);
        } else {
            current.columns += 1;
            self.columns += 1;
        }
    }

    /// Sets the primary key of the table that was begun.
    pub fn primary_key(&mut self, columns: &[&str]) {
        let Some(current) = &mut self.current else { return };
        if columns.iter().map(|name| name.len()).sum::<usize>() > self.limits.table_bytes {
            self.partial.insert("table_bytes");
            return;
        }
        current.primary_key = String::from(",\"primaryKey\":");
        strings(&mut current.primary_key, columns);
    }

    /// Sets the foreign keys of the table that was begun, in any order.
    pub fn foreign_keys(&mut self, mut keys: Vec<ForeignKey<'_>>) {
        let Some(current) = &mut self.current else { return };
        if keys.is_empty() {
            return;
        }
        keys.sort_by(|a, b| (&a.columns, a.schema, a.table).cmp(&(&b.columns, b.schema, b.table)));
        let out = &mut current.foreign_keys;
        out.push_str(",\"foreignKeys\":[");
        for (n, key) in keys.iter().enumerate() {
            // What is too long is thrown away below, so there is no use in making it longer.
            if out.len() > self.limits.table_bytes {
                break;
            }
            out.push_str(if n > 0 { ",{\"columns\":" } else { "{\"columns\":" });
            strings(out, &key.columns);
            out.push_str(",\"references\":{\"schema\":");
            string(out, key.schema);
            out.push_str(",\"table\":");
            string(out, key.table);
            out.push_str(",\"columns\":");
            strings(out, &key.references);
            out.push_str("}}");
        }
        out.push(']');
        if out.len() > self.limits.table_bytes {
            out.clear();
            self.partial.insert("table_bytes");
        }
    }

    /// Sends the last table and tells what the catalog came to.
    pub async fn finish(mut self) -> Result<Catalog, ConnectError> {
        self.end_table().await?;
        Ok(Catalog {
            schemas: self.schemas.into_iter().collect(),
            tables: self.tables,
            columns: self.columns,
            partial: self.partial.into_iter().collect(),
        })
    }

    async fn end_table(&mut self) -> Result<(), ConnectError> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let Current { schema, name, kind, row_estimate, mut body, columns, primary_key, foreign_keys } = current;
        body.push(']');
        body.push_str(&primary_key);
        body.push_str(&foreign_keys);
        body.push('}');
        self.tables += 1;
        self.bytes += body.len();
        let hash = Sha256::digest(body.as_bytes()).into();
        if !self.schemas.contains(&schema) {
            self.schema(&schema);
        }
        let table = TableDefinition { schema, name, kind, hash, body, columns, row_estimate };
        // The receiver goes away when the job was given up.
        self.out.send(table).await.map_err(|_| ConnectErrorKind::Internal.into())
    }

    fn out_of_scope(&self, schema: &str) -> bool {
        self.only.as_ref().is_some_and(|only| !only.contains(schema))
    }

    fn cut<'a>(&mut self, text: Option<&'a str>) -> Option<&'a str> {
        let text = text?;
        // The count of bytes settles it for nearly all texts.
        if text.len() <= self.limits.text_chars {
            return Some(text);
        }
        let Some((end, _)) = text.char_indices().nth(self.limits.text_chars) else { return Some(text) };
        self.partial.insert("text");
        Some(&text[..end])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const T: Table<'_> = Table { schema: "s", name: "t \"1\"", kind: TableKind::View, comment: Some("c\n"), row_estimate: Some(9) };
    const C: Column<'_> = Column {
        name: "id",
        native_type: "bigint",
        data_type: "integer",
        nullable: false,
        default: Some("1"),
        generated: None,
        comment: None,
    };

    async fn build(limits: Limits, work: impl AsyncFnOnce(&mut CatalogBuilder)) -> (Vec<TableDefinition>, Catalog) {
        let (out, mut tables) = mpsc::channel(64);
        let mut builder = CatalogBuilder::new(out, Deadline::after(Duration::from_secs(5)), limits);
        work(&mut builder).await;
        let catalog = builder.finish().await.expect("finish");
        let mut all = Vec::new();
        while let Some(table) = tables.recv().await {
            all.push(table);
        }
        (all, catalog)
    }

    #[tokio::test]
    async fn canonical_form() {
        let (tables, catalog) = build(Limits::default(), async |b| {
            b.schema("empty");
            b.table(T).await.expect("table");
            b.column(C);
            b.column(Column { name: "n", default: None, nullable: true, generated: Some("stored"), comment: Some("é"), ..C });
            b.primary_key(&["id"]);
            b.foreign_keys(vec![ForeignKey { columns: vec!["n"], schema: "s", table: "u", references: vec!["x"] }]);
            b.table(Table { name: "none", comment: None, kind: TableKind::Table, ..T }).await.expect("table");
        })
        .await;
        assert_eq!(
            tables[0].body,
            r#"{"schema":"s","table":"t \"1\"","kind":"view","comment":"c\n","columns":[{"name":"id","position":1,"nativeType":"bigint","type":"integer","nullable":false,"default":"1"},{"name":"n","position":2,"nativeType":"bigint","type":"integer","nullable":true,"generated":"stored","comment":"é"}],"primaryKey":["id"],"foreignKeys":[{"columns":["n"],"references":{"schema":"s","table":"u","columns":["x"]}}]}"#
        );
        serde_json::from_str::<serde_json::Value>(&tables[0].body).expect("json");
        assert_eq!(tables[0].hash, <[u8; 32]>::from(Sha256::digest(&tables[0].body)));
        assert_eq!(tables[1].body, r#"{"schema":"s","table":"none","kind":"table","columns":[]}"#);
        assert_eq!((catalog.schemas, catalog.tables, catalog.columns), (vec!["empty".to_owned(), "s".to_owned()], 2, 2));
        assert_eq!(catalog.partial, [""; 0]);
    }

    /// Threat R6: every cap cuts, says so, and leaves the rest sound.
    #[tokio::test]
    async fn r6_caps() {
        let base = Limits::default();
        for (limits, reason, tables, columns) in [
            (Limits { tables: 1, ..base }, "tables", 1, 3),
            (Limits { columns_per_table: 2, ..base }, "columns_per_table", 2, 4),
            (Limits { columns: 2, ..base }, "columns", 1, 2),
            (Limits { table_bytes: 200, ..base }, "table_bytes", 2, 2),
            (Limits { catalog_bytes: 100, ..base }, "catalog_bytes", 1, 3),
            (Limits { text_chars: 3, ..base }, "text", 2, 6),
        ] {
            let (sent, catalog) = build(limits, async |b| {
                for name in ["a", "b"] {
                    b.table(Table { name, comment: None, ..T }).await.expect("table");
                    for _ in 0..3 {
                        b.column(C);
                    }
                }
            })
            .await;
            assert!(catalog.partial.contains(&reason), "{reason}: {:?}", catalog.partial);
            assert_eq!((catalog.tables, catalog.columns), (tables, columns), "{reason}");
            assert_eq!(sent.len() as u64, tables, "{reason}");
            for table in sent {
                serde_json::from_str::<serde_json::Value>(&table.body).expect(reason);
            }
        }
        let long = "n".repeat(NAME_BYTES + 1);
        let (sent, catalog) = build(base, async |b| {
            assert!(!b.table(Table { name: &long, ..T }).await.expect("table"));
            b.column(C);
        })
        .await;
        assert_eq!((sent.len(), catalog.partial), (0, vec!["names"]));
    }
}
