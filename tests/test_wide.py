"""Every recorded exchange with a real Bugzilla on the wide site, sent to the gateway with that site imported."""

import subprocess
import sys
from pathlib import Path

import pytest
from running import running
from wide import WIDE, import_wide_site, needs_wide_site, not_served

NOT_SERVED = not_served(["Bug.update", "Bug.history", "Product.create", "FlagType.create", "BugUserLastVisit.update"])


@needs_wide_site
@pytest.mark.skipif(bool(NOT_SERVED), reason=f"not served yet: {NOT_SERVED}")
@pytest.mark.long("sends some six thousand requests")
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_all_exchanges_of_the_wide_site_match(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database: Path | str = tmp_path / "gateway.db"
    if backend == "postgresql":
        database = request.getfixturevalue("postgresql_server").new_database()
    import_wide_site(database, tmp_path)
    with running(database) as gateway:
        command = [sys.executable, str(Path(WIDE) / "replay.py"), "--base", gateway.url.rstrip("/")]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    with capsys.disabled():
        print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
