"""Logging to standard error, as text for people or as JSON for programs."""

import json
import logging
from datetime import UTC, datetime

from gateway.settings import Settings

_ALWAYS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""The attributes of every log record; any other was passed as `extra`."""


def configure(settings: Settings) -> None:
    """Configure logging as the settings say."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], force=True)
    logging.getLogger("aiohttp.server").addFilter(is_the_servers)
    # At debug, log only what is the gateway's own: libraries would log secrets that pass through them.
    logging.getLogger().setLevel("INFO" if settings.log_level == "debug" else settings.log_level.upper())
    logging.getLogger("gateway").setLevel(settings.log_level.upper())


def is_the_servers(record: logging.LogRecord) -> bool:
    """Tell whether a record is about the server itself, not about a client that does not speak HTTP.

    The exception in such a record quotes the client's bytes.
    """
    from aiohttp.http_exceptions import HttpProcessingError  # slow to import: only what serves needs it

    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


class TextFormatter(logging.Formatter):
    """Format each record as one line: time, level, logger, message, and any extra values as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the traceback below it if there is one."""
        words = [_time(record), record.levelname, record.name, record.getMessage()]
        words += [f"{name}={value}" for name, value in _extra(record).items()]
        line = "".join(
            character if character.isprintable() else ascii(character)[1:-1] for character in " ".join(words)
        )
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """Format each record as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object, on one line."""
        members: dict[str, object] = {"time": _time(record), "level": record.levelname, "logger": record.name}
        members |= {"message": record.getMessage(), **_extra(record)}
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(members, default=str, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _ALWAYS and value != ""}
