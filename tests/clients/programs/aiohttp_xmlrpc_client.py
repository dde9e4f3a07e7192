"""aiohttp-xmlrpc, which checks every answer against a schema."""

import asyncio

import steps
from aiohttp_xmlrpc.client import ServerProxy
from aiohttp_xmlrpc.common import Binary


async def main():
    proxy = ServerProxy(steps.URL + "xmlrpc.cgi")

    async def call(method, params):
        return await getattr(proxy, method)(params)

    try:
        await steps.take(call, Binary, bytes)
    finally:
        await proxy.close()


asyncio.run(main())
