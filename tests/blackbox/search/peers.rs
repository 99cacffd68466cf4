//! Servers that are no fakes of ours: each runs the same tests. One more is one more row.

use serde_json::{Value, json};

use super::body;
use crate::fakes::tls::authority;
use crate::support::peers::variable;
use crate::support::python::python_of;

/// A server.
pub(crate) struct Peer {
    /// What it is.
    pub(crate) kind: &'static str,
    /// Where it is, with the scheme.
    pub(crate) url: String,
    /// Who may read all of it, and how its certificate is trusted.
    pub(crate) login: Value,
    /// Who may fill it, if that is somebody.
    pub(crate) filler: Option<(&'static str, &'static str)>,
}

/// All of them.
pub(super) fn peers() -> Vec<Peer> {
    let osmem = format!("http://127.0.0.1:{}", variable("HEADWATER_TEST_OSMEM_PORT"));
    vec![Peer { kind: "opensearch", url: osmem, login: open_to_all(), filler: None }, secured()]
}

/// Who logs in where nobody has to.
pub(crate) fn open_to_all() -> Value {
    json!({"username": null, "password": null, "disableAuth": true})
}

/// Those that have a user `app` with the password `pw`, and a certificate of the peers' authority.
pub(super) fn secured() -> Peer {
    let url = format!("https://localhost:{}", variable("HEADWATER_TEST_OSMEM_TLS_PORT"));
    Peer { kind: "opensearch", url, login: json!({"sslCa": authority()}), filler: Some(("app", "pw")) }
}

impl Peer {
    /// Credentials for it.
    pub(crate) fn body(&self, changes: &Value) -> Value {
        crate::support::diagnose::with(&body(self.kind, &self.url, &self.login), changes)
    }

    /// Where it is, without the scheme.
    pub(crate) fn place(&self) -> &str {
        self.url.split_once("://").map_or(&self.url, |(_, place)| place)
    }

    /// Runs `script` with the official client of it as `c` and `arguments` as `args`.
    pub(crate) async fn client(&self, script: &str, arguments: &Value) -> Value {
        let (python, module, class, login) = match self.kind {
            "elasticsearch" => ("HEADWATER_TEST_ELASTICSEARCH_8_PYTHON", "elasticsearch", "Elasticsearch", "basic_auth"),
            _ => ("HEADWATER_TEST_SEARCH_PYTHON", "opensearchpy", "OpenSearch", "http_auth"),
        };
        let whole = format!(
            "from {module} import {class}
f = args['filler']
c = {class}(args['url'], {login}=tuple(f) if f else None, ca_certs=args['ca'] if args['url'].startswith('https') else None)
args = args['given']
{script}"
        );
        let ca = variable("HEADWATER_TEST_SOURCE_CA");
        let arguments = json!({"url": self.url, "filler": self.filler, "ca": ca, "given": arguments});
        python_of(python, &whole, &arguments).await.expect("accepted")
    }
}
