"""A gateway behind nginx and Apache, configured as the documentation says, below a path and with TLS."""

import base64
import json
import os
import re
import ssl
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from proxies import PAGE, Proxy, apache, nginx, shown
from running import PATIENCE, ROOT, Gateway, account, copied, running

BYTES = bytes(range(256)) * 12_000
"""More than what a proxy keeps in memory, and than what nginx takes by default (3 MB)."""
FORM = "multipart/form-data; boundary=-----9"


class Start(Protocol):
    def __call__(self, gateway: Gateway, folder: Path) -> AbstractContextManager[Proxy]: ...


PROXIES: Mapping[str, Start] = {"nginx": nginx, "apache": apache}


@pytest.fixture(scope="module")
def served(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with the settings that the documentation shows, but for its database."""
    settings = tomllib.loads(shown("toml"))
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items() if name != "database"]
    database = copied(loaded_database, tmp_path_factory.mktemp("served") / "gateway.db")
    database.chmod(0o600)
    with running(database, *flags) as gateway:
        yield gateway


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, served: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with PROXIES[request.param](served, tmp_path_factory.mktemp(request.param)) as proxy:
        yield proxy


def fetch(proxy: Proxy, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(proxy.url + path, body, named)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE, context=proxy.trust) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def form(content: bytes) -> bytes:
    part = '-------9\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    return b"".join(
        (
            part.format("Description", "").encode(),
            b"Through a proxy\r\n",
            part.format("File", '; filename="every byte.bin"\r\nContent-Type: application/x-bytes').encode(),
            content,
            b"\r\n-------9--\r\n",
        )
    )


def basic() -> str:
    editor = account("editor")
    return "Basic " + base64.b64encode(f"{editor.login}:{editor.password}".encode()).decode()


def newest(proxy: Proxy) -> dict[str, Any]:
    listed = json.loads(fetch(proxy, "rest/bug/1/attachment?exclude_fields=data")[1])["bugs"]["1"]
    return dict(max(listed, key=lambda each: each["id"]))


def test_what_is_uploaded_is_downloaded(proxy: Proxy) -> None:
    headers = {"Content_Type": FORM, "Authorization": basic()}
    assert fetch(proxy, "Ketura/API/Issues/1/Attachments", form(BYTES), **headers)[0] == 204
    attachment = newest(proxy)
    assert attachment["file_name"] == "every byte.bin"
    assert fetch(proxy, f"attachment.cgi?id={attachment['id']}") == (200, BYTES)


def test_xmlrpc_uploads_and_downloads(proxy: Proxy) -> None:
    site: Any = xmlrpc.client.ServerProxy(f"{proxy.url}xmlrpc.cgi", context=proxy.trust, use_builtin_types=True)
    asked = {"ids": [1], "file_name": "a", "summary": "a", "content_type": "application/x-bytes", "data": BYTES}
    added = site.Bug.add_attachment({**asked, "Bugzilla_api_key": account("editor").api_key})
    [number] = added["ids"]
    assert site.Bug.attachments({"attachment_ids": [number]})["attachments"][str(number)]["data"] == BYTES


def test_clients_are_led_through_the_proxy(proxy: Proxy) -> None:
    document = fetch(proxy, "application.wadl")[1].decode()
    bases = re.findall(r'<resources base="(.*?)"', document)
    assert bases
    assert all(base.startswith(proxy.url) for base in bases)


@pytest.mark.parametrize("path", ["rest/bug/a%2Fb", "rest/user/%E4%BD%A0%20x", "rest//bug/1", "rest/bug/1/?x=%2F+%26"])
def test_paths_arrive_as_they_were_sent(proxy: Proxy, served: Gateway, path: str) -> None:
    direct = Proxy(served.url, proxy.certificate)
    with_lines = [fetch(each, path) for each in (direct, proxy)]
    assert with_lines[0] == with_lines[1]


def test_the_prefix_without_its_slash_leads_to_the_site(proxy: Proxy) -> None:
    with urllib.request.urlopen(proxy.url.rstrip("/"), timeout=PATIENCE, context=proxy.trust) as answer:
        assert (answer.status, answer.url) == (200, proxy.url)
    assert fetch(Proxy(proxy.url.rstrip("/"), proxy.certificate), "x")[0] == 404


def test_http_1_0_without_a_host_is_answered(proxy: Proxy) -> None:
    call = xmlrpc.client.dumps((), "Bugzilla.version")
    head = f"POST /bugzilla/xmlrpc.cgi HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: {len(call)}\r\n\r\n"
    with proxy.connection() as connection:
        connection.sendall((head + call).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b" 200 " in answer.splitlines()[0], answer
    assert b"<string>5.2</string>" in answer


def test_an_upload_goes_on_as_it_arrives(proxy: Proxy, served: Gateway) -> None:
    body = form(BYTES)
    head = f"POST /bugzilla/Ketura/API/Issues/1/Attachments HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
    with proxy.connection() as connection:
        connection.sendall(f"{head}Authorization: {basic()}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        connection.sendall(body[:1_000_000])
        until_two_are_in_flight(served)  # the one that asks is the other
        connection.sendall(body[1_000_000:])
        assert b" 204 " in connection.recv(65536)


def until_two_are_in_flight(served: Gateway) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with urllib.request.urlopen(f"{served.url}metrics", timeout=PATIENCE) as answer:
            if b"gateway_requests_in_flight 2.0" in answer.read():
                return
        assert time.monotonic() < deadline, "the upload does not arrive"


def doctor(proxy: Proxy, served: Gateway, code: int) -> dict[str, str]:
    """What the doctor says that is not "ok", through the proxy."""
    words = ["--json", "--database", str(served.database), "--max-attachment-size", "50MiB", "--url", proxy.url]
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "doctor", *words],
        cwd=ROOT,
        env={**os.environ, "SSL_CERT_FILE": str(proxy.certificate)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return {each["about"]: each["advice"] for each in json.loads(done.stdout) if each["verdict"] != "ok"}


def test_the_doctor_finds_nothing(proxy: Proxy, served: Gateway) -> None:
    assert doctor(proxy, served, 0) == {}


def test_the_doctor_sees_a_limit_of_the_proxy(served: Gateway, tmp_path: Path) -> None:
    with nginx(
        served, tmp_path, lambda text: text.replace("client_max_body_size 0", "client_max_body_size 5m")
    ) as proxy:
        assert "client_max_body_size" in doctor(proxy, served, 1)["largest upload"]


@pytest.mark.long("10 s: the doctor waits whether the proxy does")
def test_the_doctor_sees_a_proxy_that_waits_for_all_of_an_upload(served: Gateway, tmp_path: Path) -> None:
    with nginx(
        served, tmp_path, lambda text: text.replace("proxy_request_buffering off", "proxy_buffering on")
    ) as proxy:
        assert "proxy_request_buffering off" in doctor(proxy, served, 0)["largest upload"]


def test_the_doctor_sees_a_proxy_that_does_not_tell_the_address(served: Gateway, tmp_path: Path) -> None:
    with nginx(
        served,
        tmp_path,
        lambda text: re.sub(r"proxy_set_header (Host|X-Forwarded-(Host|Proto)) .*", "", text),
    ) as proxy:
        assert f"127.0.0.1:{urlsplit(served.url).port}" not in proxy.url
        assert "X-Forwarded-Proto" in doctor(proxy, served, 0)["WADL"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
@pytest.mark.parametrize(
    ("start", "named", "before"), [(nginx, "ssl_.*?;", "location"), (apache, "SSL.*?", "SSLEngine")]
)
def test_clients_of_long_ago_can_be_let_in(
    served: Gateway, tmp_path: Path, start: Any, named: str, before: str
) -> None:
    extra = re.findall(f"`({named})`", PAGE)
    assert len(extra) == 2

    def change(text: str) -> str:
        return text.replace(before, "\n".join([*extra, before]), 1)

    with start(served, tmp_path, change) as proxy:
        trust = proxy.trust
        trust.minimum_version = trust.maximum_version = ssl.TLSVersion.TLSv1
        trust.set_ciphers("DEFAULT:@SECLEVEL=0")
        with urllib.request.urlopen(f"{proxy.url}healthz", timeout=PATIENCE, context=trust) as answer:
            assert answer.status == 200
