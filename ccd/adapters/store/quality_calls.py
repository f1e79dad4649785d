"""What is known of conversations besides: the call they live on in, who sat there, and the recordings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import (
    BLIND_INTERVAL,
    CALL,
    CALL_EVENT,
    QUEUE_VISIT,
    RECORDING,
    RECORDING_PAUSE,
)
from ccd.adapters.store.shift_queries import stays_of
from ccd.events import Stay
from ccd.events.quality import Taken
from ccd.roster import Roster

__all__ = ["Found", "Known", "known_of"]

T = TypeVar("T")
Key = tuple[str, str]
"""(pbx, call); (pbx, recording); (pbx, seat)."""
Span = tuple[datetime, datetime | None]

AT_ONCE = 500
JOINED_AGAIN = 20
"""So often at most a call lives on in another that lives on in another."""
AFTER = timedelta(seconds=2)
"""A transfer is told so long after the completion that it causes."""
_ABANDONED: ColumnElement[bool] = literal_column("queue_visit.outcome = 'abandoned'")


class Found(NamedTuple):
    """A conversation as the rows of its visit or leg have it. ``number``: the other side's."""

    pbx: str
    call: str
    uniqueid: str
    queue: str
    interface: str
    kind: str
    number: str
    connected: datetime
    ended: datetime
    talk_s: float
    completed_by: str
    seen: bool = True


class Known:
    """Of some conversations; filled by ``known_of``."""

    def __init__(self, roster: Roster, called_back_s: float) -> None:
        self._roster = roster
        self._called_back = timedelta(seconds=called_back_s)
        self.into: dict[Key, str] = {}
        self.over: set[Key] = set()
        self.stays: dict[Key, list[Stay]] = defaultdict(list)
        self.recordings: dict[Key, list[Taken]] = defaultdict(list)
        self.transfers: dict[Key, list[tuple[str, datetime]]] = defaultdict(list)
        self.given_up: dict[str, list[datetime]] = defaultdict(list)
        self.blind: dict[str, list[Span]] = defaultdict(list)

    def root(self, pbx: str, call: str) -> str:
        """The call that it lives on in."""
        for _ in range(JOINED_AGAIN):
            into = self.into.get((pbx, call))
            if into is None or into == call:
                break
            call = into
        return call

    def people(self, pbx: str, interface: str, at: datetime) -> tuple[str, ...]:
        """Signed in then at the seat that has this phone now, sorted."""
        seat = self._roster.seat_of(pbx, interface)
        here = self.stays.get((pbx, seat), ()) if seat is not None else ()
        return tuple(
            sorted({one.person for one in here if one.arrived <= at and (one.left is None or at < one.left)})
        )

    def transferred(self, pbx: str, root: str, interface: str, since: datetime, until: datetime) -> bool:
        acts = self.transfers.get((pbx, root), ())
        return any(who == interface and since <= at <= until + AFTER for who, at in acts)

    def called_back(self, number: str, at: datetime) -> bool:
        return any(at - self._called_back <= left < at for left in self.given_up.get(number, ()))

    def was_blind(self, pbx: str, since: datetime, until: datetime) -> bool:
        return any(began < until and (end is None or end > since) for began, end in self.blind.get(pbx, ()))

    def settled(self, pbx: str, root: str) -> bool:
        """Its call is over and its recordings are measured."""
        return (pbx, root) in self.over and all(one.state for one in self.recordings.get((pbx, root), ()))

    def taken(self, pbx: str, root: str, since: datetime, until: datetime) -> tuple[Taken, ...]:
        """Recordings that run over this time, the earliest first."""
        found = self.recordings.get((pbx, root), ())
        over = (one for one in found if one.started < until and (one.stopped is None or one.stopped > since))
        return tuple(sorted(over, key=lambda one: (one.started, one.recording)))


async def known_of(
    connection: AsyncConnection, found: Sequence[Found], roster: Roster, called_back_s: float
) -> Known:
    known = Known(roster, called_back_s)
    if not found:
        return known
    calls = {(one.pbx, one.call) for one in found}
    await _follow(connection, known, calls)
    roots = {(pbx, known.root(pbx, call)) for pbx, call in calls}
    joined = calls | roots | await _joined(connection, known, roots)
    await _recordings(connection, known, joined)
    await _transfers(connection, known, joined)
    await _stays(connection, known, found, roster)
    if called_back_s > 0:
        await _given_up(connection, known, found, timedelta(seconds=called_back_s))
    await _blind(connection, known, found)
    return known


