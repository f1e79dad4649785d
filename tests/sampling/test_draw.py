"""The draw: what it gives, that order and doubling change nothing, and who steps in."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.events.quality import Member
from ccd.sampling.draw import (
    below,
    chance,
    close,
    digest,
    draw,
    joining,
    merge,
    rank,
    rate_of,
    seed_digest,
    stratum_of,
    substitute,
)
from tests.sampling.population import SEED, member, members, seed

# --- ranks and digests ------------------------------------------------------------------------------------


def test_a_rank_is_what_openssl_gives() -> None:
    """printf %s UNIT | openssl dgst -sha256 -mac HMAC -macopt hexkey:SEED | cut to 16 digits."""
    assert rank("00" * 32, "0123456789abcdef0123") == "d4835c6101c2a54b"


def test_the_digest_of_a_seed_is_what_sha256sum_gives() -> None:
    """printf %s SEED | sha256sum."""
    assert seed_digest("00" * 32) == "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55"


def test_the_digest_of_a_population_is_over_lines_that_a_stranger_can_write() -> None:
    """One line of JSON each, sorted by unit; sha256sum of the file."""
    two = (member("b", "班长"), Member("a", "2000", "q", "", "empty", "00"))
    assert digest(two) == "fbaf275dcbaf73a4ba25538ccc4096af7f9dcf26c470d5f0c09e19ec4ddb27bb"


@pytest.mark.parametrize("field", ["unit", "person", "queue", "team", "eligible", "rank"])
def test_any_change_of_a_member_changes_the_digest(field: str) -> None:
    before = members(3)
    after = (*before[:2], msgspec.structs.replace(before[2], **{field: "x"}))
    assert digest(before) != digest(after)


def test_what_came_too_late_is_no_part_of_the_digest() -> None:
    assert digest((*members(3), member("late", eligible="too_late"))) == digest(members(3))


@pytest.mark.parametrize(
    ("given", "rate", "expected"),
    [
        ("0000000000000000", 0.0, False),
        ("0000000000000000", 5e-324, True),
        ("7fffffffffffffff", 0.5, True),
        ("8000000000000000", 0.5, False),
        ("ffffffffffffffff", 1.0, True),
        ("fffffffffffff7ff", math.nextafter(1.0, 0.0), True),
        ("fffffffffffff800", math.nextafter(1.0, 0.0), False),
        ("1999999999999999", 0.1, True),
        ("1999999999999a00", 0.1, False),  # 0.1 is a little more than a tenth, as a float
    ],
)
def test_a_rank_is_under_the_threshold_exactly(given: str, rate: float, expected: bool) -> None:
    assert below(given, rate) is expected
    assert expected is (Fraction(int(given, 16), 2**64) < Fraction(rate))


@pytest.mark.parametrize(
    ("by", "expected"),
    [("agent", "2000"), ("agent_queue", "2000|support"), ("queue", "support"), ("team", "A")],
)
def test_strata_are_by_setting(by: str, expected: str) -> None:
    assert stratum_of(by, "2000", "support", "A") == expected
    assert "-" in stratum_of(by, "", "", "")


def test_a_stratum_by_what_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="by 'seat'"):
        stratum_of("seat", "2000", "support", "A")


def test_a_stratum_that_is_not_named_has_the_rate_of_all_others() -> None:
    assert rate_of({"": 0.1, "2000": 0.3}, "2000") == 0.3
    assert rate_of({"": 0.1, "2000": 0.3}, "2001") == 0.1
    assert rate_of({}, "2001") == 0.0


# --- what is drawn ----------------------------------------------------------------------------------------


def test_whatever_is_under_the_threshold_is_drawn_and_the_minimum_tops_up() -> None:
    few, many = members(30, "2000"), members(30, "2001")
    picks = draw((*few, *many), SEED, {"2000": 0.0, "2001": 0.5}, 3, "agent")
    lowest = sorted(few, key=lambda one: one.rank)[:3]
    under = [one for one in many if int(one.rank, 16) < 2**63]
    assert {unit for unit, why in picks.items() if why == "minimum"} == {one.unit for one in lowest}
    assert {unit for unit, why in picks.items() if why == "threshold"} == {one.unit for one in under}
    assert len(under) > 3


def test_a_stratum_with_fewer_than_the_minimum_is_drawn_whole() -> None:
    assert draw(members(2), SEED, {}, 3, "agent").keys() == {one.unit for one in members(2)}


def test_what_is_not_eligible_is_never_drawn() -> None:
    everybody = tuple(msgspec.structs.replace(one, eligible="paused") for one in members(5))
    assert draw((*everybody, member("one")), SEED, {"": 1.0}, 5, "agent") == {"one": "threshold"}


populations = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["2000", "2001", "2002"]), st.sampled_from(["", "empty"])),
    max_size=40,
    unique_by=lambda told: told[0],
)


def made(told: list[tuple[int, str, str]]) -> list[Member]:
    return [member(f"u{n:03}", person, eligible=eligible) for n, person, eligible in told]


@given(populations, st.randoms(), st.floats(0, 1), st.integers(0, 6), st.integers(0, 99))
def test_order_doubling_and_parts_change_nothing(
    told: list[tuple[int, str, str]], random: object, rate: float, minimum: int, cut: int
) -> None:
    """Two PBXs that are drawn together are as one."""
    everybody = made(told)
    shuffled = everybody + everybody[: cut % (len(everybody) + 1)]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    design = (SEED, {"": rate}, minimum, "agent")
    expected = close(everybody, *design)
    assert close(shuffled, *design) == expected
    half = cut % (len(everybody) + 1)
    assert close(merge(everybody[half:], everybody[:half]), *design) == expected


@given(populations, st.floats(0, 1), st.integers(0, 6))
def test_the_picks_of_the_day_are_among_those_of_its_closing(
    told: list[tuple[int, str, str]], rate: float, minimum: int
) -> None:
    """What is picked as calls end stays picked, whatever comes afterwards."""
    everybody = made(told)
    at_once = {one.unit for one in everybody if not one.eligible and below(one.rank, rate)}
    picks = draw(everybody, SEED, {"": rate}, minimum, "agent")
    assert at_once == {unit for unit, why in picks.items() if why == "threshold"}
    for part in (everybody[:1], everybody[: len(everybody) // 2]):
        early = draw(part, SEED, {"": rate}, 0, "agent")
        assert early.keys() <= picks.keys()


@given(populations, st.integers(0, 4))
def test_no_stratum_is_starved(told: list[tuple[int, str, str]], minimum: int) -> None:
    closing = close(made(told), SEED, {"": 0.01}, minimum, "agent")
    for _, eligible, picked, _ in closing.strata.values():
        assert picked >= min(minimum, eligible)


def test_one_that_is_told_in_two_ways_is_refused() -> None:
    with pytest.raises(ValueError, match="u1 is told in two ways"):
        merge([member("u1", "2000")], [member("u1", "2001")])


def test_a_closing_counts_what_is_there_what_can_be_drawn_and_what_is_drawn() -> None:
    everybody = (
        *members(10, "2000"),
        member("x", "2000", eligible="empty"),
        member("y", "", team="", eligible="nobody"),
        member("z", "2000", eligible="too_late"),
    )
    closing = close(everybody, SEED, {"": 0.0}, 2, "agent")
    assert closing.strata == {"-": (1, 0, 0, 0.0), "2000": (11, 10, 2, 0.2)}
    assert (closing.population, closing.eligible, closing.picked) == (12, 10, 2)


# --- findings ---------------------------------------------------------------------------------------------


def test_the_next_in_rank_of_the_same_stratum_steps_in() -> None:
    mine, others = members(10, "2000"), members(10, "2001")
    ranked = [one.unit for one in sorted(mine, key=lambda one: one.rank)]
    design = (SEED, {"": 0.0}, 2, "agent")
    assert substitute(ranked[0], (*mine, *others), *design) == ranked[2]
    assert substitute(ranked[1], mine, *design, {ranked[0]}) == ranked[3]
    assert substitute(ranked[1], mine, *design, {ranked[0], ranked[3]}) == ranked[4]
    assert joining(ranked[1], mine, *design, {ranked[0], ranked[3]}) == (ranked[3], ranked[4])
    picks = draw(mine, *design, {ranked[0]})
    assert picks == dict.fromkeys(sorted(ranked[:2]), "minimum") | {ranked[2]: "substitute"}


def test_nobody_steps_in_where_none_is_left() -> None:
    mine = members(2)
    assert substitute(mine[0].unit, mine, SEED, {}, 2, "agent") == ""


def test_somebody_steps_in_for_what_was_under_the_threshold_too() -> None:
    mine = members(40)
    under = [one.unit for one in mine if below(one.rank, 0.25)]
    picks = draw(mine, SEED, {"": 0.25}, 1, "agent", {under[0]})
    assert len(picks) == len(under) + 1
    assert list(picks.values()).count("substitute") == 1


@given(populations, st.integers(0, 4), st.sets(st.integers(0, 200)))
def test_findings_never_unmake_a_pick(
    told: list[tuple[int, str, str]], minimum: int, found: set[int]
) -> None:
    everybody, findings = made(told), {f"u{n:03}" for n in found}
    before = draw(everybody, SEED, {"": 0.2}, minimum, "agent")
    after = draw(everybody, SEED, {"": 0.2}, minimum, "agent", findings)
    assert before.items() <= after.items()
    heard = [unit for unit in after if unit not in findings]
    can_be_heard = [one.unit for one in everybody if not one.eligible and one.unit not in findings]
    by_person = {one.unit: one.person for one in everybody}
    for person in ("2000", "2001", "2002"):
        size = sum(by_person[unit] == person for unit in before)
        left = sum(by_person[unit] == person for unit in can_be_heard)
        assert sum(by_person[unit] == person for unit in heard) == min(size, left)


# --- chances ----------------------------------------------------------------------------------------------


def by_enumeration(population: int, rate: Fraction, minimum: int, unheard: int) -> Fraction:
    """Over every order of the ranks and every number of them under the threshold: how often unit 0 is in.

    The last ``unheard`` units cannot be heard. Independent of how ``chance`` goes about it.
    """
    orders = list(itertools.permutations(range(population)))
    total = Fraction(0)
    for under in range(population + 1):
        weight = math.comb(population, under) * rate**under * (1 - rate) ** (population - under)
        size = max(under, min(minimum, population))
        hits = sum(0 in [unit for unit in order if unit < population - unheard][:size] for order in orders)
        total += weight * Fraction(hits, len(orders))
    return total


@pytest.mark.parametrize("population", [1, 2, 3, 5])
@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("minimum", [0, 1, 2, 5, 7])
@pytest.mark.parametrize("unheard", [0, 1, 2])
def test_the_chance_is_what_counting_all_cases_gives(
    population: int, rate: float, minimum: int, unheard: int
) -> None:
    if unheard >= population:
        assert chance(population, rate, minimum, unheard) == 0.0
        return
    expected = by_enumeration(population, Fraction(rate), minimum, unheard)
    assert chance(population, rate, minimum, unheard) == pytest.approx(float(expected), abs=1e-11)


def exactly(population: int, rate: Fraction, minimum: int) -> float:
    """By whole numbers, without rounding."""
    total = population * rate
    for b in range(minimum):
        total += (minimum - b) * math.comb(population, b) * rate**b * (1 - rate) ** (population - b)
    return float(total / population)


@pytest.mark.parametrize("population", [40, 400, 2_000])
@pytest.mark.parametrize("rate", [0.001, 0.01, 0.25])
@pytest.mark.parametrize("minimum", [1, 5, 40])
def test_the_chance_holds_for_many(population: int, rate: float, minimum: int) -> None:
    expected = min(1.0, exactly(population, Fraction(rate), minimum))
    assert chance(population, rate, minimum) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("rate", [1e-300, 1e-9, 1e-5, 0.5, 1 - 1e-12])
@pytest.mark.parametrize("minimum", [0, 1, 1_000])
def test_the_chance_of_a_hundred_thousand_neither_overflows_nor_leaves_its_bounds(
    rate: float, minimum: int
) -> None:
    found = chance(100_000, rate, minimum)
    assert max(round(rate, 12), minimum / 100_000) <= found <= 1
    assert found <= rate + minimum / 100_000 + 1e-9


def test_with_no_minimum_the_chance_is_the_threshold_and_with_none_of_it_the_share() -> None:
    assert chance(500, 0.03, 0) == 0.03
    assert chance(500, 0.0, 10) == 0.02
    assert chance(5, 0.0, 10) == 1.0
    assert chance(0, 0.5, 1) == 0.0


def test_seeds_of_two_days_draw_otherwise() -> None:
    everybody = [Member(f"u{n}", "2000", "", "", "", "") for n in range(50)]
    assert draw(everybody, seed(1), {}, 5, "agent") != draw(everybody, seed(2), {}, 5, "agent")
