"""An asyncio echo server with three clients of its own."""

import asyncio


async def echo(reader, writer):
    while line := await reader.readline():
        answer = line.upper()
        writer.write(answer)
        await writer.drain()
    writer.close()


async def client(port, name):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(3):
        writer.write(f"{name} {number}\n".encode())
        answer = await reader.readline()
        print(answer.decode().strip())
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await asyncio.gather(*(client(port, name) for name in ("ann", "bob", "cat")))
    server.close()
    print("server closed")


asyncio.run(main())
