"""Whole days of shifts in any order of events, every policy at once: what must hold whatever happens."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.effects import AnswerSignIn, SendAction
from ccd.events.adherence import AdherenceJudged
from ccd.events.attendance import AttendanceJudged
from ccd.events.handover import HandoverJudged
from ccd.replay import replay
from ccd.shifts.plan import encode_day
from tests.handlers.shift_scene import ShiftScene, local

DAY = "2026-03-02"
KINDS = {"early": {"start": "08:00", "minutes": 480}, "late": {"start": "16:00", "minutes": 480}}
SEATS = ("A1", "A2", "A3")
EARLY = dict(zip(SEATS, ("2000", "2001", "2002"), strict=True))
LATE = dict(zip(SEATS, ("2005", "2006", "2007"), strict=True))
AGENTS = (*EARLY.values(), *LATE.values())

seats = st.sampled_from(SEATS)
agents = st.sampled_from(AGENTS)
minutes = st.sampled_from((1, 5, 9, 10, 11, 19, 20, 21, 30, 45, 90, 180))
steps = st.one_of(
    st.tuples(st.just("run"), minutes),
    st.tuples(st.just("arrive"), agents, seats),
    st.tuples(st.just("arrive"), agents, seats),
    st.tuples(st.just("leave"), agents),
    st.tuples(st.just("ill"), agents),
    st.tuples(st.just("missed"), agents, seats, st.sampled_from(("arrive", "leave")), minutes),
    st.tuples(st.just("ask"), seats, st.sampled_from(("meal", "break", "training", "illness", "", "odd"))),
    st.tuples(st.just("pause"), seats, st.sampled_from(("meal", "break", ""))),
    st.tuples(st.just("unpause"), seats),
    st.tuples(st.just("call"), seats),
    st.tuples(st.just("hangup"), seats),
    st.tuples(st.just("cut"), minutes),
    st.tuples(st.just("restart"), minutes),
    st.tuples(st.just("release"), agents),
    st.tuples(st.just("grant"), agents),
    st.tuples(st.just("unplan"), agents),
)


class Day:
    """One day told to the engine; ``begins``: local time at which the telling starts."""

    def __init__(self, begins: str = "07:30") -> None:
        self.scene = ShiftScene(local(f"{DAY} {begins}"), kinds=KINDS, shifts={"sweep_s": 300})
        for shift, people in (("early", EARLY), ("late", LATE)):
            self.scene.plan(*((code, DAY, shift, seat) for seat, code in people.items()))
        self.scene.sign("arrive", "3001", "L9")
        self.calls: dict[str, str] = {}
        self.numbers = iter(range(1, 10_000))

    def step(self, what: str, *args: Any) -> None:
        self.scene.at += timedelta(microseconds=1)
        getattr(self, f"_{what}")(*args)

    def end(self) -> None:
        """Everybody has gone, and everything that was to be judged is."""
        self.scene.run(to=local("2026-03-03 06:00"))

    def _run(self, count: int) -> None:
        self.scene.run(60 * count)

    def _arrive(self, code: str, seat: str) -> None:
        self.scene.sign("arrive", code, seat)

    def _seat_of(self, code: str) -> str:
        return next((seat for (_, seat), here in self.scene.world.presence.items() if code in here), "A1")

    def _leave(self, code: str, reason: str = "") -> AnswerSignIn:
        return self.scene.sign("leave", code, self._seat_of(code), reason=reason)

    def _ill(self, code: str) -> None:
        here = any(code in people for people in self.scene.world.presence.values())
        answer = self._leave(code, "illness")
        assert answer.accepted or not here, answer

    def _missed(self, code: str, seat: str, kind: str, ago: int) -> None:
        at = self.scene.at - timedelta(minutes=ago)
        self.scene.sign(kind, code, seat, how="missed", at=at)

    def _ask(self, seat: str, reason: str) -> None:
        if self.scene.ask_pause(seat, reason).accepted:
            self.scene.pause(seat, reason)

    def _pause(self, seat: str, reason: str) -> None:
        self.scene.pause(seat, reason)

    def _unpause(self, seat: str) -> None:
        self.scene.unpause(seat)

    def _call(self, seat: str) -> None:
        if seat in self.calls:
            return
        number = f"1772400000.{next(self.numbers)}"
        interface = self.scene.world.roster.interface_of("main", seat)
        self.calls[seat] = number
        for event, state in (("Newchannel", "0"), ("Newstate", "6")):
            self.scene.ami(
                event,
                Channel=f"{interface}-{int(number.partition('.')[2]):08x}",
                ChannelState=state,
                Uniqueid=number,
                Linkedid=number,
                CallerIDNum="13800138000",
                Exten="800",
            )

    def _hangup(self, seat: str) -> None:
        number = self.calls.pop(seat, None)
        if number is not None:
            interface = self.scene.world.roster.interface_of("main", seat)
            channel = f"{interface}-{int(number.partition('.')[2]):08x}"
            self.scene.ami("Hangup", Channel=channel, Uniqueid=number, Linkedid=number, Cause="16")

    def _cut(self, count: int) -> None:
        agents = self.scene.world.pbxs["main"].agents
        paused = [
            (seat, agent.pause.reason)
            for agent in agents.values()
            if agent.pause and (seat := self.scene.world.roster.seat_of("main", agent.device))
        ]
        self.scene.lose()
        self.scene.run(60 * count)
        self.calls.clear()
        self.scene.back(*paused)

    def _restart(self, count: int) -> None:
        self.calls.clear()
        self.scene.restart(60.0 * count)

    def _release(self, code: str) -> None:
        self.scene.act("handover", "release", code, "3001", reason="told me so")

    def _grant(self, code: str) -> None:
        self.scene.act("meals", "grant", code, "3001", reason="a long morning")

    def _unplan(self, code: str) -> None:
        day = local(f"{DAY} 12:00").date()
        self.scene.change_plan(e.PlanDay(day, encode_day({code: ()})))


def told(day: Day, kind: type[Any]) -> dict[tuple[str, ...], Any]:
    """The verdict that stands, by person (or seat) and shift."""
    found = {}
    for fact in day.scene.of(kind):
        about = fact.seat if kind is HandoverJudged else fact.person
        found[about, fact.shift] = fact
    return found


@given(st.lists(steps, max_size=30), st.sampled_from(("07:30", "11:20", "15:30", "17:20")))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_happens_every_seat_and_shift_has_its_verdict_and_seconds_add_up(
    story: list[tuple[Any, ...]], begins: str
) -> None:
    day = Day(begins)
    for what, *args in story:
        day.step(what, *args)
    day.end()
    planned = [
        (one.person, one.shift, one.seat) for one in day.scene.world.plan.day(local(f"{DAY} 12:00").date())
    ]
    attendance, adherence = told(day, AttendanceJudged), told(day, AdherenceJudged)
    handover = told(day, HandoverJudged)
    for code, shift, seat in planned:
        assert (code, shift) in attendance
        assert (code, shift) in adherence
        assert (seat, shift) in handover, f"no verdict for {seat} {shift}"
    for one in attendance.values():
        parts = (one.present_s, one.missed_s, one.away_s, one.unknown_s)
        assert min(parts) >= 0
        assert math.isclose(sum(parts), one.scheduled_s, abs_tol=0.01)
    for one in adherence.values():
        parts = (one.adherent_s, one.out_s, one.ignored_s, one.unknown_s)
        assert min(parts) >= 0
        assert math.isclose(sum(parts), one.scheduled_s, abs_tol=0.01)


@given(st.lists(steps, max_size=30))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_nobody_is_pulled_off_a_call_or_put_back_into_a_queue(story: list[tuple[Any, ...]]) -> None:
    """All that is ever sent to a PBX is that a phone is paused, which ends no call."""
    day = Day()
    for what, *args in story:
        day.step(what, *args)
    day.end()
    for action in day.scene.of_effects(SendAction):
        fields = dict(action.fields)
        assert fields["Action"] in ("QueuePause", "QueueStatus", "Command", "DBPut"), action
        if fields["Action"] == "QueuePause":
            assert fields["Paused"] == "true"


@given(st.lists(steps, max_size=25))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_replaying_the_journal_gives_the_same_facts(story: list[tuple[Any, ...]]) -> None:
    day = Day()
    for what, *args in story:
        day.step(what, *args)
    day.end()
    again: list[bytes] = []

    def take(item: Any) -> None:
        if isinstance(item, e.ShiftFact):
            again.append(msgspec.json.encode(item))

    result = replay(day.scene.inputs, each=take)
    assert result.errors == 0
    first = [msgspec.json.encode(one) for one in day.scene.of(e.ShiftFact)]
    assert again == first
    keys = Counter(one.key for one in day.scene.of(e.ShiftFact))
    assert max(keys.values(), default=1) == 1, [key for key, count in keys.items() if count > 1][:5]
