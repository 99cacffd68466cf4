"""fakesnow 0.12 over TLS: `server.py PORT CERTIFICATE KEY`.

It answers rows as Arrow only. Whoever accepts JSON gets them as JSON here, each value as the text that Snowflake sends.
"""
import base64
import datetime
import decimal
import json
import sys

import pyarrow
import uvicorn
from fakesnow.server import app


def text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, decimal.Decimal)):
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return json.dumps(value, default=str)


def as_json(body):
    try:
        answer = json.loads(body)
    except ValueError:
        return body
    data = answer.get("data")
    if not isinstance(data, dict) or data.get("queryResultFormat") != "arrow":
        return body
    packed = data.pop("rowsetBase64")
    rows = []
    if packed:
        table = pyarrow.ipc.open_stream(base64.b64decode(packed)).read_all()
        rows = [[text(value) for value in row] for row in zip(*(column.to_pylist() for column in table.columns))]
    data.update(queryResultFormat="json", rowset=rows)
    return json.dumps(answer).encode()


async def shim(scope, receive, send):
    wanted = scope["type"] == "http" and dict(scope["headers"]).get(b"accept") == b"application/json"
    if not wanted:
        return await app(scope, receive, send)
    head, body = None, b""

    async def kept(message):
        nonlocal head, body
        if message["type"] == "http.response.start":
            head = message
        elif message["type"] == "http.response.body":
            body += message.get("body", b"")
            if not message.get("more_body"):
                body = as_json(body)
                head["headers"] = [h for h in head["headers"] if h[0] != b"content-length"] + [(b"content-length", str(len(body)).encode())]
                await send(head)
                await send({"type": "http.response.body", "body": body})

    await app(scope, receive, kept)


port, certificate, key = sys.argv[1:]
uvicorn.run(shim, host="127.0.0.1", port=int(port), ssl_certfile=certificate, ssl_keyfile=key, log_level="warning")
