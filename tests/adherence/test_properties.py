"""What holds of every record: it adds up, nobody is wronged by what was not seen, and order says nothing."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.adherence.judging import Interval, Result
from ccd.adherence.minutes import minutes
from ccd.events import Blind, Doing, Stay
from ccd.shifts.away import Away
from tests.adherence.made import ME, OTHER, duty_of, judged

DUTY = duty_of()
FROM = DUTY.starts - timedelta(hours=2)
REASONS = ("meal", "break", "training", "secret", "")
Happened = list[Stay | Doing | Blind]

moments = st.integers(0, 12 * 3600 * 10).map(lambda tenths: FROM + timedelta(seconds=tenths / 10))
spans = st.tuples(moments, moments).map(sorted).map(tuple)


def stays(person: str) -> st.SearchStrategy[Stay]:
    return st.builds(
        lambda span, seat: Stay(person, "main", seat, *span), spans, st.sampled_from(["A1", "A1", "A2"])
    )


def one_after_the_other(points: list[datetime]) -> list[tuple[datetime, datetime]]:
    points = sorted(set(points))
    return list(zip(points[::2], points[1::2], strict=False))


phones = (
    st.lists(moments, max_size=12)
    .map(one_after_the_other)
    .flatmap(
        lambda mine: st.tuples(
            *[
                st.builds(
                    lambda state, reason, span=span: Doing(
                        "main", "PJSIP/1", state, span[0], span[1], reason
                    ),
                    st.sampled_from(["paused", "paused", "paused", "unavailable", "logged_off", "unknown"]),
                    st.sampled_from(REASONS),
                )
                for span in mine
            ]
        )
    )
)
blinds = st.builds(lambda span: Blind("main", *span), spans)
aways = st.lists(st.builds(lambda span: Away(span[0], span[1], "leave"), spans), max_size=2).map(tuple)
records = st.builds(
    lambda mine, theirs, doings, blind: [*mine, *theirs, *doings, *blind],
    st.lists(stays(ME), max_size=4),
    st.lists(stays(OTHER), max_size=2),
    phones,
    st.lists(blinds, max_size=2),
)
TOLERANCE = {"tolerance_s": {"unavailable": 300, "secret": 0}, "activities": {"secret": "out"}}


def judge(happened: Happened, away: tuple[Away, ...] = ()) -> Result:
    return judged(*happened, duty=DUTY, away=away, settings=TOLERANCE)


@given(records, aways)
@settings(max_examples=200, deadline=None)
def test_the_seconds_of_a_shift_add_up_to_it_exactly(happened: Happened, away: tuple[Away, ...]) -> None:
    result = judge(happened, away)
    assert result.adherent_s + result.out_s + result.ignored_s + result.unknown_s == result.scheduled_s
    assert result.scheduled_s == 8 * 3600
    inside = [one for one in result.timeline if one.state != "unscheduled"]
    assert sum(one.seconds for one in inside) == result.scheduled_s
    assert (inside[0].since, inside[-1].until) == (DUTY.starts, DUTY.ends)
    assert all(one.until <= other.since for one, other in pairwise(inside))


@given(records, aways, blinds)
@settings(max_examples=200, deadline=None)
def test_what_could_not_be_seen_never_makes_anybody_worse(
    happened: Happened, away: tuple[Away, ...], blind: Blind
) -> None:
    seen, unseen = judge(happened, away), judge([*happened, blind], away)
    assert unseen.out_s <= seen.out_s
    assert unseen.unknown_s >= seen.unknown_s


@given(records, aways, st.builds(lambda span: Away(span[0], span[1], "exception", "X-1"), spans))
@settings(max_examples=200, deadline=None)
def test_an_exception_never_makes_anybody_worse(
    happened: Happened, away: tuple[Away, ...], excepted: Away
) -> None:
    assert judge(happened, (*away, excepted)).out_s <= judge(happened, away).out_s


@given(records, aways, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_a_record_says_nothing(
    happened: Happened, away: tuple[Away, ...], chance: random.Random
) -> None:
    mixed = list(happened)
    chance.shuffle(mixed)
    assert judge(mixed, away[::-1]) == judge(happened, away)


@given(records, aways, st.lists(moments, max_size=6))
@settings(max_examples=200, deadline=None)
def test_how_intervals_are_cut_says_nothing(
    happened: Happened, away: tuple[Away, ...], cuts: list[datetime]
) -> None:
    assert judge([part for one in happened for part in cut(one, cuts)], away) == judge(happened, away)


def cut(one: Stay | Doing | Blind, cuts: list[datetime]) -> Happened:
    begin, end = (one.arrived, one.left) if isinstance(one, Stay) else (one.began, one.ended)
    assert end is not None
    points = [begin, *sorted(each for each in set(cuts) if begin < each < end), end]
    parts: Happened = []
    for since, until in pairwise(points):
        if isinstance(one, Stay):
            parts.append(Stay(one.person, one.pbx, one.seat, since, until))
        elif isinstance(one, Doing):
            parts.append(Doing(one.pbx, one.interface, one.state, since, until, one.reason))
        else:
            parts.append(Blind(one.pbx, since, until))
    return parts


@given(records, aways)
@settings(max_examples=100, deadline=None)
def test_a_minute_shows_the_state_that_fills_most_of_it(happened: Happened, away: tuple[Away, ...]) -> None:
    timeline = judge(happened, away).timeline
    shown = minutes(timeline)
    assert all(later.since - one.since == timedelta(minutes=1) for one, later in pairwise(shown))
    for minute in shown:
        shares = [(share(one, minute.since), one.state) for one in timeline]
        most = max(sum(s for s, state in shares if state == each) for _, each in shares)
        mine = sum(s for s, state in shares if state == minute.state)
        nothing = 60 - sum(s for s, _ in shares)
        assert (mine or nothing) == max(most, nothing)


def share(one: Interval, minute: datetime) -> float:
    end = min(one.until, minute + timedelta(minutes=1))
    return max((end - max(one.since, minute)).total_seconds(), 0.0)
