"""Gateways that are started as a user starts them, and end as nobody wants them to."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from scripts.torture_runs.site import ROOT

PATIENCE = 60.0
"""Seconds after which a gateway that does not start or stop is taken to hang."""

_LISTENING = re.compile(r"Listening on (http://\S+)")


class Server:
    """`gateway serve` with all its processes, on a free port. What it prints goes to the file `log`."""

    def __init__(self, database: Path, log: Path, *flags: str) -> None:
        """Start it; `url` waits until it listens."""
        self.log = log
        line = [sys.executable, "-m", "gateway", "serve", "--database", str(database), "--port", "0", *flags]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                line, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )

    def url(self) -> str:
        """Where it listens, which ends with a slash; waits until it does. Raises AssertionError."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            found = _LISTENING.search(self.said())
            if found:
                return found[1]
            time.sleep(0.01)
        raise AssertionError(f"The gateway did not start:\n{self.said()}")

    def said(self) -> str:
        """What it printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """SIGKILL for all its processes at once, where they have not ended yet."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        """Ask it to end, and wait until it has. Raises AssertionError where it did not end well."""
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        if code or "Traceback" in self.said():
            raise AssertionError(f"The gateway ended with {code}:\n{self.said()}")
