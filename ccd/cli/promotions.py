"""``assess promotions``: the tables of ``ccd.assessment.promotion`` and ``posts`` over what the store has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ccd.cli.assessment_stored import as_csv, read
from ccd.cli.plans import as_json
from ccd.cli.promotions_said import code_word, panel_said, post_said, rows_said
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.assessment.posts import Figure, Post
    from ccd.assessment.promotion import Grade, Said, Staff
    from ccd.cli.assessment_stored import Read
    from ccd.events.assessment import StaffNoted

__all__ = ["promotions", "staff_of"]

Row = dict[str, Any]


@command
def promotions(
    session: Session,
    at: Annotated[str, typer.Option("--at", metavar="MONTH", help="The review: 2026-01 or 2026-07.")] = "",
    json_: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV that Excel opens.")] = False,
) -> None:
    """Who may be promoted at the review of January or July, with every figure's origin."""
    of = _review_month(session, at)
    rows = _report(session, read(session), of)
    if json_:
        as_json(session, {"at": of, "people": rows})
    elif csv:
        as_csv(
            [session.words(f"act_assess_{name}") for name in _HEAD], [_cells(session, row) for row in rows]
        )
    else:
        for row in rows:
            _print(session, row)


_HEAD = (
    *("person", "name", "level", "step", "steps", "to_level", "to_step"),
    *("why", "panel", "grounds", "posts", "notes"),
)


def _cells(session: Session, row: Row) -> list[Any]:
    codes = [code_word(session, kind, row[name]) for name, kind in _LADDER]
    level, step, to_level, to_step = codes
    several = (rows_said(session, row[name]) for name in ("why", "grounds", "notes"))
    why, grounds, notes = ("; ".join(one) for one in several)
    panel = panel_said(session, row["panel"]) if row["panel"] else ""
    posts = "; ".join(post_said(session, one) for one in row["posts"])
    before = [row["person"], row["name"], level, step, row["steps"], to_level, to_step]
    return [*before, why, panel, grounds, posts, notes]


_LADDER = (("level", "level"), ("step", "step"), ("to_level", "level"), ("to_step", "step"))


def _print(session: Session, row: Row) -> None:
    codes = [code_word(session, kind, row[name]) for name, kind in _LADDER]
    level, to = " ".join(codes[:2]).strip(), " ".join(codes[2:]).strip()
    values = {"person": row["person"], "name": row["name"], "level": level or "-"}
    if row["steps"]:
        how = session.words("assess_by_panel") if row["panel"] else session.words("assess_by_rule")
        print(session.words("assess_promoted", **values, steps=row["steps"], to=to, how=how))
    else:
        why = ", ".join(rows_said(session, row["why"]))
        print(session.words("assess_not_promoted", **values, why=why))
    if row["panel"]:
        print("    " + panel_said(session, row["panel"]))
    for one in row["posts"]:
        print("    " + post_said(session, one))
    for text in rows_said(session, [*row["notes"], *row["grounds"]]):
        print("    " + text)


def _review_month(session: Session, text: str) -> str:
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


def _report(session: Session, found: Read, at: str) -> list[Row]:
    """Everybody of whom the personnel file says a level or a post, by code."""
    rows = []
    for person, noted in sorted(found.state.staff.items()):
        if found.roster.by_code(person) is not None:
            rows.append(_row(session, found, noted, at))
    return rows


def _row(session: Session, found: Read, noted: StaffNoted, at: str) -> Row:
    from ccd.assessment.months import before
    from ccd.assessment.promotion import c_rules, review
    from ccd.assessment.ranking import on_site

    person, state = noted.person, found.state
    staff, grades = staff_of(session, found, noted), _grades(found, noted.person)
    complaints = [
        f"{one.month} {one.about}: {one.told}"
        for one in state.complaints.values()
        if one.person == person and one.fault == "own"
    ]
    result = review(staff, grades, complaints, at)
    last = [one for one in grades if one.month == before(at)]
    points = {month: one.points for month, one in state.made.get(person, {}).items()}
    passing = session.settings.policies.assessment.passing
    notes = [rule for one in last for rule in c_rules(staff, one)]
    notes += on_site(staff, points, (before(at),), passing)
    return {
        "person": person,
        "name": found.name(person),
        "level": noted.level,
        "step": noted.step,
        "steps": result.steps,
        "to_level": result.level,
        "to_step": result.step,
        "panel": _panel(found, person, at) if result.panel else None,
        "rule": result.rule,
        "why": _as_rows(result.why),
        "grounds": _as_rows(result.grounds),
        "posts": [_post_row(one) for one in _posts(found, staff, grades, at)],
        "notes": _as_rows(notes),
        "from": "shift_event",
    }


def _panel(found: Read, person: str, at: str) -> Row:
    """Of this review: imported for its month, or the one before. Without all four there is no score."""
    from ccd.assessment.months import before
    from ccd.assessment.promotion import panel, panel_grounds

    given: dict[str, tuple[float, str]] = {}
    for month in (before(at), at):
        for one in found.state.figures_of(person, month):
            if one.part == "panel":
                given[one.name] = (one.points, month)
    points = panel({name: one[0] for name, one in given.items()})
    return {"points": points, "grounds": _as_rows(panel_grounds(given))}


def _posts(found: Read, staff: Staff, grades: list[Grade], at: str) -> list[Post]:
    """What stands for and against the next post; of who is tried in one already, against being confirmed."""
    from ccd.assessment.months import before
    from ccd.assessment.posts import POSTS, confirmed_in_post, post

    if staff.trial in POSTS:
        since = f"{staff.trial_since:%Y-%m}" if staff.trial_since else at
        return [confirmed_in_post(staff, at, _figure(found, staff.person, "review_360", since, at))]
    last = before(at)
    figures = {name: _figure(found, staff.person, name, "", last) for name in ("peer", "competency")}
    return [
        post(staff, to, grades, at, **figures) for to, (origin, *_) in POSTS.items() if staff.post == origin
    ]


def _figure(found: Read, person: str, part: str, first: str, last: str) -> Figure | None:
    """The latest that was imported for one of these months; of several names their mean."""
    from ccd.assessment.posts import Figure

    for month in sorted((one for one in found.state.figures if first <= one <= last), reverse=True):
        values = [one.points for one in found.state.figures_of(person, month) if one.part == part]
        if values:
            return Figure(sum(values) / len(values), month)
    return None


def staff_of(session: Session, found: Read, noted: StaffNoted) -> Staff:
    """As the personnel file has it, with the post that the roster says."""
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
        trial=noted.trial,
        trial_since=noted.trial_since,
    )


def _grades(found: Read, person: str) -> list[Grade]:
    from ccd.assessment.promotion import Grade

    return [
        Grade(one.month, one.grade, one.attitude, one.origin)
        for one in found.state.grades.get(person, {}).values()
    ]


def _as_rows(several: Iterable[Said]) -> list[dict[str, str]]:
    return [one.row for one in several]


def _post_row(one: Post) -> Row:
    return {
        "post": one.post,
        "trial": one.trial,
        "may": one.may,
        "why": _as_rows(one.why),
        "grounds": _as_rows(one.grounds),
    }
