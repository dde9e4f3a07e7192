"""A site as docs/deployment/nodes.md has it: two nodes behind nginx, over one PostgreSQL database and one bucket."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from bucket_server import Buckets
from node import Node, nodes
from ports import free_port
from postgresql_server import Server
from proxies import Proxy, nginx_with, shown
from running import ROOT, SITE, load

PAGE = (ROOT / "docs" / "deployment" / "nodes.md").read_text(encoding="utf-8")
CLIENTS = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
FLAGS = ("--path-prefix=/bugzilla", "--trusted-proxies=127.0.0.1")
FIRST, SECOND = "10.0.0.11:8080", "10.0.0.12:8080"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A site that answers. `url` reaches it without TLS, through nginx too; it ends with a slash.

    What is below `/bugzilla/` is at the root of the host too, for clients that know no path.
    """

    url: str
    proxy: Proxy
    two: tuple[Node, Node]


@contextmanager
def deployed(
    postgresql: Server, buckets: Buckets, folder: Path, *flags: str, site: Path = SITE
) -> Iterator[Deployment]:
    """Deploy a site until the end of the block."""
    database, content, port = postgresql.new_database(), buckets.new(), free_port()
    with patch.dict(os.environ, buckets.environment):
        load(database, site, "--content", content)
        with (
            nodes(database, *FLAGS, "--content", content, *flags) as two,
            behind_nginx(
                two[0].port, two[1].port, folder, f"listen 127.0.0.1:{port};", shown("nginx", CLIENTS)
            ) as proxy,
        ):
            yield Deployment(f"http://127.0.0.1:{port}/bugzilla/", proxy, two)


@contextmanager
def behind_nginx(first: int, second: int, folder: Path, *more: str) -> Iterator[Proxy]:
    """nginx in front of what listens on two ports; `more` goes into its server."""
    addresses = {FIRST: f"127.0.0.1:{first}", SECOND: f"127.0.0.1:{second}"}
    begin = "    listen"
    with nginx_with(
        shown("nginx", PAGE), addresses, folder, lambda text: text.replace(begin, "\n".join([*more, begin]), 1)
    ) as proxy:
        yield proxy
