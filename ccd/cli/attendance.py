"""``attendance``: verdicts, ledgers, and what people decide about them."""

from __future__ import annotations

from typing import Annotated

import typer

from ccd.cli.attendance_stored import act, show_day, show_ledgers, show_person, show_proposals
from ccd.cli.session import Session, command

__all__ = ["add_to"]

_attendance = typer.Typer(help="Attendance (考勤): verdicts, ledgers, decisions.", no_args_is_help=True)

_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_Day = Annotated[str, typer.Argument(metavar="DAY", help="The day on which the shift begins: 2026-01-31.")]
_Month = Annotated[str | None, typer.Option(metavar="MONTH", help="Such as 2026-01. Default: this one.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code in the roster.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the person is told.")]
_Since = Annotated[str, typer.Option("--since", metavar="TIME", help="Such as 2026-01-31T08:00.")]
_Until = Annotated[str, typer.Option("--until", metavar="TIME", help="Such as 2026-01-31T09:00.")]
_OfDay = Annotated[str, typer.Option("--day", metavar="DAY", help="Which day it is about. Default: today.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def day(
    session: Session,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="Default: today.")] = None,
    json_: _Json = False,
) -> None:
    """All verdicts of a day."""
    show_day(session, day, json_)


@command
def person(session: Session, person: _Person, month: _Month = None, json_: _Json = False) -> None:
    """A person's month: findings with their evidence; what was corrected, proposed, decided, and why."""
    show_person(session, person, month, json_)


@command
def ledger(session: Session, month: _Month = None, json_: _Json = False) -> None:
    """Everybody's month in figures."""
    show_ledgers(session, month, json_)


@command
def proposals(session: Session, month: _Month = None, json_: _Json = False) -> None:
    """Absences and dismissal reviews that are proposed, and what was decided of them."""
    show_proposals(session, month, json_)


@command
def dismissal(session: Session, month: _Month = None, json_: _Json = False) -> None:
    """Whose month gives grounds for a dismissal review (解聘条例): proposed, a manager decides."""
    show_proposals(session, month, json_, reviews=True)


@command
def correct(
    session: Session,
    person: _Person,
    day: _Day,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="late, early, off_post, left_post or absent.")],
    weight: Annotated[
        str,
        typer.Argument(metavar="WEIGHT", help="note, occurrence, look, violation, absence or removed."),
    ],
    *,
    reason: _Reason,
    by: _By,
    shift: Annotated[str, typer.Option("--shift", metavar="SHIFT", help="Where the day has several.")] = "",
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="A time in the finding, where there are several.")
    ] = "",
    json_: _Json = False,
) -> None:
    """Let a finding weigh otherwise. The verdict is kept as it was."""
    act(
        session,
        "correct",
        json_,
        person=person,
        actor=by,
        day=day,
        kind=kind,
        weight=weight,
        reason=reason,
        shift=shift,
        at=at,
    )


@command
def decide(
    session: Session,
    proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="As `attendance proposals` names it.")],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="confirm or waive.")],
    *,
    reason: _Reason,
    by: _By,
    json_: _Json = False,
) -> None:
    """Decide what is proposed. Nobody does so about themselves."""
    act(session, "decide", json_, actor=by, proposal=proposal, decision=decision, reason=reason)


@command
def excuse(
    session: Session,
    pbx: Annotated[str, typer.Argument(metavar="PBX", help="The PBX that was out of order, or all.")],
    *,
    since: _Since,
    until: _Until,
    reason: _Reason,
    by: _By,
    json_: _Json = False,
) -> None:
    """Excuse an outage for everybody at once."""
    act(session, "excuse_outage", json_, actor=by, pbx=pbx, since=since, until=until, reason=reason)


@command
def unexcuse(
    session: Session,
    outage: Annotated[str, typer.Argument(metavar="OUTAGE", help="As `attendance excuse` named it.")],
    *,
    reason: _Reason,
    by: _By,
    json_: _Json = False,
) -> None:
    """Take an excused outage back."""
    act(session, "unexcuse", json_, actor=by, outage=outage, reason=reason)


@command
def permit(
    session: Session,
    person: _Person,
    *,
    reason: _Reason,
    by: _By,
    since: _Since = "",
    until: _Until = "",
    minutes: Annotated[
        str, typer.Option("--minutes", metavar="N", help="For how long. Default: not said.")
    ] = "",
    json_: _Json = False,
) -> None:
    """Note that a person may leave the post: beforehand, or not long afterwards."""
    act(
        session,
        "permit",
        json_,
        person=person,
        actor=by,
        reason=reason,
        since=since,
        until=until,
        minutes=minutes,
    )


@command
def grave(
    session: Session, person: _Person, *, reason: _Reason, by: _By, day: _OfDay = "", json_: _Json = False
) -> None:
    """Note a grave case (情节严重); a dismissal review is proposed."""
    act(session, "grave", json_, person=person, actor=by, reason=reason, day=day)


@command
def complaint(
    session: Session, person: _Person, *, reason: _Reason, by: _By, day: _OfDay = "", json_: _Json = False
) -> None:
    """Note that a serious complaint is proven, as a manager; a dismissal review is proposed."""
    act(session, "complaint_proven", json_, person=person, actor=by, reason=reason, day=day)


@command
def object_(
    session: Session,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is wrong.")],
    *,
    by: _By,
    day: _OfDay = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="Only this finding. Default: all.")
    ] = "",
    json_: _Json = False,
) -> None:
    """Object to what was found of you. A lead is told."""
    act(session, "object", json_, person=by, actor=by, text=text, day=day, kind=kind)


@command
def answer(
    session: Session,
    objection: Annotated[str, typer.Argument(metavar="OBJECTION", help="Such as O-2001-20260302-1.")],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="upheld or rejected.")],
    *,
    reason: _Reason,
    by: _By,
    json_: _Json = False,
) -> None:
    """Answer an objection. Upheld: what was objected to counts no more."""
    act(session, "answer_objection", json_, actor=by, objection=objection, decision=decision, reason=reason)


@command
def judge(
    session: Session,
    day: _Day,
    person: Annotated[str, typer.Option("--person", metavar="CODE", help="Only theirs.")] = "",
    json_: _Json = False,
) -> None:
    """Have the shifts of a day that is past judged again."""
    act(session, "judge", json_, person=person, day=day)


def add_to(app: typer.Typer) -> None:
    for function in (day, person, ledger, proposals, dismissal, correct, decide, excuse, unexcuse, permit):
        _attendance.command()(function)
    for function in (grave, complaint, answer, judge):
        _attendance.command()(function)
    _attendance.command("object")(object_)
    app.add_typer(_attendance, name="attendance")
