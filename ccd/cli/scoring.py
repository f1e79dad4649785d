"""Commands: an analyst's list, scoring, disputes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ccd.cli import acting
from ccd.cli.plans import as_json
from ccd.cli.session import CommandError, Exit, Session, command

__all__ = ["add_to"]

NOT_EDITABLE = "scoring_not_editable"
"""As the daemon says it, before somebody goes through a whole form for nothing."""
_Id = Annotated[str, typer.Argument(metavar="ID", help="The evaluation, as `ccd qa list` shows it.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code in the roster.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_MayReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="Of the call as a whole.")]
_Answers = Annotated[
    str, typer.Option("--answers", metavar="FILE", help="Answers as JSON; - is standard input.")
]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


def _act(session: Session, what: str, json_: bool, by: str, *, person: str = "", **values: str) -> None:
    acting.act(session, "scoring", what, json_, person=person, actor=by, values=values)


@command
def list_(
    session: Session,
    mine: Annotated[str, typer.Option("--mine", metavar="CODE", help="The list of this analyst: you.")] = "",
    analyst: Annotated[str, typer.Option(metavar="CODE", help="Only theirs.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="CODE", help="Who looks, by their code.")] = "",
    state: Annotated[str, typer.Option(metavar="STATE", help="Only these: assigned, released …")] = "",
    from_: Annotated[
        str, typer.Option("--from", metavar="DAY", help="Also what is finished, of calls from this day on.")
    ] = "",
    json_: _Json = False,
) -> None:
    """List evaluations, as far as you may see them."""
    from ccd.cli.scoring_stored import list_rows

    list_rows(session, by or mine, analyst or mine, state, from_, json_)


@command
def show(session: Session, evaluation: _Id, *, by: _By, json_: _Json = False) -> None:
    """Show an evaluation with its answers, as far as you may see it."""
    from ccd.cli.scoring_stored import show_row

    show_row(session, evaluation, by, json_)


@command
def claim(session: Session, evaluation: _Id, *, by: _By, json_: _Json = False) -> None:
    """Begin an evaluation, or take a dispute: nobody else can then."""
    _act(session, "claim", json_, by, evaluation=evaluation)


@command
def return_(session: Session, evaluation: _Id, *, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Give an evaluation back: somebody else scores it."""
    _act(session, "return", json_, by, evaluation=evaluation, reason=reason)


@command
def score(
    session: Session,
    evaluation: _Id,
    *,
    by: _By,
    answers: _Answers = "",
    comment: _Comment = "",
    json_: _Json = False,
) -> None:
    """Score a call, question by question, or with --answers out of a file."""
    _score(session, "score", evaluation, by, answers, comment, json_)


@command
def edit(
    session: Session,
    evaluation: _Id,
    *,
    by: _By,
    answers: _Answers = "",
    comment: _Comment = "",
    json_: _Json = False,
) -> None:
    """Correct your score until it is released; what was before stays on record."""
    _score(session, "edit", evaluation, by, answers, comment, json_)


def _score(session: Session, what: str, name: str, by: str, file: str, comment: str, json_: bool) -> None:
    """It is claimed first where it is not yet, for so it keeps the version of the form that is asked by."""
    from ccd.cli.scoring_stored import form_of_version, read_one
    from ccd.cli.scoring_talk import ask_form, check_answers, read_answers
    from ccd.quality.answers import decode, encode

    given = read_answers(session, file) if file else None
    row = read_one(session, name, by)
    version = row.get("version") or ""
    if what == "edit":
        _still_editable(session, row)
    elif row["state"] != "claimed" or row.get("analyst") != by:
        version = _claimed(session, name, by)
    form = form_of_version(session, row["form"], version)
    if given is None:
        before = decode(row["answers"]) if what == "edit" else {}
        given = ask_form(session, form, before)
    if given is None:
        raise CommandError(Exit.INTERRUPTED, session.words("scoring_given_up", evaluation=name))
    check_answers(session, form, given)
    _act(session, what, json_, by, evaluation=name, answers=encode(given), comment=comment)


def _claimed(session: Session, name: str, by: str) -> str:
    """The version of the form that it keeps from now on. Raises CommandError where the daemon refuses."""
    reply = session.ask_once(
        "shift_act",
        policy="scoring",
        act="claim",
        person="",
        actor=by,
        values={"evaluation": name},
        language=session.words.language,
    )
    version: str = reply["result"].get("version", "")
    return version


