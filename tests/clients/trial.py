"""The steps with attachments that clients take, and the checks of what they leave behind.

A client finds what to do in environment variables, besides those of `client_runs`:

    CLIENT_READ_BUGS                       the numbers of two bugs to read, separated by commas
    CLIENT_NO_BUG                          the number of no bug, for one that asks for several at once
    CLIENT_LIST_BUG                        the bug whose attachments it is to list
    CLIENT_BUG                             the bug to which it is to attach a file
    CLIENT_OTHER_BUG                       a bug on which it may do what it likes
    CLIENT_ATTACHMENT                      for one that cannot upload: an attachment to download
    CLIENT_FILE, CLIENT_FILE_NAME          the file, and the name to give it (the file has that name already)
    CLIENT_SUMMARY, CLIENT_NEW_SUMMARY     the summary, and the one to change it to
    CLIENT_DOWNLOAD                        where to write the file when it has downloaded it

It takes its steps and prints a line for each, its words separated by tabs, as the client sees them. The first is for
clients of Bugzilla alone: they make the call that their own documentation shows first.

    read      each bug as its number, a space and its summary, in the order in which the client shows them
    login     the number of the user, when it logs in by password
    list      the numbers of the attachments, separated by commas
    upload    the number of the new attachment
    download  its file name, its summary
    update    its new summary, 1 for obsolete, its flags: read back after summary, obsolete and flag were set
    clear     its new summary, 0 for not obsolete, no flags: read back after obsolete and flag were cleared

Then what is left is read through each of the three protocols, and must be the same.
"""

import base64
import json
import urllib.request
import xmlrpc.client
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bug_trial import try_with_bugs
from catalogue import Client
from client_runs import check_equal, environment_of, new_bug, rest, run
from proxies import Proxy
from running import account, site

ODD_BUG = 1
"""A bug of the test site with odd attachments: of texts from all of Unicode, without content, private, obsolete."""
OTHER_BUG = 2
NO_BUG = 999_999_999
BUG_SUMMARY = "Ein Fehler – 世界 <3> & so"
FILE_NAME = "Übersicht – 世界.bin"
SUMMARY = "Größe 100 % „geprüft“ – 世界 <1> & so"
NEW_SUMMARY = 'Neu: \\ "fertig" – 完了 <2>'
_EVERY_BYTE = bytes(range(256)) * 300 + bytes(range(255, -1, -1)) * 13 + b"\r\n\n\r\x00\xff]]>"
CONTENTS = {
    "bytes": _EVERY_BYTE,
    "ascii": bytes(byte for byte in _EVERY_BYTE if byte < 128) + _EVERY_BYTE[:128] * 256,
    "text": bytes(byte for byte in _EVERY_BYTE if byte >= 32 or byte in b"\t\n\r"),
}
"""Every byte value that a client can upload, more than 64 KiB, and line ends of all kinds."""

Attachment = Mapping[str, Any]


def try_client(client: Client, way: str, url: str, folder: Path, proxy: Proxy | None = None) -> None:
    """Let a client take its steps in an empty folder on the site at `url`, and check each. Raises `TrialError`.

    Where the site is behind a proxy, a client that knows TLS, and can be told whom to trust, goes there with it.
    """
    if client.works_with_bugs:
        try_with_bugs(client, way, url, folder, proxy)
    else:
        _try_with_attachments(client, way, url, folder, proxy)


def _try_with_attachments(client: Client, way: str, url: str, folder: Path, proxy: Proxy | None) -> None:
    bug = new_bug(url, BUG_SUMMARY)
    (folder / FILE_NAME).write_bytes(CONTENTS[client.uploads])
    list_bug = ODD_BUG if client.lists == "odd" else _plain_bug(url)
    environment = {
        **environment_of(client, way, url, folder, proxy),
        "CLIENT_BUG": str(bug),
        "CLIENT_READ_BUGS": f"{bug},{ODD_BUG}",
        "CLIENT_NO_BUG": str(NO_BUG),
        "CLIENT_LIST_BUG": str(list_bug),
        "CLIENT_OTHER_BUG": str(OTHER_BUG),
        "CLIENT_FILE": str(folder / FILE_NAME),
        "CLIENT_FILE_NAME": FILE_NAME,
        "CLIENT_SUMMARY": SUMMARY,
        "CLIENT_NEW_SUMMARY": NEW_SUMMARY,
        "CLIENT_DOWNLOAD": str(folder / "downloaded"),
    }
    if "upload" not in client.does:
        environment["CLIENT_ATTACHMENT"] = str(_upload(url, bug, CONTENTS[client.uploads]))
    reported = run(client, environment)
    left = [attachment["id"] for attachment in attachments_of(url, bug)]
    listed = [attachment["id"] for attachment in attachments_of(url, list_bug)]
    expected = _expected(client, way, bug, listed, left)
    for step in [*expected, *(step for step in reported if step not in expected)]:
        check_equal(step, reported.get(step, ()), expected.get(step, ()))
    if "download" in expected:
        check_equal("the downloaded file", (folder / "downloaded").read_bytes(), CONTENTS[client.uploads])
    for protocol, read in READERS.items():
        for attachment_id in left:
            check_equal(f"what is left, read through {protocol}", read(url, attachment_id), _result(client))


