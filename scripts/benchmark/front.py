"""A front before a gateway: the latency that it adds, its requests a second, and what 100 MB take of its memory."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scripts.benchmark.memory import SIZE, ask, rise, upload
from scripts.benchmark.servers import Server, front, gateway
from scripts.benchmark.speed import drive
from scripts.benchmark.workloads import API_KEY, NEVER_THE_SAME, request

CONNECTIONS = (1, 16)
_KEY = {"Bugzilla_api_key": API_KEY}
_CALLS = {
    "listing of 10": NEVER_THE_SAME,
    "listing of 10, with a key": {**NEVER_THE_SAME, **_KEY},
}


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of one call, by a client of REST at the site itself and by another one through the front."""

    call: str
    protocol: str
    connections: int
    site_rate: float
    front_rate: float
    site_p50: float
    front_p50: float

    @property
    def added(self) -> float:
        """The milliseconds that the front adds to the median."""
        return self.front_p50 - self.site_p50

    def __str__(self) -> str:
        return (
            f"{self.call}, {self.protocol}, {self.connections} connections: "
            f"{self.front_rate:.0f}/s through the front, {self.site_rate:.0f}/s by REST at the site; "
            f"p50 {self.front_p50:.2f} ms and {self.site_p50:.2f} ms: {self.added:+.2f} ms"
        )


def measure(folder: Path, rounds: int, seconds: float, show: Callable[[str], None]) -> None:
    """Show all of it. Each round asks the site and then the front, so that both meet the same machine."""
    with gateway(folder, "--max-attachment-size", str(SIZE)) as site, front(site) as before:
        for row in _speed(folder, site, before, rounds, seconds):
            show(str(row))
        show("how far the peak memory of the front rose, in MiB:")
        _memory(before, lambda name, risen: show(f"{name:45} {risen:6.1f}"))


def _speed(folder: Path, site: Server, before: Server, rounds: int, seconds: float) -> Iterator[Row]:
    of_site, of_front = folder / "of-site", folder / "of-front"
    for call, params in _CALLS.items():
        of_site.write_bytes(request("REST", "Bug.attachments", params))
        for protocol in ("XML-RPC", "JSON-RPC", "REST"):
            of_front.write_bytes(request(protocol, "Bug.attachments", params))
            for connections in CONNECTIONS:
                seen = [
                    (drive(site, of_site, connections, seconds), drive(before, of_front, connections, seconds))
                    for _ in range(rounds)
                ]
                middle = [median(each[place][name] for each in seen) for name in ("rate", "p50") for place in (0, 1)]
                yield Row(call, protocol, connections, *middle)


def _memory(before: Server, show: Callable[[str, float], None]) -> None:
    content = os.urandom(SIZE)
    for protocol in ("XML-RPC", "JSON-RPC"):
        with rise(before, f"upload of 100 MB, {protocol}", show):
            ask(before, request(protocol, "Bug.add_attachment", upload(content)))
        with rise(before, f"download of 100 MB, {protocol}", show):
            ask(before, request(protocol, "Bug.attachments", {"attachment_ids": [13], **_KEY}))
