"""`scripts/demo` as a newcomer runs it: it mends what is broken, and says in one sentence what it lacks.

Python is a script that makes an environment of scripts, so that nothing is downloaded.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from running import PATIENCE, ROOT

TOOLS = ("sh", "cat", "chmod", "dirname", "mkdir", "rm", "touch", "tr")
MODERN = """#!/bin/sh
case "$1 $2" in
"-m venv")
    [ -z "$NO_VENV" ] || { echo "ensurepip is not available"; exit 1; }
    rm -rf .venv && mkdir -p .venv/bin
    printf '#!/bin/sh\\nexit 0\\n' > .venv/bin/pip
    cat > .venv/bin/python <<'END'
#!/bin/sh
[ "$2" != pip ] && exit
[ -z "$OFFLINE" ] || { echo "Could not find a version"; exit 1; }
printf '#!/bin/sh\\necho gateway "$@"\\n' > .venv/bin/gateway
chmod +x .venv/bin/gateway
END
    chmod +x .venv/bin/*
esac
"""
OLD = """#!/bin/sh
[ "$1" = --version ] && echo "Python 3.10.12"
[ "$1" = --version ]
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone beside a folder `bin` with a modern Python, which is all that is in PATH."""
    clone = tmp_path / "clone"
    (clone / "scripts").mkdir(parents=True)
    for name in ("scripts/demo", "scripts/environment", "pyproject.toml"):
        shutil.copy(ROOT / name, clone / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool) or tool)
    write_program(programs / "python3", MODERN)
    return clone


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def demo(clone: Path, code: int = 0, **variables: str) -> tuple[str, list[str]]:
    """The output of the script, and the lines that it says besides."""
    done = subprocess.run(
        [clone / "scripts" / "demo", "--port", "9000"],
        env={"PATH": str(clone.parent / "bin"), **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr.splitlines()


def test_an_environment_is_made_once(clone: Path) -> None:
    assert demo(clone) == (
        "gateway demo --port 9000\n",
        ["Making a virtual environment in .venv ...", "Installing what the gateway needs (a minute at most) ..."],
    )
    assert demo(clone) == ("gateway demo --port 9000\n", [])


@pytest.mark.parametrize(
    ("broken", "text"),
    {
        "Python was removed": ("python", None),
        "Python was upgraded": ("python", "#!/bin/sh\nexit 1\n"),
        "the folder was moved": ("gateway", "#!/nowhere/.venv/bin/python\n"),
        "what the gateway needs is gone": ("gateway", "#!/bin/sh\nexit 1\n"),
    }.values(),
)
def test_a_broken_environment_is_mended(clone: Path, broken: str, text: str | None) -> None:
    demo(clone)
    program = clone / ".venv" / "bin" / broken
    program.unlink()
    if text is None:
        program.symlink_to("/nowhere/python3")
    else:
        write_program(program, text)
    assert demo(clone)[0] == "gateway demo --port 9000\n"
    assert demo(clone)[1] == []


def test_an_environment_without_pip_is_mended(clone: Path) -> None:
    demo(clone, code=1, OFFLINE="1")
    (clone / ".venv" / "bin" / "pip").unlink()
    assert demo(clone)[0] == "gateway demo --port 9000\n"


def test_it_says_in_one_sentence_that_it_is_offline(clone: Path) -> None:
    sentence = "check that this machine is online and try again. .venv/install.log has pip's messages."
    for _ in range(2):
        output, said = demo(clone, code=1, OFFLINE="1")
        assert output == ""
        assert said[-1].endswith(sentence)
        assert all(line.endswith(" ...") for line in said[:-1])
    assert (clone / ".venv" / "install.log").read_text() == "Could not find a version\n"
    assert demo(clone)[0] == "gateway demo --port 9000\n"


@pytest.mark.parametrize(("found", "named"), [(OLD, "Python 3.10.12"), (None, "no Python")])
def test_it_says_in_one_sentence_that_python_is_too_old(clone: Path, found: str | None, named: str) -> None:
    python = clone.parent / "bin" / "python3"
    python.unlink()
    if found:
        write_program(python, found)
    _, said = demo(clone, code=1)
    assert said == [
        f"This needs Python 3.11 or later, and found {named}: install a newer one, such as python3.11, and try again."
    ]


def test_it_names_the_package_that_debian_has_apart(clone: Path) -> None:
    _, said = demo(clone, code=1, NO_VENV="1")
    assert "python3-venv" in said[-1]
    assert said[-1].endswith("ensurepip is not available")


@pytest.mark.long("20 s: makes an environment with all packages, twice")
def test_it_makes_a_real_environment_and_mends_it(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(".*", "__pycache__", "docs", "tests", "gateway-demo*"))
    (clone / "scripts" / "demo").write_text(
        (clone / "scripts" / "demo").read_text().replace(' demo "$@"', " --version")
    )
    for folder in (clone, tmp_path / "moved"):
        if not folder.exists():
            clone.rename(folder)
        done = subprocess.run(["scripts/demo"], cwd=folder, capture_output=True, text=True, timeout=10 * PATIENCE)
        assert done.stdout.startswith("gateway, version "), done.stderr
        assert "Making" in done.stderr