def _expected(client: Client, way: str, bug: int, listed: list[int], left: list[int]) -> dict[str, tuple[str, ...]]:
    """The words that a client should report for each step."""
    editor = account("editor")
    flags = ("review+",) if "flags" in client.does else ()
    words = {
        "read": _shown(client, bug),
        "login": (str(editor.id),) if way == "password" else None,
        "list": (",".join(map(str, listed)),),
        "upload": (",".join(map(str, left)),),
        "download": (FILE_NAME, SUMMARY) if client.shows_summary else (FILE_NAME,),
        "update": (NEW_SUMMARY, "1", *flags),
        "clear": (NEW_SUMMARY, "0"),
    }
    return {step: each for step, each in words.items() if step in client.steps and each}


def _shown(client: Client, bug: int) -> tuple[str, ...]:
    """The bugs that a client should show when it reads: one that does not exist is left out."""
    odd = next(each["summary"] for each in site()["bugs"] if each["id"] == ODD_BUG)
    shown = (f"{bug} {BUG_SUMMARY}", f"{ODD_BUG} {odd}")
    return shown[::-1] if client.shows_by_number else shown


def _result(client: Client) -> dict[str, object]:
    """Return the attachment as it should be after the steps of a client."""
    return {
        "file_name": FILE_NAME,
        "summary": NEW_SUMMARY if "update" in client.does else SUMMARY,
        "creator": account("editor").login,
        "is_obsolete": int("update" in client.does and "clear" not in client.does),
        "flags": [],
        "size": len(CONTENTS[client.uploads]),
        "content": CONTENTS[client.uploads],
    }


# ---- the gateway, as the standard library sees it


def _plain_bug(url: str) -> int:
    """A bug with two attachments that have nothing odd."""
    bug = new_bug(url, BUG_SUMMARY)
    for _ in range(2):
        _upload(url, bug, b"plain")
    return bug


def _upload(url: str, bug: int, content: bytes) -> int:
    attachment = {"file_name": FILE_NAME, "summary": SUMMARY, "content_type": "application/octet-stream"}
    data = base64.b64encode(content).decode()
    return int(rest(url, f"bug/{bug}/attachment", {**attachment, "data": data})["ids"][0])


def attachments_of(url: str, bug: int) -> list[Attachment]:
    """The attachments of a bug, without their content."""
    found: list[Attachment] = rest(url, f"bug/{bug}/attachment?exclude_fields=data")["bugs"][str(bug)]
    return found


def _read_rest(url: str, attachment_id: int) -> dict[str, object]:
    found = rest(url, f"bug/attachment/{attachment_id}")["attachments"][str(attachment_id)]
    return _plain(found, base64.b64decode(found["data"]))


def _read_jsonrpc(url: str, attachment_id: int) -> dict[str, object]:
    params = {"attachment_ids": [attachment_id], "Bugzilla_api_key": account("editor").api_key}
    call = {"jsonrpc": "2.0", "id": 1, "method": "Bug.attachments", "params": params}
    request = urllib.request.Request(  # the gateway's own address
        f"{url}jsonrpc.cgi", json.dumps(call).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:  # the gateway's own address
        found = json.load(response)["result"]["attachments"][str(attachment_id)]
    return _plain(found, base64.b64decode(found["data"]))


def _read_xmlrpc(url: str, attachment_id: int) -> dict[str, object]:
    params = {"attachment_ids": [attachment_id], "Bugzilla_api_key": account("editor").api_key}
    with xmlrpc.client.ServerProxy(f"{url}xmlrpc.cgi") as proxy:
        answer: Any = proxy.Bug.attachments(params)
    found = answer["attachments"][str(attachment_id)]
    return _plain(found, found["data"].data)


READERS: Mapping[str, Callable[[str, int], dict[str, object]]] = {
    "XML-RPC": _read_xmlrpc,
    "JSON-RPC": _read_jsonrpc,
    "REST": _read_rest,
}


def _plain(found: Attachment, content: bytes) -> dict[str, object]:
    names = ("file_name", "summary", "creator", "is_obsolete", "flags", "size")
    return {**{name: found[name] for name in names}, "content": content}
