"""What greedy callers ask for: requests of a few bytes whose answers, work or bodies are large."""

import base64
import json
import random
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from scripts.benchmark.workloads import API_KEY
from scripts.benchmark.workloads import site as plain_site

MANY = 5000
"""Values in one list of a call: as many as `max_list` allows."""

TALKATIVE = 7
"""The bug with long comments."""

LARGE = 13
"""The attachment of 8 MB."""

_WHEN = "2026-01-02 03:04:05"
_EMOJI = "\U0001f600"


@dataclass(frozen=True, slots=True)
class CrowdAttack:
    """`connections` callers that send `request(chance)` each, and take the answer in this `manner`.

    The manners are those of `gateway`'s worst clients: "read" takes the answer and asks again, "slow" takes 1.3 KB a
    second, "unread" takes nothing, "abort" breaks the connection after a moment and asks again, and "hold" has sent a
    request that is not complete, and waits.
    """

    name: str
    connections: int
    manner: str
    request: Callable[[random.Random], bytes]


def site(comments: int) -> dict[str, Any]:
    """The site of the benchmarks, with a bug that has so many comments of 65,000 characters."""
    made = plain_site()
    made["bugs"].append({**made["bugs"][0], "id": TALKATIVE, "summary": "long comments"})
    made["comments"] = [
        {"bug_id": TALKATIVE, "creator": "me@example.com", "creation_time": _WHEN, "text": "long " * 13_000}
        for _ in range(comments)
    ]
    made["attachments"].append(
        {
            **made["attachments"][0],
            "id": LARGE,
            "bug_id": TALKATIVE,
            "data_b64": base64.b64encode(bytes(8 << 20)).decode(),
        }
    )
    return made


def _call(method: str, params: Mapping[str, Any]) -> bytes:
    return _post(json.dumps({"method": method, "params": [params], "id": 1}).encode())


def _post(document: bytes, headers: str = "") -> bytes:
    """A call over JSON-RPC, as short as it can be sent."""
    return (
        _head("/jsonrpc.cgi", len(body := zlib.compress(document, 9)), f"Content-Encoding: deflate\r\n{headers}") + body
    )


def _head(path: str, length: int, headers: str = "") -> bytes:
    lines = f"POST {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n{headers}"
    return f"{lines}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()


def _spellings(word: str) -> Iterator[str]:
    """The word in upper and lower case letters, mixed in all ways."""
    return map("".join, product(*({each.lower(), each.upper()} for each in word)))


def _same_bug(_: random.Random) -> bytes:
    return _call("Bug.get", {"ids": [TALKATIVE] * MANY})


def _comments(_: random.Random) -> bytes:
    return _get(f"/rest/bug/{TALKATIVE}/comment")


def _flags(_: random.Random) -> bytes:
    flags = [{"name": "review", "status": "?", "new": True}] * MANY
    return _call("Bug.update_attachment", {"ids": [12] * MANY, "flags": flags, "Bugzilla_api_key": API_KEY})


def _spelled(chance: random.Random) -> bytes:
    spellings = [f"{'0' * chance.randrange(200)}{TALKATIVE}{' ' * chance.randrange(20)}" for _ in range(MANY)]
    return _call("Bug.get", {"ids": spellings})


def _logins(_: random.Random) -> bytes:
    names = list(islice(_spellings("me@example.com"), MANY))
    return _call("User.get", {"names": names, "Bugzilla_api_key": API_KEY})


def _comment_ids(_: random.Random) -> bytes:
    return _call("Bug.comments", {"comment_ids": list(range(1, MANY + 1))})


def _begun(_: random.Random) -> bytes:
    return _head("/jsonrpc.cgi", 100) + b"{"


def _held_memory(chance: random.Random) -> bytes:
    document = b'{"method": "Bug.get", "params": [%b' % (b'"a", ' * 800_000)
    return _unfinished(document, chance)


