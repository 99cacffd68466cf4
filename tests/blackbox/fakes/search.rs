//! A cluster's REST interface as far as a schema needs it, with a user and with refusals. A fake: the official clients of both
//! products judge it.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::http::{Reply, Request, Running, json as answer, serve_with};

/// Who is let in.
pub(crate) const LOGIN: (&str, &str) = ("app", "pw");

/// `app:pw`, as basic authentication has it.
const AUTHORIZATION: &str = "Basic YXBwOnB3";

/// An index.
#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) mapping: Value,
    /// `hidden`, `closed`.
    pub(crate) attributes: Vec<&'static str>,
}

impl Index {
    pub(crate) fn new(name: &str, properties: &Value) -> Self {
        Self { name: name.to_owned(), mapping: json!({"properties": properties}), attributes: Vec::new() }
    }
}

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    /// `version` of the root answer.
    pub(crate) version: Value,
    pub(crate) indices: Vec<Index>,
    /// Names, and what they stand for.
    pub(crate) aliases: Vec<(&'static str, Vec<&'static str>)>,
    pub(crate) streams: Vec<(&'static str, Vec<&'static str>)>,
    /// Requests that fail: how their path begins, the status, and the type of the exception.
    pub(crate) failing: Vec<(&'static str, u16, &'static str)>,
    /// Indices whose mapping fails, whoever is asked for beside them.
    pub(crate) refused: Vec<(String, u16, &'static str)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            version: elasticsearch(),
            indices: vec![Index::new("orders", &json!({"id": {"type": "long"}}))],
            aliases: Vec::new(),
            streams: Vec::new(),
            failing: Vec::new(),
            refused: Vec::new(),
        }
    }
}

/// How Elasticsearch names itself.
pub(crate) fn elasticsearch() -> Value {
    json!({"number": "8.19.3", "build_flavor": "default", "build_type": "docker", "lucene_version": "9.12.2",
        "minimum_wire_compatibility_version": "7.17.0", "minimum_index_compatibility_version": "7.0.0"})
}

/// How `OpenSearch` names itself.
pub(crate) fn opensearch() -> Value {
    json!({"distribution": "opensearch", "number": "2.19.1", "build_type": "tar", "lucene_version": "9.12.1",
        "minimum_wire_compatibility_version": "7.10.0", "minimum_index_compatibility_version": "7.0.0"})
}

/// An exception of a cluster's; its text is never to be seen.
pub(crate) fn exception(status: u16, kind: &str) -> Reply {
    let cause = json!({"type": kind, "reason": "canary <script>"});
    let body = json!({"error": {"root_cause": [cause], "type": kind, "reason": "canary <script>"}, "status": status});
    let challenge = ("WWW-Authenticate", "Basic realm=\"security\"".to_owned());
    let headers = vec![("Content-Type", "application/json".to_owned()), ("Retry-After", "0".to_owned()), challenge];
    Reply::Whole(status, headers, body.to_string())
}

impl Fake {
    pub(crate) async fn start(self) -> Running {
        self.start_with(false).await
    }

    pub(crate) async fn start_with(self, tls: bool) -> Running {
        serve_with(tls, move |_, request| self.answer(request)).await
    }

    /// What comes of a request.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        if request.header("authorization") != Some(AUTHORIZATION) {
            return exception(401, "security_exception");
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if let Some((_, status, kind)) = self.failing.iter().find(|(start, _, _)| path.starts_with(start)) {
            return exception(*status, kind);
        }
        let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let hidden = ["hidden", "all"].iter().any(|word| query.split(['=', ',', '&']).any(|part| part == *word));
        let shown = || self.indices.iter().filter(move |index| hidden || !index.attributes.contains(&"hidden"));
        match path.as_str() {
            "/" => self.product(&json!({"name": "n", "cluster_name": "c", "cluster_uuid": "u", "version": self.version, "tagline": "t"})),
            "/_resolve/index/*" => self.product(&self.resolved(shown())),
            "/_alias" => self.product(&Value::Object(shown().map(|index| (index.name.clone(), self.aliases_of(index))).collect())),
            "/_cat/indices" => {
                let status = |index: &Index| if index.attributes.contains(&"closed") { "close" } else { "open" };
                self.product(&shown().map(|index| json!({"index": index.name, "status": status(index)})).collect())
            }
            path => match path.strip_suffix("/_mapping") {
                Some(names) => self.mappings(names.trim_start_matches('/').split(',')),
                None => exception(400, "illegal_argument_exception"),
            },
        }
    }

    /// An answer with the header by which the client of Elasticsearch knows its product.
    fn product(&self, body: &Value) -> Reply {
        let Reply::Whole(status, mut headers, body) = answer(200, body) else { unreachable!("an answer") };
        if self.version["distribution"].is_null() {
            headers.push(("X-Elastic-Product", "Elasticsearch".to_owned()));
        }
        Reply::Whole(status, headers, body)
    }

    fn resolved<'a>(&'a self, shown: impl Iterator<Item = &'a Index>) -> Value {
        let indices: Vec<_> = shown
            .map(|index| {
                let state = if index.attributes.contains(&"closed") { "closed" } else { "open" };
                let mut one = json!({"name": index.name, "attributes": [state]});
                if let Some((stream, _)) = self.streams.iter().find(|(_, backing)| backing.contains(&index.name.as_str())) {
                    one["data_stream"] = json!(stream);
                }
                one
            })
            .collect();
        let aliases: Vec<_> = self.aliases.iter().map(|(name, of)| json!({"name": name, "indices": of})).collect();
        let stream = |(name, of): &(&str, Vec<&str>)| json!({"name": name, "backing_indices": of, "timestamp_field": "@timestamp"});
        json!({"indices": indices, "aliases": aliases, "data_streams": self.streams.iter().map(stream).collect::<Vec<_>>()})
    }

    fn aliases_of(&self, index: &Index) -> Value {
        let of = self.aliases.iter().filter(|(_, of)| of.contains(&index.name.as_str()));
        json!({"aliases": of.map(|(name, _)| ((*name).to_owned(), json!({}))).collect::<Map<_, _>>()})
    }

    fn mappings<'a>(&self, names: impl Iterator<Item = &'a str>) -> Reply {
        let mut all = Map::new();
        for name in names {
            if let Some((_, status, kind)) = self.refused.iter().find(|(refused, _, _)| refused == name) {
                return exception(*status, kind);
            }
            let Some(index) = self.indices.iter().find(|index| index.name == name) else {
                return exception(404, "index_not_found_exception");
            };
            all.insert(name.to_owned(), json!({"mappings": index.mapping}));
        }
        self.product(&Value::Object(all))
    }
}
