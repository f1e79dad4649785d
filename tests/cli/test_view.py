"""The terminal view: whole lines of the right width, everything in sight that fits, and nothing hostile."""

from __future__ import annotations

import copy
import random
import unicodedata
from typing import Any

import pytest
from rich.cells import cell_len

from ccd.cli.agents_view import DETAILS
from ccd.cli.cells import LOOKS, clip, clock, fit
from ccd.cli.view import Look, view
from ccd.cli.words import LANGUAGES, Words
from ccd.events import AgentState
from tests.cli.pictures import picture

EN, ZH = Words("en"), Words("zh_CN")


def shown(
    made: dict[str, Any], width: int = 80, height: int | None = 24, words: Words = EN, **look: Any
) -> list[str]:
    return [line.plain for line in view(made, words, Look(width, height, **look)).lines]


def text(
    made: dict[str, Any], width: int = 80, height: int | None = 24, words: Words = EN, **look: Any
) -> str:
    return "\n".join(shown(made, width, height, words, **look))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("agents", [1, 40, 400, 1000])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 50), (132, 43), (40, 12), (20, 3), (400, 120)])
def test_every_line_fills_the_terminal_exactly(width: int, height: int, agents: int, language: str) -> None:
    lines = shown(
        picture(agents, teams=min(agents, 25), queues=12), width, height, Words(language), keys=True
    )
    assert len(lines) == height
    assert {cell_len(line) for line in lines} == {width}


@pytest.mark.parametrize("detail", DETAILS)
def test_every_detail_keeps_to_the_width(detail: str) -> None:
    for width in (20, 80, 137):
        lines = shown(picture(100), width, 40, ZH, detail=detail)
        assert len(lines) == 40
        assert {cell_len(line) for line in lines} == {width}


def test_forty_agents_are_all_in_sight_on_the_smallest_terminal() -> None:
    made = picture(40)
    found = text(made)
    for agent in made["pbxs"][0]["agents"]:
        assert agent["name"] in found


def test_a_dozen_more_agents_than_that_still_have_names_and_times() -> None:
    """The centre that `make run` plays: four teams of eleven, and some without."""
    made = picture(50, teams=5, queues=4)
    found = text(made)
    for agent in made["pbxs"][0]["agents"]:
        assert agent["name"] in found
    assert "甲班 10" in found
    assert "more lines" not in found


def test_a_wide_screen_shows_seat_name_and_reason_of_each() -> None:
    made = picture(40)
    lines = shown(made, 200, 50)
    for agent in made["pbxs"][0]["agents"]:
        (line,) = [line for line in lines if f" {agent['seat']} " in line]
        assert agent["name"] in line
        assert agent["reason"] in line


def test_where_no_card_fits_each_team_is_a_line_of_counts() -> None:
    made = picture(1000, teams=10)
    lines = shown(made, 80, 24)
    team = [agent for agent in made["pbxs"][0]["agents"] if agent["team"] == "甲班"]
    talking = sum(agent["state"] == "talking" for agent in team)
    (line,) = [line for line in lines if line.startswith("甲班 ")]
    assert f"{len(team):>5}" in line
    assert f"T{talking:>3}" in line


def test_one_shot_shows_everything_however_long() -> None:
    made = picture(1000, teams=25, queues=40, callers=5)
    found = text(made, 100, None)
    assert all(agent["seat"] in found for agent in made["pbxs"][0]["agents"])
    assert all(queue["name"] in found for queue in made["pbxs"][0]["queues"])
    numbers = [caller["number"] for queue in made["pbxs"][0]["queues"] for caller in queue["waiting"]]
    assert all(number in found for number in numbers)


def test_scrolling_reaches_the_last_agent_and_says_what_lies_below() -> None:
    made = picture(1000)
    top = view(made, EN, Look(80, 24, detail="large"))
    assert "more lines below" in top.lines[-2].plain
    assert f" {top.furthest + 1} more" in top.lines[-2].plain
    bottom = view(made, EN, Look(80, 24, detail="large", scroll=top.furthest))
    assert "A2000" in bottom.lines[-2].plain
    assert view(made, EN, Look(80, 24, detail="large", scroll=10_000)).lines == bottom.lines


