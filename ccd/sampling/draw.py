"""The draw: pure, so that anybody who has the seed, the plan and the population draws the same again.

Each conversation has a rank, a keyed hash of its name. In each stratum the sample is whatever has a rank
under the threshold fixed beforehand, and at the day's closing the lowest ranks besides, until there are
``minimum``. Neither knows of order, so it does not matter which PBX told of a conversation, when, or how
often. Where the recording of one that was drawn cannot be heard (a finding), the next in rank steps in.
docs/sampling.md has it for whoever wants to draw again by other means.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from ccd.events.quality import Member

__all__ = [
    "DRAWN",
    "TOO_LATE",
    "Closing",
    "below",
    "chance",
    "close",
    "digest",
    "draw",
    "joining",
    "merge",
    "rank",
    "rate_of",
    "seed_digest",
    "stratum_of",
    "substitute",
]

DRAWN = ("threshold", "minimum", "substitute")
"""The reasons of the probability sample; any other is of an extra pick."""
TOO_LATE = "too_late"
"""Why one is not eligible that was found when its day was closed: it is no part of what was closed."""
_BITS = 64
_DIGITS = _BITS // 4


def rank(seed: str, unit: str) -> str:
    """16 hex digits: the beginning of HMAC-SHA256 of the unit under the seed (64 hex digits, as bytes)."""
    return hmac.digest(bytes.fromhex(seed), unit.encode(), "sha256").hex()[:_DIGITS]


def below(rank: str, rate: float) -> bool:
    """Whether the rank, as a number, is less than ``rate`` times 2 to the 64th; exactly, without rounding."""
    above, under = rate.as_integer_ratio()
    return int(rank, 16) * under < above << _BITS


def seed_digest(seed: str) -> str:
    """SHA-256 of the seed as it is written: 64 hex digits in small letters."""
    return hashlib.sha256(seed.encode()).hexdigest()


def digest(members: Iterable[Member]) -> str:
    """SHA-256 over a population: of each but those that came too late a line of JSON, sorted by unit."""
    return _digest(merge(members))


def _digest(merged: Iterable[Member]) -> str:
    total = hashlib.sha256()
    for one in merged:
        if one.eligible != TOO_LATE:
            told = (one.unit, one.person, one.queue, one.team, one.eligible, one.rank)
            total.update(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return total.hexdigest()


def stratum_of(by: str, person: str, queue: str, team: str) -> str:
    """``by``: agent | agent_queue | queue | team. What is empty is written as a dash."""
    match by:
        case "agent":
            return person or "-"
        case "agent_queue":
            return f"{person or '-'}|{queue or '-'}"
        case "queue":
            return queue or "-"
        case "team":
            return team or "-"
    raise ValueError(f"there are no strata by {by!r}")


def rate_of(thresholds: Mapping[str, float], stratum: str) -> float:
    """That of "" for a stratum that is not named."""
    return thresholds.get(stratum, thresholds.get("", 0.0))


def chance(population: int, rate: float, minimum: int, unheard: int = 0) -> float:
    """That one of ``population`` eligible conversations of a stratum is in its sample (0..1), exactly.

    Ranks are independent and uniform, so B, how many lie under the threshold, is Bin(N, T); the sample has
    max(B, min(k, N)) and each is as likely in it: E[max(B, min(k, N))] / N = (N T + sum over b < k of
    (k - b) P(B = b)) / N. With ``unheard`` = m findings the sample is as large but taken of the other
    H = N - m, as far as there are so many: E[min(max(B, min(k, N)), H)] / H.
    """
    heard = population - unheard
    if heard <= 0:
        return 0.0
    if minimum >= heard or rate >= 1:
        return 1.0
    size = population * rate
    size += math.fsum((minimum - b) * _binomial(population, rate, b) for b in range(minimum))
    beyond = range(heard + 1, population + 1)
    size -= math.fsum((b - heard) * _binomial(population, rate, b) for b in beyond)
    return round(min(1.0, size / heard), 12)


def _binomial(n: int, p: float, b: int) -> float:
    """P(Bin(n, p) = b) for p < 1; by logarithms, for the parts of it are beyond any number."""
    if p <= 0:
        return float(b == 0)
    ways = math.lgamma(n + 1) - math.lgamma(b + 1) - math.lgamma(n - b + 1)
    return math.exp(ways + b * math.log(p) + (n - b) * math.log1p(-p))


def merge(*populations: Iterable[Member]) -> tuple[Member, ...]:
    """One population, sorted by unit; what is told twice counts once.

    ValueError where one is told in two ways: then it is not known which is true.
    """
    found: dict[str, Member] = {}
    for population in populations:
        for one in population:
            if found.setdefault(one.unit, one) != one:
                raise ValueError(f"{one.unit} is told in two ways")
    return tuple(found[unit] for unit in sorted(found))


def draw(
    members: Iterable[Member],
    seed: str,
    thresholds: Mapping[str, float],
    minimum: int,
    strata_by: str,
    findings: Collection[str] = (),
) -> dict[str, str]:
    """Unit -> threshold | minimum | substitute, of all strata, sorted by unit.

    ``findings``: units whose recording cannot be heard. They stay drawn, and others step in for them.
    """
    return _draw(merge(members), seed, thresholds, minimum, strata_by, findings)


def _draw(
    merged: Iterable[Member],
    seed: str,
    thresholds: Mapping[str, float],
    minimum: int,
    strata_by: str,
    findings: Collection[str],
) -> dict[str, str]:
    picks: dict[str, str] = {}
    for stratum, ranked in _ranked(merged, seed, strata_by).items():
        picks |= _drawn(ranked, rate_of(thresholds, stratum), minimum, findings)
    return dict(sorted(picks.items()))


def _ranked(merged: Iterable[Member], seed: str, by: str) -> dict[str, list[tuple[str, str]]]:
    """Stratum -> (rank, unit) of what is eligible, the lowest first."""
    strata: dict[str, list[tuple[str, str]]] = {}
    for one in merged:
        if not one.eligible:
            stratum = stratum_of(by, one.person, one.queue, one.team)
            strata.setdefault(stratum, []).append((rank(seed, one.unit), one.unit))
    return {stratum: sorted(ranked) for stratum, ranked in strata.items()}


def _drawn(
    ranked: list[tuple[str, str]], rate: float, minimum: int, findings: Collection[str]
) -> dict[str, str]:
    """Down the ranks of one stratum, until so many are heard as the sample has."""
    under = sum(below(each, rate) for each, _ in ranked)
    size, heard = max(under, min(minimum, len(ranked))), 0
    picks: dict[str, str] = {}
    for place, (_, unit) in enumerate(ranked):
        if heard == size:
            break
        picks[unit] = DRAWN[0] if place < under else DRAWN[1] if place < size else DRAWN[2]
        heard += unit not in findings
    return picks


def joining(
    unit: str,
    members: Iterable[Member],
    seed: str,
    thresholds: Mapping[str, float],
    minimum: int,
    strata_by: str,
    findings: Collection[str] = (),
) -> tuple[str, ...]:
    """What is drawn besides once ``unit`` cannot be heard either, by rank: findings that are passed on the
    way, and at last the one that steps in, if one is left.
    """
    everybody = merge(members)
    before = _draw(everybody, seed, thresholds, minimum, strata_by, set(findings) - {unit})
    after = _draw(everybody, seed, thresholds, minimum, strata_by, {*findings, unit})
    return tuple(sorted(after.keys() - before.keys(), key=lambda each: (rank(seed, each), each)))


def substitute(
    unit: str,
    members: Iterable[Member],
    seed: str,
    thresholds: Mapping[str, float],
    minimum: int,
    strata_by: str,
    findings: Collection[str] = (),
) -> str:
    """The unit that steps in once ``unit`` cannot be heard either; "" where none is left."""
    joined = joining(unit, members, seed, thresholds, minimum, strata_by, findings)
    return next((each for each in joined if each not in findings), "")


class Closing(NamedTuple):
    """A day's draw at its closing. ``strata``: stratum -> (all, eligible, picked, chance); ``picked`` counts
    those that cannot be heard, too, and those that step in for them.
    """

    picks: dict[str, str]
    strata: dict[str, tuple[int, int, int, float]]
    digest: str
    population: int
    eligible: int
    picked: int


def close(
    members: Iterable[Member],
    seed: str,
    thresholds: Mapping[str, float],
    minimum: int,
    strata_by: str,
    findings: Collection[str] = (),
) -> Closing:
    """Of everything that ended that day; what came too late is left out."""
    everybody = [one for one in merge(members) if one.eligible != TOO_LATE]
    picks = _draw(everybody, seed, thresholds, minimum, strata_by, findings)
    counts: dict[str, list[int]] = {}
    for one in everybody:
        stratum = stratum_of(strata_by, one.person, one.queue, one.team)
        count = counts.setdefault(stratum, [0, 0, 0, 0])
        count[0] += 1
        count[1] += not one.eligible
        count[2] += one.unit in picks
        count[3] += one.unit in findings and not one.eligible
    strata = {
        stratum: (total, fit, picked, chance(fit, rate_of(thresholds, stratum), minimum, unheard))
        for stratum, (total, fit, picked, unheard) in sorted(counts.items())
    }
    fit = sum(count[1] for count in counts.values())
    return Closing(picks, strata, _digest(everybody), len(everybody), fit, len(picks))
