"""Copying a database while it is in use: `gateway backup` with PostgreSQL's own pg_dump."""

import os
import shutil
import subprocess
from pathlib import Path

from psycopg import conninfo

from gateway.store.interface import StoreRefused, StoreUnavailable

_SECRET = {"password": "PGPASSWORD", "sslpassword": "PGSSLPASSWORD"}
"""Parameters that pg_dump gets as environment variables, because `ps` shows arguments to everybody."""


def backup(url: str, destination: Path) -> None:
    """Write an archive of one moment, which pg_restore reads and only its owner can read.

    Raises `StoreRefused` where there is no pg_dump, and `StoreUnavailable` with what it says where it fails.
    """
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreRefused("The backup of a PostgreSQL database needs pg_dump, which is not installed.")
    os.close(os.open(destination, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _dump(program, url, destination)
    except BaseException:
        destination.unlink()
        raise


def _dump(program: str, url: str, file: Path) -> None:
    given = conninfo.conninfo_to_dict(url)
    secrets = {_SECRET[name]: str(given.pop(name)) for name in _SECRET if name in given}
    address = conninfo.make_conninfo("", **given)
    command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--file={file}", f"--dbname={address}"]
    done = subprocess.run(command, env={**os.environ, **secrets}, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise StoreUnavailable(f"pg_dump failed: {done.stderr.strip()}")
