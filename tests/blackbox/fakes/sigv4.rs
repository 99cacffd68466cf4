//! AWS's signature, checked as a service checks it (Signature Version 4, the parts that one request needs).

use sha2::{Digest, Sha256};

use super::http::Request;

/// The region that a request is signed for.
pub(crate) fn region(request: &Request) -> Option<&str> {
    request.header("authorization")?.split_once("Credential=")?.1.split('/').nth(2)
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No signature, or one by another key.
    Key,
    /// It does not fit what was sent.
    Signature,
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat()
}

/// Checks a request for the service.
pub(crate) fn check(request: &Request, service: &str, (id, secret): (&str, &str)) -> Result<(), Refused> {
    let header = request.header("authorization").unwrap_or_default();
    let part = |name: &str| header.split([' ', ',']).find_map(|part| part.strip_prefix(name)).unwrap_or_default();
    let (credential, signed, signature) = (part("Credential="), part("SignedHeaders="), part("Signature="));
    let scope: Vec<_> = credential.split('/').collect();
    let [key, date, region, of, "aws4_request"] = scope[..] else { return Err(Refused::Key) };
    if key != id || of != service {
        return Err(Refused::Key);
    }
    let headers = signed
        .split(';')
        .map(|name| {
            let value = request.header(name).unwrap_or_default();
            format!("{name}:{}\n", value.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect::<Vec<_>>()
        .concat();
    let body = hex(&Sha256::digest(request.body.as_bytes()));
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let mut query: Vec<_> =
        query.split('&').map(|part| if part.is_empty() || part.contains('=') { part.to_owned() } else { format!("{part}=") }).collect();
    query.sort();
    let canonical = format!("{}\n{path}\n{}\n{headers}\n{signed}\n{body}", request.method, query.join("&"));
    let time = request.header("x-amz-date").unwrap_or_default();
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/aws4_request\n{}", hex(&Sha256::digest(canonical)));
    let mut signing = hmac(format!("AWS4{secret}").as_bytes(), date.as_bytes());
    for part in [region, service, "aws4_request", &text] {
        signing = hmac(&signing, part.as_bytes());
    }
    if hex(&signing) == signature && signed.split(';').any(|name| name == "host") { Ok(()) } else { Err(Refused::Signature) }
}
