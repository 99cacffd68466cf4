"""POST …/test over one connection for each of two servers, by turns: python3 keepalive.py BODY PORT TOKEN PORT TOKEN"""
import http.client
import statistics
import sys
import time

with open(sys.argv[1]) as file:
    body = file.read()
servers = [(http.client.HTTPConnection("127.0.0.1", int(port)), token) for port, token in zip(sys.argv[2::2], sys.argv[3::2])]
times = [[] for _ in servers]
for _ in range(201):
    for (connection, token), own in zip(servers, times):
        began = time.perf_counter()
        connection.request("POST", "/api/v2/datasource/test", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        own.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200 and b'"success":true' in text, text
one, two = (statistics.median(own) for own in times)
print(f"over one connection: in-process {one:.1f} ms, child {two:.1f} ms, {two / one:.2f} of in-process")
