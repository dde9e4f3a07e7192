"""What a small listing waits for while others upload."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median

from scripts.benchmark.servers import Server, gateway
from scripts.benchmark.speed import drive, finished, start
from scripts.benchmark.workloads import API_KEY, NEVER_THE_SAME, PROTOCOLS, request

UPLOADERS = 8
SIZE = 10 << 20
ADDRESSES = {
    "other addresses": [f"127.0.0.{number}" for number in range(2, UPLOADERS + 2)],
    "the same address": ["127.0.0.1"],
}
"""Where the uploads come from: a caller has the listing's address, or another one."""
UPLOAD = {"ids": [10], "file_name": "f", "summary": "s", "content_type": "text/plain", "Bugzilla_api_key": API_KEY}


@dataclass(frozen=True, slots=True)
class Round:
    """What a listing took in milliseconds, alone and beside so many uploads a second."""

    p50_alone: float
    p99_alone: float
    p50: float
    p99: float
    uploads: float

    @property
    def ratio(self) -> float:
        """How much longer the slowest wait beside uploads."""
        return self.p99 / self.p99_alone


def measure(folder: Path, rounds: int, seconds: float, show: Callable[[str], None]) -> None:
    """Show the latency of a listing alone, and beside 8 clients that upload 10 MB each, over and over: medians."""
    listing = folder / "listing"
    listing.write_bytes(request("XML-RPC", "Bug.attachments", NEVER_THE_SAME))
    show(
        "| uploads over | from | uploads/s | p50 beside them | p50 alone | p99 beside them | p99 alone | ratio of p99 |"
    )
    show("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with gateway(folder, "--upload-allowance", "4GiB") as server:
        drive(server, listing, 1, 1.0)
        for protocol, origin in product(PROTOCOLS, ADDRESSES):
            upload = folder / "upload"
            upload.write_bytes(request(protocol, "Bug.add_attachment", {**UPLOAD, "data": os.urandom(SIZE)}))
            seen = [_round(server, listing, upload, ADDRESSES[origin], seconds) for _ in range(rounds)]
            show(f"| {protocol} | {origin} | {_figures(seen)} |")


def _figures(seen: Sequence[Round]) -> str:
    names = ("uploads", "p50", "p99", "p50_alone", "p99_alone", "ratio")
    middle = {name: median(getattr(each, name) for each in seen) for name in names}
    ratios = sorted(each.ratio for each in seen)
    p50, p99 = (f"{middle[name]:.1f} ms | {middle[f'{name}_alone']:.1f} ms" for name in ("p50", "p99"))
    return f"{middle['uploads']:.1f} | {p50} | {p99} | {middle['ratio']:.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"


def _round(server: Server, listing: Path, upload: Path, addresses: Sequence[str], seconds: float) -> Round:
    alone = drive(server, listing, 1, seconds)
    load = start(server, upload, UPLOADERS, seconds + 2, addresses=addresses)
    beside = drive(server, listing, 1, seconds)
    uploads = finished(server, load)
    return Round(alone["p50"], alone["p99"], beside["p50"], beside["p99"], uploads["rate"])
