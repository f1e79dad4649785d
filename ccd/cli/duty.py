"""``who`` and ``explain``: who is on duty at a moment, and what is known of a person's day.

Both read the store, so they answer beside the daemon and without it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ccd.cli import explained
from ccd.cli.cells import fit
from ccd.cli.plans import Planned, as_json, clock_in, day_of, read_plan, span_near
from ccd.cli.session import CommandError, Exit, Session, command
from ccd.cli.storing import moment
from ccd.incidents.words import word

if TYPE_CHECKING:
    from ccd.adapters.store.person_queries import PersonDay
    from ccd.adapters.store.queries import Archive
    from ccd.events import ShiftFact
    from ccd.shifts.plan import Duty

__all__ = ["add_to"]

Row = dict[str, Any]
AROUND = timedelta(hours=2)
"""So long before and after a person's shifts what they did is told, too."""
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def who(
    session: Session,
    on_duty: Annotated[
        bool,
        typer.Option("--on-duty", help="Against the plan: who is missing, who is there without a shift."),
    ] = False,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Such as 2026-01-31T08:00. Default: now.")
    ] = None,
    json_: _Json = False,
) -> None:
    """Who is signed in; with --on-duty who should be, who is missing, and who leads."""
    from ccd.cli.stored import reading

    asked = (moment(session, "--at", at) or datetime.now(UTC)).astimezone(UTC)

    async def work(archive: Archive) -> Row:
        return await _who(session, archive, asked, on_duty)

    told = reading(session.settings, work)
    if json_:
        as_json(session, told)
    else:
        _print_who(session, told, on_duty)


async def _who(session: Session, archive: Archive, at: datetime, against_plan: bool) -> Row:
    from ccd.shifts.duty import SignedIn, on_duty
    from ccd.shifts.plan import Plan

    found = await read_plan(session, archive, *span_near(at))
    still_to_come = at > datetime.now(UTC)
    presence = None if still_to_come else [SignedIn(**row) for row in await archive.presence_at(at)]
    return on_duty(
        at,
        plan=found.plan if against_plan else Plan(found.plan.shifts),
        roster=found.roster,
        presence=presence,
        lead=timedelta(minutes=session.settings.shifts.lead_minutes),
        stand_ins=session.settings.policies.incidents.stand_in_roles,
    )


def _print_who(session: Session, told: Row, on_duty: bool) -> None:
    words, at = session.words, told["at"]
    print(words("who_at" if on_duty else "who_signed_in", time=clock_in(session, at)))
    if not told["presence_known"]:
        session.say("who_future")
    if on_duty:
        _print_leads(session, told)
        for shift in told["shifts"]:
            begin, end = (clock_in(session, shift[key], at) for key in ("starts", "ends"))
            count = len(shift["people"])
            print(words("plan_shift", label=shift["label"], begin=begin, end=end, count=count))
            for person in shift["people"]:
                _print_person(session, person, at, _state(session, person))
        if not told["shifts"]:
            session.say("who_nobody")
        if told["unscheduled"]:
            print(words("who_unscheduled"))
    for person in told["unscheduled"]:
        ended = person["was_until"]
        _print_person(
            session, person, at, words("who_was_until", time=clock_in(session, ended, at)) if ended else ""
        )


def _state(session: Session, person: Row) -> str:
    seat = ", ".join(place["seat"] for place in person["signed_in"])
    return session.words(
        f"duty_{person['state']}", **({"seat": seat} if person["state"] == "elsewhere" else {})
    )


def _print_leads(session: Session, told: Row) -> None:
    if not told["presence_known"]:
        return
    names = ", ".join(f"{lead['person']} {lead['name']}" for lead in told["leads"])
    if not names:
        print(session.words("who_no_lead"))
    else:
        print(session.words("who_standing_in" if told["standing_in"] else "who_leads", names=names))


def _print_person(session: Session, person: Row, at: datetime, state: str) -> None:
    seats = ", ".join(place["seat"] for place in person["signed_in"])
    since = person["signed_in"][0]["since"] if person["signed_in"] else None
    cells = (
        (person["person"], 9),
        (person["name"], 13),
        (person["team"], 13),
        (person.get("seat") or seats, 9),
        (state, 22),
        (session.words("who_since", time=clock_in(session, since, at)) if since else "", 30),
    )
    print(("  " + " ".join(fit(text, width) for text, width in cells)).rstrip())


@command
def explain(
    session: Session,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")],
    day: Annotated[str | None, typer.Argument(metavar="[DAY]", help="Default: today.")] = None,
    json_: _Json = False,
) -> None:
    """What is known of a person's day: shift, sign-ins, calls, pauses, verdicts; and from where."""
    from ccd.cli.stored import reading

    asked = day_of(session, day)

    async def work(archive: Archive) -> tuple[Planned, tuple[Duty, ...], PersonDay, list[ShiftFact]]:
        day = await _person_day(session, archive, person, asked)
        return *day, await explained.read_facts(archive, person, asked)

    found, duties, known, facts = reading(session.settings, work)
    if found.roster.by_code(person) is None and not duties and not known.signs and not facts:
        raise CommandError(Exit.FOUND, session.words("refused_unknown_code", code=person))
    if json_:
        told = _as_told(found, person, asked, duties, known)
        as_json(session, told | {"shift_facts": explained.as_told(facts)})
    else:
        _print_day(session, found, person, asked, duties, known, facts)


