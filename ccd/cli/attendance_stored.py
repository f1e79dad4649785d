"""What the store has of attendance, told; and what the daemon is asked to do about it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ccd.cli import acting
from ccd.cli.cells import fit
from ccd.cli.plans import as_json, clock_in, day_of, today
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.attendance.ledger import Entry, Ledger
    from ccd.events.attendance import AttendanceJudged, ComplaintProven, GraveCaseNoted
    from ccd.roster import Roster

__all__ = ["act", "show_day", "show_ledgers", "show_person", "show_proposals"]

Row = dict[str, Any]


class _Read(NamedTuple):
    roster: Roster
    ledgers: list[Ledger]

    def name(self, person: str) -> str:
        known = self.roster.by_code(person)
        return known.name if known else ""


def act(
    session: Session, what: str, json_: bool, *, person: str = "", actor: str = "", **values: str
) -> None:
    acting.act(session, "attendance", what, json_, person=person, actor=actor, values=values)


def _month(session: Session, text: str | None) -> str:
    month = text or f"{today(session):%Y-%m}"
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month) or month.startswith("0000"):
        raise CommandError(Exit.USAGE, session.words("attendance_no_month", text=month))
    return month


def _read(session: Session, first: date, last: date, person: str = "") -> _Read:
    """The ledgers made of the facts of these days, all of one month, by person."""

    from ccd.attendance.ledger import month
    from ccd.cli.stored import reading
    from ccd.events.shift_facts import shift_fact
    from ccd.roster import Roster

    async def work(archive: Archive) -> tuple[list[str], Any]:
        texts = await archive.shift_facts(policy="attendance", first=first, last=last, person=person)
        return texts, await archive.roster()

    texts, stored = reading(session.settings, work)
    by_person: dict[str, list[Any]] = {}
    for text in texts:
        fact = shift_fact(text)
        if fact.person:
            by_person.setdefault(fact.person, []).append(fact)
    ledgers = [month(found, code, f"{first:%Y-%m}") for code, found in sorted(by_person.items())]
    return _Read(Roster(stored.people if stored else ()), ledgers)


def _of_month(session: Session, text: str | None, person: str = "") -> tuple[str, _Read]:
    month = _month(session, text)
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return month, _read(session, first, last, person)


# --- a day ------------------------------------------------------------------------------------------------


def show_day(session: Session, text: str | None, json_: bool) -> None:
    asked = day_of(session, text)
    found = _read(session, asked, asked)
    rows = [(ledger, one) for ledger in found.ledgers for one in ledger.verdicts]
    rows.sort(key=lambda row: (row[1].starts, row[1].person))
    if json_:
        told = [_verdict(found, ledger, one) for ledger, one in rows]
        as_json(session, {"day": asked, "verdicts": told})
        return
    if not rows:
        session.say("attendance_none")
    for ledger, one in rows:
        state = session.words(f"state_attendance_{one.state}")
        findings = ", ".join(_short(session, entry) for entry in _entries_of(ledger, one))
        cells = ((one.person, 9), (found.name(one.person), 13), (one.shift, 13), (state, 9))
        print((" ".join(fit(cell, width) for cell, width in cells) + f" {findings}").rstrip())


def _entries_of(ledger: Ledger, one: AttendanceJudged) -> list[Entry]:
    return [entry for entry in ledger.entries if entry.verdict == one.key]


def _short(session: Session, entry: Entry) -> str:
    return session.words(
        "attendance_finding",
        kind=session.words(f"act_attendance_{entry.finding.kind}"),
        minutes=f"{entry.finding.seconds / 60:.1f}",
        weight=session.words(f"day_weight_{entry.weight}"),
    )


# --- a person, everybody ----------------------------------------------------------------------------------


def show_person(session: Session, person: str, text: str | None, json_: bool) -> None:
    from ccd.attendance.ledger import month as made_of

    month, found = _of_month(session, text, person)
    ledger = found.ledgers[0] if found.ledgers else made_of((), person, month)
    if found.roster.by_code(person) is None and not found.ledgers:
        raise CommandError(Exit.FOUND, session.words("refused_unknown_code", code=person))
    if json_:
        as_json(session, _told(found, ledger))
        return
    print(session.words("attendance_month", **_figures(found, ledger)))
    for entry in ledger.entries:
        _print_entry(session, entry)
    for one in ledger.permitted:
        since, until = clock_in(session, one.since), clock_in(session, one.until, one.since)
        _line(session, "attendance_permit", since=since, until=until, actor=one.actor, reason=one.reason)
    notes: tuple[GraveCaseNoted | ComplaintProven, ...] = (*ledger.grave, *ledger.complaints)
    for noted in notes:
        kind = session.words(f"act_{type(noted).__name__}")
        _line(session, "attendance_note", day=noted.day, kind=kind, actor=noted.actor, reason=noted.reason)
    for objected, answer in ledger.objections:
        state = session.words(f"state_objection_{answer.decision if answer else 'open'}")
        text = f"{state} {answer.actor}: {answer.reason}" if answer else state
        _line(session, "attendance_objection", name=objected.objection, text=objected.text, answer=text)
    _print_proposals(session, found, [ledger], reviews=False)


def _line(session: Session, key: str, **values: Any) -> None:
    print(f"  {session.words(key, **values)}")


def _print_entry(session: Session, entry: Entry) -> None:
    source = f"[{session.words('explain_source')} shift_event]"
    print(f"  {entry.day} {entry.shift}: {_short(session, entry)}  {source}")
    if (made := entry.correction) is not None:
        was = session.words(f"day_weight_{made.was}")
        print(f"      {session.words('attendance_was', weight=was, actor=made.actor, reason=made.reason)}")
    for text in entry.finding.evidence:
        print(f"      {text}")


def show_ledgers(session: Session, text: str | None, json_: bool) -> None:
    month, found = _of_month(session, text)
    if json_:
        as_json(session, {"month": month, "people": [_figures(found, one) for one in found.ledgers]})
        return
    if not found.ledgers:
        session.say("attendance_none")
    for one in found.ledgers:
        print(session.words("attendance_month", **_figures(found, one)))


def show_proposals(session: Session, text: str | None, json_: bool, *, reviews: bool = False) -> None:
    month, found = _of_month(session, text)
    if json_:
        rows = [row for one in found.ledgers for row in _proposals(one, reviews)]
        as_json(session, {"month": month, "proposals": rows})
    elif not _print_proposals(session, found, found.ledgers, reviews=reviews):
        session.say("attendance_nothing_proposed")


def _print_proposals(session: Session, found: _Read, ledgers: Iterable[Ledger], *, reviews: bool) -> int:
    count = 0
    for ledger in ledgers:
        for row in _proposals(ledger, reviews):
            count += 1
            what = session.words(f"act_{row['kind']}")
            state = session.words(f"state_proposal_{row['state']}")
            by = f" {row['actor']}: {row['reason']}" if row["actor"] else ""
            name = found.name(ledger.person)
            print(f"  {row['proposal']}: {ledger.person} {name} {what}, {state}{by}".replace("  ,", ","))
            print(f"      {'; '.join(row['grounds'])}")
    return count


# --- as plain values --------------------------------------------------------------------------------------


def _figures(found: _Read, ledger: Ledger) -> Row:
    return {
        "person": ledger.person,
        "name": found.name(ledger.person),
        "month": ledger.month,
        "shifts": len(ledger.verdicts),
        "occurrences": len(ledger.occurrences),
        "violations": len(ledger.violations),
        "absences": len(ledger.absences),
    }


def _proposals(ledger: Ledger, reviews: bool) -> list[Row]:
    rows = []
    for one in ledger.proposals:
        kind = type(one.made).__name__
        if reviews and kind != "DismissalReviewProposed":
            continue
        grounds = one.made.grounds if kind == "DismissalReviewProposed" else one.made.occurrences  # type: ignore[union-attr]
        rows.append(
            {
                "proposal": one.made.proposal,
                "person": ledger.person,
                "kind": kind,
                "cause": one.made.cause,
                "grounds": list(grounds),
                "state": one.state,
                "actor": one.decided.actor if one.decided else "",
                "reason": one.decided.reason if one.decided else "",
                "from": "shift_event",
            }
        )
    return rows


def _verdict(found: _Read, ledger: Ledger, one: AttendanceJudged) -> Row:
    import msgspec

    entries = [_entry(entry) for entry in _entries_of(ledger, one)]
    plain = msgspec.structs.asdict(one) | {"name": found.name(one.person), "from": "shift_event"}
    return plain | {"findings": entries}


def _entry(entry: Entry) -> Row:
    import msgspec

    made = entry.correction
    return {
        "day": entry.day,
        "shift": entry.shift,
        **msgspec.structs.asdict(entry.finding),
        "found": entry.finding.weight,
        "weight": entry.weight,
        "corrected": None if made is None else {"actor": made.actor, "by": made.by, "reason": made.reason},
        "verdict": entry.verdict,
        "from": "shift_event",
    }


def _told(found: _Read, ledger: Ledger) -> Row:
    import msgspec

    plain = msgspec.structs.asdict
    return _figures(found, ledger) | {
        "entries": [_entry(entry) for entry in ledger.entries],
        "permitted": [plain(one) for one in ledger.permitted],
        "grave": [plain(one) for one in ledger.grave],
        "complaints": [plain(one) for one in ledger.complaints],
        "objections": [
            plain(one) | {"answer": plain(answer) if answer else None} for one, answer in ledger.objections
        ],
        "proposals": _proposals(ledger, reviews=False),
    }
