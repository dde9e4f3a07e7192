"""The form for uploads as pages show it: empty, or again with all that was sent. No I/O but reading what was sent."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import GatewayError
from gateway.methods.attachment_form import ASKED
from gateway.methods.service import Service
from gateway.methods.uploads import MAX_FILES, FileRefused, Upload
from gateway.pages.texts import Texts
from gateway.pages.upload_reader import SentFile, SentForm

ROWS = 5
"""The files for which the form has fields without script."""

KEPT_BYTES = 3 * 1024 * 1024
"""The most bytes of files that an answer sends back, so that they need not be chosen again."""


@dataclass(frozen=True, slots=True)
class UploadRow:
    """The fields of one file. `kept` is its content in base64 if the form holds it; `error` is told beside it."""

    key: str
    file_name: str = ""
    media_type: str = ""
    size: int = 0
    kept: str = ""
    text: str = ""
    summary: str = ""
    content_type: str = ""
    is_patch: bool = False
    is_private: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """The form to show. `carried` are values of fields that it does not show, to be sent again as they are."""

    rows: Sequence[UploadRow] = tuple(UploadRow(str(each)) for each in range(1, ROWS + 1))
    text: UploadRow = field(default_factory=lambda: UploadRow("0"))
    values: Mapping[str, str] = field(default_factory=dict)
    obsoletes: frozenset[str] = frozenset()
    carried: Sequence[tuple[str, str]] = ()
    alert: str = ""

    @property
    def filled_rows(self) -> int:
        """The number of rows that are seen at once: those with a file, at least one."""
        return max(sum(bool(each.file_name) for each in self.rows), 1)

    @property
    def has_flags(self) -> bool:
        """True if flags are to be set."""
        return bool(flags(self.values))


def limits(service: Service) -> dict[str, Any]:
    """Return the limits that the form tells, and what it needs to make fields of further files."""
    return {
        "max_files": MAX_FILES,
        "limit": service.attachment_limit,
        "limit_bytes": service.attachment_limit,
        "blank_row": UploadRow("NEW"),
    }


def uploads(form: SentForm) -> list[Upload]:
    """Return the files of a form. Raises `FileRefused` for one that could not be taken."""
    return [_upload(form, each, place) for place, each in enumerate(form.files)]


def _upload(form: SentForm, sent: SentFile, place: int) -> Upload:
    values, row = form.values, sent.row
    try:
        file = sent.named()
    except GatewayError as error:
        raise FileRefused(error, place, sent.file_name) from error
    return Upload(
        file,
        summary=values.get(f"summary-{row}", ""),
        content_type=values.get(f"content_type-{row}", "").strip(),
        is_patch=f"is_patch-{row}" in values,
        is_private=f"is_private-{row}" in values,
    )


def flags(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the flags that a form sets, as parameters of Bug.add_attachment."""
    chosen = {name: status for name, status in values.items() if name.startswith("type-") and status}
    return [
        {
            "type_id": name.removeprefix("type-"),
            "new": True,
            "status": status,
            "requestee": _asked(values, name, status),
        }
        for name, status in chosen.items()
    ]


def _asked(values: Mapping[str, str], name: str, status: str) -> str:
    return values.get(ASKED + name, "").strip() if status == "?" else ""


def again(form: SentForm, error: GatewayError, alert: str, limit: int, say: Texts, *, carries: bool) -> UploadForm:
    """Return the form to show again after an error, which `alert` tells.

    It `carries` flags and such if it cannot show them. `limit` is the size limit of attachments in bytes: files that
    are kept have to keep it in base64 too.
    """
    place = error.place if isinstance(error, FileRefused) else None
    rows = list(_rows(form, place, say.reason(error), limit, say))
    text = next((each for each in rows if each.key == "0"), UploadRow("0"))
    rows = [each for each in rows if each.key != "0"]
    used = {each.key for each in rows}
    free = (str(each) for each in range(1, 1000) if str(each) not in used)
    rows += [UploadRow(next(free)) for _ in range(max(ROWS - len(rows), 1))]
    return UploadForm(
        rows=rows,
        text=text,
        values=form.values,
        obsoletes=frozenset(form.lists.get("obsoletes", ())),
        carried=list(_carried(form)) if carries else (),
        alert=alert,
    )


def _rows(form: SentForm, place: int | None, message: str, limit: int, say: Texts) -> Iterator[UploadRow]:
    left = KEPT_BYTES
    for index, sent in enumerate(form.files):
        values, row, content = form.values, sent.row, sent.content
        wrong = message if index == place else say.reason(sent.error) if sent.error else ""
        size = content.size if content else 0
        fits = content is not None and 0 < size <= min(left, limit * 3 // 4)
        data = b"".join(content.pieces()) if fits and content else b""
        left -= len(data)
        is_text = row == "0"
        if not is_text and not data:
            wrong = wrong or say.plain("This file is too large to be kept. Choose it again.")
        yield UploadRow(
            key=row,
            file_name=sent.file_name,
            media_type=sent.content_type,
            size=size,
            kept="" if is_text else base64.b64encode(data).decode(),
            text=data.decode("utf-8", "replace") if is_text else "",
            summary=values.get(f"summary-{row}", ""),
            content_type=values.get(f"content_type-{row}", ""),
            is_patch=f"is_patch-{row}" in values,
            is_private=f"is_private-{row}" in values,
            error=wrong,
        )


def _carried(form: SentForm) -> Iterator[tuple[str, str]]:
    """Yield the values of fields that depend on rights, which a form for nobody does not show."""
    for name, value in form.values.items():
        if name.startswith(("type-", ASKED, "is_private-")) and value:
            yield name, value
    for value in form.lists.get("obsoletes", ()):
        yield "obsoletes", value
