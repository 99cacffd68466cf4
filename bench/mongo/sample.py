#!/usr/bin/env python3
"""Samples a database with PyMongo as our connector does, and prints the milliseconds: sample.py URL DOCUMENTS

Of each collection: its indexes, its estimated count, half of the documents by `_id` and half against it; of each field, inner ones
and those of list elements included, how often it was there and as what.
"""
import collections
import sys
import time

import pymongo


def look(fields, path, value):
    field = fields[path]
    field[type(value).__name__] += 1
    if isinstance(value, dict):
        for name, inner in value.items():
            look(fields, (*path, name), inner)
    elif isinstance(value, list):
        for inner in value[:100]:
            look(fields, (*path, "[]"), inner)


began = time.perf_counter()
database = pymongo.MongoClient(sys.argv[1]).get_default_database()
half = int(sys.argv[2]) // 2
for name in database.list_collection_names():
    collection = database[name]
    fields = collections.defaultdict(collections.Counter)
    list(collection.list_indexes())
    collection.estimated_document_count()
    for order in (1, -1):
        for document in collection.find(sort=[("_id", order)], limit=half, batch_size=half + 1):
            look(fields, (), document)
    assert len(fields) > 20
print(round((time.perf_counter() - began) * 1000))
