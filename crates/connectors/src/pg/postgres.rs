//! The catalog of PostgreSQL.
//!
//! Seven statements, sent together. What makes them fast: `format_type` once for each distinct type, `pg_get_expr`
//! once for each distinct default, comments without a function call for each row, attributes in the order of their index.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::Client;

use super::error::map;
use super::introspect::{get, rows, stream};
use super::keys::{Keys, relations};
use super::types::normalize;
use crate::catalog::{CatalogBuilder, Column};
use crate::error::ConnectError;

/// The first OID that a user's object can have (`FirstNormalObjectId`).
const FIRST: u32 = 16_384;

const SCHEMAS: &str = r"select n.nspname from pg_namespace n
    where n.nspname not like 'pg\_%' and n.nspname <> 'information_schema' and has_schema_privilege(n.oid, 'USAGE')";

const RELATIONS: &str = r"select c.oid, n.nspname, c.relname, c.relkind::text, d.description, c.reltuples
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
    and has_schema_privilege(n.oid, 'USAGE')
    and (has_table_privilege(c.oid, 'SELECT') or has_any_column_privilege(c.oid, 'SELECT'))";

/// The name is given only for types whose name is a promise: built-in ones and a few well-known extensions'.
const TYPES: &str = "select x.atttypid, x.atttypmod, format_type(x.atttypid, x.atttypmod), t.typcategory,
    case when coalesce(b.oid, t.oid) < 16384 or coalesce(b.typname, t.typname) in ('citext', 'geometry', 'geography', 'hstore')
        then coalesce(b.typname, t.typname)::text else '' end
    from (select distinct atttypid, atttypmod from pg_attribute where attnum > 0 and attrelid >= 16384) x
    join pg_type t on t.oid = x.atttypid left join pg_type b on b.oid = t.typbasetype";

const COMMENTS: &str = "select objoid, objsubid, description from pg_description
    where classoid = 'pg_class'::regclass and objsubid > 0 and objoid >= 16384";

const REFERENCED: &str = "select a.attrelid, a.attnum, a.attname
    from (select distinct confrelid, unnest(confkey) as attnum from pg_constraint where contype = 'f' and conrelid >= 16384) k
    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = k.attnum";

/// Printing an expression is the dear part, and tables repeat their defaults: each distinct one is printed once.
/// A generated column's expression names its own table's columns, so those are printed one by one.
fn defaults(major: u32) -> String {
    let generated = if major >= 12 { "a.attgenerated <> ''" } else { "false" };
    format!(
        "with d as materialized (select d.adrelid, d.adnum, d.adbin::text as b, {generated} as g
            from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where d.adrelid >= {FIRST}),
        f as (select distinct on (b) b, adrelid, adnum from d where not g order by b),
        e as materialized (select f.b, pg_get_expr(x.adbin, x.adrelid) as t from f join pg_attrdef x on x.adrelid = f.adrelid and x.adnum = f.adnum)
        select d.adrelid, d.adnum, e.t from d join e on e.b = d.b where not d.g
        union all
        select d.adrelid, d.adnum, pg_get_expr(x.adbin, x.adrelid) from d join pg_attrdef x on x.adrelid = d.adrelid and x.adnum = d.adnum where d.g"
    )
    .replace(if major >= 12 { "" } else { " materialized" }, "")
}

fn constraints(major: u32) -> String {
    // A key to a partitioned table is there once more for each of its partitions.
    let once = if major >= 11 {
        "and not exists (select 1 from pg_constraint p where p.oid = c.conparentid and p.conrelid = c.conrelid)"
    } else {
        ""
    };
    format!(
        "select c.conrelid, c.contype::text, c.conkey, c.confrelid, c.confkey from pg_constraint c where c.contype in ('p', 'f') and c.conrelid >= {FIRST} {once}"
    )
}

fn attributes(major: u32) -> String {
    let identity = if major >= 10 { "attidentity" } else { "''::\"char\"" };
    let generated = if major >= 12 { "attgenerated" } else { "''::\"char\"" };
    format!(
        "select attrelid, attnum, attname, atttypid, atttypmod, attnotnull, {identity}, {generated} from pg_attribute
        where attnum > 0 and not attisdropped and attrelid >= {FIRST} order by attrelid, attnum"
    )
}

/// Reads everything that the user may see.
pub(super) async fn read(client: &Client, major: u32, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
    let (defaults, constraints, attributes) = (defaults(major), constraints(major), attributes(major));
    let (schemas, tables, types, defaults, comments, constraints, referenced, columns) = tokio::try_join!(
        rows(client, SCHEMAS),
        rows(client, RELATIONS),
        rows(client, TYPES),
        rows(client, &defaults),
        rows(client, COMMENTS),
        rows(client, &constraints),
        rows(client, REFERENCED),
        stream(client, &attributes),
    )?;
    for row in &schemas {
        out.schema(get(row, 0)?);
    }
    let tables = relations(&tables)?;
    let mut kinds = HashMap::new();
    for row in &types {
        let category = char::from(u8::try_from(get::<i8>(row, 3)?).unwrap_or(b'X'));
        kinds.insert((get::<u32>(row, 0)?, get::<i32>(row, 1)?), (get::<&str>(row, 2)?, normalize(get(row, 4)?, category)));
    }
    let mut expressions = HashMap::new();
    for row in &defaults {
        expressions.insert((get::<u32>(row, 0)?, get::<i16>(row, 1)?), get::<Option<&str>>(row, 2)?);
    }
    let mut notes = HashMap::new();
    for row in &comments {
        notes.insert((get::<u32>(row, 0)?, get::<i32>(row, 1)?), get::<&str>(row, 2)?);
    }
    let keys = Keys::new(&constraints, &referenced)?;

    let mut columns = pin!(columns);
    let (mut relation, mut taken, mut names) = (0_u32, false, Vec::new());
    let mut seen = std::collections::HashSet::with_capacity(tables.len());
    while let Some(row) = columns.try_next().await.map_err(|e| map(&e))? {
        let (oid, number, name): (u32, i16, &str) = (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
        if oid != relation {
            if taken {
                keys.write(relation, &names, &tables, out);
            }
            names.clear();
            relation = oid;
            taken = match tables.get(&oid) {
                Some(table) => seen.insert(oid) && out.table(table.head()).await?,
                None => false,
            };
        }
        if !taken {
            continue;
        }
        if keys.has(oid) {
            names.push((number, name.to_owned()));
        }
        let (native_type, data_type) = kinds.get(&(get(&row, 3)?, get(&row, 4)?)).copied().unwrap_or(("unknown", "other"));
        let generated = match (get::<i8>(&row, 6)?, get::<i8>(&row, 7)?) {
            (0, 0) => None,
            (0, _) => Some("stored"),
            _ => Some("identity"),
        };
        out.column(Column {
            name,
            native_type,
            data_type,
            nullable: !get::<bool>(&row, 5)?,
            default: expressions.get(&(oid, number)).copied().flatten(),
            generated,
            comment: notes.get(&(oid, i32::from(number))).copied(),
        });
    }
    if taken {
        keys.write(relation, &names, &tables, out);
    }
    // A table may have no column at all.
    for (_, table) in tables.iter().filter(|(oid, _)| !seen.contains(oid)) {
        out.table(table.head()).await?;
    }
    Ok(())
}
