"""Who may be promoted, and what a bad grade means, exactly as manual.md, "Grades and promotion". Pure tables.

An S counts as two A where the manual lets it stand for them. Every result names what it rests on, as rules
with values: words are the reader's. Nothing here is decided: it is a report for those who review each January
and July (of leads: January). Another post: ``ccd.assessment.posts``.
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
    "Review",
    "Said",
    "Staff",
    "c_rules",
    "lower",
    "months_reviewed",
    "months_since",
    "panel",
    "panel_grounds",
    "raised",
    "review",
    "said",
    "worth",
]

PANEL = {"superior": 30, "department_head": 30, "related_department": 20, "hr": 20}
"""The review panel's weights."""
SINCE_RATED = 3
UNDONE_WITHIN = 3


class Said(NamedTuple):
    """A reason or a figure, by name and with its values."""

    rule: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def row(self) -> dict[str, str]:
        return {"rule": self.rule, **dict(self.values)}


def said(rule: str, **values: object) -> Said:
    return Said(rule, tuple((name, str(value)) for name, value in values.items()))


class Grade(NamedTuple):
    """``attitude``: a C caused by a proven complaint about attitude. ``origin``: imported | bands."""

    month: str
    grade: str
    attitude: bool = False
    origin: str = "imported"

    @property
    def told(self) -> Said:
        return said("grade_given", month=self.month, grade=self.grade, origin=self.origin)


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
    trial: str = ""
    """The post that is tried since ``trial_since``: lead | supervisor."""
    trial_since: date | None = None


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
    why: tuple[Said, ...]
    grounds: tuple[Said, ...]


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


def panel(scores: Mapping[str, float]) -> float | None:
    """The panel's score out of 100; None where one of the four is missing."""
    if not scores.keys() >= PANEL.keys():
        return None
    return round(sum(PANEL[name] * scores[name] for name in PANEL) / 100.0, 2)


def panel_grounds(given: Mapping[str, tuple[float, str]]) -> tuple[Said, ...]:
    """``given``: name -> points, and the month they were imported for."""
    return tuple(
        said("panel_figure", panel=name, points=f"{given[name][0]:g}", month=given[name][1], weight=weight)
        if name in given
        else said("no_panel_figure", panel=name)
        for name, weight in PANEL.items()
    )


# --- the review of January and July -----------------------------------------------------------------------


def months_reviewed(at: str, post: str) -> tuple[str, ...]:
    """Those before the month of the review: 12 of leads, 6 of everybody else; the earliest first."""
    return tuple(before(at, n) for n in range(12 if post == "lead" else 6, 0, -1))


def months_since(day: date, at: str) -> int:
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
        steps, rule = (1 if worth(known) >= 4 else 0), "lead"
    elif senior:
        steps, rule = (1 if worth(known) >= 2 else 0), "intermediate_2_and_above"
    else:
        steps, rule = _steps_below(known), "below_intermediate_2"
        why += [said("bad_grade", month=one.month, grade=one.grade) for one in known if one.grade in "CD"]
        why += [said("own_fault", complaint=each) for each in complaints]
    if not steps:
        why.append(said("grades"))
    top = _known(staff.level, staff.step) and LADDER.index((staff.level, staff.step)) == len(LADDER) - 1
    if top:
        why.append(said("top"))
    missing = [month for month in months if month not in {one.month for one in known}]
    grounds = [one.told for one in known] + [said("no_grade", month=month) for month in missing]
    grounds += [said("complaint", complaint=each) for each in complaints]
    steps = 0 if why else steps
    level, step = (
        raised(staff.level, staff.step, steps)
        if _known(staff.level, staff.step)
        else (staff.level, staff.step)
    )
    by_panel = steps > 0 and rule != "below_intermediate_2"
    return Review(staff.person, steps, by_panel, level, step, rule, tuple(why), tuple(grounds))


def _against(staff: Staff, at: str) -> list[Said]:
    why = []
    if at[5:] not in (("01",) if staff.post == "lead" else ("01", "07")):
        why.append(said("month"))
    if not _known(staff.level, staff.step):
        why.append(said("level"))
    if not staff.confirmed:
        why.append(said("confirmed"))
    if staff.rated is not None and months_since(staff.rated, at) < SINCE_RATED:
        why.append(said("rated", day=staff.rated, months=SINCE_RATED))
    return why


def worth(grades: Iterable[Grade]) -> int:
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


# --- what a C means ---------------------------------------------------------------------------------------


def c_rules(staff: Staff, grade: Grade) -> tuple[Said, ...]:
    """improvement_plan | level_down | promotion_undone. Of a D the manual says nothing."""
    if grade.grade != "C":
        return ()
    found, month = [], grade.month
    if grade.attitude:
        level, step = lower(staff.level, staff.step) if _known(staff.level, staff.step) else ("unknown", "")
        found.append(said("level_down", month=month, then=after(month), level=level, step=step))
    if staff.promoted is not None and _soon_after(staff.promoted, month):
        found.append(said("promotion_undone", month=month, day=staff.promoted))
    if not grade.attitude:
        found.append(said("improvement_plan", month=month))
    return tuple(found)


def _soon_after(promoted: date, month: str) -> bool:
    """The month of the promotion, and the three that follow it."""
    start = f"{promoted:%Y-%m}"
    return start <= month <= after(start, UNDONE_WITHIN)
