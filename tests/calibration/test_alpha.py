"""Krippendorff's alpha against the worked examples of its author, and against what must hold of it.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011: A (binary, two observers), B (nominal,
two observers), C (nominal, four observers, missing values) and D (other metrics, the data of C).
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.calibration.alpha import alpha, interval, nominal

A = (
    ("0", "1", "0", "0", "0", "0", "0", "0", "1", "0"),
    ("1", "1", "1", "0", "0", "1", "0", "0", "0", "0"),
)
B = (tuple("aabbdcccedda"), tuple("babbbccceddd"))
C = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def units(observers: tuple[tuple[object, ...], ...]) -> list[list[object]]:
    return [[value for value in column if value is not None] for column in zip(*observers, strict=True)]


def test_binary_data_of_two_observers() -> None:
    assert round(float(alpha(units(A), nominal) or 0), 3) == 0.095


def test_nominal_data_of_two_observers() -> None:
    assert round(float(alpha(units(B), nominal) or 0), 3) == 0.692


def test_nominal_data_of_four_observers_with_missing_values() -> None:
    assert round(float(alpha(units(C), nominal) or 0), 3) == 0.743


def test_interval_data_of_four_observers_with_missing_values() -> None:
    numbers = [[Fraction(str(value)) for value in values] for values in units(C)]
    assert round(float(alpha(numbers, interval) or 0), 3) == 0.849


@pytest.mark.parametrize(
    "judged",
    [
        [],
        [["yes"]],
        [["yes"], ["no"], []],
        [["yes", "yes"], ["yes", "yes", "yes"]],
    ],
)
def test_where_there_is_nothing_to_disagree_on_it_is_not_defined(judged: list[list[str]]) -> None:
    assert alpha(judged, nominal) is None


def test_full_agreement_is_1_and_systematic_disagreement_is_less_than_0() -> None:
    assert alpha([["yes", "yes"], ["no", "no"]], nominal) == 1
    below = alpha([["yes", "no"], ["no", "yes"], ["yes", "no"]], nominal)
    assert below is not None
    assert below < 0


def test_a_unit_that_only_one_has_judged_does_not_count() -> None:
    judged = [["yes", "yes"], ["no", "yes"], ["no", "no"]]
    assert alpha([*judged, ["no"], ["maybe"]], nominal) == alpha(judged, nominal)


MATRIX = st.lists(st.lists(st.integers(0, 3), max_size=4), max_size=8)


@given(MATRIX, st.randoms(use_true_random=False))
def test_neither_the_order_of_units_nor_that_of_observers_matters(
    judged: list[list[int]], dice: object
) -> None:
    mixed = [list(values) for values in judged]
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    for values in mixed:
        dice.shuffle(values)  # type: ignore[attr-defined]
    assert alpha(mixed, nominal) == alpha(judged, nominal)
    assert alpha(mixed, interval) == alpha(judged, interval)


@given(MATRIX)
def test_it_is_never_more_than_1_and_interval_alpha_bears_another_scale(judged: list[list[int]]) -> None:
    found = alpha(judged, interval)
    assert found is None or found <= 1
    assert alpha([[10 * value + 7 for value in values] for values in judged], interval) == found
