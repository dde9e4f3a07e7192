"""The recorded exchanges of the wide site, through a front before a gateway with that site.

Whatever the gateway itself answers as Bugzilla did, it answers through a front too. `wide-deviations.jsonl` lists what
REST cannot tell, with the reason of each.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from running import fronting, running
from wide import WIDE, import_wide_site, needs_wide_site

OWN = Path(__file__).parent / "wide-deviations.jsonl"
MOST_DEVIATIONS = 0.03
"""The part of the exchanges that may be listed there."""


def verdicts(url: str, report: Path) -> dict[str, str]:
    """How each exchange came out, by its name: "matches", or where it differs."""
    command = [sys.executable, str(Path(WIDE) / "replay.py"), "--base", url.rstrip("/"), "--json", str(report)]
    subprocess.run(command, check=False, capture_output=True)
    found: dict[str, str] = json.loads(report.read_text(encoding="utf-8"))
    return found


def listed() -> Iterator[str]:
    for line in OWN.read_text(encoding="utf-8").splitlines():
        deviation = json.loads(line)
        assert deviation["why"]
        yield deviation["id"]


@needs_wide_site
@pytest.mark.long("sends some six thousand requests twice")
def test_what_the_gateway_answers_is_answered_through_a_front(tmp_path: Path) -> None:
    database, other = tmp_path / "gateway.db", tmp_path / "site.db"
    import_wide_site(database, tmp_path)
    shutil.copyfile(database, other)
    with running(database) as gateway:
        direct = verdicts(gateway.url, tmp_path / "direct.json")
    with running(other, "--trusted-proxies", "127.0.0.1") as site, fronting(site.url) as front:
        through = verdicts(front.url, tmp_path / "through.json")
    matching = {name for name, verdict in direct.items() if verdict == "matches"}
    assert matching
    differing = {name: through[name] for name in matching if through[name] != "matches"}
    patterns = [*listed()]
    allowed = {name for name in differing if any(fnmatchcase(name, pattern) for pattern in patterns)}
    assert {name: told for name, told in differing.items() if name not in allowed} == {}
    assert len(allowed) <= MOST_DEVIATIONS * len(matching)
