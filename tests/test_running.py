from pathlib import Path
from urllib.parse import quote

import pytest
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
