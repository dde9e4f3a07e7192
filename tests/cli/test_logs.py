import json
import logging
import sys
from collections.abc import Iterator

import pytest

from gateway.cli import logs
from gateway.settings import Settings


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("gateway")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def record(message: str, **extra: object) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "gateway.x", "levelname": "INFO", "created": 0.25, "msg": message, **extra})


def failure() -> object:
    """What `logging.exception` puts into a record."""
    try:
        int("no number")
    except ValueError:
        return sys.exc_info()


def test_text_is_a_line_with_what_else_is_known() -> None:
    line = logs.TextFormatter().format(record("GET /rest 200", request_id="r1", seconds=0.5, remote=""))
    assert line == "1970-01-01T00:00:00.250Z INFO gateway.x GET /rest 200 request_id=r1 seconds=0.5"


def test_a_line_is_one_line_whatever_a_client_sent() -> None:
    line = logs.TextFormatter().format(record("GET /a\nb\x1b[31m", remote="x\r\ny"))
    assert line.splitlines() == [line]
    assert "\x1b" not in line
    assert r"GET /a\nb\x1b[31m remote=x\r\ny" in line


def test_text_shows_a_traceback_below() -> None:
    first, *rest = logs.TextFormatter().format(record("failed", exc_info=failure())).splitlines()
    assert first.endswith("INFO gateway.x failed")
    assert rest[0].startswith("Traceback")
    assert rest[-1].startswith("ValueError: ")


def test_json_is_an_object_a_line() -> None:
    text = logs.JsonFormatter().format(record("a\nü", request_id="r1", seconds=0.5, exc_info=failure()))
    assert "\n" not in text
    told = json.loads(text)
    assert "ValueError: " in told.pop("exception")
    assert told == {
        "time": "1970-01-01T00:00:00.250Z",
        "level": "INFO",
        "logger": "gateway.x",
        "message": "a\nü",
        "request_id": "r1",
        "seconds": 0.5,
    }


def test_debugging_does_not_make_libraries_show_what_passes_through_them(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(log_level="debug"))
    logging.getLogger("aiosqlite").debug("a secret")
    logging.getLogger("gateway.test").debug("ours")
    shown = capsys.readouterr().err
    assert "ours" in shown
    assert "a secret" not in shown


@pytest.mark.parametrize(("level", "heard"), [("info", ["info", "error"]), ("error", ["error"])])
def test_the_least_that_is_logged_is_a_setting(
    level: str, heard: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(Settings(log_level=level, log_format="json"))
    for name in ("debug", "info", "error"):
        getattr(logging.getLogger("gateway.test"), name)(name)
    assert [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()] == heard
