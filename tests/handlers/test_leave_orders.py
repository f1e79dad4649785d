"""Whatever is asked, approved and withdrawn in whatever order: what must hold, holds."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.events import ShiftFact
from ccd.events import leave as facts
from ccd.leave.state import LeaveState
from ccd.world import World
from tests.handlers.leave_scene import LeaveScene, local

PEOPLE = ("2000", "2001", "2002", "3001")
DAYS = tuple(f"2026-03-{n:02}" for n in range(8, 16))
SHIFTS = ("early", "late")
ROWS = tuple(
    f"{code} {day} {SHIFTS[m % 2]}"
    for n, code in enumerate(PEOPLE)
    for m, day in enumerate(DAYS)
    if (n + m) % 3
)
people, days = st.sampled_from(PEOPLE), st.sampled_from(DAYS)
deciders = st.sampled_from((*PEOPLE, "3002", "4002", "4001"))
steps = st.one_of(
    st.tuples(st.just("ask"), people, days, days, people),
    st.tuples(st.just("swap"), people, days, people, days),
    st.tuples(st.just("cover"), people, days, people, days),
    st.tuples(st.just("agreed"), people, days, people, days),
    *[
        st.tuples(st.just(act), deciders, st.integers(0, 9))
        for act in ("approve", "approve", "accept", "refuse", "withdraw", "return", "settle", "settle")
    ],
    st.tuples(st.just("time"), st.integers(1, 60)),
)


def play(scene: LeaveScene, step: tuple[Any, ...]) -> None:
    what, *rest = step
    known = list(scene.world.leave.requests)
    if what == "time":
        scene.run(rest[0] * 3600)
    elif what == "ask":
        who, since, to, by = rest
        scene.ask(who, min(since, to), max(since, to), by=by)
    elif what in ("swap", "cover", "agreed"):
        who, day, partner, other = rest
        mine, theirs = (scene.worked(*each) for each in ((who, day), (partner, other)))
        shifts = [found[0][0] if found else "early" for found in (mine, theirs)]
        answer = scene.swap(who, day, shifts[0], partner, *(() if what == "cover" else (other, shifts[1])))
        if what == "agreed" and answer.accepted:
            settle(scene, answer.result["request"])
    elif known:
        actor, number = rest
        name = known[number % len(known)]
        if what == "settle":
            settle(scene, name)
        else:
            scene.do(what, name, actor, reason="x") if what in ("refuse", "withdraw") else scene.do(
                what, name, actor
            )


def settle(scene: LeaveScene, name: str) -> None:
    """By everybody whose word it needs, as far as they may."""
    scene.do("accept", name, scene.request(name).partner)
    for code in ("3001", "3002", "4002"):
        scene.do("approve", name, code)


def all_shifts(scene: LeaveScene) -> Counter[tuple[Any, ...]]:
    plan = scene.world.plan
    return Counter((one.day, one.shift, one.seat) for day in plan.days for one in plan.day(day))


def in_order(scene: LeaveScene) -> bool:
    """Nobody has two shifts at a time."""
    duties = scene.world.plan.duties(local("2026-03-01 00:00"), local("2026-04-01 00:00"))
    for code in PEOPLE:
        mine = sorted(duty for duty in duties if duty.assignment.person == code)
        if any(second.starts < first.ends for first, second in pairwise(mine)):
            return False
    return True


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=25), st.sampled_from(("enforce", "notify")))
def test_in_whatever_order_it_comes_the_limits_and_the_plan_hold(
    played: list[tuple[Any, ...]], mode: str
) -> None:
    scene = LeaveScene("2026-03-02 09:00", *ROWS, mode=mode)
    before = all_shifts(scene)
    for step in played:
        play(scene, step)
        state: LeaveState = scene.world.leave
        if mode == "enforce":
            for code in PEOPLE:
                assert state.used(code, (2026, 3), ("personal", "other")) <= 2
                assert state.swaps(code, (2026, 3)) <= 2
        assert all_shifts(scene) == before
        assert in_order(scene)
    for fact in (*scene.of(facts.LeaveStepApproved), *scene.of(facts.SwapStepApproved)):
        assert fact.actor not in scene.request(fact.request).people
    assert_away_is_what_the_facts_say(scene)
    assert_replaying_gives_the_same(scene)


def assert_away_is_what_the_facts_say(scene: LeaveScene) -> None:
    granted = {one.request: one for one in scene.of(facts.LeaveApproved)}
    for one in scene.of(facts.LeaveWithdrawn):
        granted.pop(one.request, None)
    until = {one.request: one.until for one in scene.of(facts.LeaveReturned)}
    hour = local("2026-03-08 00:00")
    while hour < local("2026-03-17 00:00"):
        for code in PEOPLE:
            said = {
                one.key
                for name, one in granted.items()
                if one.person == code and one.since <= hour < min(until.get(name, one.until), one.until)
            }
            told = scene.world.leave.away(code, hour, hour + timedelta(seconds=1))
            assert {away.ref for away in told} == said
        hour += timedelta(hours=1)


def assert_replaying_gives_the_same(scene: LeaveScene) -> None:
    world = World(scene.settings, scene.at)
    for fact in [one for one in scene.facts if isinstance(one, ShiftFact)]:
        again = msgspec.json.decode(msgspec.json.encode(fact), type=type(fact))
        world.apply(again)
        world.apply(again)
    assert vars(world.leave) == vars(scene.world.leave)
    keys = [one.key for one in scene.facts if isinstance(one, ShiftFact)]
    assert len(keys) == len(set(keys))
