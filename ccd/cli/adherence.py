"""``adherence``: what was done against what was scheduled; of a day, a month, a person by the minute."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import UTC, date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.acting import act
from ccd.cli.adherence_stored import Day, PersonDay, judged_between, person_day
from ccd.cli.adherence_view import in_minutes, print_exceptions, print_shift, share
from ccd.cli.cells import fit
from ccd.cli.plans import as_json, day_of, today
from ccd.cli.session import CommandError, Exit, Session, command
from ccd.cli.storing import moment

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.events.adherence import AdherenceJudged
    from ccd.roster import Roster

__all__ = ["add_to"]

_adherence = typer.Typer(
    help="What was done against what was scheduled, by the minute.", no_args_is_help=True
)

Row = dict[str, Any]
_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_Team = Annotated[str, typer.Option(metavar="TEAM", help="Only this team.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who decides it.")]
_Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept on record.")]


@command
def day(
    session: Session,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="Default: today.")] = None,
    team: _Team = "",
    json_: _Json = False,
) -> None:
    """The verdicts on the shifts of a day that are over."""
    from ccd.cli.stored import reading

    asked = day_of(session, day)

    async def work(archive: Archive) -> Day:
        return await judged_between(archive, asked, asked, team)

    found = reading(session.settings, work)
    rows = [_verdict(fact, found.roster) for fact in found.verdicts]
    if json_:
        as_json(session, {"day": asked, "team": team, **_limits(session), "shifts": rows})
        return
    print(session.words("adh_day", day=asked))
    _print_rows(session, rows, "shift")


def _verdict(fact: AdherenceJudged, roster: Roster) -> Row:
    sums = ("scheduled_s", "adherent_s", "out_s", "ignored_s", "unknown_s", "unscheduled_s", "worked_s")
    return {
        **_named(fact.person, roster),
        "day": fact.day,
        "shift": fact.shift,
        "starts": fact.starts,
        "ends": fact.ends,
        **{name: getattr(fact, name) for name in sums},
        "adherence": fact.adherence,
        "conformance": fact.conformance,
        "judged": fact.at,
        "because": fact.because,
    }


def _named(person: str, roster: Roster) -> Row:
    known = roster.by_code(person)
    return {"person": person, "name": known.name if known else "", "team": known.team if known else ""}


def _limits(session: Session) -> Row:
    own = session.settings.policies.adherence
    return {
        "target": own.target,
        "floor": own.floor,
        "conformance": [own.conformance_low, own.conformance_high],
    }


@command
def month(
    session: Session,
    month: Annotated[
        str | None, typer.Argument(metavar="[MONTH]", help="2026-01. Default: this one.")
    ] = None,
    team: _Team = "",
    json_: _Json = False,
) -> None:
    """Each person's month: the seconds of all shifts added up."""
    from ccd.cli.stored import reading

    first, last = _month(session, month)

    async def work(archive: Archive) -> Day:
        return await judged_between(archive, first, last, team)

    found = reading(session.settings, work)
    rows = _added_up([_verdict(fact, found.roster) for fact in found.verdicts])
    if json_:
        as_json(session, {"month": f"{first:%Y-%m}", "team": team, **_limits(session), "people": rows})
        return
    print(session.words("adh_month", month=f"{first:%Y-%m}"))
    _print_rows(session, rows, "shifts")


def _month(session: Session, text: str | None) -> tuple[date, date]:
    """First and last day. Raises CommandError."""
    try:
        first = date.fromisoformat(f"{text}-01") if text is not None else today(session).replace(day=1)
    except ValueError:
        raise CommandError(Exit.USAGE, session.words("adh_no_month", text=text)) from None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _added_up(rows: Iterable[Row]) -> list[Row]:
    people: dict[str, Row] = {}
    for row in rows:
        mine = people.setdefault(
            row["person"],
            {**{key: row[key] for key in ("person", "name", "team")}, "shifts": 0}
            | {key: 0.0 for key in row if key.endswith("_s")},
        )
        mine["shifts"] += 1
        for key in row:
            if key.endswith("_s"):
                mine[key] += row[key]
    for mine in people.values():
        judged = mine["adherent_s"] + mine["out_s"]
        left = mine["scheduled_s"] - mine["ignored_s"] - mine["unknown_s"]
        mine["adherence"] = mine["adherent_s"] / judged if judged else None
        mine["conformance"] = mine["worked_s"] / left if left else None
    return sorted(people.values(), key=lambda row: (row["team"], row["person"]))


