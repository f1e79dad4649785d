"""What holds of every verdict, whatever happened: seconds add up, and not knowing never harms anybody."""

from __future__ import annotations

import itertools
import random
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.attendance.judge import WEIGHTS, Judgement
from ccd.attendance.spans import clipped, minus, total, union
from ccd.events import Blind
from tests.attendance.made import blind, doing, duty, judged, leave, stay

DAY = duty()
NIGHT = duty("22:00", 600, zone="Europe/Berlin", day=date(2026, 3, 28))

seconds = st.integers(-3600, 40_000)
lengths = st.sampled_from((1, 59, 60, 61, 599, 600, 601, 1199, 1200, 1201, 3600, 7200, 20_000))
spans = st.tuples(seconds, lengths)
seats = st.sampled_from(("A1", "A2", "B9"))


@st.composite
def stories(draw: Any) -> tuple[Any, ...]:
    of = draw(st.sampled_from((DAY, NIGHT)))
    parts: list[Any] = []
    for begin, length in draw(st.lists(spans, max_size=4)):
        parts.append(_within(of, stay, begin, length, seat=draw(seats)))
    for begin, length in draw(st.lists(spans, max_size=2)):
        parts.append(_within(of, leave, begin, length))
    for begin, length in draw(st.lists(spans, max_size=2)):
        parts.append(_within(of, doing, begin, length))
    for begin, length in draw(st.lists(spans, max_size=2)):
        parts.append(_within(of, stay, begin, length, person="2002"))
    return of, parts


def _within(of: Any, kind: Any, begin: int, length: int, **more: Any) -> Any:
    begin = max(begin, 0)
    return kind(of, begin, begin + length, **more)


def blinds_of(of: Any, drawn: list[tuple[int, int]]) -> list[Blind]:
    return [blind(of, max(begin, 0), max(begin, 0) + length) for begin, length in drawn]


choices = st.fixed_dictionaries(
    {},
    optional={
        "elsewhere": st.sampled_from(("counts", "look")),
        "phone": st.sampled_from(("off", "note", "count")),
        "left_post": st.sampled_from(("absence", "violation", "note")),
        "between": st.sampled_from(("occurrence", "look", "violation")),
        "tolerance_s": st.sampled_from((0, 60, 600)),
        "unknown_share": st.sampled_from((0.0, 0.5, 1.0)),
    },
)


@given(stories(), st.lists(spans, max_size=3), choices)
@settings(max_examples=300, deadline=None)
def test_seconds_always_add_up_and_are_never_negative(
    story: Any, dark: list[tuple[int, int]], chosen: Any
) -> None:
    of, parts = story
    verdict = judged(of, *parts, *blinds_of(of, dark), **chosen)
    each = (verdict.present_s, verdict.missed_s, verdict.away_s, verdict.unknown_s)
    assert min(each) >= 0
    assert sum(each) == verdict.scheduled_s == (of.ends - of.starts).total_seconds()
    assert verdict.late_s + verdict.early_s <= verdict.missed_s
    for one in verdict.findings:
        assert 0 < one.seconds <= (one.ended - one.began).total_seconds()
        assert of.starts <= one.began < one.ended <= of.ends
        assert one.evidence


def badness(verdict: Judgement) -> tuple[list[int], float]:
    """The weights against the person, the heaviest first; and how much they come to."""
    weights = sorted((WEIGHTS.index(one.weight) for one in verdict.findings), reverse=True)
    return weights, verdict.late_s + verdict.early_s + verdict.off_post_s


@given(stories(), st.lists(spans, max_size=3), spans, choices)
@settings(max_examples=500, deadline=None)
def test_one_more_time_of_blindness_never_makes_anything_worse(
    story: Any, dark: list[tuple[int, int]], more: tuple[int, int], chosen: Any
) -> None:
    of, parts = story
    before = judged(of, *parts, *blinds_of(of, dark), **chosen)
    after = judged(of, *parts, *blinds_of(of, [*dark, more]), **chosen)
    (old, old_s), (new, new_s) = badness(before), badness(after)
    assert len(new) <= len(old)
    assert all(now <= then for now, then in zip(new, old, strict=False))
    assert new_s <= old_s
    assert after.missed_s <= before.missed_s
    assert after.present_s == before.present_s


@given(stories(), st.lists(spans, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_in_which_rows_were_read_makes_no_difference(
    story: Any, dark: list[tuple[int, int]], chance: random.Random
) -> None:
    of, parts = story
    rows = [*parts, *blinds_of(of, dark)]
    first = judged(of, *rows)
    chance.shuffle(rows)
    assert judged(of, *rows) == first


# --- sets of seconds --------------------------------------------------------------------------------------

few = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def members(some: Any) -> set[int]:
    return {n for begin, end in some for n in range(begin, end)}


@given(few, few, st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_spans_are_sets_of_seconds(one: Any, other: Any, low: int, high: int) -> None:
    first, second = union(one), union(other)
    assert members(first) == members(one)
    assert total(first) == len(members(one))
    assert members(minus(first, second)) == members(one) - members(other)
    assert members(clipped(first, low, high)) == members(one) & set(range(low, high))
    assert all(a[1] < b[0] for a, b in itertools.pairwise(first))
