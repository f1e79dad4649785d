"""What was told of a day's draw, out of its facts; and whether it is what can be drawn again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ccd.events import ShiftFact
from ccd.events.quality import Member
from ccd.events.sampling import (
    CallPicked,
    DayFrozen,
    DrawPlanned,
    PickUnheard,
    SeedCommitted,
    SeedRevealed,
)
from ccd.sampling.verifying import Difference, verify

__all__ = ["DayRecord", "check", "record_of"]


class DayRecord(NamedTuple):
    """``committed``: digests of seeds, in the order in which they were published; ``seed`` is "" until it is.

    ``picks`` are those of the probability sample, ``extra`` those by need; ``findings`` units that could not
    be heard when the day was closed, ``later`` those found out since.
    """

    plan: DrawPlanned | None
    committed: tuple[SeedCommitted, ...]
    seed: str
    frozen: DayFrozen | None
    picks: dict[str, CallPicked]
    extra: tuple[CallPicked, ...]
    findings: tuple[str, ...]
    later: tuple[str, ...]


def record_of(facts: Iterable[ShiftFact]) -> DayRecord:
    """Of the facts of one day, in the order in which they came. The first plan and closing count."""
    plan: DrawPlanned | None = None
    frozen: DayFrozen | None = None
    seed, committed, extra = "", list[SeedCommitted](), list[CallPicked]()
    picks: dict[str, CallPicked] = {}
    unheard: dict[bool, list[str]] = {False: [], True: []}
    for fact in facts:
        match fact:
            case DrawPlanned():
                plan = plan or fact
            case DayFrozen():
                frozen = frozen or fact
            case SeedCommitted():
                committed.append(fact)
            case SeedRevealed():
                seed = fact.seed
            case CallPicked(sample="probability"):
                picks.setdefault(fact.unit, fact)
            case CallPicked():
                extra.append(fact)
            case PickUnheard():
                unheard[frozen is not None].append(fact.unit)
    return DayRecord(
        plan=plan,
        committed=tuple(committed),
        seed=seed,
        frozen=frozen,
        picks=picks,
        extra=tuple(extra),
        findings=tuple(dict.fromkeys(unheard[False])),
        later=tuple(dict.fromkeys(unheard[True])),
    )


def check(told: DayRecord, seed: str, members: Iterable[Member]) -> list[Difference]:
    """What differs when the day is drawn again with this seed. ValueError where it was never planned."""
    if told.plan is None:
        raise ValueError("there is no plan of that day")
    return verify(
        plan=told.plan,
        committed=[one.digest for one in told.committed],
        seed=seed,
        members=members,
        picks={unit: pick.reason for unit, pick in told.picks.items()},
        findings=told.findings,
        later=told.later,
        frozen=told.frozen,
    )
