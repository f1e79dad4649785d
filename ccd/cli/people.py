"""``roster``, ``pin``, ``arrive``, ``leave sign-out``: who there is, and who sits where."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccd.cli.output import write_out
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.events import Person, RosterReplaced

__all__ = ["add_to"]

_roster = typer.Typer(help="The roster: people, teams, roles, seats.", no_args_is_help=True)
_pin = typer.Typer(help="The PINs that people sign in with.", no_args_is_help=True)


@command
def import_(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; docs/roster.md describes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file.")] = False,
) -> Exit | None:
    """Replace the roster by this file, as a whole or not at all."""
    import msgspec

    from ccd.roster import RosterError, parse, span_warnings

    try:
        people = parse(file.read_bytes(), filename=str(file))
    except RosterError as error:
        for fault in error.faults:
            session.warn(fault)
        session.warn(session.words("roster_faults", count=len(error.faults)))
        return Exit.FOUND
    if not session.quiet:
        for text in (*span_warnings(people, session.settings.span), *_unknown_pbxs(session, people)):
            session.warn(session.words("warning", text=text))
    if dry_run:
        session.say("roster_good", file=file, people=len(people))
        return None
    reply = session.ask("roster_import", people=msgspec.to_builtins(people))
    session.say("roster_imported", people=len(people), version=reply.get("version", ""))
    return None


def _unknown_pbxs(session: Session, people: tuple[Person, ...]) -> list[str]:
    known = session.settings.pbx
    unknown = sorted({person.pbx for person in people if person.pbx and person.pbx not in known})
    return [session.words("warn_pbx", name=name) for name in unknown] if known else []


@command
def export(
    session: Session,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: standard output.")
    ] = None,
) -> None:
    """Write the roster in force as CSV. `roster import` reads it back."""
    from ccd.roster import dump

    write_out(dump(_current(session).people), output)


@command
def show(
    session: Session,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show the roster in force."""
    import msgspec

    roster = _current(session)
    if as_json:
        print(json.dumps(msgspec.to_builtins(roster), ensure_ascii=False, indent=2))
        return
    from ccd.cli.cells import fit

    fields = ("code", "name", "role", "team", "seat", "interface", "pbx", "phone", "email")
    wide = (9, 13, 20, 13, 9, 17, 13, 17, 0)
    for row in (fields, *([getattr(person, field) for field in fields] for person in roster.people)):
        print(
            " ".join(
                fit(text, cells) if cells else text for text, cells in zip(row, wide, strict=True)
            ).rstrip()
        )
    session.say("roster_is", people=len(roster.people), version=roster.version, by=roster.by)


def _current(session: Session) -> RosterReplaced:
    from ccd.adapters.store.queries import Archive
    from ccd.cli.stored import reading

    roster = reading(session.settings, Archive.roster)
    if roster is None:
        raise CommandError(Exit.FOUND, session.words("roster_empty"))
    return roster


@command
def set_(
    session: Session,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The person's code, as in the roster.")],
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Read the PIN from standard input.")] = False,
) -> None:
    """Set a person's PIN. It is typed unseen; it is never taken from the command line."""
    from ccd.pins import PinError, hash_pin

    pin = sys.stdin.readline().rstrip("\r\n") if from_stdin else _typed_pin(session, code)
    try:
        hashed = hash_pin(pin, code=code)
    except PinError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
    session.ask("pin_set", code=code, hash=hashed)
    session.say("pin_set", code=code)


def _typed_pin(session: Session, code: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(Exit.USAGE, session.words("pin_no_terminal"))
    try:
        pin = getpass.getpass(session.words("pin_prompt", code=code))
        again = getpass.getpass(session.words("pin_again"))
    except EOFError:
        raise KeyboardInterrupt from None
    if pin != again:
        raise CommandError(Exit.USAGE, session.words("pin_differs"))
    return pin


_Code = Annotated[str, typer.Argument(metavar="CODE", help="The person's code, as in the roster.")]
_Seat = Annotated[str, typer.Option("--seat", metavar="SEAT", help="The seat, as in the roster.")]
_Pbx = Annotated[str | None, typer.Option("--pbx", metavar="NAME", help="Needed where there are several.")]


_REFUSALS = ("unknown_code", "unknown_seat", "not_here")
"""Those that a person at the console can cause, as ``ccd.handlers.presence`` names them."""


def _sign(session: Session, kind: str, code: str, seat: str, pbx: str | None, reason: str = "") -> None:
    """The rule's inner name stays in log and store; a person is told what it means."""
    try:
        language = session.words.language
        session.ask(
            "sign_in", kind=kind, code=code, seat=seat, pbx=pbx or "", reason=reason, language=language
        )
    except CommandError as error:
        if error.code is not Exit.REFUSED:
            raise
        rule = next((name for name in _REFUSALS if f"{name}:" in str(error)), "")
        if not rule:
            raise
        raise CommandError(error.code, session.words(f"refused_{rule}", code=code, seat=seat)) from None


@command
def arrive(session: Session, code: _Code, seat: _Seat, pbx: _Pbx = None) -> None:
    """Sign a person in at a seat. You vouch for it: no PIN is asked, and your user name is kept."""
    _sign(session, "arrive", code, seat, pbx)
    session.say("arrived", code=code, seat=seat)


@command
def leave(
    session: Session,
    code: _Code,
    seat: _Seat,
    pbx: _Pbx = None,
    ill: Annotated[bool, typer.Option("--ill", help="They are ill: nobody is held for that.")] = False,
) -> None:
    """Sign a person out of a seat."""
    _sign(session, "leave", code, seat, pbx, "illness" if ill else "")
    session.say("left", code=code, seat=seat)


def add_to(app: typer.Typer) -> None:
    _roster.command("import")(import_)
    _roster.command()(export)
    _roster.command()(show)
    _pin.command("set")(set_)
    app.add_typer(_roster, name="roster")
    app.add_typer(_pin, name="pin")
    app.command()(arrive)
