//! The surfaces side by side: the path decides in whose words a request is refused.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use super::v2;
use crate::http::Reject;

/// One API among others.
struct Surface {
    /// What its paths begin with.
    prefix: &'static str,
    /// Its answer to a request that went no further.
    render: fn(&Reject) -> Response,
}

/// The last one takes every path that the others do not.
static SURFACES: [Surface; 1] = [Surface { prefix: "", render: v2::render }];

impl Surface {
    fn of(path: &str) -> &'static Self {
        SURFACES.iter().find(|surface| path.starts_with(surface.prefix)).expect("the last surface takes every path")
    }
}

/// Puts what was refused into the words of the surface that the path belongs to.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let surface = Surface::of(request.uri().path());
    let mut response = next.run(request).await;
    let Some(reject) = response.extensions_mut().remove::<Reject>() else { return response };
    let mut rendered = (surface.render)(&reject);
    // What the layers below had to say beside it, such as `Allow`.
    let (below, _) = response.into_parts();
    for (name, value) in &below.headers {
        if !rendered.headers().contains_key(name) {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    rendered
}