def _still_editable(session: Session, row: dict[str, Any]) -> None:
    from ccd.rules import say

    if row["state"] != "scored" or not row.get("answers"):
        values = {"evaluation": row["evaluation"], "state": row["state"]}
        raise CommandError(Exit.REFUSED, say(NOT_EDITABLE, values, session.words.language))


@command
def hold(session: Session, evaluation: _Id, *, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Have a score examined again before it is released; the QA manager does."""
    _act(session, "hold", json_, by, evaluation=evaluation, reason=reason)


@command
def release(
    session: Session, evaluation: _Id, *, by: _By, reason: _MayReason = "", json_: _Json = False
) -> None:
    """Release a score: it counts; of one that is held with the --reason."""
    _act(session, "release", json_, by, evaluation=evaluation, reason=reason)


@command
def dispute(session: Session, evaluation: _Id, *, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Dispute a released score: its agent does, or a lead of theirs, once and in time."""
    _act(session, "dispute", json_, by, evaluation=evaluation, reason=reason)


@command
def resolve(
    session: Session,
    evaluation: _Id,
    *,
    by: _By,
    outcome: Annotated[str, typer.Option(metavar="upheld|amended", help="Whether the score stands.")],
    reason: _Reason,
    answers: _Answers = "",
    score: Annotated[str, typer.Option(metavar="N", help="Amended to this score, 0 to 100.")] = "",
    json_: _Json = False,
) -> None:
    """Resolve a dispute: the score stands, or is amended by --answers or --score."""
    from ccd.cli.scoring_talk import read_answers
    from ccd.quality.answers import encode

    given = encode(read_answers(session, answers)) if answers else ""
    values = {"outcome": outcome, "reason": reason, "answers": given, "score": score}
    _act(session, "resolve", json_, by, evaluation=evaluation, **values)


@command
def reassign(
    session: Session,
    evaluation: _Id,
    analyst: Annotated[str, typer.Argument(metavar="ANALYST", help="Who is to score it.")],
    *,
    by: _By,
    reason: _MayReason = "",
    json_: _Json = False,
) -> None:
    """Give an evaluation to another analyst; the QA manager does."""
    _act(session, "reassign", json_, by, evaluation=evaluation, analyst=analyst, reason=reason)


@command
def void(session: Session, evaluation: _Id, *, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Declare that an evaluation cannot be made; the QA manager does."""
    _act(session, "void", json_, by, evaluation=evaluation, reason=reason)


@command
def note(
    session: Session,
    evaluation: _Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was talked over.")],
    *,
    by: _By,
    json_: _Json = False,
) -> None:
    """Note that a lead or analyst has talked it over with the agent (辅导)."""
    _act(session, "coach", json_, by, evaluation=evaluation, note=text)


@command
def day_plan(
    session: Session,
    analyst: Annotated[str, typer.Argument(metavar="ANALYST", help="Whose day it is.")],
    day: Annotated[str, typer.Argument(metavar="DAY", help="2026-01-31, today or tomorrow.")],
    *,
    by: _By,
    cap: Annotated[str, typer.Option(metavar="N", help="So many evaluations at most.")] = "",
    away: Annotated[bool, typer.Option("--away", help="None: they are away.")] = False,
    reason: _MayReason = "",
    json_: _Json = False,
) -> None:
    """Plan an analyst's day: how many evaluations at most; the QA manager does."""
    values = {"day": day, "cap": cap, "away": "yes" if away else "", "reason": reason}
    _act(session, "plan", json_, by, person=analyst, **values)


@command
def analysts(session: Session, json_: _Json = False) -> None:
    """What each analyst was given today, of how many, and what waits: unassigned, overdue, disputed."""
    told: dict[str, Any] = session.ask("shift_board", policy="scoring")["board"]
    if json_:
        as_json(session, told)
        return
    for row in told["analysts"]:
        session.say(
            "scoring_bench" if row["here"] else "scoring_bench_away",
            analyst=row["analyst"],
            given=row["given"],
            cap=row["cap"],
            open=len(row["open"]),
        )
    counts = {name: len(told[name]) for name in ("unassigned", "overdue", "held", "to_release", "disputes")}
    session.say("scoring_waits", **counts)


def add_to(app: typer.Typer) -> None:
    """``app`` is the group ``qa``."""
    app.command("list")(list_)
    app.command("return")(return_)
    app.command("day-plan")(day_plan)
    for function in (
        show,
        claim,
        score,
        edit,
        hold,
        release,
        dispute,
        resolve,
        reassign,
        void,
        note,
        analysts,
    ):
        app.command()(function)
