import os
from pathlib import Path

import pytest
from bucket_server import Buckets
from click.testing import CliRunner, Result
from commandline import Run

from gateway.cli import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for variable in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=typed, prog_name="gateway")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def site(run: Run) -> Run:
    """The command, with an empty site in its directory."""
    run("init")
    return run


@pytest.fixture
def content(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a bucket that the environment says how to reach."""
    for name, value in buckets.environment.items():
        monkeypatch.setenv(name, value)
    return buckets.new()
