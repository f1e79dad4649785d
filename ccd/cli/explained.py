"""What the policies about shifts found of a person's day, for ``explain``: each with its rule."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ccd.cli.session import Session

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.events import ShiftFact

__all__ = ["as_told", "in_words", "read_facts"]

SOURCE = "shift_event"


async def read_facts(archive: Archive, person: str, day: date) -> list[ShiftFact]:
    """Of a shift that begins on this day: verdicts, meals, breaks, handover, leave, in their order."""

    from ccd.events.shift_facts import shift_fact

    texts = await archive.shift_facts(first=day, last=day, person=person)
    return [shift_fact(text) for text in texts]


def as_told(facts: list[ShiftFact]) -> list[dict[str, Any]]:
    import msgspec

    return [
        msgspec.to_builtins(fact, builtin_types=(datetime, date)) | {"policy": fact.policy, "from": SOURCE}
        for fact in facts
    ]


def in_words(session: Session, facts: list[ShiftFact]) -> list[tuple[datetime, str, str]]:
    """(when, table, words). A verdict's findings follow it, each with what it rests on."""
    from ccd.events.attendance import AttendanceJudged

    found: list[tuple[datetime, str, str]] = []
    for fact in facts:
        because = fact.because.removeprefix(f"{fact.policy}: ") or "-"
        text = session.words("explain_fact", policy=fact.policy, event=type(fact).__name__, because=because)
        found.append((fact.at, SOURCE, text))
        for one in fact.findings if isinstance(fact, AttendanceJudged) else ():
            kind = session.words(f"act_attendance_{one.kind}")
            minutes, weight = f"{one.seconds / 60:.1f}", session.words(f"day_weight_{one.weight}")
            told = session.words("attendance_finding", kind=kind, minutes=minutes, weight=weight)
            text = session.words("explain_finding", finding=told, evidence="; ".join(one.evidence))
            found.append((fact.at, SOURCE, text))
    return found
