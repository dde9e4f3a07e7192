"""Read a dump of any kind into a source."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.dumps.dump_tables import DumpSource, DumpTables
from gateway.importing.sources.dumps.dump_text import DumpText, open_dump
from gateway.importing.sources.dumps.mysql_dump import read_mysql_dump
from gateway.importing.sources.dumps.postgresql_dump import read_postgresql_dump

_START = 16 * 1024
_STEP = 1024 * 1024
_MYSQL_MARKS = (b"-- MariaDB dump", b"-- MySQL dump", b"ENGINE=", b"INSERT INTO `", b"/*!40")
_POSTGRESQL_MARKS = (b"-- PostgreSQL database dump", b"pg_catalog.set_config", b"SET client_encoding")


def read_dump(path: Path, workspace: Path | None, progress: Callable[[int], None]) -> DumpSource:
    """Read a dump. `progress` is called with the bytes that were read, decompressed, now and then.

    Raises `ImportRefused` for what is no dump, or no whole one, of a Bugzilla.
    """
    with open_dump(path) as file, ExitStack() as on_failure:
        try:
            text = DumpText(file)
            database, read = _kind(path, text)
            tables = DumpTables(workspace)
            on_failure.callback(tables.close)
            told = 0
            for position in read(text, tables):
                if position - told > _STEP:
                    told = position
                    progress(position)
            tables.finish()
        except ValueError as problem:
            raise ImportRefused(f"{path} cannot be understood: {problem}.") from problem
        except EOFError as problem:
            raise ImportRefused(f"{path} is cut: its compressed data end early.") from problem
        on_failure.pop_all()
        return DumpSource(str(path), database, tables)


def _kind(path: Path, text: DumpText) -> tuple[str, Callable[[DumpText, DumpTables], Iterator[int]]]:
    start = text.start(_START)
    if any(mark in start for mark in _POSTGRESQL_MARKS):
        return "postgresql", read_postgresql_dump
    if any(mark in start for mark in _MYSQL_MARKS):
        return "mysql", read_mysql_dump
    raise ImportRefused(f"{path} is neither a SQLite database nor a plain dump of mysqldump, mariadb-dump or pg_dump.")
