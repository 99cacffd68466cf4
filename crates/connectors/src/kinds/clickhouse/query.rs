//! Statements and their rows, one JSON object a line.

use bytes::{Bytes, BytesMut};
use egress::{HttpClient, HttpStream};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::error::{code_in, of_answer, of_code};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::{authorization, encoded};

/// The longest line that is taken: a row, or what is left of an answer that has broken off.
const LINE_BYTES: usize = 4 << 20;

/// As much of an error as its number needs.
const ERROR_BYTES: usize = 64 << 10;

/// The headers that say who we are. The password is in no URL, because those are logged.
pub(super) fn headers(username: &str, password: &SecretString) -> Result<HeaderMap, ConnectError> {
    let mut headers = HeaderMap::new();
    let password = password.expose_secret();
    if username.contains(':') {
        // Basic authentication splits at the first colon. Servers take one way or the other, not both.
        for (name, text) in [("x-clickhouse-user", username), ("x-clickhouse-key", password)] {
            let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| K::Rejected)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    } else {
        headers.insert(AUTHORIZATION, authorization(format!("{username}:{password}").as_bytes())?);
    }
    Ok(headers)
}

/// Runs a statement; its rows are read as they are asked for.
pub(super) async fn query(client: &mut HttpClient, headers: &HeaderMap, database: Option<&str>, sql: &str) -> Result<Rows, ConnectError> {
    let path = database.map_or_else(|| "/".to_owned(), |name| format!("/?database={}", encoded(name)));
    // POST, because GET is read-only in a stricter sense; the format in the statement, because servers of 2018 ignore it elsewhere.
    let body = Bytes::from(format!("{sql} format JSONEachRow"));
    let stream = client.open(Method::POST, &path, headers.clone(), body).await?;
    let mut rows = Rows { stream, buffer: BytesMut::new(), ended: false };
    let code = rows.stream.headers.get("x-clickhouse-exception-code").map(|value| value.to_str().ok().and_then(|n| n.parse().ok()));
    // The header may come with a 200: what it says counts.
    if code.is_some() || !rows.stream.status.is_success() {
        let status = rows.stream.status;
        let text = rows.rest().await;
        return Err(of_answer(status, code.flatten().or_else(|| code_in(&text)), &text));
    }
    Ok(rows)
}

/// The rows of a statement.
pub(super) struct Rows {
    stream: HttpStream,
    buffer: BytesMut,
    ended: bool,
}

impl Rows {
    /// The next row, if there is one. An exception after the first rows, in whatever form, is an error.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, ConnectError> {
        let Some(line) = self.line().await? else { return Ok(None) };
        // Names may hold any bytes, and are printed as they are.
        let text = String::from_utf8_lossy(&line);
        if let Ok(row) = serde_json::from_str(&text) {
            return Ok(Some(row));
        }
        // `Code: 241, …` or `{"exception": "Code: 241. …"}` in the place of a row, or `__exception__` and then the text.
        let mut tail = text.into_owned();
        tail.push('\n');
        tail.push_str(&self.rest().await);
        Err(code_in(&tail).map_or_else(|| K::Protocol.into(), of_code))
    }

    async fn line(&mut self) -> Result<Option<BytesMut>, ConnectError> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let mut line = self.buffer.split_to(searched + at + 1);
                searched = 0;
                line.truncate(line.trim_ascii_end().len());
                // A profile may want the rows as a list (`output_format_json_array_of_rows`).
                if line.ends_with(b"},") {
                    line.truncate(line.len() - 1);
                }
                if line.is_empty() || *line == b"["[..] || *line == b"]"[..] {
                    continue;
                }
                return Ok(Some(line));
            }
            searched = self.buffer.len();
            if searched > LINE_BYTES {
                return Err(K::TooMuch.into());
            }
            if self.ended {
                let line = self.buffer.split();
                return Ok((!line.trim_ascii().is_empty()).then_some(line));
            }
            match self.stream.chunk().await {
                Ok(Some(bytes)) => self.buffer.extend_from_slice(&bytes),
                Ok(None) => self.ended = true,
                // A server that breaks off may have said why.
                Err(error) => {
                    let said = code_in(&String::from_utf8_lossy(&self.buffer));
                    return Err(said.map_or_else(|| error.into(), of_code));
                }
            }
        }
    }

    /// What is left, as far as it matters. It is text of the server's: only a number is looked for in it.
    async fn rest(&mut self) -> String {
        while self.buffer.len() < ERROR_BYTES
            && let Ok(Some(bytes)) = self.stream.chunk().await
        {
            self.buffer.extend_from_slice(&bytes);
        }
        String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(ERROR_BYTES)]).into_owned()
    }
}
