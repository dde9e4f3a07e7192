"""Clients that use a site while it moves."""

import base64
import hashlib
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from running import account

CLIENTS = 4
PATIENCE = 60


class Uploads:
    """Clients that upload one file after the other until the gateway is gone, `pause` seconds between any two."""

    def __init__(self, url: str, pause: float = 0) -> None:
        self._pause = pause
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
            time.sleep(self._pause)

    def end(self) -> None:
        for client in self._clients:
            client.join(PATIENCE)
            assert not client.is_alive()


class Downloads:
    """A client that downloads the same attachments again and again, and compares them with their SHA-256."""

    def __init__(self, url: str, expected: Mapping[int, str]) -> None:
        self.compared = 0
        self.wrong: list[str] = []
        self._url = url
        self._expected = expected
        self._stopped = False
        self._client = threading.Thread(target=self._download)
        self._client.start()

    def _download(self) -> None:
        while not self._stopped:
            for number, sha256 in self._expected.items():
                try:
                    if digest(self._url, number) != sha256:
                        self.wrong.append(f"{number} has other bytes")
                except (OSError, http.client.HTTPException) as problem:
                    self.wrong.append(f"{number}: {problem}")
                self.compared += 1

    def end(self) -> None:
        self._stopped = True
        self._client.join(PATIENCE)
        assert not self._client.is_alive()


def digest(url: str, number: int) -> str:
    """The SHA-256 of an attachment, as a client gets it."""
    headers = {"X-Bugzilla-API-Key": account("admin").api_key}
    request = urllib.request.Request(f"{url}attachment.cgi?id={number}", headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return hashlib.file_digest(answer, "sha256").hexdigest()
