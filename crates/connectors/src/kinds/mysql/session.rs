//! Settings of the session: a server, or its administrator, may have set them otherwise, and what is read must not depend on them.

use egress::Deadline;

use super::packet::Wire;
use super::product::Product;
use super::query::settle;
use crate::error::ConnectError;

/// How long a lock on a table is waited for, in seconds: what another session keeps is a corner, and costs a corner.
const LOCK_WAIT: u32 = 3;

/// What holds for every statement, the connection test's too: nothing is cut off, nothing is refused for its size, names are not
/// garbled, and what is printed is printed in one way.
pub(super) async fn pin(wire: &mut Wire) -> Result<(), ConnectError> {
    // A server may be set to ignore what the login asked for, and would then garble names without a word.
    settle(wire, "set names utf8mb4").await?;
    settle(wire, "set session sql_mode = ''").await?;
    // The largest number that has a sign: servers that speak this protocol take a larger one for one below zero.
    settle(wire, "set session sql_select_limit = 9223372036854775807, session sql_big_selects = 1").await
}

/// What holds for a read: the server gives up when we do, and does not go through all tables for statistics that it has.
pub(super) async fn prepare(wire: &mut Wire, product: Product, until: Deadline) -> Result<(), ConnectError> {
    let left = until.remaining();
    match product {
        Product::MySql(major) => {
            settle(wire, &format!("set session max_execution_time = {}", left.as_millis().clamp(1, 4_294_967_295))).await?;
            // Defaults that are points in time are printed in the session's zone.
            settle(wire, &format!("set session lock_wait_timeout = {LOCK_WAIT}, session time_zone = '+00:00'")).await?;
            if major >= 8 {
                settle(wire, "set session information_schema_stats_expiry = 31536000").await?;
            }
            Ok(())
        }
        Product::MariaDb(_) => {
            let seconds = left.as_secs().clamp(1, 31_536_000);
            let sql = format!(
                "set session max_statement_time = {seconds}, session lock_wait_timeout = {LOCK_WAIT}, session time_zone = '+00:00'"
            );
            settle(wire, &sql).await
        }
        Product::SingleStore => Ok(()),
    }
}