def _held_disk(chance: random.Random) -> bytes:
    return _unfinished(b'{"method": "x", "params": [{"data": "%b' % (b"AAAA" * 3_400_000), chance)


def _unfinished(document: bytes, chance: random.Random) -> bytes:
    packer = zlib.compressobj(9)
    sent = packer.compress(document) + packer.flush(zlib.Z_SYNC_FLUSH)
    return _head("/jsonrpc.cgi", len(sent) + 1 + chance.randrange(10), "Content-Encoding: deflate\r\n") + sent


def _stored(ids: int) -> dict[str, Any]:
    return {
        "ids": [10] * ids,
        "data": "QQ==",
        "file_name": "a",
        "summary": "a",
        "content_type": "text/plain",
        "comment": "long " * 13_000,
        "Bugzilla_api_key": API_KEY,
    }


def _store(_: random.Random) -> bytes:
    return _call("Bug.add_attachment", _stored(MANY))


def _store_in_batch(_: random.Random) -> bytes:
    call = {"jsonrpc": "2.0", "method": "Bug.add_attachment", "params": _stored(50), "id": 1}
    return _post(json.dumps([call] * 60).encode())


def _digits(chance: random.Random) -> bytes:
    numbers = [int(str(chance.randrange(1, 9)) * 4000) for _ in range(1000)]
    return _call("Bug.get", {"ids": numbers})


def _heads(_: random.Random) -> bytes:
    return b"POST /jsonrpc.cgi HTTP/1.1\r\nHost: gateway\r\n" + b"".join(
        b"X-Header-%d: %b\r\n" % (number, b"x" * 7900) for number in range(61)
    )


def _wide_texts(_: random.Random) -> bytes:
    texts = [_EMOJI + "a" * 65_000] * 60
    return _post(json.dumps({"method": "Bug.get", "params": [{"ids": texts}], "id": 1}, ensure_ascii=False).encode())


def _download(_: random.Random) -> bytes:
    return _get(f"/attachment.cgi?id={LARGE}")


def _version(_: random.Random) -> bytes:
    return _get("/rest/version")


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n".encode()


def _page(path: str) -> Callable[[random.Random], bytes]:
    return lambda _: _get(path)


def _xml(document: bytes) -> bytes:
    return (
        _head("/xmlrpc.cgi", len(body := zlib.compress(document, 9)), "Content-Encoding: deflate\r\n").replace(
            b"application/json", b"text/xml"
        )
        + body
    )


def _xml_values(_: random.Random) -> bytes:
    values = b"<value><int>7</int></value>" * 49_000
    return _xml(
        b"<methodCall><methodName>Bug.get</methodName><params><param><value><struct><member><name>ids</name><value>"
        b"<array><data>%b</data></array></value></member></struct></value></param></params></methodCall>" % values
    )


def _multicall(_: random.Random) -> bytes:
    ids = b"<array><data>%b</data></array>" % (b"<value><int>7</int></value>" * 450)
    call = (
        b"<value><struct><member><name>methodName</name><value>Bug.get</value></member><member><name>params</name>"
        b"<value><array><data><value><struct><member><name>ids</name><value>%b</value></member></struct></value>"
        b"</data></array></value></member></struct></value>" % ids
    )
    return _xml(
        b"<methodCall><methodName>system.multicall</methodName><params><param><value><array><data>%b</data></array>"
        b"</value></param></params></methodCall>" % (call * 100)
    )


def _form(_: random.Random) -> bytes:
    body = zlib.compress(b"&".join([b"ids=7"] * 49_000), 9)
    head = _head("/rest/bug/7/comment", len(body), "Content-Encoding: deflate\r\n")
    return head.replace(b"application/json", b"application/x-www-form-urlencoded") + body


def _matches(_: random.Random) -> bytes:
    names = list(islice(_spellings("me@example.com"), MANY))
    return _call("User.get", {"match": names, "Bugzilla_api_key": API_KEY})


