"""``assess``: the month of each agent, retraining cases, promotions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli import acting, training
from ccd.cli.assessment_stored import Shown, as_csv, figures, month_of, read, shown
from ccd.cli.plans import as_json, clock_in
from ccd.cli.promotions import promotions
from ccd.cli.promotions_said import code_word
from ccd.cli.ranking import ranking
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.assessment.cases import Case
    from ccd.cli.assessment_stored import Read

__all__ = ["add_to"]

_assess = typer.Typer(help="Monthly assessment (考核): months, cases, promotions.", no_args_is_help=True)

_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code in the roster.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]
_Csv = Annotated[bool, typer.Option("--csv", help="As CSV that Excel opens.")]
_Month = Annotated[str | None, typer.Option(metavar="MONTH", help="Such as 2026-01. Default: this one.")]


@command
def show(session: Session, person: _Person, month: _Month = None, json_: _Json = False) -> None:
    """A person's month: every figure with what it rests on."""
    of_month = month_of(session, month)
    found = read(session, (of_month,), person)
    if not found.reads[of_month]:
        raise CommandError(Exit.FOUND, session.words("refused_unknown_code", code=person))
    one = shown(session, found, found.reads[of_month][0], of_month)
    if json_:
        as_json(session, figures(found, one))
        return
    print(_line(session, found, one))
    settings = session.settings.policies.assessment
    for name in settings.parts:
        part = code_word(session, "part", name)
        points = one.result.parts.get(name)
        if points is None:
            print("  " + session.words("assess_part_missing", part=part))
        else:
            weight = one.result.weights.get(name, 0.0)
            print("  " + session.words("assess_part", part=part, points=f"{points:g}", weight=f"{weight:g}"))
    score = one.result.score
    if score.low is not None and score.high is not None:
        interval = {"low": f"{score.low:g}", "high": f"{score.high:g}"}
        print("  " + session.words("assess_interval", n=score.n, **interval))
    else:
        print("  " + session.words("assess_too_few", n=score.n, least=settings.min_calls))
    for text in one.grounds:
        print(f"    {text}  [{session.words('explain_source')} shift_event]")
    if one.evaluations:
        print(f"    {' '.join(one.evaluations)}  [{session.words('explain_source')} evaluation]")


def _line(session: Session, found: Read, one: Shown) -> str:
    points = one.result.points
    return session.words(
        "assess_month",
        person=one.person,
        name=found.name(one.person),
        month=one.month,
        verdict=session.words(f"state_month_{one.result.verdict}"),
        points="-" if points is None else f"{points:g}",
        edition=session.words("assess_edition", edition=one.edition)
        if one.edition
        else session.words("assess_preview"),
    )


@command
def month(
    session: Session,
    month: Annotated[str | None, typer.Argument(metavar="MONTH", help="Default: this one.")] = None,
    team: Annotated[str, typer.Option("--team", metavar="TEAM", help="Only this team.")] = "",
    json_: _Json = False,
    csv: _Csv = False,
) -> None:
    """Everybody's month; of the running one, and of one not made yet, a preview."""
    of_month = month_of(session, month)
    found = read(session, (of_month,), team=team)
    people = [shown(session, found, one, of_month) for one in found.reads[of_month]]
    if json_:
        as_json(session, {"month": of_month, "people": [figures(found, one) for one in people]})
        return
    if csv:
        parts = list(session.settings.policies.assessment.parts)
        head = [session.words(f"act_assess_{name}") for name in _HEAD]
        head += [code_word(session, "part", name) for name in parts]
        as_csv(head, [_cells(session, figures(found, one), parts) for one in people])
        return
    if not people:
        session.say("assess_none")
    for one in people:
        print(_line(session, found, one))


_HEAD = ("person", "name", "team", "month", "verdict", "points", "n", "low", "high", "grade", "edition")


def _cells(session: Session, row: dict[str, Any], parts: list[str]) -> list[Any]:
    told = row | {"verdict": session.words(f"state_month_{row['verdict']}")}
    return [told[name] for name in _HEAD] + [row["parts"].get(name) for name in parts]


@command
def cases(
    session: Session,
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    json_: _Json = False,
) -> None:
    """Retraining cases: proposed, in retraining, listed for the manager."""
    from ccd.assessment.view import case_row

    found = read(session)
    known = sorted(
        (one for one in found.state.cases.values() if one.proposed and (every or one.state != "closed")),
        key=lambda one: (one.began, one.name),
    )
    if json_:
        as_json(session, {"cases": [case_row(one) for one in known]})
        return
    if not known:
        session.say("assess_no_cases")
    for one in known:
        print(_case(session, found, one))


def _case(session: Session, found: Read, one: Case) -> str:
    assert one.proposed is not None
    points = ", ".join(f"{m} {p:g}" for m, p in zip(one.proposed.months, one.proposed.points, strict=False))
    listed = one.listings[-1].grounds if one.listings else ()
    return session.words(
        "assess_case",
        case=one.name,
        person=one.person,
        name=found.name(one.person),
        state=session.words(f"state_case_{one.state}"),
        points="; ".join(listed) or points,
        since=clock_in(session, one.began),
    )


@command
def decide(
    session: Session,
    case: Annotated[str, typer.Argument(metavar="CASE", help="As `assess cases` names it.")],
    outcome: Annotated[
        str,
        typer.Argument(metavar="OUTCOME", help="retrain, dismissed, kept, returned, moved or other."),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the person is told.")],
    by: _By,
    json_: _Json = False,
) -> None:
    """Decide a case, as a manager. Nobody does so about themselves."""
    values = {"case": case, "outcome": outcome, "reason": reason}
    acting.act(session, "assessment", "decide", json_, actor=by, values=values)


@command
def complaint(
    session: Session,
    person: _Person,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was complained of, and found.")],
    *,
    by: _By,
    fault: Annotated[str, typer.Option("--fault", metavar="WHOSE", help="own, other or none.")] = "own",
    about: Annotated[str, typer.Option("--about", metavar="WHAT", help="service, lateness or other.")] = (
        "service"
    ),
    month: Annotated[str, typer.Option("--month", metavar="MONTH", help="Default: this one.")] = "",
    json_: _Json = False,
) -> None:
    """Note what came of a complaint; promotion asks for it."""
    values = {"fault": fault, "about": about, "told": text, "month": month}
    acting.act(session, "assessment", "complaint", json_, person=person, actor=by, values=values)


@command
def import_(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; docs/assessment.md describes it.")],
    *,
    month: Annotated[str, typer.Option("--month", metavar="MONTH", help="Such as 2026-01.")],
    by: _By,
    grades: Annotated[bool, typer.Option("--grades", help="Grades S to D instead of figures.")] = False,
    json_: _Json = False,
) -> Exit | None:
    """Take the figures of a month (KPI, daily checks, examinations), or its grades: all or none."""
    return training.import_rows(
        session, file, "grades" if grades else "figures", json_, by=by, month=month_of(session, month)
    )


def add_to(app: typer.Typer) -> None:
    """``app`` is the whole command line."""
    for function in (show, month, cases, decide, complaint, promotions, ranking):
        _assess.command()(function)
    _assess.command("import")(import_)
    app.add_typer(_assess, name="assess")
    training.add_to(app)
