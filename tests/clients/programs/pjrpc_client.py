"""pjrpc, over httpx."""

import asyncio
import base64

import steps
from pjrpc.client.backend.httpx import Client

client = Client(steps.URL + "jsonrpc.cgi")


async def call(method, params):
    return client.call(method, **params)


asyncio.run(steps.take(call, lambda data: base64.b64encode(data).decode(), base64.b64decode))
