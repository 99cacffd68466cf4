//! What the dialer counts. Labels are our own words only: no host, no name, no tenant.

use crate::dialer::DialError;

/// Counts one attempt to connect.
pub(crate) fn dialed(error: Option<DialError>) {
    metrics::counter!("headwater_egress_dials_total", "outcome" => error.map_or("connected", DialError::outcome)).increment(1);
}
