"""The codecs, and what must hold for each whatever it is fed.

A check returns what came of an input, in a few words: inputs with which something new comes of it are worth damaging
further. It raises for what must not be: an exception that is none of the gateway's own, or two readers that disagree.
"""

import base64
import json
import re
import xmlrpc.client
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gateway.base64_stream import Base64Decoder, Base64Encoder, decode_base64
from gateway.budget import Budget, Quota
from gateway.content import NamedContent
from gateway.errors import GatewayError
from gateway.methods import params
from gateway.methods.issues import add_attachment
from gateway.protocols import form
from gateway.protocols.form import FormReader
from gateway.protocols.json_codec import json_reader, long_strings
from gateway.protocols.json_codec.json_reader import JsonReader, loads
from gateway.protocols.json_codec.json_writer import dumps
from gateway.protocols.multipart_form import MultipartFormReader
from gateway.protocols.multipart_parts import boundary_of
from gateway.protocols.multipart_values import MultipartValuesReader
from gateway.protocols.rest.rest_params import for_reading, for_writing
from gateway.protocols.xmlrpc.call_reader import CallReader
from gateway.protocols.xmlrpc.response_writer import fault, response
from gateway.spools import RequestSpools, Spool
from scripts.fuzzing import examples

MIB = 1024 * 1024
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Codec:
    """One of them: what to check, whole examples of its language, and the tokens that this is made of."""

    check: Callable[[bytes], str]
    examples: tuple[bytes, ...]
    tokens: tuple[bytes, ...]


def _spools() -> RequestSpools:
    return RequestSpools(MIB, Budget(disk=Quota(8 * MIB)))


def _pieces(data: bytes) -> Iterable[bytes]:
    """The input in three pieces, cut at places that follow from it."""
    first = len(data) * (sum(data[:8]) % 7) // 7
    return (data[:first], data[first : first + 1], data[first + 1 :])


def _plain(value: Any) -> Any:
    """A value with its content read out."""
    if isinstance(value, Spool):
        try:
            return b"".join(value.accepted().pieces())
        except GatewayError as error:
            return error.kind
    if isinstance(value, NamedContent):
        return (_plain(value.content), value.file_name, value.content_type)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, dict) else value


def _same(one: Any, other: Any) -> None:
    if one != other:
        raise AssertionError(f"{one!r} is not {other!r}")


def _shape(value: Any) -> str:
    """What kind of value this is, roughly."""
    if isinstance(value, list):
        return "[" + "".join(sorted({_shape(each) for each in value})) + "]"
    if isinstance(value, dict):
        return "{" + "".join(sorted({_shape(each) for each in value.values()})) + "}"
    return type(value).__name__


def _outcome(error: GatewayError) -> str:
    return re.sub(r"'.*'|[0-9]+", "", error.message, flags=re.DOTALL)[:80]


# ---- reading


def _xmlrpc(data: bytes) -> str:
    """A document is the same call as a whole, in pieces, and by its events without a tree."""
    outcome = _read_call((data,))
    _same(_read_call(_pieces(data)), outcome)
    _same(_read_call((data,), by_events=True), outcome)
    return outcome[0]


def _read_call(pieces: Iterable[bytes], *, by_events: bool = False) -> tuple[str, Any]:
    with _spools() as spools:
        call_reader = CallReader(spools, MIB)
        if by_events:
            vars(call_reader)["_read_tree"] = lambda _: False
        try:
            for piece in pieces:
                call_reader.feed(piece)
            call = call_reader.close()
        except GatewayError as error:
            return _outcome(error), None
        return _shape(call.params), (call.method, _plain(call.params))


def _json(data: bytes) -> str:
    """A value that was read, written and read again is the same, for another reader, too."""
    try:
        value = loads(data)
    except GatewayError as error:
        return _outcome(error)
    written = b"".join(each for each in dumps(value) if isinstance(each, bytes))
    _same(loads(written), value)
    _same(json.loads(written), value)
    return _shape(value)


def _long_json(data: bytes) -> str:
    """Strings that are long (over 16 bytes here) are content wherever pieces end, and broken documents stay broken."""
    before = long_strings.LONG, long_strings._SLICE, json_reader.LONG
    long_strings.LONG, long_strings._SLICE, json_reader.LONG = 16, 8, 16
    try:
        outcomes = [_read_json((data,)), _read_json(_pieces(data))]
    finally:
        long_strings.LONG, long_strings._SLICE, json_reader.LONG = before
    _same(*outcomes)
    return _shape(outcomes[0])


def _read_json(pieces: Iterable[bytes]) -> Any:
    with _spools() as spools:
        json_reader = JsonReader(spools, MIB)
        try:
            for piece in pieces:
                json_reader.feed(piece)
            return _plain(json_reader.close())
        except GatewayError as error:
            return error.kind


def _base64(data: bytes) -> str:
    """In pieces as whole; and whatever bytes there are, encoded and decoded they are the same."""
    encoder = Base64Encoder()
    encoded = b"".join([*(encoder.feed(piece) for piece in _pieces(data)), encoder.finish()])
    _same(encoded, base64.b64encode(data))
    _same(decode_base64(encoded.decode()), data)
    outcomes = [_decoded((data,)), _decoded(_pieces(data))]
    _same(*outcomes)
    return _shape(outcomes[0])


