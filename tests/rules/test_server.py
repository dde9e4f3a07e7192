"""Bugzilla.*: what the server tells about itself."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from calling import Caller
from running import account, load, running, site


def test_version(caller: Caller) -> None:
    assert caller.agreed("Bugzilla.version", {}).result == {"version": "5.2"}


def test_extensions(caller: Caller) -> None:
    assert caller.agreed("Bugzilla.extensions", {}).result == {"extensions": {"Example": {"version": "1.0"}}}


def test_timezone(caller: Caller) -> None:
    assert caller.agreed("Bugzilla.timezone", {}).result == {"timezone": "+0000"}


def test_time(caller: Caller) -> None:
    for answer in caller.everywhere("Bugzilla.time", {}):
        result = answer.result
        assert result["db_time"] == result["web_time"] == result["web_time_utc"]
        assert abs(result["db_time"] - datetime.now(UTC)) < timedelta(minutes=1)
        assert (result["tz_name"], result["tz_short_name"], result["tz_offset"]) == ("UTC", "UTC", "+0000")


FOR_ALL = {"maintainer", "requirelogin"}
LOGGED_IN = """
    allowemailchange attachment_base commentonchange_resolution commentonduplicate cookiepath defaultopsys
    defaultplatform defaultpriority defaultseverity duplicate_or_move_bug_status emailregexpdesc emailsuffix
    letsubmitterchoosemilestone letsubmitterchoosepriority mailfrom maxattachmentsize maxlocalattachment
    musthavemilestoneonaccept noresolveonopenblockers password_complexity rememberlogin search_allow_no_criteria
    urlbase use_see_also useclassification usemenuforusers useqacontact usestatuswhiteboard usetargetmilestone
"""
FOR_USERS = {*FOR_ALL, *LOGGED_IN.split()}
"""Bugzilla 5.2 shows these to everybody who is logged in (Bugzilla::WebService::Bugzilla)."""


@pytest.mark.parametrize(("who", "shown"), [("", FOR_ALL), ("stranger", FOR_USERS), ("editor", FOR_USERS)])
def test_the_parameters_that_are_shown(caller: Caller, who: str, shown: set[str]) -> None:
    assert caller.agreed("Bugzilla.parameters", {}, who).result["parameters"].keys() == shown


def test_an_administrator_is_shown_every_parameter_of_the_site(caller: Caller) -> None:
    parameters = caller.agreed("Bugzilla.parameters", {}, "admin").result["parameters"]
    assert parameters.keys() >= site()["params"].keys() | {"urlbase", "maxattachmentsize"}
    assert parameters["insidergroup"] == "insiders"


STORED = {
    "requirelogin": "no",
    "maxattachmentsize": "99",
    "maxlocalattachment": "7",
    "urlbase": "http://old.example/",
    "cookiepath": "/old/",
    "attachment_base": "http://old.example/files/",
}
"""What the site was loaded with."""
IN_EFFECT = [
    ((), {"maxattachmentsize": "99", "urlbase": STORED["urlbase"], "cookiepath": "/", "attachment_base": ""}),
    (("--max-attachment-size", "2MiB"), {"maxattachmentsize": "2048"}),
    (("--max-attachment-size", "1500"), {"maxattachmentsize": "1"}),
    (("--url-base", "https://bugs.example/"), {"urlbase": "https://bugs.example/"}),
    (("--path-prefix", "/bugs"), {"cookiepath": "/bugs/"}),
    (("--attachment-base", "https://files.example/"), {"attachment_base": "https://files.example/"}),
]


@pytest.mark.parametrize(("flags", "expected"), IN_EFFECT, ids=[" ".join(flags) for flags, _ in IN_EFFECT])
def test_the_parameters_are_those_in_effect(tmp_path: Path, flags: tuple[str, ...], expected: dict[str, str]) -> None:
    described = site()
    described["params"] |= STORED
    file = tmp_path / "site.json"
    file.write_text(json.dumps(described), encoding="utf-8")
    load(tmp_path / "gateway.db", file)
    with running(tmp_path / "gateway.db", "--no-durable", *flags) as gateway:
        for who in ("stranger", "admin"):
            key = urlencode({"Bugzilla_api_key": account(who).api_key})
            with urllib.request.urlopen(f"{gateway.url}rest/parameters?{key}") as answer:
                parameters = json.load(answer)["parameters"]
            for name, value in {"requirelogin": "0", "maxlocalattachment": "0", **expected}.items():
                assert parameters[name] == value.format(own=gateway.url)
