"""How the values of settings are written: each kind reads a text, says what it wants, and writes a value again.

The same text is taken from a TOML file, an environment variable and a flag. A reader raises `ValueError` for a text
that is not of its kind; what would be right is told by `wanted`.
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
_LONGEST_LIFE = 3600
_QUANTITY = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of value: its placeholder in help texts, what it wants in words, and how it is read and written."""

    metavar: str
    wanted: str
    read: Callable[[str], T]
    write: Callable[[T], str] = str


def _read_quantity(text: str, units: dict[str, int] | dict[str, float], plain: str) -> float:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    by_lower = {unit.lower(): factor for unit, factor in units.items()}
    unit = match["unit"].lower() or plain
    if unit not in by_lower:
        raise ValueError(text)
    return float(match["number"]) * by_lower[unit]


def _read_size(text: str) -> int:
    size = int(_read_quantity(text, _SIZE_UNITS, "b"))
    if size < 1:
        raise ValueError(text)
    return size


def write_size(size: int) -> str:
    """A size in the largest unit that leaves a whole number: "10 MiB"."""
    unit = next((unit for unit, factor in _SIZE_UNITS.items() if size >= factor and size % factor == 0), "B")
    return f"{size // _SIZE_UNITS[unit]} {unit}"


def _read_duration(text: str) -> float:
    seconds = _read_quantity(text, _DURATION_UNITS, "s")
    if seconds <= 0:
        raise ValueError(text)
    return seconds


def _read_life(text: str) -> float:
    seconds = _read_duration(text)
    if not 1 <= seconds <= _LONGEST_LIFE or seconds % 1:
        raise ValueError(text)
    return seconds


def _write_duration(seconds: float) -> str:
    unit = next((unit for unit, factor in _DURATION_UNITS.items() if seconds % factor == 0), "s")
    return f"{seconds / _DURATION_UNITS[unit]:g} {unit}"


def _read_switch(text: str) -> bool:
    known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def read_database(text: str) -> Path | DatabaseUrl:
    """A path, or the address of a database. Raises `ValueError` for another address."""
    if text.startswith(SCHEMES):
        return DatabaseUrl(text)
    if "://" in text:
        raise ValueError(text)
    return _read_path(text)


def _read_database_url(text: str) -> DatabaseUrl:
    if not text.startswith(SCHEMES):
        raise ValueError(text)
    return DatabaseUrl(text)


def _read_word(text: str) -> str:
    if not text or text != text.strip():
        raise ValueError(text)
    return text


def _read_path(text: str) -> Path:
    if not text:
        raise ValueError(text)
    return Path(text).expanduser()


def _read_prefix(text: str) -> str:
    if not re.fullmatch(r"(/[\w.~-]+)*/?", text, re.ASCII):
        raise ValueError(text)
    return text.rstrip("/")


def _read_url_base(text: str) -> str:
    if not re.fullmatch(r"(https?://[^\s/?#]+(/[^\s?#]*)?)?", text):
        raise ValueError(text)
    return text.rstrip("/") + "/" if text else ""


def _read_bucket(text: str) -> str:
    if not re.fullmatch(r"(s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[\w.~-]+)*/?)?", text, re.ASCII):
        raise ValueError(text)
    return text.rstrip("/")


def _read_networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _write_networks(networks: Iterable[Network]) -> str:
    return ",".join(map(str, networks))


def _number(low: int, high: int) -> Kind[int]:
    """Whole numbers from `low` to `high`, both included."""

    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return Kind("NUMBER", f"a whole number from {low} to {high}", read)


def _choice(*words: str) -> Kind[str]:
    """One of `words`."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Kind("|".join(words), f"one of {', '.join(words)}", read)


def _optional(kind: Kind[T]) -> Kind[T | None]:
    """Like `kind`; an empty text is None."""

    def read(text: str) -> T | None:
        return kind.read(text) if text else None

    def write(value: T | None) -> str:
        return "" if value is None else kind.write(value)

    return Kind(kind.metavar, f"{kind.wanted}, or nothing", read, write)


_SIZE = Kind("SIZE", "a size such as 10MiB, 500kB or 1048576 (bytes)", _read_size, write_size)

Database = Annotated[
    Path | DatabaseUrl, Kind("PATH|URL", "a path, or an address such as postgresql://host/name", read_database)
]
OptionalUrl = Annotated[
    DatabaseUrl | None, _optional(Kind("URL", "an address such as postgresql://host/name", _read_database_url))
]
OptionalFile = Annotated[Path | None, _optional(Kind("PATH", "a path", _read_path))]
Word = Annotated[str, Kind("NAME", "a name or an address, without spaces around it", _read_word)]
Port = Annotated[int, _number(0, 65535)]
Count = Annotated[int, _number(1, 10_000)]
Prefix = Annotated[str, Kind("PATH", "a path such as /bugzilla, or nothing", _read_prefix)]
UrlBase = Annotated[str, Kind("URL", "an address such as https://bugs.example.com/, or nothing", _read_url_base)]
Bucket = Annotated[
    str, Kind("URL", "the address of a bucket such as s3://name or s3://name/prefix, or nothing", _read_bucket)
]
Networks = Annotated[
    tuple[Network, ...],
    Kind("NETWORKS", "addresses or networks such as 127.0.0.1,10.0.0.0/8", _read_networks, _write_networks),
]
Switch = Annotated[bool, Kind("YES|NO", "true or false", _read_switch, lambda value: str(value).lower())]
Size = Annotated[int, _SIZE]
OptionalSize = Annotated[int | None, _optional(_SIZE)]
Duration = Annotated[
    float, Kind("TIME", "a time such as 500ms, 30s, 5min, 12h or 30d", _read_duration, _write_duration)
]
OptionalLife = Annotated[
    float | None, _optional(Kind("TIME", "a time of whole seconds, an hour at most", _read_life, _write_duration))
]
LogLevel = Annotated[str, _choice("debug", "info", "warning", "error")]
LogFormat = Annotated[str, _choice("text", "json")]
