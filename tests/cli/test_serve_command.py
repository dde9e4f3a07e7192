"""`gateway serve` as a process: what it prints, what signals do to it, and what becomes of its workers."""

import fcntl
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest
from calling import Caller
from running import ROOT, account, copied

from gateway.errors import BUSY

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds after which what should have happened has not."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


class Server:
    """A `gateway serve` that is looked after by hand; what it prints goes to files."""

    def __init__(self, directory: Path, *arguments: str, terminal: int | None = None) -> None:
        self.output = directory / "output.txt"
        self.errors = directory / "errors.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "serve", *arguments],
                cwd=directory,
                env={**environment, "PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=errors,
                start_new_session=True,
                stdin=terminal,
                preexec_fn=None if terminal is None else lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            )

    def address(self) -> tuple[str, int]:
        """Wait until it listens, and return where."""
        pattern = re.compile(r"^Listening on http://(.+):(\d+)/\S*$", re.MULTILINE)
        match = until(lambda: pattern.search(self.output.read_text()))
        return match[1], int(match[2])

    def end(self, with_signal: int | None = None) -> int:
        """Wait for its end, after a signal if one is given, and return its exit code."""
        if with_signal is not None:
            self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE)

    def workers(self) -> list[int]:
        """The processes of its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"spawn_main" in _command_line(int(pid))]


def _command_line(pid: int) -> bytes:
    return _contents(Path(f"/proc/{pid}/cmdline"))


def _contents(file: Path) -> bytes:
    """The contents of a file of /proc, empty where the process or thread has ended."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def until(question: Callable[[], T | None]) -> T:
    """Ask again and again until there is an answer."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := question()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)
    return answer


def get(address: tuple[str, int], path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.fixture
def serve(tmp_path: Path, loaded_database: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers on a copy of the test site; what is left of them at the end is killed."""
    copied(loaded_database, tmp_path / "gateway.db").chmod(0o600)
    servers = []

    def start(*arguments: str, terminal: int | None = None) -> Server:
        servers.append(Server(tmp_path, "--port", "0", *arguments, terminal=terminal))
        return servers[-1]

    yield start
    for server in servers:
        with suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(PATIENCE)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_what_it_serves_answers_and_ends_well(serve: Callable[..., Server], workers: str, how: int) -> None:
    server = serve("--workers", workers)
    status, body = get(server.address(), "/rest/version")
    assert (status, json.loads(body)) == (200, {"version": "5.2"})
    documents = ["docs", "application.wadl", "openapi.json", "openrpc.json"]
    assert [get(server.address(), f"/{document}")[0] for document in documents] == [200] * 4
    assert server.end(how) == 0
    first, settings, second, third, last = server.output.read_text().splitlines()
    assert "gateway.db" in first
    assert settings.startswith("Set by --port, --workers;")
    assert "1 MiB" in second  # the site's maxattachmentsize
    assert re.findall(r"\w+ at (\S+?)[,;]", second) == ["xmlrpc.cgi", "jsonrpc.cgi", "rest", "Ketura"]
    assert documents == re.findall(r"docs|\S+\.(?:wadl|json)", third)
    assert last.startswith("Listening on http://127.0.0.1:")
    assert server.errors.read_text() == ""


@linux
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_end_of_its_terminal_ends_it_well(serve: Callable[..., Server], workers: str) -> None:
    terminal, end = os.openpty()
    server = serve("--workers", workers, terminal=end)
    address = server.address()
    idle = socket.create_connection(address, timeout=PATIENCE)
    os.close(end)
    os.close(terminal)
    assert server.end() == 0
    assert idle.recv(1) == b""  # closed, not reset
    assert server.errors.read_text() == ""


