"""The unit file by itself: how exposed it is, and that systemd understands every line."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT
from tests.packaging.machine import Machine

UNIT = ROOT / "systemd" / "ccd.service"


def test_the_exposure_is_at_most_1_5(machine: Machine) -> None:
    machine.copy_in(UNIT, "/tmp/ccd.service")
    told = machine.run(
        "systemd-analyze", "security", "--offline=true", "--no-pager", "/tmp/ccd.service"
    ).stdout
    match = re.search(r"Overall exposure level for ccd.service: ([0-9.]+)", told)
    assert match is not None, told
    assert float(match[1]) <= 1.5, told


def test_systemd_understands_every_line(machine: Machine) -> None:
    machine.copy_in(UNIT, "/tmp/ccd.service")
    machine.run("install", "-D", "-m", "755", "/bin/true", "/usr/lib/ccd/bin/ccd")
    done = machine.run("systemd-analyze", "verify", "/tmp/ccd.service", check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_systemd_understands_the_drill_and_when_it_is_due(machine: Machine) -> None:
    for unit in ("ccd-drill.service", "ccd-drill.timer"):
        machine.copy_in(ROOT / "systemd" / unit, f"/etc/systemd/system/{unit}")
    machine.run("install", "-D", "-m", "755", "/bin/true", "/usr/lib/ccd/bin/ccd")
    done = machine.run("systemd-analyze", "verify", "/etc/systemd/system/ccd-drill.timer", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    when = re.search(r"(?m)^OnCalendar=(.*)$", (ROOT / "systemd/ccd-drill.timer").read_text())
    assert when is not None
    told = machine.run("systemd-analyze", "calendar", "--iterations=13", when[1]).stdout
    days = re.findall(r"(?:Next elapse|Iter[a-z]*[. ]*#\d+): Tue (\d{4}-\d\d)-0[1-7] 10:00:00", told)
    assert len(days) == len(set(days)) == 13, told


def test_the_account_and_the_folders_are_made_by_systemd_itself(machine: Machine) -> None:
    machine.copy_in(ROOT / "systemd/ccd.sysusers", "/usr/lib/sysusers.d/ccd.conf")
    machine.copy_in(ROOT / "systemd/ccd.tmpfiles", "/usr/lib/tmpfiles.d/ccd.conf")
    machine.run("systemd-sysusers", "ccd.conf")
    machine.run("systemd-tmpfiles", "--create", "ccd.conf")
    assert machine.run("stat", "-c", "%a %U", "/etc/ccd/credentials").stdout == "700 root\n"
    assert machine.run("stat", "-c", "%a %U:%G", "/var/lib/ccd").stdout == "751 ccd:ccd\n"
    assert machine.run("getent", "passwd", "ccd").stdout.strip().endswith(":/var/lib/ccd:/usr/sbin/nologin")


def test_the_installed_program_is_the_one_the_unit_starts() -> None:
    script = Path(ROOT / "packaging/build-deb.sh").read_text()
    home = re.search(r"(?m)^home=(.*)$", script)
    assert home is not None
    assert f"ExecStart={home[1]}/bin/ccd run" in UNIT.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused")
@pytest.mark.parametrize("line", ["run", "--lang en run", "-c restore run --quiet", "run --config x.toml"])
def test_root_is_not_to_run_the_daemon_out_of_the_package(line: str) -> None:
    """Its files would lock the service out."""
    done = subprocess.run(
        ["sh", ROOT / "packaging/ccd", *line.split()], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "systemctl start ccd" in done.stderr
