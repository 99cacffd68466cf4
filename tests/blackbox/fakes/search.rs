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
    /// Names, and what they stand for. Those of streams are Elasticsearch's alone.
    pub(crate) aliases: Vec<(&'static str, Vec<&'static str>)>,
    /// Aliases that are hidden.
    pub(crate) hidden_aliases: Vec<&'static str>,
    /// Whether the user's role names indices and no aliases.
    pub(crate) of_indices_alone: bool,
    pub(crate) streams: Vec<(&'static str, Vec<&'static str>)>,
    /// Requests that fail: how their path begins, the status, and the type of the exception.
    pub(crate) failing: Vec<(&'static str, u16, &'static str)>,
    /// Indices whose mapping fails, whoever is asked for beside them. One that is blocked blocks lists, too.
    pub(crate) refused: Vec<(String, u16, &'static str)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            version: elasticsearch(),
            indices: vec![Index::new("orders", &json!({"id": {"type": "long"}}))],
            aliases: Vec::new(),
            hidden_aliases: Vec::new(),
            of_indices_alone: false,
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
            return self.unauthorized();
        }
        if self.is_ahead(request) {
            return exception(400, "media_type_header_exception");
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if let Some((_, status, kind)) = self.failing.iter().find(|(start, _, _)| path.starts_with(start)) {
            return exception(*status, kind);
        }
        let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let query = percent_decode_str(query).decode_utf8_lossy();
        let asks = |word: &str| query.split(['=', ',', '&']).any(|part| part == word || part == "all");
        let (hidden, closed) = (asks("hidden"), asks("closed"));
        if hidden && self.is_before(7, 7) {
            return exception(400, "illegal_argument_exception");
        }
        let has = |index: &Index, attribute| index.attributes.contains(&attribute);
        let shown = || self.indices.iter().filter(move |index| (hidden || !has(index, "hidden")) && (closed || !has(index, "closed")));
        let blocked = |index: &Index| self.refused.iter().any(|(name, _, kind)| *name == index.name && *kind == "cluster_block_exception");
        if matches!(path.as_str(), "/_alias" | "/_cat/indices") && shown().any(blocked) {
            return exception(403, "cluster_block_exception");
        }
        match path.as_str() {
            "/" => self.product(&json!({"name": "n", "cluster_name": "c", "cluster_uuid": "u", "version": self.version, "tagline": "t"})),
            "/_resolve/index/*" if self.is_before(7, 9) => self.product_says(400, &json!({"error": "no handler found", "status": 400})),
            "/_resolve/index/*" => self.product(&self.resolved(shown(), hidden)),
            "/_alias" => {
                let indices = shown().map(|index| index.name.as_str());
                let streams = self.streams.iter().map(|(name, _)| *name).filter(|name| self.aliases_of(name).next().is_some());
                self.product(&Value::Object(indices.chain(streams).map(|name| (name.to_owned(), self.said_of_aliases(name))).collect()))
            }
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
        self.product_says(200, body)
    }

    fn product_says(&self, status: u16, body: &Value) -> Reply {
        let Reply::Whole(status, mut headers, body) = answer(status, body) else { unreachable!("an answer") };
        if !self.is_open() {
            headers.push(("X-Elastic-Product", "Elasticsearch".to_owned()));
        }
        Reply::Whole(status, headers, body)
    }

    fn is_open(&self) -> bool {
        !self.version["distribution"].is_null()
    }

    /// The first two numbers of the version.
    fn number(&self) -> (u32, u32) {
        let mut parts = self.version["number"].as_str().expect("text").split('.').map(|part| part.parse().expect("a number"));
        (parts.next().expect("one"), parts.next().expect("another"))
    }

    /// Whether this is an Elasticsearch of before a version.
    fn is_before(&self, major: u32, minor: u32) -> bool {
        !self.is_open() && self.number() < (major, minor)
    }

    /// Whether a client of a later Elasticsearch asks.
    fn is_ahead(&self, request: &Request) -> bool {
        let wanted = request.header("accept").and_then(|value| value.split("compatible-with=").nth(1)?.parse::<u32>().ok());
        !self.is_open() && wanted.is_some_and(|wanted| wanted > self.number().0)
    }

    /// The security plug-in of `OpenSearch` has no exception for this.
    fn unauthorized(&self) -> Reply {
        if !self.is_open() {
            return exception(401, "security_exception");
        }
        let challenge = ("WWW-Authenticate", "Basic realm=\"OpenSearch Security\"".to_owned());
        let kind = ("Content-Type", "text/plain; charset=UTF-8".to_owned());
        Reply::Whole(401, vec![challenge, kind], "Unauthorized".to_owned())
    }

    fn resolved<'a>(&'a self, shown: impl Iterator<Item = &'a Index>, hidden: bool) -> Value {
        let indices: Vec<_> = shown
            .map(|index| {
                let state = if index.attributes.contains(&"closed") { "closed" } else { "open" };
                let attributes: Vec<_> = index.attributes.iter().copied().filter(|word| *word == "hidden").chain([state]).collect();
                let mut one = json!({"name": index.name, "attributes": attributes});
                let aliases: Vec<_> = self.aliases_of(&index.name).collect();
                if !aliases.is_empty() {
                    one["aliases"] = json!(aliases);
                }
                if let Some((stream, _)) = self.streams.iter().find(|(_, backing)| backing.contains(&index.name.as_str())) {
                    one["data_stream"] = json!(stream);
                }
                one
            })
            .collect();
        let listed = |name: &str| !self.of_indices_alone && (hidden || !self.hidden_aliases.contains(&name));
        let aliases = self.aliases().filter(|(name, _)| listed(name)).map(|(name, of)| json!({"name": name, "indices": of}));
        let aliases: Vec<_> = aliases.collect();
        let stream = |(name, of): &(&str, Vec<&str>)| json!({"name": name, "backing_indices": of, "timestamp_field": "@timestamp"});
        json!({"indices": indices, "aliases": aliases, "data_streams": self.streams.iter().map(stream).collect::<Vec<_>>()})
    }

    /// Those that the product knows.
    fn aliases(&self) -> impl Iterator<Item = &(&'static str, Vec<&'static str>)> {
        let of_stream = |of: &[&str]| self.streams.iter().any(|(stream, _)| of.contains(stream));
        self.aliases.iter().filter(move |(_, of)| !(self.is_open() && of_stream(of)))
    }

    /// Those of an index or a stream.
    fn aliases_of(&self, name: &str) -> impl Iterator<Item = &'static str> {
        self.aliases().filter(move |(_, of)| of.contains(&name)).map(|(name, _)| *name)
    }

    fn said_of_aliases(&self, name: &str) -> Value {
        let said = |name: &str| if self.hidden_aliases.contains(&name) { json!({"is_hidden": true}) } else { json!({}) };
        json!({"aliases": self.aliases_of(name).map(|alias| (alias.to_owned(), said(alias))).collect::<Map<_, _>>()})
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
