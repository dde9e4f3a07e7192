"""The wheel: whoever installs it somewhere, without this folder, has all that there is."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from email.parser import Parser
from pathlib import Path

import pytest
from running import PATIENCE, ROOT, SITE
from shell import in_shell

DEPLOYMENT = ROOT / "docs" / "deployment"

SCHEMAS = [file.name for file in (ROOT / "schemas").iterdir()]


def run(command: Sequence[str | Path], folder: Path) -> str:
    """What a command prints that cannot see this folder."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=variables, capture_output=True, text=True, timeout=10 * PATIENCE)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT], folder)
    [built] = folder.glob("*.whl")
    return built


def test_everything_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    ours = [file for file in (ROOT / "gateway").rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    wanted = {str(file.relative_to(ROOT)) for file in ours} | {f"gateway/schemas/{name}" for name in SCHEMAS}
    assert len(wanted) > 100
    assert wanted <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.parametrize("file", ["README.md", "Dockerfile"])
def test_the_extras_that_are_installed_exist(wheel: Path, file: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [each for each in archive.namelist() if each.endswith("/METADATA")]
        declared = Parser().parsestr(archive.read(name).decode()).get_all("Provides-Extra") or []
    [extras] = re.findall(r"whl\)\[(.*?)\]", (DEPLOYMENT / file).read_text())
    assert set(extras.split(",")) == set(declared) - {"test"}


@pytest.mark.long("15 s: makes an environment with all packages")
def test_it_is_installed_and_serves(wheel: Path, tmp_path: Path) -> None:
    run([sys.executable, "-m", "venv", tmp_path / "venv"], tmp_path)
    programs = tmp_path / "venv" / "bin"
    [command] = re.findall(r'(/pip install "\$\(echo bugzilla_gateway-.*)', (DEPLOYMENT / "README.md").read_text())
    in_shell(f"{programs}{command} --quiet --disable-pip-version-check", wheel.parent)
    run([programs / "python", "-c", "import obstore, psycopg"], tmp_path)
    place = run([programs / "python", "-c", "import gateway; print(gateway.__file__)"], tmp_path)
    assert Path(place.strip()).is_relative_to(tmp_path)
    run([programs / "gateway", "load", SITE, "--database", "gateway.db"], tmp_path)
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    serving = subprocess.Popen(
        [programs / "gateway", "serve", "--port", "0"], cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True
    )
    try:
        lines = iter(serving.stdout or ())
        address = next(line.split()[-1] for line in lines if line.startswith("Listening on "))
        port = address.rstrip("/").rpartition(":")[2]
        assert '"wrong"' not in run([programs / "gateway", "doctor", "--json", "--port", port], tmp_path)
    finally:
        serving.terminate()
        serving.communicate(timeout=PATIENCE)
