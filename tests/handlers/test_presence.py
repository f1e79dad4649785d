"""Presence: each rule of the policy, each mode, and what holds whatever the order of sign-ins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.config import Mode, PresenceSettings, Settings
from ccd.effects import AnswerSignIn, Effect, Notify
from ccd.events import (
    Event,
    Person,
    PersonArrived,
    PersonAttended,
    PersonLeft,
    RosterReplaced,
    SignInAsked,
    SignInRefused,
)
from ccd.handlers import presence
from ccd.world import World

T0 = datetime(2026, 3, 2, 0, 50, tzinfo=UTC)
PEOPLE = (
    Person("11", "早", "agent", "一组", "A", "PJSIP/1"),
    Person("12", "晚", "agent", "一组", "A", "PJSIP/1"),
    Person("13", "邻", "agent", "一组", "B", "PJSIP/2"),
    Person("31", "经理", "operations_manager", "", "", ""),
)
ENFORCE = PresenceSettings(pin_tries=3, pin_lock_s=900)


def world(**seats: Mapping[str, datetime]) -> World:
    """A world with the roster above, and who sits where: ``world(A={"11": T0})``."""
    made = World(Settings(), T0)
    made.apply(RosterReplaced(T0, "v1", PEOPLE, "test"))
    made.presence.update({("north", seat): dict(people) for seat, people in seats.items()})
    return made


def ask(
    code: str = "11",
    seat: str = "A",
    kind: str = "arrive",
    *,
    pin: bool | None = True,
    how: str = "phone",
    after: float = 60,
    request: str = "r1",
) -> SignInAsked:
    return SignInAsked(T0 + timedelta(seconds=after), request, "north", seat, code, kind, pin, how)


def step(
    event: SignInAsked, on: World, settings: PresenceSettings = ENFORCE
) -> tuple[list[Event], list[Effect], AnswerSignIn]:
    """Decide and fold, as the engine does: (facts, other effects, the answer)."""
    facts: list[Event] = []
    effects: list[Effect] = []
    *found, answer = presence.decide(event, on, settings)
    for item in found:
        if isinstance(item, Effect):
            effects.append(item)
        else:
            facts.append(item)
            on.apply(item)
    assert isinstance(answer, AnswerSignIn)
    assert answer.key == event.request
    return facts, effects, answer


def arrived(code: str, seat: str, after: float = 60, how: str = "phone") -> PersonArrived:
    return PersonArrived(T0 + timedelta(seconds=after), code, "north", seat, how)


def left(code: str, seat: str, after: float = 60, how: str = "phone") -> PersonLeft:
    return PersonLeft(T0 + timedelta(seconds=after), code, "north", seat, how)


# --- what is granted ----------------------------------------------------------------------------------------


def test_a_person_arrives_at_a_seat() -> None:
    facts, _, answer = step(ask("11", "A"), world())
    assert facts == [arrived("11", "A")]
    assert (answer.accepted, answer.prompt) == (True, "welcome")


def test_any_seat_of_the_roster_will_do() -> None:
    facts, _, _ = step(ask("31", "B"), world())
    assert facts == [arrived("31", "B")]


def test_a_person_leaves_the_seat() -> None:
    facts, _, answer = step(ask("11", "A", "leave"), world(A={"11": T0}))
    assert facts == [left("11", "A")]
    assert (answer.accepted, answer.prompt) == (True, "goodbye")


def test_arriving_twice_is_welcome_and_no_second_fact() -> None:
    facts, _, answer = step(ask("11", "A"), world(A={"11": T0}))
    assert facts == []
    assert (answer.accepted, answer.prompt) == (True, "already")


def test_two_people_at_a_seat_are_a_handover() -> None:
    on = world(A={"11": T0})
    facts, _, answer = step(ask("12", "A"), on)
    assert facts == [arrived("12", "A")]
    assert answer.accepted
    assert set(on.presence["north", "A"]) == {"11", "12"}


def test_arriving_elsewhere_leaves_the_first_seat() -> None:
    facts, _, answer = step(ask("11", "B"), world(A={"11": T0}))
    assert facts == [left("11", "A", how="moved"), arrived("11", "B")]
    assert (answer.accepted, answer.prompt) == (True, "welcome")


def test_a_seat_on_another_pbx_is_left_as_well() -> None:
    on = world()
    on.presence["south", "A"] = {"11": T0}
    facts, _, _ = step(ask("11", "A"), on)
    assert facts[0] == PersonLeft(T0 + timedelta(seconds=60), "11", "south", "A", "moved")


def test_who_was_taken_off_the_roster_can_still_leave() -> None:
    facts, _, answer = step(ask("99", "A", "leave"), world(A={"99": T0}))
    assert facts == [left("99", "A")]
    assert answer.accepted


@pytest.mark.parametrize("how", ["console", "missed"])
@pytest.mark.parametrize("kind", ["arrive", "leave"])
def test_no_pin_is_asked_of_the_console_nor_of_what_was_missed(how: str, kind: str) -> None:
    on = world() if kind == "arrive" else world(A={"11": T0})
    on.pin_failures["11"] = (3, T0)
    facts, _, answer = step(ask("11", "A", kind, pin=None, how=how), on)
    expected = arrived("11", "A", how=how) if kind == "arrive" else left("11", "A", how=how)
    assert facts == [expected]
    assert answer.accepted


def test_no_pin_is_asked_where_none_is_required() -> None:
    facts, _, _ = step(ask("11", "A", pin=False), world(), PresenceSettings(pin_required=False))
    assert facts == [arrived("11", "A")]


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "why", "prompt"),
    [
        (ask("99"), "unknown_code", "unknown-code"),
        (ask("99", how="console"), "unknown_code", "unknown-code"),
        (ask("99", how="missed", pin=None), "unknown_code", "unknown-code"),
        (ask("99", kind="leave"), "unknown_code", "unknown-code"),
        (ask(pin=False), "wrong_pin", "wrong-pin"),
        (ask("13", "B", "leave", pin=False), "wrong_pin", "wrong-pin"),
        (ask(pin=None), "no_pin", "wrong-pin"),
        (ask(seat="PJSIP/9"), "unknown_seat", "wrong-seat"),
        (ask(seat=""), "unknown_seat", "wrong-seat"),
        (ask(kind="leave"), "not_here", "not-here"),
        (ask("13", "A", "leave"), "not_here", "not-here"),
        (ask(kind="dance"), "unknown_kind", "refused"),
    ],
)
def test_a_refusal_is_recorded_with_its_rule(event: SignInAsked, why: str, prompt: str) -> None:
    on = world(B={"13": T0})
    facts, _, answer = step(event, on)
    refused = SignInRefused(event.at, event.code, "north", event.seat, event.how, why, enforced=True)
    assert facts == [refused]
    assert (answer.accepted, answer.prompt) == (False, prompt)
    assert answer.because.startswith(f"presence: {why}: ")
    assert on.presence == {("north", "B"): {"13": T0}}


def test_a_refusal_to_leave_says_where_the_person_is_signed_in() -> None:
    *_, elsewhere = step(ask("13", "A", "leave"), world(B={"13": T0}))
    assert "13 is signed in at north/B, not at A" in elsewhere.because


def test_a_code_is_locked_after_too_many_wrong_pins_and_nothing_tells_the_guesser() -> None:
    on = world()
    wrong = [step(ask(pin=False, after=second), on)[2] for second in (1, 2, 3)]
    facts, _, right = step(ask(pin=True, after=4), on)
    assert facts == [SignInRefused(T0 + timedelta(seconds=4), "11", "north", "A", "phone", "locked")]
    assert right.because == "presence: locked: 3 wrong PINs, limit 3, until 2026-03-02T01:05:03+00:00"
    assert {(answer.accepted, answer.prompt) for answer in (*wrong, right)} == {(False, "wrong-pin")}


def test_a_lock_ends_by_itself_and_then_there_are_as_many_tries_again() -> None:
    on = world()
    for second in (1, 2, 3):
        step(ask(pin=False, after=second), on)
    assert step(ask(after=902.9), on)[2].because.startswith("presence: locked: ")
    for second in (903, 904):
        assert step(ask(pin=False, after=second), on)[2].because.startswith("presence: wrong_pin: ")
    assert step(ask(pin=True, after=905), on)[2].accepted


def test_only_the_code_that_was_guessed_is_locked() -> None:
    on = world()
    for second in (1, 2, 3):
        step(ask("11", pin=False, after=second), on)
    assert step(ask("12", after=4), on)[2].accepted


def test_a_right_pin_makes_the_count_begin_anew() -> None:
    on = world()
    for second in (1, 2):
        step(ask(pin=False, after=second), on)
    step(ask(pin=True, after=3), on)
    step(ask(pin=False, after=4), on)
    assert step(ask("11", "B", after=5), on)[2].accepted


def test_the_duty_lead_hears_of_a_lock_once() -> None:
    on = world()
    told = [step(ask(pin=False, after=second, request=f"r{second}"), on)[1] for second in range(1, 6)]
    assert [len(effects) for effects in told] == [0, 0, 1, 0, 0]
    (notify,) = told[2]
    assert isinstance(notify, Notify)
    assert notify.audience == "duty_lead"
    assert notify.text == "code 11 is locked for 900 s: 3 wrong PINs, last at north/A"


# --- modes --------------------------------------------------------------------------------------------------

REFUSALS = [
    (ask("99"), "unknown_code", []),
    (ask(pin=False), "wrong_pin", [arrived("11", "A")]),
    (ask(pin=None), "no_pin", [arrived("11", "A")]),
    (ask(seat="PJSIP/9"), "unknown_seat", [arrived("11", "PJSIP/9")]),
    (ask(seat=""), "unknown_seat", []),
    (ask(kind="leave"), "not_here", []),
    (ask("13", "B", "leave", pin=False), "wrong_pin", [left("13", "B")]),
]


@pytest.mark.parametrize(("event", "why", "done"), REFUSALS)
@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.NOTIFY])
def test_lesser_modes_let_go_and_record_what_would_have_been_refused(
    mode: Mode, event: SignInAsked, why: str, done: list[Event]
) -> None:
    facts, effects, answer = step(event, world(B={"13": T0}), PresenceSettings(mode=mode))
    noted = SignInRefused(event.at, event.code, "north", event.seat, event.how, why, enforced=False)
    assert facts == [*done, noted]
    assert (answer.accepted, answer.prompt) == (True, "goodbye" if event.kind == "leave" else "welcome")
    assert answer.because.startswith(f"presence: would be refused: {why}: ")
    assert [type(effect) for effect in effects] == ([Notify] if mode is Mode.NOTIFY else [])


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.NOTIFY, Mode.ENFORCE])
def test_what_breaks_no_rule_is_the_same_in_every_mode(mode: Mode) -> None:
    facts, effects, answer = step(ask("11", "B"), world(A={"11": T0}), PresenceSettings(mode=mode))
    assert facts == [left("11", "A", how="moved"), arrived("11", "B")]
    assert effects == []
    assert answer.accepted


@pytest.mark.parametrize("event", [ask(), ask("99"), ask(kind="leave"), ask(pin=False)])
def test_off_keeps_no_presence_and_holds_nobody_up(event: SignInAsked) -> None:
    facts, effects, answer = step(event, world(), PresenceSettings(mode=Mode.OFF))
    assert facts == []
    assert effects == []
    assert answer.accepted


# --- being there, which stops the clock to the police -------------------------------------------------------


def attends(code: str = "31", seat: str = "A", **more: Any) -> SignInAsked:
    return ask(code, seat, "attend", **more)


NOT_ASKED = PresenceSettings(pin_required=False)


@pytest.mark.parametrize(
    ("event", "proven"),
    [
        (attends(pin=True), True),
        (attends(pin=True, how="console"), True),
        (attends(pin=None, how="console"), True),
        (attends(pin=None, how="missed"), False),
        (attends(pin=True, how="missed"), False),
    ],
)
@pytest.mark.parametrize("settings", [*(PresenceSettings(mode=mode) for mode in Mode), NOT_ASKED])
def test_who_is_there_is_recorded_in_every_mode_and_sits_nowhere(
    event: SignInAsked, proven: bool, settings: PresenceSettings
) -> None:
    on = world(B={"31": T0})
    facts, effects, answer = step(event, on, settings)
    assert facts == [PersonAttended(event.at, "31", "north", "A", event.how, proven)]
    assert effects == []
    assert (answer.accepted, answer.prompt) == (True, "welcome")
    assert on.presence == {("north", "B"): {"31": T0}}


@pytest.mark.parametrize(
    ("event", "why", "prompt"),
    [
        (attends("99"), "unknown_code", "unknown-code"),
        (attends("99", how="missed", pin=None), "unknown_code", "unknown-code"),
        (attends(pin=False), "wrong_pin", "wrong-pin"),
        (attends(pin=None), "no_pin", "wrong-pin"),
        (attends(seat="PJSIP/9"), "unknown_seat", "wrong-seat"),
        (attends(seat="PJSIP/9", how="missed", pin=None), "unknown_seat", "wrong-seat"),
    ],
)
@pytest.mark.parametrize("settings", [*(PresenceSettings(mode=mode) for mode in Mode), NOT_ASKED])
def test_who_does_not_prove_to_be_there_is_refused_in_every_mode(
    event: SignInAsked, why: str, prompt: str, settings: PresenceSettings
) -> None:
    facts, _, answer = step(event, world(), settings)
    assert facts == [SignInRefused(event.at, event.code, "north", event.seat, event.how, why, enforced=True)]
    assert (answer.accepted, answer.prompt) == (False, prompt)


@pytest.mark.parametrize("mode", list(Mode))
def test_wrong_pins_of_somebody_who_says_to_be_there_lock_the_code(mode: Mode) -> None:
    on, settings = world(), PresenceSettings(mode=mode, pin_tries=3, pin_lock_s=900)
    told = [
        step(attends(pin=False, after=second, request=f"r{second}"), on, settings) for second in (1, 2, 3)
    ]
    assert [len(effects) for _, effects, _ in told] == [0, 0, 1]
    *_, locked = step(attends(pin=True, after=4), on, settings)
    assert locked.because.startswith("presence: locked: ")
    assert not locked.accepted


def test_a_right_pin_of_somebody_who_is_there_makes_the_count_begin_anew() -> None:
    on = world()
    for second in (1, 2):
        step(attends(pin=False, after=second), on)
    step(attends(pin=True, after=3), on)
    step(attends(pin=False, after=4), on)
    assert step(attends(pin=True, after=5), on)[2].accepted


def test_being_there_unproven_leaves_the_count_of_wrong_pins() -> None:
    on = world()
    for second in (1, 2):
        step(attends(pin=False, after=second), on)
    step(attends(pin=None, how="missed", after=3), on)
    step(attends(pin=False, after=4), on)
    assert not step(attends(pin=True, after=5), on)[2].accepted


# --- news that comes late -----------------------------------------------------------------------------------


def test_a_missed_sign_in_is_recorded_at_the_time_it_happened() -> None:
    facts, _, _ = step(ask("11", "A", pin=None, how="missed", after=-3600), world())
    assert facts == [arrived("11", "A", -3600, "missed")]


def test_a_late_arrival_does_not_undo_a_newer_one() -> None:
    on = world(B={"11": T0})
    facts, _, _ = step(ask("11", "A", pin=None, how="missed", after=-60), on)
    assert facts == [arrived("11", "A", -60, "missed"), left("11", "A", 0, "moved")]
    assert on.presence == {("north", "B"): {"11": T0}}


def test_a_late_leaving_does_not_undo_a_newer_arrival() -> None:
    on = world(A={"11": T0})
    facts, _, answer = step(ask("11", "A", "leave", pin=None, how="missed", after=-60), on)
    assert facts == []
    assert answer.accepted
    assert on.presence == {("north", "A"): {"11": T0}}


@pytest.mark.parametrize("how", ["phone", "console"])
def test_after_the_clock_was_set_back_people_come_and_go_as_ever(how: str) -> None:
    """What they do now is newer than what is known of them, whatever the clock says."""
    on = world(A={"11": T0})
    facts, _, _ = step(ask("11", "B", how=how, after=-3600), on)
    assert facts == [left("11", "A", 0, "moved"), arrived("11", "B", 0, how)]
    facts, _, _ = step(ask("11", "B", "leave", how=how, after=-3000), on)
    assert facts == [left("11", "B", 0, how)]
    assert on.presence == {}


# --- whatever the order -------------------------------------------------------------------------------------

asked = st.builds(
    ask,
    st.sampled_from(["11", "12", "13", "99"]),
    st.sampled_from(["A", "B", "PJSIP/9", ""]),
    st.sampled_from(["arrive", "arrive", "leave"]),
    pin=st.sampled_from([True, True, False, None]),
    how=st.sampled_from(["phone", "phone", "console", "missed"]),
    after=st.integers(0, 3000),
)


@given(st.lists(asked, max_size=30), st.sampled_from(list(Mode)))
def test_a_person_is_at_one_seat_at_most_and_presence_is_the_fold_of_the_facts(
    events: list[SignInAsked], mode: Mode
) -> None:
    on = world()
    settings = PresenceSettings(mode=mode, pin_tries=2, pin_lock_s=600)
    folded: set[tuple[str, str]] = set()
    newest = T0
    for event in events:
        facts, _, answer = step(event, on, settings)
        for fact in facts:
            if isinstance(fact, PersonArrived):
                assert (fact.person, fact.seat) not in folded
                folded.add((fact.person, fact.seat))
            elif isinstance(fact, PersonLeft):
                folded.remove((fact.person, fact.seat))
        seats = [(code, seat) for (_, seat), people in on.presence.items() for code in people]
        assert set(seats) == folded
        assert len({code for code, _ in seats}) == len(seats)
        refused = any(isinstance(fact, SignInRefused) for fact in facts)
        assert answer.accepted != (refused and mode is Mode.ENFORCE)
        if not refused and mode is not Mode.OFF and event.at >= newest:
            assert ((event.code, event.seat) in folded) == (event.kind == "arrive")
        newest = max(newest, event.at)


@given(st.lists(asked, max_size=20))
def test_the_same_sign_in_twice_in_a_row_changes_nothing_more(events: list[SignInAsked]) -> None:
    on = world()
    settings = PresenceSettings(pin_tries=1000)
    for event in events:
        step(event, on, settings)
        before = {seat: dict(people) for seat, people in on.presence.items()}
        step(event, on, settings)
        assert on.presence == before