@linux
@pytest.mark.parametrize("workers", ["1", "2"])
def test_without_a_terminal_sighup_has_it_read_its_settings_again(
    serve: Callable[..., Server], tmp_path: Path, workers: str
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("max_batch = 1")
    server = serve("--workers", workers)
    address = server.address()

    def reload(settings: str, expected: str) -> None:
        file.write_text(settings)
        os.killpg(server.process.pid, signal.SIGHUP)
        until(lambda: expected in server.errors.read_text())

    def takes(size: int) -> bool:
        batch = [{"method": "Bugzilla.version", "id": number} for number in range(size)]
        connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        connection.request("POST", "/jsonrpc.cgi", json.dumps(batch), {"Content-Type": "application/json"})
        return isinstance(json.loads(connection.getresponse().read()), list)

    assert not takes(2)
    reload('max_batch = 2\nlog_level = "debug"\nmetrics = false', "a restart is needed for the new values of: metrics")
    assert "the settings were reloaded; changed: max_batch, log_level" in server.errors.read_text()
    until(lambda: all(takes(2) for _ in range(4)))
    reload("max_batch = 0", "gateway.toml: max_batch cannot be '0'")
    assert takes(2)
    assert server.end(signal.SIGTERM) == 0
    assert "is replaced" not in server.errors.read_text()


@linux
@pytest.mark.parametrize("workers", ["1", "2"])
def test_sighup_has_it_take_the_size_limit_of_the_site(
    serve: Callable[..., Server], tmp_path: Path, workers: str
) -> None:
    server = serve("--workers", workers)
    address = server.address()

    def limits() -> set[str]:
        answers = [json.loads(get(address, f"/rest/parameters?{user}")[1])["parameters"] for _ in range(4)]
        return {each["maxattachmentsize"] for each in answers}

    user = f"api_key={account('editor').api_key}"
    assert limits() == {"1024"}
    words = ["param", "set", "maxattachmentsize", "2048", "--database", str(tmp_path / "gateway.db")]
    done = subprocess.run([sys.executable, "-m", "gateway", *words], cwd=ROOT, capture_output=True, text=True)
    assert "SIGHUP" in done.stderr
    assert limits() == {"1024"}
    os.killpg(server.process.pid, signal.SIGHUP)
    until(lambda: limits() == {"2048"})
    assert server.end(signal.SIGTERM) == 0


@linux
def test_under_nohup_it_ignores_sighup(serve: Callable[..., Server]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server = serve()
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    address = server.address()
    server.process.send_signal(signal.SIGHUP)
    assert get(address, "/rest/version")[0] == 200
    assert server.end(signal.SIGTERM) == 0
    assert server.errors.read_text() == ""


def test_it_answers_below_a_path(serve: Callable[..., Server]) -> None:
    server = serve("--path-prefix", "/bugzilla")
    assert get(server.address(), "/bugzilla/rest/version")[0] == 200
    assert get(server.address(), "/rest/version")[0] == 404
    assert server.output.read_text().rstrip().endswith("/bugzilla/")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_is_under_way_is_finished_and_nothing_new_is_begun(serve: Callable[..., Server], workers: str) -> None:
    """An upload of which half has arrived when the signal comes is answered when the rest does."""
    server = serve("--workers", workers)
    address = server.address()
    call = {"ids": [1], "file_name": "x", "summary": "x", "content_type": "text/plain", "data": "eHh4" * 3000}
    body = json.dumps({**call, "Bugzilla_api_key": account("editor").api_key}).encode()
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    connection.putrequest("POST", "/rest/bug/1/attachment")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    connection.send(body[:5000])
    until(lambda: b"gateway_requests_in_flight 2.0" in get(address, "/metrics")[1])
    server.process.send_signal(signal.SIGTERM)
    until(lambda: _refuses(address))
    connection.send(body[5000:])
    answer = connection.getresponse()
    assert (answer.status, len(json.loads(answer.read())["ids"])) == (201, 1)
    assert server.end() == 0


def _refuses(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


@linux
@pytest.mark.parametrize("workers", ["1", "2"])
def test_who_has_connected_before_the_end_is_answered(serve: Callable[..., Server], workers: str) -> None:
    """Nobody has accepted these connections when the signal comes, and half of them say what they want only then."""
    server = serve("--workers", workers)
    address = server.address()
    stopped = server.workers() if workers != "1" else [server.process.pid]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: all(map(_is_stopped, stopped)))
    connections = [socket.create_connection(address, timeout=PATIENCE) for _ in range(8)]
    call = b"GET /rest/version HTTP/1.1\r\nHost: x\r\n\r\n"
    for connection in connections[::2]:
        connection.sendall(call)
    server.process.send_signal(signal.SIGTERM)
    if workers != "1":
        until(lambda: all(_is_told_to_end(pid) for pid in stopped))
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    for connection in connections[1::2]:
        connection.sendall(call)
    for connection in connections:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 "), connections.index(connection)
        connection.close()
    assert server.end() == 0


def _is_stopped(pid: int) -> bool:
    """Tell whether every thread of a process is stopped. One that still runs would take SIGTERM before SIGSTOP."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return all(b"\nState:\tT" in _contents(thread / "status") for thread in threads)


def _is_told_to_end(pid: int) -> bool:
    """Tell whether SIGTERM waits for a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    [waiting] = re.findall(r"^ShdPnd:\s*(\w+)$", status, re.MULTILINE)
    return bool(int(waiting, 16) & 1 << (signal.SIGTERM - 1))


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_however_often_it_is_told_to(serve: Callable[..., Server], workers: str, how: int) -> None:
    """Signals come at every moment of its end: in its loop, after it, and while the interpreter is taken down."""
    server = serve("--workers", workers)
    server.address()
    while server.process.poll() is None:
        server.process.send_signal(how)
    assert server.process.returncode == 0
    assert server.errors.read_text() == ""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_does_not_finish_is_given_up_in_the_end(serve: Callable[..., Server], workers: str) -> None:
    server = serve("--workers", workers, "--shutdown-timeout", "200ms")
    address = server.address()
    connection = socket.create_connection(address, timeout=PATIENCE)
    connection.sendall(
        b"POST /xmlrpc.cgi HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 100\r\n\r\n<"
    )
    until(lambda: b"gateway_requests_in_flight 2.0" in get(address, "/metrics")[1])
    assert server.end(signal.SIGTERM) == 0
    connection.close()


def test_an_idle_connection_does_not_delay_the_end(serve: Callable[..., Server]) -> None:
    server = serve("--shutdown-timeout", "1h")
    connection = http.client.HTTPConnection(*server.address(), timeout=PATIENCE)
    connection.request("GET", "/rest/version")
    connection.getresponse().read()
    assert server.end(signal.SIGTERM) == 0
    connection.close()


@linux
def test_a_worker_that_dies_is_replaced_and_no_connection_is_refused(serve: Callable[..., Server]) -> None:
    server = serve("--workers", "2")
    address = server.address()
    before = set(server.workers())
    assert len(before) == 2
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert get(address, "/rest/version")[0] == 200  # it waited in the socket until there was a worker again
    until(lambda: len(set(server.workers()) - before) == 2)
    assert server.errors.read_text().count("and is replaced") == 2
    assert server.end(signal.SIGTERM) == 0


@linux
def test_workers_end_with_their_parent_even_if_it_is_killed(serve: Callable[..., Server]) -> None:
    server = serve("--workers", "2")
    server.address()
    workers = server.workers()
    assert len(workers) == 2
    server.end(signal.SIGKILL)
    until(lambda: not any(b"spawn_main" in _command_line(pid) for pid in workers))


def test_the_metrics_of_all_workers_are_added_up(serve: Callable[..., Server]) -> None:
    server = serve("--workers", "2")
    address = server.address()
    for _ in range(40):
        assert get(address, "/rest/version")[0] == 200
    page = get(address, "/metrics")[1].decode()
    counted = re.search(r'^gateway_calls_total\{method="Bugzilla.version",protocol="rest"\} (\S+)$', page, re.MULTILINE)
    assert counted is not None
    assert float(counted[1]) == 40.0


def test_a_port_that_is_taken_is_told(serve: Callable[..., Server]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = serve("--port", str(other.getsockname()[1]))
        assert server.end() == 1
    assert re.fullmatch(r"Error: Cannot listen on .*: Address already in use\. .*\n", server.errors.read_text())
    assert "Listening" not in server.output.read_text()


def test_a_database_that_is_not_there_is_told(serve: Callable[..., Server]) -> None:
    server = serve("--database", "missing.db")
    assert server.end() == 1
    assert server.errors.read_text().startswith("Error: There is no database missing.db. Create one with")
    assert server.output.read_text() == ""


UNSAFE = {
    "plain HTTP": ["--host", "0.0.0.0"],
    "from somebody else": ["--trusted-proxies", "10.0.0.0/8,0.0.0.0/0"],
    "power cut": ["--no-durable"],
    "refused as if the server were busy": ["--max-attachment-size", "3MiB", "--upload-allowance", "2MiB"],
    "which all workers share": ["--max-attachment-size", "3MiB", "--upload-allowance", "4MiB", "--workers", "2"],
    "one upload can fill it": ["--max-attachment-size", "1000TiB", "--upload-allowance", "1000TiB"],
    "chmod 600": [],
}


@pytest.mark.parametrize("warning", UNSAFE)
def test_what_is_unsafe_is_warned_of(serve: Callable[..., Server], tmp_path: Path, warning: str) -> None:
    (tmp_path / "gateway.db").chmod(0o644 if warning == "chmod 600" else 0o600)
    server = serve(*UNSAFE[warning])
    server.address()
    assert server.end(signal.SIGTERM) == 0
    [line] = server.errors.read_text().splitlines()
    assert line.startswith("Warning: ")
    assert warning in line


def test_logs_are_json_if_asked_for(serve: Callable[..., Server]) -> None:
    server = serve("--log-format", "json", "--log-level", "debug")
    get(server.address(), "/rest/version?api_key=very-secret")
    assert server.end(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in server.errors.read_text().splitlines()]
    assert any("/rest" in line["message"] for line in lines)
    assert "very-secret" not in server.errors.read_text()


def remove(database: Path) -> None:
    database.unlink()


def replace(database: Path) -> None:
    shutil.copyfile(database, database.with_name("copy.db"))
    database.with_name("copy.db").rename(database)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(("change", "told"), [(remove, "was removed"), (replace, "was replaced by another file")])
def test_nothing_is_acknowledged_once_its_database_is_gone(
    serve: Callable[..., Server], tmp_path: Path, change: Callable[[Path], None], told: str, workers: str
) -> None:
    server = serve("--workers", workers)
    address = server.address()
    caller = Caller(f"http://{address[0]}:{address[1]}/")
    number = caller.attach()
    assert get(address, "/readyz")[0] == 200
    change(tmp_path / "gateway.db")
    call = {"ids": [1], "file_name": "x", "summary": "x", "content_type": "text/plain", "data": "eHh4"}
    status, answer = caller.send_json("POST", "/rest/bug/1/attachment", call, "editor")
    assert (status, answer["code"]) == (503, BUSY.code)
    assert "gateway.db" not in answer["message"]
    assert get(address, "/readyz")[0] == 503
    log = server.errors.read_text()
    assert len(re.findall(rf"(?:cannot be used|not ready): .*gateway\.db, which is in use, {told}", log)) >= 2
    assert caller.attachment(number)["size"] == len("content")  # reading goes on
    assert server.end(signal.SIGTERM) == 0
