"""Command lines as a reader of the documentation types them."""

import os
import subprocess
import sys
from pathlib import Path

from running import PATIENCE


def in_shell(command: str, folder: Path, *programs: Path) -> str:
    """What a command prints in a shell that finds these programs, and those of the environment of the tests."""
    found_in = [str(each) for each in (*programs, Path(sys.executable).parent)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**variables, "PATH": os.pathsep.join([*found_in, os.environ["PATH"]]), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,  # it may install something
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout
