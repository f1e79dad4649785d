"""The simulated PBX inside the daemon, over more than one start."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from ccd.config import PbxSettings, Policies, Settings, SimulatorSettings
from ccd.config_sampling import SamplingSettings
from ccd.simulated import SAMPLED, Simulated
from ccd.simulator import Simulator
from tests.cli.real import Home

SETTINGS = "[metrics]\nport = 0\n[agi]\nenabled = false\n[simulator]\nagents = {agents}\nteams = 2\n"


def followed(home: Home) -> set[str]:
    (pbx,) = json.loads(home.ccd("status", "--json").stdout)["pbxs"]
    return {agent["interface"] for agent in pbx["agents"]} if pbx["synced"] else set()


def test_another_simulated_centre_is_not_mistaken_for_the_one_before(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for agents in (20, 10):
        home.configure(SETTINGS.format(agents=agents))
        people = Simulator(SimulatorSettings(agents=agents, teams=2)).people
        phones = {person.interface for person in people if person.interface}
        with home.daemon():
            deadline = time.monotonic() + 15
            while not (found := followed(home)) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert found == phones


def test_its_people_are_nobody_on_a_real_pbx(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(SETTINGS.format(agents=8))
    with home.daemon():
        pass
    home.configure(
        SETTINGS.format(agents=8) + '[pbx.main]\nport = 1\nsecret = "not-the-real-one"\n',
    )
    assert "no roster" in home.ccd("check-config").stderr
    with home.daemon():
        reply = home.ccd("pin", "set", "6001", "--stdin", typed="8642\n")
    assert "nobody in the roster has '6001'" in reply.stderr


def test_the_banner_counts_what_status_shows(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(SETTINGS.format(agents=8))
    process = home.start("run")
    try:
        assert process.stdout is not None
        banner = process.stdout.readline()
        for line in process.stdout:
            if line.startswith("Ctrl-C"):
                break
        deadline = time.monotonic() + 15
        while not (found := followed(home)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert f"8 agents and {len(found) - 8} leads and staff, {len(found)} seats in all" in banner
    finally:
        process.terminate()
        process.communicate(timeout=15)


def test_the_banner_leads_to_lists_that_those_people_may_see(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(SETTINGS.format(agents=8))
    process = home.start("run")
    try:
        assert process.stdout is not None
        banner = "".join(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
        found = re.findall(r"(qa list --(?:by|mine) \d+)", banner)
        assert len(found) == 2
        for command in found:
            shown = home.ccd(*command.split())
            assert (shown.returncode, shown.stderr) == (0, "")
    finally:
        process.terminate()
        process.communicate(timeout=15)


@pytest.mark.parametrize(("given", "drawn"), [({}, SAMPLED), ({"default_rate": 0.5}, 0.5)])
def test_enough_of_its_calls_is_drawn_unless_the_settings_say_how_many(
    given: dict[str, float], drawn: float
) -> None:
    settings = Settings(policies=Policies(sampling=SamplingSettings(**given)))
    simulated = Simulated(Simulator(day=False), PbxSettings(host="127.0.0.1", secret=SecretStr("s")))
    assert simulated.added_to(settings).policies.sampling.default_rate == drawn
    assert simulated.added_to(settings).policies.scoring == settings.policies.scoring
