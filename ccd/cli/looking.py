"""``status`` and ``doctor``: how things stand, and whether the PBX is fit to be trusted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from rich.console import Console

    from ccd.config import PbxSettings
    from ccd.doctor import Finding

__all__ = ["add_to"]

PIPE_WIDTH = 100  # columns where there is no terminal to ask
ANSWER_S = 5.0  # how long the live view waits for the daemon before it shows what the store has


@command
def status(
    session: Session,
    watch: Annotated[
        bool,
        typer.Option("--watch", "-w", help="Live, until q. With --json: an object a second, a line each."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> Exit | None:
    """Agents, queues and waiting callers now. While the daemon is down: the last that was known."""
    session.do_without_settings()
    if watch and as_json:
        return asyncio.run(_stream(session))
    if watch and sys.stdout.isatty() and not _console().is_dumb_terminal:
        _watch(session)
        return None
    picture, down = _picture(session)
    if as_json:
        print(json.dumps({"daemon": "down" if down else "running", **picture}, ensure_ascii=False))
    else:
        _print(session, picture, banner=down)
    return Exit.UNREACHABLE if down else Exit.OK


def _picture(session: Session) -> tuple[dict[str, Any], str]:
    """(picture, "") from the daemon; without it the last picture of the store, and a banner that says so."""
    from ccd.adapters.control_client import UnreachableError, call

    try:
        reply = asyncio.run(call(session.socket, {"command": "status"}))
    except UnreachableError as error:
        if error.why != "down":
            raise CommandError(Exit.UNREACHABLE, session.unreachable(error)) from None
        return _stored(session, error)
    if not reply.get("ok"):
        raise CommandError(Exit.FOUND, session.words("daemon_says", text=reply.get("error", "")))
    return reply["picture"], ""


def _stored(session: Session, error: Exception) -> tuple[dict[str, Any], str]:
    from ccd.adapters.store.errors import StoreError
    from ccd.cli.cells import clock
    from ccd.cli.incident_stored import open_briefs
    from ccd.cli.stored import last_picture

    try:
        picture = last_picture(session.settings)
        picture["incidents"] = open_briefs(session.settings)
    except StoreError as missing:
        raise CommandError(Exit.UNREACHABLE, f"{session.unreachable(error)}\n{missing}") from None
    if picture["at"] is None:
        raise CommandError(Exit.UNREACHABLE, session.unreachable(error))
    return picture, session.words("status_stored", time=clock(_age(picture) or 0.0))


def _age(picture: dict[str, Any]) -> float | None:
    """Seconds; None for a store in which no daemon ever was alive."""
    if picture["at"] is None:
        return None
    return (datetime.now(UTC) - datetime.fromisoformat(picture["at"])).total_seconds()


def _print(session: Session, picture: dict[str, Any], *, banner: str) -> None:
    from rich.console import Group

    from ccd.cli.view import Look, view

    console = _console()
    if console.is_terminal:
        shown = view(picture, session.words, Look(console.width, banner=banner))
        console.print(Group(*shown.lines))
        return
    for line in view(picture, session.words, Look(PIPE_WIDTH, banner=banner)).lines:
        print(line.plain.rstrip())


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False)


def _watch(session: Session) -> None:
    from ccd.adapters.control_client import UnreachableError, call
    from ccd.adapters.store.errors import StoreError
    from ccd.cli.incident_stored import open_briefs
    from ccd.cli.stored import last_picture
    from ccd.cli.watch import watch

    first, age = None, None
    try:
        first = asyncio.run(call(session.socket, {"command": "status"}, timeout_s=ANSWER_S)).get("picture")
    except UnreachableError as error:
        if error.why in ("denied", "path"):  # waiting will not mend these
            raise CommandError(Exit.UNREACHABLE, session.unreachable(error)) from None
        with contextlib.suppress(StoreError):  # then there is nothing to show until the daemon comes
            first = last_picture(session.settings)
            first["incidents"] = open_briefs(session.settings)
            age = _age(first)
    asyncio.run(watch(session.socket, session.words, _console(), first=first, age=age))


async def _stream(session: Session) -> Exit:
    from ccd.adapters.control_client import UnreachableError, follow

    try:
        async for reply in follow(session.socket, {"command": "watch"}):
            if not reply.get("ok"):
                raise CommandError(Exit.FOUND, session.words("daemon_says", text=reply.get("error", "")))
            print(json.dumps(reply["picture"], ensure_ascii=False), flush=True)
    except UnreachableError as error:
        raise CommandError(Exit.UNREACHABLE, session.unreachable(error)) from None
    return Exit.UNREACHABLE  # the daemon has ended


@command
def doctor(
    session: Session,
    pbx: Annotated[
        str | None, typer.Option("--pbx", metavar="NAME", help="Only this one of [pbx.NAME].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> Exit:
    """Examine the PBXs before anyone trusts them. Exit code 1 where something fails."""
    from ccd.doctor import Status, as_text, worst
    from ccd.doctor import as_json as to_json

    settings = session.settings
    if not settings.pbx:
        raise CommandError(Exit.USAGE, session.words("doctor_no_pbx"))
    if pbx is not None and pbx not in settings.pbx:
        names = ", ".join(settings.pbx)
        raise CommandError(Exit.USAGE, session.words("no_such_pbx", name=pbx, names=names))
    found = {name: _examine(session, name, settings.pbx[name]) for name in ([pbx] if pbx else settings.pbx)}
    if as_json:
        print(
            json.dumps(
                {"pbxs": [json.loads(to_json(*item)) for item in found.items()]}, ensure_ascii=False, indent=2
            )
        )
    else:
        print("\n\n".join(as_text(*item) for item in found.items()))
    failed = any(worst(findings) is Status.FAIL for findings in found.values())
    return Exit.FOUND if failed else Exit.OK


def _examine(session: Session, name: str, pbx: PbxSettings) -> list[Finding]:
    from ccd.cli.stored import current_roster
    from ccd.config import secret_of
    from ccd.doctor import examine
    from ccd.roster import Roster

    settings = session.settings
    roster = current_roster(settings)
    interfaces = Roster(roster.people).interfaces(name) if roster else None
    return asyncio.run(
        examine(
            name,
            pbx,
            secret_of(name, pbx),
            policies=settings.policies,
            agi=settings.agi,
            interfaces=interfaces,
        )
    )


def add_to(app: typer.Typer) -> None:
    for function in (status, doctor):
        app.command()(function)
