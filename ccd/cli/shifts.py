"""``shifts``: the plan of who works when, in and out, looked at and changed."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.output import write_out
from ccd.cli.plans import Planned, as_json, clock_in, day_of, days_of, planned, today
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from datetime import date

    from ccd.shifts.plan import Assignment, Duty

__all__ = ["add_to"]

_shifts = typer.Typer(help="The plan: who works which shift on which day.", no_args_is_help=True)

IMPORT_S = 120.0
ICAL_AHEAD = timedelta(days=60)

_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_Day = Annotated[str, typer.Argument(metavar="DAY", help="The day on which the shift begins: 2026-01-31.")]
_Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: standard output.")
]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]
_From = Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day.")]
_To = Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day.")]


@command
def import_(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; docs/shifts.md describes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file.")] = False,
    replace: Annotated[
        str | None,
        typer.Option(metavar="FROM..TO", help="Every day of this span is as in the file, for everybody."),
    ] = None,
    json_: _Json = False,
) -> Exit | None:
    """Plan what this file says, as a whole or not at all. It replaces the days of the people it names."""
    days = [day.isoformat() for day in days_of(session, replace)] if replace is not None else []
    data = base64.b64encode(zlib.compress(file.read_bytes(), 1)).decode()
    try:
        reply = session.ask(
            "shifts_import", data=data, filename=str(file), replace=days, dry_run=dry_run, timeout_s=IMPORT_S
        )
    except CommandError as error:
        if error.code is Exit.REFUSED:
            raise CommandError(Exit.FOUND, f"{error}\n{session.words('plan_faults')}") from None
        raise
    _tell(session, reply, "plan_good" if dry_run else "plan_imported", json_, file=file)
    return None


@command
def set_(
    session: Session,
    person: _Person,
    day: _Day,
    shift: Annotated[str, typer.Argument(metavar="SHIFT", help="Its name or label, as in the settings.")],
    seat: Annotated[str, typer.Option(metavar="SEAT", help="Default: their own of the roster.")] = "",
    pbx: Annotated[str, typer.Option(metavar="NAME", help="Needed where several have that seat.")] = "",
    meal_group: Annotated[str, typer.Option(metavar="GROUP", help="With whom they go to meals.")] = "",
    json_: _Json = False,
) -> None:
    """Plan a person's shift of a day, in place of what they had."""
    reply = session.ask(
        "shifts_set", person=person, day=day, shift=shift, seat=seat, pbx=pbx, meal_group=meal_group
    )
    _tell(session, reply, "plan_set", json_, person=person, day=day, shift=shift)


@command
def unset(session: Session, person: _Person, day: _Day, json_: _Json = False) -> None:
    """Take away what a person was to work on a day."""
    reply = session.ask("shifts_unset", person=person, day=day)
    _tell(session, reply, "plan_unset", json_, person=person, day=day)


def _tell(session: Session, reply: dict[str, Any], key: str, json_: bool, **more: Any) -> None:
    if json_:
        as_json(session, {name: value for name, value in reply.items() if name != "ok"})
        return
    if not session.quiet:
        for text in reply["warnings"]:
            session.warn(session.words("warning", text=text))
    session.say(key, **{**reply, **more})


@command
def export(session: Session, from_: _From = None, to: _To = None, output: _Output = None) -> None:
    """Write the plan as CSV: from today on, or as --from and --to say. `shifts import` reads it back."""
    from ccd.shifts.plan_csv import dump

    found, days = _span(session, from_, to)
    write_out(dump((one for day in days for one in found.plan.day(day)), found.roster), output)


