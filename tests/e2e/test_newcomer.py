"""What a newcomer types, as typed: ``make run``, what it says, Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.pbx.ports import free_run

ROOT = Path(__file__).parents[2]


def test_make_run_shows_a_busy_centre_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    port = free_run(1)
    environment = os.environ | {
        "XDG_STATE_HOME": str(tmp_path),
        "CCD_METRICS__PORT": str(port),
        "CCD_AGI__PORT": "0",
        "CCD_WEB__PORT": "0",
        "LANG": "C",
    }
    run = subprocess.Popen(
        ["make", "-o", ".venv/.installed", "run"],  # what is installed here is what is tested
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert run.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = run.stdout.readline()
            assert line, said
            said += line
        address = re.search(r"http://\S+metrics", said)
        assert address is not None, said
        assert "status --watch" in said
        page = urllib.request.urlopen(address[0], timeout=10).read().decode()
        assert "ccd_agents{" in page
        assert _busy(environment)
    finally:
        os.killpg(run.pid, signal.SIGINT)
    assert run.wait(timeout=20) in (0, -signal.SIGINT)  # make itself dies of it once ccd has ended
    assert not list(tmp_path.rglob("control.sock"))


def _busy(environment: dict[str, str]) -> bool:
    """Forty agents in four teams, some of them talking, within a few seconds of the start."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        done = subprocess.run(
            [sys.executable, "-m", "ccd", "status", "--json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        (pbx,) = json.loads(done.stdout)["pbxs"]
        teams = {agent["team"] for agent in pbx["agents"] if agent["team"]}
        talking = [agent for agent in pbx["agents"] if agent["state"] == "talking"]
        if len(pbx["agents"]) >= 40 and len(teams) == 4 and talking and pbx["calls_open"]:
            return True
        time.sleep(0.5)
    return False
