"""Open the source that an administrator names: a directory, an address, a file or a dump."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.importing.errors import ImportRefused
from gateway.importing.sources.bugzilla_directory import BugzillaDirectory, is_bugzilla_directory, read_directory
from gateway.importing.sources.dumps.dump_text import is_dump
from gateway.importing.sources.dumps.reading import read_dump
from gateway.importing.sources.mysql_source import MysqlSource
from gateway.importing.sources.postgresql_source import PostgresqlSource
from gateway.importing.sources.source import Source
from gateway.importing.sources.sqlite_source import SqliteSource

_MYSQL = ("mysql://", "mariadb://")
_POSTGRESQL = ("postgresql://", "postgres://")
_SQLITE = "sqlite:"


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """A source, with what its directory says beside the database."""

    source: Source
    parameters: Path | None = None
    attachments: Path | None = None
    version: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)
    is_local: bool = False
    """True for the directory of a Bugzilla, which runs on this machine."""


def open_source(name: str, workspace: Path | None, progress: Callable[[int], None]) -> OpenedSource:
    """Open a source. Temporary files are written to `workspace` (None: the system's place for them).

    `progress` is called with the number of bytes read of a dump. Raises `ImportRefused`.
    """
    path = Path(name)
    if "://" not in name and is_bugzilla_directory(path):
        directory = read_directory(path)
        return _with(_open(directory.database, workspace, progress), directory)
    return OpenedSource(_open(name, workspace, progress))


def _with(source: Source, directory: BugzillaDirectory) -> OpenedSource:
    return OpenedSource(
        source, directory.parameters, directory.attachments, directory.version, directory.extensions, is_local=True
    )


def _open(name: str, workspace: Path | None, progress: Callable[[int], None]) -> Source:
    if name.startswith(_MYSQL):
        return MysqlSource(name)
    if name.startswith(_POSTGRESQL):
        return PostgresqlSource(name)
    if "://" in name:
        raise ImportRefused(f"{name.partition('://')[0]}:// is no address of a database that is known.")
    path = Path(name.removeprefix(_SQLITE))
    if path.is_dir():
        raise ImportRefused(f"{path} is not the directory of a Bugzilla: it has no localconfig.")
    if not path.is_file():
        raise ImportRefused(f"There is no file {path}.")
    return read_dump(path, workspace, progress) if is_dump(path) else SqliteSource(path, workspace)
