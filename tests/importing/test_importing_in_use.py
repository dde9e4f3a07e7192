"""A Bugzilla is imported while its users go on; the next import brings the rest."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
from importing_command import comparable, gateway
from mariadb_server import MariaDB
from sites import attachments, needs_sites, site

pytestmark = needs_sites

COMMENT = (
    "INSERT INTO longdescs (bug_id, who, bug_when, thetext) VALUES (%s, 8, %s, %s)",
    "UPDATE bugs SET delta_ts = %s, short_desc = %s WHERE bug_id = %s",
    "INSERT INTO bugs_activity (bug_id, who, bug_when, fieldid, added) VALUES (%s, 8, %s, 2, %s)",
)


@contextmanager
def in_use(mariadb: MariaDB, name: str) -> Iterator[list[int]]:
    """Have users comment on bugs, several in a second, until the end of the block; yield what they wrote."""
    written: list[int] = []
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        with pymysql.connect(unix_socket=str(mariadb.socket), user="root", database=name) as connection:
            while not ended.wait(0.005):
                number = len(written)
                bug_id, when = (
                    number % 11 + 1,
                    f"2026-12-24 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}",
                )
                with connection.cursor() as cursor:
                    cursor.execute(COMMENT[0], (bug_id, when, f"comment {number} ☃"))
                    cursor.execute(COMMENT[1], (when, f"summary {number}", bug_id))
                    cursor.execute(COMMENT[2], (bug_id, when, f"summary {number}"))
                connection.commit()
                written.append(number)
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(60)
    try:
        yield written
    finally:
        ended.set()
        writer.join()


def test_a_bugzilla_in_use(mariadb: MariaDB, tmp_path: Path) -> None:
    name = mariadb.load(gzip.decompress(site("rich/bugzilla-5.2-mariadb.sql.gz").read_bytes()))
    files = attachments("rich/bugzilla-5.2-data-attachments.tar.gz", tmp_path)
    params = site("rich/bugzilla-5.2-mariadb-params.json")
    words = ("import", mariadb.url(name), "--params", params, "--attachments", files, "--timezone", "UTC", "--database")
    with in_use(mariadb, name) as written:
        gateway(*words, tmp_path / "followed.db")
        during = len(written)
        gateway(*words, tmp_path / "followed.db")
    assert during > 1
    gateway(*words, tmp_path / "followed.db")
    gateway(*words, tmp_path / "afterwards.db")
    assert comparable(tmp_path / "followed.db") == comparable(tmp_path / "afterwards.db")
