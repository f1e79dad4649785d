"""``swap``: one shift for another, or covered now and returned later."""

from __future__ import annotations

from typing import Annotated

import typer

from ccd.cli.leave_stored import do, list_requests, show_request
from ccd.cli.session import CommandError, Exit, Session, command

__all__ = ["add_to"]

_swap = typer.Typer(help="Swaps of shifts (换班): asked for, accepted, approved.", no_args_is_help=True)
_WITH = ("with", "与", "和")

_Id = Annotated[str, typer.Argument(metavar="ID", help="The request, such as S-20260302-1.")]
_Day = Annotated[str, typer.Argument(metavar="DAY", help="The day on which the shift begins.")]
_Shift = Annotated[str, typer.Argument(metavar="SHIFT", help="Its name or label.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code in the roster.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
_Special = Annotated[bool, typer.Option("--special", help="A special case; --reason says which.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def ask(
    session: Session,
    person: Annotated[str, typer.Argument(metavar="A", help="Who gives a shift: their code.")],
    day: _Day,
    shift: _Shift,
    with_: Annotated[str, typer.Argument(metavar="with", help="The word itself.")],
    partner: Annotated[str, typer.Argument(metavar="B", help="Who takes it: their code.")],
    with_day: Annotated[str, typer.Argument(metavar="[DAY]", help="Of the shift that B gives.")] = "",
    with_shift: Annotated[str, typer.Argument(metavar="[SHIFT]", help="Its name or label.")] = "",
    cover: Annotated[bool, typer.Option("--cover", help="B covers; the return is named later.")] = False,
    reason: _Reason = "",
    special: _Special = False,
    by: Annotated[str, typer.Option("--by", metavar="CODE", help="Who asks. Default: A.")] = "",
    json_: _Json = False,
) -> None:
    """Ask for a swap: A's shift for one of B's, or with --cover for a return later."""
    if with_.casefold() not in _WITH:
        raise CommandError(Exit.USAGE, session.words("swap_form", text=with_))
    do(
        session,
        "swap",
        json_,
        person=person,
        actor=by or person,
        day=day,
        shift=shift,
        partner=partner,
        with_day=with_day,
        with_shift=with_shift,
        cover=cover,
        reason=reason,
        special=special,
    )


@command
def return_(
    session: Session,
    request: _Id,
    day: _Day,
    shift: _Shift,
    *,
    by: _By,
    reason: _Reason = "",
    special: _Special = False,
    json_: _Json = False,
) -> None:
    """Name the shift that is given back for a cover (还班). It obeys the same rules."""
    do(
        session,
        "swap_return",
        json_,
        actor=by,
        request=request,
        day=day,
        shift=shift,
        reason=reason,
        special=special,
    )


@command
def accept(session: Session, request: _Id, *, by: _By, json_: _Json = False) -> None:
    """Accept a swap that you are asked for."""
    do(session, "accept", json_, actor=by, request=request)


@command
def approve(session: Session, request: _Id, *, by: _By, json_: _Json = False) -> None:
    """Approve a swap, as far as it is yours to do."""
    do(session, "approve", json_, actor=by, request=request)


@command
def refuse(
    session: Session,
    request: _Id,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    by: _By,
    json_: _Json = False,
) -> None:
    """Refuse a swap, as the partner or as who approves, with the reason."""
    do(session, "refuse", json_, actor=by, request=request, reason=reason)


@command
def withdraw(session: Session, request: _Id, *, by: _By, reason: _Reason = "", json_: _Json = False) -> None:
    """Withdraw a swap of yours, until it is approved."""
    do(session, "withdraw", json_, actor=by, request=request, reason=reason)


@command
def list_(
    session: Session,
    month: Annotated[str | None, typer.Option(metavar="MONTH", help="Such as 2026-01.")] = None,
    person: Annotated[str | None, typer.Option(metavar="CODE", help="Only theirs.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those not decided yet.")] = False,
    json_: _Json = False,
) -> None:
    """List swaps."""
    list_requests(session, month, person, waiting, json_, swaps=True)


@command
def show(session: Session, request: _Id, json_: _Json = False) -> None:
    """Show a swap with its history: who, when, which rule warned."""
    show_request(session, request, json_)


def add_to(app: typer.Typer) -> None:
    for function in (ask, accept, approve, refuse, withdraw, show):
        _swap.command()(function)
    _swap.command("return")(return_)
    _swap.command("list")(list_)
    app.add_typer(_swap, name="swap")
