"""The systemd unit and the Dockerfile of the documentation, as far as they can be tried without systemd and Docker."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

from programs import program
from running import ROOT

from gateway.cli.workers import GRACE
from gateway.settings import Settings

FOLDER = ROOT / "docs" / "deployment"


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = (FOLDER / "gateway.service").read_text()
    installed = "/opt/gateway/bin/gateway"
    assert f"ExecStart={installed} serve" in unit
    ours = tmp_path / "gateway.service"
    ours.write_text(unit.replace(installed, str(Path(sys.executable).with_name("gateway"))))
    done = subprocess.run(
        [program("systemd-analyze", "systemd"), "verify", "--man=no", str(ours)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_unit_gives_more_time_to_stop_than_the_gateway_takes() -> None:
    unit = (FOLDER / "gateway.service").read_text()
    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(seconds) > Settings().shutdown_timeout + GRACE


def test_the_unit_limits_memory_waits_for_the_network_and_starts_again() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # as configparser's documentation says
    unit.read(FOLDER / "gateway.service")
    service = unit["Service"]
    assert int(service["MemoryMax"].removesuffix("G")) * 1024**3 >= 2 * Settings().memory_allowance
    assert service["OOMPolicy"] == "continue"
    assert "network-online.target" in unit["Unit"]["Wants"].split()
    assert "network-online.target" in unit["Unit"]["After"].split()
    assert service["Restart"] == "on-failure"
    assert int(service["RestartSec"]) > 0
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"


def test_the_image_is_made_of_what_is_there() -> None:
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert ["gateway"] in copied
    assert all((ROOT / name).exists() for names in copied for name in names)
