"""Who may be promoted, and what a bad grade means, exactly as manual.md, "Grades and promotion". Pure tables.

An S counts as two A where the manual lets it stand for them. Every result names what it rests on. Nothing
here is decided: it is a report for those who review each January and July (of leads: January).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from ccd.assessment.months import after, before
from ccd.assessment.tables import LEVELS, STEPS

__all__ = [
    "PANEL",
    "Grade",
    "OnSite",
    "Post",
    "Review",
    "Staff",
    "c_rules",
    "confirmed_in_post",
    "lower",
    "months_reviewed",
    "on_site",
    "panel",
    "post",
    "raised",
    "review",
]

PANEL = {"superior": 30, "department_head": 30, "related_department": 20, "hr": 20}
"""The review panel's weights."""
POSTS: Mapping[str, tuple[str, int, float, float, float]] = {
    "lead": ("agent", 6, 75, 70, 80),
    "supervisor": ("lead", 12, 80, 80, 85),
}
"""Post -> (from, months in post, peer score, competency, 360-degree score to be confirmed)."""
TRIAL_MONTHS = 3
SINCE_RATED = 3
UNDONE_WITHIN = 3


class Grade(NamedTuple):
    """``attitude``: a C caused by a proven complaint about attitude. ``origin``: imported | bands."""

    month: str
    grade: str
    attitude: bool = False
    origin: str = "imported"

    @property
    def told(self) -> str:
        return f"{self.month} {self.grade} ({self.origin})"


class Staff(NamedTuple):
    """As the personnel file has it. ``post``: agent | lead | other."""

    person: str
    post: str = "agent"
    level: str = ""
    step: str = ""
    confirmed: bool = False
    rated: date | None = None
    promoted: date | None = None
    post_since: date | None = None
    posted: bool = False


class Review(NamedTuple):
    """``steps``: how many more are within reach; ``panel``: a review panel decides of it. ``why``: rules that
    stand against it, and ``grounds`` the figures.
    """

    person: str
    steps: int
    panel: bool
    level: str
    step: str
    rule: str
    why: tuple[str, ...]
    grounds: tuple[str, ...]


# --- levels and steps -------------------------------------------------------------------------------------


def _ladder() -> tuple[tuple[str, str], ...]:
    return ((LEVELS[0], ""), *((level, step) for level in LEVELS[1:] for step in STEPS))


LADDER = _ladder()


def raised(level: str, step: str, by: int) -> tuple[str, str]:
    """So many steps up, at most to the top. Level and step must be known."""
    return LADDER[min(LADDER.index((level, step)) + by, len(LADDER) - 1)]


def lower(level: str, step: str) -> tuple[str, str]:
    """One level down on the same step; the lowest level has none."""
    at = LEVELS.index(level)
    if at <= 1:
        return LADDER[0]
    return LEVELS[at - 1], step


def _known(level: str, step: str) -> bool:
    return (level, step) in LADDER


def panel(scores: Mapping[str, float]) -> float:
    """The panel's score out of 100. Raises KeyError where one of the four is missing."""
    return round(sum(PANEL[name] * scores[name] for name in PANEL) / 100.0, 2)


# --- the review of January and July -----------------------------------------------------------------------


def months_reviewed(at: str, post: str) -> tuple[str, ...]:
    """Those before the month of the review: 12 of leads, 6 of everybody else; the earliest first."""
    return tuple(before(at, n) for n in range(12 if post == "lead" else 6, 0, -1))


def _months_since(day: date, at: str) -> int:
    """Whole months from ``day`` to the first of ``at``."""
    whole = (int(at[:4]) - day.year) * 12 + int(at[5:]) - day.month
    return whole - (day.day > 1)


def review(staff: Staff, grades: Iterable[Grade], own_fault: Iterable[str], at: str) -> Review:
    """``at``: 2026-01 or 2026-07. ``own_fault``: complaints at own fault, as "MONTH what"."""
    months = months_reviewed(at, staff.post)
    known = sorted(one for one in grades if one.month in months)
    complaints = sorted(each for each in own_fault if each[:7] in months)
    senior = staff.level in LEVELS[3:]
    why = _against(staff, at)
    if staff.post == "lead":
        steps, rule = (1 if _worth(known) >= 4 else 0), "lead"
    elif senior:
        steps, rule = (1 if _worth(known) >= 2 else 0), "intermediate_2_and_above"
    else:
        steps, rule = _steps_below(known), "below_intermediate_2"
        why += [f"{one.grade} in {one.month}" for one in known if one.grade in "CD"]
        why += [f"complaint at own fault: {each}" for each in complaints]
    if not steps:
        why.append("grades")
    top = _known(staff.level, staff.step) and LADDER.index((staff.level, staff.step)) == len(LADDER) - 1
    if top:
        why.append("top")
    missing = [month for month in months if month not in {one.month for one in known}]
    grounds = [one.told for one in known] + [f"{month} no grade" for month in missing]
    grounds += [f"complaint {each}" for each in complaints]
    steps = 0 if why else steps
    level, step = (
        raised(staff.level, staff.step, steps)
        if _known(staff.level, staff.step)
        else (staff.level, staff.step)
    )
    by_panel = steps > 0 and rule != "below_intermediate_2"
    return Review(staff.person, steps, by_panel, level, step, rule, tuple(why), tuple(grounds))


