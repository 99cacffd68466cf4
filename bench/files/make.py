"""Two files of some 1 GB each with the same twelve columns, rows by a fixed sequence: FOLDER/csv/rows.csv, FOLDER/parquet/rows.parquet.
    make.py FOLDER BYTES"""

import os
import sys

import numpy
import pyarrow
import pyarrow.csv
import pyarrow.parquet

folder, size = sys.argv[1], int(sys.argv[2])
ROWS = 1 << 17


def batch(number):
    random = numpy.random.default_rng(number)
    n = numpy.arange(number * ROWS, (number + 1) * ROWS, dtype="int64")
    words = numpy.array([f"word {i:x}" for i in range(4096)])
    seconds = 1_700_000_000 + random.integers(0, 10**8, ROWS)
    columns = {
        "id": n,
        "customer": random.integers(0, 1 << 40, ROWS),
        "quantity": random.integers(1, 100, ROWS, dtype="int32"),
        "price": random.random(ROWS) * 1000,
        "discount": numpy.round(random.random(ROWS), 4),
        "paid": random.random(ROWS) < 0.5,
        "day": pyarrow.array(seconds // 86400, pyarrow.int32()).cast(pyarrow.date32()),
        "at": pyarrow.array(seconds, pyarrow.timestamp("s")),
        "country": words[random.integers(0, 200, ROWS)],
        "product": words[random.integers(0, 4096, ROWS)],
        "note": numpy.char.add(words[random.integers(0, 4096, ROWS)], random.integers(0, 1 << 60, ROWS).astype(str)),
        "weight": pyarrow.array(random.random(ROWS), mask=random.random(ROWS) < 0.1),
    }
    return pyarrow.table(columns)


def fill(name, open_writer):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    path = os.path.join(folder, name, f"rows.{name}")
    first, number = batch(0), 0
    with open_writer(path, first.schema) as writer:
        while number == 0 or os.path.getsize(path) < size:
            writer.write_table(first if number == 0 else batch(number))
            number += 1
    print(f"{path}: {os.path.getsize(path) / 1e9:.2f} GB, {number * ROWS:,} rows")


fill("csv", pyarrow.csv.CSVWriter)
fill("parquet", lambda path, schema: pyarrow.parquet.ParquetWriter(path, schema, compression="snappy"))
