"""A visitor of the pages without a browser: cookies are kept, forms filled in and sent."""

import http.cookiejar
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from urllib.parse import urlencode, urljoin

import lxml.html
from running import account

PATIENCE = 60.0
BOUNDARY = "pages-tests"


@dataclass
class Seen:
    """What a visitor sees: `url` is where they are in the end."""

    url: str
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """All of it, as it was sent."""
        return self.body.decode()

    @cached_property
    def page(self) -> lxml.html.HtmlElement:
        """The elements of the page."""
        return lxml.html.fromstring(self.text)

    @property
    def said(self) -> str:
        """The text that is seen."""
        return str(self.page.text_content())

    def form(self, action: str) -> lxml.html.FormElement:
        """The first form with an action that begins so."""
        return next(each for each in self.page.forms if (each.get("action") or "").startswith(action))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Visitor:
    """Somebody at a site, whose address ends with a slash. They go where they are led, if they are to `follow`."""

    def __init__(self, url: str, *, follow: bool = True) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        handlers = [urllib.request.HTTPCookieProcessor(self.jar), *([] if follow else [_Stay()])]
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Seen:
        """Look at a page."""
        return self._open(urllib.request.Request(urljoin(self.url, path), headers=dict(headers or {})))

    def post(self, path: str, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> Seen:
        """Send a body, and go where that leads."""
        given = {"Content-Type": content_type, **(headers or {})}
        return self._open(urllib.request.Request(urljoin(self.url, path), body, given))

    def _open(self, request: urllib.request.Request) -> Seen:
        try:
            answer = self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return Seen(answer.url, answer.status, answer.headers, answer.read())

    def submit(self, seen: Seen, action: str, headers: Mapping[str, str] | None = None, **changed: str | None) -> Seen:
        """Send a form without files, with these fields changed; None takes one out."""
        form = seen.form(action)
        fields = {**dict(form.form_values()), **changed}
        body = urlencode({name: value for name, value in fields.items() if value is not None}).encode()
        return self.post(urljoin(seen.url, form.get("action")), body, "application/x-www-form-urlencoded", headers)

    def attach(
        self,
        seen: Seen,
        *files: tuple[str, str, bytes],
        headers: Mapping[str, str] | None = None,
        **changed: str | None,
    ) -> Seen:
        """Send the form for files (each a name, a type and content) as a browser would; `_` in names stands for `-`."""
        form = seen.form("attach?")
        fields = {name: value for name, value in form.form_values() if "NEW" not in name}
        fields |= {re.sub(r"_(?=[0-9]+$)", "-", name): value for name, value in changed.items()}
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
            if value is not None
        ]
        for number, (name, media_type, data) in enumerate(files, 1):
            head = (
                f'Content-Disposition: form-data; name="file-{number}"; filename="{name}"\r\nContent-Type: {media_type}'
            )
            parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
        body = b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
        content_type = f"multipart/form-data; boundary={BOUNDARY}"
        return self.post(urljoin(seen.url, form.get("action")), body, content_type, headers)

    def login(self, who: str, headers: Mapping[str, str] | None = None) -> Seen:
        """Log in as a user of the test site."""
        user = account(who)
        return self.submit(self.get("login", headers), "login", headers, login=user.login, password=user.password)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that they have."""
        return {each.name: each.value or "" for each in self.jar}
