"""``training`` and ``staff``: courses with their examinations, and the personnel file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli import acting
from ccd.cli.assessment_stored import month_of, read
from ccd.cli.plans import as_json, clock_in
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.assessment.cases import Training
    from ccd.cli.assessment_stored import Read

__all__ = ["add_to", "import_rows"]

_training = typer.Typer(help="Training (培训): courses and examinations.", no_args_is_help=True)
_staff = typer.Typer(help="The personnel file: levels, steps, since when.", no_args_is_help=True)

_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code in the roster.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]
_Course = Annotated[str, typer.Argument(metavar="TRAINING", help="As `training list` names it.")]
_People = Annotated[str, typer.Option("--people", metavar="CODES", help="Codes with commas between.")]


@command
def plan(
    session: Session,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it is about.")],
    *,
    place: Annotated[str, typer.Option("--place", metavar="TEXT", help="Where.")],
    trainer: Annotated[str, typer.Option("--trainer", metavar="WHO", help="A code, or a name.")],
    begins: Annotated[str, typer.Option("--begins", metavar="TIME", help="Such as 2026-01-31T08:00.")],
    ends: Annotated[str, typer.Option("--ends", metavar="TIME", help="Such as 2026-01-31T10:00.")],
    people: _People,
    by: _By,
    training: Annotated[
        str, typer.Option("--training", metavar="NAME", help="One proposed or planned before.")
    ] = "",
    exam: Annotated[str, typer.Option("--exam", metavar="TEXT", help="The examination.")] = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="course, retraining, safety or coaching.")
    ] = "course",
    cases: Annotated[str, typer.Option("--cases", metavar="CASES", help="Those it is held for.")] = "",
    json_: _Json = False,
) -> None:
    """Plan a course; refused where it would lie in anybody's shift, leave or other course."""
    values = {"title": title, "place": place, "trainer": trainer, "begins": begins, "ends": ends}
    values |= {"people": people, "training": training, "exam": exam, "kind": kind, "cases": cases}
    _act(session, "plan", json_, by, values)


@command
def held(
    session: Session,
    training: _Course,
    *,
    minutes: Annotated[str, typer.Option("--minutes", metavar="N", help="How long it took.")],
    by: _By,
    people: Annotated[str, typer.Option("--people", metavar="CODES", help="Default: all planned.")] = "",
    json_: _Json = False,
) -> None:
    """Note that a course was held, and who was there."""
    _act(session, "held", json_, by, {"training": training, "minutes": minutes, "people": people})


@command
def exam(
    session: Session,
    training: _Course,
    points: Annotated[str, typer.Argument(metavar="POINTS", help="Such as 2001=80,2002=55.")],
    *,
    by: _By,
    retake: Annotated[bool, typer.Option("--retake", help="Of those who failed before.")] = False,
    json_: _Json = False,
) -> None:
    """Enter the points of an examination; who failed retakes it, or it is planned and trained again."""
    values = {"training": training, "points": points, "retake": "yes" if retake else ""}
    _act(session, "exam", json_, by, values)


@command
def cancel(
    session: Session,
    training: _Course,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; everybody is told.")],
    by: _By,
    json_: _Json = False,
) -> None:
    """Cancel a course that is planned."""
    _act(session, "cancel", json_, by, {"training": training, "reason": reason})


def _act(session: Session, what: str, json_: bool, by: str, values: dict[str, str]) -> None:
    acting.act(session, "assessment", what, json_, actor=by, values=values)


@command
def list_(
    session: Session,
    by: Annotated[
        str, typer.Option("--by", metavar="CODE", help="Results as far as this person may see them.")
    ] = "",
    safety: Annotated[bool, typer.Option("--safety", help="Hours of safety training of a month.")] = False,
    month: Annotated[str | None, typer.Option(metavar="MONTH", help="Default: this one.")] = None,
    json_: _Json = False,
) -> None:
    """Courses that are proposed, planned and held; with --safety, hours a person in a month."""
    found = read(session)
    if safety:
        _show_safety(session, found, month_of(session, month), json_)
        return
    known = sorted(found.state.trainings.values(), key=lambda one: (one.latest, one.name))
    if json_:
        as_json(session, {"trainings": [_row(session, found, one, by) for one in known]})
        return
    if not known:
        session.say("training_none")
    for one in known:
        print(_line(session, one))
        for person, result in _results(session, found, one, by).items():
            said = session.words("state_exam_passed" if result["passed"] else "state_exam_failed")
            print(f"    {person} {found.name(person)} {said} {result.get('points', '')}".rstrip())


