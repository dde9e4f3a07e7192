"""A site moves from one backend to the other, and all of it arrives."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from msgspec.structs import replace
from running import ROOT
from sites_to_move import everything, write

from gateway.content import ExternalContent, MemoryContent
from gateway.database_url import DatabaseUrl
from gateway.model import Comment, Flag
from gateway.move import Moved, move, site_moving
from gateway.store.interface import Finding, Progress, StoreRefused, StoreUnavailable, Writer
from gateway.store.move_endpoints import Destination
from gateway.store.opening import locate
from gateway.store.sql import tables
from gateway.store.sqlite import connection, group_commit
from gateway.store.store_location import StoreLocation

Places = tuple[StoreLocation, StoreLocation]


def silent(*_: object) -> None:
    """No progress, and nobody to hand over to."""


def moved(old: StoreLocation, new: StoreLocation, progress: Progress = silent) -> Moved:
    """Move a site, and return what was told of it."""
    told: list[Moved] = []
    with old.source() as source, new.destination() as destination:
        move(source, destination, progress, told.append)
    return told[0]


OWN = {"reference", "sqlite_sequence", "gateway_migrations", "commits"}
"""The tables of a database that are its own business."""

INDEXES = ("comment_words", "summary_words")
"""The beginnings of the names of full-text indexes, which triggers fill."""

TABLES_OF_SQLITE = "SELECT name FROM sqlite_schema WHERE type = 'table'"
TABLES_OF_POSTGRESQL = "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = current_schema()"


def test_every_table_is_copied_or_is_a_database_s_own(places: Places) -> None:
    for where in places:
        listing = TABLES_OF_POSTGRESQL if "://" in where.name else TABLES_OF_SQLITE
        with where.source() if where.has_site() else where.destination() as side:
            found = {name for (name,) in side.query(listing, ()) if not name.startswith(INDEXES)}
            assert found - OWN == {*tables.KEYS, tables.PIECES}


def _add_in_bucket(tx: Writer) -> None:
    attachment = tx.attachments_of_bug(next(tx.bug_ids()))[0]
    tx.add_attachment(replace(attachment, id=0, file_name="in a bucket"), ExternalContent(7, "ab" * 32))


def _kept(rows: dict[str, Any]) -> int:
    """The bytes of content that a database itself keeps."""
    attachments = map(dict, rows["attachments"])
    return sum(each["size"] or 0 for each in attachments if not each[tables.IS_EXTERNAL])


def test_everything_arrives(places: Places) -> None:
    old, new = places
    write(old, _add_in_bucket)
    before = everything(old)
    told = moved(old, new)
    assert everything(new) == before == everything(old)
    assert (told.rows, told.attachments) == (sum(len(before[table]) for table in tables.KEYS), 13)  # type: ignore[arg-type]
    assert told.copied == told.read_back == _kept(before)
    assert asyncio.run(_findings(new)) == []


async def _findings(where: StoreLocation) -> list[Finding]:
    """Return the findings about a database, leaving out a bucket beside it."""
    store = await where.open()
    try:
        return await store.check(lambda *_: None)
    finally:
        await store.close()


def test_ids_go_on_where_they_were(places: Places) -> None:
    old, new = places
    moved(old, new)

    def add(tx: Writer) -> tuple[int, int]:
        bug = tx.bug(next(tx.bug_ids()))
        assert bug
        return tx.add_bug(replace(bug, id=0, aliases=())), tx.add_flag(_any_flag(tx))

    assert write(new, add) == write(old, add)
    assert write(new, lambda tx: tx.add_flag(_any_flag(tx))) == 72


def _any_flag(tx: Writer) -> Flag:
    flags = (each for bug_id in tx.bug_ids() for of in tx.attachments_of_bug(bug_id) for each in of.flags)
    return replace(next(flags), id=0)


def _change_everything(tx: Writer) -> None:
    """All kinds of changes that can be made of a site."""
    user, other = list(tx.users())[:2]
    tx.set_user(replace(user, real_name="Renamed"))
    tx.set_direct_groups(user.id, ())
    tx.set_password_hash(user.id, "another")  # ends the logins
    tx.add_token(other.id, "cd" * 32, datetime(2100, 1, 1, tzinfo=UTC))
    site = tx.site()
    tx.set_site(replace(site, parameters={**site.parameters, "maintainer": "new@example.com"}))
    flag = _any_flag(tx)
    with_flags = tx.attachments([flag.attachment_id])[0]
    tx.remove_flag(with_flags.flags[0].id)
    tx.set_flag(replace(with_flags.flags[1], status="+"))
    tx.add_flag(flag)
    tx.set_attachment(replace(with_flags, summary="Another summary"))
    tx.touch_bug(with_flags.bug_id)
    tx.add_cc(with_flags.bug_id, other.id)
    new_user = tx.add_user(replace(other, id=0, login="new@example.com"), None)
    tx.add_comment(Comment(0, with_flags.bug_id, 0, tx.user(new_user) or other, "New.", "normal", None, False, tx.now))
    tx.add_attachment(replace(with_flags, id=0), MemoryContent(b"new content"))


@pytest.mark.parametrize(
    ("changed_at", "few", "found_by"),
    [
        ("content (MiB)", 1000, "rows, pass 2"),
        ("content (MiB)", 0, "rows, pass 3"),
        ("rows, pass 2", 1000, "rows, writes held, pass 2"),
    ],
    ids=["while content is copied", "much, while content is copied", "in the last pass"],
)
def test_what_is_changed_meanwhile_arrives_too(
    places: Places, changed_at: str, few: int, found_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_moving, "FEW", few)
    old, new = places
    passes: list[str] = []

    def progress(what: str, *_: int) -> None:
        if what not in passes:
            passes.append(what)
            if what == changed_at:
                write(old, _change_everything)

    moved(old, new, progress)
    assert found_by in passes
    assert everything(new) == everything(old)
    assert "11 bytes" in repr(everything(new)["pieces"])


def test_nobody_writes_while_the_site_is_handed_over_and_nothing_is_lost(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "BUSY_SECONDS", 0.1)
    old, new = places
    impatient = old
    if old.name.startswith("postgresql:"):
        impatient = locate(DatabaseUrl(f"{old.name}?options=-c%20lock_timeout%3D100ms"))
    refused: list[StoreUnavailable] = []
    at_hand_over: list[dict[str, object]] = []

    def hand_over(_: Moved) -> None:
        at_hand_over.append(everything(old))
        with pytest.raises(StoreUnavailable) as problem:
            write(impatient, _change_everything)
        refused.append(problem.value)

    with old.source() as source, new.destination() as destination:
        move(source, destination, silent, hand_over)
    assert refused
    assert everything(old) == everything(new) == at_hand_over[0]
    write(old, _change_everything)  # the same again, and this time it is taken
    assert everything(old) != everything(new)


_KILLED_AT_THE_THIRD_CHANGE = """
import os, signal, sys
from gateway.setting_types import parse_database
from gateway.move import move
from gateway.store.move_endpoints import Destination
from gateway.store.opening import locate

