#!/usr/bin/env python3
"""A server of MongoDB's protocol that answers out of memory: server.py PORT COLLECTIONS DOCUMENTS

Each collection has twice DOCUMENTS documents of a dozen fields, one of them a document and one a list of documents, of about 400
bytes. An answer to `find` is made once for each order and limit.
"""
import asyncio
import functools
import struct
import sys

import bson

COLLECTIONS, DOCUMENTS = int(sys.argv[2]), int(sys.argv[3])
HELLO = {
    "ismaster": True, "isWritablePrimary": True, "helloOk": True, "minWireVersion": 0, "maxWireVersion": 21, "maxBsonObjectSize": 1 << 24,
    "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "readOnly": False, "ok": 1.0,
}


def document(n):
    made = {
        "_id": bson.ObjectId(f"{n:024x}"), "name": f"customer number {n}", "email": f"c{n}@example.com", "age": n % 90, "score": n / 7,
        "active": n % 2 == 0, "created": bson.datetime.datetime(2024, 1, 1 + n % 28), "big": bson.Int64(n << 33), "note": None if n % 3 else "text",
        "address": {"street": f"street {n}", "city": "Bern", "zip": f"{n % 10000:04}", "geo": {"lat": 46.9, "lon": 7.4}},
        "orders": [{"sku": f"s{k}", "qty": k, "price": k * 1.5} for k in range(n % 5)], "tags": ["a", "b", "c"][: n % 4],
    }
    if n % 10 == 0:
        made["sometimes"] = n
    return made


def cursor(namespace, documents):
    return bson.encode({"cursor": {"id": bson.Int64(0), "ns": namespace, "firstBatch": documents}, "ok": 1.0})


@functools.cache
def found(limit, order):
    numbers = range(limit) if order > 0 else range(2 * DOCUMENTS - 1, 2 * DOCUMENTS - 1 - limit, -1)
    return cursor("shop.c", [document(n) for n in numbers])


@functools.cache
def listed():
    return cursor("shop.$cmd.listCollections", [{"name": f"c{n:04}", "type": "collection", "options": {}} for n in range(COLLECTIONS)])


def answer(command):
    name = next(iter(command))
    if name in ("hello", "isMaster", "ismaster"):
        return bson.encode(HELLO)
    if name == "find":
        return found(command.get("limit", 1), command.get("sort", {}).get("_id", 1))
    if name == "listCollections":
        return listed()
    if name == "listIndexes":
        return cursor("shop.c", [{"v": 2, "key": {"_id": 1}, "name": "_id_"}])
    others = {"buildInfo": {"version": "7.0.1"}, "count": {"n": 2 * DOCUMENTS}, "listDatabases": {"databases": [{"name": "shop"}]}}
    return bson.encode({**others.get(name, {}), "ok": 1.0})


async def serve(reader, writer):
    try:
        while True:
            length, request, _, kind = struct.unpack("<iiii", await reader.readexactly(16))
            body = await reader.readexactly(length - 16)
            # OP_QUERY: flags, a name, two numbers, a document. OP_MSG: flags, a byte, a document.
            query = kind == 2004
            said = answer(bson.decode(body[body.index(b"\0", 4) + 9 :] if query else body[5:]))
            before = struct.pack("<iqii", 8, 0, 0, 1) if query else bytes(5)
            writer.write(struct.pack("<iiii", 16 + len(before) + len(said), 0, request, 1 if query else 2013) + before + said)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    for order in (1, -1):
        found(-(-DOCUMENTS // 2), order)
    async with await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()


asyncio.run(main())
