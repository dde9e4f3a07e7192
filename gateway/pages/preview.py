"""Previews: the attachments that are safe to show on a page. No I/O.

The browser decodes pictures, so only types that hold nothing but pixels are shown; SVG can hold scripts. Text is shown
escaped, whatever its declared type.
"""

from gateway.methods.views import AttachmentView
from gateway.model import Attachment
from gateway.pages import text_decoding

TEXT = 64 * 1024
"""The bytes of text that the page of an attachment shows."""

DIFF = 512 * 1024
"""The bytes of a patch that are shown as a diff."""

_PIXELS = ("image/png", "image/jpeg", "image/gif", "image/webp")
_LARGEST = 8 * 1024 * 1024
_LARGEST_SMALL = 1024 * 1024


def media_type(attachment: Attachment) -> str:
    """Return the media type of an attachment, in lower case and without parameters."""
    return attachment.content_type.partition(";")[0].strip().lower()


def is_picture(attachment: Attachment, among_others: bool = False) -> bool:
    """Tell whether an attachment is a picture that is safe and small enough to show, alone or `among_others`."""
    largest = _LARGEST_SMALL if among_others else _LARGEST
    return media_type(attachment) in _PIXELS and not attachment.is_patch and 0 < (attachment.size or 0) <= largest


def as_text(data: bytes, content_type: str) -> str | None:
    """Decode the beginning of a text; None if it is not text, whatever its declared type."""
    text = text_decoding.decode(data, content_type, "replace").replace("\r\n", "\n")
    if "\0" in text:
        return None
    return text.removesuffix("\ufffd")  # a character that was cut in two


def as_patch(data: bytes, content_type: str, is_whole: bool) -> str:
    """Return the text of a patch with all its characters, without a last line that is not whole."""
    text = text_decoding.decode(data, content_type)
    return text if is_whole else text[: text.rfind("\n") + 1]


def is_whole(view: AttachmentView) -> bool:
    """Tell whether the text that was read is all of the attachment."""
    return view.text is None or len(view.text) == view.attachment.size
