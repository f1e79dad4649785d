"""Drawn again: whether what was told of a day is what its seed, plan and population give."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ccd.events.quality import Member
from ccd.events.sampling import DayFrozen, DrawPlanned
from ccd.sampling.draw import (
    DRAWN,
    TOO_LATE,
    Closing,
    below,
    close,
    draw,
    merge,
    rank,
    rate_of,
    seed_digest,
    stratum_of,
)

__all__ = ["Difference", "verify"]

_CLOSE_ENOUGH = 1e-9
"""Of two chances: they are worked out by logarithms, which may differ in the last digit between machines."""


class Difference(NamedTuple):
    """``kind``: seed | commitment | member | rank | digest | population | eligible | picked | stratum |
    chance | not_drawn (picked, and not to be) | not_picked | reason | too_late. ``unit``: the conversation or
    stratum it is about, "" for the day. ``told``: as it was published; ``redrawn``: as it should be.
    """

    kind: str
    unit: str
    told: str
    redrawn: str


def verify(
    *,
    plan: DrawPlanned,
    committed: Sequence[str],
    seed: str,
    members: Iterable[Member],
    picks: Mapping[str, str],
    findings: Collection[str] = (),
    later: Collection[str] = (),
    frozen: DayFrozen | None,
) -> list[Difference]:
    """What differs; nothing does where the list is empty.

    ``committed``: the digests that were published for the day, in order; ``picks``: unit -> reason of every
    ``CallPicked`` of the probability sample; ``findings``: units of each ``PickUnheard`` up to the closing,
    ``later`` those since. ``frozen`` is None where the day is not closed: then only what is under the
    thresholds is to be picked, and nothing of totals is told yet.
    """
    try:
        everybody = merge(members)
    except ValueError as error:
        return [Difference("member", str(error).partition(" ")[0], "twice", "once")]
    found = list(_seeds(committed, seed, frozen))
    found += _ranks(everybody, seed)
    if frozen is None:
        expected = _at_once(everybody, seed, plan)
    else:
        closing = close(everybody, seed, plan.thresholds, plan.minimum, plan.strata, findings)
        found += _totals(frozen, closing)
        known = [one for one in everybody if one.eligible != TOO_LATE]
        unheard = {*findings, *later}
        expected = draw(known, seed, plan.thresholds, plan.minimum, plan.strata, unheard)
    found += _picks(everybody, picks, expected)
    return found


def _seeds(committed: Sequence[str], seed: str, frozen: DayFrozen | None) -> Iterator[Difference]:
    mine = seed_digest(seed)
    if not committed:
        yield Difference("commitment", "", "", mine)
    for told in dict.fromkeys(committed):
        if told != mine:
            yield Difference("seed", "", told, mine)


def _ranks(members: Iterable[Member], seed: str) -> Iterator[Difference]:
    for one in members:
        if one.rank != (mine := rank(seed, one.unit)):
            yield Difference("rank", one.unit, one.rank, mine)


def _at_once(members: Iterable[Member], seed: str, plan: DrawPlanned) -> dict[str, str]:
    found = {}
    for one in members:
        stratum = stratum_of(plan.strata, one.person, one.queue, one.team)
        if not one.eligible and below(rank(seed, one.unit), rate_of(plan.thresholds, stratum)):
            found[one.unit] = DRAWN[0]
    return found


def _totals(frozen: DayFrozen, closing: Closing) -> Iterator[Difference]:
    for kind in ("digest", "population", "eligible", "picked"):
        told, mine = getattr(frozen, kind), getattr(closing, kind)
        if told != mine:
            yield Difference(kind, "", str(told), str(mine))
    for stratum in sorted(frozen.strata.keys() | closing.strata.keys()):
        one, other = frozen.strata.get(stratum), closing.strata.get(stratum)
        if one is None or other is None or tuple(one[:3]) != other[:3]:
            yield Difference("stratum", stratum, _counts(one), _counts(other))
        elif abs(one[3] - other[3]) > _CLOSE_ENOUGH:
            yield Difference("chance", stratum, repr(one[3]), repr(other[3]))


def _counts(stratum: tuple[int, int, int, float] | None) -> str:
    return "" if stratum is None else "/".join(str(count) for count in stratum[:3])


def _picks(
    members: Iterable[Member], told: Mapping[str, str], expected: Mapping[str, str]
) -> Iterator[Difference]:
    known = {one.unit for one in members}
    for unit in sorted(told.keys() | expected.keys()):
        one, other = told.get(unit, ""), expected.get(unit, "")
        if unit not in known:
            yield Difference("member", unit, one, "")
        elif not one:
            yield Difference("not_picked", unit, "", other)
        elif not other:
            yield Difference("not_drawn", unit, one, "")
        elif one != other:
            yield Difference("reason", unit, one, other)
