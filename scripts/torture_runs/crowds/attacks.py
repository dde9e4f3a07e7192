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
)
