"""jsonrpcclient, which makes requests and reads answers, and leaves the transport to others."""

import asyncio
import base64
import json
import urllib.request

import steps
from jsonrpcclient import Ok, parse_json, request


def post(message):
    body, headers = json.dumps(message).encode(), {"Content-Type": "application/json"}
    sent = urllib.request.Request(steps.URL + "jsonrpc.cgi", body, headers)  # the gateway's own address
    with urllib.request.urlopen(sent) as response:
        return response.read().decode()


async def call(method, params):
    answer = parse_json(post(request(method, params=params)))
    assert isinstance(answer, Ok), answer
    return answer.result


asyncio.run(steps.take(call, lambda data: base64.b64encode(data).decode(), base64.b64decode))
