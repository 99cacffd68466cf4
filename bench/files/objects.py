"""Objects of a folder over S3's API, each read from the disk: ranges, whole objects, HEAD, and the list of a bucket. Nothing is
held in memory, and no signature is looked at: both clients of the benchmark get the same for the same.
    objects.py FOLDER PORT        (FOLDER/BUCKET/KEY)"""

import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote_plus, unquote, urlsplit

FOLDER, PORT = sys.argv[1], int(sys.argv[2])


class Objects(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise every answer waits for the acknowledgement of its head.
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    served = 0

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        url = urlsplit(self.path)
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        if not key:
            return self.list(bucket, parse_qs(url.query))
        path = os.path.join(FOLDER, bucket, key)
        if ".." in path or not os.path.isfile(path):
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>", Content_Type="application/xml")
        size = os.path.getsize(path)
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, size - 1
        if asked and asked[1]:
            first, last = int(asked[1]), min(int(asked[2] or last), last)
        elif asked and asked[2]:
            first = max(0, size - int(asked[2]))
        headers = {"ETag": f'"{size:x}"', "Last_Modified": "Thu, 01 Jan 2026 00:00:00 GMT", "Accept_Ranges": "bytes"}
        if asked:
            headers["Content_Range"] = f"bytes {first}-{last}/{size}"
        left = last + 1 - first
        self.answer(206 if asked else 200, Content_Length=str(left), **headers)
        if self.command == "HEAD":
            return None
        # What was buffered goes first: the file follows on the socket itself.
        self.wfile.flush()
        with open(path, "rb") as file:
            try:
                self.connection.sendfile(file, first, left)
            except OSError:
                # Whoever asked has read enough.
                self.close_connection = True
        return None

    def list(self, bucket, query):
        folder, prefix = os.path.join(FOLDER, bucket), query.get("prefix", [""])[0]
        keys = [key for key in sorted(os.listdir(folder)) if key.startswith(prefix)][: int(query.get("max-keys", ["1000"])[0])]
        entry = "<Contents><Key>{}</Key><Size>{}</Size><ETag>&quot;x&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
        entries = "".join(entry.format(quote_plus(key), os.path.getsize(os.path.join(folder, key))) for key in keys)
        body = f"<ListBucketResult><Name>{bucket}</Name><KeyCount>{len(keys)}</KeyCount><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>{entries}</ListBucketResult>"
        self.answer(200, body.encode(), Content_Type="application/xml")


ThreadingHTTPServer(("127.0.0.1", PORT), Objects).serve_forever()
