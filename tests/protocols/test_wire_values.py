import base64

import pytest

from gateway.content import StoredContent
from gateway.protocols.wire_values import length, with_contents


@pytest.mark.parametrize("size", range(8))
def test_length_counts_content_as_base64(size):
    assert length([b"<base64>", StoredContent(1, size, ""), b"</base64>"]) == 17 + len(base64.b64encode(bytes(size)))


def test_contents_take_the_places_of_marks():
    first, second = StoredContent(1, 5, ""), StoredContent(2, 7, "")
    assert with_contents(b"a\0b\0", [first, second]) == [b"a", first, b"b", second, b""]
    assert with_contents(b"a", []) == [b"a"]
