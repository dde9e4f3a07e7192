"""Clients that people have, unmodified, upload to a gateway that runs; the bytes are compared through XML-RPC."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from programs import node_with, program, python_with, run, source_of
from running import Gateway, account
from site_access import new_bug, only_attachment, path

PROGRAMS = Path(__file__).parent / "programs"
FILE_NAME = "größe 世界 100%.bin"
DESCRIPTION = "größe 世界 & <so>"
CONTENT = bytes(range(256)) * 1200 + b"\r\n--\r\n" + bytes(range(255, -1, -1)) * 7 + b"\r"
"""Every byte value, all kinds of line ends, and enough for several pieces."""

HOWS = ("length", "chunked")


@dataclass(frozen=True, slots=True)
class Client:
    """A client: what runs it, and the type under which its file is stored."""

    command: Callable[[], list[str | Path]]
    content_type: str = "application/octet-stream"


CLIENTS = {
    "requests": Client(lambda: [_python(), PROGRAMS / "requests_upload.py"]),
    "requests-toolbelt": Client(lambda: [_python(), PROGRAMS / "requests_toolbelt_upload.py"], "application/x-thing"),
    "httpx": Client(lambda: [_python(), PROGRAMS / "httpx_upload.py"]),
    "aiohttp": Client(lambda: [sys.executable, PROGRAMS / "aiohttp_upload.py"]),
    "LWP": Client(lambda: [_perl(), PROGRAMS / "lwp_upload.pl"]),
    "fetch": Client(lambda: [program("node", "nodejs"), PROGRAMS / "fetch_upload.mjs"], "text/x-log"),
    "form-data": Client(lambda: [program("node", "nodejs"), PROGRAMS / "form_data_upload.js"]),
}


def _python() -> Path:
    return python_with("requests==2.32.5", "requests-toolbelt==1.0.0", "httpx==0.28.1")


def _perl() -> str:
    program("lwp-request", "libwww-perl")
    return program("perl", "perl")


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """A file to upload."""
    file = tmp_path / FILE_NAME
    file.write_bytes(CONTENT)
    return file


def environment(gateway: Gateway, bug: int, file: Path, how: str) -> dict[str, str]:
    editor = account("editor")
    return {
        "UPLOAD_URL": gateway.url + path(bug),
        "UPLOAD_LOGIN": editor.login,
        "UPLOAD_PASSWORD": editor.password,
        "UPLOAD_FILE": str(file),
        "UPLOAD_DESCRIPTION": DESCRIPTION,
        "UPLOAD_HOW": how,
        "LC_ALL": "C.UTF-8",
    }


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_uploads(module_gateway: Gateway, upload: Path, name: str, how: str) -> None:
    client, bug = CLIENTS[name], new_bug(module_gateway)
    modules = str(node_with("form-data@4.0.4")) if name == "form-data" else ""
    printed = run(client.command(), **environment(module_gateway, bug, upload, how), NODE_PATH=modules)
    assert printed.strip() == "204"
    stored = only_attachment(module_gateway, bug)
    assert stored["data"] == CONTENT
    assert stored["summary"] == DESCRIPTION
    assert stored["file_name"] == FILE_NAME
    assert stored["content_type"] == client.content_type


@pytest.mark.parametrize("how", [*HOWS, "asking first"])
@pytest.mark.parametrize("order", [1, -1], ids=["description first", "file first"])
def test_curl_uploads(module_gateway: Gateway, upload: Path, how: str, order: int) -> None:
    curl, bug, editor = program("curl", "curl"), new_bug(module_gateway), account("editor")
    headers = {"chunked": ["-H", "Transfer-Encoding: chunked"], "asking first": ["-H", "Expect: 100-continue"]}
    file = f'File=@{upload};type=text/plain;filename="größe \\"世界\\".bin"'
    parts = [["-F", f"Description={DESCRIPTION}"], ["-F", file]][::order]
    options = ["-sS", "--fail", "-u", f"{editor.login}:{editor.password}", "-w", "%{http_code}", *headers.get(how, [])]
    assert run([curl, *options, *parts[0], *parts[1], module_gateway.url + path(bug)]) == "204"
    stored = only_attachment(module_gateway, bug)
    assert stored["data"] == CONTENT
    assert (stored["file_name"], stored["summary"]) == ('größe "世界".bin', DESCRIPTION)
    assert stored["content_type"] == "text/plain"


def test_curl_does_not_send_what_is_refused(module_gateway: Gateway, tmp_path: Path) -> None:
    curl, large = program("curl", "curl"), tmp_path / "large.bin"
    large.write_bytes(os.urandom(3 * 1024 * 1024))
    options = ["-sS", "-u", "editor@example.com:wrong", "-w", "%{http_code} %{size_upload}", "-o", os.devnull]
    asking = ["-H", "Expect: 100-continue", "--expect100-timeout", "60"]
    parts = ["-F", "Description=d", "-F", f"File=@{large}"]
    assert run([curl, *options, *asking, *parts, module_gateway.url + path(1)]) == "401 0"


@pytest.mark.long("15 s: Jython compiles its library")
def test_the_original_example_uploads_itself(module_gateway: Gateway, tmp_path: Path) -> None:
    """The script of 2009 as its maker published it, with another address, number and other credentials."""
    jython, bug, editor = program("jython", "jython"), new_bug(module_gateway), account("editor")
    script = (PROGRAMS / "createIssueAttachmentExample.py.txt").read_text()
    for old, new in (
        ("http://localhost:9453/Ketura/API/Issues/1001/Attachments", module_gateway.url + path(bug)),
        ("'es'", repr(editor.login)),
        ("'pw'", repr(editor.password)),
    ):
        assert old in script
        script = script.replace(old, new)
    example = tmp_path / "createIssueAttachmentExample.py"
    example.write_text(script)
    run([jython, example.name], tmp_path, JYTHONPATH=str(source_of("poster==0.8.1")))
    stored = only_attachment(module_gateway, bug)
    assert stored["data"] == example.read_bytes()
    assert stored["file_name"] == example.name
    assert stored["summary"] == "Python script to demonstrate file attachment"