@command
def ical(
    session: Session,
    person: Annotated[str | None, typer.Argument(metavar="[PERSON]", help="Default: everybody.")] = None,
    from_: _From = None,
    to: _To = None,
    output: _Output = None,
) -> None:
    """Write the plan as iCalendar: two months from today on, or as --from and --to say."""
    from ccd.shifts import ical as form

    to = to or (day_of(session, from_) + ICAL_AHEAD).isoformat()
    found, days = _span(session, from_, to)
    if person is not None and found.roster.by_code(person) is None:
        raise CommandError(Exit.USAGE, session.words("refused_unknown_code", code=person))
    duties: list[Duty] = []
    for day in days:
        people = [person] if person is not None else found.plan.day(day).people
        duties += [duty for each in people for duty in found.plan.of(each, day)]
    data = form.export(
        duties,
        shifts=found.plan.shifts,
        roster=found.roster,
        stamp=found.made or datetime.now(UTC),
        named=person is None,
    )
    write_out(data, output)


def _span(session: Session, from_: str | None, to: str | None) -> tuple[Planned, list[date]]:
    """The plan, and its days of that span. Raises CommandError where it is none."""
    from ccd.shifts.plan_csv import AHEAD

    first = day_of(session, from_)
    last = day_of(session, to) if to is not None else today(session) + AHEAD
    if first > last:
        raise CommandError(Exit.USAGE, session.words("no_days", text=f"{first}..{last}"))
    found = planned(session, first, last)
    return found, [day for day in found.plan.days if first <= day <= last]


@command
def show(
    session: Session,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="Default: today.")] = None,
    json_: _Json = False,
) -> None:
    """Show who works which shift on a day, and where that breaks the span of control."""
    from ccd.shifts.check import span_warnings_of

    asked = day_of(session, day)
    found = planned(session, asked, asked)
    of_day = found.plan.day(asked)
    shifts = {one.shift: of_day.on_shift(one.shift) for one in of_day}
    warnings = span_warnings_of(of_day, found.roster, session.settings.span)
    if json_:
        as_json(session, _as_told(found, asked, shifts, warnings))
        return
    _print_day(session, found, asked, shifts)
    for text in warnings:
        session.warn(session.words("warning", text=text))


def _as_told(
    found: Planned, day: date, shifts: dict[str, tuple[Assignment, ...]], warnings: list[str]
) -> dict[str, Any]:
    kind = found.calendar.day(day)
    return {
        "day": day,
        "kind": kind.kind,
        "name": kind.name,
        "source": kind.source,
        "version": found.plan.version,
        "shifts": [
            {
                "shift": shift,
                "starts": times.starts if times else None,
                "ends": times.ends if times else None,
                "people": [one._asdict() for one in people],
            }
            for shift, people in shifts.items()
            for times in [found.plan.shifts.occurrence(shift, day)]
        ],
        "warnings": warnings,
    }


def _print_day(
    session: Session, found: Planned, day: date, shifts: dict[str, tuple[Assignment, ...]]
) -> None:
    words, kind = session.words, found.calendar.day(day)
    told = words(f"day_{kind.kind}") + (f" {kind.name}" if kind.name else "")
    print(words("plan_day", day=day, weekday=f"{day:%a}", kind=told))
    if not shifts:
        session.say("plan_none")
    for shift, people in shifts.items():
        times, known = found.plan.shifts.occurrence(shift, day), found.plan.shifts.by_name.get(shift)
        label = (known.label if known else "") or shift
        if times is None:
            print(words("plan_gone", label=label, count=len(people)))
        else:
            begin, end = clock_in(session, times.starts), clock_in(session, times.ends, times.starts)
            print(words("plan_shift", label=label, begin=begin, end=end, count=len(people)))
        for one in people:
            _print_person(found, one)
    if found.plan.version:
        session.say("plan_version", version=found.plan.version)


def _print_person(found: Planned, one: Assignment) -> None:
    from ccd.cli.cells import fit

    person = found.roster.by_code(one.person)
    cells = (
        (one.person, 9),
        (person.name if person else "", 13),
        (person.team if person else "", 13),
        (one.seat, 9),
        (one.pbx, 13),
        (one.meal_group, 13),
    )
    print(("  " + " ".join(fit(text, width) for text, width in cells)).rstrip())


def add_to(app: typer.Typer) -> None:
    _shifts.command("import")(import_)
    _shifts.command("set")(set_)
    for function in (unset, export, ical, show):
        _shifts.command()(function)
    app.add_typer(_shifts, name="shifts")
