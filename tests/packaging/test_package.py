"""The life of an installed ccd: install, run restricted, fail, reload, upgrade, roll back, remove."""

from __future__ import annotations

import json
import subprocess
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import ROOT
from tests.packaging.machine import Machine

READYZ = "http://127.0.0.1:9810/readyz"
METRICS = "http://127.0.0.1:9810/metrics"


def install(machine: Machine, package: Path) -> str:
    """What dpkg and the package said."""
    machine.copy_in(package, "/tmp/ccd.deb")
    done = machine.run("dpkg", "--install", "--force-confold", "/tmp/ccd.deb")
    return done.stdout + done.stderr


def fetch(machine: Machine, url: str) -> str:
    code = f"import urllib.request; print(urllib.request.urlopen({url!r}, timeout=5).read().decode())"
    return machine.python(code)


def start(machine: Machine) -> None:
    done = machine.run("systemctl", "start", "ccd", check=False)
    assert done.returncode == 0, machine.log()


def drop_in(machine: Machine, *lines: str) -> None:
    machine.run("mkdir", "-p", "/etc/systemd/system/ccd.service.d")
    machine.put("/etc/systemd/system/ccd.service.d/test.conf", "\n".join(("[Service]", *lines, "")))
    machine.run("systemctl", "daemon-reload")


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"not in {seconds} s: {what}")


def running(machine: Machine) -> bool:
    return machine.run("systemctl", "is-active", "ccd", check=False).stdout == "active\n"


def main_pid(machine: Machine) -> str:
    return machine.unit("MainPID")["MainPID"]


def signal(machine: Machine, name: str) -> None:
    machine.run("systemctl", "kill", "--kill-who=main", f"--signal={name}", "ccd")


def wait_for_another(machine: Machine, pid: str) -> None:
    wait_for(lambda: running(machine) and main_pid(machine) not in ("0", pid), "another daemon runs")


# --- installing -------------------------------------------------------------------------------------------


def test_on_a_bare_system_it_installs_and_starts_nothing(machine: Machine, deb: Path) -> None:
    said = install(machine, deb)
    assert "/etc/ccd/ccd.toml" in said, "the next steps are not told"
    assert machine.run("ccd", "version").stdout.startswith("ccd ")
    machine.run("ccd", "check-config")
    assert not running(machine)
    assert machine.run("systemctl", "is-enabled", "ccd", check=False).stdout == "disabled\n"
    assert machine.run("dpkg", "--verify", "ccd").stdout == ""
    machine.run("systemctl", "enable", "ccd")


