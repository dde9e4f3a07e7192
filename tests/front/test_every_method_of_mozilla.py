"""Every method through a front before a site of Mozilla's family: a client gets what a site of 5.2 would answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import mozilla_site
from test_every_method import CALLS, NOT_COMPARED, SERVED, Both, beside_a_front, comparable
from wire import PROTOCOLS

from gateway.front.families import Family, is_lacking
from gateway.methods.catalogue import METHODS

OWN = {
    **dict.fromkeys(("Bugzilla.version", "system.multicall"), "the version is the site's own"),
    **dict.fromkeys(("User.login", "User.create"), "this site takes no passwords"),
    **dict.fromkeys(
        ("Bug.possible_duplicates", "Bug.render_comment", "User.offer_account_by_email"),
        "this site has no resource for them, because a gateway has none",
    ),
}
"""Methods that are not compared, with the reason."""

MISSING = (
    "<value><string>second-alias</string></value>",
    "<member><name>tags</name><value><array><data></data></array></value></member>",
)
"""A bug of Mozilla's family has one alias and no tags of its reader."""


@pytest.fixture(scope="module")
def both(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with beside_a_front(loaded_database, tmp_path_factory.mktemp("front"), mozilla_site) as both:
        yield both


@pytest.mark.long("calls every method twice")
@pytest.mark.parametrize("number", range(len(CALLS)), ids=[f"{at}-{each.method}" for at, each in enumerate(CALLS)])
def test_a_call_is_answered_as_by_a_site_of_5_2(both: Both, number: int) -> None:
    wanted = CALLS[number]
    method = METHODS.get(wanted.method)
    assert method is not None
    if wanted.method in NOT_COMPARED or wanted.method not in SERVED or wanted.method in OWN:
        return
    request = PROTOCOLS["xmlrpc"][0](
        method, {**wanted.params, **({"Bugzilla_api_key": wanted.key} if wanted.key else {})}
    )
    assert request is not None
    status, content_type, answer = both.front.send(request)
    if is_lacking(Family.MOZILLA, wanted.method):
        assert f"cannot answer {wanted.method}".encode() in answer
        return
    direct_status, direct_type, direct = both.direct.send(request)
    assert (status, content_type) == (direct_status, direct_type)
    expected = comparable(direct)
    for each in MISSING if wanted.method != "Bug.comments" else ():  # comments have tags of their own
        expected = expected.replace(each, "")
    assert comparable(answer) == expected
