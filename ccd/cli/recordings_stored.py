"""Recordings as the store has them: listed, held, amiss, and what is past its time. No daemon is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from ccd.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccd.adapters.store.queries import Archive
    from ccd.events.quality import Lying
    from ccd.retention.state import RetentionState

__all__ = ["over", "recorded", "shown", "standing"]

Row = dict[str, Any]
T = TypeVar("T")
PAGE = 1000


def _reading(session: Session, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Raises StoreError."""
    from ccd.cli.stored import reading

    async def work(archive: Archive) -> T:
        return await archive.read(question)

    return reading(session.settings, work)


def standing(session: Session) -> RetentionState:
    """Holds and findings, as the facts have them. Raises StoreError."""
    from ccd.cli.stored import reading
    from ccd.events.shift_facts import shift_fact
    from ccd.retention.state import RetentionState

    async def work(archive: Archive) -> list[str]:
        kept = ["RecordingHeld", "HoldReleased", "HoldCopied", "RecordingAmiss", "AmissEnded", "ExpiryLooked"]
        marks = await archive.shift_facts(events=["CallerMarked"])
        return [*await archive.shift_facts(policy="retention", events=kept), *marks]

    state = RetentionState()
    for text in reading(session.settings, work):
        state.fold(shift_fact(text))
    return state


def recorded(session: Session, day: date, pbx: str, state: str) -> list[Row]:
    """Those that began on this local day, in order. Raises StoreError."""
    from sqlalchemy import select

    from ccd.adapters.store.schema import RECORDING

    zone = ZoneInfo(session.settings.daemon.timezone)
    since = datetime.combine(day, time(), zone).astimezone(UTC)
    until = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    r = RECORDING.c
    rows = select(RECORDING).where(r.started >= since, r.started < until).order_by(r.started, r.recording)
    if pbx:
        rows = rows.where(r.pbx == pbx)
    if state:
        rows = rows.where(r.state == state)

    async def question(connection: AsyncConnection) -> list[Row]:
        return [dict(row) for row in (await connection.execute(rows)).mappings()]

    return _reading(session, question)


def shown(session: Session, recording: str) -> list[Lying]:
    """One for each PBX that has such a recording. Raises StoreError."""
    from ccd.adapters.store.retention_queries import looked_up
    from ccd.effects import LookUpRecordings
    from ccd.simulated import NAME

    async def question(connection: AsyncConnection) -> list[Lying]:
        found: list[Lying] = []
        for pbx in session.settings.pbx or (NAME,):
            asked = LookUpRecordings("show", "asked for", pbx=pbx, recording=recording)
            found += await looked_up(connection, asked)
        return found

    return _reading(session, question)


def over(session: Session, at: datetime) -> tuple[list[tuple[str, Lying]], dict[str, int]]:
    """((class, recording) past its time, why -> how many stay all the same). Raises StoreError."""
    from ccd.adapters.store.retention_queries import expired
    from ccd.effects import ReadExpired
    from ccd.retention.classes import ends, shortest
    from ccd.retention.expiring import stays

    settings = session.settings.policies.retention
    state = standing(session)
    today = at.astimezone(ZoneInfo(session.settings.daemon.timezone)).date()
    found: list[tuple[str, Lying]] = []
    spared: dict[str, int] = {}

    async def question(connection: AsyncConnection) -> None:
        cursor, days = "", shortest(settings)
        while days:
            asked = ReadExpired("dry", "asked for", at - timedelta(days=days), PAGE, cursor)
            page, cursor = await expired(connection, asked)
            for one in page:
                name, until = ends(settings, one)
                if until is None or until > at:
                    continue
                why = stays(state, settings, one, today) or _marked(state, one, at)
                if why:
                    spared[why] = spared.get(why, 0) + 1
                else:
                    found.append((name, one))
            if not cursor:
                return

    _reading(session, question)
    return found, spared


def _marked(state: RetentionState, one: Lying, at: datetime) -> str:
    known = [state.marked[number] for number in one.numbers if number in state.marked]
    return "complaint" if any(until > at for until, _ in known) else ""
