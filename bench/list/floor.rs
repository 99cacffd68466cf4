//! The least that a list endpoint can do with axum and sqlx: one joined query for token and names. `bench/list/run` compares with it.
//!
//! usage: `list_floor DATABASE_URL ADDRESS:PORT`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row};

const SQL: &str = "select t.expires_at, t.revoked_at, d.name from service_token t left join datasource d on d.org_id = t.org_id where t.hash = $1 order by d.id";

async fn list(State(pool): State<PgPool>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let token = headers
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let hash: [u8; 32] = Sha256::digest(token).into();
    let rows = sqlx::query(SQL).bind(hash.as_slice()).fetch_all(&pool).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    if rows.is_empty() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let names: Vec<Value> = rows.iter().filter_map(|row| row.get::<Option<&str>, _>(2)).map(|name| json!({"name": name})).collect();
    Ok(Json(json!({"data": names})))
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (url, address) = (arguments.next().expect("DATABASE_URL"), arguments.next().expect("ADDRESS:PORT"));
    let pool = PgPoolOptions::new().max_connections(16).test_before_acquire(false).connect(&url).await.expect("store");
    let listener = tokio::net::TcpListener::bind(address).await.expect("listener");
    axum::serve(listener, Router::new().route("/api/v2/datasource", get(list)).with_state(pool)).await.expect("served");
}