def test_a_blind_pbx_is_shouted() -> None:
    made = picture(4)
    made["pbxs"][0].update(blind_since="2026-11-21T09:25:00.000+00:00", blind_s=300.0)
    lines = view(made, EN, Look(80, 24)).lines
    assert "main: BLIND for 5:00, since 17:25:00" in lines[1].plain
    assert "red" in str(lines[1].style)


@pytest.mark.parametrize(
    ("linked", "said"), [(False, "NOT CONNECTED"), (True, "reading the state of the PBX")]
)
def test_a_pbx_that_is_not_followed_yet_is_shouted(linked: bool, said: str) -> None:
    made = picture(4)
    made["pbxs"][0].update(synced=False, linked=linked)
    line = view(made, EN, Look(80, 24)).lines[1]
    assert said in line.plain
    assert "red" in str(line.style)


def test_what_is_not_well_has_a_line_of_its_own() -> None:
    made = picture(4)
    made["checks"].append({"check": "store", "ok": False, "why": "not writing; 12 facts are waiting"})
    assert "store: not writing; 12 facts are waiting" in shown(made)[2]


@pytest.mark.parametrize(("blocks", "style"), [(True, "red"), (False, "yellow")])
def test_what_does_not_block_is_said_more_quietly(blocks: bool, style: str) -> None:
    made = picture(4)
    made["checks"].append({"check": "police", "ok": False, "why": "no number", "blocks": blocks})
    line = view(made, EN, Look(80, 24)).lines[2]
    assert "police: no number" in line.plain
    assert style in str(line.style)


def test_a_banner_stands_above_all_but_the_title() -> None:
    assert shown(picture(4), banner="THE DAEMON IS GONE")[1].startswith(" THE DAEMON IS GONE")


def test_times_go_on_with_the_age_of_the_picture() -> None:
    made = picture(1, queues=1, callers=1)
    made["pbxs"][0]["agents"][0].update(seconds=59.5, state="ready")
    made["pbxs"][0]["queues"][0]["waiting"][0]["wait_s"] = 18.0
    made["pbxs"][0]["queues"][0]["longest_wait_s"] = 18.0
    assert "0:59" in text(made)
    later = text(made, elapsed=3.0)
    assert "1:02" in later
    assert "0:21" in later
    assert "17:30:03" in later


def test_the_longest_waits_come_first_and_the_rest_is_counted() -> None:
    made = picture(4, queues=3, callers=20)
    waits = sorted((c["wait_s"] for q in made["pbxs"][0]["queues"] for c in q["waiting"]), reverse=True)
    (line,) = [line for line in shown(made) if line.startswith(" WAITING")]
    assert clock(waits[0]) in line
    assert "+59 more" in line


def test_of_too_many_queues_those_with_the_longest_waits_are_shown() -> None:
    made = picture(4, queues=50, callers=0)
    made["pbxs"][0]["queues"][44].update(
        waiting=[{"position": 1, "number": "1", "wait_s": 500.0}], longest_wait_s=500.0
    )
    lines = shown(made)
    assert any("queue-45" in line and "!8:20" in line for line in lines)
    assert any("and 47 more queues" in line for line in lines)


def test_agents_of_several_pbxs_are_told_apart() -> None:
    made = picture(4)
    made["pbxs"].append({**picture(4)["pbxs"][0], "name": "second"})
    found = text(made, 120, 40)
    assert "main/甲班" in found
    assert "second/甲班" in found
    assert "second/sales" in found


def test_agents_without_a_team_are_shown_too() -> None:
    made = picture(2)
    for agent in made["pbxs"][0]["agents"]:
        agent.update(team="", people=[], name="", seat="", state="ready")
    found = text(made)
    assert "(no team)" in found
    assert "1001" in found


def test_two_people_at_a_handover_are_both_shown() -> None:
    made = picture(1)
    people = [{"code": "1", "name": "王芳"}, {"code": "2", "name": ""}]
    made["pbxs"][0]["agents"][0].update(people=people, state="ready")
    assert "王芳+2" in text(made, 200, 50)


# --- readable without colour, in both languages, on every terminal ---------------------------------------


def test_every_state_has_a_look_and_a_letter_of_its_own() -> None:
    assert set(LOOKS) == {str(state) for state in AgentState}
    assert len({look.english for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.chinese for look in LOOKS.values()}) == len(LOOKS)
    assert {cell_len(look.english) for look in LOOKS.values()} == {1}
    assert {cell_len(look.chinese) for look in LOOKS.values()} == {2}


