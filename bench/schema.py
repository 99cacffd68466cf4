#!/usr/bin/env python3
"""Prints SQL that makes a PostgreSQL schema set, the same each time: schema.py TABLES COLUMNS | psql -q -d DB

TABLES tables of COLUMNS columns, 1,000 to a schema (s000, s001, …). Each has a bigint primary key `id` and (but for the first
of a schema) a foreign key `ref_id` to the table before it; twelve types by turns, every 4th column NOT NULL, every 6th with a
default; every 10th table commented, some columns of every 5th; a view of three columns over every 20th.
"""
import sys

TYPES = {
    "integer": "0", "text": "''", "numeric(12,2)": "0", "timestamptz": "now()", "boolean": "false", "varchar(255)": "'x'", "date": "current_date",
    "jsonb": "'{}'", "double precision": "0", "uuid": "gen_random_uuid()", "smallint": "0", "text[]": "'{}'",
}
KINDS = list(TYPES)
tables, columns = int(sys.argv[1]), int(sys.argv[2])
schemas = max(1, tables // 1000)
per_schema = -(-tables // schemas)
out = sys.stdout.write
out("set client_min_messages = warning;\n")
for schema in range(schemas):
    out(f"create schema s{schema:03d};\n")
for table in range(tables):
    schema, first = divmod(table, per_schema)
    if table % 200 == 0:
        out("begin;\n")  # one transaction for all would fill the lock table
    name = f"s{schema:03d}.tbl_{table:05d}"
    parts = ["id bigint primary key", "ref_id bigint" + (f" references s{schema:03d}.tbl_{table - 1:05d} (id)" if first else "")]
    for column in range(2, columns):
        kind = KINDS[(column + table) % len(KINDS)]
        default = f" default {TYPES[kind]}" if column % 6 == 0 else ""
        parts.append(f"col_{column:03d} {kind}{default}{' not null' if column % 4 == 0 else ''}")
    out(f"create table {name} ({', '.join(parts)});\n")
    if table % 10 == 0:
        out(f"comment on table {name} is 'Business table number {table}';\n")
    if table % 5 == 0:
        for column in range(2, columns):
            if column % 10 == 0 or column == 2:
                out(f"comment on column {name}.col_{column:03d} is 'Column {column} of table {table}';\n")
    if table % 20 == 0:
        out(f"create view s{schema:03d}.v_{table:05d} as select id, ref_id, col_002 from {name};\n")
    if table % 200 == 199 or table == tables - 1:
        out("commit;\n")
out("analyze pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_constraint, pg_catalog.pg_description, pg_catalog.pg_attrdef, pg_catalog.pg_index;\n")