def test_nothing_of_the_place_of_building_is_left_in_it(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    found = machine.run("grep", "-rlF", str(ROOT), "/usr/lib/ccd", "/etc/ccd", "/usr/bin/ccd", check=False)
    assert found.stdout == ""
    owners = machine.run("find", "/usr/lib/ccd", "/etc/ccd", "/usr/share/ccd", "!", "-user", "root").stdout
    assert owners == ""


def test_the_snippets_come_with_it(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    for file in (ROOT / "config/asterisk").rglob("*.conf"):
        shipped = f"/usr/share/ccd/asterisk/{file.relative_to(ROOT / 'config/asterisk')}"
        assert machine.run("cat", shipped).stdout == file.read_text("utf-8")


def test_the_prompts_come_with_it(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    told = tomllib.loads((ROOT / "packaging/prompts.toml").read_text("utf-8"))
    shipped = machine.run(
        "find", "/usr/share/ccd/sounds", "-type", "f", "-perm", "0644", "-printf", "%P\n"
    ).stdout
    expected = {f"{language}/ccd/{name}.wav" for language in ("en", "zh") for name in told["prompts"]}
    assert set(shipped.split()) == expected | {f"zh/digits/{digit}.wav" for digit in range(10)}


# --- running ----------------------------------------------------------------------------------------------

TRYING = """
import grp, os
import ccd.app, ccd.cli, asyncpg, aiosqlite
from argon2 import PasswordHasher
hasher = PasswordHasher()
assert hasher.verify(hasher.hash('1234'), '1234')
print('GROUPS', os.getgroups(), 'READ', open('/var/spool/asterisk/monitor/a.wav').read())
"""


def asked(machine: Machine, *command: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(machine.run("ccd", *command, "--json").stdout)
    return told


def assert_recordings_are_made_playable(machine: Machine) -> None:
    """By decoders that are held to what the daemon may do, and less, out of calls of the simulator."""
    final: list[str] = []

    def measured() -> bool:
        rows = asked(machine, "recording", "list")["recordings"]
        final[:] = [row["recording"] for row in rows if row["state"] == "final"]
        return bool(final)

    wait_for(measured, "a call is over and its recording measured", 120)
    people = asked(machine, "roster", "show")["people"]
    manager = next(one["code"] for one in people if one["role"] == "operations_manager")
    for form, begins in (("wav", "RIFF"), ("opus", "OggS"), ("mp3", "ID3")):
        folder = f"/tmp/heard-{form}"
        got = asked(machine, "recording", "get", final[0], "--by", manager, "--format", form, "--to", folder)
        path = got["recordings"][0]["path"]
        head = f"import sys; sys.stdout.write(open({path!r}, 'rb').read({len(begins)}).decode('latin-1'))"
        assert machine.python(head) == begins, got
    assert "ccd_decoder_failures_total 0.0" in fetch(machine, METRICS)


def test_it_runs_under_every_restriction(machine: Machine, deb: Path) -> None:
    """The simulator plays, so that store, AMI, FastAGI, metrics and console are all at work."""
    machine.run("groupadd", "--gid", "777", "asterisk")
    machine.run("install", "-d", "-m", "750", "-g", "asterisk", "/var/spool/asterisk/monitor")
    machine.put("/var/spool/asterisk/monitor/a.wav", "RIFF", mode=0o640)
    machine.run("chgrp", "asterisk", "/var/spool/asterisk/monitor/a.wav")
    install(machine, deb)
    machine.put("/usr/lib/ccd/trying.py", TRYING)
    drop_in(machine, "ExecStartPre=/usr/lib/ccd/bin/python3 /usr/lib/ccd/trying.py")
    start(machine)
    log = machine.log()
    assert "READ RIFF" in log, log
    status = dict(
        line.split(":\t", 1)
        for line in machine.run("cat", f"/proc/{main_pid(machine)}/status").stdout.splitlines()
        if ":\t" in line
    )
    ccd = machine.run("id", "-u", "ccd").stdout.strip()
    assert set(status["Uid"].split()) == {ccd}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert "777" in status["Groups"].split()
    wait_for(lambda: machine.run("ccd", "status", check=False).returncode == 0, "ccd status works")
    fetch(machine, READYZ)
    assert "process_cpu_seconds_total" in fetch(machine, METRICS)
    assert "following" in machine.unit("StatusText")["StatusText"]
    assert_recordings_are_made_playable(machine)


def test_the_secret_comes_as_a_credential_and_from_nowhere_else(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    machine.put("/etc/systemd/system/pbx.service", "[Service]\nExecStart=/usr/bin/ccd simulate --port 5038\n")
    machine.run("systemctl", "start", "pbx")

    def said() -> str:
        return machine.run("journalctl", "--output=cat", "--unit=pbx").stdout

    wait_for(lambda: "secret = " in said(), "the simulator tells its secret")
    values = dict(line.split(" = ", 1) for line in said().splitlines() if " = " in line)
    settings = machine.run("cat", "/etc/ccd/ccd.toml").stdout
    section = f"\n[pbx.main]\nport = 5038\nusername = {values['username']}\nconfig_dir = ''\n"
    machine.put("/etc/ccd/ccd.toml", settings + section)

    machine.run("systemctl", "start", "ccd", check=False)
    wait_for(lambda: "pbx.main.secret" in machine.log(), "the missing secret is named")
    machine.run("systemctl", "stop", "ccd")
    machine.put("/etc/ccd/credentials/pbx-main-secret", values["secret"].strip('"') + "\n", mode=0o600)
    start(machine)
    wait_for(lambda: '"event": "pbx_synced"' in machine.log(), "the PBX is followed")
    found = machine.run("ccd", "doctor", "--json", check=False).stdout
    checks = {finding["check"]: finding["status"] for finding in json.loads(found)["pbxs"][0]["findings"]}
    assert checks["login"] == "ok", "root's doctor finds the secret too"
    for_all = machine.run("runuser", "-u", "nobody", "--", "ls", "/etc/ccd/credentials", check=False)
    assert for_all.returncode != 0


def test_a_group_named_in_the_settings_may_ask_the_daemon(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    machine.run("groupadd", "supervisors")
    machine.run("adduser", "--quiet", "ccd", "supervisors")
    machine.run("useradd", "--groups", "supervisors", "li")
    machine.run("useradd", "guest")
    settings = machine.run("cat", "/etc/ccd/ccd.toml").stdout
    named = settings.replace('control_group = ""', 'control_group = "supervisors"')
    assert named != settings
    machine.put("/etc/ccd/ccd.toml", named)
    start(machine)
    asked = {
        name: machine.run("runuser", "-u", name, "ccd", "status", check=False) for name in ("li", "guest")
    }
    assert asked["li"].returncode == 0, asked["li"].stderr
    assert asked["guest"].returncode != 0
    assert machine.run("runuser", "-u", "li", "--", "ls", "/var/lib/ccd", check=False).returncode != 0


# --- failing ----------------------------------------------------------------------------------------------


def test_a_daemon_that_is_stuck_is_replaced(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    drop_in(machine, "WatchdogSec=2")
    start(machine)
    time.sleep(4)  # pings keep it alive well past the limit
    stuck = main_pid(machine)
    assert machine.unit("NRestarts")["NRestarts"] == "0"
    signal(machine, "STOP")
    wait_for_another(machine, stuck)
    assert "Watchdog timeout" in machine.log()


def test_a_killed_daemon_is_back_and_a_stopped_one_is_not(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    start(machine)
    for _ in range(3):
        killed = main_pid(machine)
        signal(machine, "KILL")
        wait_for_another(machine, killed)
    machine.run("systemctl", "stop", "ccd")
    assert machine.unit("Result", "ActiveState") == {"Result": "success", "ActiveState": "inactive"}


def test_a_reload_keeps_the_daemon_whether_the_settings_are_good_or_bad(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    start(machine)
    pid = main_pid(machine)
    settings = machine.run("cat", "/etc/ccd/ccd.toml").stdout
    machine.put("/etc/ccd/ccd.toml", settings + "\n[nonsense]\nx = 1\n")
    assert machine.run("systemctl", "reload", "ccd", check=False).returncode != 0
    assert "nonsense" in machine.log()
    machine.put("/etc/ccd/ccd.toml", settings)
    machine.run("systemctl", "reload", "ccd")
    assert '"event": "reloaded"' in machine.log()
    assert running(machine)
    assert main_pid(machine) == pid


# --- other versions ---------------------------------------------------------------------------------------


def test_an_upgrade_and_a_downgrade_keep_settings_secrets_and_state(
    machine: Machine, deb: Path, newer: Path
) -> None:
    install(machine, deb)
    settings = machine.run("cat", "/etc/ccd/ccd.toml").stdout.replace('language = "zh_CN"', 'language = "en"')
    machine.put("/etc/ccd/ccd.toml", settings)
    machine.put("/etc/ccd/credentials/pbx-main-secret", "s3cret\n", mode=0o600)
    start(machine)
    machine.run("touch", "/var/lib/ccd/mine")
    for package, version in ((newer, "99.0"), (deb, None)):
        before = main_pid(machine)
        install(machine, package)
        found = machine.run("dpkg-query", "--show", "--showformat=${Version}", "ccd").stdout
        assert version is None or found == version
        wait_for_another(machine, before)
        assert machine.run("cat", "/etc/ccd/ccd.toml").stdout == settings
        assert machine.run("cat", "/etc/ccd/credentials/pbx-main-secret").stdout == "s3cret\n"
        machine.run("test", "-e", "/var/lib/ccd/mine")
    machine.run("systemctl", "stop", "ccd")
    install(machine, newer)
    assert not running(machine), "a stopped daemon stays stopped"


def test_what_an_upgrade_did_to_the_store_is_undone_by_a_backup(
    machine: Machine, deb: Path, newer: Path
) -> None:
    install(machine, deb)
    start(machine)
    wait_for(lambda: machine.run("ccd", "status", check=False).returncode == 0, "it runs")
    machine.run("ccd", "backup", "/var/tmp/before.ccd")
    install(machine, newer)
    wait_for(lambda: running(machine), "the new version runs")
    machine.run("systemctl", "stop", "ccd")
    install(machine, deb)
    machine.run("ccd", "restore", "--force", "/var/tmp/before.ccd")
    owners = machine.run("find", "/var/lib/ccd", "!", "-user", "ccd").stdout
    assert owners == "", "root's restore left files that the daemon may not write"
    start(machine)
    wait_for(lambda: machine.run("ccd", "status", check=False).returncode == 0, "it runs on the old store")


def test_remove_keeps_and_purge_takes_all_but_the_recordings(machine: Machine, deb: Path) -> None:
    machine.run("install", "-D", "-m", "640", "/dev/null", "/var/spool/asterisk/monitor/a.wav")
    install(machine, deb)
    machine.run("systemctl", "enable", "ccd")
    start(machine)
    machine.run("dpkg", "--remove", "ccd")
    machine.run("test", "-f", "/etc/ccd/ccd.toml")
    machine.run("test", "-d", "/var/lib/ccd")
    assert machine.run("pgrep", "-f", "/usr/lib/ccd", check=False).stdout == ""
    machine.run("dpkg", "--purge", "ccd")
    left = machine.run(
        "find", "/etc", "/usr", "/var/lib", "-path", "*/dpkg/*", "-prune", "-o", "-name", "*ccd*", "-print"
    ).stdout
    assert left == ""
    assert machine.run("getent", "passwd", "ccd", check=False).stdout == ""
    machine.run("test", "-f", "/var/spool/asterisk/monitor/a.wav")


def test_purge_leaves_kept_recordings_and_their_owner(machine: Machine, deb: Path) -> None:
    install(machine, deb)
    machine.run("install", "-D", "-o", "ccd", "/dev/null", "/var/lib/ccd/recordings/evidence.wav")
    machine.run("dpkg", "--purge", "ccd")
    assert machine.run("stat", "-c", "%U", "/var/lib/ccd/recordings/evidence.wav").stdout == "ccd\n"


def test_the_package_says_what_it_is(deb: Path) -> None:
    fields = ("Package", "Depends", "Architecture", "Description")
    told = subprocess.run(
        ["dpkg-deb", "--field", deb, *fields], capture_output=True, text=True, check=True
    ).stdout
    minor = subprocess.run(
        ["/usr/bin/python3", "-c", "import sys; print(sys.version_info.minor)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert f"python3 (>= 3.{minor}), python3 (<< 3.{int(minor) + 1})" in told
