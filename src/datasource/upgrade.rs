//! What 0.1.0 stored, brought into this version's form while the server runs: in small steps, each of which may be the last.

use store::{CipherError, DefinitionMark, SchemaMark, Whole};

use super::failure::Failure;
use super::sealed;
use crate::app::App;

/// Goes through everything that is left. Several servers may do so at once; what one has done the others pass over.
pub(crate) async fn upgrade(app: &App) -> Result<(), Failure> {
    let mut definitions = DefinitionMark::default();
    let mut steps = 0_u64;
    while let Some(mark) = app.store.pack_definitions(definitions).await? {
        definitions = mark;
        steps += 1;
    }
    let mut schemas = SchemaMark::default();
    while let Some(mark) = app.store.plant_tree(&schemas).await? {
        schemas = mark;
        steps += 1;
    }
    let mut after = 0;
    loop {
        let some = app.store.whole_credentials(after).await?;
        let Some(last) = some.last() else { break };
        after = last.id;
        for whole in &some {
            steps += 1;
            match split(app, whole).await {
                Ok(()) => {}
                Err(cause @ (Failure::Store(_) | Failure::Cipher(CipherError::Store(_)))) => return Err(cause),
                // The server runs without them as it did before.
                Err(cause @ (Failure::Cipher(_) | Failure::Unreadable)) => {
                    tracing::warn!(%cause, tenant.id = whole.tenant.0, datasource.id = %whole.uuid, "credentials could not be sealed for their place");
                }
            }
        }
    }
    if steps > 0 {
        tracing::info!(steps, "what an older version stored is in this version's form");
    } else {
        tracing::debug!("everything stored is in this version's form");
    }
    Ok(())
}

/// Seals credentials that were sealed as a whole anew, for their place.
async fn split(app: &App, whole: &Whole) -> Result<(), Failure> {
    let Whole { tenant, uuid, kind, sealed, .. } = whole;
    let kind = app.registry.find(kind).ok_or(Failure::Unreadable)?;
    let canonical = app.cipher.open_unplaced(sealed::binding(*tenant, *uuid), sealed).await?;
    let canonical = serde_json::from_slice(&canonical).map_err(|_| Failure::Unreadable)?;
    let credentials = sealed::seal(app, *tenant, *uuid, kind, canonical).await?;
    // If it was not there any more, somebody has written newer ones.
    app.store.split_credentials(*tenant, *uuid, sealed, &credentials).await?;
    Ok(())
}
