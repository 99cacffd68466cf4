-- Definitions of a datasource that no snapshot names yet wait in its staging area, which those share who read it at the
-- same time. Each of them has a lease. Whoever is the last to leave, or to let its lease end, takes away what no tree
-- names; a change that is written takes the area away with it. The area's row is the lock for all of this.
create table staging (
    datasource  blob    primary key,
    id          blob    not null,
    org_id      integer not null,
    definitions integer not null,
    bytes       integer not null
) strict;

create table staging_lease (
    id         blob    primary key,
    area       blob    not null,
    expires_at integer not null
) strict;
