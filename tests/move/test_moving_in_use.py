"""A site moves while clients upload: what was acknowledged is in the new database, and nothing is there twice."""

import base64
import hashlib
import json
import threading
import urllib.error
import urllib.request
from collections import Counter

from running import Gateway, account, running
from sites_to_move import everything, write

from gateway.move import move
from gateway.store.places import Place

CLIENTS = 4
PATIENCE = 60


class Uploads:
    """Clients that upload one after the other until the gateway is gone."""

    def __init__(self, url: str) -> None:
        self.acknowledged: dict[int, str] = {}
        self.one_done = threading.Event()
        self._url = f"{url}rest/bug/1/attachment?api_key={account('admin').api_key}"
        self._clients = [threading.Thread(target=self._upload, args=(number,)) for number in range(CLIENTS)]
        for client in self._clients:
            client.start()

    def _upload(self, client: int) -> None:
        number = 0
        while True:
            data = f"{client}/{number}".encode() * 2000
            body = {
                "ids": [1],
                "data": base64.b64encode(data).decode(),
                "file_name": f"{client}-{number}",
                "summary": "An upload",
                "content_type": "text/plain",
            }
            request = urllib.request.Request(self._url, json.dumps(body).encode(), {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    (attachment_id,) = json.load(answer)["ids"]
            except (OSError, urllib.error.HTTPError):
                return  # it is stopping, or was told to wait for too long
            self.acknowledged[int(attachment_id)] = hashlib.sha256(data).hexdigest()
            self.one_done.set()
            number += 1

    def end(self) -> None:
        for client in self._clients:
            client.join(PATIENCE)
            assert not client.is_alive()


def test_nothing_that_was_acknowledged_is_lost(places: tuple[Place, Place]) -> None:
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
