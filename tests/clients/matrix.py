"""The command behind scripts/clients."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import table
from bucket_server import running_buckets
from catalogue import Client, clients
from client_runs import TrialError
from deployed import deployed
from installing import Debian, NotInstalledError, install_debian
from postgresql_server import running_server
from proxies import Proxy
from running import account, fronting, load, mozilla_site, running
from trial import try_client

from gateway.passwords import hash_password

EXPLANATION = """\
Installs unmodified clients of Bugzilla's API, starts a gateway, and lets each read, log in, list, upload, download,
update and clear, by password and by API key. Packages of PyPI and npm go into .clients/, which can be deleted at any
time; Debian's go into the system, which takes root. What is there already is not installed again.

Prints a line for each run and a table at the end. The exit code is 0 when everything passed, 1 when something failed or
was left out, 2 when called in a wrong way.

examples:
  scripts/clients                     install and run all of them
  scripts/clients --list              what there is
  scripts/clients bugsy 'perl-*'      these only
  scripts/clients --pip               those that need no more than Python and pip
  scripts/clients --no-install ruby   run what is there already
  scripts/clients --nodes             against two nodes behind nginx, on PostgreSQL and S3; with TLS, if they know it
  scripts/clients --front             through gateway front, before a site of Bugzilla 5 and one of Mozilla's family
  scripts/clients --write             run all of them, and write their table into the README and docs/clients.md
"""


NGINX = (Debian("nginx-light", "nginx"), Debian("openssl", "openssl"))
"""The programs for two nodes that pip does not install."""


@dataclass(frozen=True, slots=True)
class Site:
    """The address of the site: `proxy`, if there is one, for clients that support TLS, `url` for all others.

    `place` is the name of a folder for what clients leave, where they run against several sites.
    """

    url: str
    proxy: Proxy | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a client: its problems by the way to log in, and the time it took in seconds."""

    client: Client
    problems: dict[str, str]
    seconds: float = 0.0
    left_out: bool = False

    @property
    def word(self) -> str:
        """The result in a word or two."""
        if self.left_out:
            return "left out"
        return f"fails by {' and '.join(self.problems)}" if self.problems else "passes"


def main() -> int:
    """Run the command; its exit code."""
    arguments = _arguments()
    chosen = _chosen(arguments)
    if arguments.list:
        print(table.plain(["client", "version", "protocol", "calls", "needs"], map(_listed, chosen)))
        return 0
    problems = {} if arguments.no_install else _install(chosen)
    if arguments.nodes and (missing := _missing(NGINX, install=not arguments.no_install)):
        print(missing)
        return 1
    with tempfile.TemporaryDirectory(prefix="gateway-clients-") as name:
        folder = Path(name)
        results = []
        for make in _sites(arguments):
            with make(folder) as site:
                tried = [_result(client, problems, site, folder) for client in chosen]
            print("\n" + table.plain(["client", "version", "protocol", "result"], map(_row, tried)))
            results += tried
    failed = sum(bool(result.problems) and not result.left_out for result in results)
    left_out = sum(result.left_out for result in results)
    print(
        f"{len(results) - failed - left_out} passed, {failed} failed" + (f", {left_out} left out" if left_out else "")
    )
    if arguments.write:
        table.write({result.client.name: result.word for result in results})
    return 1 if failed or left_out else 0


def _missing(needs: Sequence[Debian], *, install: bool) -> str:
    """Return what is missing for two nodes, or why it could not be installed; nothing if all is there."""
    try:
        install_debian(needs if install else ())
    except NotInstalledError as problem:
        return str(problem)
    missing = [need.title for need in needs if not need.is_there()]
    return f"Not there: {', '.join(missing)}." if missing else ""


def _sites(arguments: argparse.Namespace) -> Sequence[Callable[[Path], AbstractContextManager[Site]]]:
    """The sites to run the clients against, one after the other."""
    if arguments.front:
        return _front, _front_of_mozilla
    return (_two_nodes if arguments.nodes else _one,)


@contextmanager
def _front(folder: Path) -> Iterator[Site]:
    print("through gateway front, before a site of Bugzilla 5:", flush=True)
    with _one(folder) as site, fronting(site.url) as front:
        yield Site(front.url, place="front")


