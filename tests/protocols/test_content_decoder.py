import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UNREADABLE, GatewayError
from gateway.protocols.content_decoder import STEP, ContentDecoder

TEXT = bytes(range(256)) * 40


def bare(data: bytes) -> bytes:
    """Deflated without zlib's header, as some clients do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CODINGS = [
    ("", TEXT),
    ("identity", TEXT),
    ("gzip", gzip.compress(TEXT)),
    (" GZip ", gzip.compress(TEXT)),
    ("x-gzip", gzip.compress(TEXT)),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", bare(TEXT)),
]


def unpacked(coding: str, pieces: list[bytes]) -> bytes:
    unpacker = ContentDecoder(coding)
    whole = b"".join(step for piece in pieces for step in unpacker.feed(piece))
    unpacker.finish()
    return whole


@pytest.mark.parametrize(("coding", "packed"), CODINGS)
@given(cuts=st.lists(st.integers(0, len(TEXT)), max_size=5))
def test_wherever_it_is_cut(coding: str, packed: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(packed)]
    pieces = [packed[start:end] for start, end in itertools.pairwise(places)]
    assert unpacked(coding, pieces) == TEXT


@pytest.mark.parametrize(("coding", "packed"), CODINGS[2:])
def test_what_is_not_whole(coding: str, packed: bytes) -> None:
    for spoiled in (packed[:-1], packed[: len(packed) // 2], packed + b"more", b"\xff" * 20):
        with pytest.raises(GatewayError) as refused:
            unpacked(coding, [spoiled])
        assert refused.value.kind is UNREADABLE


def test_an_unknown_coding() -> None:
    with pytest.raises(GatewayError) as refused:
        ContentDecoder("br")
    assert refused.value.kind is UNREADABLE


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_nothing_is_nothing(coding: str) -> None:
    assert unpacked(coding, []) == unpacked(coding, [b""]) == b""


def test_a_bomb_goes_off_in_small_steps() -> None:
    bomb = gzip.compress(bytes(200 * STEP))
    steps = list(ContentDecoder("gzip").feed(bomb))
    assert max(map(len, steps)) == STEP
    assert sum(map(len, steps)) == 200 * STEP
