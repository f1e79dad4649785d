"""Populations to draw from."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from ccd.events.quality import Member
from ccd.events.sampling import DayFrozen, DrawPlanned
from ccd.sampling.draw import Closing, rank

__all__ = ["DAY", "SEED", "frozen_as", "member", "members", "planned", "seed"]

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def seed(n: int) -> str:
    return hashlib.sha256(str(n).encode()).hexdigest()


SEED = seed(1)


def member(
    unit: str,
    person: str = "2000",
    *,
    queue: str = "support",
    team: str = "A",
    eligible: str = "",
    of: str = SEED,
) -> Member:
    return Member(unit, person, queue, team, eligible, rank(of, unit))


def members(count: int, person: str = "2000", of: str = SEED) -> tuple[Member, ...]:
    return tuple(member(f"{person}-{n:05}", person, of=of) for n in range(count))


def planned(thresholds: dict[str, float], minimum: int = 2, strata: str = "agent") -> DrawPlanned:
    return DrawPlanned(
        at=AT, key="p", day=DAY, strata=strata, thresholds=thresholds, minimum=minimum, target=12
    )


def frozen_as(closing: Closing) -> DayFrozen:
    return DayFrozen(
        at=AT,
        key="f",
        day=DAY,
        digest=closing.digest,
        population=closing.population,
        eligible=closing.eligible,
        picked=closing.picked,
        strata=closing.strata,
    )
