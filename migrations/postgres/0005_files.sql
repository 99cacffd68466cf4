-- Files that were uploaded for a datasource, in the order in which their tables are named. Their bytes are in the server's
-- file store under their organisation and their id; the name is what it was called by whoever sent it, and never a path.
create table datasource_file (
    org_id        bigint  not null references organisation (id),
    datasource_id bigint  not null references datasource (id) on delete cascade,
    position      integer not null,
    id            uuid    not null unique,
    name          text    not null,
    bytes         bigint  not null,
    primary key (datasource_id, position),
    unique (datasource_id, name)
);
create index datasource_file_org on datasource_file (org_id);