def _decoded(pieces: Iterable[bytes]) -> bytes | None:
    decoded = bytearray()
    decoder = Base64Decoder(decoded.extend)
    try:
        for piece in pieces:
            decoder.write(piece)
        decoder.finish()
    except ValueError:
        return None
    return bytes(decoded)


def _form(data: bytes) -> str:
    """In pieces as whole, and as a query string of the same bytes is read."""
    outcomes = [_read_form((data,)), _read_form(_pieces(data))]
    _same(*outcomes)
    if isinstance(outcomes[0], list):
        _same(
            [list(pair) for pair in form.pairs(data.decode("latin-1"))] if data.isascii() else outcomes[0], outcomes[0]
        )
        for_writing({"ids": ["1"]}, outcomes[0], outcomes[0], None)
        for_reading({"ids": ["1"]}, outcomes[0])
    return f"{_shape(outcomes[0])}{min(len(data), 30)}"


def _read_form(pieces: Iterable[bytes]) -> Any:
    with _spools() as spools:
        form_reader = FormReader(spools, MIB)
        try:
            for piece in pieces:
                form_reader.feed(piece)
            return _plain(form_reader.close())
        except GatewayError as error:
            return error.kind


def _multipart(data: bytes) -> str:
    """The first line of an input is its Content-Type. In pieces as whole, but for what stands before all parts.

    That means nothing; the parser refuses some of it, as long as it has not thrown it away.
    """
    return _in_parts(data, lambda spools, boundary: MultipartFormReader(spools, add_attachment.params, boundary))


def _multipart_values(data: bytes) -> str:
    """The same, read as names and values."""
    return _in_parts(data, lambda spools, boundary: MultipartValuesReader(spools, MIB, boundary))


_MultipartReader = MultipartFormReader | MultipartValuesReader
_MakeReader = Callable[[RequestSpools, str], _MultipartReader]


def _in_parts(data: bytes, make: _MakeReader) -> str:
    head, _, body = data.partition(b"\n")
    outcomes = [_read_parts(make, head, (body,)), _read_parts(make, head, _pieces(body))]
    if body.startswith(b"--"):
        _same(outcomes[0][1], outcomes[1][1])
    return outcomes[0][0]


def _read_parts(make: _MakeReader, head: bytes, pieces: Iterable[bytes]) -> tuple[str, Any]:
    with _spools() as spools:
        try:
            reader = make(spools, boundary_of(head.decode("latin-1")))
            for piece in pieces:
                reader.feed(piece)
            read = reader.close()
            found = _plain(read if isinstance(read, list) else dict(read))
        except GatewayError as error:
            return _outcome(error), None
        return _shape(found), found


# ---- writing, and what methods make of values: these are fed with JSON


def _written(data: bytes) -> str:
    """An answer in XML-RPC is read by another reader as what it was."""
    try:
        value = loads(data)
    except GatewayError:
        return "no JSON"
    written = b"".join(each for each in response(value) if isinstance(each, bytes))
    (back,), _ = xmlrpc.client.loads(written)
    _same(back, _as_xmlrpc(value))
    try:
        xmlrpc.client.loads(fault(1, str(value)))
    except xmlrpc.client.Fault as error:
        _same(error.faultString, _FORBIDDEN.sub("\ufffd", str(value)))
    return _shape(value)


def _as_xmlrpc(value: Any) -> Any:
    """What XML-RPC makes of a value: nothing is an empty text, and no member; no control characters."""
    if isinstance(value, str) or value is None:
        return _FORBIDDEN.sub("\ufffd", value or "")
    if isinstance(value, list):
        return [_as_xmlrpc(each) for each in value]
    if isinstance(value, dict):
        return {_as_xmlrpc(name): _as_xmlrpc(each) for name, each in value.items() if each is not None}
    return value


def _values(data: bytes) -> str:
    """Whatever is sent in the place of a parameter is read as something, or refused."""
    try:
        value = loads(data)
    except GatewayError:
        return "no JSON"
    given = params.Params({"ids": value}, frozenset({"ids"}))
    outcomes = []
    for read in (given.text, given.truth, given.time, given.scalars, given.texts, given.numbers, given.content):
        try:
            outcomes.append(_shape(read("ids")))
        except GatewayError as error:
            outcomes.append(_outcome(error))
    return " ".join(outcomes)


CODECS: dict[str, Codec] = {
    "xmlrpc": Codec(_xmlrpc, examples.XML, examples.XML_TOKENS),
    "json": Codec(_json, examples.JSON, examples.JSON_TOKENS),
    "long-json": Codec(_long_json, examples.JSON, examples.JSON_TOKENS),
    "base64": Codec(_base64, examples.BASE64, examples.BASE64_TOKENS),
    "form": Codec(_form, examples.FORM, examples.FORM_TOKENS),
    "multipart": Codec(_multipart, examples.MULTIPART, examples.MULTIPART_TOKENS),
    "multipart-rest": Codec(_multipart_values, examples.MULTIPART, examples.MULTIPART_TOKENS),
    "xmlrpc-writer": Codec(_written, examples.JSON, examples.JSON_TOKENS),
    "values": Codec(_values, examples.JSON, examples.JSON_TOKENS),
}
"""By name."""
