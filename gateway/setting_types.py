"""The types of settings: each parses a text, formats a value, and describes the texts that it accepts.

A TOML file, an environment variable and a flag all carry the same text. A parser raises `ValueError` for a text that
it does not accept; `SettingType.expected` describes those that it does.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from gateway.database_url import SCHEMES, DatabaseUrl

T = TypeVar("T")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SIZE_UNITS = {
    "TiB": 1024**4,
    "GiB": 1024**3,
    "MiB": 1024**2,
    "KiB": 1024,
    "TB": 1000**4,
    "GB": 1000**3,
    "MB": 1000**2,
    "kB": 1000,
    "B": 1,
}
_DURATION_UNITS = {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0, "ms": 0.001}
_MAX_LIFETIME = 3600  # seconds
_QUANTITY = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)")


@dataclass(frozen=True, slots=True)
class SettingType(Generic[T]):
    """A type of setting: its placeholder in help texts, the values that it accepts in words, and its conversions."""

    metavar: str
    expected: str
    parse: Callable[[str], T]
    format: Callable[[T], str] = str


def _parse_quantity(text: str, units: dict[str, int] | dict[str, float], plain: str) -> float:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    by_lower = {unit.lower(): factor for unit, factor in units.items()}
    unit = match["unit"].lower() or plain
    if unit not in by_lower:
        raise ValueError(text)
    return float(match["number"]) * by_lower[unit]


def _parse_size(text: str) -> int:
    size = int(_parse_quantity(text, _SIZE_UNITS, "b"))
    if size < 1:
        raise ValueError(text)
    return size


def format_size(size: int) -> str:
    """Format a size in bytes in the largest unit that gives a whole number: "10 MiB"."""
    unit = next((unit for unit, factor in _SIZE_UNITS.items() if size >= factor and size % factor == 0), "B")
    return f"{size // _SIZE_UNITS[unit]} {unit}"


def _parse_duration(text: str) -> float:
    seconds = _parse_quantity(text, _DURATION_UNITS, "s")
    if seconds <= 0:
        raise ValueError(text)
    return seconds


def _parse_lifetime(text: str) -> float:
    seconds = _parse_duration(text)
    if not 1 <= seconds <= _MAX_LIFETIME or seconds % 1:
        raise ValueError(text)
    return seconds


def _format_duration(seconds: float) -> str:
    unit = next((unit for unit, factor in _DURATION_UNITS.items() if seconds % factor == 0), "s")
    return f"{seconds / _DURATION_UNITS[unit]:g} {unit}"


def _parse_switch(text: str) -> bool:
    known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def parse_database(text: str) -> Path | DatabaseUrl:
    """Parse a path or a database URL. Raises `ValueError` for any other URL."""
    if text.startswith(SCHEMES):
        return DatabaseUrl(text)
    if "://" in text:
        raise ValueError(text)
    return _parse_path(text)


def _parse_database_url(text: str) -> DatabaseUrl:
    if not text.startswith(SCHEMES):
        raise ValueError(text)
    return DatabaseUrl(text)


def _parse_word(text: str) -> str:
    if not text or text != text.strip():
        raise ValueError(text)
    return text


def _parse_path(text: str) -> Path:
    if not text:
        raise ValueError(text)
    return Path(text).expanduser()


def _parse_prefix(text: str) -> str:
    if not re.fullmatch(r"(/[\w.~-]+)*/?", text, re.ASCII):
        raise ValueError(text)
    return text.rstrip("/")


def _parse_url_base(text: str) -> str:
    if not re.fullmatch(r"(https?://[^\s/?#]+(/[^\s?#]*)?)?", text):
        raise ValueError(text)
    return text.rstrip("/") + "/" if text else ""


def _parse_bucket(text: str) -> str:
    if not re.fullmatch(r"(s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[\w.~-]+)*/?)?", text, re.ASCII):
        raise ValueError(text)
    return text.rstrip("/")


def _parse_networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _format_networks(networks: Iterable[Network]) -> str:
    return ",".join(map(str, networks))


def _number(low: int, high: int) -> SettingType[int]:
    """The type of whole numbers from `low` to `high`, both included."""

    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return SettingType("NUMBER", f"a whole number from {low} to {high}", parse)


def _choice(*words: str) -> SettingType[str]:
    """The type of a setting that is one of `words`."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return SettingType("|".join(words), f"one of {', '.join(words)}", parse)


def _optional(base: SettingType[T]) -> SettingType[T | None]:
    """Make a type that parses an empty text as None, and any other as `base` does."""

    def parse(text: str) -> T | None:
        return base.parse(text) if text else None

    def format_optional(value: T | None) -> str:
        return "" if value is None else base.format(value)

    return SettingType(base.metavar, f"{base.expected}, or nothing", parse, format_optional)


_SIZE = SettingType("SIZE", "a size such as 10MiB, 500kB or 1048576 (bytes)", _parse_size, format_size)

Database = Annotated[
    Path | DatabaseUrl, SettingType("PATH|URL", "a path, or a URL such as postgresql://host/name", parse_database)
]
OptionalUrl = Annotated[
    DatabaseUrl | None, _optional(SettingType("URL", "a URL such as postgresql://host/name", _parse_database_url))
]
OptionalFile = Annotated[Path | None, _optional(SettingType("PATH", "a path", _parse_path))]
Word = Annotated[str, SettingType("NAME", "a host name or an address, without surrounding spaces", _parse_word)]
Port = Annotated[int, _number(0, 65535)]
Count = Annotated[int, _number(1, 10_000)]
Prefix = Annotated[str, SettingType("PATH", "a path such as /bugzilla, or nothing", _parse_prefix)]
UrlBase = Annotated[str, SettingType("URL", "a URL such as https://bugs.example.com/, or nothing", _parse_url_base)]
BucketUrl = Annotated[
    str, SettingType("URL", "the URL of a bucket, such as s3://name or s3://name/prefix, or nothing", _parse_bucket)
]
Networks = Annotated[
    tuple[Network, ...],
    SettingType("NETWORKS", "addresses or networks such as 127.0.0.1,10.0.0.0/8", _parse_networks, _format_networks),
]
Switch = Annotated[bool, SettingType("YES|NO", "true or false", _parse_switch, lambda value: str(value).lower())]
Size = Annotated[int, _SIZE]
OptionalSize = Annotated[int | None, _optional(_SIZE)]
Duration = Annotated[
    float, SettingType("TIME", "a time such as 500ms, 30s, 5min, 12h or 30d", _parse_duration, _format_duration)
]
OptionalLifetime = Annotated[
    float | None,
    _optional(SettingType("TIME", "a time of whole seconds, at most an hour", _parse_lifetime, _format_duration)),
]
LogLevel = Annotated[str, _choice("debug", "info", "warning", "error")]
LogFormat = Annotated[str, _choice("text", "json")]
