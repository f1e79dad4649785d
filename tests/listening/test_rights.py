"""Who may do what to a call: every post, every team, in peace and in a live emergency."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from ccd.config import Settings
from ccd.config_listening import HOWS, ListeningSettings
from ccd.events import Person
from ccd.listening.rights import modes_of, refusal
from ccd.roster import Role, Roster
from tests.handlers.listening_scene import PEOPLE

SETTINGS = ListeningSettings()
EVERY, HEARS, NONE = HOWS, ("listen",), ()
AGENTS = (Role.AGENT, Role.SENIOR_AGENT, Role.TELESALES)


def world(*people: Person) -> Any:
    """What rights are read from, and no more."""
    settings = Settings.model_validate({"pbx": {"main": {"secret": "x"}}})
    return SimpleNamespace(settings=settings, roster=Roster(people))


def person(code: str, role: str, team: str) -> Person:
    return Person(code, f"name {code}", role, team, "", "")


@pytest.mark.parametrize(
    ("role", "same_team", "other_team"),
    [
        (Role.AGENT, NONE, NONE),
        (Role.SENIOR_AGENT, NONE, NONE),
        (Role.TELESALES, NONE, NONE),
        (Role.TEAM_LEAD, EVERY, NONE),
        (Role.DUTY_LEAD, EVERY, EVERY),
        (Role.QA_ANALYST, NONE, HEARS),
        (Role.QA_MANAGER, EVERY, EVERY),
        (Role.OPERATIONS_MANAGER, EVERY, EVERY),
        (Role.DEPARTMENT_HEAD, EVERY, EVERY),
        (Role.TRAINER, NONE, NONE),
        (Role.MANAGEMENT, NONE, NONE),
    ],
)
@pytest.mark.parametrize("listened", AGENTS)
def test_each_post_and_what_it_may(
    role: Role, same_team: tuple[str, ...], other_team: tuple[str, ...], listened: Role
) -> None:
    people = (person("1", role, "A"), person("2", listened, "A"), person("3", listened, "B"))
    for code, may in (("2", same_team), ("3", other_team)):
        assert modes_of(world(*people), SETTINGS, "1", code, incident=False, why="") == may


def test_the_table_leaves_no_post_out() -> None:
    rows = test_each_post_and_what_it_may.pytestmark[1].args[1]  # type: ignore[attr-defined]
    assert {row[0] for row in rows} == set(Role)


@pytest.mark.parametrize(
    ("role", "without_a_reason", "with_one"),
    [
        (Role.TEAM_LEAD, ("listen", "whisper"), ("listen", "whisper")),
        (Role.DUTY_LEAD, ("listen", "whisper"), EVERY),
        (Role.QA_MANAGER, HEARS, HEARS),
        (Role.OPERATIONS_MANAGER, ("listen", "whisper"), EVERY),
        (Role.DEPARTMENT_HEAD, ("listen", "whisper"), EVERY),
        (Role.AGENT, NONE, NONE),
    ],
)
def test_in_a_live_emergency_less_is_let(
    role: Role, without_a_reason: tuple[str, ...], with_one: tuple[str, ...]
) -> None:
    people = (person("1", role, "A"), person("2", Role.AGENT, "A"))
    for why, may in (("", without_a_reason), ("to calm them", with_one)):
        assert modes_of(world(*people), SETTINGS, "1", "2", incident=True, why=why) == may


def test_an_emergency_never_lets_more_than_peace_does() -> None:
    floor = world(*PEOPLE)
    codes = [one.code for one in PEOPLE]
    for actor, agent in itertools.product(codes, codes):
        peace = modes_of(floor, SETTINGS, actor, agent, incident=False, why="x")
        assert set(modes_of(floor, SETTINGS, actor, agent, incident=True, why="x")) <= set(peace)


def test_an_analyst_whom_the_settings_let_whisper_may_not_in_an_emergency() -> None:
    settings = ListeningSettings(whisper_roles=(Role.QA_ANALYST,))
    people = (person("1", Role.QA_ANALYST, ""), person("2", Role.AGENT, "A"))
    assert modes_of(world(*people), settings, "1", "2", incident=False, why="") == ("listen", "whisper")
    refused = refusal(world(*people), settings, "1", "2", "whisper", incident=True)
    assert refused is not None
    assert refused.rule == "listening_emergency_whisper"


def test_somebody_whom_the_roster_does_not_know_may_nothing() -> None:
    people = (person("2", Role.AGENT, "A"),)
    assert modes_of(world(*people), SETTINGS, "77", "2", incident=False, why="") == ()


@pytest.mark.parametrize("role", AGENTS)
@pytest.mark.parametrize("key", ["whisper_roles", "barge_roles"])
def test_no_setting_lets_agents_speak_into_calls(role: Role, key: str) -> None:
    with pytest.raises(ValidationError, match="names"):
        ListeningSettings.model_validate({key: ["team_lead", str(role)]})
