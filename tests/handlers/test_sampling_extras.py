"""Extra picks: by need, within limits, never instead of the sample; and what people may ask for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ccd import events as e
from ccd.events import sampling as facts
from ccd.events.assessment import StaffNoted
from ccd.events.quality import Conversation, ConversationSeen
from ccd.events.retention import RecordingHeld
from tests.handlers.sampling_scene import SamplingScene, local, talk

DAY = date(2026, 3, 2)
AT = local("2026-03-02 09:00")


def scene(**settings: Any) -> SamplingScene:
    return SamplingScene(local("2026-03-02 08:00"), **{"default_rate": 0.0, **settings})


def after(played: SamplingScene, *conversations: Conversation) -> dict[str, str]:
    played.hear(*conversations)
    played.run(to=max(one.ended for one in conversations) + timedelta(minutes=11))
    return played.picks("extra")


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (talk(AT, talk_s=1200), "long"),
        (talk(AT, talk_s=1199.9), ""),
        (talk(AT, talk_s=30), "short"),
        (talk(AT, talk_s=30.1), ""),
        (talk(AT, talk_s=5), "short"),
        (talk(AT, transferred=True), "transferred"),
        (talk(AT, called_back=True), "called_back"),
        (talk(AT, called_back=True, transferred=True, talk_s=2000), "called_back"),
        (talk(AT, "3001", transferred=True), ""),
        (talk(AT, taken=(), talk_s=2000), ""),
        (talk(AT), ""),
    ],
)
def test_what_is_needed_is_picked(one: Conversation, expected: str) -> None:
    played = scene()
    assert after(played, one) == ({one.unit: expected} if expected else {})
    assert played.only(ConversationSeen).picked == expected


def test_an_extra_pick_has_no_chance_and_is_of_no_sample() -> None:
    played = scene()
    after(played, talk(AT, talk_s=2000))
    pick = played.only(facts.CallPicked)
    assert (pick.sample, pick.chance, pick.reason) == ("extra", 0.0, "long")


def test_what_is_in_the_sample_needs_no_extra_pick() -> None:
    played = scene(default_rate=1.0)
    assert after(played, one := talk(AT, talk_s=2000)) == {}
    assert played.picks() == {one.unit: "threshold"}


@pytest.mark.parametrize(
    ("hired", "expected"),
    [
        (DAY, True),
        (DAY - timedelta(days=59), True),
        (DAY - timedelta(days=60), False),
        (DAY + timedelta(days=1), False),
        (None, False),
    ],
)
def test_whoever_was_hired_lately_is_new(hired: date | None, expected: bool) -> None:
    played = scene(new_agent_days=60)
    played.tell(StaffNoted(at=played.at, key="s", person="2000", hired=hired))
    assert bool(after(played, talk(AT))) is expected


def test_whoever_is_in_retraining_is_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    played = scene()
    monkeypatch.setattr(played.world.assessment, "retraining", lambda person: person == "2001")
    mine = talk(AT, "2001")
    assert after(played, mine, talk(AT, "2002")) == {mine.unit: "retraining"}


def test_one_agent_has_so_many_extra_picks_a_day_and_the_next_day_again() -> None:
    played = scene(extra_per_agent_day=2)
    of_one = [talk(AT + timedelta(minutes=n), talk_s=2000, n=n) for n in range(4)]
    other = talk(AT + timedelta(minutes=5), "2001", talk_s=2000)
    assert set(after(played, *of_one, other)) == {of_one[0].unit, of_one[1].unit, other.unit}
    tomorrow = talk(AT + timedelta(days=1), talk_s=2000)
    assert tomorrow.unit in after(played, tomorrow)


def test_a_kind_has_so_many_a_day_and_may_be_switched_off() -> None:
    many = [talk(AT + timedelta(minutes=n), str(2000 + n), talk_s=2000, n=n) for n in range(4)]
    assert len(after(scene(extra={"long": {"per_day": 3}}), *many)) == 3
    assert after(scene(extra={"long": {"enabled": False}}), *many) == {}


def test_a_restart_forgets_no_limit() -> None:
    played = scene(extra_per_agent_day=1)
    first = talk(AT, talk_s=2000)
    after(played, first)
    played.restart()
    assert after(played, talk(AT + timedelta(hours=1), talk_s=2000)) == {first.unit: "long"}


# --- threats and complaints -------------------------------------------------------------------------------


def threat(played: SamplingScene, one: Conversation, *, drill: bool = False, ladder: str = "threat") -> None:
    call = e.CallFacts(pbx=one.pbx, call=one.call, interface=one.interface)
    opened = e.IncidentOpened(played.at, "i1", 1, ladder, "high", "r1", "phone", "", call, 900.0, drill=drill)
    played.world.apply(opened)


@pytest.mark.parametrize(
    ("drill", "ladder", "expected"),
    [(False, "threat", "threat"), (True, "threat", ""), (False, "fire", "")],
)
def test_a_threat_call_is_picked_always(drill: bool, ladder: str, expected: str) -> None:
    played = scene(extra_per_agent_day=0)
    one = talk(AT, talk_s=8)
    threat(played, one, drill=drill, ladder=ladder)
    assert after(played, one) == ({one.unit: expected} if expected else {})


def test_a_hold_for_law_keeps_a_call_from_the_sample_and_a_threat_call_in_the_extra_picks() -> None:
    played = scene(default_rate=1.0)
    one, other = talk(AT, n=1), talk(AT, n=2)
    for each in (one, other):
        recording = each.taken[0].recording
        played.tell(
            RecordingHeld(
                at=played.at,
                key=recording,
                pbx="main",
                recording=recording,
                hold=recording,
                call=each.call,
                why="threat",
            )
        )
    threat(played, one)
    assert after(played, one, other) == {one.unit: "threat"}
    assert played.picks() == {}
    assert {seen.eligible for seen in played.of(ConversationSeen)} == {"held"}


def test_a_threat_that_is_reported_afterwards_is_picked_at_the_closing() -> None:
    played = scene()
    one, other = talk(AT, n=1), talk(AT, n=2)
    after(played, one, other)
    threat(played, one)
    played.run(to=local("2026-03-03 00:30"))
    drawn = set(played.picks())
    assert played.picks("extra") == ({} if one.unit in drawn else {one.unit: "threat"})


def test_calls_of_a_marked_caller_are_picked_until_the_mark_ends() -> None:
    played = scene(extra_per_agent_day=0)
    answer = played.act("mark_caller", "5001", number="020-1234 5678", until="2026-03-02", reason="complaint")
    assert answer.accepted
    one, late = talk(AT, talk_s=8), talk(local("2026-03-03 00:00"), n=2)
    last = talk(local("2026-03-02 23:59:59"), n=3)
    assert after(played, one, last, late) == {one.unit: "complaint", last.unit: "complaint"}


def test_a_mark_is_taken_back() -> None:
    played = scene()
    played.act("mark_caller", "3001", number="02012345678", reason="complaint")
    assert played.act("unmark_caller", "5009", number="+020 12345678", reason="settled").accepted
    assert after(played, talk(AT)) == {}
    again = played.act("unmark_caller", "5009", number="02012345678", reason="settled")
    assert (again.accepted, again.rule) == (False, "sampling_not_marked")


def test_without_a_day_a_mark_lasts_as_the_settings_say() -> None:
    played = scene(complaint_days=10)
    played.act("mark_caller", "5001", number="02012345678", reason="complaint")
    assert played.only(facts.CallerMarked).until == local("2026-03-13 00:00")


# --- asked for --------------------------------------------------------------------------------------------


def test_whoever_follows_an_agent_may_ask_for_a_conversation_by_its_unit_or_its_call() -> None:
    played = scene()
    one, other = talk(AT, "2000", n=1), talk(AT, "2001", n=2)
    after(played, one, other)
    assert played.act("ask_for", "3001", unit=one.unit, reason="praise").rule == "sampling_asked"
    assert played.act("ask_for", "5001", call=other.call, reason="doubt").rule == "sampling_asked"
    assert played.picks("extra") == {one.unit: "asked", other.unit: "asked"}
    assert played.only(facts.CallWanted, wanted=one.unit).actor == "3001"
    again = played.act("ask_for", "5009", unit=one.unit, reason="again")
    assert (again.accepted, again.rule) == (True, "sampling_already")


def test_a_call_that_goes_on_is_picked_when_it_is_over_across_a_restart() -> None:
    played = scene(extra_per_agent_day=0)
    one = talk(AT, talk_s=1000)
    assert played.act("ask_for", "5009", call=one.call, reason="listened in").rule == "sampling_wanted"
    played.restart()
    assert after(played, one) == {one.unit: "asked"}


@pytest.mark.parametrize(
    ("actor", "values", "rule"),
    [
        ("2001", {"unit": "{unit}"}, "sampling_not_yours"),
        ("5002", {"unit": "{unit}"}, "sampling_not_theirs"),  # an analyst of that team
        ("3002", {"unit": "{unit}"}, "sampling_not_theirs"),  # the lead of another
        ("5001", {}, "sampling_which"),
        ("5001", {"unit": "{unit}", "day": "2026-2-1"}, "sampling_no_day"),
        ("5001", {"unit": "{unit}", "day": "2026-W10-1"}, "sampling_no_day"),
        ("5001", {"unit": "{unit}", "day": "2026-02-30"}, "sampling_no_day"),
        ("5001", {"unit": "{unit}", "day": "2026-03-01"}, "sampling_no_such_call"),
        ("5001", {"unit": "{unheard}"}, "sampling_cannot_hear"),
        ("5001", {"unit": "{nobody}"}, "sampling_cannot_hear"),
    ],
)
def test_what_is_refused_is_refused_by_name(actor: str, values: dict[str, str], rule: str) -> None:
    played = scene()
    units = {
        "unit": talk(AT, n=1),
        "unheard": talk(AT, n=2, taken=()),
        "nobody": talk(AT, "", n=3),
    }
    after(played, *units.values())
    names = {name: one.unit for name, one in units.items()}
    asked = {name: value.format(**names) for name, value in values.items()}
    answer = played.act("ask_for", actor, reason="why not", **asked)
    assert (answer.accepted, answer.rule) == (False, rule)
    assert played.picks("extra") == {}
    assert played.of(facts.CallWanted) == []


def test_so_many_are_asked_for_a_day() -> None:
    played = scene(extra={"asked": {"per_day": 1}})
    one, other = talk(AT, n=1), talk(AT, n=2)
    after(played, one, other)
    assert played.act("ask_for", "5009", unit=one.unit, reason="first").accepted
    second = played.act("ask_for", "5009", unit=other.unit, reason="second")
    assert (second.accepted, second.rule) == (False, "sampling_enough")


# --- excluded ---------------------------------------------------------------------------------------------


def seen(played: SamplingScene, moment: datetime) -> str:
    played.hear(one := talk(moment))
    played.run(to=moment + timedelta(minutes=11))
    return played.only(ConversationSeen, unit=one.unit).eligible


def test_whoever_is_excluded_is_not_drawn_from_the_first_day_to_the_last() -> None:
    played = scene(default_rate=1.0)
    answer = played.act(
        "exclude", "5009", "2000", since="2026-03-03", until="2026-03-04", reason="a trainee beside them"
    )
    assert answer.accepted
    found = [seen(played, local(f"2026-03-0{day} 12:00")) for day in range(2, 6)]
    assert found == ["", "excluded", "excluded", ""]


def test_whoever_is_included_again_is_drawn_from_then_on() -> None:
    played = scene()
    answer = played.act("exclude", "4001", "2000", reason="sick at the phone")
    assert answer.rule == "sampling_excluded_on"
    assert "until" not in answer.values
    assert seen(played, AT) == "excluded"
    played.restart()
    assert seen(played, AT + timedelta(hours=1)) == "excluded"
    played.act("include", "4001", "2000", reason="well again")
    assert seen(played, AT + timedelta(hours=2)) == ""


@pytest.mark.parametrize(
    ("actor", "person", "values", "rule"),
    [
        ("3001", "2000", {}, "sampling_not_yours"),
        ("5001", "2000", {}, "sampling_not_yours"),
        ("5009", "5009", {}, "sampling_oneself"),
        ("5009", "2000", {"since": "tomorrow"}, "sampling_no_day"),
        ("5009", "2000", {"until": "soon"}, "sampling_no_day"),
        ("5009", "2000", {"since": "2026-03-01"}, "sampling_past"),
        ("5009", "2000", {"until": "2026-03-01"}, "sampling_past"),
        ("5009", "2000", {"since": "2026-03-05", "until": "2026-03-04"}, "sampling_no_order"),
    ],
)
def test_who_may_not_exclude_and_what_makes_no_sense_is_refused(
    actor: str, person: str, values: dict[str, str], rule: str
) -> None:
    played = scene()
    answer = played.act("exclude", actor, person, reason="because", **values)
    assert (answer.accepted, answer.rule) == (False, rule)
    assert played.of(facts.PersonExcluded) == []


@pytest.mark.parametrize(
    ("actor", "values", "rule"),
    [
        ("2000", {"number": "02012345678"}, "sampling_not_yours"),
        ("5001", {"number": "none"}, "sampling_no_number"),
        ("5001", {"number": "02012345678", "until": "2026-3-9"}, "sampling_no_day"),
        ("5001", {"number": "02012345678", "until": "2026-03-01"}, "sampling_past"),
    ],
)
def test_marks_that_make_no_sense_are_refused(actor: str, values: dict[str, str], rule: str) -> None:
    played = scene()
    answer = played.act("mark_caller", actor, reason="complaint", **values)
    assert (answer.accepted, answer.rule) == (False, rule)
    assert played.of(facts.CallerMarked) == []


def test_switched_off_what_is_asked_is_accepted_and_nothing_kept() -> None:
    played = scene(mode="off")
    answer = played.act("exclude", "5009", "2000", reason="because")
    assert (answer.accepted, answer.rule) == (True, "sampling_off")
    assert played.of(facts.SamplingFact) == []
