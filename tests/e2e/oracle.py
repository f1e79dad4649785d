"""Asterisk's own records against ours: what differs, outside the intervals in which we could not see.

queue_log is the oracle: event, queue, agent, caller, order and outcome must be the same, times within a
second (it has whole seconds). Left out on both sides: QUEUESTART, which is the PBX's own, and RINGCANCELED,
which Asterisk 22 writes and no AMI event tells. A transfer to an application (voicemail) stands in queue_log
under the transferer's second channel instead of the caller's: there CDR tells whose call it was.

CDR is the oracle for legs: a row is a stretch of the leg of its Uniqueid, answered where it says so, in the
call of its Linkedid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.pbx.records import CdrRow, QueueLogRow

__all__ = ["Blind", "Leg", "Row", "cdr_differences", "differences", "ours", "theirs"]

SECOND = timedelta(seconds=1)
NOT_OURS = {"QUEUESTART", "RINGCANCELED", "CONFIGRELOAD"}
MEMBERSHIP = {"ADDMEMBER", "REMOVEMEMBER"}
# data columns with seconds, which two clocks may round differently
DURATIONS = {
    "CONNECT": (0,),
    "COMPLETEAGENT": (0, 1),
    "COMPLETECALLER": (0, 1),
    "ABANDON": (2,),
    "EXITWITHTIMEOUT": (2,),
}
# data columns that must be the same to the letter
EXACT = {
    "ENTERQUEUE": (1, 2),
    "CONNECT": (1,),
    "COMPLETEAGENT": (2,),
    "COMPLETECALLER": (2,),
    # not the place at the end: others may leave at that very moment
    "ABANDON": (1,),
    "EXITWITHTIMEOUT": (1,),
    "PAUSE": (0,),
    "BLINDTRANSFER": (0,),
    "ADDMEMBER": (0,),
}
Blind = tuple[datetime, datetime]


@dataclass(frozen=True)
class Row:
    at: datetime
    event: str
    call: str
    queue: str
    agent: str
    exact: tuple[str, ...]
    durations: tuple[int, ...]
    any_call: bool = False

    def same_as(self, other: Row, *, exact: bool = True) -> bool:
        return (
            (self.event, self.queue, self.agent) == (other.event, other.queue, other.agent)
            and (self.call == other.call or self.any_call)
            and (self.exact == other.exact or not exact)
            and abs(self.at - other.at) <= SECOND
            and all(abs(a - b) <= 1 for a, b in zip(self.durations, other.durations, strict=True))
        )


def theirs(rows: Iterable[QueueLogRow]) -> list[Row]:
    return [_row(row) for row in rows if row.event not in NOT_OURS]


def ours(lines: Iterable[str]) -> list[Row]:
    """From ``ccd export queue-log``."""
    rows = []
    for line in lines:
        time, call, queue, agent, event, *data = line.rstrip("\n").split("|")
        at = datetime.fromtimestamp(float(time), UTC)
        rows.append(_row(QueueLogRow(at, call, queue, agent, event, tuple(data))))
    return rows


def _row(row: QueueLogRow) -> Row:
    data = (*row.data, "", "", "", "", "")
    return Row(
        at=row.at,
        event=row.event,
        # Asterisk writes who did it in the place of the call; we have no call to name.
        call="" if row.event in MEMBERSHIP else row.call,
        queue=row.queue,
        agent=row.agent,
        exact=tuple(data[column] for column in EXACT.get(row.event, ())),
        durations=tuple(int(data[column] or 0) for column in DURATIONS.get(row.event, ())),
        any_call=row.event == "ATTENDEDTRANSFER" and data[0] == "APP",
    )


def differences(asterisk: Sequence[Row], ccd: Sequence[Row], blind: Sequence[Blind]) -> list[str]:
    """A line for each row that only one side has, outside the blind intervals; and for each out of order."""
    left = list(ccd)
    found = []
    matched = []
    unseen_joins = set()
    for row in asterisk:
        # At which place a caller joined while we were blind, we cannot know later either.
        exact = (row.call, row.queue) not in unseen_joins
        same = next((index for index, other in enumerate(left) if row.same_as(other, exact=exact)), None)
        if same is not None:
            matched.append(left.pop(same))
        elif not _unseen(row.at, blind):
            found.append(f"only Asterisk: {row}")
        elif row.event == "ENTERQUEUE":
            unseen_joins.add((row.call, row.queue))
    found += [f"only ccd: {row}" for row in left if not _unseen(row.at, blind)]
    return found + _disorder(matched)


def _disorder(matched: Sequence[Row]) -> list[str]:
    """Rows of one call, or of one agent, taken in Asterisk's order: ours must not go back in time."""
    latest: dict[str, Row] = {}
    found = []
    for row in matched:
        for key in (row.call, f"{row.queue}|{row.agent}"):
            if key in latest and latest[key].at > row.at:
                found.append(f"out of order: {latest[key]} then {row}")
            latest[key] = row
    return found


def _unseen(at: datetime, blind: Sequence[Blind]) -> bool:
    """Within a blind interval, by queue_log's whole seconds."""
    return any(began - SECOND <= at <= ended + SECOND for began, ended in blind)


@dataclass(frozen=True)
class Leg:
    """Ours, in whole seconds as a CDR has them."""

    call: str
    started: datetime
    answered: datetime | None
    ended: datetime | None


def cdr_differences(rows: Iterable[CdrRow], legs: dict[str, Leg], blind: Sequence[Blind]) -> list[str]:
    """A line for each CDR that our legs do not bear out. ``legs`` by Uniqueid, ``call`` after all merges."""
    found = []
    for row in rows:
        if any(row.start <= ended + SECOND and row.end >= began - SECOND for began, ended in blind):
            continue
        leg = legs.get(row.uniqueid)
        if leg is None or leg.ended is None:
            found.append(f"no leg: {row}")
            continue
        if not (leg.started - SECOND <= row.start and row.end <= leg.ended + SECOND):
            found.append(f"outside its leg: {row} {leg}")
        if row.answer is not None and (leg.answered is None or row.answer < leg.answered - SECOND):
            found.append(f"answered otherwise: {row} {leg}")
        first = legs.get(row.linkedid)
        if first is not None and first.call != leg.call:
            found.append(f"another call: {row} {leg} {first}")
    return found
