"""jsonrpclib-pelix, in the version of JSON-RPC that the argument names: 1.0 takes params in order, 2.0 by name."""

import asyncio
import base64
import sys

import jsonrpclib
import steps

version = float(sys.argv[1])
proxy = jsonrpclib.ServerProxy(steps.URL + "jsonrpc.cgi", version=version)


async def call(method, params):
    function = getattr(proxy, method)
    return function(params) if version == 1 else function(**params)


asyncio.run(steps.take(call, lambda data: base64.b64encode(data).decode(), base64.b64decode))
