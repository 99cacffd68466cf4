//! What a whole schema came to.

use serde::{Deserialize, Serialize};

use crate::namespace::Namespace;
use crate::note::Note;
use crate::words::words;

words! {
    /// What was left out, in the order of the words.
    Partial {
        /// Tables beyond the bytes of a catalog, or rows beyond the memory of a read.
        CatalogBytes = "catalog_bytes",
        /// Columns beyond those of a catalog.
        Columns = "columns",
        /// Columns beyond those of a table.
        ColumnsPerTable = "columns_per_table",
        /// Comments that could not be read.
        Comments = "comments",
        /// Databases that could not be read.
        Databases = "databases",
        /// Defaults that could not be read.
        Defaults = "defaults",
        /// Keys that could not be read.
        Keys = "keys",
        /// What has a name that is none, or one that two have.
        Names = "names",
        /// Schemas beyond the number of tables.
        Schemas = "schemas",
        /// Columns or keys beyond the bytes of a table.
        TableBytes = "table_bytes",
        /// Tables beyond those of a catalog, or that could not be read.
        Tables = "tables",
        /// Texts that were too long, or in no known encoding.
        Text = "text",
    }
}

/// The files of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// How many were looked at.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// What is known when all tables have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Catalog {
    /// All visible schemas, empty ones too, sorted.
    pub schemas: Vec<Namespace<'static>>,
    /// How many tables were sent.
    pub tables: u64,
    /// How many columns they have.
    pub columns: u64,
    /// What was left out, sorted.
    pub partial: Vec<Partial>,
    /// Which corners were left out or replaced: the first hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// How many such corners there were.
    #[serde(default, rename = "notesTotal", skip_serializing_if = "is_zero")]
    pub notes_total: u64,
    /// The files that it was made of, where it was made of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Files>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde wants")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::NoteCode;

    /// The order of the variants is what sorts a list of them.
    #[test]
    fn sorted_by_word() {
        assert!(Partial::ALL.is_sorted_by_key(|one| one.as_str()));
        assert!(Partial::ALL.is_sorted());
    }

    /// Summaries are stored and hashed as they are written.
    #[test]
    fn absent_members_are_not_written() {
        let mut catalog = Catalog {
            schemas: vec![Namespace::schema("s")],
            tables: 1,
            columns: 2,
            partial: vec![Partial::Columns, Partial::Text],
            ..Catalog::default()
        };
        let json = serde_json::to_string(&catalog).expect("JSON");
        assert_eq!(json, r#"{"schemas":["s"],"tables":1,"columns":2,"partial":["columns","text"]}"#);
        assert_eq!(serde_json::from_str::<Catalog>(&json).expect("a summary"), catalog);
        catalog.notes = vec![Note { code: NoteCode::TableUnreadable, object: "s.t".to_owned(), text: "why".into() }];
        catalog.notes_total = 7;
        let json = serde_json::to_string(&catalog).expect("JSON");
        assert!(json.ends_with(r#","notes":[{"code":"TABLE_UNREADABLE","object":"s.t","text":"why"}],"notesTotal":7}"#), "{json}");
        assert_eq!(serde_json::from_str::<Catalog>(&json).expect("a summary"), catalog);
    }
}
