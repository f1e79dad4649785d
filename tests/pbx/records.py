"""Asterisk's own records, read from the instance's log folder: the oracle the daemon is compared with."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["CdrRow", "CelRow", "QueueLogRow", "read_cdr", "read_cel", "read_queue_log"]


@dataclass(frozen=True)
class QueueLogRow:
    """A line of queue_log. ``at`` has whole seconds; ``data`` is what the event adds, see Asterisk's docs."""

    at: datetime
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


@dataclass(frozen=True)
class CdrRow:
    """A row of cdr-csv/Master.csv (whole seconds; ``answer`` is None where nobody answered)."""

    accountcode: str
    src: str
    dst: str
    dcontext: str
    clid: str
    channel: str
    dstchannel: str
    lastapp: str
    lastdata: str
    start: datetime
    answer: datetime | None
    end: datetime
    duration: int
    billsec: int
    disposition: str
    amaflags: str
    uniqueid: str
    userfield: str
    peeraccount: str
    linkedid: str
    sequence: int


@dataclass(frozen=True)
class CelRow:
    event: str
    at: datetime
    number: str
    exten: str
    context: str
    channel: str
    app: str
    appdata: str
    uniqueid: str
    linkedid: str
    peer: str
    extra: str


_CDR_FIELDS = [field.name for field in fields(CdrRow)]


def read_queue_log(path: Path) -> list[QueueLogRow]:
    if not path.exists():
        return []
    rows = []
    for line in path.read_text("utf-8", "replace").splitlines():
        stamp, call, queue, agent, event, *data = line.split("|")
        rows.append(
            QueueLogRow(datetime.fromtimestamp(float(stamp), UTC), call, queue, agent, event, tuple(data))
        )
    return rows


def read_cdr(path: Path) -> list[CdrRow]:
    rows = []
    for cells in _csv(path):
        texts, times, rest = cells[:9], cells[9:12], cells[12:]
        start, answer, end = (_utc(cell) for cell in times)
        values = [*texts, start, answer, end, int(rest[0]), int(rest[1]), *rest[2:8], int(rest[8])]
        rows.append(CdrRow(**dict(zip(_CDR_FIELDS, values, strict=True))))  # type: ignore[arg-type]
    return rows


def read_cel(path: Path) -> list[CelRow]:
    rows = []
    for cells in _csv(path):
        at = datetime.fromtimestamp(float(cells[1]), UTC)
        rows.append(CelRow(cells[0], at, *cells[2:12]))
    return rows


def _utc(cell: str) -> datetime | None:
    return datetime.fromisoformat(cell).replace(tzinfo=UTC) if cell else None


def _csv(path: Path) -> list[list[str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        return [cells for cells in csv.reader(lines) if cells]
