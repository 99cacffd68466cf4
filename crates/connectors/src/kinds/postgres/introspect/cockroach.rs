//! The catalog of CockroachDB.
//!
//! Its `information_schema.columns` tells what PostgreSQL's cannot: which columns are hidden (`rowid`, hash-sharding
//! columns) and the type in CockroachDB's own words; it is where its `SHOW COLUMNS` reads. Relations and keys come from its `pg_catalog`.

use std::collections::{HashMap, HashSet};
use std::pin::pin;

use catalog::{CatalogWriter, Column, Generated, Partial, TableWriter};
use futures_util::TryStreamExt;
use tokio_postgres::Client;

use super::keys::{Constraints, KeyColumns, Keys, relation};
use crate::error::ConnectError;
use crate::kinds::postgres::error::map;
use crate::kinds::postgres::rows::{each, get, rows, stream};
use crate::kinds::postgres::types::normalize;

const SCHEMAS: &str = "select nspname::text from pg_catalog.pg_namespace
    where left(nspname::text, 3) <> 'pg_' and nspname not in ('information_schema', 'crdb_internal') and has_schema_privilege(nspname, 'USAGE')";

const RELATIONS: &str = "select c.oid, n.nspname::text, c.relname::text, c.relkind::text, d.description, null::float4, has_table_privilege(c.oid, 'SELECT')
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_description d on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and left(n.nspname::text, 3) <> 'pg_' and n.nspname not in ('information_schema', 'crdb_internal')
    and has_schema_privilege(n.nspname, 'USAGE')";

const COMMENTS: &str = "select d.objoid, a.attname::text, d.description from pg_catalog.pg_description d
    join pg_catalog.pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid
    where d.classoid = 'pg_catalog.pg_class'::regclass and d.objsubid > 0";

const CONSTRAINTS: &str =
    "select conrelid, contype::text, conkey, confrelid, confkey from pg_catalog.pg_constraint where contype in ('p', 'f')";

/// Both sides: the position of a column in `information_schema` is not its number in `pg_attribute`.
const KEYED: &str = "select a.attrelid, a.attnum, a.attname::text from pg_catalog.pg_attribute a join (
    select conrelid as relation, unnest(conkey) as number from pg_catalog.pg_constraint where contype in ('p', 'f')
    union select confrelid, unnest(confkey) from pg_catalog.pg_constraint where contype = 'f') k on k.relation = a.attrelid and k.number = a.attnum";

const COLUMNS: &str = "select table_schema::text, table_name::text, column_name::text, crdb_sql_type::text, is_nullable::text,
    column_default::text, generation_expression::text, is_identity::text from information_schema.columns
    where is_hidden = 'NO' and left(table_schema::text, 3) <> 'pg_' and table_schema not in ('information_schema', 'crdb_internal')
    order by table_schema, table_name, ordinal_position";

/// Reads everything that the user may see.
pub(super) async fn read(client: &Client, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let held = out.hold();
    let (mut tables, mut notes) = (HashMap::new(), HashMap::<u32, HashMap<String, String>>::new());
    // Tables that may be read, of which no column was seen.
    let mut bare = HashSet::new();
    let (mut constraints, mut names) = (Constraints::default(), KeyColumns::default());
    let (schemas, (), (), (), (), columns) = tokio::try_join!(
        rows(client, &held, SCHEMAS),
        each(client, &held, RELATIONS, |row| {
            let (oid, relation) = relation(row)?;
            if get::<Option<bool>>(row, 6)?.unwrap_or_default() {
                bare.insert(oid);
            }
            tables.insert(oid, relation);
            Ok(())
        }),
        each(client, &held, COMMENTS, |row| {
            notes.entry(get(row, 0)?).or_default().insert(get(row, 1)?, get(row, 2)?);
            Ok(())
        }),
        each(client, &held, CONSTRAINTS, |row| constraints.take(row)),
        each(client, &held, KEYED, |row| names.take(row)),
        stream(client, COLUMNS),
    )?;
    if !held.fitted() {
        out.left_out(Partial::CatalogBytes);
    }
    for row in &schemas {
        out.schema(get::<&str>(row, 0)?);
    }
    let by_name: HashMap<_, _> = tables.iter().map(|(oid, t)| ((t.schema.as_str(), t.name.as_str()), *oid)).collect();
    let keys = Keys { constraints, names };

    let mut columns = pin!(columns);
    let (mut current, mut table) = (None, None::<TableWriter>);
    while let Some(row) = columns.try_next().await.map_err(|e| map(&e))? {
        let Some(&oid) = by_name.get(&(get(&row, 0)?, get(&row, 1)?)) else { continue };
        if current != Some(oid) {
            if let Some(whole) = table.take() {
                whole.finish(out).await?;
            }
            table = out.table(tables[&oid].head());
            if let Some(table) = &mut table {
                keys.write(oid, &[], &tables, table);
            }
            bare.remove(&oid);
            current = Some(oid);
        }
        let Some(table) = &mut table else { continue };
        let (name, native_type): (&str, &str) = (get(&row, 2)?, get(&row, 3)?);
        let stored = get::<Option<&str>>(&row, 6)?.filter(|e| !e.is_empty());
        let identity = get::<Option<&str>>(&row, 7)? == Some("YES");
        table.column(Column {
            name,
            path: &[],
            native_type,
            data_type: normalize(native_type, ' '),
            nullable: get::<&str>(&row, 4)? == "YES",
            default: stored.or(get(&row, 5)?),
            generated: if identity { Some(Generated::Identity) } else { stored.map(|_| Generated::Stored) },
            comment: notes.get(&oid).and_then(|n| n.get(name)).map(String::as_str),
        });
    }
    if let Some(whole) = table {
        whole.finish(out).await?;
    }
    // All columns of a table may be hidden: it is a table all the same.
    for oid in bare {
        if let Some(table) = out.table(tables[&oid].head()) {
            table.finish(out).await?;
        }
    }
    Ok(())
}
