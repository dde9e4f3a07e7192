"""Debian's nginx and Apache, as docs/deployment/README.md configures them."""

import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ports import free_port
from programs import program
from running import PATIENCE, ROOT, Gateway

PAGE = (ROOT / "docs" / "deployment" / "README.md").read_text(encoding="utf-8")

_NGINX = """
{user}
pid {folder}/pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {shown}
}}
"""
_APACHE = """
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
User {name}
Listen {port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
{shown}
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that answers. `url` ends with a slash; `certificate` is its own authority."""

    url: str
    certificate: Path

    @property
    def trust(self) -> ssl.SSLContext:
        """What believes its certificate."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def connection(self) -> ssl.SSLSocket:
        """A connection as old clients make it, without naming the server."""
        trust = self.trust
        trust.check_hostname = False
        plain = socket.create_connection(("localhost", urlsplit(self.url).port or 0), timeout=PATIENCE)
        return trust.wrap_socket(plain)


def shown(language: str, page: str = PAGE) -> str:
    """The configuration in the documentation."""
    [block] = re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return str(block)


@contextmanager
def nginx(gateway: Gateway, folder: Path, change: Callable[[str], str] = str) -> Iterator[Proxy]:
    """nginx in front of a gateway; `change` may change the configuration."""
    addresses = {"127.0.0.1:8080": urlsplit(gateway.url).netloc}
    with nginx_with(shown("nginx"), addresses, folder, change) as proxy:
        yield proxy


@contextmanager
def nginx_with(
    text: str, addresses: Mapping[str, str], folder: Path, change: Callable[[str], str] = str
) -> Iterator[Proxy]:
    """nginx with a configuration in which other addresses go in the place of those that it names."""
    command = program("nginx", "nginx-light")
    certificate, port = _certificate(folder), free_port()
    text = change(_ours(text, addresses, folder, port))
    user = "user root;" if os.geteuid() == 0 else ""  # or its workers could not write to the folder
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, shown=text, user=user))
    words = [command, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    with _running([*words, "-g", "daemon off;"], folder, port):
        yield Proxy(f"https://localhost:{port}/bugzilla/", certificate)


@contextmanager
def apache(gateway: Gateway, folder: Path, change: Callable[[str], str] = str) -> Iterator[Proxy]:
    """Apache in front of a gateway; `change` may change the configuration."""
    command = program("apache2", "apache2")
    certificate, port = _certificate(folder), free_port()
    addresses = {"127.0.0.1:8080": urlsplit(gateway.url).netloc}
    text = change(_ours(shown("apache"), addresses, folder, port))
    name = "www-data" if os.geteuid() == 0 else f"#{os.getuid()}"
    (folder / "apache.conf").write_text(_APACHE.format(folder=folder, shown=text, port=port, name=name))
    with _running([command, "-f", str(folder / "apache.conf"), "-DFOREGROUND"], folder, port):
        yield Proxy(f"https://localhost:{port}/bugzilla/", certificate)


def _ours(text: str, addresses: Mapping[str, str], folder: Path, port: int) -> str:
    """A configuration with the addresses and the certificate of the test in the place of those that it names."""
    for old, new in {
        "443": str(port),
        **addresses,
        "/etc/ssl/certs/bugs.example.com.pem": f"{folder}/certificate.pem",
        "/etc/ssl/private/bugs.example.com.key": f"{folder}/key.pem",
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text


def _certificate(folder: Path) -> Path:
    certificate = folder / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(certificate)]
    command = [program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    return certificate


@contextmanager
def _running(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        _wait(process, port, folder)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _wait(process: subprocess.Popen[str], port: int, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            ended = process.poll() is not None
            assert not ended, f"{process.communicate()[1]}{(folder / 'error.log').read_text()}"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            return
