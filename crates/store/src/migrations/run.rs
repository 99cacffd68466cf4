//! Running the scripts that a database has not seen.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::backend::{Backend, Value};
use crate::error::StoreError;

const TABLE: &str =
    "create table if not exists headwater_migration (version integer primary key, name text not null, checksum text not null)";

/// Runs what is missing up to `newest`, all in one transaction. Several processes may do so at once.
pub(crate) async fn migrate(backend: &dyn Backend, newest: i32) -> Result<(), StoreError> {
    let mut tx = backend.begin_migration().await?;
    tx.script(TABLE).await?;
    let done = tx.query("select version, checksum from headwater_migration order by version", &[]).await?;
    let known = backend.migrations();
    if let Some(newer) = done.get(known.len()) {
        return Err(StoreError::Version(format!("it has migration {}, which this program does not know: run a newer one", newer.int(0)?)));
    }
    for (n, (version, name, script)) in known.iter().enumerate().filter(|(_, (version, ..))| *version <= newest) {
        let checksum = STANDARD.encode(Sha256::digest(script));
        match done.get(n) {
            Some(row) if row.int(0)? == *version && row.text(1)? == checksum => {}
            Some(_) => return Err(StoreError::Version(format!("its migration {version} is not this program's"))),
            None => {
                tx.script(script).await?;
                let values = [Value::Int(*version), Value::Text(name), Value::Text(&checksum)];
                tx.execute("insert into headwater_migration (version, name, checksum) values ($1, $2, $3)", &values).await?;
            }
        }
    }
    tx.commit().await
}
