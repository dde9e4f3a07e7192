"""The content of a site moves from its database to a bucket and back, and all of it arrives."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import urllib.error
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import obstore
import pytest
from bucket_server import Buckets
from clients_in_use import PATIENCE, Downloads, Uploads, digest
from msgspec.structs import replace
from obstore.store import S3Store
from postgresql_server import Server
from running import ROOT, copied, running
from sites_to_move import LARGE, everything, write

from gateway.content import MemoryContent
from gateway.database_url import DatabaseUrl
from gateway.store.interface import Finding, Progress, Store, StoreUnavailable, Writer
from gateway.store.objects import Bucket, MovedContents, ObjectStore, content_moving, move_contents, open_bucket
from gateway.store.opening import locate
from gateway.store.store_location import StoreLocation

T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """A site, and a bucket for it."""

    where: StoreLocation
    content: str
    buckets: Buckets

    def with_both(self, task: Callable[[Store, Bucket], Awaitable[T]]) -> T:
        """Do something with the database and the bucket."""

        async def run() -> T:
            store = await self.where.open()
            try:
                return await task(store, open_bucket(self.content, 20.0, self.buckets.config))
            finally:
                await store.close()

        return asyncio.run(run())

    def move(self, *, to_bucket: bool, progress: Progress = lambda *_: None) -> MovedContents:
        return self.with_both(
            lambda store, bucket: move_contents(store, bucket, to_bucket=to_bucket, spools=None, progress=progress)
        )

    def findings(self) -> list[Finding]:
        return self.with_both(lambda store, bucket: ObjectStore(store, bucket).check(lambda *_: None))

    def hashes(self) -> dict[int, str]:
        """The SHA-256 of all content, as it is read."""

        async def read(inner: Store, bucket: Bucket) -> dict[int, str]:
            store, found = ObjectStore(inner, bucket), {}
            for content in await store.read(lambda tx: tx.contents_after(0, 1_000_000)):
                digest = hashlib.sha256()
                async for piece in store.stream(content):
                    digest.update(piece)
                found[content.attachment_id] = digest.hexdigest()
            return found

        return self.with_both(read)

    def external(self) -> list[bool]:
        """For each attachment with content whether the bucket has it."""
        return [each.external for each in write(self.where, lambda tx: tx.contents_after(0, 1_000_000))]

    def objects(self) -> S3Store:
        """The bucket as S3 shows it."""
        return S3Store.from_url(self.content, config=self.buckets.config, client_options={"allow_http": True})  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, postgresql_server: Server, buckets: Buckets, tmp_path: Path) -> Site:
    if request.param == "sqlite":
        where = locate(copied(request.getfixturevalue("full_file"), tmp_path / "site.db"))
    else:
        where = locate(DatabaseUrl(postgresql_server.copy_of(request.getfixturevalue("full_database"))))
    return Site(where, buckets.new(), buckets)


def test_everything_goes_to_the_bucket_and_comes_back(site: Site) -> None:
    before, hashes = everything(site.where), site.hashes()
    told = site.move(to_bucket=True)
    assert (told.attachments, told.is_complete, told.left) == (len(hashes), True, {})
    assert told.bytes > len(LARGE)
    assert all(site.external())
    in_bucket = everything(site.where)
    assert in_bucket["pieces"] == []
    assert {table for table in before if before[table] != in_bucket[table]} == {"attachments", "pieces"}
    assert site.hashes() == hashes
    assert site.findings() == []
    assert site.move(to_bucket=True).attachments == 0

    back = site.move(to_bucket=False)
    assert (back.attachments, back.bytes, back.is_complete) == (told.attachments, told.bytes, True)
    assert everything(site.where) == before
    assert site.move(to_bucket=False).attachments == 0
    assert site.findings() == []


def test_what_is_shown_is_how_much_there_is(site: Site) -> None:
    shown: list[tuple[str, int, int]] = []
    told = site.move(to_bucket=True, progress=lambda *each: shown.append(each))
    in_mib = -(-told.bytes // 1024**2)
    assert shown == sorted(shown)
    assert shown[0] == ("content (MiB)", 0, in_mib)
    assert shown[-1] == ("content (MiB)", in_mib, in_mib)


def test_content_that_is_damaged_is_told_and_stays_where_it_is(site: Site) -> None:
    wrong, lost = write(site.where, lambda tx: tx.contents_after(0, 2))
    with site.where.source() as side:
        side.query(
            "UPDATE pieces SET data = ? WHERE attachment_id = ? AND start = 0 RETURNING 1", (b"?", wrong.attachment_id)
        )
        side.query("DELETE FROM pieces WHERE attachment_id = ? RETURNING 1", (lost.attachment_id,))
    told = site.move(to_bucket=True)
    assert told.is_complete
    assert set(told.left) == {wrong.attachment_id, lost.attachment_id}
    assert site.external().count(False) == 2
    assert told.attachments == len(site.external()) - 2
    assert {each.where for each in site.findings()} == {f"attachment {each}" for each in told.left}


def test_content_that_the_bucket_has_lost_or_changed_is_told_and_the_rest_comes_back(site: Site) -> None:
    site.move(to_bucket=True)
    lost, changed = write(site.where, lambda tx: tx.external_contents("", 2))
    obstore.delete(site.objects(), _key(lost.sha256))
    obstore.put(site.objects(), _key(changed.sha256), bytes(changed.size))
    told = site.move(to_bucket=False)
    assert "has lost its content" in told.left[lost.attachment_id]
    assert "instead of" in told.left[changed.attachment_id]
    assert told.is_complete
    assert site.external().count(True) == len(told.left)


def _key(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256}"


def test_what_is_damaged_in_the_bucket_takes_the_place_of_nothing(site: Site) -> None:
    hashes = site.hashes()
    for each in write(site.where, lambda tx: tx.contents_after(0, 100)):
        obstore.put(site.objects(), _key(each.sha256), bytes(each.size))
    told = site.move(to_bucket=True)
    assert (told.attachments, told.left) == (len(hashes), {})
    assert site.hashes() == hashes


def _add(tx: Writer, content: MemoryContent) -> int:
    attachment = tx.attachments_of_bug(next(tx.bug_ids()))[0]
    return tx.add_attachment(replace(attachment, id=0), content)


@pytest.mark.parametrize(("times", "is_complete"), [(1, True), (100, False)])
def test_what_comes_meanwhile_is_moved_too_unless_it_never_ends(site: Site, times: int, is_complete: bool) -> None:
    """Somebody still adds to the database."""
    passes: list[str] = []

    def progress(what: str, *_: int) -> None:
        if what not in passes:
            passes.append(what)
            if len(passes) <= times:
                write(site.where, lambda tx: _add(tx, MemoryContent(f"pass {len(passes)}".encode())))

    with ThreadPoolExecutor(1) as thread:  # progress is told inside of an event loop, where no other can be run
        told = site.move(to_bucket=True, progress=lambda *each: thread.submit(progress, *each).result())
    assert told.is_complete == is_complete
    assert len(passes) == (2 if is_complete else content_moving.PASSES)
    assert site.external().count(False) == (0 if is_complete else 1)
    assert site.findings() == []


def test_a_bucket_that_fails_ends_it_and_nothing_is_lost(site: Site) -> None:
    hashes = site.hashes()
    gone = Site(site.where, "s3://not-there", site.buckets)
    with pytest.raises(StoreUnavailable, match="not-there"):
        gone.move(to_bucket=True)
    assert site.hashes() == hashes
    assert not any(site.external())


KILLED_AT_THE_THIRD_TRANSACTION = """
import os, signal, sys
from gateway.cli import main
from gateway.store.objects import content_moving