def _against(staff: Staff, at: str) -> list[str]:
    why = []
    if at[5:] not in (("01",) if staff.post == "lead" else ("01", "07")):
        why.append("month")
    if not _known(staff.level, staff.step):
        why.append("level")
    if not staff.confirmed:
        why.append("confirmed")
    if staff.rated is not None and _months_since(staff.rated, at) < SINCE_RATED:
        why.append(f"rated {staff.rated}")
    return why


def _worth(grades: Iterable[Grade]) -> int:
    """In A: an S stands for two."""
    return sum({"S": 2, "A": 1}.get(one.grade, 0) for one in grades)


def _steps_below(grades: list[Grade]) -> int:
    """Two S + two A or better = 3; three A or better, or S + A = 2; six B or better = 1."""
    s = sum(one.grade == "S" for one in grades)
    good = sum(one.grade in "SA" for one in grades)
    if s >= 2 and good >= 4:
        return 3
    if good >= 3 or (s >= 1 and good >= 2):
        return 2
    return 1 if sum(one.grade in "SAB" for one in grades) >= 6 else 0


# --- another post -----------------------------------------------------------------------------------------


class Post(NamedTuple):
    """Whether somebody may be tried in a post; a trial of 3 months or more follows."""

    person: str
    post: str
    may: bool
    why: tuple[str, ...]
    grounds: tuple[str, ...]


def post(
    staff: Staff,
    to: str,
    grades: Iterable[Grade],
    at: str,
    *,
    peer: float | None = None,
    competency: float | None = None,
) -> Post:
    """``to``: lead | supervisor. Two A (or one S) and no C or D in the 6 months before ``at``."""
    origin, months, peers, competent, _ = POSTS[to]
    reviewed = [before(at, n) for n in range(6, 0, -1)]
    known = sorted(one for one in grades if one.month in reviewed)
    why = []
    if staff.post != origin:
        why.append(f"post {staff.post}")
    if staff.post_since is None or _months_since(staff.post_since, at) < months:
        why.append(f"{months} months in post")
    if _worth(known) < 2:
        why.append("grades")
    why += [f"{one.grade} in {one.month}" for one in known if one.grade in "CD"]
    if peer is None or peer < peers:
        why.append(f"peer {peers:g}")
    if competency is None or competency < competent:
        why.append(f"competency {competent:g}")
    grounds = [one.told for one in known]
    grounds.append(f"post since {staff.post_since or 'unknown'}")
    grounds += [
        f"{name} {'unknown' if value is None else f'{value:g}'}"
        for name, value in (("peer", peer), ("competency", competency))
    ]
    return Post(staff.person, to, not why, tuple(why), tuple(grounds))


def confirmed_in_post(to: str, trial_months: int, review_360: float | None) -> bool:
    """After a trial of 3 months or more with a 360-degree score of 80 (lead) or 85 (supervisor)."""
    return trial_months >= TRIAL_MONTHS and review_360 is not None and review_360 >= POSTS[to][4]


# --- what a C means ---------------------------------------------------------------------------------------


def c_rules(staff: Staff, grade: Grade) -> tuple[str, ...]:
    """improvement_plan | level_down MONTH LEVEL STEP | promotion_undone. Of a D the manual says nothing."""
    if grade.grade != "C":
        return ()
    found = []
    if grade.attitude:
        level = lower(staff.level, staff.step) if _known(staff.level, staff.step) else ("unknown", "")
        found.append(f"level_down {after(grade.month)} {' '.join(level).strip()}")
    if staff.promoted is not None and _soon_after(staff.promoted, grade.month):
        found.append(f"promotion_undone {staff.promoted}")
    if not grade.attitude:
        found.append("improvement_plan")
    return tuple(found)


def _soon_after(promoted: date, month: str) -> bool:
    """The month of the promotion, and the three that follow it."""
    start = f"{promoted:%Y-%m}"
    return start <= month <= after(start, UNDONE_WITHIN)


# --- on-site staff ----------------------------------------------------------------------------------------


class OnSite(NamedTuple):
    """``what``: moved | rotated; ``grounds`` its figures."""

    person: str
    what: str
    grounds: str


def on_site(staff: Staff, points: Mapping[str, float | None], at: str, passing: float) -> tuple[OnSite, ...]:
    """Of who works at a client's site. ``points``: by month; the one before ``at`` under 60 means moved, over
    a year at one site rotated. The quarterly ranking decides of rotation, too: that is a list, not a rule.
    """
    if not staff.posted:
        return ()
    found = []
    last = points.get(before(at))
    if last is not None and last < passing:
        found.append(OnSite(staff.person, "moved", f"{before(at)} {last:g}"))
    if staff.post_since is not None and _over_a_year(staff.post_since, at):
        found.append(OnSite(staff.person, "rotated", f"since {staff.post_since}"))
    return tuple(found)


def _over_a_year(since: date, at: str) -> bool:
    """More than twelve months by the first of ``at``."""
    return since < date(int(at[:4]) - 1, int(at[5:]), 1)
