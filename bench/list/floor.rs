//! The least that a list endpoint can do with axum and tokio-postgres: one joined query for token and names, sent without waiting
//! for the answers to those before it. `bench/list/run` compares with it.
//!
//! usage: `list_floor DATABASE_URL ADDRESS:PORT [CONNECTIONS]`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_postgres::{Client, NoTls, Statement};

const SQL: &str = "select t.expires_at, t.revoked_at, d.name from service_token t left join datasource d on d.org_id = t.org_id where t.hash = $1 order by d.id";

/// Connections by turns, each with the statement prepared.
struct Pipelined {
    clients: Vec<(Client, Statement)>,
    next: AtomicUsize,
}

async fn list(State(all): State<Arc<Pipelined>>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let token = headers
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let hash: [u8; 32] = Sha256::digest(token).into();
    let (client, statement) = &all.clients[all.next.fetch_add(1, Ordering::Relaxed) % all.clients.len()];
    let rows = client.query(statement, &[&hash.as_slice()]).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    if rows.is_empty() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let names: Vec<Value> = rows.iter().filter_map(|row| row.get::<_, Option<&str>>(2)).map(|name| json!({"name": name})).collect();
    Ok(Json(json!({"data": names})))
}

#[expect(clippy::disallowed_methods, reason = "a bench's own server: the floor has no policy")]
async fn connect(url: &str) -> (Client, Statement) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("store");
    tokio::spawn(connection);
    let statement = client.prepare(SQL).await.expect("a statement");
    (client, statement)
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (url, address) = (arguments.next().expect("DATABASE_URL"), arguments.next().expect("ADDRESS:PORT"));
    let size = arguments.next().map_or(4, |n| n.parse().expect("a number of connections"));
    let mut clients = Vec::new();
    for _ in 0..size {
        clients.push(connect(&url).await);
    }
    let listener = tokio::net::TcpListener::bind(address).await.expect("listener");
    let all = Arc::new(Pipelined { clients, next: AtomicUsize::new(0) });
    axum::serve(listener, Router::new().route("/api/v2/datasource", get(list)).with_state(all)).await.expect("served");
}
