//! The HTTP path of a Databricks SQL warehouse.

use std::str::FromStr;

use super::form::form;

/// The longest ID that is taken; they have sixteen digits.
const ID_BYTES: usize = 64;

/// `/sql/1.0/warehouses/ID`, `/sql/1.0/endpoints/ID` as it was called before, or the bare ID.
#[derive(Debug, Clone)]
pub(crate) struct WarehousePath(String);

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WarehousePathError {
    /// It is the path of a cluster: those take no statements by REST.
    Cluster,
    /// It is no such path.
    Grammar,
}

form!(WarehousePath, "x-warehouse-path", |text| {
    text.parse().map_err(|error| match error {
        WarehousePathError::Cluster => "is the path of a cluster; give the one of a SQL warehouse (/sql/1.0/warehouses/ID)",
        WarehousePathError::Grammar => "must be the HTTP path of a SQL warehouse (/sql/1.0/warehouses/ID) or its ID",
    })
});

impl FromStr for WarehousePath {
    type Err = WarehousePathError;

    fn from_str(text: &str) -> Result<Self, WarehousePathError> {
        let text = text.trim();
        let path = text.trim_start_matches('/').trim_end_matches('/');
        if path.starts_with("sql/protocolv1/") {
            return Err(WarehousePathError::Cluster);
        }
        let id = ["sql/1.0/warehouses/", "sql/1.0/endpoints/"].iter().find_map(|start| path.strip_prefix(start)).unwrap_or(path);
        let sound = (1..=ID_BYTES).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if sound { Ok(Self(id.to_owned())) } else { Err(WarehousePathError::Grammar) }
    }
}

impl WarehousePath {
    /// The ID.
    pub(crate) fn id(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_ids() {
        for text in ["/sql/1.0/warehouses/1234567890abcdef", "sql/1.0/endpoints/1234567890abcdef/", " 1234567890abcdef "] {
            assert_eq!(text.parse::<WarehousePath>().expect(text).id(), "1234567890abcdef");
        }
        assert_eq!("sql/protocolv1/o/1234/0123-456789-abcd".parse::<WarehousePath>().err(), Some(WarehousePathError::Cluster));
        for text in ["", "/", "/sql/1.0/warehouses/", "/sql/1.0/warehouses/a/b", "../../x", "a?b=c", "a%2fb", "/sql/2.0/warehouses/a", "é"]
        {
            assert_eq!(text.parse::<WarehousePath>().err(), Some(WarehousePathError::Grammar), "{text}");
        }
        assert!("a".repeat(65).parse::<WarehousePath>().is_err());
    }
}