@pytest.mark.parametrize("words", [EN, ZH], ids=LANGUAGES[::-1])
def test_the_legend_names_every_state_on_eighty_columns(words: Words) -> None:
    legend = shown(picture(4), words=words, keys=True)[-1]
    assert all(words(look.word) in legend for look in LOOKS.values())


@pytest.mark.parametrize("words", [EN, ZH], ids=LANGUAGES[::-1])
def test_nothing_of_ours_has_a_width_that_depends_on_the_terminal(words: Words) -> None:
    made = picture(1000, teams=25, queues=40)
    made["pbxs"][0]["blind_since"] = made["at"]
    for look in ({}, {"detail": "large"}, {"detail": "tiny"}, {"banner": "x", "keys": True}):
        found = text(made, 100, 40, words, **look)
        assert {mark for mark in found if unicodedata.east_asian_width(mark) == "A"} == set()


def test_an_unknown_state_is_shown_as_unknown() -> None:
    made = picture(1)
    made["pbxs"][0]["agents"][0].update(state="on_the_moon", seat="A1001")
    assert "? A1001" in text(made, detail="tiny")


# --- other people's text, other daemons' pictures --------------------------------------------------------


def test_control_characters_of_others_do_not_reach_the_terminal() -> None:
    hostile = "\x1b]0;x\x07\x1b[2J\r\n\u202e\x9b31m"
    made = picture(6, queues=2, callers=1)
    pbx = made["pbxs"][0]
    pbx.update(name=f"m{hostile}", version=hostile)
    for agent in pbx["agents"]:
        agent.update(reason=hostile, name=hostile, seat=f"A{hostile}", team=hostile, people=[])
    for queue in pbx["queues"]:
        queue["name"] = hostile
        queue["waiting"][0]["number"] = hostile
    for look in ({}, {"detail": "large"}, {"detail": "tiny"}):
        lines = shown(made, 100, 40, **look)
        assert {cell_len(line) for line in lines} == {100}
        assert all(mark.isprintable() for line in lines for mark in line)


def test_a_picture_that_lacks_any_key_is_shown_all_the_same() -> None:
    chance = random.Random(7)
    for _ in range(300):
        made = picture(12, queues=3, callers=2)
        mangle(made, chance)
        lines = shown(made, 90, 30)
        assert len(lines) == 30


def mangle(node: Any, chance: random.Random) -> None:
    """Take keys away here and there, or leave nothing in them."""
    if isinstance(node, dict):
        for key in list(node):
            if chance.random() < 0.1:
                if chance.random() < 0.5:
                    del node[key]
                else:
                    node[key] = None
            else:
                mangle(node[key], chance)
    elif isinstance(node, list):
        for item in node:
            mangle(item, chance)


def test_an_empty_picture_is_an_empty_screen() -> None:
    lines = shown({}, 80, 24)
    assert len(lines) == 24
    assert "agents 0" in lines[0]


def test_showing_changes_nothing_in_the_picture() -> None:
    made = picture(40, queues=40)
    before = copy.deepcopy(made)
    text(made)
    text(made, 200, 50)
    assert made == before


# --- small parts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0:00"),
        (0, "0:00"),
        (9.99, "0:09"),
        (60, "1:00"),
        (3599, "59:59"),
        (3600, "1h00"),
        (86399, "23h59"),
        (86400, "1d00h"),
        (863999, "9d23h"),
        (864000, "10d"),
        (1e12, "9999d"),
    ],
)
def test_a_duration_takes_five_cells_at_most(seconds: float, said: str) -> None:
    assert clock(seconds) == said
    assert len(said) <= 5


@pytest.mark.parametrize(
    ("given", "width", "said"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 3, "abc"),
        ("张三", 3, "张 "),
        ("张三", 4, "张三"),
        ("张三", 0, ""),
        ("张三", -1, ""),
    ],
)
def test_a_text_is_cut_and_filled_by_cells(given: str, width: int, said: str) -> None:
    assert fit(given, width) == said


def test_half_a_wide_character_is_never_shown() -> None:
    assert clip("张三", 3) == "张"