@contextmanager
def _front_of_mozilla(folder: Path) -> Iterator[Site]:
    """A front before a site that takes keys alone; the front knows the key of each password."""
    print("through gateway front, before a site of Mozilla's family:", flush=True)
    editor, keys = account("editor"), folder / "keys"
    keys.write_text(f"{editor.login} {editor.api_key} {hash_password(editor.password)}\n")
    (folder / "gateway.db").unlink()
    with _one(folder) as site, mozilla_site(site.url) as url, fronting(url, "--credentials", str(keys)) as front:
        yield Site(front.url, place="mozilla")


@contextmanager
def _one(folder: Path) -> Iterator[Site]:
    database = folder / "gateway.db"
    load(database)
    with running(database) as gateway:
        yield Site(gateway.url)


@contextmanager
def _two_nodes(folder: Path) -> Iterator[Site]:
    with running_server() as postgresql, running_buckets() as buckets, deployed(postgresql, buckets, folder) as site:
        yield Site(site.url, site.proxy)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/clients", description=EXPLANATION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a client, or a pattern such as 'perl-*'")
    parser.add_argument("--list", action="store_true", help="list the clients, and run nothing")
    parser.add_argument("--pip", action="store_true", help="only those that need no more than Python and pip")
    parser.add_argument("--no-install", action="store_true", help="install nothing")
    parser.add_argument("--nodes", action="store_true", help="let them call two nodes behind nginx")
    parser.add_argument("--front", action="store_true", help="those of XML-RPC and JSON-RPC, through gateway front")
    parser.add_argument("--write", action="store_true", help="write their table into the README and docs/clients.md")
    arguments = parser.parse_args()
    if arguments.write and (arguments.names or arguments.pip or arguments.front):
        parser.error("--write goes with all clients: the table has every one.")
    for name in arguments.names:
        if not any(fnmatchcase(client.name, name) for client in clients()):
            parser.error(f"There is no client '{name}'. `scripts/clients --list` lists them.")
    return arguments


def _chosen(arguments: argparse.Namespace) -> list[Client]:
    patterns = arguments.names or ["*"]
    return [
        client
        for client in clients()
        if any(fnmatchcase(client.name, pattern) for pattern in patterns)
        and (client.takes_pip_alone or not arguments.pip)
        and (client.protocol in ("XML-RPC", "JSON-RPC") or not arguments.front)
    ]


def _listed(client: Client) -> Sequence[str]:
    needs = [word for word, packages in (("apt", client.apt), ("npm", client.npm), ("pip", client.pip)) if packages]
    return client.name, client.version, client.protocol, client.calls, ", ".join(needs) or "nothing"


def _install(chosen: Sequence[Client]) -> dict[str, str]:
    """Install what is missing; why that did not work out, by the names of the clients for which it did not."""
    with suppress(NotInstalledError):  # tried again below, client by client
        install_debian(need for client in chosen for need in client.needs if isinstance(need, Debian))
    problems: dict[str, str] = {}
    for client in chosen:
        try:
            for need in client.needs:
                need.install()
        except NotInstalledError as problem:
            problems[client.name] = str(problem)
    return problems


def _result(client: Client, problems: dict[str, str], site: Site, folder: Path) -> Result:
    if client.name in problems:
        print(f"{client.name}: left out. {problems[client.name]}", flush=True)
        return Result(client, {}, left_out=True)
    began = time.monotonic()
    result = Result(client, _problems(client, site, folder), time.monotonic() - began)
    print(f"{client.name}: {result.word} ({result.seconds:.1f} s)", flush=True)
    for way, problem in result.problems.items():
        print(f"  by {way}: " + problem.replace("\n", "\n    "), flush=True)
    return result


def _problems(client: Client, site: Site, folder: Path) -> dict[str, str]:
    """Return the problems by the way to log in."""
    problems: dict[str, str] = {}
    for way in client.ways:
        own = folder / site.place / f"{client.name}-{way}"
        own.mkdir(parents=True)
        try:
            try_client(client, way, site.url, own, site.proxy)
        except TrialError as problem:
            problems[way] = str(problem)
    return problems


def _row(result: Result) -> Sequence[str]:
    client = result.client
    return client.name, client.version, client.protocol, result.word


if __name__ == "__main__":
    sys.exit(main())
