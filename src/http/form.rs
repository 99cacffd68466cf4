//! Forms with files (`multipart/form-data`), read as they come: never more of one is held than a piece of the body.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use http_body_util::BodyExt;

use super::disposition::{Part, boundary, part};
use super::reject::Reject;

/// The most bytes of the head of a part.
const HEAD: usize = 16 << 10;

/// A form on its way in.
pub(crate) struct Form {
    body: Body,
    /// What has come and was not taken yet.
    buffer: Vec<u8>,
    /// What ends a part.
    delimiter: Vec<u8>,
    in_part: bool,
    length: u64,
    /// The most bytes of the whole.
    limit: u64,
    /// How long the client may send nothing.
    patience: Duration,
}

impl Form {
    /// The form that a request brings, of at most `limit` bytes.
    pub(crate) fn of(request: Request, limit: u64, patience: Duration) -> Result<Self, Reject> {
        let (parts, body) = request.into_parts();
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = boundary(text(header::CONTENT_TYPE)).ok_or(Reject::NoForm)?;
        if parts.headers.contains_key(header::CONTENT_ENCODING) && !text(header::CONTENT_ENCODING).eq_ignore_ascii_case("identity") {
            return Err(Reject::Encoding);
        }
        let form = Self {
            body,
            // The first delimiter may stand at the very beginning.
            buffer: b"\r\n".to_vec(),
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            in_part: true,
            length: 0,
            limit,
            patience,
        };
        match text(header::CONTENT_LENGTH).parse::<u64>() {
            Ok(length) if length > limit => Err(form.too_large()),
            _ => Ok(form),
        }
    }

    fn too_large(&self) -> Reject {
        Reject::TooLarge(usize::try_from(self.limit).unwrap_or(usize::MAX))
    }

    /// The next part; what was not taken of the one before is passed over.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, Reject> {
        while self.in_part {
            self.piece().await?;
        }
        // Behind a delimiter: two dashes at the end, else the end of the line.
        while self.buffer.len() < 2 {
            self.fill().await?;
        }
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        let end = loop {
            match find(&self.buffer, b"\r\n\r\n") {
                Some(end) if end <= HEAD => break end,
                None if self.buffer.len() <= HEAD => self.fill().await?,
                _ => return Err(Reject::BrokenForm),
            }
        };
        let part = part(&self.buffer[..end]).ok_or(Reject::BrokenForm)?;
        self.buffer.drain(..end + 4);
        self.in_part = true;
        Ok(Some(part))
    }

    /// More of the present part; none at its end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Reject> {
        if !self.in_part {
            return Ok(None);
        }
        loop {
            if let Some(at) = find(&self.buffer, &self.delimiter) {
                if at == 0 {
                    self.buffer.drain(..self.delimiter.len());
                    self.in_part = false;
                    return Ok(None);
                }
                return Ok(Some(self.buffer.drain(..at).collect::<Vec<_>>().into()));
            }
            // What may be the beginning of a delimiter is kept.
            if let Some(sure) = (self.buffer.len() + 1).checked_sub(self.delimiter.len()).filter(|sure| *sure > 0) {
                return Ok(Some(self.buffer.drain(..sure).collect::<Vec<_>>().into()));
            }
            self.fill().await?;
        }
    }

    /// A short part as text.
    pub(crate) async fn text(&mut self, limit: usize) -> Result<String, Reject> {
        let mut text = Vec::new();
        while let Some(piece) = self.piece().await? {
            if text.len() + piece.len() > limit {
                return Err(Reject::BrokenForm);
            }
            text.extend_from_slice(&piece);
        }
        String::from_utf8(text).map_err(|_| Reject::BrokenForm)
    }

    async fn fill(&mut self) -> Result<(), Reject> {
        loop {
            let frame = tokio::time::timeout(self.patience, self.body.frame()).await.map_err(|_| Reject::Late)?;
            let frame = frame.ok_or(Reject::Incomplete)?.map_err(|_| Reject::Incomplete)?;
            let Ok(data) = frame.into_data() else { continue };
            self.length = self.length.saturating_add(data.len() as u64);
            if self.length > self.limit {
                return Err(self.too_large());
            }
            self.buffer.extend_from_slice(&data);
            return Ok(());
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use axum::http::Request as HttpRequest;

    use super::*;

    async fn read(body: &'static str) -> Result<Vec<(Option<String>, Option<String>, String)>, Reject> {
        let request = HttpRequest::builder().header("content-type", "multipart/form-data; boundary=\"b\"").body(Body::from(body));
        let mut form = Form::of(request.expect("a request"), 1_000, Duration::from_secs(1))?;
        let mut all = Vec::new();
        while let Some(part) = form.next().await? {
            let text = form.text(100).await?;
            all.push((part.name, part.file, text));
        }
        Ok(all)
    }

    #[tokio::test]
    async fn parts() {
        let all = read(
            "before\r\n--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nvalue\r\n--b\r\nX: y\r\n\
             content-disposition:form-data;filename=\"a\\\"%22.csv\"; name=f\r\n\r\n1\r\n--\r\n--bb\r\n2\r\n--b\r\n\
             Content-Disposition: form-data; name=e\r\n\r\n\r\n--b--\r\nafter",
        )
        .await;
        let some = |text: &str| Some(text.to_owned());
        // A delimiter is one by its beginning: what follows is then no head.
        assert_eq!(all, Err(Reject::BrokenForm));
        let all = read("--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nva\r\nlue\r\n--b\r\nContent-Disposition: form-data; filename*=UTF-8''%C3%A9.csv; name=f; filename=x\r\n\r\n\r\n--b--").await;
        let expected = vec![(some("n"), None, "va\r\nlue".to_owned()), (some("f"), some("é.csv"), String::new())];
        assert_eq!(all, Ok(expected));
        for broken in ["", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=x\r\n\r\nabc"] {
            assert_eq!(read(broken).await, Err(Reject::Incomplete), "{broken}");
        }
    }
}
