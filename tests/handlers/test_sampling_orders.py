"""Whatever happens to a day (late rows, answers lost, doubled or reordered, restarts, short pages), the
same is picked for the probability sample, and drawing it again finds no difference.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.effects import ReadConversations, ReadPopulation, ReadSeed
from ccd.events import sampling as facts
from ccd.events.quality import Conversation, ConversationSeen
from ccd.sampling.draw import DRAWN, close
from ccd.sampling.record import check, record_of
from tests.handlers.sampling_scene import SamplingScene, local, seed_of, talk

DAY = date(2026, 3, 2)
RATE, MINIMUM = 0.15, 2

spoken = st.builds(
    lambda minute, person, talk_s, n: talk(
        local("2026-03-02 08:00") + timedelta(minutes=minute), person, talk_s=talk_s, n=n
    ),
    st.integers(0, 900),
    st.sampled_from(["2000", "2001", "2002", ""]),
    st.sampled_from([10.0, 60.0, 300.0]),
    st.integers(0, 9_999),
)
days = st.lists(spoken, min_size=1, max_size=25, unique_by=lambda one: one.unit)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(60, 7_200)),
        st.tuples(st.just("hear"), st.integers(1, 9)),
        st.tuples(st.just("restart"), st.integers(0, 1_800)),
        st.tuples(st.just("hold"), st.just(0)),
        st.tuples(st.just("answer"), st.sampled_from([0, 1, 2])),
        st.tuples(st.just("again"), st.integers(0, 30)),
    ),
    max_size=14,
)


def begun() -> SamplingScene:
    """Of extra picks only so many a day are made: which, order decides."""
    at = local("2026-03-02 06:00")
    return SamplingScene(at, default_rate=RATE, minimum=MINIMUM, extra_per_agent_day=0)


def answered(scene: SamplingScene, how: int) -> None:
    """In order, the last first, or only the last: the others are lost."""
    held = scene.held or []
    scene.held = {0: held, 1: held[::-1], 2: held[-1:]}[how]
    scene.answer()


def again(scene: SamplingScene, index: int) -> None:
    """What the store was asked some time ago is answered once more."""
    kinds = (ReadSeed, ReadConversations, ReadPopulation)
    asked = [effect for effect in scene.effects if isinstance(effect, kinds)]
    if asked:
        scene._perform(asked[-1 - index % len(asked)])


def play(scene: SamplingScene, spoken: list[Conversation], steps: list[tuple[str, int]]) -> None:
    waiting = list(spoken)
    for what, how in steps:
        if what == "run":
            scene.run(seconds=how)
        elif what == "hear":
            over = [one for one in waiting if one.ended <= scene.at][:how]
            scene.hear(*over)
            waiting = [one for one in waiting if one not in over]
        elif what == "restart":
            scene.restart(away_s=how)
        elif what == "hold":
            scene.held = scene.held or []
        elif what == "answer":
            answered(scene, how)
        else:
            again(scene, how)
    scene.answer()
    scene.run(to=max(scene.at, local("2026-03-02 23:59")))
    scene.hear(*waiting)
    scene.run(to=max(scene.at, local("2026-03-03 00:30")) + timedelta(hours=5))


@given(days, steps, st.integers(1, 30))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_is_picked_whatever_happens_on_the_way(
    spoken: list[Conversation], steps: list[tuple[str, int]], page: int
) -> None:
    scene = begun()
    scene.page = page
    play(scene, spoken, steps)
    plain = begun()
    plain.hear(*spoken)
    plain.run(to=local("2026-03-03 06:00"))

    members = scene.population(DAY)
    ranks = [(one.unit, one.person, one.eligible, one.rank) for one in members]
    assert ranks == [(one.unit, one.person, one.eligible, one.rank) for one in plain.population(DAY)]
    assert scene.picks() == plain.picks() == close(members, seed_of(DAY), {"": RATE}, MINIMUM, "agent").picks
    (frozen,) = [one for one in scene.of(facts.DayFrozen) if one.day == DAY]
    assert frozen.digest == plain.only(facts.DayFrozen, day=DAY).digest
    assert len({one.unit for one in scene.of(ConversationSeen)}) == len(scene.of(ConversationSeen))
    assert len({one.key for one in scene.of(e.ShiftFact)}) == len(scene.of(e.ShiftFact))
    told = record_of(one for one in scene.of(facts.SamplingFact) if one.day == DAY)
    assert check(told, seed_of(DAY), members) == []


@given(days, st.lists(st.integers(0, 24), max_size=6), steps)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_recordings_that_turn_out_bad_at_any_time_are_passed_over_in_the_order_of_ranks(
    spoken: list[Conversation], bad: list[int], steps: list[tuple[str, int]]
) -> None:
    """Found out before the closing and after it: each pick that cannot be heard has its fact, and whoever is
    next in rank was picked; drawing it again with these findings gives the same.
    """
    scene = begun()
    lost = [spoken[index] for index in bad if index < len(spoken)]
    for one in lost[::2]:
        scene.hear(one)
    play(scene, spoken, steps)
    for one in lost:
        scene.take(measured(scene, one, "missing"))
    scene.run(seconds=900)
    for one in lost:
        scene.take(measured(scene, one, "missing"))
    scene.run(seconds=900)
    picks, gone = scene.picks(), {one.unit for one in lost}
    assert {one.unit for one in scene.of(facts.PickUnheard)} == gone & picks.keys()
    told = record_of(one for one in scene.of(facts.SamplingFact) if one.day == DAY)
    assert check(told, seed_of(DAY), scene.population(DAY)) == []
    assert set(picks.values()) <= set(DRAWN)


def measured(scene: SamplingScene, one: Conversation, state: str) -> Any:
    (taken,) = one.taken
    return e.RecordingMeasured(
        at=scene.at,
        pbx=one.pbx,
        call=one.call,
        recording=taken.recording,
        state=state,
        path=taken.path,
        size=0,
        sha256="",
    )


def test_two_pbxs_that_are_read_apart_give_what_one_gives() -> None:
    """Half of the day comes from a PBX whose rows are all late."""
    everything = [
        talk(local("2026-03-02 08:00") + timedelta(minutes=11 * n), str(2000 + n % 4), n=n) for n in range(60)
    ]
    other = [msgspec.structs.replace(one, pbx="second") for one in everything[1::2]]
    scene = begun()
    scene.hear(*everything[::2])
    scene.run(to=local("2026-03-03 00:10"))
    scene.hear(*other)
    scene.run(to=local("2026-03-03 06:00"))
    one = begun()
    one.hear(*everything[::2], *other)
    one.run(to=local("2026-03-03 06:00"))
    assert scene.picks() == one.picks()
    assert scene.only(facts.DayFrozen, day=DAY).strata == one.only(facts.DayFrozen, day=DAY).strata
