"""``handover`` and ``bulletin``: who waits for whom, the log, what leads decide, verdicts and the ledger."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from ccd.cli.acting import act
from ccd.cli.cells import fit, text_of
from ccd.cli.plans import as_json, clock_in
from ccd.cli.session import Session, command

__all__ = ["add_to"]

_handover = typer.Typer(help="Shift handover: holds, the log, verdicts.", no_args_is_help=True)
_bulletin = typer.Typer(help="Bulletins, which whoever takes over has read.", no_args_is_help=True)

Row = dict[str, Any]
_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who decides.")]
_For = Annotated[str, typer.Option("--by", metavar="CODE", help="A lead's, who writes for the person.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]
_Seat = Annotated[str, typer.Argument(metavar="SEAT", help="The seat, as in the roster.")]
_AtSeat = Annotated[str, typer.Option("--seat", metavar="SEAT", help="Where not the nearest is meant.")]
_OfDay = Annotated[str, typer.Option("--day", metavar="DAY", help="On which the shift begins.")]
_OfShift = Annotated[str, typer.Option("--shift", metavar="SHIFT", help="Its name, as in the settings.")]
_Pbx = Annotated[str, typer.Option("--pbx", metavar="NAME", help="Needed where several have that seat.")]
_Text = Annotated[str, typer.Argument(metavar="TEXT", help="Word for word; -: from standard input.")]


@command
def show(
    session: Session,
    day: Annotated[
        str | None, typer.Option(metavar="DAY", help="What came of a day, from the store.")
    ] = None,
    json_: _Json = False,
) -> None:
    """Show the seats that hand over now: who is held, who is awaited, what is missing."""
    if day is not None:
        from ccd.cli.handover_stored import tell_day

        tell_day(session, day, json_)
        return
    told = session.ask("shift_board", policy="handover")["board"]
    if json_:
        as_json(session, told)
        return
    if not told["seats"]:
        session.say("handover_no_seats")
    for one in told["seats"]:
        _print_seat(session, one)
    for one in told["items"]:
        text, since = text_of(one, "text"), _clock(session, one["opened"])
        print(session.words("handover_item", item=one["item"], seat=one["seat"], text=text, since=since))
    for person, ids in told["unread"].items():
        print(session.words("handover_unread", person=person, ids=", ".join(ids)))


def _print_seat(session: Session, one: Row) -> None:
    words = session.words
    at = _clock(session, one["boundary"])
    out, into = one["outgoing"] or "-", one["incoming"] or "-"
    print(f"{fit(one['seat'], 9)} {fit(one['team'], 13)} {at}  {out} -> {into}  {_verdict(session, one)}")
    for held in one["held"]:
        until, minutes = _clock(session, held["until"]), int(held["held_s"]) // 60
        print("  " + words("handover_is_held", person=held["person"], until=until, minutes=minutes))
    if one["awaited"]:
        print("  " + words("handover_awaited", people=", ".join(one["awaited"])))
    if one["on_leave"]:
        print("  " + words("handover_relief_on_leave"))
    if one["missing"]:
        print("  " + words("handover_lacks", missing=_missing(session, one)))


def _missing(session: Session, one: Row) -> str:
    from ccd.cli.handover_stored import missing_in

    return ", ".join(missing_in(session, item) for item in one["missing"])


def _verdict(session: Session, one: Row) -> str:
    from ccd.cli.handover_stored import verdict_in

    return verdict_in(session, one["verdict"]) if one["verdict"] else ""


def _clock(session: Session, text: str) -> str:
    at = datetime.fromisoformat(text)
    return clock_in(session, at, at)


@command
def log(session: Session, seat: _Seat, day: _OfDay = "", json_: _Json = False) -> None:
    """Show the handover logs of a seat on a day, from the store: entries, problems, signatures."""
    from ccd.cli.handover_stored import tell_log

    tell_log(session, seat, day or None, json_)


@command
def write(
    session: Session,
    person: _Person,
    section: Annotated[str, typer.Argument(metavar="SECTION", help="equipment, unsolved, staffing …")],
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Word for word; -: standard input.")] = "",
    none: Annotated[bool, typer.Option("--none", help="There is nothing to report.")] = False,
    by: _For = "",
    seat: _AtSeat = "",
    day: _OfDay = "",
    shift: _OfShift = "",
    json_: _Json = False,
) -> None:
    """Write into the handover log of somebody's shift: they themselves, or a lead for them."""
    values = {"section": section, "text": _typed(text), "none": "yes" if none else ""}
    _act(session, "log_write", person, by or person, {**values, **_where(seat, day, shift)}, json_)


@command
def sign(
    session: Session,
    person: _Person,
    seat: _AtSeat = "",
    day: _OfDay = "",
    shift: _OfShift = "",
    json_: _Json = False,
) -> None:
    """Sign the log of a handover, for yourself: as the one who goes or the one who comes."""
    _act(session, "sign", person, person, _where(seat, day, shift), json_)