def _row(session: Session, found: Read, one: Training, by: str) -> dict[str, Any]:
    from ccd.assessment.view import training_row

    return training_row(one) | {"results": _results(session, found, one, by)}


def _results(session: Session, found: Read, one: Training, by: str) -> dict[str, dict[str, Any]]:
    """Of each person the latest examination, as ``by`` may see it; without ``by`` passed or failed alone."""
    from ccd.assessment.seen import seen_by

    class World:
        settings = session.settings
        roster = found.roster

    results: dict[str, dict[str, Any]] = {}
    for each in one.exams:
        if by:
            results |= seen_by(World(), each, by)
        else:
            results |= {person: {"passed": person not in each.failed} for person in each.points}
    return results


def _line(session: Session, one: Training) -> str:
    plan, proposed = one.plan, one.proposed
    return session.words(
        "training_line",
        training=one.name,
        state=session.words(f"state_training_{one.state}"),
        title=plan.title if plan else proposed.fault if proposed else "",
        when=f"{clock_in(session, plan.begins)} – {clock_in(session, plan.ends, plan.begins)}"
        if plan
        else "-",
        place=plan.place if plan else "-",
        people=", ".join(plan.people if plan else proposed.people if proposed else ()),
    )


def _show_safety(session: Session, found: Read, month: str, json_: bool) -> None:
    from ccd.assessment.safety import safety_hours

    hours = safety_hours(found.state.trainings.values(), month)
    wanted = session.settings.policies.assessment.safety_hours
    people = {one.code: hours.get(one.code, 0.0) for one in found.roster.people} | hours
    if json_:
        as_json(session, {"month": month, "hours_wanted": wanted, "hours": people})
        return
    for person, each in people.items():
        values = {"person": person, "name": found.name(person), "hours": f"{each:g}"}
        enough = each >= wanted
        print(session.words("safety_enough", **values) if enough else session.words("safety_short", **values))


# --- the personnel file -----------------------------------------------------------------------------------


def import_rows(
    session: Session, file: Path, kind: str, json_: bool, *, by: str, month: str = ""
) -> Exit | None:
    """Read a file and give it to the daemon: all or none. Faults are told by line and column."""
    import msgspec

    from ccd.assessment.tables import FigureRow, GradeRow, StaffRow, parse
    from ccd.csv_tables import TableError

    rows: Any = {"figures": FigureRow, "grades": GradeRow, "staff": StaffRow}[kind]
    try:
        found = parse(rows, file.read_bytes(), filename=str(file))
    except TableError as error:
        for fault in error.faults:
            session.warn(fault)
        session.warn(session.words("roster_faults", count=len(error.faults)))
        return Exit.FOUND
    reply = session.ask_once(
        "assessment_import",
        kind=kind,
        month=month,
        actor=by,
        rows=msgspec.to_builtins(found),
        language=session.words.language,
    )
    acting.tell(session, reply, json_)
    return None


@command
def import_(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; docs/assessment.md describes it.")],
    *,
    by: _By,
    json_: _Json = False,
) -> Exit | None:
    """Take the personnel file, or a part of it: all or none."""
    return import_rows(session, file, "staff", json_, by=by)


@command
def show(
    session: Session,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Default: everybody.")] = "",
    json_: _Json = False,
) -> None:
    """What the personnel file says."""
    found = read(session)
    known = {code: one for code, one in sorted(found.state.staff.items()) if person in ("", code)}
    if person and person not in known:
        raise CommandError(Exit.FOUND, session.words("staff_unknown", person=person))
    fields = (
        "hired",
        "confirmed",
        "dispatched",
        "level",
        "step",
        "rated",
        "promoted",
        "post_since",
        "posted",
        "trial",
        "trial_since",
    )
    if json_:
        rows = [{"person": c} | {name: getattr(one, name) for name in fields} for c, one in known.items()]
        as_json(session, {"staff": rows})
        return
    if not known:
        session.say("staff_none")
    for code, one in known.items():
        told = ", ".join(f"{name} {getattr(one, name)}" for name in fields if getattr(one, name))
        print(f"{code} {found.name(code)}: {told or '-'}")


def add_to(app: typer.Typer) -> None:
    for function in (plan, held, exam, cancel):
        _training.command()(function)
    _training.command("list")(list_)
    _staff.command("import")(import_)
    _staff.command()(show)
    app.add_typer(_training, name="training")
    app.add_typer(_staff, name="staff")
