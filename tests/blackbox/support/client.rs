//! A client as `curl` is one.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub(crate) const PATH: &str = "/api/v2/datasource";

/// Status, headers and body of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("body");
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    /// `(status, code)` of an error.
    pub(crate) fn code(&self) -> (u16, &str) {
        (self.status, self.body["error"]["code"].as_str().unwrap_or_default())
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// The body of an answer that must be a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }
}

/// One token at one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    pub(crate) fn new(base: &str, token: &str) -> Self {
        Self { http: reqwest::Client::new(), base: base.to_owned(), token: token.to_owned() }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// A request that is still open for headers and a body.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// An answer, or none if the connection broke (the server was killed).
    pub(crate) async fn try_send(&self, request: reqwest::RequestBuilder) -> Option<Answer> {
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let text = response.text().await.ok()?;
        Some(Answer { status, headers: HeaderMap::new(), body: serde_json::from_str(&text).unwrap_or(Value::Null), text })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// The status of a request whose path is sent as it is: HTTP clients straighten `..` and `%2e` themselves.
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    pub(crate) async fn raw_status(&self, path: &str) -> u16 {
        let mut stream = tokio::net::TcpStream::connect(self.base.trim_start_matches("http://")).await.expect("connects");
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n", self.token);
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }

    /// The whole answer to a request that is sent as it is: the head's first lines, and a body.
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    pub(crate) async fn raw(&self, head: &str, body: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(self.base.trim_start_matches("http://")).await.expect("connects");
        let request = format!("{head}Host: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n{body}", self.token);
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }

    pub(crate) async fn create(&self, body: &Value) -> Answer {
        self.send(self.request(Method::POST, PATH).json(body)).await
    }

    pub(crate) async fn update(&self, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, PATH).json(body)).await
    }

    pub(crate) async fn delete(&self, name: &str) -> Answer {
        self.send(self.request(Method::DELETE, PATH).query(&[("datasourceName", name)])).await
    }

    pub(crate) async fn sync(&self, input: Value) -> Answer {
        self.send(self.request(Method::POST, &format!("{PATH}/sync")).json(&json!({"input": input}))).await
    }

    pub(crate) async fn sync_name(&self, name: &str) -> Answer {
        self.sync(json!({"datasourceName": name})).await
    }

    pub(crate) async fn progress(&self, name: &str) -> Answer {
        let body = json!({"input": {"datasourceName": name}});
        self.send(self.request(Method::POST, &format!("{PATH}/getDatasourceProgress")).json(&body)).await
    }

    /// Names in the order of the list.
    pub(crate) async fn names(&self) -> Vec<String> {
        let body = self.get(PATH).await.ok();
        body["data"].as_array().expect("data").iter().map(|d| d["name"].as_str().expect("name").to_owned()).collect()
    }
}