async def _person_day(
    session: Session, archive: Archive, person: str, day: date
) -> tuple[Planned, tuple[Duty, ...], PersonDay]:
    zone = ZoneInfo(session.settings.daemon.timezone)
    found = await read_plan(session, archive, day, day)
    duties = found.plan.of(person, day)
    midnights = (datetime.combine(day + timedelta(days=n), time(), zone).astimezone(UTC) for n in (0, 1))
    since, until = midnights
    since = min([since, *(duty.starts - AROUND for duty in duties)])
    until = max([until, *(duty.ends + AROUND for duty in duties)])
    until = max(since, min(until, datetime.now(UTC)))
    return found, duties, await archive.person_day(person, since, until, found.roster.interface_of)


def _as_told(found: Planned, person: str, day: date, duties: tuple[Duty, ...], known: PersonDay) -> Row:
    listed = found.roster.by_code(person)
    return {
        "person": person,
        "name": listed.name if listed else "",
        "day": day,
        "shifts": [
            {"starts": duty.starts, "ends": duty.ends, **duty.assignment._asdict(), "from": "plan_change"}
            for duty in duties
        ],
        "plan_version": found.plan.version,
        "signs": [row | {"from": "presence_event"} for row in known.signs],
        "stays": [stay._asdict() | {"from": "presence_event, leg, agent_interval"} for stay in known.stays],
        "refusals": [row | {"from": "sign_in_refusal"} for row in known.refusals],
        "attended": [row | {"from": "attendance_event"} for row in known.attended],
        "blind": [row | {"from": "blind_interval"} for row in known.blind],
    }


def _print_day(
    session: Session,
    found: Planned,
    person: str,
    day: date,
    duties: tuple[Duty, ...],
    known: PersonDay,
    facts: list[ShiftFact],
) -> None:
    words, listed = session.words, found.roster.by_code(person)
    print(words("explain_title", person=person, name=listed.name if listed else "", day=day))

    def told(source: str, text: str, at: datetime | None = None) -> None:
        when = clock_in(session, at) if at is not None else ""
        print(f"  {when:16}  {text}  [{words('explain_source')} {source}]")

    for starts, ends, one in duties:
        shift = found.plan.shifts.by_name[one.shift]
        begin, end = clock_in(session, starts), clock_in(session, ends, starts)
        label = shift.label or shift.name
        text = words("explain_shift", shift=label, begin=begin, end=end, seat=one.seat or "-")
        told(f"plan_change {found.plan.version}", text)
    if not duties:
        told("plan_change", words("explain_no_shift"))
    happened = _happened(session, known) + explained.in_words(session, facts)
    for at, source, text in sorted(happened, key=lambda entry: entry[0]):
        told(source, text, at)


def _happened(session: Session, known: PersonDay) -> list[tuple[datetime, str, str]]:
    """(when, table, words)."""
    words = session.words

    def until(end: datetime | None, begin: datetime) -> str:
        return clock_in(session, end, begin) if end is not None else words("explain_goes_on")

    found = [
        (
            row["at"],
            "presence_event",
            words(f"sign_{row['event']}", seat=row["seat"], how=word("how", row["how"], words.language)),
        )
        for row in known.signs
    ]
    for row in known.refusals:
        text = words(
            "explain_refused", seat=row["seat"], why=row["why"], how=word("how", row["how"], words.language)
        )
        found.append((row["at"], "sign_in_refusal", text))
    for row in known.attended:
        found.append((row["at"], "attendance_event", words("explain_attended", seat=row["seat"])))
    for stay in known.stays:
        begin, end = clock_in(session, stay.arrived), until(stay.left, stay.arrived)
        calls = words("explain_unknown") if stay.calls is None else stay.calls
        text = words("explain_stay", seat=stay.seat, begin=begin, end=end, calls=calls)
        found.append((stay.arrived, "presence_event, leg", text))
        for row in stay.pauses:
            begin, end = clock_in(session, row["begin"]), until(row["end"], row["begin"])
            text = words("explain_pause", begin=begin, end=end, reason=row["reason"] or "-")
            found.append((row["begin"], "agent_interval", text))
    for row in known.blind:
        begin, end = clock_in(session, row["began"]), until(row["ended"], row["began"])
        text = words("explain_blind", pbx=row["pbx"], begin=begin, end=end)
        found.append((row["began"], "blind_interval", text))
    return found


def add_to(app: typer.Typer) -> None:
    for function in (who, explain):
        app.command()(function)
