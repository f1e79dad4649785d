"""The promotion report: the tables of ``ccd.assessment.promotion`` over what the store has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.assessment.promotion import Grade, Staff
    from ccd.cli.assessment_stored import Read
    from ccd.events.assessment import StaffNoted

__all__ = ["report", "review_month"]


def review_month(session: Session, text: str) -> str:
    """The one named, else the next January or July. Raises CommandError."""
    from ccd.assessment.months import is_month

    if text:
        if not is_month(text) or text[5:] not in ("01", "07"):
            raise CommandError(Exit.USAGE, session.words("assess_no_review", text=text))
        return text
    now = datetime.now(ZoneInfo(session.settings.daemon.timezone))
    if now.month in (1, 7):
        return f"{now:%Y-%m}"
    return f"{now.year}-07" if now.month < 7 else f"{now.year + 1}-01"


def report(session: Session, found: Read, at: str) -> list[dict[str, Any]]:
    """Everybody of whom the personnel file says a level or a post, by code."""
    rows = []
    for person, noted in sorted(found.state.staff.items()):
        if found.roster.by_code(person) is not None:
            rows.append(_row(session, found, noted, at))
    return rows


def _row(session: Session, found: Read, noted: StaffNoted, at: str) -> dict[str, Any]:
    from ccd.assessment.months import before
    from ccd.assessment.promotion import c_rules, on_site, review

    person, state = noted.person, found.state
    staff, grades = _staff(session, found, noted), _grades(found, noted.person)
    complaints = [
        f"{one.month} {one.about}: {one.told}"
        for one in state.complaints.values()
        if one.person == person and one.fault == "own"
    ]
    result = review(staff, grades, complaints, at)
    last = [one for one in grades if one.month == before(at)]
    notes = [f"{one.month} C: {rule}" for one in last for rule in c_rules(staff, one)]
    points = {month: one.points for month, one in state.made.get(person, {}).items()}
    passing = session.settings.policies.assessment.passing
    notes += [f"on site, {one.what}: {one.grounds}" for one in on_site(staff, points, at, passing)]
    return {
        "person": person,
        "name": found.name(person),
        "level": noted.level,
        "step": noted.step,
        "steps": result.steps,
        "to_level": result.level,
        "to_step": result.step,
        "panel": result.panel,
        "rule": result.rule,
        "why": list(result.why),
        "grounds": list(result.grounds),
        "posts": _posts(found, staff, grades, at),
        "notes": notes,
        "from": "shift_event",
    }


def _posts(found: Read, staff: Staff, grades: list[Grade], at: str) -> list[str]:
    """What stands for and against the next post."""
    from ccd.assessment.promotion import POSTS, post

    told = []
    for to, (origin, *_) in POSTS.items():
        if staff.post == origin:
            figures = {name: _figure(found, staff.person, name, at) for name in ("peer", "competency")}
            result = post(staff, to, grades, at, **figures)
            told.append(f"{to}: " + ("may be tried" if result.may else f"not: {', '.join(result.why)}"))
    return told


def _figure(found: Read, person: str, part: str, at: str) -> float | None:
    """The latest that was imported before the review."""
    months = sorted((month for month in found.state.figures if month < at), reverse=True)
    for month in months:
        values = [one.points for one in found.state.figures_of(person, month) if one.part == part]
        if values:
            return sum(values) / len(values)
    return None


def _staff(session: Session, found: Read, noted: StaffNoted) -> Staff:
    from ccd.assessment.promotion import Staff

    known = found.roster.by_code(noted.person)
    role = known.role if known else ""
    agents = session.settings.quality.scored_roles
    leads = session.settings.shifts.lead_roles
    return Staff(
        noted.person,
        post="lead" if role in leads else "agent" if role in agents else "other",
        level=noted.level,
        step=noted.step,
        confirmed=noted.confirmed,
        rated=noted.rated,
        promoted=noted.promoted,
        post_since=noted.post_since,
        posted=noted.posted,
    )


def _grades(found: Read, person: str) -> list[Grade]:
    from ccd.assessment.promotion import Grade

    return [
        Grade(one.month, one.grade, one.attitude, one.origin)
        for one in found.state.grades.get(person, {}).values()
    ]
