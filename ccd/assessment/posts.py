"""Another post: who may be tried in it, and whether a trial is passed, by pure tables of manual.md, "Grades
and promotion".

To lead after 6 months in post, to supervisor after 12; then a trial of 3 months or more, and a 360-degree
score to be confirmed. Nothing here is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ccd.assessment.months import before
from ccd.assessment.promotion import Grade, Said, Staff, months_since, said, worth

__all__ = ["POSTS", "Figure", "Post", "confirmed_in_post", "post"]

POSTS: Mapping[str, tuple[str, int, float, float, float]] = {
    "lead": ("agent", 6, 75, 70, 80),
    "supervisor": ("lead", 12, 80, 80, 85),
}
"""Post -> (from, months in post, peer score, competency, 360-degree score to be confirmed)."""
TRIAL_MONTHS = 3


class Figure(NamedTuple):
    """As it was imported for ``month``."""

    points: float
    month: str


class Post(NamedTuple):
    """``may``: be tried in it, or at the end of a ``trial`` be confirmed; ``why``: what stands against it."""

    person: str
    post: str
    trial: bool
    may: bool
    why: tuple[Said, ...]
    grounds: tuple[Said, ...]


def post(
    staff: Staff,
    to: str,
    grades: Iterable[Grade],
    at: str,
    *,
    peer: Figure | None = None,
    competency: Figure | None = None,
) -> Post:
    """``to``: lead | supervisor. Two A (or one S) and no C or D in the 6 months before ``at``."""
    origin, months, peers, competent, _ = POSTS[to]
    reviewed = [before(at, n) for n in range(6, 0, -1)]
    known = sorted(one for one in grades if one.month in reviewed)
    why = []
    if staff.post != origin:
        why.append(said("post", post=staff.post))
    if staff.post_since is None or months_since(staff.post_since, at) < months:
        why.append(said("months_in_post", months=months))
    if worth(known) < 2:
        why.append(said("grades"))
    why += [said("bad_grade", month=one.month, grade=one.grade) for one in known if one.grade in "CD"]
    grounds = [one.told for one in known]
    grounds.append(said("post_since", day=staff.post_since) if staff.post_since else said("no_post_since"))
    for part, figure, least in (("peer", peer, peers), ("competency", competency, competent)):
        if figure is None or figure.points < least:
            why.append(said("points", part=part, least=f"{least:g}"))
        grounds.append(_figure(part, figure))
    return Post(staff.person, to, trial=False, may=not why, why=tuple(why), grounds=tuple(grounds))


def confirmed_in_post(staff: Staff, at: str, review_360: Figure | None) -> Post:
    """After a trial of 3 months or more with a 360-degree score of 80 (lead) or 85 (supervisor)."""
    least = POSTS[staff.trial][4]
    why = []
    if staff.trial_since is None or months_since(staff.trial_since, at) < TRIAL_MONTHS:
        why.append(said("trial", months=TRIAL_MONTHS))
    if review_360 is None or review_360.points < least:
        why.append(said("points", part="review_360", least=f"{least:g}"))
    since = said("trial_since", day=staff.trial_since) if staff.trial_since else said("no_trial_since")
    grounds = (since, _figure("review_360", review_360))
    return Post(staff.person, staff.trial, trial=True, may=not why, why=tuple(why), grounds=grounds)


def _figure(part: str, figure: Figure | None) -> Said:
    if figure is None:
        return said("no_figure", part=part)
    return said("figure", part=part, points=f"{figure.points:g}", month=figure.month)
