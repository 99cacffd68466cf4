//! In which encoding texts are asked for.
//!
//! A server converts what it stores to UTF-8, and refuses the whole statement if one text cannot be converted: bytes that are no text
//! in a database of `SQL_ASCII`, which holds whatever was put there, or a character that UTF-8 has no equivalent for.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::statements::CONVERTED;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::kinds::postgres::error::map;

/// Settles it for the transaction; true if texts now come as they are stored, and what is no UTF-8 in them is replaced here.
pub(super) async fn settle(client: &Client) -> Result<bool, ConnectError> {
    let answer = client.simple_query("show server_encoding").await.map_err(|e| map(&e))?;
    let encoding = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let convertible = match encoding {
        Some("UTF8") => return Ok(false),
        Some("SQL_ASCII") => false,
        _ => converts(client).await?,
    };
    if !convertible {
        client.batch_execute("set local client_encoding = 'SQL_ASCII'").await.map_err(|e| map(&e))?;
    }
    Ok(!convertible)
}

/// Whether every name and comment can be had in UTF-8.
async fn converts(client: &Client) -> Result<bool, ConnectError> {
    client.batch_execute("savepoint texts").await.map_err(|e| map(&e))?;
    match client.simple_query(CONVERTED).await.map_err(|e| map(&e)) {
        Ok(_) => Ok(true),
        // "untranslatable character", "character not in repertoire"
        Err(error) if matches!(error.server_code.as_deref(), Some("22P05" | "22021")) => {
            client.batch_execute("rollback to savepoint texts").await.map_err(|e| map(&e))?;
            Ok(false)
        }
        Err(error) if error.server_code.is_none() => Err(error),
        // What a product does not know it does not have.
        Err(error) if error.kind == ConnectErrorKind::TimedOut => Err(error),
        Err(_) => {
            client.batch_execute("rollback to savepoint texts").await.map_err(|e| map(&e))?;
            Ok(true)
        }
    }
}
