"""Every recorded exchange with a real Bugzilla, sent to the gateway: a client cannot tell the two apart.

The recordings are not part of the project. The environment variable GATEWAY_EXCHANGES names the folder with them:
`fixture.json`, `replay.py`, and `deviations.jsonl` beside those of this project.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import load, running

EXCHANGES = os.environ.get("GATEWAY_EXCHANGES", "")
DEVIATIONS = Path(__file__).parent / "deviations.jsonl"


@pytest.mark.skipif(not EXCHANGES, reason="GATEWAY_EXCHANGES names no folder with recorded exchanges")
def test_all_recorded_exchanges_match(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(EXCHANGES)
    load(tmp_path / "gateway.db", folder / "fixture.json")
    with running(tmp_path / "gateway.db") as gateway:
        command = [sys.executable, str(folder / "replay.py"), "--base", gateway.url.rstrip("/")]
        for file in (folder / "deviations.jsonl", DEVIATIONS):
            command += ["--deviations", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    with capsys.disabled():
        print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
