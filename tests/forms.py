"""Bodies of multipart/form-data, written by hand so that every detail can be wrong on purpose."""

from collections.abc import Iterable

BOUNDARY = "a-boundary-of-tests"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(disposition: str, content: bytes, *headers: str) -> bytes:
    """One part; `disposition` is what follows form-data."""
    lines = [f"Content-Disposition: form-data; {disposition}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def text(name: str, content: str) -> bytes:
    """A part that is a text, in UTF-8."""
    return part(f'name="{name}"', content.encode())


def file(content: bytes, file_name: str = "notes.txt", content_type: str = "text/plain") -> bytes:
    """A part that is the file."""
    return part(f'name="File"; filename="{file_name}"', content, f"Content-Type: {content_type}")


def form(*parts: bytes) -> bytes:
    """A whole body."""
    return b"".join(opened(parts)) + f"\r\n--{BOUNDARY}--\r\n".encode()


def opened(parts: Iterable[bytes]) -> Iterable[bytes]:
    """A body that goes on."""
    for index, each in enumerate(parts):
        yield (b"\r\n" if index else b"") + f"--{BOUNDARY}\r\n".encode() + each


def upload(content: bytes, description: str = "notes") -> bytes:
    """A body as it should be."""
    return form(text("Description", description), file(content))
