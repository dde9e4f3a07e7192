"""Every recorded exchange with a real Bugzilla, sent to the gateway: a client cannot tell the two apart.

The recordings are not part of the project. The environment variable GATEWAY_EXCHANGES names the folder with them:
`fixture.json`, `replay.py`, and `deviations.jsonl` beside those of this project.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bucket_server import Buckets
from deployed import deployed
from running import load, running

EXCHANGES = os.environ.get("GATEWAY_EXCHANGES", "")
DEVIATIONS = Path(__file__).parent / "deviations.jsonl"
TWO_NODES = "postgresql and s3, two nodes behind nginx"


@pytest.fixture(params=["sqlite", "postgresql", "sqlite and s3", "postgresql and s3", TWO_NODES])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a site is that holds what the recorded one held, and nothing else."""
    site = Path(EXCHANGES) / "fixture.json"
    if request.param == TWO_NODES:
        servers = request.getfixturevalue("postgresql_server"), request.getfixturevalue("buckets")
        with deployed(*servers, tmp_path, site=site) as deployment:
            yield deployment.url
            assert all(node.calls() > 1000 for node in deployment.two)
        return
    database: Path | str = tmp_path / "gateway.db"
    if request.param.startswith("postgresql"):
        database = request.getfixturevalue("postgresql_server").new_database()
    flags: list[str] = []
    if request.param.endswith("s3"):
        buckets: Buckets = request.getfixturevalue("buckets")
        for name, value in buckets.environment.items():
            monkeypatch.setenv(name, value)
        flags = ["--content", buckets.new()]
    load(database, site, *flags)
    with running(database, *flags) as gateway:
        yield gateway.url


@pytest.mark.skipif(not EXCHANGES, reason="GATEWAY_EXCHANGES names no folder with recorded exchanges")
def test_all_recorded_exchanges_match(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(EXCHANGES)
    command = [sys.executable, str(folder / "replay.py"), "--base", url.rstrip("/")]
    for file in (folder / "deviations.jsonl", DEVIATIONS):
        command += ["--deviations", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    with capsys.disabled():
        print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
