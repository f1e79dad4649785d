"""``qa calibration``: analysts compared on one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli import acting
from ccd.cli.plans import as_json, clock_in
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.calibration.state import CalibrationState

__all__ = ["add_to"]

_calibration = typer.Typer(
    help="Calibration (校准): several analysts score one call and are compared.", no_args_is_help=True
)

_Id = Annotated[str, typer.Argument(metavar="ID", help="The session, as `ccd qa calibration list` shows it.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code in the roster.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]

Row = dict[str, Any]


@command
def open_(
    session: Session,
    *,
    analysts: Annotated[str, typer.Option(metavar="CODES", help="Who scores, with commas between.")],
    by: _By,
    evaluation: Annotated[str, typer.Option(metavar="ID", help="The call, by an evaluation of it.")] = "",
    unit: Annotated[str, typer.Option(metavar="UNIT", help="Or by its own name.")] = "",
    day: Annotated[str, typer.Option(metavar="DAY", help="Of a unit without an evaluation: its day.")] = "",
    form: Annotated[str, typer.Option(metavar="NAME", help="Default: that of the call's queue.")] = "",
    expert: Annotated[str, typer.Option(metavar="CODE", help="Held against whom. Default: you.")] = "",
    due: Annotated[str, typer.Option(metavar="DAY", help="To be scored by the end of this day.")] = "",
    json_: _Json = False,
) -> None:
    """Have several analysts score one call, each alone; the QA manager does."""
    values = {
        "analysts": analysts,
        "evaluation": evaluation,
        "unit": unit,
        "day": day,
        "form": form,
        "expert": expert,
        "due": due,
    }
    acting.act(session, "calibration", "open", json_, actor=by, values=values)


@command
def score(
    session: Session,
    name: _Id,
    *,
    by: _By,
    answers: Annotated[
        str, typer.Option("--answers", metavar="FILE", help="Answers as JSON; - is standard input.")
    ] = "",
    json_: _Json = False,
) -> None:
    """Score the call, question by question, or with --answers out of a file."""
    from ccd.cli.scoring_talk import ask_form, check_answers, read_answers
    from ccd.quality.answers import encode
    from ccd.quality.form_parse import from_json

    given = read_answers(session, answers) if answers else None
    one = _state(session).sessions.get(name)
    if one is None:
        raise CommandError(Exit.FOUND, session.words("calibration_no_session", name=name[:40]))
    form = from_json(one.opened.text)
    if given is None:
        given = ask_form(session, form, {})
    if given is None:
        raise CommandError(Exit.INTERRUPTED, session.words("calibration_given_up"))
    check_answers(session, form, given)
    values = {"session": name, "answers": encode(given)}
    acting.act(session, "calibration", "score", json_, actor=by, values=values)


@command
def close(
    session: Session,
    name: _Id,
    *,
    by: _By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why before its time.")] = "",
    json_: _Json = False,
) -> None:
    """Close a session: it is compared as far as it is scored; the QA manager does."""
    values = {"session": name, "reason": reason}
    acting.act(session, "calibration", "close", json_, actor=by, values=values)


@command
def list_(session: Session, json_: _Json = False) -> None:
    """List the sessions, the latest first."""
    from ccd.calibration.view import row

    known = sorted(_state(session).sessions.values(), key=lambda one: one.opened.at, reverse=True)
    rows = [row(one) for one in known]
    if json_:
        as_json(session, {"sessions": rows})
        return
    if not rows:
        session.say("calibration_none")
    for one in rows:
        _print_row(session, one)


@command
def show(session: Session, name: _Id, json_: _Json = False) -> None:
    """Show a session; scores, deviations and agreement once it is closed."""
    from ccd.calibration.view import row

    one = _state(session).sessions.get(name)
    if one is None:
        raise CommandError(Exit.FOUND, session.words("calibration_no_session", name=name[:40]))
    told = row(one)
    if json_:
        as_json(session, told)
        return
    _print_row(session, told)
    session.say("calibration_call", call=told["call"], form=told["form"], version=told["version"])
    if one.closed is None:
        session.say("calibration_waits", missing=", ".join(told["missing"]))
        return
    for person, points in told["scores"].items():
        deviation = told["deviations"].get(person)
        off = "" if deviation is None else f"{deviation:+g}"
        session.say("calibration_score", person=person, score=f"{points:g}", deviation=off)
    values = {name: _alpha(told[f"alpha_{name}"]) for name in ("words", "points")}
    session.say("calibration_alphas", **values)
    if told["disputed"]:
        session.say("calibration_disputed", questions=", ".join(told["disputed"]))


@command
def board(session: Session, json_: _Json = False) -> None:
    """What is open, and how far each analyst is off the expert on average."""
    told: Row = session.ask("shift_board", policy="calibration")["board"]
    if json_:
        as_json(session, told)
        return
    if not told["open"] and not told["analysts"]:
        session.say("calibration_none")
    for one in told["open"]:
        _print_row(session, one)
    for one in told["analysts"]:
        key = "calibration_drifts" if one["drifts"] else "calibration_mean"
        values = {"analyst": one["analyst"], "mean": f"{one['mean']:+g}", "sessions": one["sessions"]}
        session.say(key, **values, limit=f"{one['limit']:g}")


def _state(session: Session) -> CalibrationState:
    """As the store has it. Raises StoreError."""
    from ccd.calibration.state import CalibrationState
    from ccd.cli.stored import reading
    from ccd.events.shift_facts import shift_fact

    async def work(archive: Archive) -> list[str]:
        return await archive.shift_facts(policy="calibration")

    state = CalibrationState()
    for text in reading(session.settings, work):
        state.fold(shift_fact(text))
    return state


def _print_row(session: Session, row: Row) -> None:
    from datetime import datetime

    due = clock_in(session, datetime.fromisoformat(row["due"]))
    if row["state"] == "open":
        session.say("calibration_open", name=row["session"], due=due, missing=len(row["missing"]))
        return
    mean = max((abs(value) for value in row["deviations"].values()), default=None)
    most = "-" if mean is None else f"{mean:g}"
    session.say("calibration_closed", name=row["session"], alpha=_alpha(row["alpha"]), most=most)


def _alpha(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def add_to(app: typer.Typer) -> None:
    """``app`` is the group ``qa``."""
    _calibration.command("open")(open_)
    _calibration.command("list")(list_)
    for function in (score, close, show, board):
        _calibration.command()(function)
    app.add_typer(_calibration, name="calibration")
