import socket
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from installing import Debian
from ports import free_port
from running import account, check, running


def test_a_gateway_that_ended_well_and_said_nothing_wrong_passes() -> None:
    check(0, "Listening on http://127.0.0.1:8080/\n")


@pytest.mark.parametrize(
    ("code", "output"),
    [
        (1, "Listening on http://127.0.0.1:8080/\n"),
        (0, "Traceback (most recent call last):\n"),
        (0, f"POST {account('editor').api_key}\n"),
        (0, f"GET /rest/login?password={quote(account('ünïcode').password)}\n"),
    ],
)
def test_a_gateway_that_failed_or_gave_away_a_secret_does_not(code: int, output: str) -> None:
    with pytest.raises(AssertionError):
        check(code, output)


def test_a_gateway_that_does_not_start_says_why(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    with pytest.raises(AssertionError, match=missing.name), running(missing):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ports are looked up only")
def test_a_port_is_kept_for_the_server_that_is_told_it() -> None:
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
        pass
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_programs_of_the_system_need_not_be_in_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert Debian("passwd", "useradd").is_there() == Path("/usr/sbin/useradd").exists()
    assert not Debian("none", "not-a-program").is_there()
