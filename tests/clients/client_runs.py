"""Clients as programs of their own, each in its own environment, and the gateway as the standard library sees it.

A client takes its steps and prints a line for each, its words separated by tabs. It finds where to go in environment
variables:

    CLIENT_URL                             the site, with a slash at the end
    CLIENT_LOGIN, CLIENT_PASSWORD          set when it is to log in by password
    CLIENT_API_KEY                         set when it is to log in by API key
"""

import json
import os
import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalogue import PROGRAMS, Client
from proxies import Proxy
from running import account

PATIENCE = 120
"""Seconds after which a client is taken to hang."""

TRUST = (
    "SSL_CERT_FILE",  # OpenSSL's, so Python's, Ruby's and PHP's, and Go's
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "PERL_LWP_SSL_CA_FILE",
)
"""The variables that name the file with the certificate authorities to trust."""


class TrialError(AssertionError):
    """A client did not get done what it should, or what it left is not what it was asked for."""


def environment_of(client: Client, way: str, url: str, folder: Path, proxy: Proxy | None) -> dict[str, str]:
    """Return the variables of any trial: where the site is, and how to log in.

    Where the site is behind a proxy, a client that knows TLS, and can be told whom to trust, goes there with it.
    """
    editor = account("editor")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "CLIENT_", "PYTHON"))
    }
    environment |= {"CLIENT_URL": url, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    if way == "password":
        environment |= {"CLIENT_LOGIN": editor.login, "CLIENT_PASSWORD": editor.password}
    else:
        environment["CLIENT_API_KEY"] = editor.api_key
    if proxy:
        address = urlsplit(url if client.without_tls else proxy.url)
        environment["CLIENT_URL"] = address._replace(path="/" if client.at_root else address.path).geturl()
        environment |= dict.fromkeys(TRUST, str(proxy.certificate))
    return environment


def run(client: Client, environment: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Run a client; the words that it reported for each step. Raises `TrialError` if it fails."""
    try:
        done = subprocess.run(
            client.command,
            cwd=PROGRAMS,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as problem:
        raise TrialError(f"It did not end within {PATIENCE} seconds.") from problem
    output, errors = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise TrialError(f"It ended with {done.returncode}:\n{output[-500:]}{_middle_cut(errors)}")
    lines = [line.split("\t") for line in output.split("\n") if line]
    return {step: _without_empty_end(words) for step, *words in lines}


def _without_empty_end(words: list[str]) -> tuple[str, ...]:
    return tuple(words) if not words or words[-1] else _without_empty_end(words[:-1])


def check_equal(what: str, found: object, expected: object) -> None:
    """Raise `TrialError` where something is not what it should be."""
    if found != expected:
        raise TrialError(f"{what}:\n  is        {_short(found)}\n  should be {_short(expected)}")


def _short(value: object) -> str:
    return _middle_cut(repr(value))


def _middle_cut(text: str) -> str:
    return text if len(text) < 2000 else f"{text[:500]} ... {text[-1000:]} ({len(text)} characters)"


def rest(url: str, path: str, body: object = None) -> dict[str, Any]:
    """Call the gateway as its editor, by GET, or by POST if there is a body."""
    request = urllib.request.Request(  # the gateway's own address
        f"{url}rest/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "X-Bugzilla-API-Key": account("editor").api_key},
    )
    with urllib.request.urlopen(request) as response:  # the gateway's own address
        answer: dict[str, Any] = json.load(response)
    return answer


def new_bug(url: str, summary: str) -> int:
    """The number of a bug that a user of the site filed."""
    bug = {"product": "Widgets", "component": "Core", "version": "1.0", "summary": summary}
    return int(rest(url, "bug", bug)["id"])
