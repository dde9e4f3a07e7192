"""Python's xmlrpc.client, in the encoding that the argument names."""

import asyncio
import sys
import xmlrpc.client

import steps

proxy = xmlrpc.client.ServerProxy(steps.URL + "xmlrpc.cgi", encoding=sys.argv[1], allow_none=True)


async def call(method, params):
    return getattr(proxy, method)({**params, "comment": None} if method == "Bug.add_attachment" else params)


asyncio.run(steps.take(call, xmlrpc.client.Binary, lambda wire: wire.data))
