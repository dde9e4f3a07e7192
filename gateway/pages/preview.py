"""Previews: the attachments that are safe to show on a page. No I/O.

Pictures that hold nothing but pixels are shown everywhere. SVG is shown alone, as a picture: there it runs no scripts
and loads nothing. A PDF is shown by the browser's own viewer, in a frame, when somebody asks for it. Text is shown
escaped, whatever its declared type; Markdown becomes text with a structure.
"""

from gateway.methods.views import AttachmentView
from gateway.model import Attachment
from gateway.pages import text_decoding

TEXT = 64 * 1024
"""The bytes of text that the page of an attachment shows."""

DIFF = 512 * 1024
"""The bytes of a patch that are shown as a diff."""

_PIXELS = ("image/png", "image/jpeg", "image/gif", "image/webp")
_SVG, _PDF = "image/svg+xml", "application/pdf"
_LARGEST = 8 * 1024 * 1024
_LARGEST_SMALL = 1024 * 1024


def media_type(attachment: Attachment) -> str:
    """Return the media type of an attachment, in lower case and without parameters."""
    return attachment.content_type.partition(";")[0].strip().lower()


def is_picture(attachment: Attachment, among_others: bool = False) -> bool:
    """Tell whether an attachment is a picture that is safe and small enough to show, alone or `among_others`."""
    shown = _PIXELS if among_others else (*_PIXELS, _SVG)
    largest = _LARGEST_SMALL if among_others or media_type(attachment) == _SVG else _LARGEST
    return media_type(attachment) in shown and not attachment.is_patch and 0 < (attachment.size or 0) <= largest


def is_document(attachment: Attachment) -> bool:
    """Tell whether an attachment is a PDF, which the browser shows in a frame."""
    return media_type(attachment) == _PDF and not attachment.is_patch and bool(attachment.size)


def is_markdown(attachment: Attachment) -> bool:
    """Tell whether an attachment is a text in Markdown."""
    is_named = media_type(attachment) == "text/plain" and attachment.file_name.lower().endswith((".md", ".markdown"))
    return (media_type(attachment) == "text/markdown" or is_named) and not attachment.is_patch


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
