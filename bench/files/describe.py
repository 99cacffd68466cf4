"""DuckDB's DESCRIBE of one object over S3, again and again: seconds of each, and what it says of the columns (to standard error).
A connection of its own each time: what a connection has read once it keeps.
    describe.py PORT BUCKET KEY TIMES"""

import sys
import time

import duckdb
import duckdb_extension_httpfs

port, bucket, key, times = sys.argv[1:]
folder = duckdb_extension_httpfs.__path__[0]
reader = "read_csv" if key.endswith(".csv") else "read_parquet"
for _ in range(int(times)):
    connection = duckdb.connect()
    (version,) = connection.execute("select library_version from pragma_version()").fetchone()
    connection.execute(f"load '{folder}/extensions/{version}/httpfs.duckdb_extension'")
    connection.execute(
        f"create secret (type s3, key_id 'x', secret 'x', region 'us-east-1', endpoint '127.0.0.1:{port}', url_style 'path', use_ssl false)"
    )
    began = time.perf_counter()
    columns = connection.execute(f"describe select * from {reader}('s3://{bucket}/{key}')").fetchall()
    print(f"{(time.perf_counter() - began) * 1000:.1f}")
    connection.close()
print(*(f"{name} {kind}" for name, kind, *_ in columns), sep=", ", file=sys.stderr)
