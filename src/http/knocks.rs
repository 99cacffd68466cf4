//! What becomes of requests whose token was not good.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header;
use ipnet::IpNet;

use super::client::{Peer, address};
use super::reject::Reject;
use crate::auth::Failures;

/// Who failed how often, and whom to believe about it.
pub(crate) struct Knocks {
    pub(crate) failures: Failures,
    pub(crate) proxies: Vec<IpNet>,
}

impl Knocks {
    /// The address that a request is charged to.
    fn address(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<Peer>()?;
        Some(address(peer.0.ip(), request.headers(), &self.proxies))
    }

    /// Whether too many failed where the request comes from.
    pub(crate) fn are_many(&self, request: &Request) -> bool {
        self.address(request).is_some_and(|address| self.failures.limited(address))
    }

    /// Why a request whose token was not good goes no further. One that brought none guessed nothing, and is not charged.
    pub(crate) fn refuse(&self, request: &Request) -> Reject {
        if !request.headers().contains_key(header::AUTHORIZATION) {
            return Reject::Unauthenticated;
        }
        let Some(wait) = self.address(request).and_then(|address| self.failures.charge(address)) else {
            return Reject::Unauthenticated;
        };
        metrics::counter!("headwater_limited_total", "limit" => "authentication").increment(1);
        Reject::RateLimited(wait.as_secs() + 1)
    }
}
