"""Lists of thousands of values: one call takes so many and no more, whatever the list is of."""

import json
import urllib.request
import zlib
from typing import Any

import pytest
from calling import Caller
from raw import LIMIT
from running import Gateway, account

from gateway.methods.attachment_add import MAX_STORED
from gateway.settings import Settings

MOST = Settings().max_list
UPLOAD = {"data": b"x", "file_name": "a", "summary": "a", "content_type": "text/plain"}
REFUSED = 53
KEY = {"X-Bugzilla-API-Key": account("editor").api_key}


@pytest.fixture(scope="module")
def caller(impatient: Gateway) -> Caller:
    return Caller(impatient.url)


@pytest.mark.parametrize(
    ("method", "name", "value", "others"),
    [
        ("Bug.get", "ids", 1, {"include_fields": ["id"]}),
        ("Bug.attachments", "ids", 1, {}),
        ("Bug.attachments", "attachment_ids", 1, {}),
        ("Bug.comments", "comment_ids", 1, {}),
        ("User.get", "names", "editor@example.com", {}),
        ("User.get", "match", "edit", {}),
        ("Bug.get", "include_fields", "id", {"ids": [1]}),
        ("Bug.update_attachment", "ids", 2, {}),
        ("Bug.update_attachment", "flags", {"name": "review", "status": "X"}, {"ids": [2]}),
    ],
)
def test_the_longest_list(caller: Caller, method: str, name: str, value: Any, others: dict[str, Any]) -> None:
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0"):
        longest = caller.through(protocol, method, {name: [value] * MOST, **others}, "editor")
        longer = caller.through(protocol, method, {name: [value] * (MOST + 1), **others}, "editor")
        assert longest is not None
        assert longest.code != REFUSED
        assert longer is not None
        assert longer.code == REFUSED
        assert str(MOST) in longer.message


@pytest.mark.parametrize("longest", [",".join(["1"] * MOST), [",".join(["1"] * (MOST - 1)), 4]], ids=["text", "both"])
def test_the_longest_list_in_a_text(caller: Caller, longest: Any) -> None:
    """Numbers of bugs may be in one text, which counts as a list."""
    longer = [longest, "1"] if isinstance(longest, str) else [*longest, "1"]
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0"):
        found = caller.through(protocol, "Bug.search", {"id": longest, "include_fields": ["id"]})
        refused = caller.through(protocol, "Bug.search", {"id": longer, "include_fields": ["id"]})
        assert found is not None
        assert found.code == 0
        assert refused is not None
        assert (refused.code, str(MOST) in refused.message) == (REFUSED, True)


def test_what_one_call_stores(caller: Caller) -> None:
    """Each bug gets the content as often as it is named: as long as that is not too much."""
    often = MAX_STORED // LIMIT
    assert len(caller.result("Bug.add_attachment", {"ids": [2] * 3, **UPLOAD}, "editor")["ids"]) == 3
    call = {**UPLOAD, "ids": [2] * (often + 1), "data": bytes(LIMIT)}
    assert caller.agreed("Bug.add_attachment", call, "editor").code == REFUSED


@pytest.mark.parametrize(
    ("comment", "ids", "is_stored"), [("é" * 30_000, MOST, False), ("é" * 100, 300, True)], ids=str
)
def test_what_a_packed_call_stores(impatient: Gateway, comment: str, ids: int, is_stored: bool) -> None:
    """A comment is stored with each attachment: its bytes count as often, those that were sent once, as packed."""
    params = {**UPLOAD, "data": "eA==", "ids": [2] * ids, "comment": comment}
    call = {"id": 1, "method": "Bug.add_attachment", "params": [params]}
    body = zlib.compress(json.dumps(call, ensure_ascii=False).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "deflate", **KEY}
    request = urllib.request.Request(f"{impatient.url}jsonrpc.cgi", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        answered = json.load(answer)
    if is_stored:
        assert len(answered["result"]["ids"]) == ids
    else:
        assert "store too much" in answered["error"]["message"]
