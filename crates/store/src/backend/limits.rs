//! How long the store waits for its database: for nothing without a limit.
//!
//! A database that is there ends its own statements a second earlier, and says so. Who hears nothing at all until the end has a
//! connection that leads nowhere: a failover, a router that forgot it.

use std::time::Duration;

/// For a connection to one host to come about, if the URL says nothing else (`connect_timeout`).
pub(super) const HOST: Duration = Duration::from_secs(3);

/// For TLS and login after it.
pub(super) const LOGIN: Duration = Duration::from_secs(1);

/// For a place in the pool, or for SQLite's one writer.
pub(super) const PLACE: Duration = Duration::from_secs(5);

/// For SQLite's one writer, where it is enough to know that somebody writes.
pub(super) const LINE: Duration = Duration::from_secs(1);

/// For a statement that reads, a connection for it included, and for a transaction to begin.
pub(super) const READ: Duration = Duration::from_secs(5);

/// For a statement that writes.
pub(super) const WRITE: Duration = Duration::from_secs(30);

/// For a statement of a migration, and for another process that migrates.
pub(super) const MIGRATION: Duration = Duration::from_mins(30);

/// So much earlier the database gives up by itself.
pub(super) const EARLIER: Duration = Duration::from_secs(1);

/// A statement that was given up on after so long casts doubt on the connection's like.
pub(super) const DOUBT: Duration = Duration::from_secs(1);

/// A connection that rests is asked for a sign of life after this time, then in these intervals, so often.
pub(super) const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(10), Duration::from_secs(3), 3);

/// For sent bytes to be acknowledged by the other end's kernel.
pub(super) const ACKNOWLEDGED: Duration = Duration::from_secs(10);
