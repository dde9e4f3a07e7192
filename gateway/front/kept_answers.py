"""Answers of the site that are asked for again: one that is unchanged is not sent again (RFC 9110 section 13)."""

import hashlib
import secrets
from collections import OrderedDict

from gateway.front.site_client import SiteAnswer
from gateway.front.site_requests import SiteRequest

LONGEST = 64 * 1024
"""Bytes of an answer that is kept."""

TOTAL = 8 * 1024 * 1024
"""Bytes of all answers that are kept."""


class KeptAnswers:
    """Short answers with their ETags, by request and credentials: the site does not send them again unchanged."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._answers: OrderedDict[bytes, SiteAnswer] = OrderedDict()
        self._size = 0

    def key(self, request: SiteRequest) -> bytes:
        """The key of a request, which tells nothing of the credentials in it."""
        written = "\0".join([request.address, *(f"{name}\0{value}" for name, value in request.headers.items())])
        return hashlib.blake2b(written.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=16).digest()

    def get(self, key: bytes) -> SiteAnswer | None:
        """The answer that is kept."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, key: bytes, answer: SiteAnswer) -> None:
        """Keep an answer if it is short and has an ETag."""
        old = self._answers.pop(key, None)
        self._size -= old.size if old else 0
        if not answer.etag or answer.size > LONGEST:
            return
        self._answers[key] = answer
        self._size += answer.size
        while self._size > TOTAL:
            self._size -= self._answers.popitem(last=False)[1].size
