"""Drawn again: an honest day has no difference, and whatever is changed afterwards is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.events.sampling import DayFrozen
from ccd.sampling.draw import close, draw, rank, seed_digest
from ccd.sampling.verifying import verify
from tests.sampling.population import SEED, frozen_as, member, members, planned, seed

EVERYBODY = (*members(30, "2000"), *members(5, "2001"), member("x", "2001", eligible="empty"))
RATES = {"": 0.02, "2000": 0.2}
CLOSING = close(EVERYBODY, SEED, RATES, 2, "agent")
NOT_PICKED = next(one for one in EVERYBODY if one.unit not in CLOSING.picks and not one.eligible)
PICKED = next(iter(CLOSING.picks))


def honest() -> dict[str, Any]:
    return {
        "plan": planned(RATES),
        "committed": [seed_digest(SEED)],
        "seed": SEED,
        "members": EVERYBODY,
        "picks": dict(CLOSING.picks),
        "frozen": frozen_as(CLOSING),
    }


def told(**changes: Any) -> set[str]:
    return {one.kind for one in verify(**(honest() | changes))}


def test_an_honest_day_has_no_difference() -> None:
    assert verify(**honest()) == []


def test_the_order_in_which_it_was_told_is_none() -> None:
    shuffled = {unit: CLOSING.picks[unit] for unit in reversed(CLOSING.picks)}
    assert verify(**(honest() | {"members": tuple(reversed(EVERYBODY)), "picks": shuffled})) == []


def altered(**changes: Any) -> DayFrozen:
    return msgspec.structs.replace(frozen_as(CLOSING), **changes)


def with_chance(chance: float) -> DayFrozen:
    total, fit, picked, _ = CLOSING.strata["2000"]
    return altered(strata=CLOSING.strata | {"2000": (total, fit, picked, chance)})


def without(unit: str) -> dict[str, str]:
    return {each: why for each, why in CLOSING.picks.items() if each != unit}


def other_members(change: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple(change(one) if one.unit == NOT_PICKED.unit else one for one in EVERYBODY)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"seed": seed(2)}, {"seed"}),
        ({"committed": [seed_digest(seed(2))]}, {"seed"}),
        ({"committed": [seed_digest(seed(2)), seed_digest(SEED)]}, {"seed"}),
        ({"committed": []}, {"commitment"}),
        ({"members": tuple(one for one in EVERYBODY if one != NOT_PICKED)}, {"digest", "stratum"}),
        ({"members": tuple(one for one in EVERYBODY if one.unit != PICKED)}, {"digest", "member"}),
        ({"members": (*EVERYBODY, member("new", "2000"))}, {"digest", "stratum"}),
        ({"members": (*EVERYBODY, member("new", "2009"))}, {"digest", "stratum", "not_picked"}),
        ({"members": (*EVERYBODY, member(NOT_PICKED.unit, "2009"))}, {"member"}),
        ({"members": other_members(lambda one: msgspec.structs.replace(one, eligible="empty"))}, {"digest"}),
        ({"members": other_members(lambda one: msgspec.structs.replace(one, person="2001"))}, {"digest"}),
        ({"members": other_members(lambda one: msgspec.structs.replace(one, team="B"))}, {"digest"}),
        ({"members": other_members(lambda one: msgspec.structs.replace(one, rank="0" * 16))}, {"rank"}),
        ({"picks": CLOSING.picks | {NOT_PICKED.unit: "threshold"}}, {"not_drawn"}),
        ({"picks": CLOSING.picks | {"stranger": "threshold"}}, {"member"}),
        ({"picks": CLOSING.picks | {PICKED: "substitute"}}, {"reason"}),
        ({"picks": without(PICKED)}, {"not_picked"}),
        ({"frozen": with_chance(CLOSING.strata["2000"][3] + 1e-6)}, {"chance"}),
        ({"frozen": altered(digest="0" * 64)}, {"digest"}),
        ({"frozen": altered(population=CLOSING.population + 1)}, {"population"}),
        ({"frozen": altered(eligible=CLOSING.eligible - 1)}, {"eligible"}),
        ({"frozen": altered(picked=CLOSING.picked + 1)}, {"picked"}),
        ({"frozen": altered(strata={})}, {"stratum"}),
        ({"plan": planned(RATES, minimum=4)}, {"not_picked", "picked"}),
        ({"plan": planned({"": 0.02, "2000": 0.9})}, {"not_picked", "stratum"}),
        ({"plan": planned({"": 0.02001, "2000": 0.2})}, {"chance"}),
        ({"findings": {PICKED}}, {"not_picked", "picked"}),
    ],
)
def test_every_kind_of_tampering_is_found(changes: dict[str, Any], kinds: set[str]) -> None:
    found = told(**changes)
    assert kinds <= found, f"found only {found}"


def test_a_difference_says_what_was_told_and_what_is_drawn() -> None:
    (found,) = verify(**(honest() | {"picks": without(PICKED)}))
    assert found == ("not_picked", PICKED, "", CLOSING.picks[PICKED])


@given(st.data())
def test_any_single_change_of_the_population_is_found(data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(EVERYBODY) - 1))
    field = data.draw(st.sampled_from(["person", "queue", "team", "eligible", "unit"]))
    one = EVERYBODY[index]
    value = data.draw(st.text(max_size=4).filter(lambda text: text != getattr(one, field)))
    changed = msgspec.structs.replace(one, **{field: value})
    changed = msgspec.structs.replace(changed, rank=rank(SEED, changed.unit))
    if changed.eligible == "too_late":
        return
    assert told(members=(*EVERYBODY[:index], changed, *EVERYBODY[index + 1 :]))


# --- findings, and days that are not closed ---------------------------------------------------------------


def test_whoever_stepped_in_before_the_closing_and_after_it_is_expected() -> None:
    findings, later = {PICKED}, next(unit for unit in CLOSING.picks if unit != PICKED)
    closing = close(EVERYBODY, SEED, RATES, 2, "agent", findings)
    day = honest() | {"frozen": frozen_as(closing), "picks": closing.picks, "findings": findings}
    assert verify(**day) == []
    picks = draw(EVERYBODY, SEED, RATES, 2, "agent", {PICKED, later})
    assert verify(**(day | {"picks": picks, "later": {later}})) == []
    assert {one.kind for one in verify(**(day | {"later": {later}}))} == {"not_picked"}
    assert {one.kind for one in verify(**(day | {"picks": picks}))} == {"not_drawn"}


def test_what_came_too_late_is_neither_missed_nor_found() -> None:
    late = (*EVERYBODY, member("late", "2000", eligible="too_late"))
    assert told(members=late) == set()
    assert told(members=late, picks=CLOSING.picks | {"late": "threshold"}) == {"not_drawn"}


def test_of_a_day_that_is_not_closed_only_what_is_under_the_thresholds_is_expected() -> None:
    at_once = {unit: why for unit, why in CLOSING.picks.items() if why == "threshold"}
    assert told(frozen=None, picks=at_once) == set()
    assert told(frozen=None, picks=CLOSING.picks) == {"not_drawn"}
    assert told(frozen=None, picks={}) == {"not_picked"}
