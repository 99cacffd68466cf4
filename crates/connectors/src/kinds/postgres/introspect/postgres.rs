//! The catalog of PostgreSQL.
//!
//! Seven statements, sent together. What makes them fast: `format_type` once for each distinct type, `pg_get_expr`
//! once for each distinct default, comments without a function call for each row, attributes in the order of their index.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;

use catalog::{CatalogWriter, Column, DataType, Generated, Partial, TableWriter};
use futures_util::TryStreamExt;
use tokio_postgres::Client;

use super::keys::{Constraints, KeyColumns, Keys, relation};
use crate::error::ConnectError;
use crate::kinds::postgres::error::map;
use crate::kinds::postgres::rows::{each, get, rows, stream};
use crate::kinds::postgres::types::normalize;

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

/// `lateral` with a limit keeps the planner from reading all attributes for the few that are wanted.
const REFERENCED: &str = "select k.confrelid, k.attnum, a.attname
    from (select distinct confrelid, unnest(confkey) as attnum from pg_constraint where contype = 'f' and conrelid >= 16384) k
    cross join lateral (select attname from pg_attribute where attrelid = k.confrelid and attnum = k.attnum limit 1) a";

/// Printing an expression is the dear part, and tables repeat their defaults: each distinct one is printed once.
/// One that names a column (of a generated column: `{VAR` in the stored tree) means its own table, so those are printed one by one.
const DEFAULTS: &str = "with d as materialized (select adrelid, adnum, adbin::text as b from pg_attrdef where adrelid >= 16384),
    f as (select b, min(adrelid::int8 * 65536 + adnum) as k from d where b not like '%{VAR %' group by b),
    e as materialized (select f.b, pg_get_expr(x.adbin, x.adrelid) as t
        from f join pg_attrdef x on x.adrelid = (f.k / 65536)::oid and x.adnum = (f.k % 65536)::int2)
    select d.adrelid, d.adnum, e.t from d join e on e.b = d.b
    union all
    select adrelid, adnum, pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid >= 16384 and adbin::text like '%{VAR %'";

/// `materialized` is a word of PostgreSQL 12; before, it was what `with` meant.
fn in_line(sql: &str, major: u32) -> String {
    if major >= 12 { sql.to_owned() } else { sql.replace(" as materialized", " as") }
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

/// Texts of which each is kept once: tables repeat their defaults.
#[derive(Default)]
struct Texts(HashSet<Arc<str>>);

impl Texts {
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new = Arc::<str>::from(text);
        self.0.insert(new.clone());
        new
    }
}

/// Reads everything that the user may see.
pub(super) async fn read(client: &Client, major: u32, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let held = out.hold();
    let (defaults, constraints, attributes) = (in_line(DEFAULTS, major), constraints(major), attributes(major));
    let (mut tables, mut kinds, mut notes) = (HashMap::new(), HashMap::new(), HashMap::new());
    let (mut expressions, mut texts) = (HashMap::new(), Texts::default());
    let (mut found, mut names) = (Constraints::default(), KeyColumns::default());
    // All are sent at once and answered one after the other; each row goes to its place as it comes.
    let (schemas, (), (), (), (), (), (), columns) = tokio::try_join!(
        rows(client, &held, SCHEMAS),
        each(client, &held, RELATIONS, |row| relation(row).map(|(oid, relation)| drop(tables.insert(oid, relation)))),
        each(client, &held, TYPES, |row| {
            let category = char::from(u8::try_from(get::<i8>(row, 3)?).unwrap_or(b'X'));
            kinds.insert((get::<u32>(row, 0)?, get::<i32>(row, 1)?), (get::<String>(row, 2)?, normalize(get(row, 4)?, category)));
            Ok(())
        }),
        each(client, &held, &defaults, |row| {
            if let Some(text) = get::<Option<&str>>(row, 2)? {
                expressions.insert((get::<u32>(row, 0)?, get::<i16>(row, 1)?), texts.shared(text));
            }
            Ok(())
        }),
        each(client, &held, COMMENTS, |row| {
            notes.insert((get::<u32>(row, 0)?, get::<i32>(row, 1)?), get::<String>(row, 2)?);
            Ok(())
        }),
        each(client, &held, &constraints, |row| found.take(row)),
        each(client, &held, REFERENCED, |row| names.take(row)),
        stream(client, &attributes),
    )?;
    if !held.fitted() {
        out.left_out(Partial::CatalogBytes);
    }
    for row in &schemas {
        out.schema(get::<&str>(row, 0)?);
    }
    let keys = Keys { constraints: found, names };

    let mut columns = pin!(columns);
    let (mut current, mut numbered) = (0_u32, Vec::new());
    let mut table: Option<TableWriter> = None;
    let mut seen = HashSet::with_capacity(tables.len());
    while let Some(row) = columns.try_next().await.map_err(|e| map(&e))? {
        let (oid, number, name): (u32, i16, &str) = (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
        if oid != current {
            if let Some(mut whole) = table.take() {
                keys.write(current, &numbered, &tables, &mut whole);
                whole.finish(out).await?;
            }
            numbered.clear();
            current = oid;
            table = tables.get(&oid).filter(|_| seen.insert(oid)).and_then(|relation| out.table(relation.head()));
        }
        let Some(table) = &mut table else { continue };
        if keys.has(oid) {
            numbered.push((number, name.to_owned()));
        }
        let (native_type, data_type) =
            kinds.get(&(get(&row, 3)?, get(&row, 4)?)).map_or(("unknown", DataType::Other), |(native, word)| (native.as_str(), *word));
        let generated = match (get::<i8>(&row, 6)?, get::<i8>(&row, 7)?) {
            (0, 0) => None,
            (0, 0x76) => Some(Generated::Virtual),
            (0, _) => Some(Generated::Stored),
            _ => Some(Generated::Identity),
        };
        table.column(Column {
            name,
            path: &[],
            native_type,
            data_type,
            nullable: !get::<bool>(&row, 5)?,
            default: expressions.get(&(oid, number)).map(|text| &**text),
            generated,
            comment: notes.get(&(oid, i32::from(number))).map(String::as_str),
        });
    }
    if let Some(mut whole) = table {
        keys.write(current, &numbered, &tables, &mut whole);
        whole.finish(out).await?;
    }
    // A table may have no column at all.
    for (_, relation) in tables.iter().filter(|(oid, _)| !seen.contains(oid)) {
        if let Some(table) = out.table(relation.head()) {
            table.finish(out).await?;
        }
    }
    Ok(())
}
