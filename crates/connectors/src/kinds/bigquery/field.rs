//! A column as the API has it. What a new type or mode would bring is text here, so nothing fails on it.

use serde::Deserialize;

use crate::rest::Scalar;

/// One column, or a field of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) mode: Option<String>,
    pub(super) description: Option<String>,
    pub(super) default_value_expression: Option<String>,
    pub(super) max_length: Option<Scalar>,
    pub(super) precision: Option<Scalar>,
    pub(super) scale: Option<Scalar>,
    pub(super) range_element_type: Option<Element>,
    #[serde(default)]
    pub(super) fields: Vec<Field>,
}

/// What a range is of.
#[derive(Deserialize)]
pub(super) struct Element {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
}

impl Field {
    /// Whether it has this mode.
    pub(super) fn is_mode(&self, mode: &str) -> bool {
        self.mode.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(mode))
    }

    /// Whether it is a list.
    pub(super) fn is_repeated(&self) -> bool {
        self.is_mode("REPEATED")
    }
}
