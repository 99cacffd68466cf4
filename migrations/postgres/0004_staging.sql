-- Definitions of a datasource that no snapshot names yet wait in its staging area, which those share who read it at the
-- same time. Each of them has a lease. Whoever is the last to leave, or to let its lease end, takes away what no tree
-- names; a change that is written takes the area away with it. The area's row is the lock for all of this.
create table staging (
    datasource  uuid   primary key,
    id          uuid   not null,
    org_id      bigint not null,
    definitions bigint not null,
    bytes       bigint not null
);

create table staging_lease (
    id         uuid   primary key,
    area       uuid   not null,
    expires_at bigint not null
);
