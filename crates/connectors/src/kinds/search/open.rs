//! Connect, authenticate, check: all of it, or no connection.

use egress::Step;

use super::cluster::{Cluster, Failed};
use super::connection::SearchConnection;
use super::credentials::SearchCredentials;
use super::error::is_security;
use super::listing;
use super::product::{Product, Root, STEP};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::route::Way;
use crate::server::ServerInfo;

/// Connects, authenticates and checks.
pub(super) async fn open(
    product: Product,
    credentials: &SearchCredentials,
    way: &Way,
) -> Result<(SearchConnection, ServerInfo), ConnectError> {
    let mut client = way.http().repeatable();
    client.connect().await?;
    let login = async {
        let mut cluster = Cluster::new(client, credentials.login())?;
        let root = authenticate(&mut cluster).await?;
        Ok::<_, ConnectError>((cluster, root))
    };
    let (mut cluster, root) = way.step(Step::AUTHENTICATE, login).await?;
    let server = way.step(STEP, async { product.check(root) }).await?;
    let method = way.step(Step::LIST, listing::method(&mut cluster, product)).await?;
    Ok((SearchConnection { cluster, product, method, words: credentials.words(product) }, server))
}

/// Asks for the root answer. A user whom the cluster knows may still not see it.
async fn authenticate(cluster: &mut Cluster) -> Result<Option<Root>, ConnectError> {
    match cluster.get("/").await {
        Ok(body) => serde_json::from_slice(&body).map(Some).map_err(|_| K::Protocol.into()),
        Err(Failed::Answer(error)) if error.kind == K::NoPrivilege && is_security(&error) => Ok(None),
        Err(Failed::Answer(error)) if error.kind == K::Rejected && !cluster.has_login() => Err(error
            .with_field("disableAuth")
            .with_remedy("the server asks who we are: give username and password, and set disableAuth to false".to_owned())),
        // No word of the cluster's own: a proxy or a cloud before it refuses.
        Err(Failed::Answer(error)) if error.kind == K::NoPrivilege => Err(error.with_remedy(
            "let the user, or the address of this server, in by the access policy of what stands before the cluster".to_owned(),
        )),
        Err(failed) => Err(failed.into()),
    }
}
