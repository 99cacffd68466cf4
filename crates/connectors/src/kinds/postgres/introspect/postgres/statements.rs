//! The statements on PostgreSQL's catalog, 9.6 to 18.
//!
//! What makes them fast: `format_type` once for each distinct type, `pg_get_expr` once for each distinct default, comments without a
//! function call for each row, attributes in the order of their index.

/// The first OID that a user's object can have (`FirstNormalObjectId`).
const FIRST: u32 = 16_384;

/// What decides how expressions are printed, and what a string in a statement means: a role, a database or a server may have set it
/// otherwise. With nothing but `pg_catalog` in sight every name in a type or a default is printed with its schema.
pub(in crate::kinds::postgres::introspect) fn settings(major: u32) -> String {
    // Since 12 any number above zero prints the shortest that reads back as the same.
    let digits = i32::from(major >= 12);
    // Compiling a statement that runs once costs more than it saves.
    let jit = if major >= 11 { "; set local jit = off" } else { "" };
    format!(
        "set local search_path = pg_catalog; set local standard_conforming_strings = on; set local quote_all_identifiers = off;
        set local datestyle = 'ISO, MDY'; set local timezone = 'UTC'; set local intervalstyle = 'postgres'; set local bytea_output = 'hex';
        set local lc_monetary = 'C'; set local extra_float_digits = {digits}{jit}"
    )
}

/// (name)
pub(super) const SCHEMAS: &str = "select n.nspname from pg_namespace n
    where left(n.nspname, 3) <> 'pg_' and n.nspname <> 'information_schema' and has_schema_privilege(n.oid, 'USAGE')";

/// (oid, schema, name, relkind, comment, reltuples, whether all of it may be selected, what it is a partition of)
pub(super) fn relations(major: u32) -> String {
    let parent = if major >= 10 {
        "(select i.inhparent from pg_inherits i where i.inhrelid = c.oid and c.relispartition limit 1)"
    } else {
        "null::oid"
    };
    format!(
        "select c.oid, n.nspname, c.relname, c.relkind::text, d.description, c.reltuples, has_table_privilege(c.oid, 'SELECT'), {parent}
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
        where c.relkind in ('r', 'p', 'v', 'm', 'f') and left(n.nspname, 3) <> 'pg_' and n.nspname <> 'information_schema'
        and has_schema_privilege(n.oid, 'USAGE')
        and (has_table_privilege(c.oid, 'SELECT') or has_any_column_privilege(c.oid, 'SELECT'))"
    )
}

/// (type, modifier, printed, category, name, whether a domain takes no null). The name is given only for types whose name is a promise:
/// built-in ones and a few well-known extensions'. Of a domain it is that of the type at the end of the chain.
pub(super) const TYPES: &str = "with recursive used as (
        select distinct atttypid, atttypmod from pg_attribute where attnum > 0 and attrelid >= 16384),
    chain as (
        select t.oid as top, t.oid, t.typname, t.typtype, t.typbasetype, t.typnotnull from pg_type t where t.oid in (select atttypid from used)
        union all select c.top, b.oid, b.typname, b.typtype, b.typbasetype, b.typnotnull
        from chain c join pg_type b on b.oid = c.typbasetype where c.typtype = 'd'),
    told as (
        select top, bool_or(typtype = 'd' and typnotnull) as required, max(case
            when typtype <> 'd' and (oid < 16384 or typname in ('citext', 'geometry', 'geography', 'hstore')) then typname::text end) as name
        from chain group by top)
    select u.atttypid, u.atttypmod, format_type(u.atttypid, u.atttypmod), t.typcategory, coalesce(k.name, ''), k.required
    from used u join pg_type t on t.oid = u.atttypid join told k on k.top = t.oid";

/// (relation, column, text)
pub(super) const COMMENTS: &str = "select objoid, objsubid, description from pg_description
    where classoid = 'pg_class'::regclass and objsubid > 0 and objoid >= 16384";

/// (relation, column): of tables that may not be read whole, the columns that may. Where there is no such table, nothing is gone through.
pub(super) const READABLE: &str = "select attrelid, attnum from pg_attribute
    where exists (select 1 from pg_class where oid >= 16384 and relkind in ('r', 'p', 'v', 'm', 'f') and not has_table_privilege(oid, 'SELECT'))
    and attnum > 0 and attrelid >= 16384 and attacl is not null and has_column_privilege(attrelid, attnum, 'SELECT')";

/// (relation, column, name). `lateral` with a limit keeps the planner from reading all attributes for the few that are wanted.
pub(super) const REFERENCED: &str = "select k.confrelid, k.attnum, a.attname
    from (select distinct confrelid, unnest(confkey) as attnum from pg_constraint where contype = 'f' and conrelid >= 16384) k
    cross join lateral (select attname from pg_attribute where attrelid = k.confrelid and attnum = k.attnum limit 1) a";

/// (relation, column, expression), without the defaults of some relations.
///
/// Printing an expression is the dear part, and tables repeat their defaults: each distinct one is printed once.
/// One that names a column (of a generated column: `{VAR` in the stored tree) means its own table, so those are printed one by one.
pub(super) fn defaults(major: u32, without: &[u32]) -> String {
    let without = match without {
        [] => String::new(),
        some => format!(" and adrelid not in ({})", some.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
    };
    // A word of PostgreSQL 12; before, it was what `with` meant.
    let materialized = if major >= 12 { "materialized " } else { "" };
    format!(
        "with d as {materialized}(select adrelid, adnum, adbin::text as b from pg_attrdef where adrelid >= {FIRST}{without}),
        f as (select b, min(adrelid::int8 * 65536 + adnum) as k from d where b not like '%{{VAR %' group by b),
        e as {materialized}(select f.b, pg_get_expr(x.adbin, x.adrelid) as t
            from f join pg_attrdef x on x.adrelid = (f.k / 65536)::oid and x.adnum = (f.k % 65536)::int2)
        select d.adrelid, d.adnum, e.t from d join e on e.b = d.b
        union all
        select adrelid, adnum, pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid >= {FIRST} and adbin::text like '%{{VAR %'{without}"
    )
}

/// (relation): those with a default that somebody has locked, or waits to lock, against readers.
pub(super) const LOCKED: &str = "select distinct d.adrelid from pg_attrdef d join pg_locks l on l.relation = d.adrelid
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid is distinct from pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())";

/// (conrelid, contype, conkey, confrelid, confkey)
pub(super) fn constraints(major: u32) -> String {
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

/// (relation, number, name, type, modifier, whether it takes no null, identity, generated)
pub(super) fn attributes(major: u32) -> String {
    let identity = if major >= 10 { "attidentity" } else { "''::\"char\"" };
    let generated = if major >= 12 { "attgenerated" } else { "''::\"char\"" };
    format!(
        "select attrelid, attnum, attname, atttypid, atttypmod, attnotnull, {identity}, {generated} from pg_attribute
        where attnum > 0 and not attisdropped and attrelid >= {FIRST} order by attrelid, attnum"
    )
}

/// Fails if a name or a comment has no equivalent in UTF-8.
pub(super) const CONVERTED: &str = "select count(convert_to(x.t, 'UTF8')) from (
    select nspname::text as t from pg_namespace union all select relname::text from pg_class where oid >= 16384
    union all select attname::text from pg_attribute where attrelid >= 16384 union all select typname::text from pg_type where oid >= 16384
    union all select description from pg_description where objoid >= 16384) x";
