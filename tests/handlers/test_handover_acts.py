"""What people do about a handover: the log, problems, bulletins, signatures, excuses, and the floor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ccd import events as e
from ccd.effects import Page
from ccd.events import handover as facts
from ccd.handover.view import board
from ccd.shifts.plan import encode_day
from tests.handlers.handover_scene import DAY, Handover, at

# --- the log ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "accepted", "rule"),
    [
        ("2000", True, "handover_written"),
        ("3001", True, "handover_written"),  # a lead, for them
        ("2001", False, "handover_not_yours"),
    ],
)
def test_the_log_is_written_by_the_person_or_a_lead(actor: str, accepted: bool, rule: str) -> None:
    scene = Handover()
    scene.staff("15:50")
    answer = scene.do("log_write", "2000", actor, section="equipment", text="headset 4 is broken")
    assert (answer.accepted, answer.rule) == (accepted, rule)
    assert [one.actor for one in scene.of(facts.LogWritten)] == ([actor] if accepted else [])


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"section": "gossip", "text": "x"}, "handover_no_section"),
        ({"section": "equipment"}, "handover_no_text"),
        ({"section": "equipment", "text": "x", "none": "yes"}, "handover_no_text"),
        ({"section": "equipment", "text": "\x00\x1b"}, "handover_no_text"),
        ({"section": "equipment", "text": "x", "seat": "A2"}, "handover_no_shift"),
    ],
)
def test_what_is_no_entry_is_refused(values: dict[str, str], rule: str) -> None:
    scene = Handover()
    scene.staff("15:50")
    assert scene.do("log_write", "2000", "2000", **values).rule == rule


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=HYPERLINK('x')", "=HYPERLINK('x')"),
        ("'; drop table shift_event; --", "'; drop table shift_event; --"),
        ("{person} %s %(x)s", "{person} %s %(x)s"),
        ("一\u3000二 👩‍🚒", "一\u3000二 👩‍🚒"),
        ("a\x1b[31mred\x07", "a[31mred"),
        ("safe\u202eelif.exe", "safeelif.exe"),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("bad \ud800 half", "bad  half"),
    ],
)
def test_hostile_text_is_kept_as_it_is_without_control_characters(text: str, kept: str) -> None:
    scene = Handover()
    scene.staff("15:50")
    scene.do("log_write", "2000", "2000", section="instructions", text=text)
    assert scene.latest(facts.LogWritten).text == kept


def test_the_log_belongs_to_the_shift_though_it_is_written_long_after_it() -> None:
    scene = Handover()
    scene.staff("16:05")
    scene.come("2005")
    scene.leave("2000")
    scene.go("12:00", "2026-03-03")
    scene.do("log_write", "2000", "2000", section="equipment", none="yes")
    assert (scene.latest(facts.LogWritten).shift, str(scene.latest(facts.LogWritten).day)) == ("early", DAY)


def test_after_two_days_a_log_is_closed() -> None:
    scene = Handover()
    scene.staff("16:05")
    scene.run(to=at("16:00", "2026-03-04"))
    assert scene.do("log_write", "2000", "2000", section="equipment", none="yes").accepted
    scene.run(61)
    assert scene.do("log_write", "2000", "2000", section="equipment", none="yes").rule == "handover_no_shift"


@pytest.mark.parametrize(
    ("person", "values", "side"),
    [
        ("2000", {}, "outgoing"),
        ("2005", {}, "incoming"),
        ("2005", {"as": "incoming"}, "incoming"),
    ],
)
def test_both_sign_the_log_of_the_outgoing_shift(person: str, values: dict[str, str], side: str) -> None:
    scene = Handover()
    scene.staff("15:55")
    assert scene.do("sign", person, person, **values).accepted
    signed = scene.latest(facts.LogSigned)
    assert (signed.person, signed.side, signed.shift, signed.seat) == (person, side, "early", "A1")


@pytest.mark.parametrize(
    ("person", "actor", "rule"),
    [("2000", "3001", "handover_sign_yourself"), ("2003", "2003", "handover_nothing_to_sign")],
)
def test_nobody_signs_for_another_or_what_is_not_theirs(person: str, actor: str, rule: str) -> None:
    scene = Handover()
    scene.staff("15:55")
    assert scene.do("sign", person, actor).rule == rule


def test_a_lead_cannot_sign_for_the_relief_who_was_named() -> None:
    scene = Handover()
    scene.staff("15:40")
    scene.do("relieve", "3501", "3001", seat="A1")
    assert scene.do("sign", "3501", "3001").rule == "handover_sign_yourself"
    assert scene.do("sign", "3501", "3501").accepted
    assert scene.latest(facts.LogSigned).side == "incoming"


# --- problems, carried over ---------------------------------------------------------------------------------


def test_a_problem_is_open_until_somebody_closes_it_whoever_s_shift_it_is() -> None:
    scene = Handover()
    scene.staff("15:50")
    first = scene.do("item_open", "2000", "2000", text="line 3 crackles").result["item"]
    second = scene.do("item_open", "2000", "3001", text="caller 7 waits").result["item"]
    assert (first, second) == ("1", "2")
    scene.run(9 * 86400)
    scene.restart()
    assert [one["item"] for one in board(scene.world, scene.at)["items"]] == ["1", "2"]
    assert scene.do("item_close", actor="2009", item="1", text="new cable").accepted
    assert [one["item"] for one in board(scene.world, scene.at)["items"]] == ["2"]
    scene.restart()
    assert scene.do("item_open", "2000", "2000", text="again", seat="A1").result["item"] == "3"
    assert scene.do("item_close", actor="2009", item="1").rule == "handover_no_item"


def test_an_act_that_is_asked_again_after_a_restart_is_done_once() -> None:
    scene = Handover()
    scene.staff("15:50")
    asked = e.ShiftAct(scene.at, "r1", "handover", "item_open", "2000", "2000", values={"text": "x"})
    post = {"id": "B1", "title": "t", "text": "x"}
    posted = e.ShiftAct(scene.at, "r2", "handover", "bulletin_post", "", "3001", values=post)
    for _ in range(2):
        scene.take(asked)
        assert scene.take(posted).effects[-1].accepted  # type: ignore[attr-defined]
        scene.restart()
    assert list(scene.world.handover.items) == ["1"]


def test_another_team_does_not_close_it() -> None:
    scene = Handover()
    scene.staff("15:50")
    scene.do("item_open", "2000", "2000", text="x")
    stranger = e.Person("7001", "name", "agent", "B", "B9", "PJSIP/99")
    scene.take(e.RosterReplaced(at=scene.at, version="2", people=(*scene.people, stranger), by=""))
    assert scene.do("item_close", actor="7001", item="1").rule == "handover_other_team"
    assert scene.do("item_close", actor="3002", item="1").accepted  # a duty lead leads every team
    scene.do("item_open", "2000", "2000", text="y")
    assert scene.do("item_close", actor="4001", item="2").accepted


# --- bulletins ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "values", "rule"),
    [
        ("3001", {"id": "B1"}, "handover_posted"),
        ("3001", {"id": "B1", "audience": "A"}, "handover_posted"),
        ("3001", {"id": "B1", "audience": "B"}, "handover_not_lead"),
        ("4001", {"id": "B1"}, "handover_posted"),
        ("2000", {"id": "B1"}, "handover_not_lead"),
        ("3001", {"id": "B1", "audience": "Z"}, "handover_no_team"),
        ("3001", {"id": "B|1"}, "handover_bad_bulletin"),
        ("3001", {"id": "B" * 65}, "handover_bad_bulletin"),
    ],
)
def test_leads_post_bulletins_for_their_team_or_all(actor: str, values: dict[str, str], rule: str) -> None:
    scene = Handover()
    scene.staff("15:50")
    answer = scene.do("bulletin_post", actor=actor, title="t", text="x", **values)
    assert (answer.rule, answer.accepted) == (rule, rule == "handover_posted")


def test_a_bulletin_is_posted_once_and_read_by_oneself() -> None:
    scene = Handover()
    scene.staff("15:50")
    scene.do("bulletin_post", actor="3001", id="B1", title="t", text="x")
    assert (
        scene.do("bulletin_post", actor="3001", id="B1", title="t", text="y").rule
        == "handover_bulletin_known"
    )
    assert board(scene.world, scene.at)["unread"] == {}  # posted this very moment
    scene.run(60)
    assert board(scene.world, scene.at)["unread"] == {"3001": ["B1"], "2000": ["B1"]}
    assert scene.do("bulletin_read", "2000", "3001", id="B1").rule == "handover_read_yourself"
    assert scene.do("bulletin_read", "2000", "2000", id="B9").rule == "handover_no_bulletin"
    assert scene.do("bulletin_read", "2000", "2000", id="B1").accepted
    assert scene.do("bulletin_read", "2000", "2000", id="B1").accepted
    assert len(scene.of(facts.BulletinRead)) == 1
    assert board(scene.world, scene.at)["unread"] == {"3001": ["B1"]}


@pytest.mark.parametrize(("days", "asked"), [(13, True), (14, True), (15, False)])
def test_only_the_latest_bulletins_are_asked_for(days: int, asked: bool) -> None:
    scene = Handover(sweep_s=300)
    scene.do("bulletin_post", actor="3001", id="B1", title="t", text="x")
    scene.run(days * 86400)
    scene.come("2000")
    assert bool(board(scene.world, scene.at)["unread"]) is asked


# --- excuses ------------------------------------------------------------------------------------------------


def test_a_lead_excuses_a_verdict_which_stays_as_it_was() -> None:
    scene = Handover()
    scene.go("08:46")
    where = {"seat": "A1", "day": DAY, "shift": "early", "reason": "snow"}
    assert scene.do("excuse", actor="2001", **where).rule == "handover_not_lead"
    assert scene.do("excuse", actor="2000", **where).rule == "handover_not_oneself"
    assert scene.do("excuse", actor="3001", **{**where, "shift": "late"}).rule == "handover_no_verdict"
    assert scene.do("excuse", actor="3001", **where).accepted
    excused = scene.latest(facts.VerdictExcused)
    assert (excused.verdict, excused.reason, excused.person) == ("empty_seat", "snow", "2000")
    assert scene.verdict("early").verdict == "empty_seat"


# --- the floor ----------------------------------------------------------------------------------------------


def floor_scene(floor: float = 2, mode: str = "enforce", **settings: Any) -> Handover:
    """Three seats of a team, each with somebody; A1 hands over at 16:00, the others work until 17:00."""
    scene = Handover(mode=mode, floor=floor, **settings)
    day = at("12:00").date()
    kinds = scene.settings.model_dump(mode="json")
    kinds["shifts"]["kinds"]["long"] = {"start": "08:00", "minutes": 540}
    scene.take(e.ConfigReplaced(at=scene.at, settings=json.dumps(kinds)))
    long = {"2001": [("long", "A2", "", "")], "2002": [("long", "A3", "", "")]}
    scene.change_plan(e.PlanDay(day, encode_day(long)))
    scene.staff("07:51")
    scene.come("2001", "A2")
    scene.come("2002", "A3")
    return scene


@pytest.mark.parametrize(
    ("clock", "allowed"),
    [
        ("15:29:59", True),  # nothing is handed over yet
        ("15:30", False),
        ("16:45", False),
        ("16:45:01", True),
    ],
)
def test_while_a_team_hands_over_it_keeps_its_floor(clock: str, allowed: bool) -> None:
    scene = floor_scene(3)
    scene.go("15:20")
    scene.go(clock)
    answer = scene.leave("2002", "A3")
    assert answer.accepted is allowed
    if not allowed:
        assert answer.because == "presence: held: handover_floor: team A would have 2 seats staffed of 3"
        assert (answer.prompt, answer.rule) == ("coverage", "handover_floor")
        assert scene.leave("2002", "A3", reason="illness").accepted


@pytest.mark.parametrize(
    ("floor", "allowed"),
    [(0, True), (0.5, True), (0.66, True), (0.67, False), (2, True), (3, False), (99, False)],
)
def test_the_floor_is_a_share_or_a_number_of_the_seats_that_are_planned(floor: float, allowed: bool) -> None:
    scene = floor_scene(floor)
    scene.go("15:50")
    assert scene.leave("2002", "A3").accepted is allowed


def test_a_team_may_have_a_floor_of_its_own() -> None:
    scene = floor_scene(0, floors={"A": 3})
    scene.go("15:50")
    assert not scene.leave("2002", "A3").accepted


def test_a_paused_seat_does_not_count_and_its_person_takes_nothing_away() -> None:
    scene = floor_scene(2)
    scene.go("15:50")
    scene.pause("A2", "training")
    assert not scene.leave("2002", "A3").accepted
    assert scene.leave("2001", "A2").accepted


def test_who_shares_the_seat_may_go_while_the_other_stays() -> None:
    scene = floor_scene(3)
    scene.go("15:50")
    scene.come("2007", "A3")
    assert scene.leave("2002", "A3").accepted


def test_who_came_of_their_own_accord_goes_when_they_like() -> None:
    scene = floor_scene(3)
    scene.leave("2002", "A3")
    scene.come("2007", "A3")
    scene.go("15:50")
    assert scene.leave("2007", "A3").accepted


def test_without_enforcing_the_floor_the_lead_is_told() -> None:
    scene = floor_scene(3, mode="notify")
    scene.go("15:50")
    assert scene.leave("2002", "A3").accepted
    assert [page.seat for page in scene.of_effects(Page) if page.rule == "handover_left_floor"] == ["A3"]
    assert scene.latest(e.SignInRefused).enforced is False


def test_a_lead_s_release_lets_go_under_the_floor_too() -> None:
    scene = floor_scene(3)
    scene.go("15:50")
    assert scene.do("release", "2002", "3001", reason="x").accepted
    assert scene.leave("2002", "A3").accepted


# --- the board ----------------------------------------------------------------------------------------------


def test_the_board_shows_who_is_held_who_is_awaited_and_what_is_not_signed() -> None:
    scene = Handover()
    scene.staff("16:10")
    shown = board(scene.world, scene.at)
    (seat,) = shown["seats"]
    assert (seat["seat"], seat["outgoing"], seat["incoming"]) == ("A1", "2000", "2005")
    (held,) = seat["held"]
    assert (held["person"], held["began"], held["held_s"]) == ("2000", at("16:00"), 600.0)
    assert held["until"] == at("18:00")
    assert seat["awaited"] == ["2005"]
    assert seat["unsigned"] == ["2000"]
    scene.come("2005")
    (seat,) = board(scene.world, scene.at)["seats"]
    assert (seat["held"], seat["awaited"], seat["unsigned"]) == ([], [], ["2000", "2005"])


def test_the_board_of_a_day_without_handovers_is_empty() -> None:
    scene = Handover()
    assert board(scene.world, scene.at)["seats"] == []
