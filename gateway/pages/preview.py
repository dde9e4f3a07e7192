"""What of an attachment can be shown on a page, whoever sent it. No I/O.

Pictures are shown by the browser, so only types that hold nothing but pixels are taken: SVG, which can hold scripts, is
none of them. Text is shown as text, escaped, whatever it says that it is.
"""

from gateway.model import Attachment

TEXT = 64 * 1024
"""Bytes of text that the page of an attachment shows."""

DIFF = 512 * 1024
"""Bytes of a patch that are shown as a diff."""

_PIXELS = ("image/png", "image/jpeg", "image/gif", "image/webp")
_LARGEST = 8 * 1024 * 1024
_LARGEST_SMALL = 1024 * 1024
_CHARSETS = (
    "utf-8",
    "us-ascii",
    "iso-8859-1",
    "iso-8859-15",
    "windows-1252",
    "utf-16",
    "shift_jis",
    "euc-jp",
    "gb18030",
)


def media_type(attachment: Attachment) -> str:
    """The type of an attachment, in lower case and without parameters."""
    return attachment.content_type.partition(";")[0].strip().lower()


def is_picture(attachment: Attachment, among_others: bool = False) -> bool:
    """Whether the attachment is a picture that is safe to show, and small enough, `among_others` or alone."""
    largest = _LARGEST_SMALL if among_others else _LARGEST
    return media_type(attachment) in _PIXELS and not attachment.is_patch and 0 < (attachment.size or 0) <= largest


def as_text(data: bytes, content_type: str) -> str | None:
    """The beginning of a text; None for what is none, for all that its type says."""
    charset = _charset(content_type)
    if b"\0" in data and charset != "utf-16":
        return None
    text = data.decode(charset, "replace").replace("\r\n", "\n")
    return text.removesuffix("\ufffd")  # a character that was cut in two


def _charset(content_type: str) -> str:
    named = content_type.lower().partition("charset=")[2].strip(' "')
    return named if named in _CHARSETS else "utf-8"
