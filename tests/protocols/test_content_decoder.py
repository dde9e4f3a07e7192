import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BODY_UNREADABLE, GatewayError
from gateway.protocols.content_decoder import STEP, ContentDecoder

TEXT = bytes(range(256)) * 40


def bare(data: bytes) -> bytes:
    """Deflated without zlib's header, as some clients do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CODINGS = [
    ("gzip", gzip.compress(TEXT)),
    (" GZip ", gzip.compress(TEXT)),
    ("x-gzip", gzip.compress(TEXT)),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", bare(TEXT)),
    ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(b"") + gzip.compress(TEXT[100:])),
    ("gzip", b"".join(gzip.compress(TEXT[at : at + 64]) for at in range(0, len(TEXT), 64))),
    ("gzip, identity", gzip.compress(TEXT)),
    ("utf-8,gzip", gzip.compress(TEXT)),
]
PLAIN = [
    "",
    ",",
    "identity",
    "utf-8",
    " UTF-8 ",
    "iso-8859-1",
    "windows-1252",
    "Shift_JIS",
    "us-ascii",
    "8bit",
    "binary",
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


@pytest.mark.parametrize(("coding", "packed"), CODINGS)
def test_what_is_not_whole(coding: str, packed: bytes) -> None:
    for spoiled in (packed[:-5], packed[: len(packed) // 2 + 1], packed + b"more", b"\xff" * 20):
        with pytest.raises(GatewayError) as refused:
            unpacked(coding, [spoiled])
        assert refused.value.kind is BODY_UNREADABLE


@pytest.mark.parametrize("header", PLAIN)
def test_what_is_no_coding_changes_nothing(header: str) -> None:
    assert unpacked(header, [TEXT[:10], TEXT[10:]]) == TEXT


@pytest.mark.parametrize(
    "header", ["br", "compress", "zstd", "base64", "gzip, gzip", "gzip, deflate", "rot13", "hex", "x\0y"]
)
def test_an_unknown_coding(header: str) -> None:
    with pytest.raises(GatewayError) as refused:
        ContentDecoder(header)
    assert refused.value.kind is BODY_UNREADABLE


def test_zeros_may_fill_up_members() -> None:
    assert unpacked("gzip", [gzip.compress(TEXT[:50]) + bytes(512), gzip.compress(TEXT[50:]) + bytes(3)]) == TEXT


def test_a_body_of_many_members_is_refused() -> None:
    member = gzip.compress(b"")
    assert unpacked("gzip", [member * 10_000]) == b""
    with pytest.raises(GatewayError) as refused:
        unpacked("gzip", [member * 10_001])
    assert refused.value.kind is BODY_UNREADABLE


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_nothing_is_nothing(coding: str) -> None:
    assert unpacked(coding, []) == unpacked(coding, [b""]) == b""


def test_a_bomb_goes_off_in_small_steps() -> None:
    bomb = gzip.compress(bytes(200 * STEP))
    steps = list(ContentDecoder("gzip").feed(bomb))
    assert max(map(len, steps)) == STEP
    assert sum(map(len, steps)) == 200 * STEP
