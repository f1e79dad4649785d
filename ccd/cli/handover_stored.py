"""What the store tells about handovers: beside the daemon, and without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ccd.cli.cells import fit
from ccd.cli.plans import as_json, clock_in, day_of, today
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.events.handover import HandoverFact, HandoverJudged, HoldEnded

__all__ = [
    "missing_in",
    "tell_bulletin",
    "tell_bulletins",
    "tell_day",
    "tell_ledger",
    "tell_log",
    "tell_verdicts",
    "verdict_in",
]

Row = dict[str, Any]
READ_FOR = timedelta(days=31)


def verdict_in(session: Session, verdict: str) -> str:
    words = session.words
    known = {
        "complete": words("handover_complete"),
        "late": words("handover_late"),
        "incomplete": words("handover_incomplete"),
        "empty_seat": words("handover_empty_seat"),
        "unknown": words("handover_unknown"),
    }
    return known.get(verdict, verdict)


def missing_in(session: Session, item: str) -> str:
    """``section:equipment|2001`` and the like, as ``HandoverJudged`` has them, in words."""
    words = session.words
    what, _, person = item.rpartition("|")
    kind, _, name = what.partition(":")
    known = {
        "business_changes": words("handover_business_changes"),
        "instructions": words("handover_instructions"),
        "suggestions_complaints": words("handover_suggestions_complaints"),
        "process_changes": words("handover_process_changes"),
        "equipment": words("handover_equipment"),
        "unsolved": words("handover_unsolved"),
        "staffing": words("handover_staffing"),
    }
    if kind == "bulletin":
        return words("handover_lacks_bulletin", bulletin=_line(name), person=person)
    if kind == "signature":
        return words("handover_lacks_signature", person=person)
    return words("handover_lacks_section", section=known.get(name, name), person=person)


def tell_day(session: Session, day: str, json_: bool) -> None:
    asked = day_of(session, day)
    facts = _facts(session, first=asked, last=asked)
    verdicts, holds = _verdicts(facts), _holds(facts)
    if json_:
        as_json(session, {"day": asked, "verdicts": verdicts, "holds": holds})
        return
    _print_verdicts(session, verdicts)
    _print_holds(session, holds)


def tell_verdicts(session: Session, from_: str | None, to: str | None, person: str, json_: bool) -> None:
    first = day_of(session, from_)
    last = day_of(session, to) if to is not None else first
    found = [
        row
        for row in _verdicts(_facts(session, first=first, last=last))
        if person in ("", row["outgoing"], row["incoming"])
    ]
    if json_:
        as_json(session, {"from": first, "to": last, "verdicts": found})
        return
    _print_verdicts(session, found)


def tell_log(session: Session, seat: str, day: str | None, json_: bool) -> None:
    from ccd.events import handover as kinds

    asked = day_of(session, day)
    facts = [one for one in _facts(session, first=asked, last=asked) if one.seat == seat]
    entries: list[Row] = []
    for one in facts:
        row: Row = {"at": one.at, "person": one.person, "actor": one.actor, "by": one.by}
        if isinstance(one, kinds.LogWritten):
            row |= {"shift": one.shift, "what": one.section, "text": one.text, "none": one.none}
        elif isinstance(one, kinds.LogSigned):
            row |= {"shift": one.shift, "what": "signature", "text": one.side, "none": False}
        elif isinstance(one, kinds.ItemOpened):
            row |= {"shift": one.shift, "what": "item", "text": f"{one.item}: {one.text}", "none": False}
        else:
            continue
        entries.append(row)
    if json_:
        as_json(session, {"seat": seat, "day": asked, "entries": entries})
        return
    if not entries:
        session.say("handover_no_entries", seat=seat, day=asked)
    for row in entries:
        text = session.words("handover_none") if row["none"] else _line(row["text"])
        where = f"{clock_in(session, row['at'], row['at'])} {fit(row['shift'], 9)} {fit(row['person'], 9)}"
        print(f"{where} {fit(row['what'], 23)} {text}".rstrip())


def tell_ledger(session: Session, from_: str | None, to: str | None, person: str, json_: bool) -> None:
    now = today(session)
    first = day_of(session, from_) if from_ is not None else now.replace(day=1)
    last = day_of(session, to) if to is not None else max(now, first)
    holds = _holds(_facts(session, first=first, last=last, person=person))
    totals: dict[tuple[str, str], float] = {}
    for row in holds:
        month = (row["person"], f"{row['day']:%Y-%m}")
        totals[month] = totals.get(month, 0.0) + row["held_s"]
    months = [
        {"person": code, "month": month, "held_s": held_s, "minutes": round(held_s / 60)}
        for (code, month), held_s in sorted(totals.items())
    ]
    if json_:
        as_json(session, {"from": first, "to": last, "holds": holds, "totals": months})
        return
    if not holds:
        session.say("handover_no_holds", first=first, last=last)
    _print_holds(session, holds)
    for one in months:
        print(session.words("handover_total", **one))


def tell_bulletins(session: Session, json_: bool) -> None:
    found = list(_bulletins(session))
    if json_:
        as_json(session, {"bulletins": found})
        return
    if not found:
        session.say("handover_no_bulletins")
    for one in found:
        at = clock_in(session, one["posted"])
        count = session.words("handover_read_by", count=len(one["read_by"]))
        print(f"{fit(one['id'], 13)} {at}  {fit(one['audience'], 13)} {_line(one['title'])}  {count}")


def tell_bulletin(session: Session, id_: str) -> None:
    """Raises CommandError where there is none of this name."""
    for one in _bulletins(session):
        if one["id"] == id_:
            print(_line(one["title"]))
            for line in one["text"].splitlines():
                print("  " + _line(line))
            return
    raise CommandError(Exit.FOUND, session.words("handover_bulletin_gone", id=_line(id_)))


def _bulletins(session: Session) -> Iterator[Row]:
    from datetime import UTC, datetime

    from ccd.events.handover import BulletinPosted, BulletinRead

    names = ("BulletinPosted", "BulletinRead")
    facts = _facts(session, events=names, since=datetime.now(UTC) - READ_FOR)
    readers: dict[str, list[str]] = {}
    for one in facts:
        if isinstance(one, BulletinRead):
            readers.setdefault(one.bulletin, []).append(one.person)
    for one in facts:
        if isinstance(one, BulletinPosted):
            yield {
                "id": one.bulletin,
                "posted": one.at,
                "title": one.title,
                "text": one.text,
                "audience": one.audience,
                "actor": one.actor,
                "read_by": readers.get(one.bulletin, []),
            }


def _facts(session: Session, **asked: Any) -> list[HandoverFact]:
    """As the store has them, in the order in which they came. Raises StoreError."""

    from ccd.cli.stored import reading
    from ccd.events.handover import HandoverFact
    from ccd.events.shift_facts import shift_fact

    async def work(archive: Archive) -> list[str]:
        return await archive.shift_facts(policy="handover", **asked)

    found = (shift_fact(text) for text in reading(session.settings, work))
    return [one for one in found if isinstance(one, HandoverFact)]


def _verdicts(facts: Iterable[HandoverFact]) -> list[Row]:
    """Those in force: the latest on each boundary, without what was withdrawn; with what excuses them."""
    from ccd.events.handover import HandoverJudged, VerdictExcused, VerdictWithdrawn

    known: dict[tuple[str, ...], HandoverJudged] = {}
    excused: dict[tuple[str, ...], str] = {}
    for one in facts:
        where = (one.pbx, one.seat, str(one.day))
        if isinstance(one, HandoverJudged):
            known[*where, one.shift, "start" if one.incoming else "end"] = one
        elif isinstance(one, VerdictExcused):
            excused[*where, one.shift, one.side] = one.reason
        elif isinstance(one, VerdictWithdrawn):
            known.pop((*where, one.shift, one.side), None)
    found = ((one, excused.get(key, "")) for key, one in known.items())
    return [
        _verdict_row(one, why)
        for one, why in sorted(found, key=lambda each: (each[0].boundary, each[0].seat))
    ]


def _verdict_row(one: HandoverJudged, excused: str) -> Row:
    return {
        "boundary": one.boundary,
        "pbx": one.pbx,
        "seat": one.seat,
        "day": one.day,
        "shift": one.shift,
        "outgoing": one.outgoing,
        "incoming": one.incoming,
        "verdict": one.verdict,
        "arrived": one.arrived,
        "held_s": one.held_s,
        "missing": one.missing,
        "noted": one.noted,
        "because": one.because,
        "excused": excused,
    }


def _print_verdicts(session: Session, rows: list[Row]) -> None:
    if not rows:
        session.say("handover_no_verdicts")
    for one in rows:
        out, into = one["outgoing"] or "-", one["incoming"] or "-"
        excused = session.words("handover_is_excused", reason=_line(one["excused"])) if one["excused"] else ""
        told = (
            verdict_in(session, one["verdict"]),
            *(missing_in(session, item) for item in one["missing"]),
            *one["noted"],
            excused,
        )
        where = f"{clock_in(session, one['boundary'])}  {fit(one['seat'], 9)} {fit(one['shift'], 9)}"
        print(f"{where} {fit(out, 9)} {fit(into, 9)} {'  '.join(filter(None, told))}")


def _holds(facts: Iterable[HandoverFact]) -> list[Row]:
    from ccd.events.handover import HoldEnded

    return [_hold_row(one) for one in facts if isinstance(one, HoldEnded)]


def _hold_row(one: HoldEnded) -> Row:
    return {
        "person": one.person,
        "day": one.day or date.min,
        "pbx": one.pbx,
        "seat": one.seat,
        "shift": one.shift,
        "began": one.began,
        "held_s": one.held_s,
        "why": one.why,
        "because": one.because,
    }


def _print_holds(session: Session, rows: list[Row]) -> None:
    words = session.words
    whys = {
        "relief": words("handover_why_relief"),
        "released": words("handover_why_released"),
        "maximum": words("handover_why_maximum"),
        "illness": words("handover_why_illness"),
        "left": words("handover_why_left"),
        "corrected": words("handover_why_corrected"),
    }
    for one in rows:
        began, minutes = clock_in(session, one["began"]), f"{one['held_s'] / 60:+.1f}"
        why = whys.get(one["why"], one["why"])
        told = words("handover_hold", person=one["person"], seat=one["seat"], minutes=minutes, why=why)
        print(f"{began}  {told}")


def _line(text: str) -> str:
    """On one line of a terminal, whatever is in it."""
    return "".join(mark if mark.isprintable() else " " for mark in text).strip()
