"""The recorded exchanges of XML-RPC and JSON-RPC with a real Bugzilla, through a front before a gateway.

`GATEWAY_EXCHANGES` names the folder with the recordings, as in `test_replay.py`. `deviations.jsonl` lists what REST
cannot tell, with the reason of each.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import fronting, load, running

EXCHANGES = os.environ.get("GATEWAY_EXCHANGES", "")
OWN = Path(__file__).parent / "deviations.jsonl"
MOST_DEVIATIONS = 0.02
"""The part of the exchanges that may be listed there."""


@pytest.mark.skipif(not EXCHANGES, reason="GATEWAY_EXCHANGES names no folder with recorded exchanges")
def test_all_recorded_exchanges_match_through_a_front(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, database, report = Path(EXCHANGES), tmp_path / "site.db", tmp_path / "report.json"
    load(database, folder / "fixture.json")
    with running(database, "--trusted-proxies", "127.0.0.1") as site, fronting(site.url) as front:
        command = [sys.executable, str(folder / "replay.py"), "--base", front.url.rstrip("/"), "--json", str(report)]
        for file in (folder / "deviations.jsonl", OWN.parent.parent / "deviations.jsonl", OWN):
            command += ["--deviations", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    with capsys.disabled():
        print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
    matching = sum(verdict == "matches" for verdict in json.loads(report.read_text()).values())
    assert len(OWN.read_text().splitlines()) <= MOST_DEVIATIONS * matching
