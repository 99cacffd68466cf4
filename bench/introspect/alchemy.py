#!/usr/bin/env python3
"""Reads a schema with SQLAlchemy: alchemy.py URL multi|loop. Columns, keys and comments of every table and view."""
import sys

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine.reflection import ObjectKind

url, how = sys.argv[1:]
inspector = inspect(create_engine(url))
count = 0
for schema in [s for s in inspector.get_schema_names() if s != "information_schema"]:
    if how == "multi":
        count += sum(len(c) for c in inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY).values())
        inspector.get_multi_pk_constraint(schema=schema)
        inspector.get_multi_foreign_keys(schema=schema)
        inspector.get_multi_table_comment(schema=schema)
    else:
        for table in inspector.get_table_names(schema=schema):
            count += len(inspector.get_columns(table, schema=schema))
            inspector.get_pk_constraint(table, schema=schema)
            inspector.get_foreign_keys(table, schema=schema)
            inspector.get_table_comment(table, schema=schema)
        for view in inspector.get_view_names(schema=schema):
            count += len(inspector.get_columns(view, schema=schema))
print(count)
