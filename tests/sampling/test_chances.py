"""Over many days, each with a seed of its own, conversations are drawn as often as their stated chance says.

The seeds are fixed, so this holds or does not: nothing here is left to luck. The bounds are those that a
right draw would break once in a hundred thousand tries.
"""

from __future__ import annotations

import math
from collections import Counter

import pytest

from ccd.events.quality import Member
from ccd.sampling.draw import close, draw
from tests.sampling.population import seed

DAYS = 2_000
BOUND = 4.42
"""Standard deviations that a normal value leaves once in a hundred thousand."""


def population(sizes: dict[str, int]) -> list[Member]:
    return [
        Member(f"{person}-{n}", person, "", "", "", "") for person, size in sizes.items() for n in range(size)
    ]


def chi_square_bound(freedom: int) -> float:
    """Wilson and Hilferty's approximation."""
    part = 2 / (9 * freedom)
    return freedom * (1 - part + BOUND * math.sqrt(part)) ** 3


@pytest.mark.parametrize("minimum", [0, 1, 3])
@pytest.mark.parametrize("rate", [0.0, 0.04, 0.2])
def test_each_is_drawn_as_often_as_its_chance_says_and_no_stratum_starves(rate: float, minimum: int) -> None:
    sizes = {"2000": 25, "2001": 8, "2002": 2}
    everybody = population(sizes)
    hits: Counter[str] = Counter()
    for day in range(DAYS):
        closing = close(everybody, seed(day), {"": rate}, minimum, "agent")
        hits.update(closing.picks.keys())
        for person, size in sizes.items():
            assert closing.strata[person][2] >= min(minimum, size)
    for person, (_, size, _, chance) in closing.strata.items():
        counts = [hits[f"{person}-{n}"] for n in range(size)]
        expected, variance = DAYS * chance, DAYS * chance * (1 - chance)
        if variance == 0:
            assert counts == [expected] * size
            continue
        assert all(abs(count - expected) <= BOUND * math.sqrt(variance) for count in counts)
        # Those of a stratum crowd each other out: their covariance lies between 0 and -variance / (size - 1).
        mean = sum(counts) / size
        assert abs(mean - expected) <= BOUND * math.sqrt(variance / size)
        spread = sum((count - mean) ** 2 for count in counts) / variance
        assert spread <= chi_square_bound(size - 1) * size / (size - 1)


@pytest.mark.parametrize("lost", [1, 3, 5])
def test_those_that_can_be_heard_are_drawn_as_often_as_their_chance_says(lost: int) -> None:
    """Whoever steps in counts: the others' chance is higher where some cannot be heard, and it is told so."""
    everybody = population({"2000": 12})
    findings = {f"2000-{n}" for n in range(lost)}
    hits: Counter[str] = Counter()
    for day in range(DAYS):
        hits.update(draw(everybody, seed(day), {"": 0.15}, 2, "agent", findings).keys())
        # the closing knows those alone that were drawn; told of all of them it states the chance of the rest
    chance = close(everybody, seed(0), {"": 0.15}, 2, "agent", findings).strata["2000"][3]
    expected, variance = DAYS * chance, DAYS * chance * (1 - chance)
    for n in range(lost, 12):
        assert abs(hits[f"2000-{n}"] - expected) <= BOUND * math.sqrt(variance)


def test_scores_weighted_by_the_chances_are_right_on_average_where_plain_means_are_not() -> None:
    """The use of it all: an agent with many calls and one with few count as what they have."""
    sizes = {"2000": 60, "2001": 6}
    points = {"2000": 90.0, "2001": 60.0}
    everybody = population(sizes)
    truth = sum(sizes[person] * points[person] for person in sizes) / sum(sizes.values())
    plain, weighted = [], []
    for day in range(500):
        closing = close(everybody, seed(day), {"": 0.0}, 3, "agent")
        drawn = [unit.partition("-")[0] for unit in closing.picks]
        weights = [1 / closing.strata[person][3] for person in drawn]
        plain.append(sum(points[person] for person in drawn) / len(drawn))
        total = sum(weight * points[person] for weight, person in zip(weights, drawn, strict=True))
        weighted.append(total / sum(weights))
    assert sum(weighted) / len(weighted) == pytest.approx(truth, abs=1e-9)
    assert abs(sum(plain) / len(plain) - truth) > 10
