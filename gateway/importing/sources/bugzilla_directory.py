"""The directory of a Bugzilla: where its database is, its parameters and files, its version and extensions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.perl_text import PerlTextError, PerlValue, read_assignments
from gateway.importing.sources.site_parameters import FILE_NAMES

_MYSQL = {"mysql", "mariadb"}
_VERSIONS = (
    ("Bugzilla/Constants.pm", re.compile(r"""constant\s+BUGZILLA_VERSION\s*=>\s*["']([^"']+)["']""")),
    ("Bugzilla.pm", re.compile(r"""^our\s+\$VERSION\s*=\s*["']([^"']+)["']""", re.MULTILINE)),
)
_EXTENSION_NAME = re.compile(r"""constant\s+NAME\s*=>\s*["']([^"']+)["']""")
_EXTENSION_VERSION = re.compile(r"""\$VERSION\s*=\s*["']?([^"';\s]+)""")
_TLS = {
    "db_mysql_ssl_ca_file": "ssl_ca",
    "db_mysql_ssl_ca_path": "ssl_capath",
    "db_mysql_ssl_client_cert": "ssl_cert",
    "db_mysql_ssl_client_key": "ssl_key",
}


@dataclass(frozen=True, slots=True)
class BugzillaDirectory:
    """The directory of a Bugzilla as far as an import needs it.

    `database` is an address with the password, or the path of a file.
    """

    database: str = field(repr=False)
    parameters: Path | None
    attachments: Path | None
    version: str
    extensions: Mapping[str, str]


def is_bugzilla_directory(path: Path) -> bool:
    """Tell whether the path is the directory of a Bugzilla."""
    return (path / "localconfig").is_file()


def read_directory(path: Path) -> BugzillaDirectory:
    """Read the directory of a Bugzilla. Raises `ImportRefused`."""
    file = path / "localconfig"
    try:
        config = read_assignments(file.read_text(encoding="utf-8", errors="replace"))
    except OSError as problem:
        raise ImportRefused(f"{file} cannot be read: {problem.strerror}.") from problem
    except PerlTextError as problem:
        raise ImportRefused(f"{file} cannot be read, {problem}. Name the database itself instead.") from problem
    data = path / "data"
    attachments = data / "attachments"
    return BugzillaDirectory(
        database=_database(config, path),
        parameters=next((data / name for name in FILE_NAMES if (data / name).is_file()), None),
        attachments=attachments if attachments.is_dir() else None,
        version=_version(path),
        extensions=_extensions(path),
    )


def _database(config: Mapping[str, PerlValue], path: Path) -> str:
    """Return the address of the database that localconfig names."""
    driver = _text(config, "db_driver").lower()
    name = _text(config, "db_name")
    if driver == "sqlite":
        return str(path / "data" / "db" / name)
    if driver not in _MYSQL and driver != "pg":
        raise ImportRefused(f"{path / 'localconfig'} names the database {driver or 'of no kind'}, which is not known.")
    user, password = (quote(_text(config, f"db_{each}"), safe="") for each in ("user", "pass"))
    host, port, socket = _text(config, "db_host"), _text(config, "db_port"), _text(config, "db_sock")
    place = f"{host}:{port}" if port not in ("", "0") else host
    if driver == "pg":
        return f"postgresql://{user}:{password}@{place}/{quote(name)}"
    options = {"unix_socket": socket} if socket else {}
    options |= {_TLS[each]: _text(config, each) for each in _TLS if _text(config, each)}
    return f"mysql://{user}:{password}@{place}/{quote(name)}{'?' if options else ''}{urlencode(options)}"


def _text(config: Mapping[str, PerlValue], name: str) -> str:
    value = config.get(name)
    return value if isinstance(value, str) else ""


def _version(path: Path) -> str:
    for name, pattern in _VERSIONS:
        if found := pattern.search(_read(path / name)):
            return found[1]
    return ""


def _extensions(path: Path) -> dict[str, str]:
    """Return the versions of the extensions that are enabled, 0 where one has none, as Bugzilla does."""
    versions: dict[str, str] = {}
    for folder in sorted((path / "extensions").glob("*")):
        text = _read(folder / "Extension.pm") + _read(folder / "Config.pm")
        if text and not (folder / "disabled").exists():
            name, version = _EXTENSION_NAME.search(text), _EXTENSION_VERSION.search(text)
            versions[name[1] if name else folder.name] = version[1] if version else "0"
    return versions


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