@command
def release(
    session: Session, person: _Person, by: _By, reason: _Reason, seat: _AtSeat = "", json_: _Json = False
) -> None:
    """Let somebody go before relief has come; a lead does."""
    _act(session, "release", person, by, {"reason": reason, "seat": seat}, json_)


@command
def relieve(
    session: Session,
    seat: _Seat,
    person: _Person,
    by: _By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")] = "",
    day: _OfDay = "",
    shift: _OfShift = "",
    pbx: _Pbx = "",
    json_: _Json = False,
) -> None:
    """Name who relieves at a seat in place of whoever is planned; a lead does."""
    values = {"reason": reason, **_where(seat, day, shift, pbx)}
    _act(session, "relieve", person, by, values, json_)


@command
def item_open(
    session: Session, person: _Person, text: _Text, by: _For = "", seat: _AtSeat = "", json_: _Json = False
) -> None:
    """Open a problem that is carried over from shift to shift until it is closed."""
    _act(session, "item_open", person, by or person, {"text": _typed(text), "seat": seat}, json_)


@command
def item_close(
    session: Session,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Its number, as `show` has it.")],
    by: _By,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What became of it.")] = "",
    json_: _Json = False,
) -> None:
    """Close a problem: anybody of the seat's team, or a lead."""
    _act(session, "item_close", "", by, {"item": item, "text": text}, json_)


@command
def excuse(
    session: Session,
    seat: _Seat,
    day: Annotated[str, typer.Argument(metavar="DAY", help="On which the shift begins.")],
    shift: Annotated[str, typer.Argument(metavar="SHIFT", help="As `verdicts` has it.")],
    by: _By,
    reason: _Reason,
    end: Annotated[
        bool, typer.Option("--end", help="The verdict on its end, where nobody followed.")
    ] = False,
    pbx: _Pbx = "",
    json_: _Json = False,
) -> None:
    """Excuse a verdict, which stays as it was given; a lead does."""
    values = {"reason": reason, "side": "end" if end else "start", **_where(seat, day, shift, pbx)}
    _act(session, "excuse", "", by, values, json_)


@command
def verdicts(
    session: Session,
    from_: Annotated[str | None, typer.Option("--from", metavar="DAY", help="Default: today.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Default: the same day.")] = None,
    person: Annotated[str, typer.Option(metavar="CODE", help="Of this person only.")] = "",
    json_: _Json = False,
) -> None:
    """The verdicts in force on the handovers of these days, from the store."""
    from ccd.cli.handover_stored import tell_verdicts

    tell_verdicts(session, from_, to, person, json_)


@command
def ledger(
    session: Session,
    from_: Annotated[str | None, typer.Option("--from", metavar="DAY", help="Default: this month.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day.")] = None,
    person: Annotated[str, typer.Option(metavar="CODE", help="Of this person only.")] = "",
    json_: _Json = False,
) -> None:
    """Who was held past their shift, how long and why, with totals per person and month."""
    from ccd.cli.handover_stored import tell_ledger

    tell_ledger(session, from_, to, person, json_)


@command
def post(
    session: Session,
    id_: Annotated[str, typer.Argument(metavar="ID", help="A name of its own, such as B12.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="One line.")],
    text: _Text,
    by: _By,
    audience: Annotated[str, typer.Option(metavar="TEAM", help="A team; default: all.")] = "all",
    json_: _Json = False,
) -> None:
    """Post a bulletin; a lead does."""
    values = {"id": id_, "title": title, "text": _typed(text), "audience": audience}
    _act(session, "bulletin_post", "", by, values, json_)


@command
def list_(session: Session, json_: _Json = False) -> None:
    """The bulletins of the last month and who has read them, from the store."""
    from ccd.cli.handover_stored import tell_bulletins

    tell_bulletins(session, json_)


@command
def read(
    session: Session,
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `list` has it.")],
    person: _Person,
    json_: _Json = False,
) -> None:
    """Show a bulletin, and note that this person, yourself, has read it."""
    from ccd.cli.handover_stored import tell_bulletin

    if not json_:
        tell_bulletin(session, id_)
    _act(session, "bulletin_read", person, person, {"id": id_}, json_)


def _where(seat: str, day: str, shift: str, pbx: str = "") -> dict[str, str]:
    return {"seat": seat, "day": day, "shift": shift, "pbx": pbx}


def _typed(text: str) -> str:
    return sys.stdin.read() if text == "-" else text


def _act(session: Session, what: str, person: str, by: str, values: dict[str, str], json_: bool) -> None:
    act(session, "handover", what, json_, person=person, actor=by, values=values)


def add_to(app: typer.Typer) -> None:
    for function in (show, log, write, sign, release, relieve, excuse, verdicts, ledger):
        _handover.command()(function)
    _handover.command("item-open")(item_open)
    _handover.command("item-close")(item_close)
    _bulletin.command()(post)
    _bulletin.command("list")(list_)
    _bulletin.command()(read)
    app.add_typer(_handover, name="handover")
    app.add_typer(_bulletin, name="bulletin")
