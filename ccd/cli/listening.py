"""``listen``: on a live call, at one's own phone; what is under way; and the short form afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ccd.cli.acting import act
from ccd.cli.cells import fit
from ccd.cli.plans import as_json, clock_in
from ccd.cli.session import CommandError, Exit, Session, command

__all__ = ["add_to"]


class _Listen(TyperGroup):
    """``ccd listen 2001`` is ``ccd listen to 2001``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["to", *args]
        return super().resolve_command(ctx, args)


_listen = typer.Typer(
    cls=_Listen,
    help="Live listening: hear, whisper to, or barge in on an agent's call, at your own phone.",
    no_args_is_help=True,
)

Row = dict[str, Any]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who listens.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]
_Which = Annotated[str, typer.Option("--listening", metavar="ID", help="Default: your own, or your latest.")]


@command
def to(
    session: Session,
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="Whose call: their code.")],
    by: _By,
    whisper: Annotated[bool, typer.Option("--whisper", help="The agent alone hears you.")] = False,
    barge: Annotated[bool, typer.Option("--barge", help="Agent and caller hear you.")] = False,
    phone: Annotated[
        str, typer.Option(metavar="PHONE", help="Another phone of the roster than that of your seat.")
    ] = "",
    reason: _Reason = "",
    json_: _Json = False,
) -> None:
    """Have your phone rung and put onto an agent's call. Keys: 4 listen, 5 whisper, 6 barge in, * leave."""
    if whisper and barge:
        raise CommandError(Exit.USAGE, session.words("listen_one_how"))
    how = "barge" if barge else "whisper" if whisper else "listen"
    act(session, "listening", how, json_, person=agent, actor=by, values={"phone": phone, "why": reason})


@command
def turn(
    session: Session,
    how: Annotated[str, typer.Argument(metavar="HOW", help="listen, whisper or barge.")],
    by: _By,
    reason: _Reason = "",
    json_: _Json = False,
) -> None:
    """Turn your listening to another way, as its keys do."""
    act(session, "listening", "turn", json_, actor=by, values={"how": how, "why": reason})


@command
def stop(
    session: Session, by: _By, listening: _Which = "", reason: _Reason = "", json_: _Json = False
) -> None:
    """End your listening; duty leads, the QA manager and managers may end any."""
    act(session, "listening", "stop", json_, actor=by, values={"listening": listening, "why": reason})


@command
def note(
    session: Session,
    by: _By,
    answers: Annotated[
        str, typer.Option(metavar="JSON", help='Question -> answer, as {"greeted": "yes"}.')
    ] = "",
    comment: Annotated[str, typer.Option(metavar="TEXT", help="In your own words.")] = "",
    listening: _Which = "",
    json_: _Json = False,
) -> None:
    """The short form of what you heard. It is kept, and never counts in scores."""
    values = {"listening": listening, "answers": answers, "comment": comment}
    act(session, "listening", "note", json_, actor=by, values=values)


@command
def list_(session: Session, json_: _Json = False) -> None:
    """Who listens to whom now, and the latest that ended."""
    told = session.ask("shift_board", policy="listening")["board"]
    if json_:
        as_json(session, told)
        return
    if not told["live"]:
        session.say("listen_nobody")
    for one in told["live"]:
        state = "listen_since" if one["began"] else "listen_rings"
        _row(session, one, session.words(state, time=_clock(session, one["began"] or one["asked"])))
    if told["recent"]:
        session.say("listen_recent")
    for one in told["recent"]:
        _row(session, one, _ended(session, one))


def _row(session: Session, one: Row, state: str) -> None:
    words = session.words
    told = [words(_HOWS[one["how"]]), state]
    if one["noted"]:
        told.append(words("listen_noted"))
    if one["incident"]:
        told.append(words("listen_emergency"))
    if not one["sure"]:
        told.append(words("listen_not_sure"))
    who = f"{fit(one['actor'], 9)} → {fit(one['person'], 9)} {fit(one['name'], 13)}"
    print(f"  {who} {'  '.join(told)}  {one['listening']}")


def _ended(session: Session, one: Row) -> str:
    words = session.words
    began = _clock(session, one["began"] or one["asked"])
    why = words(_WHYS.get(one["why"], "listen_unknown"))
    return words("listen_ended", time=began, seconds=round(one["seconds"]), why=why)


def _clock(session: Session, text: str) -> str:
    at = datetime.fromisoformat(text)
    return clock_in(session, at, at)


_HOWS = {"listen": "listen_listens", "whisper": "listen_whispers", "barge": "listen_barges"}
_WHYS = {
    "over": "listen_over",
    "hung_up": "listen_hung_up",
    "stopped": "listen_stopped",
    "longest": "listen_longest",
    "no_answer": "listen_no_answer",
    "busy": "listen_busy",
    "refused": "listen_failed",
    "failed": "listen_failed",
}


def add_to(app: typer.Typer) -> None:
    for function in (to, turn, stop, note):
        _listen.command()(function)
    _listen.command(name="list")(list_)
    app.add_typer(_listen, name="listen")
