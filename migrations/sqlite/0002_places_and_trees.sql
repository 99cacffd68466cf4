-- A datasource may be there before its credentials ever worked: then it has no server, no schema, no times of either.
-- `profile` is what of its credentials is no secret, as JSON; `sealed` has the secrets alone, and opens for the place
-- that the profile names. A row of 0001 has no profile until the server, which has the keys, has sealed it anew:
-- all of its credentials are in `sealed`. SQLite cannot drop a `not null`, so the table is made anew, and with it the
-- one that refers to it.
create table datasource_next (
    id              integer primary key autoincrement,
    uuid            blob not null unique,
    org_id          integer not null references organisation (id),
    name            text not null,
    kind            text not null,
    revision        integer not null,
    lifecycle       text not null check (lifecycle in ('untested', 'verified')),
    profile         text,
    sealed          blob not null,
    snapshot        blob,
    product         text,
    product_version text,
    created_at      integer not null,
    updated_at      integer not null,
    tested_at       integer,
    synced_at       integer,
    sync_error      text,
    unique (org_id, name)
) strict;
insert into datasource_next (id, uuid, org_id, name, kind, revision, lifecycle, sealed, snapshot, product, product_version,
    created_at, updated_at, tested_at, synced_at, sync_error)
select id, uuid, org_id, name, kind, revision, 'verified', sealed, snapshot, product, product_version,
    created_at, updated_at, tested_at, synced_at, sync_error
from datasource;
-- The number of a deleted datasource is never given again.
delete from sqlite_sequence where name = 'datasource_next';
insert into sqlite_sequence (name, seq) select 'datasource_next', seq from sqlite_sequence where name = 'datasource';

create table tenancy_next (
    datasource_id      integer primary key references datasource_next (id) on delete cascade,
    level              text not null check (level in ('TABLE', 'DATABASE')),
    client_column_type text,
    schema_name        text,
    table_name         text,
    client_name_column text,
    primary_key_column text
) strict;
insert into tenancy_next select * from tenancy;
drop table tenancy;
drop table datasource;
alter table datasource_next rename to datasource;
alter table tenancy_next rename to tenancy;
create index datasource_org on datasource (org_id, id);

-- What 0001 wrote is read where it is until the server has moved it. Under these names no older server can sweep away
-- what it does not understand.
alter table snapshot_table rename to snapshot_table_0001;
alter table definition rename to definition_0001;

-- A definition is a table's canonical JSON, compressed (zstd), under the SHA-256 of the JSON. Definitions are staged
-- before the datasource exists, so they refer to its uuid without a foreign key.
create table definition (
    datasource blob not null,
    hash       blob not null,
    org_id     integer not null,
    body       blob not null,
    staged_at  integer not null,
    primary key (datasource, hash)
) strict;

-- The cached schema, kept as git keeps trees: a snapshot names a tree for each schema that has tables, a tree lists
-- tables under a hash of their definitions. Snapshots of one datasource share the trees that are equal.
create table schema_tree (
    id         blob primary key,
    datasource blob not null,
    hash       blob not null,
    unique (datasource, hash)
) strict;

-- The source's guess at a table's rows is no part of the tree's identity: it is changed in place.
create table tree_entry (
    tree         blob    not null,
    table_name   text    not null,
    kind         text    not null,
    hash         blob    not null,
    columns      integer not null,
    row_estimate integer,
    primary key (tree, table_name)
) strict, without rowid;

create table snapshot_schema (
    snapshot    blob not null,
    schema_name text not null,
    tree        blob not null,
    primary key (snapshot, schema_name)
) strict, without rowid;
