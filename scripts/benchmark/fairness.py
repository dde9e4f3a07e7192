"""What a small listing waits for while others upload."""

import os
from collections.abc import Callable
from pathlib import Path

from scripts.benchmark.servers import gateway
from scripts.benchmark.speed import drive, finished, start
from scripts.benchmark.workloads import API_KEY, NEVER_THE_SAME, PROTOCOLS, request

UPLOADERS = 8
SIZE = 10 << 20


def measure(folder: Path, seconds: float, show: Callable[[str], None]) -> None:
    """Show the latency of a listing alone, and beside 8 clients that upload 10 MB each, over and over."""
    listing = folder / "listing"
    listing.write_bytes(request("XML-RPC", "Bug.attachments", NEVER_THE_SAME))
    upload = {"ids": [10], "data": os.urandom(SIZE), "file_name": "f", "summary": "s", "content_type": "text/plain"}
    with gateway(folder, "--upload-allowance", "4GiB") as server:
        drive(server, listing, 1, 1.0)
        for protocol in PROTOCOLS:
            idle = drive(server, listing, 1, seconds)
            path = folder / "upload"
            path.write_bytes(request(protocol, "Bug.add_attachment", {**upload, "Bugzilla_api_key": API_KEY}))
            load = start(server, path, UPLOADERS, seconds + 2)
            busy = drive(server, listing, 1, seconds)
            uploads = finished(server, load)
            show(
                f"beside {uploads['rate']:.1f} uploads/s of 10 MB over {protocol}: p50 {busy['p50']:.1f} ms, "
                f"p99 {busy['p99']:.1f} ms; alone p50 {idle['p50']:.1f} ms, p99 {idle['p99']:.1f} ms; "
                f"ratio of p99 {busy['p99'] / idle['p99']:.1f}"
            )
