import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.base64_stream import Base64Decoder, Base64Encoder, decode_base64

NOT_BASE64 = [
    "!!!",
    "Q",
    "QQ=Q",
    "QQ==QQ==",
    "====",
    "=",
    "Q===",
    "QQ-_",
    "QUJD=",
    "QQ==Q",
    "QUJD QQ== QUJD",
    "é",
]


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """`data` in pieces of these sizes, over and over."""
    pieces = []
    while data:
        pieces.append(data[: sizes[0]])
        data = data[sizes[0] :]
        sizes = sizes[1:] + sizes[:1]
    return pieces


sizes = st.lists(st.integers(1, 9), min_size=1)


@given(st.binary(), sizes, st.sampled_from([b"", b"\n", b"\r\n", b" ", b"\t\f\v"]), st.integers(1, 80))
def test_decodes_whatever_the_pieces_and_the_white_space(data, sizes, separator, width):
    written = base64.b64encode(data)
    broken = separator.join(written[i : i + width] for i in range(0, len(written), width)) + separator
    decoded = bytearray()
    decoder = Base64Decoder(decoded.extend)
    for piece in cut(broken, sizes):
        decoder.write(piece)
    decoder.finish()
    assert decoded == data


@given(st.binary(), sizes)
def test_encodes_on_one_line_whatever_the_pieces(data, sizes):
    encoder = Base64Encoder()
    encoded = b"".join(encoder.feed(piece) for piece in cut(data, sizes)) + encoder.finish()
    assert encoded == base64.b64encode(data)


@given(st.binary())
def test_supplies_missing_padding(data):
    written = base64.b64encode(data).decode()
    assert decode_base64(written.rstrip("=")) == data
    assert decode_base64(written.removesuffix("=")) == data


@pytest.mark.parametrize("text", NOT_BASE64)
def test_refuses_what_is_no_base64(text):
    with pytest.raises(ValueError):
        decode_base64(text)


@pytest.mark.parametrize("text", NOT_BASE64[:-1])
def test_refuses_it_in_pieces_too(text):
    decoder = Base64Decoder(lambda _: None)

    def decode() -> None:
        for byte in text.encode():
            decoder.write(bytes([byte]))
        decoder.finish()

    with pytest.raises(ValueError):
        decode()


def test_every_byte():
    every = bytes(range(256))
    assert decode_base64(base64.encodebytes(every).decode()) == every
