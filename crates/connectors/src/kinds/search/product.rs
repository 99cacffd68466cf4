//! Which of the two products answers, and in which version: by the members of the root answer.

use egress::Step;
use serde::Deserialize;

use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::Scalar;
use crate::server::{ServerInfo, major, version_number};

/// What answers is the product of the kind, in a version that is read.
pub(super) const STEP: Step = Step::new("product");

/// The first version of Elasticsearch whose mappings have no types in them.
const OLDEST: u32 = 7;

/// The two products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Elasticsearch,
    OpenSearch,
}

/// The root answer, as far as it matters.
#[derive(Deserialize)]
pub(super) struct Root {
    version: Version,
}

#[derive(Deserialize)]
struct Version {
    number: Scalar,
    /// `OpenSearch` alone has it, also where it gives itself out for Elasticsearch 7.10.
    #[serde(default)]
    distribution: Option<Scalar>,
    /// Elasticsearch alone has it.
    #[serde(default)]
    build_flavor: Option<Scalar>,
}

impl Product {
    /// The name, for people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Elasticsearch => "Elasticsearch",
            Self::OpenSearch => "OpenSearch",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Elasticsearch => "elasticsearch",
            Self::OpenSearch => "opensearch",
        }
    }

    /// What has to be granted for a read, in the product's own words.
    pub(super) fn privileges(self) -> &'static str {
        match self {
            Self::Elasticsearch => "give the user's role the privilege view_index_metadata on the indices",
            Self::OpenSearch => "allow the user's role indices:admin/resolve/index and indices:admin/mappings/get on the indices",
        }
    }

    /// What has to be granted for a list.
    pub(super) fn privileges_to_list(self) -> &'static str {
        match self {
            Self::Elasticsearch => self.privileges(),
            // As it is set up at first its security plug-in refuses a list of which some may not be seen.
            Self::OpenSearch => {
                "allow the user's role indices:admin/resolve/index and indices:admin/mappings/get on all indices (*), or on some, with \
                 do_not_fail_on_forbidden: true in the security plug-in's configuration"
            }
        }
    }

    /// What answers, if it is this product. Without a root answer (not everybody may see it) it is taken for granted.
    pub(super) fn check(self, root: Option<Root>) -> Result<ServerInfo, ConnectError> {
        let Some(Root { version }) = root else { return Ok(ServerInfo::new(self.title(), String::new())) };
        let text = |value: Option<Scalar>| value.and_then(Scalar::into_text).unwrap_or_default();
        let number = version_number(&text(Some(version.number)));
        let flavor = text(version.build_flavor);
        let found = match &*text(version.distribution) {
            "opensearch" => Self::OpenSearch,
            "" if !flavor.is_empty() => Self::Elasticsearch,
            _ => return Err(K::Protocol.into()),
        };
        let other = |remedy: String| Err(ConnectError::from(K::OtherProduct).with_remedy(remedy));
        if found != self {
            return other(format!("the server is {}: set datasourceType to {}", found.title(), found.kind()));
        }
        if found == Self::Elasticsearch && major(&number) < OLDEST {
            return other(format!("the server is Elasticsearch {number}: version {OLDEST} or later is needed"));
        }
        let title = if &*flavor == "serverless" { "Elasticsearch Serverless" } else { self.title() };
        Ok(ServerInfo::new(title, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_versions() {
        let (elastic, open) = (Product::Elasticsearch, Product::OpenSearch);
        for (version, product, wanted) in [
            (r#"{"number":"7.17.28","build_flavor":"default"}"#, elastic, Ok(("Elasticsearch", "7.17.28"))),
            (r#"{"number":"7.10.2","build_flavor":"oss"}"#, elastic, Ok(("Elasticsearch", "7.10.2"))),
            (r#"{"number":"9.2.0-SNAPSHOT","build_flavor":"default"}"#, elastic, Ok(("Elasticsearch", "9.2.0"))),
            (r#"{"number":"8.11.0","build_flavor":"serverless"}"#, elastic, Ok(("Elasticsearch Serverless", "8.11.0"))),
            (r#"{"number":"6.8.23","build_flavor":"default"}"#, elastic, Err(K::OtherProduct)),
            (r#"{"number":"2.19.1","distribution":"opensearch"}"#, open, Ok(("OpenSearch", "2.19.1"))),
            (r#"{"number":"7.10.2","distribution":"opensearch"}"#, open, Ok(("OpenSearch", "7.10.2"))),
            (r#"{"number":"2.19.1","distribution":"opensearch"}"#, elastic, Err(K::OtherProduct)),
            (r#"{"number":"8.19.3","build_flavor":"default"}"#, open, Err(K::OtherProduct)),
            (r#"{"number":"8.19.3","distribution":"other"}"#, open, Err(K::Protocol)),
            (r#"{"number":"8.19.3"}"#, elastic, Err(K::Protocol)),
            (r#"{"number":{"a":1},"build_flavor":"default"}"#, elastic, Err(K::OtherProduct)),
        ] {
            let root = serde_json::from_str(&format!(r#"{{"version":{version},"tagline":"x"}}"#)).expect(version);
            let found = product.check(Some(root));
            let found = found.as_ref().map(|info| (info.product.as_str(), info.version.as_str())).map_err(|error| error.kind);
            assert_eq!(found, wanted, "{version}");
        }
        assert_eq!(open.check(None).expect("taken for granted").version, "");
    }
}
