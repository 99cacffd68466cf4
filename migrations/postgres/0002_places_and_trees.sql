-- A datasource may be there before its credentials ever worked: then it has no server, no schema, no times of either.
-- `profile` is what of its credentials is no secret, as JSON; `sealed` has the secrets alone, and opens for the place
-- that the profile names. A row of 0001 has no profile until the server, which has the keys, has sealed it anew:
-- all of its credentials are in `sealed`.
alter table datasource add column lifecycle text not null default 'verified' check (lifecycle in ('untested', 'verified'));
alter table datasource alter column lifecycle drop default;
alter table datasource add column profile text;
alter table datasource alter column snapshot drop not null;
alter table datasource alter column product drop not null;
alter table datasource alter column product_version drop not null;
alter table datasource alter column tested_at drop not null;
alter table datasource alter column synced_at drop not null;

-- What 0001 wrote is read where it is until the server has moved it. Under these names no older server can sweep away
-- what it does not understand.
alter table snapshot_table rename to snapshot_table_0001;
alter table definition rename to definition_0001;

-- A definition is a table's canonical JSON, compressed (zstd), under the SHA-256 of the JSON. Definitions are staged
-- before the datasource exists, so they refer to its uuid without a foreign key.
create table definition (
    datasource uuid   not null,
    hash       bytea  not null,
    org_id     bigint not null,
    body       bytea  not null,
    staged_at  bigint not null,
    primary key (datasource, hash)
);

-- The cached schema, kept as git keeps trees: a snapshot names a tree for each schema that has tables, a tree lists
-- tables under a hash of their definitions. Snapshots of one datasource share the trees that are equal.
create table schema_tree (
    id         uuid  primary key,
    datasource uuid  not null,
    hash       bytea not null,
    unique (datasource, hash)
);

-- The source's guess at a table's rows is no part of the tree's identity: it is changed in place.
create table tree_entry (
    tree         uuid    not null,
    table_name   text    not null,
    kind         text    not null,
    hash         bytea   not null,
    columns      integer not null,
    row_estimate bigint,
    primary key (tree, table_name)
);

create table snapshot_schema (
    snapshot    uuid not null,
    schema_name text not null,
    tree        uuid not null,
    primary key (snapshot, schema_name)
);
