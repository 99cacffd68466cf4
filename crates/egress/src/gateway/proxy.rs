//! HTTP's two ways of asking a proxy: `CONNECT host:port`, and a request whose target is a whole URL (RFC 9112, 3.2.2 and 3.2.3).

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::asked::{Asked, Door, Protocol, refused};
use crate::target::Target;

/// Bytes of a request's head.
const HEAD_BYTES: usize = 16 << 10;

pub(super) async fn proxy(door: &Door, client: &mut TcpStream) -> io::Result<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD_BYTES {
            return Err(refused());
        }
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8(head).map_err(|_| refused())?;
    let mut lines = head.trim_end_matches("\r\n").split("\r\n");
    let request = lines.next().unwrap_or_default();
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let named = |wanted: &str| headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim());
    let decoded = named("proxy-authorization").and_then(|value| STANDARD.decode(value.strip_prefix("Basic ")?).ok()).unwrap_or_default();
    let (username, password) = decoded.split_at(decoded.iter().position(|byte| *byte == b':').unwrap_or(decoded.len()));
    if !door.admits(username, password.get(1..).unwrap_or_default()) {
        client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n").await?;
        return Err(refused());
    }
    let asked = connect(request).or_else(|| absolute(request, &headers));
    let Some(asked) = asked else {
        client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await?;
        return Err(refused());
    };
    Ok(asked)
}

/// `CONNECT host:port HTTP/1.1`
fn connect(line: &str) -> Option<Asked> {
    let authority = line.strip_prefix("CONNECT ")?.strip_suffix(" HTTP/1.1")?;
    let (host, port) = authority.rsplit_once(':')?;
    Some(Asked { target: Target::new(host.parse().ok()?, port.parse().ok()?), protocol: Protocol::Connect, first: Vec::new() })
}

/// `GET http://host:port/path HTTP/1.1`, which goes on as `GET /path HTTP/1.1`. A connection carries one such request: the next
/// may be for another server. TLS is the client's own: `https` comes by CONNECT.
fn absolute(line: &str, headers: &[(&str, &str)]) -> Option<Asked> {
    let (method, rest) = line.split_once(' ')?;
    let url = rest.strip_suffix(" HTTP/1.1")?;
    let parsed = Url::parse(url).ok()?;
    let sound = parsed.scheme() == "http" && parsed.username().is_empty() && parsed.password().is_none();
    let host = parsed.host_str().filter(|_| sound)?.trim_matches(['[', ']']);
    let target = Target::new(host.parse().ok()?, parsed.port_or_known_default()?);
    // The path as it was written: it may be part of a signature.
    let after = url.get("http://".len()..)?;
    let path = after.find(['/', '?']).map_or("/", |at| &after[at..]);
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut first = format!("{method} {slash}{path} HTTP/1.1\r\n");
    let own = ["proxy-authorization", "proxy-connection", "connection", "keep-alive"];
    for (name, value) in headers.iter().filter(|(name, _)| !own.iter().any(|own| name.eq_ignore_ascii_case(own))) {
        first.extend([*name, ":", *value, "\r\n"]);
    }
    first.push_str("Connection: close\r\n\r\n");
    Some(Asked { target, protocol: Protocol::Absolute, first: first.into_bytes() })
}
