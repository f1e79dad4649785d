"""How long a meal may last, what is past that, and what does not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ccd.meals.counting import Bounds, level_of, over_s, passes_at, seconds_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def bounds(closes: float | None = 60, *, moved: float = 0, extra: float = 0) -> Bounds:
    return Bounds(
        NOON,
        HALF,
        None if closes is None else minutes(closes),
        timedelta(minutes=moved),
        timedelta(minutes=extra),
    )


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        (bounds(60), 30),
        (bounds(30), 30),
        (bounds(29), 29),
        (bounds(0), 0),
        (bounds(-5), 0),
        (bounds(None), 30),
        (bounds(20, moved=4), 24),
        (bounds(20, moved=15), 30),
        (bounds(20, extra=10), 30),
        (bounds(60, extra=10), 40),
        (bounds(60, moved=10), 30),
    ],
)
def test_the_shorter_of_allowance_and_window_bounds_a_meal(given: Bounds, allowed: int) -> None:
    assert given.allowed == timedelta(minutes=allowed)


@pytest.mark.parametrize(
    ("at", "over"),
    [(29, 0), (30, 0), (30 + 0.9 / 60, 0), (30 + 1 / 60, 1), (49.99, 1199), (50, 1200)],
)
def test_over_are_whole_seconds_past_the_limit(at: float, over: int) -> None:
    assert over_s(bounds(), (), minutes(at)) == over


@pytest.mark.parametrize(
    ("blind", "closes", "at", "over"),
    [
        ([(10, 20)], 60, 40, 0),
        ([(10, 20)], 60, 41, 60),
        ([(10, 20)], 30, 40, 600),  # what was out of sight before the window's end says nothing of after it
        ([(30, 40)], 30, 41, 60),
        ([(25, 35)], 30, 40, 300),
        ([(10, 20), (30, 35)], 60, 45, 0),
        ([(40, 50)], 60, 50, 600),
    ],
)
def test_what_was_out_of_sight_does_not_count(
    blind: list[tuple[float, float]], closes: float, at: float, over: int
) -> None:
    spans = [(minutes(since), minutes(until)) for since, until in blind]
    assert over_s(bounds(closes), spans, minutes(at)) == over


@pytest.mark.parametrize(
    ("blind", "closes", "past", "when"),
    [
        ([], 60, 0, 30),
        ([], 60, -5, 25),
        ([], 20, 0, 20),
        ([], 60, 20, 50),
        ([(10, 20)], 60, 0, 40),
        ([(10, 20)], 25, 0, 25),
        ([(35, 45)], 60, 0, 30),
        ([(35, 45)], 60, 20, 60),
        ([(10, 15), (33, 34)], 60, 0, 36),
    ],
)
def test_the_moment_of_a_step_is_put_off_by_what_was_out_of_sight(
    blind: list[tuple[float, float]], closes: float, past: float, when: float
) -> None:
    spans = [(minutes(since), minutes(until)) for since, until in blind]
    assert passes_at(bounds(closes), spans, timedelta(minutes=past)) == minutes(when)


def test_only_the_part_within_is_counted() -> None:
    spans = [(minutes(-10), minutes(5)), (minutes(20), minutes(40))]
    assert seconds_of(spans, minutes(0), minutes(30)) == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("proven", "possible", "level"),
    [
        (0, 0, "ok"),
        (1, 1, "late"),
        (1199, 1199, "late"),
        (1200, 1200, "violation"),
        (0, 1, "unknown"),
        (0, 5000, "unknown"),
        (1, 5000, "late"),
    ],
)
def test_levels(proven: int, possible: int, level: str) -> None:
    assert level_of(proven, possible, late_after_s=0, violation_s=1200) == level


@pytest.mark.parametrize(("proven", "level"), [(120, "ok"), (121, "late")])
def test_nobody_is_late_within_the_grace_of_the_settings(proven: int, level: str) -> None:
    assert level_of(proven, proven, late_after_s=120, violation_s=1200) == level
