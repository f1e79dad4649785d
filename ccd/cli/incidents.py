"""``incident``: report an emergency, follow it, and say what was done about it."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated, Any

import typer

from ccd.cli.session import CommandError, Exit, Session, command

__all__ = ["add_to", "incidents"]

PIPE_WIDTH = 110  # columns where there is no terminal to ask
TEXT_READ = 1_100_000  # more than any note may hold: the daemon says so
_REFUSALS = ("unknown_seat", "no_such_call", "not_an_agents_leg")
"""Those that whoever reports can cause, as ``ccd.following.lookup`` names them."""

incidents = typer.Typer(help="Threat calls and other emergencies.", no_args_is_help=True)

Id = Annotated[
    str, typer.Argument(metavar="[ID]", help="Which incident; without one the only one that is open.")
]
Named = Annotated[
    str, typer.Option("--incident", "-i", metavar="ID", help="Which one; not needed while only one is open.")
]
Who = Annotated[str, typer.Option("--person", "-p", metavar="CODE", help="Whose act it is, by the roster.")]
Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def report(
    session: Session,
    ladder: Annotated[
        str, typer.Argument(metavar="[LADDER]", help="threat, intruder, fire, danger, leak, or your own.")
    ] = "threat",
    seat: Annotated[str, typer.Option("--seat", help="The seat where the call is.")] = "",
    call: Annotated[str, typer.Option("--call", help="The call, by its id in `ccd status --json`.")] = "",
    pbx: Annotated[str, typer.Option("--pbx", metavar="NAME", help="Needed where there are several.")] = "",
    note: Annotated[str, typer.Option("--note", help="What is known, in your words.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="CODE", help="Whose report it is, by the roster.")] = "",
    as_json: Json = False,
) -> None:
    """Report an emergency: a threat call at a seat, or one without a call. The ladder begins at once."""
    from ccd.config import ConfigError

    try:
        reply = session.ask_once(
            "incident_report", ladder=ladder, seat=seat, call=call, pbx=pbx, note=note, person=by
        )
    except CommandError as error:
        why = next((rule for rule in _REFUSALS if f" {rule}:" in f" {error}"), "")
        text = session.words(f"refused_{why}", seat=seat) if why else str(error)
        raise CommandError(error.code, f"{text}\n{session.words('report_not_taken')}") from None
    except ConfigError:
        session.warn(session.words("report_not_taken"))
        raise
    if as_json:
        print(json.dumps({"incident": reply["incident"]}, ensure_ascii=False))
    else:
        session.say("incident_reported_as", incident=reply["incident"], ccd=session.invocation)


def _act(session: Session, act: str, incident: str, as_json: bool, **request: str) -> None:
    from ccd.cli.incident_brief import person_of

    reply = session.ask_once("incident_act", act=act, incident=incident, **request)
    if as_json:
        told = {key: reply.get(key) for key in ("incident", "act", "person", "name")}
        print(json.dumps(told, ensure_ascii=False))
        return
    who = person_of({"code": reply.get("person"), "name": reply.get("name")})
    session.say(f"act_{act}", incident=reply["incident"], person=who or "-", question=request.get("question"))


@command
def ack(session: Session, incident: Id = "", person: Who = "", as_json: Json = False) -> None:
    """Acknowledge: this person knows of it. It does not stop the clock."""
    _act(session, "acknowledge", incident, as_json, person=_needed(session, person))


@command
def cannot(session: Session, incident: Id = "", person: Who = "", as_json: Json = False) -> None:
    """This person cannot come. Where nobody else is awaited, the police decision comes at once."""
    _act(session, "cannot", incident, as_json, person=_needed(session, person))


@command
def arrived(session: Session, incident: Id = "", person: Who = "", as_json: Json = False) -> None:
    """Whoever is awaited has reached the floor: the clock stops. You vouch for it."""
    _act(session, "arrive", incident, as_json, person=_needed(session, person))


@command
def police(session: Session, incident: Id = "", person: Who = "", as_json: Json = False) -> None:
    """Have the police called now, whatever the clock says."""
    _act(session, "police", incident, as_json, person=_needed(session, person))


@command
def police_called(
    session: Session,
    incident: Id = "",
    person: Who = "",
    note: Annotated[str, typer.Option("--note", help="Whom you spoke to, what they said.")] = "",
    as_json: Json = False,
) -> None:
    """This person has called the police: ccd no longer does."""
    _act(session, "police_called", incident, as_json, person=_needed(session, person), value=note)


@command
def stand_down(
    session: Session,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; it stays on record.")],
    incident: Id = "",
    person: Who = "",
    as_json: Json = False,
) -> None:
    """Do not call the police. Needs a role of policies.incidents.stand_down_roles."""
    _act(session, "stand_down", incident, as_json, person=_needed(session, person), value=reason)


@command
def note(
    session: Session,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="In quotes; - reads standard input.")],
    incident: Named = "",
    person: Who = "",
    as_json: Json = False,
) -> None:
    """Put an instruction or an observation on record, word for word."""
    value = sys.stdin.read(TEXT_READ) if text == "-" else text
    _act(session, "note", incident, as_json, person=person, value=value)


@command
def close(
    session: Session,
    outcome: Annotated[str, typer.Option("--outcome", "-o", help="How it ended; it stays on record.")],
    incident: Id = "",
    person: Who = "",
    as_json: Json = False,
) -> None:
    """End the incident and its alert: it was attended to, stood down, or is with the police."""
    _act(session, "close", incident, as_json, person=_needed(session, person), value=outcome)


def _needed(session: Session, person: str) -> str:
    if not person:
        raise CommandError(Exit.USAGE, session.words("person_needed"))
    return person


# --- looking ----------------------------------------------------------------------------------------------


@command
def list_(
    session: Session,
    every: Annotated[bool, typer.Option("--all", "-a", help="Also those that are closed.")] = False,
    as_json: Json = False,
) -> Exit:
    """The incidents that are open, with what their clocks have left."""
    from ccd.cli.incident_brief import list_lines
    from ccd.cli.incident_stored import briefs

    session.do_without_settings()
    rows, down = briefs(session, every=every)
    if as_json:
        print(json.dumps({"daemon": "down" if down else "running", "incidents": rows}, ensure_ascii=False))
        return Exit.UNREACHABLE if down else Exit.OK
    if down:
        session.warn(session.words("incident_stored"))
    if not rows:
        session.say("incident_none_ever" if every else "incident_none_open")
    else:
        for text in list_lines(rows, session.words, session.settings.daemon.timezone):
            print(text)
    return Exit.UNREACHABLE if down else Exit.OK


@command
def show(
    session: Session,
    incident: Id = "",
    watch: Annotated[
        bool,
        typer.Option("--watch", "-w", help="Live, until q. With --json: an object a second, a line each."),
    ] = False,
    as_json: Json = False,
) -> Exit:
    """Everything known of an incident: clock, ladder, who was told how, checklist, evidence, timeline."""
    from ccd.cli.incident_stored import one

    session.do_without_settings()
    if watch:
        return _follow(session, incident, as_json)
    reply, down = one(session, incident)
    if as_json:
        print(json.dumps({"daemon": "down" if down else "running", **reply}, ensure_ascii=False))
        return Exit.UNREACHABLE if down else Exit.OK
    _print(session, reply, session.words("incident_stored") if down else "")
    return Exit.UNREACHABLE if down else Exit.OK


def _print(session: Session, reply: dict[str, Any], banner: str) -> None:
    from rich.console import Console, Group

    from ccd.cli.incident_view import incident_view
    from ccd.cli.view import Look

    console = Console(highlight=False, markup=False)
    width = console.width if console.is_terminal else PIPE_WIDTH
    timezone = session.settings.daemon.timezone
    shown = incident_view(reply, session.words, Look(width, banner=banner), timezone=timezone)
    if console.is_terminal:
        console.print(Group(*shown.lines))
        return
    for line in shown.lines:
        print(line.plain.rstrip())


def _follow(session: Session, incident: str, as_json: bool) -> Exit:
    """A name that is wrong is told at once; after that the screen waits for the daemon."""
    from rich.console import Console

    reply = session.ask("incident_show", incident=incident)
    named = {"command": "incident_watch", "incident": reply["incident"]["id"]}
    console = Console(highlight=False, markup=False)
    if as_json or not sys.stdout.isatty() or console.is_dumb_terminal:
        return asyncio.run(_stream(session, named, as_json))
    from ccd.cli.incident_watch import IncidentWatch
    from ccd.cli.watch import on_screen

    state = IncidentWatch(session.words, reply, session.settings.daemon.timezone)
    asyncio.run(on_screen(session.socket, named, state, console))
    return Exit.OK


async def _stream(session: Session, request: dict[str, Any], as_json: bool) -> Exit:
    """Each second an object, or where there is no terminal the timeline as it goes on; until it is closed."""
    from ccd.adapters.control_client import UnreachableError, follow
    from ccd.cli.progress import Progress

    progress = Progress(session.words, PIPE_WIDTH)
    try:
        async for reply in follow(session.socket, request):
            if not reply.get("ok"):
                raise CommandError(Exit.FOUND, session.words("daemon_says", text=reply.get("error", "")))
            if as_json:
                print(
                    json.dumps({key: reply[key] for key in reply if key != "ok"}, ensure_ascii=False),
                    flush=True,
                )
                continue
            for text in progress.take(reply):
                print(text, flush=True)
            if not reply["incident"]["open"]:
                return Exit.OK
    except UnreachableError as error:
        raise CommandError(Exit.UNREACHABLE, session.unreachable(error)) from None
    return Exit.UNREACHABLE  # the daemon has ended


def add_to(app: typer.Typer) -> None:
    for function in (report, show, ack, cannot, arrived, police, police_called, stand_down, note, close):
        incidents.command()(function)
    incidents.command("list")(list_)
    app.add_typer(incidents, name="incident")
