"""A store that fails under a gateway that runs: what is told, what goes on, and that all is well once it is over."""

import asyncio
import random
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import aiohttp
import pytest

from scripts.torture_runs import site
from scripts.torture_runs.calls import BUSY, CUT_OFF, PROTOCOLS, Refused, call
from scripts.torture_runs.clients import OF_ALL_KINDS, SMALL, Client, Load, connected, writing
from scripts.torture_runs.disk import WRITING, Disk
from scripts.torture_runs.faults import FAULTS
from scripts.torture_runs.ledger import Ledger
from scripts.torture_runs.server import Server


class Trial:
    """A gateway that runs on a database which is going to fail, and what was acknowledged by it."""

    def __init__(self, server: Server, database: Path, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.database = database
        self.session = session
        self.load = Load(1, Ledger(), SMALL)
        self._client = Client("one", random.Random(1), session, self.load)

    async def uploads(self) -> list[bool]:
        """One upload over each protocol, and whether it was taken."""
        return [await self.upload(protocol) for protocol in PROTOCOLS]

    async def upload(self, protocol: str) -> bool:
        return await self._client.upload(protocol)

    async def lists(self) -> bool:
        """Whether it still answers who reads."""
        listed = await call(self.session, "XML-RPC", "Bug.attachments", {"ids": [1], "exclude_fields": ["data"]})
        return bool(listed["bugs"]["1"])

    async def listing_fails(self, protocol: str) -> bool:
        """Whether who wants to read everything is told that the store cannot be used."""
        with pytest.raises(Refused) as refused:
            await call(self.session, protocol, "Bug.attachments", {"ids": [1]})
        return str(refused.value) == REFUSED[protocol]

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of an answer. Raises one of `CUT_OFF` where the body is not whole."""
        async with self.session.get(path, headers={"X-Bugzilla-API-Key": site.API_KEY}) as answer:
            return answer.status, await answer.read()

    async def load_for(self, seconds: float) -> None:
        """Let clients write for a while. Errors do not stop them, answers that break off do."""
        name = f"many-{len(self.load.ledger.entries)}"
        async with writing(self.server.url(), name, random.Random(2), self.load) as clients:
            await asyncio.sleep(seconds)
            self.load.enough = True
            ended = [each for each in await asyncio.gather(*clients, return_exceptions=True) if each is not None]
        self.load.enough = False
        assert [each for each in ended if not isinstance(each, CUT_OFF)] == []

    async def download(self, number: int) -> bytes | None:
        """The content of an attachment; None where that was refused, or broke off."""
        try:
            status, body = await self.get(f"/attachment.cgi?id={number}")
        except CUT_OFF:
            return None
        assert status in (200, 503), body
        return body if status == 200 else None

    async def ends_well(self) -> None:
        """Everything works again, nothing that was acknowledged is lost, and nothing else is there."""
        assert await self.uploads() == [True] * 4
        assert (await self.get("/readyz"))[0] == 200
        assert await self.load.ledger.compare(self.session, [1]) == []
        site.command(self.database, "check")
        self.server.stop()


@asynccontextmanager
async def trial(original: Path, folder: Path, log: Path, *flags: str) -> AsyncIterator[Trial]:
    """A gateway on a copy of the site in `folder`."""
    database = folder / "site.db"
    shutil.copyfile(original, database)
    server = Server(database, log, *flags)
    try:
        async with connected(server.url()) as session:
            running = Trial(server, database, session)
            assert await running.uploads() == [True] * 4
            yield running
    finally:
        server.kill()


REFUSED = {
    "XML-RPC": f"XML-RPC 200, error -32000: {BUSY}",
    "JSON-RPC": f"JSON-RPC 200, error -32000: {BUSY}",
    "REST": f"REST 503, error -32000: {BUSY}",
    "Ketura": f"Ketura 503, error 503: {BUSY}\n",
}
"""What is told where the store cannot be used, in the words of each protocol."""


@pytest.mark.parametrize("fault", [name for name, (operations, _) in FAULTS.items() if "read" not in operations])
async def test_a_failing_disk_fails_who_writes_until_it_is_mended(
    original: Path, disk: Disk, tmp_path: Path, fault: str
) -> None:
    async with trial(original, disk.folder, tmp_path / "log") as running:
        disk.fail(*FAULTS[fault])
        assert await running.uploads() == [False] * 4
        assert running.load.refusals == dict.fromkeys(REFUSED.values(), 1)
        assert await running.lists()
        assert (await running.get("/healthz"))[0] == 200
        disk.heal()
        await running.ends_well()


async def test_a_disk_that_cannot_be_read_fails_who_reads_until_it_is_mended(
    original: Path, disk: Disk, tmp_path: Path
) -> None:
    async with trial(original, disk.folder, tmp_path / "log") as running:
        for size in (*10 * [900_000], 2_000_000):  # more than SQLite keeps in memory, and one that is streamed
            running.load.sizes = ((size, size),)
            await running.upload("Ketura")  # the others answer with the content, so that it is in memory then
        last = len(running.load.ledger.entries)
        disk.fail(("read",), "EIO")
        assert {await running.listing_fails(protocol) for protocol in REFUSED if protocol != "Ketura"} == {True}
        assert await running.download(last) is None
        assert (await running.get("/readyz"))[0] == 503
        disk.heal()
        assert len(await running.download(last) or b"") == 2_000_000
        await running.ends_well()


@pytest.mark.parametrize("operations", [("read",), ("fsync",), WRITING, ("read", "fsync", *WRITING)], ids="/".join)
async def test_a_disk_that_fails_now_and_then(
    original: Path, disk: Disk, tmp_path: Path, operations: tuple[str, ...]
) -> None:
    async with trial(original, disk.folder, tmp_path / "log") as running:
        running.load.sizes = OF_ALL_KINDS
        disk.fail(operations, "EIO", 0.05)
        while not running.load.refusals:
            await running.load_for(1.0)
        disk.heal()
        assert set(running.load.refusals) <= set(REFUSED.values())
        await running.ends_well()


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(may_mount: None, tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 8 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=8m", "none", str(folder))
    yield folder
    unmount(folder)


async def test_a_full_disk_keeps_what_it_has_and_goes_on_once_there_is_room(
    original: Path, small_disk: Path, tmp_path: Path
) -> None:
    async with trial(original, small_disk, tmp_path / "log") as running:
        running.load.sizes = OF_ALL_KINDS
        while len(running.load.refusals) < len(REFUSED):
            await running.load_for(0.5)
        assert set(running.load.refusals) <= set(REFUSED.values())
        assert await running.lists()
        mount("-o", "remount,size=200m", str(small_disk))
        await running.ends_well()


@contextmanager
def files_of_at_most(size: int, pid: int) -> Iterator[None]:
    """A limit for the files that a process writes."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def test_a_limit_for_the_size_of_files_does_no_harm(original: Path, tmp_path: Path) -> None:
    async with trial(original, tmp_path, tmp_path / "log") as running:
        size = running.database.stat().st_size
        with files_of_at_most(size, running.server.process.pid):
            running.load.sizes = ((2 * size, 3 * size),)
            assert await running.uploads() == [False] * 4
            assert running.load.refusals == dict.fromkeys(REFUSED.values(), 1)
            assert await running.lists()
        await running.ends_well()


@pytest.mark.long("12 s: waits until calls that write are given up")
async def test_a_lock_that_another_process_keeps_fails_who_writes_until_it_is_let_go_of(
    original: Path, tmp_path: Path
) -> None:
    async with trial(original, tmp_path, tmp_path / "log") as running:
        with closing(sqlite3.connect(running.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await asyncio.gather(*map(running.upload, PROTOCOLS)) == [False] * 4
            assert running.load.refusals == dict.fromkeys(REFUSED.values(), 1)
            assert "Another process has kept it locked for 10 s." in running.server.said()
            assert await running.lists()
        await running.ends_well()


def test_a_database_that_may_not_be_written_is_not_served(original: Path, tmp_path: Path, may_mount: None) -> None:
    folder = tmp_path / "read only"
    folder.mkdir()
    shutil.copyfile(original, tmp_path / "site.db")
    mount("--bind", "-o", "ro", str(tmp_path), str(folder))
    server = Server(folder / "site.db", tmp_path / "log")
    try:
        with pytest.raises(AssertionError, match="did not start"):
            server.url()
        assert "Traceback" not in server.said()
    finally:
        server.kill()
        unmount(folder)
