//! Elasticsearch and `OpenSearch` over their one REST interface
//! (<https://www.elastic.co/docs/api/doc/elasticsearch/>, <https://docs.opensearch.org/latest/api-reference/>).
//!
//! The one address that was given is asked and no other: what a cluster publishes of its nodes is never looked at.

mod chunks;
mod cluster;
mod columns;
mod complete;
mod connection;
mod credentials;
mod error;
mod field;
mod introspect;
mod listing;
mod mapping;
mod method;
mod open;
mod product;
mod resolved;
mod rows;
mod types;
mod union;
mod words;

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Plan, Share, Step};

use self::connection::SearchConnection;
use self::credentials::SearchCredentials;
use self::product::Product;
use crate::connector::Connector;
use crate::error::{ConnectError, Renamed};
use crate::exposure::Exposure;
use crate::kind::{About, Kind};
use crate::route::{LONG, Route, Way};
use crate::server::ServerInfo;

/// The connector, of the one product or of the other.
struct Search<const OPEN: bool>;

#[async_trait]
impl<const OPEN: bool> Connector for Search<OPEN> {
    type Credentials = SearchCredentials;
    type Connection = SearchConnection;

    fn route(credentials: &SearchCredentials) -> Route {
        credentials.route()
    }

    fn exposure(credentials: &SearchCredentials) -> Option<Exposure> {
        credentials.exposure()
    }

    fn plan(_: &SearchCredentials, way: Plan) -> Plan {
        way.then_within(Step::AUTHENTICATE, LONG).then(product::STEP).then(Step::LIST).then_within(Step::READ, Share::Rest)
    }

    async fn open(credentials: &SearchCredentials, way: &Way) -> Result<(SearchConnection, ServerInfo), ConnectError> {
        let product = if OPEN { Product::OpenSearch } else { Product::Elasticsearch };
        open::open(product, credentials, way).await.map_err(|error| credentials.words(product).worded(error))
    }

    async fn introspect(connection: &mut SearchConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let words = connection.words;
        introspect::introspect(connection, out).await.map_err(|error| words.worded(error))
    }
}

// Words of failures that come from no part of the kind: those of its own have more to say.
const RENAMED: Renamed =
    &[("host and port", "serverUrl"), ("host, port", "serverUrl"), ("host", "serverUrl"), ("port", "serverUrl"), ("sslMode", "serverUrl")];

/// `elasticsearch`
pub(crate) static ELASTICSEARCH: Kind = Kind::new::<Search<false>>(About {
    name: "elasticsearch",
    title: "Elasticsearch",
    example: r#"{"server_type":"self-managed","serverUrl":"https://search.example.com:9200","username":"reader","password":"secret"}"#,
    renamed: RENAMED,
    page: include_str!("README.md"),
});

/// `opensearch`
pub(crate) static OPENSEARCH: Kind = Kind::new::<Search<true>>(About {
    name: "opensearch",
    title: "OpenSearch",
    example: r#"{"server_type":"self-managed","serverUrl":"https://search.example.com:9200","username":"reader","password":"secret"}"#,
    renamed: RENAMED,
    page: include_str!("README.md"),
});
