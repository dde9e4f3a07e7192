"""Render templates, and add the security headers of every page."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from markupsafe import Markup

from gateway import __version__
from gateway.documents.page import colours
from gateway.methods import attachment_form
from gateway.model import Attachment, Person
from gateway.pages import links, notes, preview, texts, visible
from gateway.pages.page_session import AGAIN_LOGIN, AGAIN_PASSWORD, FORM_TOKEN, Visitor
from gateway.pages.patches import side_by_side
from gateway.pages.texts import Texts
from gateway.protocols.caller_threads import run_in_thread

_STATIC = Path(__file__).parent / "static"

GUARDS = {
    "Cache-Control": "no-store",  # pages depend on the visitor
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The headers of everything that pages answer."""

_PICTURE_GUARDS = {**GUARDS, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
"""The headers of a picture that a page shows."""

_SVG_GUARDS = {
    **GUARDS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
}
"""The headers of a drawing that a page shows: its styles are its own."""

_DOCUMENT_GUARDS = {
    **GUARDS,
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "script-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
}
"""The headers of a document in a frame. The viewers of browsers do not work in a sandbox."""

_KIB = 1024


def set_up(app: web.Application) -> None:
    """Set up the templates of an application."""
    environment = aiohttp_jinja2.setup(
        app,
        default_helpers=False,
        loader=jinja2.PackageLoader(__package__),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        size=size,
        moment=moment,
        extension=extension,
        name=visible.name,
        plain_name=visible.text_with_codes,
        prose=visible.prose,
        code_line=visible.code_line,
        changed_line=visible.changed_line,
        side_by_side=side_by_side,
        linked=links.linked,
        flag_name=attachment_form.name,
    )
    environment.globals.update(
        version=__version__,
        assets=_assets_version(),
        is_picture=preview.is_picture,
        is_document=preview.is_document,
        again_login=(AGAIN_LOGIN, AGAIN_PASSWORD),
    )


def page(
    request: web.Request,
    visitor: Visitor,
    template: str,
    status: int = 200,
    *,
    with_frames: bool = False,
    **context: Any,
) -> web.Response:
    """Render a page that may use only its own styles and scripts, and frames of its own site `with_frames`.

    The policy allows them by a nonce rather than by their origin, because anybody can upload attachments to it.
    """
    nonce = secrets.token_urlsafe(16)
    note, say = notes.take(request), texts.of(request)
    known = {
        "me": visitor.user,
        "nonce": nonce,
        "form_token": visitor.form_token,
        "form_token_name": FORM_TOKEN,
        "note": note,
        "_": say,
        "lang": say.language,
        "languages": texts.LANGUAGES,
        "here": notes.here(request) if request.method == "GET" else "./",
        "script_texts": _script_texts(say),
        "name_of": _namer(visitor),
    }
    html = aiohttp_jinja2.render_string(template, request, {**known, **context})
    response = web.Response(
        status=status,
        body=html.encode("utf-8", "replace"),
        headers={
            **GUARDS,
            "Content-Security-Policy": _policy(nonce, with_frames=with_frames),
            "Content-Type": "text/html; charset=UTF-8",
            "Content-Language": say.language,
            "Vary": "Accept-Language, Cookie",
        },
    )
    if note is not None:
        notes.remove(response)
    return response


async def long_page(request: web.Request, visitor: Visitor, template: str, **context: Any) -> web.Response:
    """Render a page that may be long, in a thread, so that it does not block the event loop."""
    return await run_in_thread(request, page, request, visitor, template, **context)


def redirect(address: str) -> web.Response:
    """Redirect to another page with GET, by its relative URL."""
    return web.Response(status=303, headers={**GUARDS, "Location": address})


def proceed(request: web.Request, address: str) -> web.Response:
    """Redirect to the page that a form leads to; tell a script its URL instead, so that it goes there by itself."""
    if request.headers.get("Accept") == "application/json":
        return web.json_response({"to": address}, headers={**GUARDS, "Location": address})
    return redirect(address)


def _policy(nonce: str, *, with_frames: bool) -> str:
    frames = "frame-src 'self'; " if with_frames else ""
    return frames + (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def static_files() -> Mapping[str, bytes]:
    """Return the styles, scripts and icons by their names."""
    files = {file.name: file.read_bytes() for file in sorted(_STATIC.iterdir())}
    return {**files, "style.css": colours().encode() + files["style.css"]}


def _assets_version() -> str:
    """Return a hash of the styles and scripts, for URLs that browsers may cache for long."""
    return hashlib.sha256(b"".join(static_files().values())).hexdigest()[:12]


def preview_guards(media_type: str) -> dict[str, str]:
    """Return the headers of a preview of this type."""
    return {"image/svg+xml": _SVG_GUARDS, "application/pdf": _DOCUMENT_GUARDS}.get(media_type, _PICTURE_GUARDS)


_SCRIPT_TEXTS = (
    "{name}: this file has {size}; at most {limit} are taken.",
    "{name}: this file is empty.",
    "At most {count} files can be attached at once. Remove some.",
    "Cancel",
    "Copied",
    "Copy",
    "Copy: {name}",
    "Selected",
    "Cancelled: nothing was attached.",
    "Choose a file first.",
    "Files",
    "Login",
    "Password",
    "Remove {name}",
    "Sending",
    "The connection broke. Nothing was attached; try again.",
    "The server refused the upload ({status}). Nothing of the form is lost.",
    "You are no longer logged in. Log in here to go on: nothing of the form is lost.",
    "Drop files here, or choose them.",
    "{value} bytes",
    "{value} KiB",
    "{value} MiB",
)
"""The texts that scripts say."""


def _script_texts(say: Texts) -> str:
    """Return the texts of scripts by their English form, as JSON; in English there is none."""
    return "{}" if say.language == "en" else json.dumps({text: say.plain(text) for text in _SCRIPT_TEXTS})


# ---- functions and filters of templates


def _namer(visitor: Visitor) -> Any:
    """Make a function that names users. As in Bugzilla, only users who are logged in see whole e-mail addresses."""

    def name_of(person: Person) -> Markup:
        return visible.name(person.real_name or (person.login if visitor.user else person.login.partition("@")[0]))

    return name_of


@jinja2.pass_context
def size(context: jinja2.runtime.Context, number: int) -> str:
    """Format a number of bytes for people."""
    say: Texts = context["_"]
    if number < _KIB:
        return say.counted("{count} byte", "{count} bytes", number)
    value, unit = number / _KIB, "KiB"
    for larger in ("MiB", "GiB"):
        if value >= _KIB:
            value, unit = value / _KIB, larger
    return say.plain(f"{{value}} {unit}", value=f"{value:.1f}".removesuffix(".0").replace(".", say.plain(".")))


def moment(time: datetime) -> str:
    """Format a time in UTC for people."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def extension(attachment: Attachment) -> str:
    """Return a short label for the type of a file."""
    if attachment.is_patch:
        return "diff"
    suffix = attachment.file_name.rpartition(".")[2] if "." in attachment.file_name else ""
    return suffix.lower() if suffix.isalnum() and len(suffix) <= 4 else "file"
