"""Turns the bytes of a text into characters: by its byte order mark, by the charset that is declared, else as UTF-8."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (
    (re.compile(rb"(?:[\t\n\r -~]\0){4}"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r -~]){4}"), "utf-16-be"),
)
"""The beginning of a text in UTF-16 without a mark, if its first characters are ASCII."""

_DECLARED = re.compile(r"""charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_AS_BROWSERS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
"""Charsets that name more than they say (https://encoding.spec.whatwg.org/#names-and-labels)."""


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("gateway-bytes", _keep_bytes)


def decode(data: bytes, content_type: str, errors: str = "gateway-bytes") -> str:
    """Return the characters of a text. Bytes that are none become lone surrogates, U+DC00 and up."""
    mark, charset = _charset(data, content_type)
    return data[len(mark) :].decode(charset, errors)


def _charset(data: bytes, content_type: str) -> tuple[bytes, str]:
    """The byte order mark of a text, if it has one, and its charset as Python calls it."""
    for mark, charset in _BOMS:
        if data.startswith(mark):
            return mark, charset
    declared = _declared(content_type)
    if declared:
        return b"", declared
    return b"", next((charset for beginning, charset in _WIDE if beginning.match(data)), "utf-8")


def _declared(content_type: str) -> str:
    """The charset that a content type names, or "" where it is not known."""
    match = _DECLARED.search(content_type)
    try:
        known = codecs.lookup(match[1]) if match else None
    except (LookupError, ValueError):
        return ""
    if known is None or known.name in _NO_CHARSETS or not known._is_text_encoding:
        return ""
    return _AS_BROWSERS.get(known.name, known.name)
