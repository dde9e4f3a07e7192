"""Every recorded exchange with a real Bugzilla, sent to the gateway: a client cannot tell the two apart.

The recordings are not part of the project. The environment variable GATEWAY_EXCHANGES names the folder with them:
`fixture.json`, `replay.py`, and `deviations.jsonl` beside those of this project.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bucket_server import Buckets
from running import load, running

EXCHANGES = os.environ.get("GATEWAY_EXCHANGES", "")
DEVIATIONS = Path(__file__).parent / "deviations.jsonl"


@pytest.mark.skipif(not EXCHANGES, reason="GATEWAY_EXCHANGES names no folder with recorded exchanges")
@pytest.mark.parametrize("backend", ["sqlite", "postgresql", "sqlite and s3", "postgresql and s3"])
def test_all_recorded_exchanges_match(
    backend: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(EXCHANGES)
    database: Path | str = tmp_path / "gateway.db"
    if backend.startswith("postgresql"):
        database = request.getfixturevalue("postgresql_server").new_database()
    flags: list[str] = []
    if backend.endswith("s3"):
        buckets: Buckets = request.getfixturevalue("buckets")
        for name, value in buckets.environment.items():
            monkeypatch.setenv(name, value)
        flags = ["--content", buckets.new()]
    load(database, folder / "fixture.json", *flags)
    with running(database, *flags) as gateway:
        command = [sys.executable, str(folder / "replay.py"), "--base", gateway.url.rstrip("/")]
        for file in (folder / "deviations.jsonl", DEVIATIONS):
            command += ["--deviations", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    with capsys.disabled():
        print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
