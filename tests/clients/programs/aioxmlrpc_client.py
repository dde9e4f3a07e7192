"""aioxmlrpc."""

import asyncio
import xmlrpc.client

import steps
from aioxmlrpc.client import ServerProxy


async def main():
    proxy = ServerProxy(steps.URL + "xmlrpc.cgi")

    async def call(method, params):
        return await getattr(proxy, method)(params)

    await steps.take(call, xmlrpc.client.Binary, lambda wire: wire.data)


asyncio.run(main())
