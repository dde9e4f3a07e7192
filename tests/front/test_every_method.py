"""Every method through a front: a client gets what it would get from the site itself, byte for byte.

The calls are those of `documents/calls.py`, which has some of every method, and the site is a gateway.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from calling import Caller
from running import ROOT, copied, fronting, running
from wire import PROTOCOLS

sys.path.append(str(ROOT / "tests" / "documents"))

from calls import CALLS

from gateway.front.families import Family, is_lacking
from gateway.front.front_answerer import served
from gateway.methods.catalogue import METHODS

PERMISSIVE = "REST and JSON-RPC of Bugzilla have no `permissive`, and a front follows Bugzilla"
SERVED = {each.name for each in served(METHODS)}
NOT_COMPARED = {"rpc.discover", "system.listMethods"}
"""Methods that tell of the other methods: a front has not all of them."""


@dataclass(frozen=True, slots=True)
class Both:
    """A gateway, and a front before another with the same data."""

    direct: Caller
    front: Caller


@contextmanager
def beside_a_front(
    loaded: Path, folder: Path, disguised: Callable[[str], AbstractContextManager[str]] = nullcontext
) -> Iterator[Both]:
    """Run them until the end of the block; `disguised` makes another kind of site of the one at a URL."""
    with (
        running(copied(loaded, folder / "direct.db")) as direct,
        running(copied(loaded, folder / "site.db")) as site,
        disguised(site.url) as url,
        fronting(url) as front,
    ):
        yield Both(Caller(direct.url), Caller(front.url))


@pytest.fixture(scope="module")
def both(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with beside_a_front(loaded_database, tmp_path_factory.mktemp("front")) as both:
        yield both


def comparable(body: bytes) -> str:
    """An answer without what differs from run to run: today's times, the secrets of tokens, and addresses.

    The state of a bug (`update_token`) is made of the time of its last change.
    """
    today = datetime.now(UTC)
    text = re.sub(r"http://127\.0\.0\.1:\d+/", "SITE", body.decode())
    text = re.sub(rf"{today:%Y-?%m-?%d}T[0-9:]{{8}}", "NOW", text)
    text = re.sub(r"\d{10}-[0-9a-f]{32}", "STATE", text)
    return re.sub(r"(\d+)-[A-Za-z0-9]{24}", r"\1-TOKEN", text)


@pytest.mark.parametrize("protocol", ["xmlrpc", "jsonrpc-2.0", "rest"])
@pytest.mark.parametrize("number", range(len(CALLS)), ids=[f"{at}-{each.method}" for at, each in enumerate(CALLS)])
def test_a_call_is_answered_as_by_the_site_itself(both: Both, number: int, protocol: str) -> None:
    wanted = CALLS[number]
    method = METHODS.get(wanted.method)
    assert method is not None
    if wanted.method in NOT_COMPARED or wanted.method not in SERVED:
        return
    if "permissive" in wanted.params and protocol != "xmlrpc":
        return
    params = {**wanted.params, **({"Bugzilla_api_key": wanted.key} if wanted.key else {})}
    request = PROTOCOLS[protocol][0](method, params)
    if request is None:
        return
    status, content_type, answer = both.front.send(request)
    if is_lacking(Family.RELEASES, wanted.method):
        assert f"cannot answer {wanted.method}".encode() in answer
        return
    direct_status, direct_type, direct = both.direct.send(request)
    assert (status, content_type, comparable(answer)) == (direct_status, direct_type, comparable(direct))


def test_a_front_serves_all_methods_that_rest_can_say() -> None:
    lacking = {each.name for each in METHODS if not each.routes} - SERVED
    assert SERVED | lacking == {each.name for each in METHODS}
    assert {"system.listMethods", "system.multicall", "rpc.discover"} <= SERVED
