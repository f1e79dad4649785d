"""The quarter's ranking by average score, and what is said of on-site staff (manual.md, "Rhythm", "Grades and
promotion"). Pure.

A person's average is the plain mean of the months that have a number: an insufficient month is none, and
counts as nothing. On-site staff: a month under 60 means moved, over a year at one site rotated; the ranking
decides of rotation, too, and that is for people to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from math import fsum

from ccd.assessment.months import after, before
from ccd.assessment.promotion import Said, Staff, said

__all__ = ["average", "is_quarter", "months_of", "on_site", "quarter_before", "ranks"]

DIGITS = 2


def is_quarter(text: str) -> bool:
    """As 2026-Q4."""
    year, _, quarter = text.partition("-")
    digits = year.isascii() and year.isdigit() and len(year) == 4 and "1900" < year < "3000"
    return digits and quarter in ("Q1", "Q2", "Q3", "Q4")


def months_of(quarter: str) -> tuple[str, str, str]:
    first = f"{quarter[:4]}-{int(quarter[6]) * 3 - 2:02d}"
    return first, after(first), after(first, 2)


def quarter_before(month: str) -> str:
    """The last one that is over as ``month`` runs."""
    ended = before(month, 3)
    return f"{ended[:4]}-Q{(int(ended[5:]) + 2) // 3}"


def average(points: Iterable[float | None]) -> float | None:
    """None where no month has a number."""
    known = [one for one in points if one is not None]
    return round(fsum(known) / len(known), DIGITS) if known else None


def ranks(averages: Mapping[str, float | None]) -> dict[str, int]:
    """From the best, who is 1. The same average is the same rank, and the next one is so many later. Who has
    no number has no rank.
    """
    first: dict[float, int] = {}
    known = {person: points for person, points in averages.items() if points is not None}
    for place, points in enumerate(sorted(known.values(), reverse=True), 1):
        first.setdefault(points, place)
    return {person: first[points] for person, points in known.items()}


def on_site(
    staff: Staff, points: Mapping[str, float | None], months: Iterable[str], passing: float
) -> tuple[Said, ...]:
    """Of who works at a client's site. ``points``: by month. Each of ``months`` under 60 means moved; over a
    year at one site, as the last of them is over, rotated.
    """
    if not staff.posted:
        return ()
    found, last = [], ""
    for month in sorted(months):
        last, of_month = month, points.get(month)
        if of_month is not None and of_month < passing:
            found.append(said("moved", month=month, points=f"{of_month:g}"))
    if last and staff.post_since is not None and _over_a_year(staff.post_since, after(last)):
        found.append(said("rotated", day=staff.post_since))
    return tuple(found)


def _over_a_year(since: date, at: str) -> bool:
    """More than twelve months by the first of ``at``."""
    return since < date(int(at[:4]) - 1, int(at[5:]), 1)
