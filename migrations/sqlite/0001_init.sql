-- Times are milliseconds since 1970-01-01 UTC.

create table organisation (
    id         integer primary key autoincrement,
    name       text not null unique,
    created_at integer not null
) strict;

-- An organisation's data keys, each wrapped by the master key named beside it.
create table data_key (
    org_id     integer not null references organisation (id),
    version    integer not null,
    master_id  text    not null,
    wrapped    blob not null,
    created_at integer not null,
    primary key (org_id, version)
) strict;

-- Service tokens: only the SHA-256 of a token is kept.
create table service_token (
    id           blob primary key,
    org_id       integer not null references organisation (id),
    name         text not null,
    hash         blob not null unique,
    scope        text not null check (scope in ('read', 'write')),
    created_at   integer not null,
    expires_at   integer,
    revoked_at   integer,
    last_used_at integer
) strict;
create index service_token_org on service_token (org_id);

create table datasource (
    id              integer primary key autoincrement,
    uuid            blob not null unique,
    org_id          integer not null references organisation (id),
    name            text not null,
    kind            text not null,
    revision        integer not null,
    sealed          blob not null,
    snapshot        blob not null,
    product         text not null,
    product_version text not null,
    created_at      integer not null,
    updated_at      integer not null,
    tested_at       integer not null,
    synced_at       integer not null,
    sync_error      text,
    unique (org_id, name)
) strict;
create index datasource_org on datasource (org_id, id);

create table tenancy (
    datasource_id      integer primary key references datasource (id) on delete cascade,
    level              text not null check (level in ('TABLE', 'DATABASE')),
    client_column_type text,
    schema_name        text,
    table_name         text,
    client_name_column text,
    primary_key_column text
) strict;

-- The cached schema, kept as git keeps trees. A snapshot is a list of (schema, table, hash);
-- a definition is a table's canonical JSON under its SHA-256. Definitions are staged before the
-- datasource exists, so they refer to its uuid without a foreign key.
create table snapshot (
    id         blob primary key,
    datasource blob not null,
    root       blob not null,
    summary    text not null,
    created_at integer not null
) strict;
create index snapshot_datasource on snapshot (datasource);

create table snapshot_table (
    snapshot     blob not null,
    schema_name  text    not null,
    table_name   text    not null,
    kind         text    not null,
    hash         blob not null,
    columns      integer not null,
    row_estimate integer,
    primary key (snapshot, schema_name, table_name)
) strict, without rowid;

create table definition (
    datasource blob not null,
    hash       blob not null,
    org_id     integer not null,
    body       text not null,
    staged_at  integer not null,
    primary key (datasource, hash)
) strict;
