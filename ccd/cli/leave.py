"""``leave``: asked for, approved, signed off. ``leave CODE --seat SEAT`` signs a person out, as before."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ccd.cli import swaps
from ccd.cli.leave_stored import do, ledger_rows, list_requests, show_request
from ccd.cli.people import leave as sign_out
from ccd.cli.session import Session, command

__all__ = ["add_to"]


class _LeaveOrSignOut(typer.core.TyperGroup):
    """Whoever leaves a seat does so with the code alone: that is ``leave sign-out``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["sign-out", *args]
        return super().parse_args(ctx, args)


_leave = typer.Typer(
    cls=_LeaveOrSignOut,
    help="Leave (请假): asked for, approved, signed off. With a CODE and --seat alone: sign a person out.",
    no_args_is_help=True,
)

_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="The request, such as L-20260302-1.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code in the roster.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def ask(
    session: Session,
    person: _Person,
    from_: Annotated[str, typer.Argument(metavar="FROM", help="The first day, or a time: 2026-01-31T13:00.")],
    to: Annotated[
        str, typer.Argument(metavar="[TO]", help="The last day, or a time. Default: that one day.")
    ] = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="personal, sick, trip, study or other.")
    ] = "personal",
    *,
    reason: _Reason,
    shift: Annotated[str, typer.Option("--shift", metavar="SHIFT", help="Only this shift of the day.")] = "",
    special: Annotated[bool, typer.Option("--special", help="A special case; --reason says which.")] = False,
    called: Annotated[
        str,
        typer.Option("--called", metavar="TIME", help="When somebody ill rang, by the lead who files it."),
    ] = "",
    how: Annotated[str, typer.Option("--how", metavar="TEXT", help="How a lead was told.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="CODE", help="Who asks. Default: the person.")] = "",
    json_: _Json = False,
) -> None:
    """Ask for leave: whole days, one shift, or from one time to another."""
    do(
        session,
        "ask",
        json_,
        person=person,
        actor=by or person,
        kind=kind,
        from_=from_,
        to=to,
        reason=reason,
        shift=shift,
        special=special,
        called=called,
        how=how,
    )


@command
def approve(session: Session, request: _Id, *, by: _By, json_: _Json = False) -> None:
    """Approve a request, as far as it is yours to do."""
    do(session, "approve", json_, actor=by, request=request)


@command
def refuse(session: Session, request: _Id, *, reason: _Reason, by: _By, json_: _Json = False) -> None:
    """Refuse a request, with the reason."""
    do(session, "refuse", json_, actor=by, request=request, reason=reason)


@command
def withdraw(
    session: Session,
    request: _Id,
    *,
    by: _By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "",
    json_: _Json = False,
) -> None:
    """Withdraw your own request, until it begins."""
    do(session, "withdraw", json_, actor=by, request=request, reason=reason)


@command
def return_(session: Session, request: _Id, *, by: _By, json_: _Json = False) -> None:
    """Sign off on return (销假). Leave that still runs is cut short."""
    do(session, "return", json_, actor=by, request=request)


@command
def certificate(
    session: Session,
    request: _Id,
    *,
    by: _By,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What it is.")] = "",
    json_: _Json = False,
) -> None:
    """Note that the certificate of a sick leave was handed in; a lead does."""
    do(session, "certificate", json_, actor=by, request=request, note=note)


@command
def list_(
    session: Session,
    month: Annotated[str | None, typer.Option(metavar="MONTH", help="Such as 2026-01.")] = None,
    person: Annotated[str | None, typer.Option(metavar="CODE", help="Only theirs.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those not decided yet.")] = False,
    json_: _Json = False,
) -> None:
    """List requests for leave."""
    list_requests(session, month, person, waiting, json_, swaps=False)


@command
def show(session: Session, request: _Id, json_: _Json = False) -> None:
    """Show a request with its history: who, when, which rule warned."""
    show_request(session, request, json_)


@command
def ledger(
    session: Session,
    month: Annotated[
        str | None, typer.Option(metavar="MONTH", help="Such as 2026-01. Default: this one.")
    ] = None,
    json_: _Json = False,
) -> None:
    """Days of leave and swap that each person has used in a month."""
    ledger_rows(session, month, json_)


def add_to(app: typer.Typer) -> None:
    for function in (ask, approve, refuse, withdraw, certificate, show, ledger):
        _leave.command()(function)
    _leave.command("return")(return_)
    _leave.command("list")(list_)
    _leave.command("sign-out")(sign_out)
    app.add_typer(_leave, name="leave")
    swaps.add_to(app)
