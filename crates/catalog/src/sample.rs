//! What a sample of rows showed: kept beside a definition, and no part of its hash, because the next sample shows something else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data_type::DataType;

/// How often a field was seen in a sample, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// In how many rows it was there: in none of them if it is known from before.
    pub present: u64,
    /// How many of its values were of each type.
    pub types: BTreeMap<DataType, u64>,
}

/// One field of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSample {
    /// The position of its column in the definition.
    pub position: u32,
    /// What was seen.
    #[serde(flatten)]
    pub seen: Seen,
}

/// The sample that a definition was made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// How many rows were looked at.
    pub rows: u64,
    /// Each field, in the order of the columns.
    pub fields: Vec<FieldSample>,
}
