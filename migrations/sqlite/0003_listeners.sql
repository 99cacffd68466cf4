-- Servers that run over this store, each with all the addresses that it listens on (with spaces between): no server lets a
-- datasource lead to another one. A row counts until its lease runs out; its server renews it.
create table listener (
    server     blob    primary key,
    addresses  text    not null,
    expires_at integer not null
) strict;
