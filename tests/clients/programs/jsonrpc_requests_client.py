"""jsonrpc-requests."""

import asyncio
import base64

import steps
from jsonrpc_requests import Server

server = Server(steps.URL + "jsonrpc.cgi")


async def call(method, params):
    return getattr(server, method)(**params)


asyncio.run(steps.take(call, lambda data: base64.b64encode(data).decode(), base64.b64decode))
