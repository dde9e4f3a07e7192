"""A site moves while clients upload: what was acknowledged is in the new database, and nothing is there twice."""

from collections import Counter

import pytest
from clients_in_use import PATIENCE, Uploads
from running import Gateway, running
from sites_to_move import everything, write

from gateway.move import move
from gateway.store.store_location import StoreLocation


@pytest.mark.parametrize(
    "places",
    ["to postgresql", pytest.param("to sqlite", marks=pytest.mark.long("20 s: many uploads between any two passes"))],
    indirect=True,
)
def test_nothing_that_was_acknowledged_is_lost(places: tuple[StoreLocation, StoreLocation]) -> None:
    old, new = places
    with running(old.name) as gateway:
        uploads = Uploads(gateway.url)
        assert uploads.one_done.wait(PATIENCE)

        def progress(what: str, done: int, total: int) -> None:
            if "held" not in what and done == total:  # more is uploaded between any two passes
                uploads.one_done.clear()
                assert uploads.one_done.wait(PATIENCE)

        with old.source() as source, new.destination() as destination:
            move(source, destination, progress, lambda _: _stop(gateway))
        uploads.end()
    assert everything(new) == everything(old)
    with new.source() as side:
        stored = side.query("SELECT id, sha256, file_name FROM attachments WHERE summary = 'An upload'", ())
    assert uploads.acknowledged.items() <= {(row[0], row[1]) for row in stored}
    assert max(Counter(row[2] for row in stored).values()) == 1
    assert write(new, lambda tx: len(tx.attachments_of_bug(1))) > len(uploads.acknowledged)


def _stop(gateway: Gateway) -> None:
    gateway.process.terminate()
    gateway.process.wait(PATIENCE)
