"""The fields of an attachment, checked and stored as Bugzilla::Attachment's validators do."""

import re

from gateway import errors
from gateway.content import Content
from gateway.errors import ErrorKind, GatewayError
from gateway.methods.params import cleaned, trimmed, truth

MAX_FILE_NAME = 255
"""The most characters of a file name; its end is kept. Bugzilla's MAX_ATTACH_FILENAME_LENGTH."""

_CONTENT_TYPE = re.compile(
    r"(application|audio|image|message|model|multipart|text|video)/[a-z0-9_+.-]+(;\s*charset=[a-z0-9_+-]+)?",
    re.IGNORECASE | re.ASCII,
)
_PATCH_TYPES = ("text/x-diff", "text/x-patch")
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)


def checked_content_type(content_type: str | None) -> str:
    """Return a MIME type, trimmed, in its case. Raises CONTENT_TYPE_INVALID."""
    stored = cleaned(content_type)
    if not _CONTENT_TYPE.fullmatch(stored):
        raise errors.CONTENT_TYPE_INVALID(content_type=stored)
    return stored


def known_content_type(written: str) -> str:
    """Return a MIME type as it was written if it is valid for attachments, else application/octet-stream."""
    try:
        return checked_content_type(written)
    except GatewayError:
        return "application/octet-stream"


def detected_content_type(content_type: str, content: Content) -> tuple[str, bool]:
    """Detect the type of an application/octet-stream by its first bytes. Returns the type, and True for a patch."""
    if content_type == "application/octet-stream":
        start = next(content.pieces())[:1024]
        found = [name for signature, name in _SIGNATURES if start.startswith(signature)]
        content_type = found[0] if found else "text/plain" if _is_text(start) else content_type
    if content_type.startswith(_PATCH_TYPES):
        return "text/plain", True
    return content_type, False


def _is_text(start: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\n\r\f" for byte in start)


def checked_file_name(file_name: str | None, missing: ErrorKind) -> str:
    """Return the last component of a path, its last 255 characters. Raises `missing` if nothing is left."""
    stored = last_component(file_name) if truth(cleaned(file_name)) else ""
    if not stored:
        raise missing()
    return stored


def last_component(file_name: str | None) -> str:
    """Return the last component of a path of any system, its last 255 characters."""
    return re.split(r"[/\\]", cleaned(file_name))[-1][-MAX_FILE_NAME:]


def checked_summary(summary: str | None) -> str:
    """Return a summary, trimmed. Raises ATTACHMENT_SUMMARY_REQUIRED if nothing or only a 0 is left."""
    stored = trimmed(summary)
    if not truth(stored):
        raise errors.ATTACHMENT_SUMMARY_REQUIRED()
    return stored
