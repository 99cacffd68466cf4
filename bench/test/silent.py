"""A listener that takes connections and keeps silent; prints its port."""
import asyncio


async def hold(reader, writer):
    while await reader.read(4096):
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(hold, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
