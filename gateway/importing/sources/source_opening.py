"""Open the source that an administrator names: a directory, an address, a file, a dump or a running site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.front.front_options import site_address
from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.bugzilla_directory import BugzillaDirectory, is_bugzilla_directory, read_directory
from gateway.importing.sources.dumps.dump_reading import read_dump
from gateway.importing.sources.dumps.dump_text import is_dump
from gateway.importing.sources.mysql_source import MysqlSource
from gateway.importing.sources.postgresql_source import PostgresqlSource
from gateway.importing.sources.rest.site_access import SiteAccess
from gateway.importing.sources.source import Source
from gateway.importing.sources.sqlite_source import SqliteSource
from gateway.store.interface import Progress

if TYPE_CHECKING:
    from gateway.importing.sources.rest.rest_source import RestSource

_MYSQL = ("mysql://", "mariadb://")
_POSTGRESQL = ("postgresql://", "postgres://")
_SQLITE = "sqlite:"
_SITE = ("https://", "http://")
_MIB = 1024**2


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
    site: "RestSource | None" = None
    """A running site, which says itself what others have in files, or leave to the options."""

    def prepare(self, progress: Progress) -> None:
        """Read a running site; others are read when they are opened. Raises `ImportRefused`."""
        if self.site is not None:
            self.site.prepare(progress)


def open_source(
    name: str, workspace: Path | None, progress: Progress, access: SiteAccess | None = None
) -> OpenedSource:
    """Open a source. Temporary files are written to `workspace` (None: the system's place for them).

    `access` is the way to a running site, which is read when it is prepared. Raises `ImportRefused`.
    """
    if name.startswith(_SITE):
        return _open_site(name, access or SiteAccess())
    path = Path(name)
    if "://" not in name and is_bugzilla_directory(path):
        directory = read_directory(path)
        return _with(_open(directory.database, workspace, progress), directory)
    return OpenedSource(_open(name, workspace, progress))


def _open_site(name: str, access: SiteAccess) -> OpenedSource:
    from gateway.importing.sources.rest.rest_source import RestSource  # it takes time to import: others do without

    try:
        site = RestSource(site_address(name), access)
    except ValueError as problem:
        raise ImportRefused(f"The address cannot be used: {problem}.") from problem
    return OpenedSource(site, version=site.version, extensions=site.extensions, site=site)


def _with(source: Source, directory: BugzillaDirectory) -> OpenedSource:
    return OpenedSource(
        source, directory.parameters, directory.attachments, directory.version, directory.extensions, is_local=True
    )


def _open(name: str, workspace: Path | None, progress: Progress) -> Source:
    if name.startswith(_MYSQL):
        return MysqlSource(name)
    if name.startswith(_POSTGRESQL):
        return PostgresqlSource(name)
    if "://" in name:
        raise ImportRefused(f"{name.partition('://')[0]}:// is no address of a database or a site that is known.")
    path = Path(name.removeprefix(_SQLITE))
    if path.is_dir():
        raise ImportRefused(f"{path} is not the directory of a Bugzilla: it has no localconfig.")
    if not path.is_file():
        raise ImportRefused(f"There is no file {path}.")
    if not is_dump(path):
        return SqliteSource(path, workspace)
    size = max(1, path.stat().st_size // _MIB)
    return read_dump(path, workspace, lambda position: progress("MiB of the dump", position // _MIB, size))