def _print_rows(session: Session, rows: list[Row], column: str) -> None:
    words = session.words
    if not rows:
        session.say("adh_none")
        return
    heads = (
        *(words("adh_head_person"), words("adh_head_name"), words("adh_head_team"), ""),
        *(words("adh_head_adherence"), words("adh_head_conformance"), words("adh_head_out")),
        *(words("adh_head_ignored"), words("adh_head_unknown"), words("adh_head_unscheduled"), ""),
    )
    print(_line(heads))
    for row in rows:
        shares = (share(row["adherence"]), share(row["conformance"]))
        sums = (in_minutes(row[key]) for key in ("out_s", "ignored_s", "unknown_s", "unscheduled_s"))
        cells = (row["person"], row["name"], row["team"], str(row[column]), *shares, *sums)
        print(_line((*cells, _mark(session, row))))


def _line(cells: Iterable[str]) -> str:
    widths = (9, 13, 11, 9, 9, 9, 8, 8, 8, 8, 40)
    right = (False,) * 4 + (True,) * 6 + (False,)
    fitted = (fit(text, width, right=r) for text, width, r in zip(cells, widths, right, strict=True))
    return ("  " + " ".join(fitted)).rstrip()


def _mark(session: Session, row: Row) -> str:
    own, words, found = session.settings.policies.adherence, session.words, []
    adherence, conformance = row["adherence"], row["conformance"]
    if adherence is not None and adherence < own.target:
        found.append(words("adh_below_floor") if adherence < own.floor else words("adh_below_target"))
    if conformance is not None and not own.conformance_low <= conformance <= own.conformance_high:
        found.append(words("adh_conformance_outside"))
    return ", ".join(found)


@command
def person(
    session: Session,
    person: _Person,
    day: Annotated[str | None, typer.Argument(metavar="[DAY]", help="Default: today.")] = None,
    json_: _Json = False,
) -> None:
    """A person's day minute by minute, by the settings in force; and what a lead has excepted of it."""
    from ccd.cli.stored import reading

    asked = day_of(session, day)

    async def work(archive: Archive) -> PersonDay:
        return await person_day(session, archive, person, asked)

    found = reading(session.settings, work)
    if found.roster.by_code(person) is None and not found.judged:
        raise CommandError(Exit.FOUND, session.words("refused_unknown_code", code=person))
    if json_:
        as_json(session, _person_told(found, person, asked))
        return
    print(session.words("adh_person", day=asked, **_named(person, found.roster)))
    if not found.judged:
        session.say("adh_no_shift")
    for duty, result in found.judged:
        print_shift(session, duty, result)
    print_exceptions(session, found)


def _person_told(found: PersonDay, person: str, day: date) -> Row:
    from ccd.adherence.minutes import minutes

    return {
        **_named(person, found.roster),
        "day": day,
        "shifts": [
            {
                "shift": duty.assignment.shift,
                "starts": duty.starts,
                "ends": duty.ends,
                **{key: value for key, value in result._asdict().items() if key.endswith("_s")},
                "adherence": result.adherence,
                "conformance": result.conformance,
                "intervals": [one._asdict() for one in result.timeline],
                "minutes": [{"at": at, "state": state} for at, state in minutes(result.timeline)],
            }
            for duty, result in found.judged
        ],
        "exceptions": [
            {
                **{
                    key: getattr(one, key)
                    for key in ("exception", "since", "until", "kind", "reason", "actor")
                },
                "removed": None if gone is None else {"by": gone.actor, "reason": gone.reason, "at": gone.at},
            }
            for one, gone in found.exceptions
        ],
    }


@command
def except_(
    session: Session,
    person: _Person,
    from_: Annotated[str, typer.Option("--from", metavar="TIME", help="Such as 2026-01-31T08:00.")],
    to: Annotated[str, typer.Option("--to", metavar="TIME", help="Up to, but not including.")],
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="training, meeting, outage …; docs/adherence.md.")
    ],
    reason: _Reason,
    by: _By,
    json_: _Json = False,
) -> None:
    """A lead says that a time is not held against a person. It is kept with its reason."""
    since, until = moment(session, "--from", from_), moment(session, "--to", to)
    assert since is not None
    assert until is not None
    values = {
        "since": since.astimezone(UTC).isoformat(),
        "until": until.astimezone(UTC).isoformat(),
        "kind": kind,
        "reason": reason,
    }
    act(session, "adherence", "except", json_, person=person, actor=by, values=values)


@command
def unexcept(
    session: Session,
    exception: Annotated[str, typer.Argument(metavar="EXCEPTION", help="Its name: X-260131-1.")],
    reason: _Reason,
    by: _By,
    json_: _Json = False,
) -> None:
    """Take an exception back; both stay on record, and the shift is judged anew."""
    act(session, "adherence", "unexcept", json_, actor=by, values={"exception": exception, "reason": reason})


def add_to(app: typer.Typer) -> None:
    for function in (day, person, month, unexcept):
        _adherence.command()(function)
    _adherence.command("except")(except_)
    app.add_typer(_adherence, name="adherence")
