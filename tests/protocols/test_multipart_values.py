"""The reader of forms whose names are not known beforehand: what it holds in memory is counted and bounded."""

import pytest
from forms import BOUNDARY, file, form, text

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.protocols.form import MAX_PAIRS
from gateway.protocols.multipart_values import MultipartValuesReader
from gateway.protocols.wire_values import MAX_HELD
from gateway.spools import RequestSpools


def held(body: bytes) -> float:
    """Read a form, and return the bytes of memory that it is charged."""
    memory = Quota()
    with RequestSpools(100_000, Budget(memory=memory)) as spools:
        reader = MultipartValuesReader(spools, len(body), BOUNDARY)
        for start in range(0, len(body), 10_000):
            reader.feed(body[start : start + 10_000])
        reader.close()
        return memory.used


def test_what_is_held_is_counted() -> None:
    parts = [text("comment", "t" * 5000), file(b"", content_type="x" * 5000), file(b"c" * 5000)]
    assert 20_000 < held(form(*parts)) < 21_500  # the text twice, for a moment: as it came and decoded


def test_headers_are_bounded() -> None:
    parts = [file(b"", content_type="x" * 8000)] * (MAX_HELD // 8000 + 1)
    assert len(parts) < MAX_PAIRS
    with pytest.raises(errors.GatewayError) as caught:
        held(form(*parts))
    assert caught.value.kind is errors.BODY_TOO_LARGE