old, new = (locate(parse_database(text)) for text in sys.argv[1:])
with old.source() as source, new.destination() as destination:
    change, changes = destination.change, []
    def third(sql, rows):
        change(sql, rows)
        changes.append(sql)
        if len(changes) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
    destination.change = third
    move(source, destination, lambda *_: None, lambda _: None)
"""


def test_a_move_that_is_killed_again_and_again_goes_on(places: Places) -> None:
    old, new = places
    kills = 0
    words = [sys.executable, "-c", _KILLED_AT_THE_THIRD_CHANGE, old.name, new.name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    while (done := subprocess.run(words, env=environment, timeout=60)).returncode == -signal.SIGKILL:
        kills += 1
        assert not new.has_site()
        assert kills < 50
    assert done.returncode == 0
    assert kills > 5
    assert everything(new) == everything(old)


def test_a_move_goes_on_from_what_is_left_of_an_older_state(places: Places) -> None:
    old, new = places

    def stop(*_: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        moved(old, new, lambda what, *_: stop() if what.startswith("content") else None)
    write(old, _change_everything)
    moved(old, new)
    assert everything(new) == everything(old)


def test_what_goes_to_a_bucket_between_two_tries_leaves_nothing_behind(places: Places) -> None:
    old, new = places

    def stop(what: str, *_: object) -> None:
        if what == "rows, pass 2":  # content was copied
            raise InterruptedError

    with pytest.raises(InterruptedError):
        moved(old, new, stop)

    def take_away(tx: Writer) -> None:
        for each in tx.contents_after(0, 1000):
            tx.set_content(each.attachment_id, ExternalContent(each.size, each.sha256))

    write(old, take_away)
    moved(old, new)
    assert everything(new) == everything(old)
    assert everything(new)["pieces"] == []


def _set_content(where: StoreLocation, attachment_id: int, data: bytes) -> None:
    with where.source() as side:
        change = cast("Destination", side).change
        change("UPDATE pieces SET data = ? WHERE attachment_id = ?", [(data, attachment_id)])


def test_content_that_is_damaged_is_told_and_does_not_stay(places: Places) -> None:
    old, new = places
    _set_content(old, 2, b"damaged")
    with pytest.raises(StoreUnavailable, match="the content of attachment 2 arrived damaged"):
        moved(old, new)
    assert not new.has_site()
    _set_content(old, 2, bytes(range(256)))
    moved(old, new)
    assert everything(new) == everything(old)


def test_only_one_moves_to_a_place_at_a_time(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    _, new = places
    with new.destination() as first:
        first.query("SELECT 1 FROM users", ())
        with pytest.raises(StoreRefused, match=r"Another|is locked"), new.destination():
            pass
