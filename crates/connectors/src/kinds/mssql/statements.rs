//! The statements that read a database's catalog: seven for each database, however many tables. Servers since 2012.
//!
//! `db` is empty for the current database, or `[name].` for another one. Numbers are cast to `int` and texts to `nvarchar`, because
//! the catalog's own types differ from version to version.

/// Version, edition, current database.
pub(super) const PROBE: &str =
    "select cast(serverproperty('ProductVersion') as nvarchar(128)), cast(serverproperty('EngineEdition') as int), db_name()";

/// Proof that objects can be listed.
pub(super) const LIST: &str = "select top 1 name from sys.objects";

/// Databases that the login can enter, without the server's own.
pub(super) const DATABASES: &str = "select name from sys.databases
    where name not in ('master', 'tempdb', 'model', 'msdb', 'distribution', 'SSISDB', 'rdsadmin')
    and state = 0 and has_dbaccess(name) = 1 order by name";

/// A name in brackets, and the point behind it.
pub(super) fn prefix(database: &str) -> String {
    format!("[{}].", database.replace(']', "]]"))
}

/// From 16384 on are the schemas of the fixed roles.
pub(super) fn schemas(db: &str) -> String {
    format!("select name from {db}sys.schemas where schema_id < 16384 and name not in ('sys', 'INFORMATION_SCHEMA', 'guest')")
}

/// Tables and views: (object, schema, name, type, whether external). Synonyms are of another type.
pub(super) fn objects(db: &str, version: u32) -> String {
    // External tables came with 2016.
    let external = if version >= 13 { "cast(t.is_external as int)" } else { "0" };
    format!(
        "select o.object_id, s.name, o.name, cast(o.type as nvarchar(2)), {external}
        from {db}sys.objects o join {db}sys.schemas s on s.schema_id = o.schema_id left join {db}sys.tables t on t.object_id = o.object_id
        where o.type in ('U', 'V') and o.is_ms_shipped = 0"
    )
}

/// Columns: (object, name, type, base type, user-defined, length, precision, scale, nullable, identity, computed, persisted, expression, default).
pub(super) fn columns(db: &str, version: u32) -> String {
    // Of graph tables, which came with 2017, some columns cannot be selected.
    let graph = if version >= 14 { "and (c.graph_type is null or c.graph_type not in (1, 3, 4, 6))" } else { "" };
    // A type of a user's may be hidden from a login that may see the column.
    format!(
        "select c.object_id, c.name, coalesce(y.name, b.name), b.name, cast(y.is_user_defined as int), cast(c.max_length as int), cast(c.precision as int),
        cast(c.scale as int), cast(c.is_nullable as int), cast(c.is_identity as int), cast(c.is_computed as int), cast(cc.is_persisted as int),
        cast(cc.definition as nvarchar(max)), cast(d.definition as nvarchar(max))
        from {db}sys.columns c join {db}sys.objects o on o.object_id = c.object_id
        left join {db}sys.types y on y.user_type_id = c.user_type_id left join {db}sys.types b on b.user_type_id = c.system_type_id
        left join {db}sys.computed_columns cc on cc.object_id = c.object_id and cc.column_id = c.column_id
        left join {db}sys.default_constraints d on d.object_id = c.default_object_id
        where o.type in ('U', 'V') and o.is_ms_shipped = 0 {graph} order by c.object_id, c.column_id"
    )
}

/// Comments: (object, column's name or null, text).
pub(super) fn comments(db: &str) -> String {
    format!(
        "select p.major_id, c.name, cast(p.value as nvarchar(max)) from {db}sys.extended_properties p
        left join {db}sys.columns c on c.object_id = p.major_id and c.column_id = p.minor_id
        where p.class = 1 and p.name = 'MS_Description' and (p.minor_id = 0 or c.column_id is not null)"
    )
}

/// Primary keys: (object, column), in the order of the key.
pub(super) fn primary_keys(db: &str) -> String {
    format!(
        "select i.object_id, c.name from {db}sys.indexes i
        join {db}sys.index_columns k on k.object_id = i.object_id and k.index_id = i.index_id
        join {db}sys.columns c on c.object_id = k.object_id and c.column_id = k.column_id
        where i.is_primary_key = 1 and k.key_ordinal > 0 order by i.object_id, k.key_ordinal"
    )
}

/// Foreign keys: (object, constraint, column, object there, column there), in the order of the key.
pub(super) fn foreign_keys(db: &str) -> String {
    format!(
        "select k.parent_object_id, f.name, c.name, k.referenced_object_id, r.name from {db}sys.foreign_keys f
        join {db}sys.foreign_key_columns k on k.constraint_object_id = f.object_id
        join {db}sys.columns c on c.object_id = k.parent_object_id and c.column_id = k.parent_column_id
        join {db}sys.columns r on r.object_id = k.referenced_object_id and r.column_id = k.referenced_column_id
        order by k.constraint_object_id, k.constraint_column_id"
    )
}

/// Rows: (object, estimate). Everybody may ask.
pub(super) fn rows(db: &str) -> String {
    format!("select object_id, sum(rows) from {db}sys.partitions where index_id in (0, 1) group by object_id")
}
