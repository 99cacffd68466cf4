//! Where a table is: a schema, or a schema of a catalog.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What stands before a table's name: one level, or two. One level travels as its bare name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Form<'a>", from = "Form<'a>")]
pub struct Namespace<'a> {
    /// The level above the schema, where a source has one.
    pub catalog: Option<Cow<'a, str>>,
    /// The schema.
    pub schema: Cow<'a, str>,
}

impl<'a> Namespace<'a> {
    /// A schema of a source that has nothing above schemas.
    pub const fn schema(schema: &'a str) -> Self {
        Self { catalog: None, schema: Cow::Borrowed(schema) }
    }

    /// A schema of a catalog.
    pub const fn of(catalog: &'a str, schema: &'a str) -> Self {
        Self { catalog: Some(Cow::Borrowed(catalog)), schema: Cow::Borrowed(schema) }
    }

    /// The same with names of its own.
    pub fn into_owned(self) -> Namespace<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Namespace { catalog: self.catalog.map(own), schema: own(self.schema) }
    }

    /// Its parts.
    pub(crate) fn levels(&self) -> impl Iterator<Item = &str> {
        self.catalog.as_deref().into_iter().chain([&*self.schema])
    }

    /// The length of its longest part in bytes.
    pub(crate) fn longest(&self) -> usize {
        self.catalog.as_ref().map_or(0, |name| name.len()).max(self.schema.len())
    }

    /// Bytes of all parts.
    pub(crate) fn bytes(&self) -> usize {
        self.catalog.as_ref().map_or(0, |name| name.len()) + self.schema.len()
    }
}

impl<'a> From<&'a str> for Namespace<'a> {
    fn from(schema: &'a str) -> Self {
        Self::schema(schema)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Form<'a> {
    Schema(Cow<'a, str>),
    Both { catalog: Cow<'a, str>, schema: Cow<'a, str> },
}

impl<'a> From<Namespace<'a>> for Form<'a> {
    fn from(Namespace { catalog, schema }: Namespace<'a>) -> Self {
        match catalog {
            None => Self::Schema(schema),
            Some(catalog) => Self::Both { catalog, schema },
        }
    }
}

impl<'a> From<Form<'a>> for Namespace<'a> {
    fn from(form: Form<'a>) -> Self {
        match form {
            Form::Schema(schema) => Self { catalog: None, schema },
            Form::Both { catalog, schema } => Self { catalog: Some(catalog), schema },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_level_is_a_bare_name() {
        for (namespace, json) in [(Namespace::schema("s"), r#""s""#), (Namespace::of("c", "s"), r#"{"catalog":"c","schema":"s"}"#)] {
            assert_eq!(serde_json::to_string(&namespace).expect("JSON"), json);
            assert_eq!(serde_json::from_str::<Namespace<'_>>(json).expect("a namespace"), namespace);
        }
        assert!(Namespace::schema("z") < Namespace::of("a", "a"));
    }
}
