//! All kinds in one constant table.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::connector::{BoundSource, Connector, Source};
use crate::credentials::{CredentialsSchema, Parsed, Rule, Violation};
use crate::kinds;

static ENTRIES: [Entry; 8] = [
    Entry::of::<kinds::Postgres>(),
    Entry::of::<kinds::Redshift>(),
    Entry::of::<kinds::CockroachDb>(),
    Entry::of::<kinds::MySql>(),
    Entry::of::<kinds::ClickHouse>(),
    Entry::of::<kinds::SingleStore>(),
    Entry::of::<kinds::SqlServer>(),
    Entry::of::<kinds::Trino>(),
];

/// One kind: plain function pointers, so that the table is a constant.
pub struct Entry {
    /// `datasourceType`
    pub kind: &'static str,
    /// The name of the product.
    pub title: &'static str,
    /// Credentials as a user would send them, without `name`.
    pub example: &'static str,
    schema: LazyLock<CredentialsSchema>,
    bind: fn(Value) -> Result<Box<dyn Source>, Violation>,
}

impl Entry {
    const fn of<C: Connector>() -> Self {
        Self {
            kind: C::KIND,
            title: C::TITLE,
            example: C::EXAMPLE,
            schema: LazyLock::new(CredentialsSchema::of::<C::Credentials>),
            bind: bind::<C>,
        }
    }

    /// The JSON Schema of the credentials, without `name`.
    pub fn schema(&self) -> &Value {
        self.schema.json()
    }

    /// Brings credentials to canonical form and checks them; the first failure is the one reported.
    pub fn parse(&self, credentials: &Map<String, Value>) -> Result<Parsed, Violation> {
        self.schema.parse(credentials)
    }

    /// Binds credentials in canonical form ([`Parsed::canonical`]) to their connector.
    pub fn bind(&self, canonical: Value) -> Result<Box<dyn Source>, Violation> {
        (self.bind)(canonical)
    }
}

fn bind<C: Connector>(canonical: Value) -> Result<Box<dyn Source>, Violation> {
    // serde's own text may hold the value at fault: it is never passed on.
    let credentials = serde_json::from_value(canonical).map_err(|_| Violation::whole(Rule::Unreadable))?;
    Ok(Box::new(BoundSource::<C>(credentials)))
}

/// The kinds there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Registry;

impl Registry {
    /// Every kind that has a connector.
    pub fn entries(self) -> &'static [Entry] {
        &ENTRIES
    }

    /// The connector of a kind.
    pub fn find(self, kind: &str) -> Option<&'static Entry> {
        ENTRIES.iter().find(|entry| entry.kind == kind)
    }
}