def _update(_: random.Random) -> bytes:
    comment = {"body": "long " * 13_000}
    return _call("Bug.update", {"ids": [5, 6, 7, 10] * 1250, "comment": comment, "Bugzilla_api_key": API_KEY})


def _pipelined(_: random.Random) -> bytes:
    return b"GET /rest/version HTTP/1.1\r\nHost: gateway\r\n\r\n" * 20_000


def _search(_: random.Random) -> bytes:
    return _call("Bug.search", {"quicksearch": " ".join(f"x{number}" for number in range(1000))})


def _floats(_: random.Random) -> bytes:
    return _post(b'{"method": "Bug.get", "params": [{"ids": [%b 1]}], "id": 1}' % (b"1.5e300," * 49_000))


def _escapes(_: random.Random) -> bytes:
    return _post(b'{"method": "Bug.get", "params": [{"ids": ["%b"]}], "id": 1}' % (b"\\u0041" * 600_000))


ATTACKS = (
    CrowdAttack("one bug 5,000 times, not read", 220, "unread", _same_bug),
    CrowdAttack("one bug 5,000 times, read at 1.3 KB/s", 220, "slow", _same_bug),
    CrowdAttack("one bug 5,000 times, broken off", 60, "abort", _same_bug),
    CrowdAttack("long comments", 10, "read", _comments),
    CrowdAttack("one attachment 5,000 times with 5,000 flags", 20, "read", _flags),
    CrowdAttack("one bug 5,000 times, read", 20, "read", _same_bug),
    CrowdAttack("one bug in 5,000 spellings", 20, "read", _spelled),
    CrowdAttack("one login in 5,000 spellings", 20, "read", _logins),
    CrowdAttack("5,000 comments by number", 20, "read", _comment_ids),
    CrowdAttack("heads with one byte of body", 1000, "hold", _begun),
    CrowdAttack("unfinished texts", 110, "hold", _held_memory),
    CrowdAttack("unfinished uploads", 115, "hold", _held_disk),
    CrowdAttack("5,000 attachments with long comments", 20, "read", _store),
    CrowdAttack("attachments with long comments in a batch", 20, "read", _store_in_batch),
    CrowdAttack("1,000 whole numbers of 4,000 digits", 20, "read", _digits),
    CrowdAttack("unfinished heads of 488 KB", 1000, "hold", _heads),
    CrowdAttack("texts with one character above U+FFFF", 60, "read", _wide_texts),
    CrowdAttack("downloads, read at 1.3 KB/s", 1000, "slow", _download),
    CrowdAttack("downloads, not read", 1000, "unread", _download),
    CrowdAttack("downloads, read", 300, "read", _download),
    CrowdAttack("short requests", 300, "read", _version),
    CrowdAttack("pages of a bug with long comments", 10, "read", _page("/show_bug.cgi?id=7")),
    CrowdAttack("pages of a bug with long comments, not read", 220, "unread", _page("/show_bug.cgi?id=7")),
    CrowdAttack("diff pages of a long file", 20, "read", _page("/attachment.cgi?id=13&action=diff")),
    CrowdAttack("49,000 values in XML", 20, "read", _xml_values),
    CrowdAttack("100 calls in one, each for 450 bugs", 20, "read", _multicall),
    CrowdAttack("49,000 values in a form", 20, "read", _form),
    CrowdAttack("49,000 numbers with fractions", 20, "read", _floats),
    CrowdAttack("600,000 escape sequences", 20, "read", _escapes),
    CrowdAttack("users that match 5,000 words", 20, "read", _matches),
    CrowdAttack("a search for 1,000 words", 20, "read", _search),
    CrowdAttack("four bugs changed 5,000 times with a long comment", 20, "read", _update),
    CrowdAttack("20,000 requests at once on a connection", 50, "unread", _pipelined),
)