content_moving.AT_ONCE = 7
after = sys.argv.pop(1) == "after"
transactions = 0

def deadly(kind):
    write = kind.write
    async def third(self, work):
        global transactions
        transactions += 1
        if transactions == 3 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = await write(self, work)
        if transactions == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    kind.write = third

from gateway.store.postgresql.store import PostgresqlStore
from gateway.store.sqlite.store import SqliteStore
deadly(PostgresqlStore)
deadly(SqliteStore)
main(["move", *sys.argv[1:]])
"""


def _move_killed_again_and_again(site: Site, to: str) -> int:
    """Call `gateway move` until it is not killed, and return how often it was."""
    arguments = ["--content-to", to, "--content", site.content, "--database", site.where.name]
    environment = {**os.environ, **site.buckets.environment, "PYTHONPATH": str(ROOT)}
    code, kills = -signal.SIGKILL, 0
    while code == -signal.SIGKILL:
        when = "before" if kills % 3 else "after"  # so that two transactions, or three, are done each time
        words = [sys.executable, "-c", KILLED_AT_THE_THIRD_TRANSACTION, when, *arguments]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        code, kills = done.returncode, kills + (done.returncode == -signal.SIGKILL)
        assert kills < 50
    assert code == 0, done.stderr
    return kills


def _is_shown(url: str, number: int) -> bool:
    """Tell whether the client may see an attachment of the test site."""
    try:
        return bool(digest(url, number))
    except urllib.error.HTTPError:
        return False


OTHER_WAY = pytest.mark.long("10 s: the other database moves its content this way in each run")


@pytest.mark.parametrize(
    ("site", "to"),
    [
        ("sqlite", "bucket"),
        ("postgresql", "database"),
        pytest.param("sqlite", "database", marks=OTHER_WAY),
        pytest.param("postgresql", "bucket", marks=OTHER_WAY),
    ],
    indirect=["site"],
)
def test_it_is_killed_again_and_again_while_clients_read_and_write(
    site: Site, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in site.buckets.environment.items():
        monkeypatch.setenv(name, value)
    write(site.where, lambda tx: [_add(tx, MemoryContent(f"number {number} ".encode() * 900)) for number in range(30)])
    before = site.hashes()
    if to == "database":
        site.move(to_bucket=True)
    flags = ["--content", site.content, *(["--content-read-only"] if to == "database" else [])]
    with running(site.where.name, *flags) as gateway:
        shown = {number: sha256 for number, sha256 in before.items() if _is_shown(gateway.url, number)}
        assert len(shown) > 30
        uploads, downloads = Uploads(gateway.url, pause=0.1), Downloads(gateway.url, shown)
        assert uploads.one_done.wait(PATIENCE)
        kills = _move_killed_again_and_again(site, to)
        uploads.one_done.clear()
        assert uploads.one_done.wait(PATIENCE)
        downloads.end()
        assert downloads.wrong == []
        acknowledged = {**shown, **uploads.acknowledged}
        assert {number: digest(gateway.url, number) for number in acknowledged} == acknowledged
        gateway.process.terminate()
        uploads.end()
    assert kills > 2
    assert downloads.compared > len(shown)
    assert len(uploads.acknowledged) > 4
    assert {**before, **uploads.acknowledged}.items() <= site.hashes().items()
    assert set(site.external()) == {to == "bucket"}
    assert site.findings() == []
