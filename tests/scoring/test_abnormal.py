"""Which scores are odd: by robust statistics, and a share by chance."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ccd.scoring.abnormal import Odd, drawn, odd, robust_z
from ccd.scoring.evaluation import id_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPREAD = [70.0, 75.0, 80.0, 80.0, 85.0, 90.0, 95.0, 60.0]


@pytest.mark.parametrize(
    ("score", "others", "z"),
    [
        (80, SPREAD, 0.0),
        (80 + 7.5 * 1.4826, SPREAD, 1.0),
        (80 - 7.5 * 1.4826 * 3.5, SPREAD, -3.5),
        # one that is far off does not hide another: the median of the deviations does not move
        (0, [*SPREAD[:-1], 0.0], -80 / (7.5 * 1.4826)),
        # most are the same: their median deviation is 0, the mean one is taken
        (90, [80.0] * 7 + [40.0], 10 / (1.2533 * 5)),
        # all are the same: a point more is not infinitely odd
        (81, [80.0] * 8, 0.5),
        (87, [80.0] * 8, 3.5),
    ],
)
def test_how_far_off_a_score_is_in_robust_standard_deviations(
    score: float, others: list[float], z: float
) -> None:
    assert robust_z(score, others) == pytest.approx(z)


@pytest.mark.parametrize(
    ("score", "least", "limit", "found"),
    [
        (87.0, 8, 3.5, Odd("against_agent", 3.5)),
        (86.9, 8, 3.5, None),
        (73.0, 8, 3.5, Odd("against_agent", -3.5)),
        (87.0, 9, 3.5, None),
        (87.0, 8, 3.6, None),
    ],
)
def test_odd_from_the_limit_on_with_scores_enough(
    score: float, least: int, limit: float, found: Odd | None
) -> None:
    assert odd(score, {"agent": [80.0] * 8, "analyst": [], "form": []}, least=least, limit=limit) == found


def test_the_furthest_is_named() -> None:
    against = {"agent": [80.0] * 8, "analyst": [50.0] * 8, "form": SPREAD}
    found = odd(90.0, against, least=8, limit=3.5)
    assert found == Odd("against_analyst", 20.0)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 1.0])
def test_the_share_by_chance_is_the_share(share: float) -> None:
    """Of 20,000, within four standard errors."""
    count = sum(drawn(id_of(f"unit{n}", "probability"), AT, share) for n in range(20_000))
    assert abs(count / 20_000 - share) <= 4 * (share * (1 - share) / 20_000) ** 0.5


def test_the_same_is_drawn_again_and_the_moment_of_scoring_is_in_it() -> None:
    names = [id_of(f"unit{n}", "probability") for n in range(200)]
    first = [drawn(name, AT, 0.5) for name in names]
    assert first == [drawn(name, AT, 0.5) for name in names]
    assert first != [drawn(name, AT.replace(microsecond=1), 0.5) for name in names]