async def _follow(connection: AsyncConnection, known: Known, calls: Iterable[Key]) -> None:
    """Down to those that they live on in; which of all these are over."""
    c, ahead = CALL.c, set(calls)
    for _ in range(JOINED_AGAIN):
        into: set[Key] = set()
        for pbx, names in _by_pbx(ahead):
            asked = select(c.call, c.merged_into, c.ended).where(c.pbx == pbx, c.call.in_(names))
            for row in await connection.execute(asked):
                if row.ended is not None:
                    known.over.add((pbx, row.call))
                if row.merged_into:
                    known.into[pbx, row.call] = row.merged_into
                    into.add((pbx, row.merged_into))
        ahead = into - known.over - known.into.keys()
        if not ahead:
            return


async def _joined(connection: AsyncConnection, known: Known, roots: Iterable[Key]) -> set[Key]:
    """All calls that live on in these."""
    c, ahead, found = CALL.c, set(roots), set[Key]()
    for _ in range(JOINED_AGAIN):
        young: set[Key] = set()
        for pbx, names in _by_pbx(ahead):
            asked = select(c.pbx, c.call, c.merged_into).where(c.merged_into.in_(names), c.pbx == pbx)
            for row in await connection.execute(asked):
                known.into[pbx, row.call] = row.merged_into
                young.add((pbx, row.call))
        ahead = young - found
        found |= young
        if not ahead:
            break
    return found


async def _recordings(connection: AsyncConnection, known: Known, calls: Iterable[Key]) -> None:
    r, rows = RECORDING.c, list[Any]()
    for pbx, names in _by_pbx(calls):
        asked = select(RECORDING).where(r.pbx == pbx, r.call.in_(names), r.started.is_not(None))
        rows += await connection.execute(asked)
    pauses = await _pauses(connection, {(row.pbx, row.recording) for row in rows})
    for row in rows:
        taken = Taken(
            recording=row.recording,
            path=row.path or "",
            started=row.started,
            stopped=row.stopped,
            state=row.state or "",
            size=row.size or 0,
            sha256=row.sha256 or "",
            paused=tuple(pauses.get((row.pbx, row.recording), ())),
        )
        known.recordings[row.pbx, known.root(row.pbx, row.call)].append(taken)


async def _pauses(connection: AsyncConnection, recordings: Iterable[Key]) -> dict[Key, list[Span]]:
    p, found = RECORDING_PAUSE.c, defaultdict[Key, list[Span]](list)
    for pbx, names in _by_pbx(recordings):
        asked = select(p.recording, p.began, p.ended).where(p.pbx == pbx, p.recording.in_(names))
        for row in await connection.execute(asked.order_by(p.began)):
            found[pbx, row.recording].append((row.began, row.ended))
    return found


async def _transfers(connection: AsyncConnection, known: Known, calls: Iterable[Key]) -> None:
    t = CALL_EVENT.c
    for pbx, names in _by_pbx(calls):
        asked = select(t.call, t.at, t.interface).where(t.pbx == pbx, t.call.in_(names))
        for row in await connection.execute(asked.where(t.event == "transferred")):
            known.transfers[pbx, known.root(pbx, row.call)].append((row.interface, row.at))


async def _stays(connection: AsyncConnection, known: Known, found: Sequence[Found], roster: Roster) -> None:
    phones = {(one.pbx, one.interface) for one in found}
    seats = {seat for pbx, interface in phones if (seat := roster.seat_of(pbx, interface)) is not None}
    since, until = min(one.connected for one in found), max(one.connected for one in found)
    for some in _pieces(sorted(seats)):
        for stay in await stays_of(connection, since, until + timedelta(microseconds=1), some):
            known.stays[stay.pbx, stay.seat].append(stay)


async def _given_up(
    connection: AsyncConnection, known: Known, found: Sequence[Found], before: timedelta
) -> None:
    """Of these callers, on whichever PBX."""
    v, since = QUEUE_VISIT.c, min(one.connected for one in found) - before
    for some in _pieces(sorted({one.number for one in found if one.number})):
        asked = select(v.caller_number, v.left).where(_ABANDONED, v.caller_number.in_(some), v.left >= since)
        for row in await connection.execute(asked):
            known.given_up[row.caller_number].append(row.left)


async def _blind(connection: AsyncConnection, known: Known, found: Sequence[Found]) -> None:
    b = BLIND_INTERVAL.c
    since, until = min(one.connected for one in found), max(one.ended for one in found)
    asked = select(b.pbx, b.began, b.ended).where(b.began < until, or_(b.ended.is_(None), b.ended > since))
    for row in await connection.execute(asked):
        known.blind[row.pbx].append((row.began, row.ended))


def _by_pbx(keys: Iterable[Key]) -> Iterator[tuple[str, list[str]]]:
    names: dict[str, list[str]] = defaultdict(list)
    for pbx, name in sorted(keys):
        names[pbx].append(name)
    for pbx, found in names.items():
        for some in _pieces(found):
            yield pbx, some


def _pieces(names: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
